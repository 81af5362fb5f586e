/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "pack/expr_int.h"
#include "sample.h"

static struct xz_set *shops; /* codes.shops and codes.wards */
static struct xz_set *wards;

static const struct xz_set *find_list(const void *ctx, struct xz_str name)
{
    (void)ctx;
    return xz_str_eq(name, XZ_STR("shops"))   ? shops
           : xz_str_eq(name, XZ_STR("wards")) ? wards
                                              : NULL;
}

static void each_list(const void *ctx, void (*visit)(void *arg, const char *name), void *arg)
{
    (void)ctx;
    visit(arg, "shops");
    visit(arg, "wards");
}

static const struct xz_expr_names names = {NULL, find_list, each_list};

static int setup(void **state)
{
    const struct xz_str codes[] = {XZ_STR("41"), XZ_STR("011"), XZ_STR("14")};

    (void)state;
    shops = xz_set_new(codes, 3);
    wards = xz_set_new(codes, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    xz_set_free(shops);
    xz_set_free(wards);
    return 0;
}

static char truth_of(const char *text, const struct sample_event *event)
{
    struct xz_expr *expr = NULL;
    struct xz_err err = {0};
    struct xz_value value;

    if (xz_expr_compile(xz_str_from(text), "t.yaml", 1, &sample_event_scope, &names, XZ_TYPE_BOOL,
                        &expr, &err) != XZ_OK) {
        fail_msg("%s\n%s", text, err.msg);
    }
    xz_expr_eval(expr, event, &value);
    xz_expr_free(expr);
    return value.known ? value.boolean ? 'T' : 'F' : '?';
}

static const struct {
    const char *text;
    char want;
} truths[] = {
    {"true", 'T'},
    {"settlement", 'T'},
    {"mulaid_link", 'F'},
    {"online", '?'},
    {"has(online)", 'F'},
    {"!has(online)", 'T'},
    {"has(med_type) && has(lines)", 'T'},
    {"!(settlement)", 'F'},
    {"!!settlement", 'T'},
    {"online == false", '?'},
    {"settlement == true", 'T'},
    {"settlement != mulaid_link", 'T'},
    /* money and literals of its unit */
    {"acct_pay > 12.49", 'T'},
    {"acct_pay > 12.50", 'F'},
    {"acct_pay >= 12.5", 'T'},
    {"12.5 == acct_pay", 'T'},
    {"acct_pay == 12", 'F'},
    {"acct_pay == 5 * 2.5", 'T'},
    {"acct_pay == 100 - 87.5", 'T'},
    {"acct_pay < medfee_sumamt", 'T'},
    {"acct_pay * 4 == medfee_sumamt", 'T'},
    {"4 * acct_pay == medfee_sumamt", 'T'},
    {"acct_pay == medfee_sumamt / 4", 'T'},
    {"acct_pay / medfee_sumamt == 0.25", 'T'},
    {"acct_pay == 0.25 * medfee_sumamt", 'T'},
    {"acct_pay > 0.25 * medfee_sumamt", 'F'},
    {"acct_pay + 37.50 == medfee_sumamt", 'T'},
    {"medfee_sumamt - acct_pay == 37.5", 'T'},
    {"medfee_sumamt % 20 == 10", 'T'},
    {"-acct_pay < 0", 'T'},
    {"-acct_pay == -12.50", 'T'},
    {"abs(acct_pay - medfee_sumamt) == 37.5", 'T'},
    {"min(acct_pay, 10) == 10 && max(acct_pay, 10) == 12.5", 'T'},
    {"count == 2.5", 'T'},
    {"count > 2.4999", 'T'},
    /* whole numbers */
    {"age == 60", 'T'},
    {"age > 59.5", 'T'},
    {"age / 7 == 8 && age % 7 == 4", 'T'},
    {"age - 70 == -10 && abs(age - 70) == 10", 'T'},
    {"-7 / 2 == -3", 'T'},
    {"7 / 2 * 2 == 6", 'T'},
    {"7.0 / 2 == 3.5", 'T'},
    {"1 + 2 * 3 == 7 && (1 + 2) * 3 == 9", 'T'},
    {"10 - 3 - 2 == 5", 'T'},
    {"age / (age - 60) == 1", '?'},
    {"age % (age - 60) == 1", '?'},
    {"age * 999999999999999999 > 0", '?'},
    {"share >= 0.25", 'T'},
    {"share * 4 >= 1", 'T'},
    {"share / (share - share) > 0", '?'},
    {"min(share, 1) == share", 'T'},
    {"-share < 0 && abs(-share) == share", 'T'},
    /* texts */
    {"med_type == '41'", 'T'},
    {"med_type == \"41\"", 'T'},
    {"med_type != '41'", 'F'},
    {"med_type == '041'", 'F'},
    {"psn_type.startsWith('11')", 'T'},
    {"psn_type.startsWith('12')", 'F'},
    {"psn_type.startsWith('')", 'T'},
    {"psn_type.endsWith('01')", 'T'},
    {"psn_type.endsWith('11011')", 'F'},
    {"psn_type.contains('10')", 'T'},
    {"psn_type.contains('x')", 'F'},
    {"psn_type.substring(0, 2) == '11'", 'T'},
    {"psn_type.substring(2) == '01'", 'T'},
    {"psn_type.substring(0, 2).endsWith('1')", 'T'},
    {"psn_type.substring(3, 9) == '1'", '?'},
    {"psn_type.substring(-1, 2) == '1'", '?'},
    {"psn_type.substring(2, 1) == ''", '?'},
    {"name.substring(1, 3) == '药房'", 'T'},
    {"size(name) == 4", 'T'},
    {"size(psn_type) == 4", 'T'},
    {"med_type < '5' && med_type >= '41'", 'T'},
    {"'it\\'s' == \"it's\"", 'T'},
    {"'a\\\\b' == 'a\\\\b'", 'T'},
    /* lists */
    {"med_type in ['11', '41']", 'T'},
    {"med_type in ['11']", 'F'},
    {"!(med_type in ['11'])", 'T'},
    {"med_type in codes.shops", 'T'},
    {"'011' in codes.shops && !('11' in codes.shops)", 'T'},
    {"med_type in policy.relations", '?'},
    {"size(['a', 'b', 'a']) == 2", 'T'},
    {"settlement && med_type in codes.shops && acct_pay > 0", 'T'},
    /* elements */
    {"size(lines) == 2", 'T'},
    {"lines.exists(l, l.code == 'B2')", 'T'},
    {"lines.exists(l, l.code == 'C3')", 'F'},
    {"lines.all(l, l.cost >= 10)", 'T'},
    {"lines.all(l, l.cost > 10)", 'F'},
    {"lines.exists(l, l.item.sex == 2)", 'T'},
    {"lines.exists(l, l.item.sex == 1)", '?'},
    {"lines.all(l, l.item.sex == 2)", '?'},
    {"lines.all(l, l.item.sex == 1)", 'F'},
    {"lines.exists(l, has(l.item.sex) && l.item.sex == 1)", 'F'},
    {"lines.exists(l, l.cost > acct_pay)", 'T'},
    {"lines.exists(l, l.tags.exists(t, t.word == 'heart' && l.code == 'B2'))", 'T'},
    {"lines.exists(l, l.tags.exists(t, t.word == 'heart' && l.code == 'A1'))", 'F'},
    {"lines.exists(l, size(l.tags) == 2) && lines.exists(l, size(l.tags) == 1)", 'T'},
    {"lines.exists(a, lines.exists(b, a.code != b.code && a.cost < b.cost))", 'T'},
    /* times */
    {"gap == duration('7d')", 'T'},
    {"at - before == duration('1w')", 'T'},
    {"before + duration('7d') == at", 'T'},
    {"at - duration('24h') > before", 'T'},
    {"gap > duration('6d') * 2", 'F'},
    {"gap / 7 == duration('1d')", 'T'},
    {"abs(before - at) == gap", 'T'},
    {"min(at, before) == before", 'T'},
    /* precedence and choice */
    {"true || false && false", 'T'},
    {"(true || false) && false", 'F'},
    {"!true || true", 'T'},
    {"age > 50 ? med_type == '41' : online", 'T'},
    {"online ? true : true", '?'},
    {"(age > 50 ? 1 : 2) == 1", 'T'},
    {"(age > 50 ? acct_pay : 0) == 12.5", 'T'},
    {"false ? true : true ? true : false", 'T'},
    {"age > 1\n &&\tage < 100", 'T'},
};

static void test_truth_table_of_expressions(void **state)
{
    const struct sample_event event = sample_purchase();

    (void)state;
    for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
        const char got = truth_of(truths[i].text, &event);

        if (got != truths[i].want) {
            fail_msg("%s gives %c, want %c", truths[i].text, got, truths[i].want);
        }
    }
}

