/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which keys are a store's: lost, of others, older copies, made by several at once, rotated. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "alerts.h"
#include "cases/audit.h"
#include "cases/identity.h"
#include "cases/keyring.h"
#include "cases/migrate.h"

struct place {
    const char *url;
    char file[64], copy[80];
};

static struct place place_of(const char *url)
{
    struct place place = {.url = url};

    (void)snprintf(place.file, sizeof(place.file), "%s/%u.keys", databases_dir, databases_count);
    (void)snprintf(place.copy, sizeof(place.copy), "%s.copy", place.file);
    return place;
}

static struct xz_desk opened(const struct place *place)
{
    struct xz_desk desk;
    struct xz_err err = {0};

    if (xz_desk_open(place->url, 2, place->file, CALENDAR, &desk, &err) != XZ_OK) {
        fail_msg("%s: %s", err.path, err.msg);
    }
    return desk;
}

static void assert_refused(const struct place *place, const char *word)
{
    struct xz_desk desk;
    struct xz_err err = {0};

    assert_int_equal(xz_desk_open(place->url, 2, place->file, CALENDAR, &desk, &err), XZ_CONFIG);
    assert_string_equal(err.path, place->file);
    assert_non_null(strstr(err.msg, "console.keys"));
    assert_non_null(strstr(err.msg, word));
}

struct person {
    const struct xz_desk *desk;
    const char *id;
    int64_t number;
};

static enum xz_rc add(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct person *person = arg;

    return xz_identity_of(conn, person->desk->keys, xz_str_from(person->id), &person->number, err);
}

static int64_t add_person(const struct xz_desk *desk, const char *id)
{
    struct person person = {desk, id, 0};
    struct xz_err err = {0};

    assert_int_equal(xz_desk_write(desk, add, &person, &err), XZ_OK);
    return person.number;
}

static bool take_count(void *arg, const struct xz_db_row *row)
{
    *(int64_t *)arg = xz_db_int(row, 0);
    return false;
}

static int64_t number_of(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};
    int64_t count = -1;

    assert_int_equal(xz_db_take(desk->db, 5000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_query(conn, sql, XZ_DB_NO_ARGS, take_count, &count, &err), XZ_OK);
    xz_db_give(conn);
    return count;
}

static void run_sql(const struct xz_desk *desk, const char *sql)
{
    struct xz_db_conn *conn = NULL;
    struct xz_err err = {0};

    assert_int_equal(xz_db_take(desk->db, 5000, &conn, &err), XZ_OK);
    assert_int_equal(xz_db_script(conn, sql, &err), XZ_OK);
    xz_db_give(conn);
}

static void copy_file(const char *from, const char *to)
{
    char text[8192];
    FILE *in = fopen(from, "re");
    FILE *out = fopen(to, "we");
    size_t len;

    assert_true(in != NULL && out != NULL);
    len = fread(text, 1, sizeof(text), in);
    assert_int_equal(fwrite(text, 1, len, out), len);
    assert_int_equal(fclose(in) | fclose(out), 0);
    assert_int_equal(chmod(to, 0600), 0);
}

static enum xz_rc add_version(struct xz_db_conn *conn, void *arg, struct xz_err *err)
{
    struct person *at = arg;

    return xz_keyring_rotate(conn, at->id, at->desk->keys, err);
}

static enum xz_rc rotate(const struct xz_desk *desk, const struct place *place)
{
    struct person at = {desk, place->file, 0};
    struct xz_err err = {0};

    return xz_desk_write(desk, add_version, &at, &err);
}

static void test_lost_keys_are_not_replaced(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk = opened(&place);

    (void)add_person(&desk, "li");
    xz_desk_close(&desk);
    assert_int_equal(rename(place.file, place.copy), 0);
    assert_refused(&place, "bring it back");
    assert_int_equal(access(place.file, F_OK), -1); /* none was made */
    assert_int_equal(rename(place.copy, place.file), 0);
    desk = opened(&place);
    assert_int_equal(add_person(&desk, "li"), 1);
    assert_int_equal(number_of(&desk, "SELECT COUNT(*) FROM identity"), 1);
    xz_desk_close(&desk);
}

static void test_keys_of_others_are_refused(void **state)
{
    struct place place = place_of(*state);
    struct xz_desk desk = opened(&place);
    struct xz_err err = {0};

    (void)add_person(&desk, "li");
    xz_desk_close(&desk);
    assert_int_equal(xz_keys_make(place.copy, &err), XZ_OK);
    copy_file(place.copy, place.file);
    assert_refused(&place, "share one");
}

