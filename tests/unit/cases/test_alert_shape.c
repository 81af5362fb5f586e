/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the contract says of an alert goes through as it is; what it does not say goes no further.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases/alert_facts.h"
#include "cases/alert_shape.h"

/* As the engine writes it: each member that it may write, and what is null in a conclusive one. */
static const char whole[] =
    "{\"alert_id\":\"01JABC\",\"rev\":2,\"status\":\"open\",\"pattern\":{\"id\":\"T09\",\"name\":"
    "\"swipe_battery\",\"version\":3},\"result_type\":\"suspicious\",\"severity\":\"high\","
    "\"action\":[\"A4\",\"A6\"],\"region\":\"210102\",\"subject\":{\"kind\":\"institution\",\"id\":"
    "\"P21010200017\"},\"involved\":[{\"kind\":\"insured\",\"id\":\"2101\",\"role\":\"card\"},{"
    "\"kind\":\"giver\",\"id\":\"2102\",\"role\":\"giver\"}],\"window\":{\"start\":"
    "\"2026-03-01T18:02:11+08:00\",\"end\":\"2026-03-01T18:31:40.250+08:00\"},\"event_ids\":["
    "\"P2101-1\"],\"event_count\":41,\"exhibits\":[{\"msgid\":\"P2101-1\",\"at\":"
    "\"2026-03-01T18:02:11+08:00\",\"event\":\"settlement\",\"settled_at\":"
    "\"2026-03-01T18:02:11+08:00\",\"insured\":\"2101\",\"institution\":\"P21010200017\","
    "\"operator\":\"P21010200017/OP03\",\"device\":\"P21010200017/POS-2\",\"place\":{\"admdvs\":"
    "\"210102\",\"lat\":41.8,\"lon\":123},\"credential\":\"03\",\"amount_fen\":50400,"
    "\"account_fen\":50400,\"mulaid_fen\":1,\"fund_fen\":0,\"balance_fen\":-3,\"reversed\":true,"
    "\"weight\":0.03,\"source\":{\"topic\":\"xiezhi.events\",\"partition\":2,\"offset\":918273}}],"
    "\"evidence\":[{\"measure\":\"run\",\"observed\":41,\"expected\":1.8,\"unit\":\"settlements\","
    "\"p_value\":1.2e-11,\"e_value\":null,\"baseline\":{\"segment\":\"pharmacy|county|03\","
    "\"subjects\":812}}],\"score\":0.97,\"e_value\":830000000.0,\"amount_fen\":2068400,\"legal\":["
    "\"条例-15\"],\"explanation\":{\"zh-CN\":\"甲\",\"en\":\"a\"},\"counterfactual\":{\"zh-CN\":"
    "\"乙\",\"en\":\"b\"},\"pack\":{\"name\":\"medical-insurance\",\"version\":\"1.0.0\","
    "\"sha256\":"
    "\"ab\"}}";

static json_t *shaped(json_t *alert)
{
    struct xz_err err = {0};
    json_t *made = NULL;

    if (xz_alert_shape(alert, &made, &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    json_decref(alert);
    return made;
}

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_DECODE_ANY, &error);

    if (value == NULL) {
        fail_msg("%s: %s", text, error.text);
    }
    return value;
}

static void test_a_whole_alert_is_as_it_was(void **state)
{
    json_t *made = shaped(parsed(whole)), *again = parsed(whole);

    (void)state;
    assert_true(json_equal(made, again));
    json_decref(made);
    json_decref(again);
}

/* Whose empty lists and texts a writer left out. */
static void test_what_is_absent_is_empty(void **state)
{
    static const char *const lists[] = {"action",   "involved", "event_ids",
                                        "exhibits", "evidence", "legal"};
    static const char *const others[] = {"e_value", "explanation", "counterfactual", "pack",
                                         "region"};
    json_t *alert = parsed(whole), *made;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        (void)json_object_del(alert, lists[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        (void)json_object_del(alert, others[i]);
    }
    made = shaped(alert);
    for (size_t i = 0; i < 6; i++) {
        assert_true(json_is_array(json_object_get(made, lists[i])));
    }
    assert_true(json_is_null(json_object_get(made, "e_value")));
    assert_string_equal(json_string_value(json_object_get(made, "region")), "");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(made, "counterfactual"), "zh-CN")), "");
    json_decref(made);
}

