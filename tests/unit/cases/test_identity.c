/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, and people as numbers: what is stored, shown, sealed, and renamed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cases/identity.h"
#include "cases/migrate.h"
#include "databases.h"

#define WAIT_MS 5000

struct world {
    char key_file[64];
    struct xz_keys *keys;
    struct xz_db *db;
    struct xz_db_conn *conn;
};

static struct world opened(const char *url)
{
    struct world world = {0};
    struct xz_err err = {0};

    (void)snprintf(world.key_file, sizeof(world.key_file), "%s/%u.keys", databases_dir,
                   databases_count);
    assert_int_equal(xz_keys_make(world.key_file, &err), XZ_OK);
    assert_int_equal(xz_keys_load(world.key_file, &world.keys, &err), XZ_OK);
    assert_int_equal(xz_db_open(url, 2, &world.db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(world.db, xz_migrations, &err), XZ_OK);
    assert_int_equal(xz_db_take(world.db, WAIT_MS, &world.conn, &err), XZ_OK);
    return world;
}

static void closed(struct world *world)
{
    xz_db_give(world->conn);
    xz_db_close(world->db);
    xz_keys_free(world->keys);
}

static int64_t person_of(struct world *world, const char *id)
{
    struct xz_err err = {0};
    int64_t person = 0;

    assert_int_equal(xz_db_begin(world->conn, true, &err), XZ_OK);
    assert_int_equal(xz_identity_of(world->conn, world->keys, xz_str_from(id), &person, &err),
                     XZ_OK);
    assert_int_equal(xz_db_commit(world->conn, &err), XZ_OK);
    return person;
}

static void assert_shown(struct world *world, const char *text, const char *expected)
{
    struct xz_buf out = {0};
    struct xz_err err = {0};

    assert_int_equal(xz_identity_show(world->conn, xz_str_from(text), &out, &err), XZ_OK);
    xz_buf_u8(&out, 0);
    assert_string_equal((const char *)out.data, expected);
    xz_buf_fini(&out);
}

static void test_the_same_person_has_one_number(void **state)
{
    struct world world = opened(*state);
    const int64_t li = person_of(&world, "210100190001011234"), wang = person_of(&world, "2");
    struct xz_err err = {0};
    int64_t person = 0;
    char longest[XZ_PERSON_ID_MAX + 2];

    assert_true(li != wang && li > 0);
    assert_int_equal(person_of(&world, "210100190001011234"), li);
    memset(longest, 'a', sizeof(longest));
    longest[XZ_PERSON_ID_MAX + 1] = '\0';
    assert_int_equal(xz_identity_of(world.conn, world.keys, xz_str_from(longest), &person, &err),
                     XZ_REJECT);
    assert_int_equal(xz_identity_of(world.conn, world.keys, XZ_STR_NONE, &person, &err), XZ_REJECT);
    longest[XZ_PERSON_ID_MAX] = '\0';
    assert_true(person_of(&world, longest) > 0);
    closed(&world);
}

static bool look_for(void *arg, const struct xz_db_row *row)
{
    const char *id = arg;
    const size_t len = strlen(id);

    for (int column = 0; column < 3; column++) {
        const struct xz_str bytes = xz_db_blob(row, column);

        for (uint32_t i = 0; i + len <= bytes.len; i++) {
            assert_memory_not_equal(bytes.ptr + i, id, len);
        }
    }
    return true;
}

static void test_the_table_does_not_name_anyone(void **state)
{
    static char id[] = "210100190001011234";
    struct world world = opened(*state);
    struct xz_err err = {0};

    (void)person_of(&world, id);
    assert_int_equal(xz_db_query(world.conn, "SELECT lookup, sealed, lookup FROM identity",
                                 XZ_DB_NO_ARGS, look_for, id, &err),
                     XZ_OK);
    closed(&world);
}

static void test_tokens_are_shown_as_pseudonyms(void **state)
{
    struct world world = opened(*state);
    const int64_t li = person_of(&world, "li");
    char pseudonym[XZ_PSEUDONYM_LEN + 1], expected[128];
    struct xz_buf text = {0};
    struct xz_err err = {0};
    int64_t person = 0;

    assert_int_equal(xz_identity_pseudonym(world.conn, li, pseudonym, &err), XZ_OK);
    assert_int_equal(strlen(pseudonym), XZ_PSEUDONYM_LEN);
    assert_int_equal(xz_identity_find(world.conn, xz_str_from(pseudonym), &person, &err), XZ_OK);
    assert_int_equal(person, li);
    xz_buf_printf(&text, "卡 ");
    xz_identity_token(li, &text);
    xz_buf_printf(&text, " 在 ~P999~ ~P~ ~Px~ ~~P1");
    xz_buf_u8(&text, 0);
    (void)snprintf(expected, sizeof(expected), "卡 %s 在 ~P999~ ~P~ ~Px~ ~~P1", pseudonym);
    assert_shown(&world, (const char *)text.data, expected);
    assert_shown(&world, "~P99999999999999999999999999~", "~P99999999999999999999999999~");
    assert_int_equal(xz_identity_find(world.conn, XZ_STR("P-0000000000000000"), &person, &err),
                     XZ_REJECT);
    assert_string_equal(err.reason, "not_found");
    xz_buf_fini(&text);
    closed(&world);
}

static void test_reveal_needs_the_right_keys(void **state)
{
    struct world world = opened(*state);
    const int64_t li = person_of(&world, "210100190001011234");
    struct xz_keys *other = NULL;
    struct xz_buf id = {0};
    struct xz_err err = {0};
    char file[80];

    assert_int_equal(xz_identity_reveal(world.conn, world.keys, li, &id, &err), XZ_OK);
    assert_true(xz_str_eq(xz_buf_view(&id), XZ_STR("210100190001011234")));
    (void)snprintf(file, sizeof(file), "%s.other", world.key_file);
    assert_int_equal(xz_keys_make(file, &err), XZ_OK);
    assert_int_equal(xz_keys_load(file, &other, &err), XZ_OK);
    assert_int_equal(xz_identity_reveal(world.conn, other, li, &id, &err), XZ_FATAL);
    assert_int_equal(xz_identity_reveal(world.conn, world.keys, li + 1, &id, &err), XZ_REJECT);
    assert_int_equal(xz_db_exec(world.conn,
                                "UPDATE identity SET sealed = (SELECT lookup FROM identity)",
                                XZ_DB_NO_ARGS, NULL, &err),
                     XZ_OK);
    assert_int_equal(xz_identity_reveal(world.conn, world.keys, li, &id, &err), XZ_FATAL);
    xz_keys_free(other);
    xz_buf_fini(&id);
    closed(&world);
}

static void test_rotation_renames_everyone(void **state)
{
    struct world world = opened(*state);
    char before[XZ_PSEUDONYM_LEN + 1], after[XZ_PSEUDONYM_LEN + 1], id[24];
    struct xz_err err = {0};
    struct xz_buf revealed = {0};
    int64_t person = 0;
    struct xz_identity_renaming renaming = {0};
    int rounds = 0;

    for (int i = 0; i < 25; i++) {
        (void)snprintf(id, sizeof(id), "person-%d", i);
        (void)person_of(&world, id);
    }
    assert_int_equal(xz_identity_pseudonym(world.conn, 7, before, &err), XZ_OK);
    assert_int_equal(xz_keys_rotate(world.key_file, world.keys, &err), XZ_OK);
    assert_int_equal(xz_keys_version(world.keys), 2);
    while (!renaming.done) {
        assert_int_equal(xz_identity_rename(world.db, world.keys, 10, &renaming, &err), XZ_OK);
        rounds++;
    }
    assert_int_equal(renaming.renamed, 25);
    assert_int_equal(rounds, 3);
    assert_int_equal(xz_identity_pseudonym(world.conn, 7, after, &err), XZ_OK);
    assert_string_not_equal(before, after);
    assert_int_equal(xz_identity_find(world.conn, xz_str_from(before), &person, &err), XZ_REJECT);
    assert_int_equal(person_of(&world, "person-6"), 7); /* found as before */
    assert_int_equal(xz_identity_reveal(world.conn, world.keys, 7, &revealed, &err), XZ_OK);
    assert_true(xz_str_eq(xz_buf_view(&revealed), XZ_STR("person-6")));
    xz_buf_fini(&revealed);
    /* The file says the same to the next who reads it. */
    xz_keys_free(world.keys);
    assert_int_equal(xz_keys_make(world.key_file, &err), XZ_OK);
    assert_int_equal(xz_keys_load(world.key_file, &world.keys, &err), XZ_OK);
    assert_int_equal(xz_keys_version(world.keys), 2);
    assert_int_equal(xz_identity_find(world.conn, xz_str_from(after), &person, &err), XZ_OK);
    closed(&world);
}

static void put_file(const char *path, const char *text, unsigned mode)
{
    FILE *out = fopen(path, "we");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void test_key_files_that_are_none(void **state)
{
    struct xz_keys *keys = NULL;
    struct xz_err err = {0};
    char path[64];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/bad.keys", databases_dir);
    put_file(path, "seal 00\n", 0600);
    assert_int_equal(xz_keys_load(path, &keys, &err), XZ_CONFIG);
    put_file(path, "# nothing\n", 0600);
    assert_int_equal(xz_keys_load(path, &keys, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "missing"));
    put_file(path, "# nothing\n", 0644);
    assert_int_equal(xz_keys_load(path, &keys, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "chmod 600"));
    assert_int_equal(xz_keys_load("/nowhere/at.all", &keys, &err), XZ_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_the_same_person_has_one_number),
        ON_BOTH(test_the_table_does_not_name_anyone),
        ON_BOTH(test_tokens_are_shown_as_pseudonyms),
        ON_BOTH(test_reveal_needs_the_right_keys),
        ON_BOTH(test_rotation_renames_everyone),
        cmocka_unit_test(test_key_files_that_are_none),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
