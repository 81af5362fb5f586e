/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Second looks: who gets them, what is not shown, and how agreement is counted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "cases/evidence.h"
#include "cases/review.h"
#include "people.h"

#define LATER_MS (MONDAY_MS + XZ_UNDO_MS)

/* A case of so many that goes to a second look, closed by who with what. */
static int64_t closed_case(const struct xz_desk *desk, const struct xz_actor *who, const char *id,
                           enum xz_case_outcome outcome)
{
    struct said said = saying(id, "T02", "insured", id);
    const int64_t case_id = next_is_sampled(desk);

    said.involved = "{\"kind\":\"proxy\",\"id\":\"210100190001015555\",\"role\":\"proxy\"}";
    said.start_ms -= case_id * 3 * XZ_DAY_MS; /* none shares an episode */
    said.end_ms = said.start_ms + XZ_HOUR_MS;
    (void)bring(desk, &said, 1, MONDAY_MS);
    assert_string_equal(doing(desk, who, case_id, saying_of(XZ_VERB_CLOSE, outcome, 1), MONDAY_MS),
                        "");
    return case_id;
}

static size_t waiting(const struct xz_desk *desk, const struct xz_actor *who, int64_t now_ms)
{
    const struct xz_desk_view view = {desk, who, now_ms};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *list;
    size_t count;

    assert_int_equal(xz_review_list(&view, &out, &err), XZ_OK);
    assert_null(memmem(out.data, out.len, "confirmed", 9));
    list = json_of(&out);
    count = json_array_size(at(list, "items"));
    json_decref(list);
    return count;
}

static const char *giving(const struct xz_desk *desk, const struct xz_actor *who, int64_t case_id,
                          enum xz_case_outcome outcome, bool *agreed)
{
    static struct xz_err err;
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc =
        xz_review_give(desk, who, case_id, outcome, XZ_STR("looked at it"), LATER_MS, agreed, &err);
    assert_true(rc == XZ_OK || rc == XZ_REJECT);
    return rc == XZ_OK ? "" : err.reason;
}

static void test_a_second_look_goes_to_who_had_no_part(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "2101");
    const struct xz_actor noted = person(&desk, "sun", INVESTIGATOR, "");
    const struct xz_actor far = person(&desk, "qian", INVESTIGATOR, "31");
    const struct xz_actor zhao = person(&desk, "zhao", APPROVER, "");
    const struct xz_desk_view of_zhao = {&desk, &zhao, LATER_MS};
    const int64_t id = closed_case(&desk, &li, "210100190001011234", XZ_OUTCOME_CONFIRMED);
    const struct xz_on_case on = {.actor = &noted, .case_id = id, .now_ms = MONDAY_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    bool agreed = false;

    assert_int_equal(waiting(&desk, &noted, LATER_MS), 1);
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("seen"), &err), XZ_OK);
    assert_int_equal(waiting(&desk, &wang, LATER_MS - 1), 0); /* it may still be taken back */
    assert_int_equal(waiting(&desk, &wang, LATER_MS), 1);
    assert_int_equal(waiting(&desk, &li, LATER_MS), 0);
    assert_int_equal(waiting(&desk, &noted, LATER_MS), 0);
    assert_int_equal(waiting(&desk, &far, LATER_MS), 0);
    assert_int_equal(xz_review_list(&of_zhao, &out, &err), XZ_REJECT);
    assert_string_equal(err.reason, "forbidden");
    assert_int_equal(xz_review_give(&desk, &wang, id, XZ_OUTCOME_CONFIRMED, XZ_STR("  \u3000"),
                                    LATER_MS, &agreed, &err),
                     XZ_REJECT);
    assert_string_equal(err.path, "reason");
    assert_string_equal(giving(&desk, &li, id, XZ_OUTCOME_CONFIRMED, &agreed),
                        "second_person_needed");
    assert_string_equal(giving(&desk, &far, id, XZ_OUTCOME_CONFIRMED, &agreed), "not_found");
    assert_string_equal(giving(&desk, &wang, id, XZ_OUTCOME_NONE, &agreed), "invalid");
    assert_string_equal(giving(&desk, &wang, id, XZ_OUTCOME_FALSE_POSITIVE, &agreed), "");
    assert_false(agreed);
    assert_string_equal(giving(&desk, &wang, id, XZ_OUTCOME_CONFIRMED, &agreed), "not_found");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM verdict WHERE outcome = 'confirmed'"), 1);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM case_event WHERE what = 'second_look' "
                                   "AND text = '' AND detail = ''"),
                     1);
    assert_chain_whole(&desk);
    xz_desk_close(&desk);
}