/* As the store of an earlier build: no prints. */
static void test_an_older_store_takes_the_keys_that_open_it(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk = opened(&place);
    char kept[96];
    struct xz_err err = {0};

    for (int i = 0; i < 20; i++) {
        char id[16];

        (void)snprintf(id, sizeof(id), "person-%d", i);
        (void)add_person(&desk, id);
    }
    run_sql(&desk, "DELETE FROM key_print");
    xz_desk_close(&desk);
    (void)snprintf(kept, sizeof(kept), "%s.kept", place.file);
    assert_int_equal(rename(place.file, kept), 0);
    assert_refused(&place, "bring it back");
    assert_int_equal(xz_keys_make(place.file, &err), XZ_OK);
    assert_refused(&place, "do not open");
    assert_int_equal(rename(kept, place.file), 0);
    desk = opened(&place);
    assert_int_equal(number_of(&desk, "SELECT COUNT(*) FROM key_print"), 4);
    xz_desk_close(&desk);
}

static void test_rotation_is_recorded_and_older_copies_are_refused(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk = opened(&place);

    (void)add_person(&desk, "li");
    copy_file(place.file, place.copy);
    assert_int_equal(rotate(&desk, &place), XZ_OK);
    assert_int_equal(xz_keys_version(desk.keys), 2);
    assert_int_equal(number_of(&desk, "SELECT COUNT(*) FROM audit WHERE action = 'keys.rotate' "
                                      "AND object = 'keys/2'"),
                     1);
    xz_desk_close(&desk);
    copy_file(place.copy, place.file);
    assert_refused(&place, "pseudonym 2");
}

/* Between the file and the store, the one who rotates may be killed. */
static void test_a_rotation_cut_short_is_finished(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk = opened(&place), late;
    struct xz_audit_report report;
    struct xz_err err = {0};

    (void)add_person(&desk, "li");
    assert_int_equal(xz_keys_rotate(place.file, desk.keys, &err), XZ_OK); /* and no more */
    xz_desk_close(&desk);
    desk = opened(&place);
    assert_int_equal(number_of(&desk, "SELECT COUNT(*) FROM audit WHERE object = 'keys/2'"), 1);
    assert_int_equal(number_of(&desk, "SELECT MIN(key_version) FROM identity"), 2);
    /* A process of the old version adds somebody after the next rotation. */
    late = opened(&place);
    assert_int_equal(rotate(&desk, &place), XZ_OK);
    assert_int_equal(add_person(&late, "wang"), 2);
    xz_desk_close(&late);
    assert_int_equal(number_of(&desk, "SELECT MIN(key_version) FROM identity"), 2);
    late = opened(&place);
    assert_int_equal(number_of(&late, "SELECT MIN(key_version) FROM identity"), 3);
    assert_int_equal(number_of(&late, "SELECT COUNT(*) FROM audit WHERE action = 'keys.rotate'"),
                     2);
    assert_int_equal(xz_audit_verify(late.db, &report, &err), XZ_OK);
    assert_int_equal(report.first_bad, 0);
    xz_desk_close(&late);
    xz_desk_close(&desk);
}

/* Who rotates with what was read before another rotated does not write over that. */
static void test_two_rotations_are_not_one(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk one = opened(&place), other = opened(&place);

    assert_int_equal(rotate(&one, &place), XZ_OK);
    assert_int_equal(rotate(&other, &place), XZ_CONFIG);
    xz_desk_close(&other);
    other = opened(&place);
    assert_int_equal(rotate(&other, &place), XZ_OK);
    assert_int_equal(xz_keys_version(other.keys), 3);
    xz_desk_close(&one);
    xz_desk_close(&other);
}

static void test_a_damaged_identity_does_not_hold_up_the_others(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk = opened(&place);

    (void)add_person(&desk, "li");
    (void)add_person(&desk, "wang");
    (void)add_person(&desk, "chen");
    run_sql(&desk, "UPDATE identity SET sealed = lookup WHERE id = 2");
    assert_int_equal(rotate(&desk, &place), XZ_OK);
    xz_desk_close(&desk);
    desk = opened(&place);
    assert_int_equal(desk.closed_people, 1);
    assert_int_equal(number_of(&desk, "SELECT COUNT(*) FROM identity WHERE key_version = 2"), 2);
    xz_desk_close(&desk);
}

/* Processes that come to a new store at once: `shared` one file, or each its own. How many opened
 * it. */
