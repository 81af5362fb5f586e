/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "good.h"

/* ---- mistakes ---- */

struct told { /* all that was said */
    char text[16384];
    size_t len, count;
};

static void tell(void *arg, const struct xz_err *err)
{
    struct told *told = arg;

    told->count++;
    if (told->len < sizeof(told->text)) {
        told->len += (size_t)snprintf(told->text + told->len, sizeof(told->text) - told->len,
                                      "%s: %s\n", err->path, err->msg);
    }
}

static void (*look)(const struct xz_pack *pack); /* at what load_changed loaded; may be NULL */

/* The good pack with `from` replaced by `to` in one file (from NULL: the whole file, which may be
 * new; to NULL: the file is left out), loaded through an archive. */
static enum xz_rc load_changed(const char *path, const char *from, const char *to,
                               struct told *told)
{
    struct xz_pack_files good = {0}, changed = {0};
    struct xz_mistakes mistakes = {0};
    struct xz_buf plain = {0}, archive = {0}, text = {0};
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};
    bool done = false;
    enum xz_rc rc;

    memset(told, 0, sizeof(*told));
    xz_files_read(&good, GOOD, &mistakes);
    for (size_t i = 0; i < good.count; i++) {
        struct xz_str bytes = good.files[i].bytes;

        if (strcmp(good.files[i].path, path) == 0) {
            done = true;
            if (from != NULL) {
                const char *at = memmem(bytes.ptr, bytes.len, from, strlen(from));

                if (at == NULL) {
                    fail_msg("%s does not hold %s", path, from);
                }
                xz_buf_bytes(&text, bytes.ptr, (size_t)(at - bytes.ptr));
                xz_buf_bytes(&text, to, strlen(to));
                xz_buf_bytes(&text, at + strlen(from),
                             bytes.len - (size_t)(at - bytes.ptr) - strlen(from));
                bytes = xz_buf_view(&text);
            } else if (to == NULL) {
                continue;
            } else {
                bytes = xz_str_from(to);
            }
        }
        xz_files_add(&changed, "", xz_str_from(good.files[i].path), bytes, NULL, &mistakes);
    }
    if (!done) {
        assert_null(from);
        xz_files_add(&changed, "", xz_str_from(path), xz_str_from(to), NULL, &mistakes);
        xz_files_sort(&changed);
    }
    assert_int_equal(mistakes.count, 0);
    xz_files_serialise(&changed, &plain);
    compress(&plain, &archive);
    rc = xz_pack_load_archive(xz_buf_view(&archive), &sample_schema, tell, told, &pack, &err);
    if (rc != XZ_OK) {
        char rest[sizeof(told->text)];

        assert_int_equal(err.rc, XZ_CONFIG);
        memcpy(rest, told->text, sizeof(rest));
        (void)snprintf(told->text, sizeof(told->text), "%s: %s\n%.8000s", err.path, err.msg, rest);
        told->count++;
        assert_null(pack);
    } else if (look != NULL) {
        look(pack);
    }
    xz_pack_free(pack);
    assert_int_equal(sample_conf_live, 0);
    xz_buf_fini(&plain);
    xz_buf_fini(&archive);
    xz_buf_fini(&text);
    xz_files_fini(&good);
    xz_files_fini(&changed);
    return rc;
}