static void test_what_is_read_again_is_without_the_first(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li-the-first", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &wang, LATER_MS}, own = {&desk, &li, LATER_MS};
    const int64_t id = closed_case(&desk, &li, "210100190001011234", XZ_OUTCOME_CONFIRMED);
    static const char *const hidden[] = {"confirmed",    "li-the-first", "closed",
                                         "because",      "\"history\"",  "\"outcome\"",
                                         "\"action\":1", "\"state\""};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    json_t *shown;

    assert_int_equal(xz_review_read(&view, id, &out, &err), XZ_OK);
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        assert_null(memmem(out.data, out.len, hidden[i], strlen(hidden[i])));
    }
    shown = json_of(&out);
    assert_int_equal(json_array_size(at(shown, "bodies")), 1);
    assert_int_equal(json_array_size(at(shown, "parties")), 2);
    assert_true(json_is_null(at(shown, "control")));
    json_decref(shown);
    assert_int_equal(xz_review_read(&own, id, &out, &err), XZ_REJECT);
    assert_int_equal(out.len, 0);
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM audit WHERE action = 'review.read'"), 1);
    xz_buf_fini(&out);
    xz_desk_close(&desk);
}

/* The reason of the refusal, or "": opening the case, a file of it, its evidence pack. */
static const char *opening(const struct xz_desk *desk, const struct xz_actor *who, int64_t case_id,
                           int64_t now_ms)
{
    static struct xz_err err;
    const struct xz_desk_view view = {desk, who, now_ms};
    struct xz_buf out = {0};
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_view_case(&view, case_id, &out, &err);
    assert_true(rc == XZ_OK || (rc == XZ_REJECT && out.len == 0));
    xz_buf_fini(&out);
    return rc == XZ_OK ? "" : err.reason;
}

static const char *exporting(const struct xz_desk *desk, const struct xz_actor *who,
                             int64_t case_id)
{
    static struct xz_err err;
    const struct xz_desk_view view = {desk, who, LATER_MS};
    struct xz_buf out = {0};
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_evidence_make(&view, case_id, NULL, 0, &out, &err);
    xz_buf_fini(&out);
    return rc == XZ_OK ? "" : err.reason;
}

static const char *reading_file(const struct xz_desk *desk, const struct xz_actor *who,
                                int64_t case_id, int64_t file_id)
{
    static struct xz_err err;
    const struct xz_desk_view view = {desk, who, LATER_MS};
    struct xz_buf name = {0}, content = {0};
    enum xz_rc rc;

    err = (struct xz_err){0};
    rc = xz_view_file(&view, case_id, file_id, &name, &content, &err);
    xz_buf_fini(&name);
    xz_buf_fini(&content);
    return rc == XZ_OK ? "" : err.reason;
}

static void test_who_knows_what_came_of_it_does_not_look_again(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor reader = person(&desk, "wang", INVESTIGATOR, "");
    const struct xz_actor of_file = person(&desk, "sun", INVESTIGATOR, "");
    const struct xz_actor exporter = person(&desk, "qian", INVESTIGATOR, "");
    const struct xz_actor early = person(&desk, "zhou", INVESTIGATOR, "");
    struct said said = saying("A", "T02", "insured", "210100190001011234");
    const int64_t id = next_is_sampled(&desk);
    const struct xz_on_case on = {.actor = &li, .case_id = id, .now_ms = MONDAY_MS};
    struct xz_err err = {0};
    bool agreed = false;
    int64_t file = 0;

    (void)bring(&desk, &said, 1, MONDAY_MS);
    assert_int_equal(xz_work_file(&desk, &on, XZ_STR("a.txt"), XZ_STR("found"), &file, &err),
                     XZ_OK);
    assert_string_equal(opening(&desk, &early, id, MONDAY_MS - 1), ""); /* nothing to know yet */
    assert_string_equal(
        doing(&desk, &li, id, saying_of(XZ_VERB_CLOSE, XZ_OUTCOME_CONFIRMED, 1), MONDAY_MS), "");
    assert_int_equal(waiting(&desk, &reader, LATER_MS), 1);
    assert_string_equal(opening(&desk, &reader, id, MONDAY_MS), "");
    assert_string_equal(reading_file(&desk, &of_file, id, file), "");
    assert_string_equal(exporting(&desk, &exporter, id), "");
    for (size_t i = 0; i < 3; i++) {
        const struct xz_actor *knows = i == 0 ? &reader : i == 1 ? &of_file : &exporter;

        assert_int_equal(waiting(&desk, knows, LATER_MS), 0);
        assert_string_equal(giving(&desk, knows, id, XZ_OUTCOME_CONFIRMED, &agreed),
                            "second_person_needed");
    }
    assert_int_equal(waiting(&desk, &early, LATER_MS), 1);
    assert_string_equal(giving(&desk, &early, id, XZ_OUTCOME_CONFIRMED, &agreed), "");
    assert_string_equal(opening(&desk, &early, id, LATER_MS), "");
    xz_desk_close(&desk);
}

