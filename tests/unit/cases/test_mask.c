/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No id of a person is left in an alert, wherever it stood; everything else is as it was. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cases/identity.h"
#include "cases/mask.h"
#include "cases/migrate.h"
#include "databases.h"
#include "event/field.h"

#define WAIT_MS 5000
#define LI      "210100190001011234"
#define WANG    "2101001900010112345" /* begins as Li's does */
#define AGENT   "77"                  /* too short to be looked for in sentences */

static const char alert_text[] =
    "{\"alert_id\":\"01J\",\"subject\":{\"kind\":\"insured\",\"id\":\"" LI "\"},"
    "\"involved\":[{\"kind\":\"insured\",\"id\":\"" WANG "\",\"role\":\"receiver\"},"
    "{\"kind\":\"proxy\",\"id\":\"" AGENT "\",\"role\":\"proxy\"},"
    "{\"kind\":\"institution\",\"id\":\"P21010200017\",\"role\":\"counter\"}],"
    "\"event_ids\":[\"P21010200017-77\"],"
    "\"exhibits\":[{\"msgid\":\"P21010200017-77\",\"insured\":\"" LI "\",\"amount_fen\":7700,"
    "\"institution\":\"P21010200017\"},{\"insured\":\"3\",\"proxy\":\"" AGENT "\"}],"
    "\"explanation\":{\"zh-CN\":\"" WANG " 与 " LI " 在 P21010200017\",\"en\":\"" LI
    ", 77 times\"},\"counterfactual\":{\"en\":\"none\"}}";

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

static enum xz_rc mask(struct world *world, const char *text, char **masked, struct xz_err *err)
{
    json_t *alert = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    enum xz_rc rc;

    assert_non_null(alert);
    rc = xz_alert_mask(world->conn, world->keys, alert, err);
    *masked = json_dumps(alert, JSON_COMPACT);
    json_decref(alert);
    return rc;
}

static void test_no_name_is_left(void **state)
{
    struct world world = opened(*state);
    struct xz_err err = {0};
    char *masked = NULL;

    assert_int_equal(mask(&world, alert_text, &masked, &err), XZ_OK);
    assert_string_equal(
        masked,
        "{\"alert_id\":\"01J\",\"subject\":{\"kind\":\"insured\",\"id\":\"~P1~\"},"
        "\"involved\":[{\"kind\":\"insured\",\"id\":\"~P2~\",\"role\":\"receiver\"},"
        "{\"kind\":\"proxy\",\"id\":\"~P3~\",\"role\":\"proxy\"},"
        "{\"kind\":\"institution\",\"id\":\"P21010200017\",\"role\":\"counter\"}],"
        "\"event_ids\":[\"P21010200017-77\"],"
        "\"exhibits\":[{\"msgid\":\"P21010200017-77\",\"insured\":\"~P1~\",\"amount_fen\":7700,"
        "\"institution\":\"P21010200017\"},{\"insured\":\"~P4~\",\"proxy\":\"~P3~\"}],"
        "\"explanation\":{\"zh-CN\":\"~P2~ 与 ~P1~ 在 P21010200017\",\"en\":\"~P1~, 77 times\"},"
        "\"counterfactual\":{\"en\":\"none\"}}");
    free(masked);
    assert_int_equal(mask(&world, alert_text, &masked, &err), XZ_OK); /* the same numbers again */
    assert_non_null(strstr(masked, "\"subject\":{\"kind\":\"insured\",\"id\":\"~P1~\"}"));
    free(masked);
    closed(&world);
}

/* Somebody's id is a part of the alert's own, of its region and of the pack's hash. */
static void test_a_short_id_spoils_no_code(void **state)
{
    struct world world = opened(*state);
    struct xz_err err = {0};
    char *masked = NULL;

    assert_int_equal(mask(&world,
                          "{\"alert_id\":\"J21012\",\"region\":\"210102\",\"subject\":{\"kind\":"
                          "\"insured\",\"id\":\"2101\"},\"pack\":{\"sha256\":\"02101f\"},"
                          "\"explanation\":{\"en\":\"card 2101\"}}",
                          &masked, &err),
                     XZ_OK);
    assert_string_equal(masked, "{\"alert_id\":\"J21012\",\"region\":\"210102\",\"subject\":{"
                                "\"kind\":\"insured\",\"id\":\"~P1~\"},\"pack\":{\"sha256\":"
                                "\"02101f\"},\"explanation\":{\"en\":\"card ~P1~\"}}");
    free(masked);
    closed(&world);
}

static void test_what_is_no_alert(void **state)
{
    static const char *const wrong[] = {
        "[]",
        "{}",
        "{\"subject\":{\"kind\":\"insured\"}}",
        "{\"subject\":{\"kind\":\"insured\",\"id\":\"\"}}",
        "{\"subject\":{\"kind\":\"institution\",\"id\":\"P\"},\"involved\":[{}]}",
        ("{\"subject\":{\"kind\":\"insured\",\"id\":\"p1\"},\"x\":"
         "[[[[[[[[[[[[[[[[[\"p1\"]]]]]]]]]]]]]]]]]}"),
    };
    struct world world = opened(*state);
    struct xz_err err = {0};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *masked = NULL;

        assert_int_equal(mask(&world, wrong[i], &masked, &err), XZ_REJECT);
        free(masked);
    }
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
        ON_BOTH(test_what_is_no_alert),
        ON_BOTH(test_an_event_is_shown_without_names),
        ON_BOTH(test_every_body_of_an_event_is_masked),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