#define R90 "patterns/R90_used_after_death.yaml"
#define R91 "patterns/R91_dear_line.yaml"
#define T90 "patterns/T90_busy_counter.yaml"
static const struct {
    const char *path, *from, *to, *says; /* says: "path:line: .." with * for what is between */
} mistakes[] = {
    {"pack.yaml", NULL, NULL, "pack.yaml: *is missing"},
    {"pack.yaml", "lateness", "latenes", "pack.yaml:3: *did you mean \"lateness\"?"},
    {"pack.yaml", "name: sample\n", "", "pack.yaml:1: *name"},
    {"pack.yaml", "3d", "3x", "pack.yaml:3: *is not a duration"},
    {"pack.yaml", "3d", "61d", "pack.yaml:*lateness is longer than horizon"},
    {"pack.yaml", "60d", "10000d", "pack.yaml:4: *horizon is from 1d to 730d"},
    {"pack.yaml", "128", "lots", "pack.yaml:5: *not a whole number"},
    {"pack.yaml", NULL, "- a\n", "pack.yaml:1: *keys with values"},
    {"pack.yaml", NULL, "a: [", "pack.yaml:*not YAML"},
    {R90, "severity: critical", "severty: critical",
     R90 ":9: *unknown key \"severty\"; did you mean \"severity\"?"},
    {R90, "severity: critical\n", "", R90 ":1: *severity"},
    {R90, "critical", "criticl", R90 ":9: *did you mean \"critical\"?"},
    {R90, "id: R90", "id: r90", R90 ":1: *is no id; write one like T02"},
    {R90, "id: R90", "id: T90", T90 ":1: *the id T90 is used already, by " R90},
    {R90, "name: used_after_death", "name: busy_counter", T90 ":1: *name busy_counter is used"},
    {R90, "name: used_after_death", "name: Used", R90 ":2: *is no name"},
    {R90, "version: 3", "version: x", R90 ":3: *whole number"},
    {R90, ", en: \"Used after death\"", "", R90 ":4: *en"},
    {R90, "en: \"Used", "eng: \"Used", R90 ":4: *did you mean \"en\"?"},
    {R90, "title: {zh-CN: \"死后使用\", en: \"Used after death\"}", "title: x",
     R90 ":4: *in two languages"},
    {R90, "subject: insured", "subject: person", R90 ":5: *unknown word*insured"},
    {R90, "result: conclusive", "result: suspicious", R90 ":1: *needs evidence"},
    {R90, "result: conclusive", "result: suspicious",
     R90 ":1: *alarm: {false_alarms: 1 per 100000 insured-months}"},
    {R90, "stage: after", "stage: afer", R90 ":7: *did you mean \"after\"?"},
    {R90, "severity:", "alarm: {false_alarms: 1 per 10 insured-months}\nseverity:",
     R90 ":9: *conclusive pattern*has no alarm"},
    {R90, "severity:", "evidence: [{measure: count}]\nseverity:",
     R90 ":9: *conclusive pattern*has no evidence"},
    {R90, "legal: [条例-41]", "legal: []", R90 ":10: *1 to 8 articles"},
    {R90, "legal: [条例-41]", "legal: 条例-41", R90 ":10: *1 to 8 articles"},
    {R90, "A6", "A7", R90 ":11: *A7"},
    {R90, "A6", "A3", R90 ":11: *A3 stands twice"},
    {R90, "{events} 笔", "{event} 笔", R90 ":12: *did you mean events"},
    {R90, "{events} event", "{events event", R90 ":12: *belong together"},
    {R90, "{events} event", "events} event", R90 ":12: *belong together"},
    {R90, "\"Not before.\"", "\"\"", R90 ":13: *1 to 4096 bytes"},
    {R90, "counterfactual: {zh-CN: \"若在此之前。\", en: \"Not before.\"}\n", "",
     R90 ":1: *counterfactual"},
    {R90, "severity:", "quiet: 0d\nseverity:", R90 ":9: *quiet is how long"},
    {R90, "severity:", "shadow: maybe\nseverity:", R90 ":9: *not true or false"},
    /* when, and its scope */
    {R90, "person.dead", "person.ded",
     R90 ":8: *no \"person.ded\" in the history scope*did you "
         "mean \"person.dead\"?"},
    {R90, "person.dead", "person.dead && lines.exists(l, l.cost > 1)",
     R90 ":8: *no \"lines\" in the history scope (a pattern that asks person.dead sees one "
         "record*available: settlement, "},
    {T90, "acct_pay > 12.50", "size(lines) > 1",
     T90 ":8: *no \"lines\" in the history scope (a pattern with evidence"},
    {R90, "settlement &&", "settlement && mulaid_link &&", R90 ":8: *can be true of no event"},
    {R90, "when: settlement && person.dead", "when: [a]", R90 ":8: *one value is wanted"},
    {R90, "when: settlement && person.dead\n", "", R90 ":1: *when"},
    {R91, "codes.outpatient", "codes.outpatien",
     R91 ":11: *no codes/outpatien.csv; did you mean codes.outpatient?"},
    {R91, "l.cost > 1000", "l.cost > '1000'", R91 ":11: column 72*without quotes"},
    /* evidence */
    {T90, "measure: count", "measure: coun", T90 ":10: *did you mean count"},
    {T90, "measure: count", "measure: entropy",
     T90 ":10: *no measure \"entropy\"; use one of: count, distinct, runs"},
    {T90, "measure: count, ", "", T90 ":10: *measure"},
    {T90, "measure: count", "measure: count(x)", T90 ":10: *takes nothing in brackets"},
    {T90, "distinct(device)", "distinct(devices)",
     T90 ":11: *distinct(institution), distinct(device)"},
    {T90, "distinct(device)", "distinct(device", T90 ":11: *is no measure"},
    {T90, "subject: institution", "subject: insured",
     T90 ":12: *runs says nothing of subject insured; it is for: institution"},
    {T90, "subject: institution", "subject: insured",
     T90 ":13: *the subject is insured, so the rate is in insured-months"},
    {T90, "window: 1d", "windw: 1d", T90 ":10: *did you mean \"window\"?"},
    {T90, "window: 1d", "window: 1y", T90 ":10: *is not a duration"},
    {T90, "window: 1d", "window: 0d", T90 ":10: *longer than nothing"},
    {T90, "window: 1d", "window: 61d", T90 ":10: *longer than the history"},
    {T90, "window: month", "window: 36h", T90 ":11: *whole days"},
    {T90, "family: polya", "family: poly", T90 ":10: *did you mean \"polya\"?"},
    {T90, "family: polya", "family: quantiles",
     T90 ":10: *count has no baseline of family quantiles; write family: none, polya"},
    {T90, "baseline: {family: quantiles}, ", "", T90 ":12: *runs needs a baseline"},
    {T90, "by: [institution_kind, region, med_type]", "by: [agee_band]",
     T90 ":10: *did you mean \"age_band\"?"},
    {T90, "by: [region]", "by: [region, region]", T90 ":11: *region stands twice"},
    {T90, "by: [region]", "by: region", T90 ":11: *by is a list"},
    {T90, "gap: 90s", "gaap: 90s", T90 ":12: *did you mean \"gap\"?"},
    {T90, "gap: 90s", "gap: often", T90 ":12: *is not a duration"},
    {T90, "independent: true", "independent: perhaps", T90 ":11: *not true or false"},
    {T90, "measure: runs, baseline: {family: quantiles}, gap: 90s",
     "measure: count, window: 1d, baseline: {family: polya}",
     T90 ":12: *T90.count.1d stands twice"},
    {T90, "  - {measure: runs, baseline: {family: quantiles}, gap: 90s}", "  - runs",
     T90 ":12: *write {measure"},
    /* alarm */
    {T90, "2 per 1000 institution-months", "2 in 1000 institution-months",
     T90 ":13: *is no rate; write false_alarms: 1 per 100000 institution-months"},
    {T90, "2 per 1000 institution-months", "0 per 1000 institution-months", T90 ":13: *is no rate"},
    {T90, "2 per 1000 institution-months", "2 per 1000 institution-months ago",
     T90 ":13: *is no rate"},
    {T90, "2 per 1000 institution-months", "2000 per 1000 institution-months",
     T90 ":13: *is no bound"},
    {T90, "alarm: {false_alarms", "alarm: {falsealarms", T90 ":13: *did you mean \"false_alarms\""},
    {T90, "alarm: {false_alarms: 2 per 1000 institution-months}", "alarm: 2",
     T90 ":13: *write alarm:"},
    /* codes */
    {"codes/outpatient.csv", "code,name", "cod,name",
     "codes/outpatient.csv:1: *no column \"code\""},
    {"codes/outpatient.csv", "code,name", "code,nam",
     "codes/outpatient.csv:1: *did you mean \"name\"?"},
    {"codes/outpatient.csv", "011", " 011", "codes/outpatient.csv:3: *remove the spaces"},
    {"codes/outpatient.csv", "011", "", "codes/outpatient.csv:3: *empty"},
    {"codes/Bad-name.csv", NULL, "code\n1\n", "codes/Bad-name.csv: *use a-z"},
    {"codes/items.csv", "forbidden", "forbiden", "codes/items.csv:3: *neither allowed"},
    {"codes/items.csv", "B2", "A1", "codes/items.csv:3: *\"A1\" stands twice"},
    {"codes/items.csv", ",kind", ",kin", "codes/items.csv:1: *did you mean \"kind\"?"},
    {"codes/diagnoses.csv", "O80,birth,2", "O80,birth,3", "codes/diagnoses.csv:4: *whole number"},
    {"codes/relations.csv", "child", "chld", "codes/relations.csv:3: *did you mean child"},
    {"codes/relations.csv", "02,child", "01,child", "codes/relations.csv:3: *another relation"},
    {"codes/relations.csv", "02,child", "parent,child", "codes/relations.csv:3: *another relation"},
    /* regions */
    {"regions/shanghai.yaml", "three_segments", "three_segment",
     "regions/shanghai.yaml:2: *did you mean \"three_segments\"?"},
    {"regions/shanghai.yaml", "\"31\"", "\"3\"", "regions/shanghai.yaml:1: *first 2, 4 or 6"},
    {"regions/shanghai.yaml", "\"31\"", "\"\"", "regions/shanghai.yaml:1: *first 2, 4 or 6"},
    {"regions/shanghai.yaml", "\"31\"", "\"310115\"", "regions/*for \"310115\" too"},
    {"regions/shanghai.yaml", "admdvs: \"31\"\n", "", "regions/shanghai.yaml:1: *admdvs"},
    {"regions/default.yaml", "\"\"", "\"21\"", "regions/default.yaml:1: *for every place"},
    {"regions/shanghai.yaml", "true", "yes", "regions/shanghai.yaml:2: *not true or false"},
    {"regions/shanghai.yaml", "500", "-5", "regions/shanghai.yaml:3: *not a number"},
    {"regions/pudong.yaml", "shanghai", "shangha", "regions/pudong.yaml:2: *did you mean shanghai"},
    {"regions/pudong.yaml", "shanghai", "pudong", "regions/pudong.yaml:1: *extends itself"},
    {"regions/pudong.yaml", "31-32", "3132", "regions/pudong.yaml:3: *two provinces"},
    {"regions/pudong.yaml", "child]", "chil]", "regions/pudong.yaml:5: *did you mean \"child\"?"},
    {"regions/pudong.yaml", "[spouse, child]", "spouse", "regions/pudong.yaml:5: *is a list"},
    {"regions/default.yaml", "pharmacy]", "farmacy]", "regions/default.yaml:2: *pharmacy"},
    {"regions/default.yaml", "emergency_med_types", "withdraw_reasons",
     "regions/default.yaml:3: *reason from"},
    /* baselines */
    {"baselines/cells.csv", "T90.count.1d,pharmacy,", "T90.count.7d,pharmacy,",
     "baselines/cells.csv:3: *no pattern has the evidence*the nearest is T90.count.1d"},
    {"baselines/cells.csv", "pharmacy,polya", "pharmacy,beta",
     "baselines/cells.csv:3: *has family polya, not \"beta\""},
    {"baselines/cells.csv", "pharmacy|2101|41", "pharmacy|2101|41|x",
     "baselines/cells.csv:5: *has 3 dimensions"},
    {"baselines/cells.csv", "pharmacy|2101|41", "pharmacy|2101",
     "baselines/cells.csv:5: *stands twice for \"pharmacy|2101\""},
    {"baselines/cells.csv", "2.5 10", "2.5 ten", "baselines/cells.csv:2: *\"ten\" is not a number"},
    {"baselines/cells.csv", "2.5 10", "nan 1", "baselines/cells.csv:2: *not a number"},
    {"baselines/cells.csv", "2.5 10", "", "baselines/cells.csv:2: *params are missing"},
    {"baselines/cells.csv", "1000,2.5", "-1,2.5", "baselines/cells.csv:2: *not a whole number"},
    {"baselines/cells.csv", "T90.count.1d,,", "T90.count.1d,x,", "baselines: *no root"},
    {"baselines/cells.csv", "segment", "segmnt", "baselines/cells.csv:1: *did you mean"},
    {"baselines/steps.csv", "T90", "T91", "baselines/steps.csv:2: *no pattern \"T91\""},
    {"baselines/steps.csv", "250", "0", "baselines/steps.csv:2: *more than 0"},
    {"baselines/steps.csv", "250", "0.001", T90 ": *cannot be held"},
    {"baselines/calibration.csv", "-8,-5", "-8,-1", "baselines/calibration.csv:2: *not rising"},
    {"baselines/calibration.csv", "-8,-5", "8,-1", "baselines/calibration.csv:3: *at most 0"},
    {"baselines/notes.yaml", NULL, "a: b\n", "baselines/notes.yaml: *nothing reads"},
};