static const struct {
    const char *text;
    unsigned column;
    const char *says;
} mistakes[] = {
    {"", 1, "nothing is written"},
    {"med_typ == '41'", 1, "did you mean \"med_type\"?"},
    {"settlement && acct_pai > 0", 15, "did you mean \"acct_pay\"?"},
    {"xyzzy", 1, "available: settlement, "},
    {"settlement and true", 12, "write && for and"},
    {"settlement or true", 12, "write || for or"},
    {"not settlement", 1, "write ! for not"},
    {"settlement & true", 12, "write && for and"},
    {"settlement | true", 12, "write || for or"},
    {"med_type = '41'", 10, "write == to compare"},
    {"med_type == null", 13, "ask has(name)"},
    {"med_type == 41", 13, "stand in quotes"},
    {"age == '60'", 8, "without quotes"},
    {"online == '1'", 11, "write the name alone"},
    {"online == 1", 11, "write the name alone"},
    {"med_type == acct_pay", 13, "money cannot stand beside a text"},
    {"acct_pay > 12.505", 12, "money has two decimals"},
    {"acct_pay > age", 12, "different units"},
    {"acct_pay * medfee_sumamt > 1", 10, "cannot be multiplied"},
    {"age / acct_pay > 1", 5, "cannot be divided"},
    {"age / 0 > 1", 5, "divided by 0"},
    {"share % 2 > 1", 7, "whole numbers"},
    {"med_type + '1' == '411'", 10, "texts are not joined"},
    {"settlement < true", 12, "no order"},
    {"lines == lines", 7, "lists are not compared"},
    {"age", 1, "the whole expression must be true or false"},
    {"age && settlement", 1, "each side of && must be true or false"},
    {"settlement || 'x'", 15, "each side of || must be true or false"},
    {"!age", 2, "what stands behind !"},
    {"-settlement", 1, "- is for numbers"},
    {"-med_type == '1'", 1, "- is for numbers"},
    {"settlement true", 12, "the expression ends here"},
    {"(settlement", 12, ") is missing here"},
    {"settlement)", 11, "the expression ends here"},
    {"med_type in codes.shop", 13, "did you mean codes.shops?"},
    {"med_type in codes.zzzzzz", 13, "there is no codes/zzzzzz.csv"},
    {"med_type in codes", 18, "the name of a code list"},
    {"codes.shops == 'x'", 1, "only right of in"},
    {"size(codes.shops) > 1", 6, "only right of in"},
    {"med_type in '41'", 13, "a list of texts"},
    {"age in ['60']", 1, "what stands before in must be a text"},
    {"med_type in ['41', 11]", 20, "a list holds texts in quotes"},
    {"med_type in []", 14, "a list holds texts in quotes"},
    {"med_type in ['41'", 18, "] or a comma is missing"},
    {"'41", 1, "no closing quote"},
    {"'a\\n' == 'b'", 1, "behind a backslash"},
    {"has('x')", 5, "one name"},
    {"has(age > 1)", 9, ") is missing"},
    {"size(age) > 1", 1, "size is of a list or a text"},
    {"len(name) > 1", 1, "there is no function \"len\""},
    {"siz(name) > 1", 1, "did you mean size"},
    {"name.startswith('x')", 6, "did you mean startsWith"},
    {"name.matches('x')", 6, "there is no method"},
    {"name.startsWith(age)", 17, "must be a text"},
    {"age.startsWith('x')", 1, "must be a text"},
    {"name.substring('a') == 'b'", 16, "where a substring begins"},
    {"name.exists(l, true)", 6, "look through a list"},
    {"lines.exists(l, l)", 17, "write l.name"},
    {"lines.exists(l, l.cod == 'x')", 17, "did you mean \"code\"?"},
    {"lines.exists(l, l.cost)", 17, "what is asked of each element"},
    {"lines.exists(age, true)", 14, "choose another name"},
    {"lines.exists(policy, true)", 14, "choose another name"},
    {"lines.exists(l, lines.exists(l, true))", 30, "choose another name"},
    {"lines.exists('l', true)", 14, "a name for the element"},
    {"lines.exists(l; true)", 15, "no meaning here"},
    {"gap > 7d", 7, "duration('7d')"},
    {"gap > 7", 7, "duration('7d')"},
    {"gap > duration('7x')", 16, "is not a duration"},
    {"gap > duration(7)", 16, "duration('7d')"},
    {"at + at > at", 6, "cannot stand beside"},
    {"at > 3", 6, "cannot stand beside a time"},
    {"abs(name) == '1'", 1, "abs is of a number"},
    {"min(age) > 1", 8, "min(a, b)"},
    {"min(name, name) == 'x'", 1, "min and max are for numbers"},
    {"age > 50 ? 1 : 'x'", 16, "cannot stand beside"},
    {"age ? true : false", 1, "what stands before ?"},
    {"age > 50 ? true", 16, "stands :"},
    {"1234567890123456789 > 1", 1, "at most 18 digits"},
    {"1.0123456789 > 1", 1, "9 of them behind the point"},
    {"age > ", 7, "a name or a value is missing"},
    {"age > 50 # why", 10, "no meaning here"},
    {"名 > 1", 1, "no meaning here"},
    {"name == '大药房' && agee > 1", 18, "did you mean \"age\"?"},
    {"name. == 'x'", 7, "behind a dot stands a name"},
};