/* Puts value at "a/b/c" of an alert: keys, and 0 for the first of a list. */
static void put(json_t *alert, const char *path, json_t *value)
{
    char copy[60], *rest = copy;
    const char *key;

    (void)snprintf(copy, sizeof(copy), "%s", path);
    key = strsep(&rest, "/");
    while (rest != NULL) {
        alert = key[0] == '0' ? json_array_get(alert, 0) : json_object_get(alert, key);
        key = strsep(&rest, "/");
    }
    (void)(key[0] == '0' ? json_array_set_new(alert, 0, value)
                         : json_object_set_new(alert, key, value));
}

static void test_what_does_not_fit_is_refused(void **state)
{
    static const struct {
        const char *at, *value, *path;
    } wrong[] = {
        {"alert_id", "\"a'b\"", "alert_id"},
        {"alert_id", "\"\"", "alert_id"},
        {"alert_id", "7", "alert_id"},
        {"rev", "0", "rev"},
        {"rev", "1.5", "rev"},
        {"rev", "4294967296", "rev"},
        {"status", "\"odd\"", "status"},
        {"pattern", "[]", "pattern"},
        {"pattern/id", "\"T 9\"", "pattern.id"},
        {"pattern/version", "-1", "pattern.version"},
        {"severity", "3", "severity"},
        {"action", "[\"A7\"]", "action"},
        {"region", "210102", "region"},
        {"subject/kind", "\"person\"", "subject.kind"},
        {"subject/kind", "\"receiver\"", "subject.kind"},
        {"subject/id", "\"~P2~\"", "subject.id"},
        {"subject/id", "\"x\\u007eP2\"", "subject.id"},
        {"involved", "null", "involved"},
        {"involved", "{}", "involved"},
        {"involved/0", "\"x\"", "involved"},
        {"involved/0/role", "\"%\"", "involved.role"},
        {"involved/0/kind", "null", "involved.kind"},
        {"window/start", "1772359331000", "window.start"},
        {"window/start", "\"2300-01-01T00:00:00+08:00\"", "window.start"},
        {"window/end", "\"2026-03-01T17:00:00+08:00\"", "window"},
        {"event_ids", "\"x\"", "event_ids"},
        {"event_ids/0", "7", "event_ids"},
        {"event_count", "\"41\"", "event_count"},
        {"exhibits", "\"x\"", "exhibits"},
        {"exhibits", "null", "exhibits"},
        {"exhibits/0", "null", "exhibits"},
        {"exhibits/0/msgid", "null", "exhibits.msgid"},
        {"exhibits/0/at", "\"soon\"", "exhibits.at"},
        {"exhibits/0/event", "\"surgery\"", "exhibits.event"},
        {"exhibits/0/insured", "210100190001011234", "exhibits.insured"},
        {"exhibits/0/amount_fen", "1000000000001", "exhibits.amount_fen"},
        {"exhibits/0/fund_fen", "-1000000000001", "exhibits.fund_fen"},
        {"exhibits/0/fund_fen", "1000000000000", "exhibits"},
        {"exhibits/0/weight", "\"0.3\"", "exhibits.weight"},
        {"exhibits/0/reversed", "1", "exhibits.reversed"},
        {"exhibits/0/place/lat", "91", "exhibits.place.lat"},
        {"exhibits/0/source/partition", "4294967296", "exhibits.source.partition"},
        {"exhibits/0/source/partition", "\"2\"", "exhibits.source.partition"},
        {"exhibits/0/source/offset", "-1", "exhibits.source.offset"},
        {"exhibits/0/source", "{\"topic\":\"t\",\"partition\":0}", "exhibits.source.offset"},
        {"evidence/0/observed", "\"41\"", "evidence.observed"},
        {"evidence/0/baseline/segment", "[]", "evidence.baseline.segment"},
        {"score", "1.01", "score"},
        {"score", "null", "score"},
        {"amount_fen", "9223372036854774", "amount_fen"},
        {"amount_fen", "-1", "amount_fen"},
        {"legal", "[7]", "legal"},
        {"explanation", "\"x\"", "explanation"},
        {"explanation/en", "\"of ~P17~\"", "explanation.en"},
        {"pack/sha256", "{}", "pack.sha256"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *alert = parsed(whole), *made = NULL;
        struct xz_alert_facts facts = {0};
        struct xz_err err = {0};
        enum xz_rc rc;

        put(alert, wrong[i].at, parsed(wrong[i].value));
        rc = xz_alert_shape(alert, &made, &err);
        rc = rc == XZ_OK ? xz_alert_facts_read(made, &facts, &err) : rc;
        if (rc != XZ_REJECT || strcmp(err.path, wrong[i].path) != 0) {
            fail_msg("%s = %s: rc=%d path=\"%s\"", wrong[i].at, wrong[i].value, rc, err.path);
        }
        xz_alert_facts_fini(&facts);
        json_decref(made);
        json_decref(alert);
    }
}

static json_t *many(size_t count, json_t *item)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void)json_array_append(list, item);
    }
    json_decref(item);
    return list;
}