/* says with one or more * in it: the parts stand in one line of text, in this order. */
static bool line_says(const char *line, size_t len, const char *says)
{
    const char *end = line + len;

    while (*says != '\0') {
        const size_t part = strcspn(says, "*");
        const char *at = memmem(line, (size_t)(end - line), says, part);

        if (at == NULL) {
            return false;
        }
        line = at + part;
        says += part + (says[part] == '*');
    }
    return true;
}

static bool told_says(const char *text, const char *says)
{
    for (const char *line = text; *line != '\0';) {
        const size_t len = strcspn(line, "\n");

        if (line_says(line, len, says)) {
            return true;
        }
        line += len + (line[len] == '\n');
    }
    return false;
}

static void test_each_mistake_is_told_with_its_place(void **state)
{
    static struct told told;

    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        const enum xz_rc rc =
            load_changed(mistakes[i].path, mistakes[i].from, mistakes[i].to, &told);

        if (rc != XZ_CONFIG || !told_says(told.text, mistakes[i].says)) {
            fail_msg("%s: %s -> %s\n%s\nwant %s", mistakes[i].path, mistakes[i].from,
                     mistakes[i].to, rc == XZ_OK ? "was accepted" : told.text, mistakes[i].says);
        }
    }
}

static void test_all_mistakes_are_told_at_once(void **state)
{
    static struct told told;

    (void)state;
    assert_int_equal(load_changed(R90, NULL,
                                  "id: r1\nname: x\nversion: 0\ntitle: {zh-CN: a, en: b}\n"
                                  "subject: nobody\nresult: conclusive\nstage: never\n"
                                  "when: settlment\nseverity: low\nlegal: [a]\naction: [A9]\n"
                                  "explain: {zh-CN: a, en: \"{b}\"}\n"
                                  "counterfactual: {zh-CN: a}\nsize: 3\n",
                                  &told),
                     XZ_CONFIG);
    assert_int_equal(told.count, 9);
    assert_true(told_says(told.text, R90 ":14: *unknown key \"size\""));
    assert_true(told_says(told.text, R90 ":1: *is no id"));
    assert_true(told_says(told.text, R90 ":3: *whole number"));
    assert_true(told_says(told.text, R90 ":5: *nobody"));
    assert_true(told_says(told.text, R90 ":7: *never"));
    assert_true(told_says(told.text, R90 ":8: column 1*did you mean \"settlement\"?"));
    assert_true(told_says(told.text, R90 ":11: *A9"));
    assert_true(told_says(told.text, R90 ":12: *{b}"));
    assert_true(told_says(told.text, R90 ":13: *en"));
}