static void test_each_mistake_is_told_with_column_and_remedy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct xz_expr *expr = NULL;
        struct xz_err err = {0};
        char column[24];

        if (xz_expr_compile(xz_str_from(mistakes[i].text), "p.yaml", 7, &sample_event_scope, &names,
                            XZ_TYPE_BOOL, &expr, &err) == XZ_OK) {
            fail_msg("%s was accepted", mistakes[i].text);
        }
        (void)snprintf(column, sizeof(column), "column %u, ", mistakes[i].column);
        if (strstr(err.msg, mistakes[i].says) == NULL || strstr(err.msg, column) != err.msg) {
            fail_msg("%s\n  %s\n  want %s%s", mistakes[i].text, err.msg, column, mistakes[i].says);
        }
        assert_string_equal(err.path, "p.yaml:7");
        assert_int_equal(err.rc, XZ_CONFIG);
        assert_null(expr);
    }
}

static void test_mistake_on_a_later_line_names_the_line(void **state)
{
    struct xz_expr *expr = NULL;
    struct xz_err err = {0};

    (void)state;
    assert_int_equal(xz_expr_compile(XZ_STR("settlement &&\n  agee > 1"), "p", 1,
                                     &sample_event_scope, &names, XZ_TYPE_BOOL, &expr, &err),
                     XZ_CONFIG);
    assert_non_null(strstr(err.msg, "line 2, column 3"));
}

