/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No id of a person is left in an alert, wherever it stood; everything else is as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cases/alert_shape.h"
#include "cases/identity.h"
#include "cases/mask.h"
#include "cases/migrate.h"
#include "databases.h"
#include "event/field.h"

#define WAIT_MS 5000
#define LI      "210100190001011234"
#define WANG    "2101001900010112345" /* begins as Li's does */
#define AGENT   "77"                  /* too short to be looked for in sentences */

/* The members that every alert has, after the subject. */
#define REST                                                                                       \
    ",\"alert_id\":\"J21012\",\"rev\":1,\"status\":\"open\",\"pattern\":{\"id\":\"T02\","          \
    "\"version\":1},\"result_type\":\"suspicious\",\"severity\":\"high\",\"region\":\"210102\","   \
    "\"window\":{\"start\":\"2026-03-01\",\"end\":\"2026-03-01\"},\"event_count\":1,\"score\":0."  \
    "5,"                                                                                           \
    "\"amount_fen\":7700}"
#define EXHIBIT(msgid)                                                                             \
    "{\"msgid\":\"" msgid "\",\"at\":\"2026-03-01\",\"event\":\"settlement\","                     \
    "\"institution\":\"P21010200017\","

static const char alert_text[] =
    "{\"subject\":{\"kind\":\"insured\",\"id\":\"" LI "\"},"
    "\"involved\":[{\"kind\":\"insured\",\"id\":\"" WANG "\",\"role\":\"receiver\"},"
    "{\"kind\":\"proxy\",\"id\":\"" AGENT "\",\"role\":\"proxy\"},"
    "{\"kind\":\"institution\",\"id\":\"P21010200017\",\"role\":\"counter\"}],"
    "\"event_ids\":[\"P21010200017-77\",\"G-" LI "-1\"],"
    "\"exhibits\":[" EXHIBIT("P21010200017-77") "\"insured\":\"" LI "\"}," EXHIBIT(
        "G-" LI "-1") "\"insured\":\"3\"}],"
                      "\"explanation\":{\"zh-CN\":\"" WANG " 与 " LI
                      " 在 P21010200017\",\"en\":\"" LI
                      ", 77 times\"},\"counterfactual\":{\"en\":\"none\"}" REST;

struct world {
    struct xz_keys *keys;
    struct xz_db *db;
    struct xz_db_conn *conn;
};

static struct world opened(const char *url)
{
    struct world world = {0};
    struct xz_err err = {0};
    char file[64];

    (void)snprintf(file, sizeof(file), "%s/%u.keys", databases_dir, databases_count);
    assert_int_equal(xz_keys_make(file, &err), XZ_OK);
    assert_int_equal(xz_keys_load(file, &world.keys, &err), XZ_OK);
    assert_int_equal(xz_db_open(url, 1, &world.db, &err), XZ_OK);
    assert_int_equal(xz_db_migrate(world.db, xz_migrations, &err), XZ_OK);
    assert_int_equal(xz_db_take(world.db, WAIT_MS, &world.conn, &err), XZ_OK);
    assert_int_equal(xz_db_begin(world.conn, true, &err), XZ_OK);
    return world;
}

static void closed(struct world *world)
{
    xz_db_give(world->conn);
    xz_db_close(world->db);
    xz_keys_free(world->keys);
}

