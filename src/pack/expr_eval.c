/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Evaluation. Truth is three-valued (Kleene 1952, section 64): a conjunction is false as soon as
 * one part is, whatever is unknown; else unknown if a part is. An overflow, a division by zero and
 * a result that is no number are unknown too, not an error: one event must not stop the stream.
 */
#include <assert.h>
#include <math.h>

#include "pack/expr_int.h"

enum truth { NO, YES, UNKNOWN };

struct frame {
    const struct xz_node *nodes;
    const void *ctx[XZ_EXPR_LEVELS_MAX];
};

static void eval(struct frame *frame, const struct xz_node *node, struct xz_value *value);
static enum truth truth(struct frame *frame, const struct xz_node *node);

static const struct xz_node *second_of(const struct frame *frame, const struct xz_node *first)
{
    return &frame->nodes[first->next];
}

static bool holds(enum xz_cmp cmp, int order)
{
    switch (cmp) {
    case XZ_CMP_EQ:
        return order == 0;
    case XZ_CMP_NE:
        return order != 0;
    case XZ_CMP_LT:
        return order < 0;
    case XZ_CMP_LE:
        return order <= 0;
    case XZ_CMP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static enum truth compare(struct frame *frame, const struct xz_node *node)
{
    const struct xz_node *left = &frame->nodes[node->first];
    const struct xz_node *right = second_of(frame, left);
    struct xz_value a, b;
    int order;

    eval(frame, left, &a);
    if (!a.known) {
        return UNKNOWN;
    }
    if (right->op == XZ_OP_INT) { /* the commonest case */
        return holds(node->what, (a.integer > right->integer) - (a.integer < right->integer));
    }
    eval(frame, right, &b);
    if (!b.known) {
        return UNKNOWN;
    }
    switch ((enum xz_type)left->type) {
    case XZ_TYPE_BOOL:
        order = (int)a.boolean - (int)b.boolean;
        break;
    case XZ_TYPE_DOUBLE:
        order = (a.number > b.number) - (a.number < b.number);
        break;
    case XZ_TYPE_STR:
        if (node->what == XZ_CMP_EQ || node->what == XZ_CMP_NE) {
            return xz_str_eq(a.text, b.text) == (node->what == XZ_CMP_EQ);
        }
        order = xz_str_cmp(a.text, b.text);
        break;
    default:
        order = (a.integer > b.integer) - (a.integer < b.integer);
        break;
    }
    return holds(node->what, order);
}

static enum truth member(struct frame *frame, const struct xz_node *node)
{
    const struct xz_node *left = &frame->nodes[node->first];
    const struct xz_node *right = second_of(frame, left);
    struct xz_value text, set;

    eval(frame, left, &text);
    if (!text.known) {
        return UNKNOWN;
    }
    if (right->op == XZ_OP_SET) {
        return xz_set_has(right->set, text.text);
    }
    eval(frame, right, &set);
    return set.known ? xz_set_has(set.set, text.text) : UNKNOWN;
}

static bool contains(struct xz_str text, struct xz_str part)
{
    return part.len == 0 ||
           (text.len >= part.len && memmem(text.ptr, text.len, part.ptr, part.len) != NULL);
}

static enum truth text_test(struct frame *frame, const struct xz_node *node)
{
    const struct xz_node *left = &frame->nodes[node->first];
    struct xz_value text, part;

    eval(frame, left, &text);
    eval(frame, second_of(frame, left), &part);
    if (!text.known || !part.known) {
        return UNKNOWN;
    }
    switch (node->op) {
    case XZ_OP_STARTS:
        return xz_str_starts(text.text, part.text);
    case XZ_OP_ENDS:
        return text.text.len >= part.text.len &&
               (part.text.len == 0 || memcmp(text.text.ptr + (text.text.len - part.text.len),
                                             part.text.ptr, part.text.len) == 0);
    default:
        return contains(text.text, part.text);
    }
}

/* exists is an || over the elements, all an &&. */
static enum truth over_items(struct frame *frame, const struct xz_node *node)
{
    const struct xz_node *list = &frame->nodes[node->first];
    const struct xz_node *body = second_of(frame, list);
    const enum truth decides = node->op == XZ_OP_EXISTS ? YES : NO;
    enum truth result = node->op == XZ_OP_EXISTS ? NO : YES;
    struct xz_value items;

    eval(frame, list, &items);
    if (!items.known) {
        return UNKNOWN;
    }
    for (uint32_t i = 0; i < items.items.count; i++) {
        enum truth one;

        frame->ctx[node->level] =
            (const unsigned char *)items.items.first + (size_t)i * items.items.stride;
        one = truth(frame, body);
        if (one == decides) {
            return decides;
        }
        result = one == UNKNOWN ? UNKNOWN : result;
    }
    return result;
}

static enum truth chain(struct frame *frame, const struct xz_node *node)
{
    const enum truth decides = node->op == XZ_OP_OR ? YES : NO;
    enum truth result = node->op == XZ_OP_OR ? NO : YES;

    for (uint32_t at = node->first; at != 0; at = frame->nodes[at].next) {
        const enum truth one = truth(frame, &frame->nodes[at]);

        if (one == decides) {
            return decides;
        }
        result = one == UNKNOWN ? UNKNOWN : result;
    }
    return result;
}

static void load(const struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    value->known = false;
    value->number = 0.0;
    node->load(frame->ctx[node->level], node->slot, value);
    if (node->type == XZ_TYPE_DOUBLE && isnan(value->number)) {
        value->known = false; /* only here can one come in */
    }
}

static enum truth truth(struct frame *frame, const struct xz_node *node)
{
    struct xz_value value;
    enum truth one;

    switch ((enum xz_op)node->op) {
    case XZ_OP_BOOL:
        return node->boolean ? YES : NO;
    case XZ_OP_VAR:
        load(frame, node, &value);
        return !value.known ? UNKNOWN : value.boolean ? YES : NO;
    case XZ_OP_HAS:
        load(frame, &frame->nodes[node->first], &value);
        return value.known ? YES : NO;
    case XZ_OP_NOT:
        one = truth(frame, &frame->nodes[node->first]);
        return one == UNKNOWN ? UNKNOWN : one == YES ? NO : YES;
    case XZ_OP_AND:
    case XZ_OP_OR:
        return chain(frame, node);
    case XZ_OP_COND: {
        const struct xz_node *test = &frame->nodes[node->first];
        const struct xz_node *yes = second_of(frame, test);

        one = truth(frame, test);
        return one == UNKNOWN ? UNKNOWN : truth(frame, one == YES ? yes : second_of(frame, yes));
    }
    case XZ_OP_CMP:
        return compare(frame, node);
    case XZ_OP_IN:
        return member(frame, node);
    case XZ_OP_EXISTS:
    case XZ_OP_ALL:
        return over_items(frame, node);
    default:
        return text_test(frame, node);
    }
}

static void whole_arithmetic(enum xz_op op, int64_t a, int64_t b, struct xz_value *value)
{
    int64_t result = 0;
    bool bad;

    switch (op) {
    case XZ_OP_ADD:
        bad = __builtin_add_overflow(a, b, &result);
        break;
    case XZ_OP_SUB:
        bad = __builtin_sub_overflow(a, b, &result);
        break;
    case XZ_OP_MUL:
        bad = __builtin_mul_overflow(a, b, &result);
        break;
    default:
        bad = b == 0 || (a == INT64_MIN && b == -1);
        if (!bad) {
            result = op == XZ_OP_DIV ? a / b : a % b;
        }
        break;
    }
    value->known = !bad;
    value->integer = result;
}

static void real_arithmetic(enum xz_op op, double a, double b, struct xz_value *value)
{
    switch (op) {
    case XZ_OP_ADD:
        value->number = a + b;
        break;
    case XZ_OP_SUB:
        value->number = a - b;
        break;
    case XZ_OP_MUL:
        value->number = a * b;
        break;
    default:
        value->number = a / b;
        break;
    }
    value->known = isfinite(value->number);
}

static void arithmetic(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    const struct xz_node *left = &frame->nodes[node->first];
    struct xz_value a, b;

    eval(frame, left, &a);
    eval(frame, second_of(frame, left), &b);
    value->known = a.known && b.known;
    if (!value->known) {
        return;
    }
    if (node->op == XZ_OP_MIN || node->op == XZ_OP_MAX) {
        const bool less =
            left->type == XZ_TYPE_DOUBLE ? a.number < b.number : a.integer < b.integer;

        *value = less == (node->op == XZ_OP_MIN) ? a : b;
    } else if (left->type == XZ_TYPE_DOUBLE) {
        real_arithmetic(node->op, a.number, b.number, value);
    } else {
        whole_arithmetic(node->op, a.integer, b.integer, value);
    }
}

static void negate(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    eval(frame, &frame->nodes[node->first], value);
    if (!value->known) {
        return;
    }
    if (node->type == XZ_TYPE_DOUBLE) {
        value->number = node->op == XZ_OP_NEG ? -value->number : fabs(value->number);
    } else if (node->op == XZ_OP_NEG || value->integer < 0) {
        value->known = !__builtin_sub_overflow(0, value->integer, &value->integer);
    }
}

static bool starts_character(char c) { return ((unsigned char)c & 0xc0) != 0x80; }

static int64_t characters(struct xz_str text)
{
    int64_t count = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        count += starts_character(text.ptr[i]);
    }
    return count;
}

static void size_of(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    eval(frame, &frame->nodes[node->first], value);
    if (!value->known) {
        return;
    }
    if (node->what == XZ_TYPE_STR) {
        value->integer = characters(value->text);
    } else if (node->what == XZ_TYPE_SET) {
        value->integer = (int64_t)xz_set_size(value->set);
    } else {
        value->integer = value->items.count;
    }
}

/* The byte at which character `index` begins; index is at most the number of characters. */
static uint32_t byte_of(struct xz_str text, int64_t index)
{
    uint32_t at = 0;

    for (; at < text.len; at++) {
        if (starts_character(text.ptr[at]) && index-- == 0) {
            break;
        }
    }
    return at;
}

/* From and to count characters; a text that is too short gives unknown. */
static void substring(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    const struct xz_node *text_node = &frame->nodes[node->first];
    const struct xz_node *from_node = second_of(frame, text_node);
    struct xz_value text, from, to;
    int64_t size;
    uint32_t begin;

    value->known = false;
    eval(frame, text_node, &text);
    eval(frame, from_node, &from);
    if (!text.known || !from.known) {
        return;
    }
    size = characters(text.text);
    to.known = true;
    to.integer = size;
    if (from_node->next != 0) {
        eval(frame, second_of(frame, from_node), &to);
    }
    if (!to.known || from.integer < 0 || from.integer > to.integer || to.integer > size) {
        return;
    }
    begin = byte_of(text.text, from.integer);
    value->known = true;
    value->text = (struct xz_str){text.text.ptr + begin, byte_of(text.text, to.integer) - begin};
    if (value->text.len == 0) {
        value->text = XZ_STR_NONE;
    }
}

static void choose(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    const struct xz_node *test = &frame->nodes[node->first];
    const struct xz_node *yes = second_of(frame, test);
    const enum truth one = truth(frame, test);

    value->known = false;
    if (one != UNKNOWN) {
        eval(frame, one == YES ? yes : second_of(frame, yes), value);
    }
}

static void eval(struct frame *frame, const struct xz_node *node, struct xz_value *value)
{
    enum truth one;

    switch ((enum xz_op)node->op) {
    case XZ_OP_VAR:
        load(frame, node, value);
        return;
    case XZ_OP_INT:
        value->known = true;
        value->integer = node->integer;
        return;
    case XZ_OP_DOUBLE:
        value->known = true;
        value->number = node->number;
        return;
    case XZ_OP_TEXT:
        value->known = true;
        value->text = node->text;
        return;
    case XZ_OP_SET:
        value->known = true;
        value->set = node->set;
        return;
    case XZ_OP_TO_DOUBLE:
        eval(frame, &frame->nodes[node->first], value);
        value->number = value->known ? (double)value->integer : 0.0;
        return;
    case XZ_OP_NEG:
    case XZ_OP_ABS:
        negate(frame, node, value);
        return;
    case XZ_OP_SIZE:
        size_of(frame, node, value);
        return;
    case XZ_OP_SUBSTRING:
        substring(frame, node, value);
        return;
    case XZ_OP_COND:
        choose(frame, node, value);
        return;
    case XZ_OP_ADD:
    case XZ_OP_SUB:
    case XZ_OP_MUL:
    case XZ_OP_DIV:
    case XZ_OP_MOD:
    case XZ_OP_MIN:
    case XZ_OP_MAX:
        arithmetic(frame, node, value);
        return;
    default:
        one = truth(frame, node);
        value->known = one != UNKNOWN;
        value->boolean = one == YES;
        return;
    }
}

void xz_expr_eval(const struct xz_expr *expr, const void *ctx, struct xz_value *value)
{
    struct frame frame = {expr->nodes, {ctx, NULL, NULL, NULL}};

    eval(&frame, &expr->nodes[expr->root], value);
}

bool xz_expr_uses(const struct xz_expr *expr, const char *prefix)
{
    for (uint32_t i = 1; i < expr->count; i++) {
        if (expr->nodes[i].op == XZ_OP_VAR &&
            strncmp(expr->nodes[i].var->name, prefix, strlen(prefix)) == 0) {
            return true;
        }
    }
    return false;
}

/* What a node can be when names[which] is the one that is true: bits 1 << enum truth. */
static unsigned possible(const struct xz_expr *expr, const struct xz_node *node,
                         const char *const names[], size_t count, size_t which)
{
    const unsigned any = 1u << NO | 1u << YES | 1u << UNKNOWN;

    switch ((enum xz_op)node->op) {
    case XZ_OP_BOOL:
        return 1u << (node->boolean ? YES : NO);
    case XZ_OP_VAR:
        for (size_t i = 0; node->level == 0 && i < count; i++) {
            if (strcmp(names[i], node->var->name) == 0) {
                return 1u << (i == which ? YES : NO);
            }
        }
        return any;
    case XZ_OP_NOT: {
        const unsigned child = possible(expr, &expr->nodes[node->first], names, count, which);

        return (child & 1u << UNKNOWN) | (child & 1u << YES ? 1u << NO : 0) |
               (child & 1u << NO ? 1u << YES : 0);
    }
    case XZ_OP_AND:
    case XZ_OP_OR: {
        const unsigned decides = 1u << (node->op == XZ_OP_AND ? NO : YES);
        const unsigned neutral = 1u << (node->op == XZ_OP_AND ? YES : NO);
        unsigned some = 0;
        bool all_neutral = true;

        for (uint32_t at = node->first; at != 0; at = expr->nodes[at].next) {
            const unsigned child = possible(expr, &expr->nodes[at], names, count, which);

            if (child == decides) {
                return decides;
            }
            some |= child & ~neutral;
            all_neutral = all_neutral && (child & neutral) != 0;
        }
        return some | (all_neutral ? neutral : 0);
    }
    default:
        return any;
    }
}

uint32_t xz_expr_possible(const struct xz_expr *expr, const char *const names[], size_t count)
{
    uint32_t bits = 0;

    assert(count <= 32);
    for (size_t i = 0; i < count; i++) {
        if (possible(expr, &expr->nodes[expr->root], names, count, i) & 1u << YES) {
            bits |= 1u << i;
        }
    }
    return bits;
}