/* Kleene's tables written down, against what comes out; 0 false, 1 true, 2 unknown. */
static const char kleene_and[3][4] = {"FFF", "FT?", "F??"};
static const char kleene_or[3][4] = {"FT?", "TTT", "?T?"};
static const char kleene_not[4] = "TF?";

static int flag_of(int which) { return which == 2 ? -1 : which; }
static int which_of(char letter) { return letter == 'F' ? 0 : letter == 'T' ? 1 : 2; }

static void test_logic_agrees_with_kleenes_tables(void **state)
{
    struct sample_event event = sample_purchase();

    (void)state;
    for (int p = 0; p < 3; p++) {
        event.flags[0] = flag_of(p);
        assert_int_equal(truth_of("!p", &event), kleene_not[p]);
        for (int q = 0; q < 3; q++) {
            event.flags[1] = flag_of(q);
            assert_int_equal(truth_of("p && q", &event), kleene_and[p][q]);
            assert_int_equal(truth_of("p || q", &event), kleene_or[p][q]);
            for (int r = 0; r < 3; r++) {
                const int pq = which_of(kleene_and[p][q]);
                const int qr = which_of(kleene_or[q][r]);

                event.flags[2] = flag_of(r);
                assert_int_equal(truth_of("p && q && r", &event), kleene_and[pq][r]);
                assert_int_equal(truth_of("p && (q || r)", &event), kleene_and[p][qr]);
                assert_int_equal(truth_of("p && q || r", &event), kleene_or[pq][r]);
                assert_int_equal(truth_of("!(p && q)", &event),
                                 truth_of("!p || !q", &event)); /* De Morgan */
                assert_int_equal(truth_of("p ? q : r", &event),
                                 p == 2 ? '?' : "FT?"[p == 1 ? q : r]);
            }
        }
    }
}