/* As it is stored. */
static json_t *mask(struct world *world, const char *text)
{
    json_t *given = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *alert = NULL, *made = NULL;
    struct xz_people people = {0};
    struct xz_err err = {0};

    assert_non_null(given);
    if (xz_alert_shape(given, &alert, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    xz_alert_mask(alert, &people);
    assert_int_equal(xz_alert_number(world->conn, world->keys, alert, &people, &made, &err), XZ_OK);
    xz_people_fini(&people);
    json_decref(given);
    json_decref(alert);
    return made;
}

static void assert_member(const json_t *alert, const char *key, const char *wanted)
{
    char *text = json_dumps(json_object_get(alert, key), JSON_COMPACT | JSON_ENCODE_ANY);

    assert_string_equal(text, wanted);
    free(text);
}

static void test_no_name_is_left(void **state)
{
    struct world world = opened(*state);
    json_t *masked = mask(&world, alert_text);
    char *text = json_dumps(masked, 0);

    assert_null(strstr(text, LI));
    assert_null(strstr(text, WANG));
    assert_member(masked, "subject", "{\"kind\":\"insured\",\"id\":\"~P1~\"}");
    assert_member(masked, "involved",
                  "[{\"kind\":\"insured\",\"id\":\"~P2~\",\"role\":\"receiver\"},"
                  "{\"kind\":\"proxy\",\"id\":\"~P3~\",\"role\":\"proxy\"},"
                  "{\"kind\":\"institution\",\"id\":\"P21010200017\",\"role\":\"counter\"}]");
    assert_member(masked, "event_ids", "[\"P21010200017-77\",\"G-~P1~-1\"]");
    assert_member(masked, "explanation",
                  "{\"zh-CN\":\"~P2~ 与 ~P1~ 在 P21010200017\",\"en\":\"~P1~, 77 times\"}");
    assert_non_null(strstr(text, "\"msgid\": \"G-~P1~-1\""));
    assert_non_null(strstr(text, "\"insured\": \"~P4~\""));
    free(text);
    json_decref(masked);
    masked = mask(&world, alert_text); /* the same numbers again */
    assert_member(masked, "subject", "{\"kind\":\"insured\",\"id\":\"~P1~\"}");
    json_decref(masked);
    closed(&world);
}

/* Somebody's id is a part of an institution's, of the alert's own, of its region. */
static void test_a_short_id_spoils_no_code(void **state)
{
    struct world world = opened(*state);
    json_t *masked =
        mask(&world, "{\"subject\":{\"kind\":\"institution\",\"id\":\"21012101\"},"
                     "\"exhibits\":[" EXHIBIT(
                         "2101-1") "\"insured\":\"2101\"}],"
                                   "\"explanation\":{\"en\":\"card 2101 of 21012101\"}" REST);

    assert_member(masked, "subject", "{\"kind\":\"institution\",\"id\":\"21012101\"}");
    assert_member(masked, "alert_id", "\"J21012\"");
    assert_member(masked, "region", "\"210102\"");
    assert_member(masked, "explanation", "{\"zh-CN\":\"\",\"en\":\"card ~P1~ of 21012101\"}");
    json_decref(masked);
    closed(&world);
}

/* The numbers of people are not those of their places, and no text completes a token. */
static void test_places_are_not_numbers(void **state)
{
    struct world world = opened(*state);
    json_t *first = mask(&world, "{\"subject\":{\"kind\":\"insured\",\"id\":\"" WANG "\"}" REST);
    json_t *second = mask(&world, alert_text);

    assert_member(first, "subject", "{\"kind\":\"insured\",\"id\":\"~P1~\"}");
    assert_member(second, "subject", "{\"kind\":\"insured\",\"id\":\"~P2~\"}");
    assert_member(second, "explanation",
                  "{\"zh-CN\":\"~P1~ 与 ~P2~ 在 P21010200017\",\"en\":\"~P2~, 77 times\"}");
    json_decref(first);
    json_decref(second);
    closed(&world);
}

static const char event_text[] =
    "{\"msgid\":\"G-" LI "-1\",\"inf_time\":\"2026-03-01 09:15:02\",\"opter\":\"OP03\","
    "\"patn_name\":\"Li Si\",\"extra\":{\"tel\":\"139\"},\"settlement\":{\"psnNo\":" LI ","
    "\"certPsnNo\":\"" WANG "\",\"setl_id\":\"S77\",\"certno\":\"" LI "\","
    "\"medfee_sumamt\":\"77.00\",\"agnterinfo\":{\"agnter_certno\":\"" AGENT "\","
    "\"agnter_name\":\"Sun\"},\"mulaidDebits\":[{\"giver_psn_no\":\"" WANG "\",\"amount\":\"1\"}],"
    "\"lines\":[{\"bilg_dr_codg\":\"D9\",\"bilg_dr_name\":\"Zhao\",\"cnt\":\"2\","
    "\"drug_trac_codg\":[\"81234567890123456789\"],\"rxno\":[{\"name\":\"Li Si\"}]}],"
    "\"mdtrt_id\":{\"of\":\"Li Si\"}}}";

static void test_an_event_is_shown_without_names(void **state)
{
    struct world world = opened(*state);
    json_t *event = json_loads(event_text, 0, NULL);
    struct xz_err err = {0};
    char *masked;

    xz_fields_init();
    assert_int_equal(xz_event_mask(world.conn, world.keys, event, &err), XZ_OK);
    masked = json_dumps(event, JSON_COMPACT);
    assert_string_equal(
        masked, "{\"msgid\":\"G-~P1~-1\",\"inf_time\":\"2026-03-01 09:15:02\",\"opter\":\"OP03\","
                "\"settlement\":{\"psnNo\":\"~P1~\",\"certPsnNo\":\"~P2~\",\"setl_id\":\"S77\","
                "\"medfee_sumamt\":\"77.00\",\"agnterinfo\":{\"agnter_certno\":\"~P3~\"},"
                "\"mulaidDebits\":[{\"giver_psn_no\":\"~P2~\",\"amount\":\"1\"}],"
                "\"lines\":[{\"bilg_dr_codg\":\"~P4~\",\"cnt\":\"2\","
                "\"drug_trac_codg\":[\"81234567890123456789\"]}]}}");
    free(masked);
    json_decref(event);
    closed(&world);
}

static void test_every_body_of_an_event_is_masked(void **state)
{
    static const char *const bodies[] = {
        "\"reversal\":{\"psn_no\":\"" LI "\"}",
        "\"mulaid_link\":{\"giver_psn_no\":\"" LI "\",\"recv_psn_no\":\"" LI "\"}",
        "\"mulaidLink\":{\"recvPsnNo\":\"" LI "\"}",
        "\"account_movement\":{\"psn_no\":\"1\",\"maker\":\"" LI "\",\"checker\":\"" LI "\"}",
        "\"credential\":{\"psn_no\":\"" LI "\"}",
        "\"person_status\":{\"psn_no\":\"" LI "\"}",
        "\"trace_scan\":{\"psn_no\":\"" LI "\"}",
    };
    struct world world = opened(*state);
    struct xz_err err = {0};

    xz_fields_init();
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        char text[256], *masked;
        json_t *event;

        (void)snprintf(text, sizeof(text), "{%s}", bodies[i]);
        event = json_loads(text, 0, NULL);
        assert_int_equal(xz_event_mask(world.conn, world.keys, event, &err), XZ_OK);
        masked = json_dumps(event, JSON_COMPACT);
        assert_null(strstr(masked, LI));
        assert_non_null(strstr(masked, "~P1~"));
        free(masked);
        json_decref(event);
    }
    closed(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_no_name_is_left),
        ON_BOTH(test_a_short_id_spoils_no_code),
        ON_BOTH(test_places_are_not_numbers),
        ON_BOTH(test_an_event_is_shown_without_names),
        ON_BOTH(test_every_body_of_an_event_is_masked),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