static void test_mistakes_of_others_are_not_told_again(void **state)
{
    static struct told told;

    (void)state;
    assert_int_equal(load_changed(T90, "measure: count", "measure: coun", &told), XZ_CONFIG);
    assert_int_equal(told.count, 1); /* not that baselines of count refer to nothing */
    assert_int_equal(load_changed("codes/outpatient.csv", "code,name", "cod,name", &told),
                     XZ_CONFIG);
    assert_int_equal(told.count, 1); /* not that patterns refer to no codes.outpatient */
}

static void test_default_file_and_all_else_may_be_missing(void **state)
{
    static struct told told;

    (void)state;
    assert_int_equal(load_changed("regions/default.yaml", NULL, NULL, &told), XZ_OK);
    assert_int_equal(load_changed("codes/items.csv", NULL, NULL, &told), XZ_OK);
    assert_int_equal(load_changed("baselines/cells.csv", NULL, NULL, &told), XZ_OK);
    assert_int_equal(load_changed("baselines/fitted.yaml", NULL, NULL, &told), XZ_OK);
    /* what fit writes besides: a report that only people read, and a first knot at p = 1 */
    assert_int_equal(
        load_changed("baselines/calibration_report.csv", NULL, "key,stated\nx,1\n", &told), XZ_OK);
    assert_int_equal(load_changed("baselines/calibration.csv", "-2,-1.5", "-0,0", &told), XZ_OK);
}