static json_t *letters(size_t count)
{
    char *text = calloc(count + 1, 1);
    json_t *made;

    assert_non_null(text);
    memset(text, 'x', count);
    made = json_string(text);
    free(text);
    return made;
}

static enum xz_rc shape_with(const char *at, json_t *value)
{
    json_t *alert = parsed(whole), *made = NULL;
    struct xz_err err = {0};
    enum xz_rc rc;

    put(alert, at, value);
    rc = xz_alert_shape(alert, &made, &err);
    json_decref(made);
    json_decref(alert);
    return rc;
}

static json_t *first_of(const char *list)
{
    json_t *alert = parsed(whole);
    json_t *item = json_incref(json_array_get(json_object_get(alert, list), 0));

    json_decref(alert);
    return item;
}

static void test_lists_and_ids_have_limits(void **state)
{
    static const struct {
        const char *list;
        size_t max;
    } lists[] = {{"action", 6},     {"involved", 64}, {"event_ids", 200},
                 {"exhibits", 200}, {"evidence", 32}, {"legal", 64}};
    static const struct {
        const char *at;
        size_t max;
    } texts[] = {{"alert_id", 64},           {"pattern/id", 16},          {"subject/id", 200},
                 {"involved/0/id", 128},     {"exhibits/0/insured", 128}, {"exhibits/0/msgid", 200},
                 {"exhibits/0/device", 200}, {"event_ids/0", 200},        {"pack/sha256", 64}};

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const size_t max = lists[i].max;

        assert_int_equal(shape_with(lists[i].list, many(max, first_of(lists[i].list))), XZ_OK);
        assert_int_equal(shape_with(lists[i].list, many(max + 1, first_of(lists[i].list))),
                         XZ_REJECT);
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(shape_with(texts[i].at, letters(texts[i].max)), XZ_OK);
        assert_int_equal(shape_with(texts[i].at, letters(texts[i].max + 1)), XZ_REJECT);
    }
}

static void test_unknown_members_go_no_further(void **state)
{
    json_t *alert = parsed(whole), *again = parsed(whole), *made;

    (void)state;
    put(alert, "tel", json_string("139"));
    put(alert, "subject/210100190001011234", json_string("x"));
    put(alert, "exhibits/0/doctor", json_integer(210100190001011234));
    put(alert, "pack/note", json_array());
    put(alert, "region", json_string("210100190001011234")); /* no area code */
    put(again, "region", json_string(""));
    made = shaped(alert);
    assert_true(json_equal(made, again));
    json_decref(made);
    json_decref(again);
}

static void test_other_json_is_no_alert(void **state)
{
    static const char *const values[] = {"[]", "7", "null", "\"x\"", "{}"};

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *value = parsed(values[i]), *made = NULL;
        struct xz_err err = {0};

        assert_int_equal(xz_alert_shape(value, &made, &err), XZ_REJECT);
        assert_null(made);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_whole_alert_is_as_it_was),
        cmocka_unit_test(test_what_is_absent_is_empty),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_lists_and_ids_have_limits),
        cmocka_unit_test(test_unknown_members_go_no_further),
        cmocka_unit_test(test_other_json_is_no_alert),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