static void test_unknown_comparison_is_unknown_both_ways(void **state)
{
    struct sample_event event = sample_purchase();

    (void)state;
    event.acct_pay_fen = INT64_MIN;
    event.med_type = XZ_STR_NONE;
    event.share = NAN;
    event.lines_unknown = true;
    assert_int_equal(truth_of("acct_pay > 0", &event), '?');
    assert_int_equal(truth_of("!(acct_pay > 0)", &event), '?');
    assert_int_equal(truth_of("acct_pay != medfee_sumamt", &event), '?');
    assert_int_equal(truth_of("med_type != '41'", &event), '?');
    assert_int_equal(truth_of("med_type in codes.shops", &event), '?');
    assert_int_equal(truth_of("!(med_type in codes.shops)", &event), '?');
    assert_int_equal(truth_of("share < 1", &event), '?');
    assert_int_equal(truth_of("lines.exists(l, true)", &event), '?');
    assert_int_equal(truth_of("acct_pay > 0 && mulaid_link", &event), 'F');
    assert_int_equal(truth_of("acct_pay > 0 || settlement", &event), 'T');
    assert_int_equal(truth_of("med_type.startsWith('4')", &event), '?');
    assert_int_equal(truth_of("size(med_type) == 0", &event), '?');
    assert_int_equal(truth_of("-acct_pay < 1 || abs(acct_pay) < 1", &event), '?');
}

static void test_other_result_types(void **state)
{
    const struct sample_event event = sample_purchase();
    struct xz_expr *expr = NULL;
    struct xz_err err = {0};
    struct xz_value value;

    (void)state;
    assert_int_equal(xz_expr_compile(XZ_STR("acct_pay + 1"), "t", 1, &sample_event_scope, &names,
                                     XZ_TYPE_INT, &expr, &err),
                     XZ_OK);
    xz_expr_eval(expr, &event, &value);
    assert_true(value.known);
    assert_int_equal(value.integer, 1350);
    xz_expr_free(expr);
    assert_int_equal(xz_expr_compile(XZ_STR("age"), "t", 1, &sample_event_scope, &names,
                                     XZ_TYPE_DOUBLE, &expr, &err),
                     XZ_OK);
    xz_expr_eval(expr, &event, &value);
    assert_true(value.known && value.number > 59.5 && value.number < 60.5);
    xz_expr_free(expr);
    assert_int_equal(xz_expr_compile(XZ_STR("online ? 'a' : 'b'"), "t", 1, &sample_event_scope,
                                     &names, XZ_TYPE_STR, &expr, &err),
                     XZ_OK);
    xz_expr_eval(expr, &event, &value);
    assert_false(value.known);
    xz_expr_free(expr);
}

static void load_nan(const void *ctx, uint16_t slot, struct xz_value *value)
{
    (void)ctx;
    (void)slot;
    value->known = true;
    value->number = NAN;
}