static void look_at_default_steps(const struct xz_pack *pack)
{
    near_to(pattern_of(pack, "T90")->steps_per_month, 31.0);
    near_to(pattern_of(pack, "T90")->log_threshold, log(31.0 / 0.002));
}

static void test_steps_are_31_where_nothing_was_fitted(void **state)
{
    static struct told told;

    (void)state;
    look = look_at_default_steps;
    assert_int_equal(load_changed("baselines/steps.csv", NULL, NULL, &told), XZ_OK);
    look = NULL;
}

static void look_at_steep_calibration(const struct xz_pack *pack)
{
    const struct xz_evidence_spec *spec = pattern_of(pack, "T90")->evidence;

    near_to(xz_pack_calibrate(spec, -8.0), -7.9);
    near_to(xz_pack_calibrate(spec, -10.0), -9.9); /* slope 1, not 1.23 */
    near_to(xz_pack_calibrate(spec, -2.0), -0.5);
}

static void look_at_sharpening_calibration(const struct xz_pack *pack)
{
    const struct xz_evidence_spec *spec = pattern_of(pack, "T90")->evidence;

    near_to(xz_pack_calibrate(spec, -4.0), -4.0);
    near_to(xz_pack_calibrate(spec, -2.0), -2.0);
    near_to(xz_pack_calibrate(spec, -9.0), -9.0);
}