static int starts_at_once(const struct place *place, bool shared)
{
    pid_t children[3];
    int ready[2], status, opened_count = 0;
    char byte;

    assert_int_equal(pipe(ready), 0);
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct xz_desk desk;
            struct xz_err err = {0};
            char file[80];
            enum xz_rc rc;

            (void)snprintf(file, sizeof(file), shared ? "%s" : "%s.%d", place->file, i);
            (void)close(ready[1]);
            (void)!read(ready[0], &byte, 1); /* until all are let go */
            rc = xz_desk_open(place->url, 1, file, CALENDAR, &desk, &err);
            if (rc == XZ_OK) {
                xz_desk_close(&desk);
            } else {
                (void)fprintf(stderr, "# %s: %s\n", err.path, err.msg);
            }
            _exit(rc == XZ_OK ? 0 : (rc == XZ_CONFIG && access(file, F_OK) != 0 ? 1 : 2));
        }
    }
    (void)close(ready[0]);
    (void)close(ready[1]);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        opened_count += WEXITSTATUS(status) == 0;
    }
    return opened_count;
}

static void test_a_race_of_starts_has_one_file(void **state)
{
    const struct place place = place_of(*state);

    assert_int_equal(starts_at_once(&place, true), 3);
}

static void test_files_of_their_own_are_refused_to_all_but_one(void **state)
{
    const struct place place = place_of(*state);

    assert_int_equal(starts_at_once(&place, false), 1);
}

static void test_who_comes_to_look_makes_nothing(void **state)
{
    const struct place place = place_of(*state);
    struct xz_desk desk;
    struct xz_err err = {0};

    assert_int_equal(xz_desk_visit(place.url, 1, place.file, CALENDAR, XZ_DESK_STORE, &desk, &err),
                     XZ_CONFIG);
    assert_non_null(strstr(err.msg, "console.database"));
    assert_non_null(strstr(err.msg, "state.dir"));
    assert_int_equal(xz_desk_visit(place.url, 1, place.file, CALENDAR, 0, &desk, &err), XZ_OK);
    xz_desk_close(&desk); /* a store without keys, as the first account makes it */
    assert_int_equal(xz_desk_visit(place.url, 1, place.file, CALENDAR, XZ_DESK_STORE, &desk, &err),
                     XZ_OK);
    xz_desk_close(&desk);
    assert_int_equal(xz_desk_visit(place.url, 1, place.file, CALENDAR, XZ_DESK_STORE | XZ_DESK_KEYS,
                                   &desk, &err),
                     XZ_CONFIG);
    assert_non_null(strstr(err.msg, "xiezhi run"));
    assert_int_equal(access(place.file, F_OK), -1);
    desk = opened(&place);
    xz_desk_close(&desk);
}

/* A disk that is full in the middle of a line. */
static void test_a_file_is_whole_or_as_it_was(void **state)
{
    const struct rlimit small = {100, RLIM_INFINITY}, any = {RLIM_INFINITY, RLIM_INFINITY};
    struct xz_keys *keys = NULL;
    struct xz_err err = {0};
    char file[64], link[64];
    struct stat stat_of;

    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)snprintf(file, sizeof(file), "%s/full.keys", databases_dir);
    (void)snprintf(link, sizeof(link), "%s/link.keys", databases_dir);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(xz_keys_make(file, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, strerror(EFBIG)));
    assert_int_equal(access(file, F_OK), -1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &any), 0);
    assert_int_equal(xz_keys_make(file, &err), XZ_OK);
    assert_int_equal(xz_keys_load(file, &keys, &err), XZ_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(xz_keys_rotate(file, keys, &err), XZ_CONFIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &any), 0);
    assert_non_null(strstr(err.msg, strerror(EFBIG)));
    assert_int_equal(xz_keys_version(keys), 1);
    assert_int_equal(symlink(file, link), 0);
    assert_int_equal(xz_keys_rotate(link, keys, &err), XZ_OK);
    assert_int_equal(lstat(link, &stat_of), 0);
    assert_true(S_ISLNK(stat_of.st_mode));
    xz_keys_free(keys);
    assert_int_equal(xz_keys_load(file, &keys, &err), XZ_OK);
    assert_int_equal(xz_keys_version(keys), 2);
    xz_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_lost_keys_are_not_replaced),
        ON_BOTH(test_keys_of_others_are_refused),
        ON_BOTH(test_an_older_store_takes_the_keys_that_open_it),
        ON_BOTH(test_rotation_is_recorded_and_older_copies_are_refused),
        ON_BOTH(test_a_rotation_cut_short_is_finished),
        ON_BOTH(test_two_rotations_are_not_one),
        ON_BOTH(test_a_damaged_identity_does_not_hold_up_the_others),
        ON_BOTH(test_a_race_of_starts_has_one_file),
        ON_BOTH(test_files_of_their_own_are_refused_to_all_but_one),
        ON_BOTH(test_who_comes_to_look_makes_nothing),
        cmocka_unit_test(test_a_file_is_whole_or_as_it_was),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