static void test_what_is_no_number_is_unknown(void **state)
{
    static const struct xz_var vars[] = {{"x", XZ_TYPE_DOUBLE, 0, 1, NULL}};
    static const struct xz_scope scope = {"odd", vars, 1, load_nan};
    static const char *const texts[] = {"x == 1", "x != 1",        "x < 1",
                                        "1 <= x", "x == x",        "x + 1 > 0",
                                        "-x > 0", "max(x, 1) > 0", "min(x, 1) < 2"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct xz_expr *expr = NULL;
        struct xz_err err = {0};
        struct xz_value value;

        assert_int_equal(
            xz_expr_compile(xz_str_from(texts[i]), "t", 1, &scope, NULL, XZ_TYPE_BOOL, &expr, &err),
            XZ_OK);
        xz_expr_eval(expr, NULL, &value);
        if (value.known) {
            fail_msg("%s is known", texts[i]);
        }
        xz_expr_free(expr);
    }
}

static void repeat(char *out, size_t cap, const char *before, const char *part, int times,
                   const char *after)
{
    size_t len = (size_t)snprintf(out, cap, "%s", before);

    for (int i = 0; i < times; i++) {
        len += (size_t)snprintf(out + len, cap - len, "%s", part);
    }
    (void)snprintf(out + len, cap - len, "%s", after);
}

static enum xz_rc try_compile(const char *text, struct xz_err *err)
{
    struct xz_expr *expr = NULL;
    const enum xz_rc rc = xz_expr_compile(xz_str_from(text), "t", 1, &sample_event_scope, &names,
                                          XZ_TYPE_BOOL, &expr, err);

    xz_expr_free(expr);
    return rc;
}

static void test_size_and_nesting_are_bounded(void **state)
{
    static char text[20000];
    struct xz_err err = {0};

    (void)state;
    repeat(text, sizeof(text), "p", " && p", 1000, "");
    assert_int_equal(try_compile(text, &err), XZ_OK);
    repeat(text, sizeof(text), "p", " && p", 2100, "");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "too large"));
    repeat(text, sizeof(text), "", "(", 500, "p");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "nested too deeply"));
    repeat(text, sizeof(text), "", "!", 500, "p");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    repeat(text, sizeof(text), "", "p ? p : ", 500, "p");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    repeat(text, sizeof(text), "age", " + age", 200, " > 1");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    repeat(text, sizeof(text), "p", "          ", 1900, "");
    assert_int_equal(try_compile(text, &err), XZ_CONFIG);
    assert_non_null(strstr(err.msg, "at most 16384 bytes"));
    assert_int_equal(try_compile("lines.exists(a, lines.exists(b, lines.exists(c, true)))", &err),
                     XZ_OK);
    assert_int_equal(try_compile("lines.exists(a, lines.exists(b, lines.exists(c, "
                                 "lines.exists(d, true))))",
                                 &err),
                     XZ_CONFIG);
}

static uint32_t possible_of(const char *text)
{
    static const char *const bodies[] = {"settlement", "account_movement", "mulaid_link"};
    struct xz_expr *expr = NULL;
    struct xz_err err = {0};
    uint32_t bits;

    if (xz_expr_compile(xz_str_from(text), "t", 1, &sample_event_scope, &names, XZ_TYPE_BOOL, &expr,
                        &err) != XZ_OK) {
        fail_msg("%s", err.msg);
    }
    bits = xz_expr_possible(expr, bodies, 3);
    xz_expr_free(expr);
    return bits;
}

static void test_possible_bodies_follow_from_the_expression(void **state)
{
    (void)state;
    assert_int_equal(possible_of("settlement && age > 1"), 1);
    assert_int_equal(possible_of("age > 1"), 7);
    assert_int_equal(possible_of("settlement || account_movement"), 3);
    assert_int_equal(possible_of("(settlement && p) || (mulaid_link && q)"), 5);
    assert_int_equal(possible_of("!settlement"), 6);
    assert_int_equal(possible_of("!(settlement || mulaid_link) && p"), 2);
    assert_int_equal(possible_of("settlement && mulaid_link"), 0);
    assert_int_equal(possible_of("false"), 0);
    assert_int_equal(possible_of("p ? settlement : settlement"), 7); /* not looked into */
}