static void test_who_looks_again_is_kept_blind(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "");
    const struct xz_actor sun = person(&desk, "sun", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &wang, LATER_MS};
    const int64_t id = closed_case(&desk, &li, "210100190001011234", XZ_OUTCOME_CONFIRMED);
    const struct xz_on_case on = {.actor = &wang, .case_id = id, .now_ms = LATER_MS};
    struct xz_buf out = {0};
    struct xz_err err = {0};
    bool agreed = false;

    assert_int_equal(xz_review_read(&view, id, &out, &err), XZ_OK);
    xz_buf_fini(&out);
    assert_string_equal(opening(&desk, &wang, id, LATER_MS), "conflict");
    assert_string_equal(exporting(&desk, &wang, id), "conflict");
    assert_int_equal(xz_work_note(&desk, &on, XZ_STR("let me see"), &err), XZ_REJECT);
    assert_string_equal(err.reason, "conflict");
    assert_string_equal(opening(&desk, &sun, id, LATER_MS), ""); /* others may */
    assert_int_equal(waiting(&desk, &wang, LATER_MS), 1); /* what was refused tells nothing */
    assert_string_equal(giving(&desk, &wang, id, XZ_OUTCOME_INCONCLUSIVE, &agreed), "");
    assert_string_equal(opening(&desk, &wang, id, LATER_MS), "");
    assert_string_equal(exporting(&desk, &wang, id), "");
    xz_desk_close(&desk);
}

static void test_agreement_is_what_is_beyond_chance(void **state)
{
    struct xz_desk desk = desk_opened(*state);
    const struct xz_actor li = person(&desk, "li", INVESTIGATOR, "");
    const struct xz_actor wang = person(&desk, "wang", INVESTIGATOR, "");
    const struct xz_desk_view view = {&desk, &li, LATER_MS};
    static const enum xz_case_outcome looks[][2] = {
        {XZ_OUTCOME_CONFIRMED, XZ_OUTCOME_CONFIRMED},
        {XZ_OUTCOME_CONFIRMED, XZ_OUTCOME_CONFIRMED},
        {XZ_OUTCOME_CONFIRMED, XZ_OUTCOME_FALSE_POSITIVE},
        {XZ_OUTCOME_FALSE_POSITIVE, XZ_OUTCOME_FALSE_POSITIVE},
    };
    struct xz_buf out = {0};
    struct xz_err err = {0};
    int64_t last = 0;
    json_t *verdicts;

    for (size_t i = 0; i < 4; i++) {
        char subject[32];
        bool agreed = false;

        (void)snprintf(subject, sizeof(subject), "21010019000101%zu", 1000 + i);
        last = closed_case(&desk, &li, subject, looks[i][0]);
        assert_string_equal(giving(&desk, &wang, last, looks[i][1], &agreed), "");
        assert_int_equal(agreed, looks[i][0] == looks[i][1]);
    }
    (void)closed_case(&desk, &li, "210100190001012000", XZ_OUTCOME_CONFIRMED); /* waits */
    assert_int_equal(xz_view_verdicts(&view, XZ_STR("pattern"), &out, &err), XZ_OK);
    verdicts = json_of(&out);
    assert_int_equal(int_at(verdicts, "agreement/cases"), 4);
    assert_int_equal(int_at(verdicts, "agreement/same"), 3);
    /* by chance: 3/4 x 2/4 + 1/4 x 2/4 = 1/2; (3/4 - 1/2) / (1 - 1/2) */
    assert_true(fabs(json_real_value(at(verdicts, "agreement/kappa")) - 0.5) < 1e-12);
    assert_int_equal(json_array_size(at(verdicts, "second_looks")), 3);
    json_decref(verdicts);

    /* An appeal opens the case again; the look that was done stays. */
    assert_string_equal(
        doing(&desk, &li, last, saying_of(XZ_VERB_APPEAL, XZ_OUTCOME_NONE, 0), LATER_MS), "");
    assert_int_equal(number(&desk, "SELECT COUNT(*) FROM blind_review WHERE done_ms > 0"), 4);
    xz_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_a_second_look_goes_to_who_had_no_part),
        ON_BOTH(test_what_is_read_again_is_without_the_first),
        ON_BOTH(test_who_knows_what_came_of_it_does_not_look_again),
        ON_BOTH(test_who_looks_again_is_kept_blind),
        ON_BOTH(test_agreement_is_what_is_beyond_chance),
    };

    return cmocka_run_group_tests(tests, databases_start, databases_stop);
}
