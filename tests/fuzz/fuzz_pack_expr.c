/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text as an expression: it is refused with a message, or it compiles and then evaluates on
 * known and on unknown values. */
#include "../unit/pack/sample.h"

#include "pack/expr_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct xz_set *find_list(const void *ctx, struct xz_str name)
{
    return xz_str_eq(name, XZ_STR("shops")) ? ctx : NULL;
}

static void each_list(const void *ctx, void (*visit)(void *arg, const char *name), void *arg)
{
    (void)ctx;
    visit(arg, "shops");
}

static void evaluate(const struct xz_expr *expr)
{
    struct sample_event known = sample_purchase(), unknown = {.body = XZ_BODY_NONE};
    struct xz_value value;

    unknown.acct_pay_fen = unknown.medfee_fen = unknown.age = unknown.count_e4 = INT64_MIN;
    unknown.share = NAN;
    unknown.online = unknown.flags[0] = unknown.flags[1] = unknown.flags[2] = -1;
    xz_expr_eval(expr, &unknown, &value);
    xz_expr_eval(expr, &known, &value);
    known.acct_pay_fen = known.age = INT64_MAX;
    known.medfee_fen = INT64_MIN + 1;
    xz_expr_eval(expr, &known, &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const bodies[] = {"settlement", "account_movement", "mulaid_link"};
    static const struct xz_str codes[] = {{"41", 2}, {"011", 3}};
    const struct xz_str text = {size > 0 ? (const char *)data : NULL, (uint32_t)size};
    struct xz_set *shops = xz_set_new(codes, 2);
    const struct xz_expr_names names = {shops, find_list, each_list};
    struct xz_str name;

    for (int want = XZ_TYPE_BOOL; want <= XZ_TYPE_DOUBLE; want++) {
        struct xz_expr *expr = NULL;
        struct xz_err err = {0};

        if (xz_expr_compile(text, "fuzz", 1, &sample_event_scope, &names, want, &expr, &err) ==
            XZ_OK) {
            evaluate(expr);
            (void)xz_expr_possible(expr, bodies, 3);
            xz_expr_free(expr);
        } else if (err.rc != XZ_CONFIG || err.msg[0] == '\0') {
            abort();
        }
    }
    (void)xz_expr_mentions(text, &sample_history_scope, &sample_event_scope, &name);
    xz_set_free(shops);
    return 0;
}
