/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack/expr.h - the expression language of patterns: a documented subset of the Common Expression
 * Language, type-checked against a scope when the pack is loaded and compiled once.
 *
 * What a sender left out is unknown, and an unknown breach is no breach: evaluation is
 * three-valued (Kleene). A comparison with an absent value is unknown, `has(x)` is not;
 * `false && unknown` is false; a pattern fires only on true.
 *
 * Subset: || && ! == != < <= > >= + - * / % in, ?:, literals (int, decimal, 'text', true, false,
 * duration 7d as duration('7d')), lists ['a','b'], has(x), size(list or text), text.startsWith(t),
 * text.endsWith(t), text.contains(t), text.substring(from[, to]), list.exists(v, e),
 * list.all(v, e), abs(n), min(a, b), max(a, b), and members by dots: codes.NAME (a code list, only
 * right of `in`), policy.NAME, person.NAME.
 */
#ifndef XZ_PACK_EXPR_H
#define XZ_PACK_EXPR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum xz_type {
    XZ_TYPE_BOOL,
    XZ_TYPE_INT, /* also money, in fen, and counts */
    XZ_TYPE_DOUBLE,
    XZ_TYPE_STR,
    XZ_TYPE_TIME,     /* int64 ms */
    XZ_TYPE_DURATION, /* int64 ms */
    XZ_TYPE_SET,      /* of strings: policy lists, literals, code lists */
    XZ_TYPE_ITEMS     /* something to iterate: its elements have a scope of their own */
};

struct xz_set; /* a frozen set of strings */
bool xz_set_has(const struct xz_set *set, struct xz_str text);
size_t xz_set_size(const struct xz_set *set);

struct xz_value {
    bool known; /* false: absent; the rest means nothing */
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct xz_str text;
        const struct xz_set *set;
        struct { /* XZ_TYPE_ITEMS: the element at i is `first + i * stride` */
            const void *first;
            uint32_t count;
            uint32_t stride;
        } items;
    };
};

struct xz_scope;

struct xz_var {
    const char *name; /* may hold dots: "person.dead", "item.sex" */
    enum xz_type type;
    uint16_t slot;                  /* what load() is asked for */
    int64_t fixed_unit;             /* of XZ_TYPE_INT: literals are scaled by it: money 100, so that
                                       `acct_pay > 12.50` means 1250 fen; 1 for plain integers */
    const struct xz_scope *element; /* of XZ_TYPE_ITEMS */
};

/* The names an expression may use. load() fills *value for a slot; ctx is what the evaluation was
 * given (of an element: the element's address). */
struct xz_scope {
    const char *name; /* "event", "history", "line": for error messages */
    const struct xz_var *vars;
    size_t var_count;
    void (*load)(const void *ctx, uint16_t slot, struct xz_value *value);
};

struct xz_expr;

/* What `codes.X` and `policy.X` mean is the pack's business. */
struct xz_expr_names {
    const void *ctx;
    const struct xz_set *(*code_list)(const void *ctx, struct xz_str name); /* NULL: no such */
    void (*each_code_list)(const void *ctx, void (*visit)(void *arg, const char *name), void *arg);
};

/* file and line are where the text stands in the pack; the result type must be `want`.
 * Errors name the column, what was found and what to write. */
XZ_MUST enum xz_rc xz_expr_compile(struct xz_str text, const char *file, int line,
                                   const struct xz_scope *scope, const struct xz_expr_names *names,
                                   enum xz_type want, struct xz_expr **expr, struct xz_err *err);
void xz_expr_free(struct xz_expr *expr);

/* Pure and bounded: no loops but over the items, no allocation. */
void xz_expr_eval(const struct xz_expr *expr, const void *ctx, struct xz_value *value);

static inline bool xz_expr_true(const struct xz_expr *expr, const void *ctx)
{
    struct xz_value value;

    xz_expr_eval(expr, ctx, &value);
    return value.known && value.boolean;
}

bool xz_expr_uses(const struct xz_expr *expr, const char *prefix); /* a variable so named */

#endif