static void test_uses_and_mentions(void **state)
{
    struct xz_expr *expr = NULL;
    struct xz_err err = {0};
    struct xz_str name = XZ_STR_NONE;

    (void)state;
    assert_int_equal(xz_expr_compile(XZ_STR("settlement && person.dead"), "t", 1,
                                     &sample_history_scope, &names, XZ_TYPE_BOOL, &expr, &err),
                     XZ_OK);
    assert_true(xz_expr_uses(expr, "person."));
    assert_true(xz_expr_uses(expr, "settlement"));
    assert_false(xz_expr_uses(expr, "policy."));
    xz_expr_free(expr);
    assert_true(xz_expr_mentions(XZ_STR("p && person.dead"), &sample_history_scope,
                                 &sample_event_scope, &name));
    assert_true(xz_str_eq(name, XZ_STR("person.dead")));
    assert_true(
        xz_expr_mentions(XZ_STR("person.ded"), &sample_history_scope, &sample_event_scope, &name));
    assert_true(
        xz_expr_mentions(XZ_STR("refund && p"), &sample_history_scope, &sample_event_scope, &name));
    assert_false(xz_expr_mentions(XZ_STR("name == 'person.dead' && med_type in codes.refund"),
                                  &sample_history_scope, &sample_event_scope, &name));
    assert_false(xz_expr_mentions(XZ_STR("lines.exists(l, l.refund > 1)"), &sample_history_scope,
                                  &sample_event_scope, &name));
}

static void count_member(void *arg, struct xz_str text)
{
    assert_true(text.len > 0);
    ++*(int *)arg;
}

static void test_sets_hold_what_was_put_in(void **state)
{
    enum { MANY = 5000 };
    static char words[MANY][12];
    static struct xz_str texts[2 * MANY + 1];
    struct xz_set *set;
    int count = 0;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        const int len = snprintf(words[i], sizeof(words[i]), "%07d", i * 2);

        texts[2 * i] = texts[2 * i + 1] = (struct xz_str){words[i], (uint32_t)len};
    }
    set = xz_set_new(texts, 2 * MANY + 1);   /* the last is absent */
    memset(words[0], 'x', sizeof(words[0])); /* the set has copies */
    assert_int_equal(xz_set_size(set), MANY);
    xz_set_each(set, count_member, &count);
    assert_int_equal(count, MANY);
    for (int i = 0; i < 2 * MANY; i++) {
        char word[12];
        const int len = snprintf(word, sizeof(word), "%07d", i);

        assert_int_equal(xz_set_has(set, (struct xz_str){word, (uint32_t)len}), i % 2 == 0);
    }
    assert_false(xz_set_has(set, XZ_STR_NONE));
    assert_false(xz_set_has(set, XZ_STR("2")));
    assert_true(xz_set_has(set, XZ_STR("0000002")));
    xz_set_free(set);
    set = xz_set_new(NULL, 0);
    assert_false(xz_set_has(set, XZ_STR("a")));
    assert_false(xz_set_has(set, XZ_STR_NONE));
    xz_set_free(set);
    xz_set_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truth_table_of_expressions),
        cmocka_unit_test(test_each_mistake_is_told_with_column_and_remedy),
        cmocka_unit_test(test_mistake_on_a_later_line_names_the_line),
        cmocka_unit_test(test_logic_agrees_with_kleenes_tables),
        cmocka_unit_test(test_unknown_comparison_is_unknown_both_ways),
        cmocka_unit_test(test_other_result_types),
        cmocka_unit_test(test_what_is_no_number_is_unknown),
        cmocka_unit_test(test_size_and_nesting_are_bounded),
        cmocka_unit_test(test_possible_bodies_follow_from_the_expression),
        cmocka_unit_test(test_uses_and_mentions),
        cmocka_unit_test(test_sets_hold_what_was_put_in),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