static void test_calibration_never_makes_anything_less_probable(void **state)
{
    static struct told told;

    (void)state;
    look = look_at_steep_calibration;
    assert_int_equal(load_changed("baselines/calibration.csv", NULL,
                                  "key,log_p,log_p_calibrated\n"
                                  "T90.count.1d,-2,-0.5\nT90.count.1d,-8,-7.9\n",
                                  &told),
                     XZ_OK);
    look = look_at_sharpening_calibration;
    assert_int_equal(load_changed("baselines/calibration.csv", NULL,
                                  "key,log_p,log_p_calibrated\nT90.count.1d,-4,-6\n", &told),
                     XZ_OK);
    look = NULL;
}

static void test_folder_that_is_not_there_is_told(void **state)
{
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(
        xz_pack_load("tests/unit/pack/data/none", &sample_schema, NULL, NULL, &pack, &err),
        XZ_CONFIG);
    assert_non_null(strstr(err.msg, "cannot be opened"));
    assert_null(pack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mistake_is_told_with_its_place),
        cmocka_unit_test(test_all_mistakes_are_told_at_once),
        cmocka_unit_test(test_mistakes_of_others_are_not_told_again),
        cmocka_unit_test(test_default_file_and_all_else_may_be_missing),
        cmocka_unit_test(test_steps_are_31_where_nothing_was_fitted),
        cmocka_unit_test(test_calibration_never_makes_anything_less_probable),
        cmocka_unit_test(test_folder_that_is_not_there_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
