/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What may stand beside what. Numbers carry a unit: money is an integer of fen with unit 100, so a
 * literal beside it, written in yuan, is multiplied by 100 here, once. Two names of different units
 * are a mistake of the pattern's author, and money times money is nothing.
 */
#include "pack/expr_int.h"

static struct xz_node *at(struct xz_parser *parser, uint32_t node)
{
    return &parser->expr->nodes[node];
}

static bool is_number(const struct xz_node *node)
{
    return node->op == XZ_OP_NUMBER || node->type == XZ_TYPE_INT || node->type == XZ_TYPE_DOUBLE;
}

const char *xz_type_phrase(const struct xz_parser *parser, uint32_t index)
{
    const struct xz_node *node = &parser->expr->nodes[index];

    if (node->op == XZ_OP_NUMBER) {
        return "a number";
    }
    switch ((enum xz_type)node->type) {
    case XZ_TYPE_BOOL:
        return "true or false";
    case XZ_TYPE_INT:
    case XZ_TYPE_DOUBLE:
        if (node->unit == 100) {
            return "money";
        }
        if (node->unit != 1) {
            return "a quantity with decimals of its own";
        }
        return node->type == XZ_TYPE_INT ? "a whole number" : "a number";
    case XZ_TYPE_STR:
        return "a text";
    case XZ_TYPE_TIME:
        return "a time";
    case XZ_TYPE_DURATION:
        return "a duration";
    case XZ_TYPE_SET:
        return "a list of texts";
    default:
        return "a list to look through with exists or all";
    }
}

static int64_t power_of_ten(int exponent)
{
    int64_t power = 1;

    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

static double decimal_value(const struct xz_node *node)
{
    return (double)node->decimal.mantissa / (double)power_of_ten(node->decimal.scale);
}

/* Makes the literal an INT of the unit, if it is a whole multiple of 1 / unit. */
static bool literal_to_int(struct xz_node *node, int64_t unit)
{
    int64_t value;
    const int64_t power = power_of_ten(node->decimal.scale);

    if (__builtin_mul_overflow(node->decimal.mantissa, unit, &value) || value % power != 0) {
        return false;
    }
    node->op = XZ_OP_INT;
    node->type = XZ_TYPE_INT;
    node->unit = unit;
    node->integer = value / power;
    return true;
}

static void literal_to_double(struct xz_node *node, int64_t unit)
{
    const double value = decimal_value(node) * (double)unit;

    node->op = XZ_OP_DOUBLE;
    node->type = XZ_TYPE_DOUBLE;
    node->unit = unit;
    node->number = value;
}

uint32_t xz_type_settle(struct xz_parser *parser, uint32_t index)
{
    struct xz_node *node = at(parser, index);

    if (node->op == XZ_OP_NUMBER && (node->decimal.scale > 0 || !literal_to_int(node, 1))) {
        literal_to_double(node, 1);
    }
    return index;
}

static uint32_t to_double(struct xz_parser *parser, uint32_t index)
{
    struct xz_node *node = at(parser, index);
    uint32_t made;

    if (node->op == XZ_OP_NUMBER) {
        literal_to_double(node, 1);
        return index;
    }
    if (node->op == XZ_OP_INT) {
        const double value = (double)node->integer;

        node->op = XZ_OP_DOUBLE;
        node->type = XZ_TYPE_DOUBLE;
        node->number = value;
        return index;
    }
    if (node->type == XZ_TYPE_DOUBLE) {
        return index;
    }
    made = xz_node_with(parser, XZ_OP_TO_DOUBLE, XZ_TYPE_DOUBLE, node->start, index, 0, 0);
    at(parser, made)->unit = at(parser, index)->unit;
    return made;
}

/* The literal takes the unit and, where it can, the type of its neighbour. */
static bool adapt(struct xz_parser *parser, uint32_t literal, uint32_t neighbour)
{
    struct xz_node *node = at(parser, literal);
    const struct xz_node *beside = at(parser, neighbour);

    if (beside->type == XZ_TYPE_INT && literal_to_int(node, beside->unit)) {
        return true;
    }
    if (beside->type == XZ_TYPE_INT && beside->unit != 1) {
        (void)xz_parse_fail(parser, node->start,
                            beside->unit == 100
                                ? "money has two decimals, and fits no number as large or as fine "
                                  "as this; write 12.50 for 12.50 yuan"
                                : "this number is too large or has too many decimals for what "
                                  "stands beside it");
        return false;
    }
    literal_to_double(node, beside->unit);
    return true;
}

/* Brings two numbers to one type and unit. */
static bool unify_numbers(struct xz_parser *parser, uint32_t *left, uint32_t *right)
{
    const bool left_literal = at(parser, *left)->op == XZ_OP_NUMBER;
    const bool right_literal = at(parser, *right)->op == XZ_OP_NUMBER;

    if (left_literal && right_literal) {
        (void)xz_type_settle(parser, *left);
        (void)xz_type_settle(parser, *right);
    } else if (left_literal || right_literal) {
        if (!adapt(parser, left_literal ? *left : *right, left_literal ? *right : *left)) {
            return false;
        }
    }
    if (at(parser, *left)->unit != at(parser, *right)->unit) {
        (void)xz_parse_fail(parser, at(parser, *right)->start,
                            "%s cannot stand beside %s: they are counted in different units; "
                            "divide each by a unit of its own first, or compare other names",
                            xz_type_phrase(parser, *right), xz_type_phrase(parser, *left));
        return false;
    }
    if (at(parser, *left)->type != at(parser, *right)->type) {
        *left = to_double(parser, *left);
        *right = to_double(parser, *right);
    }
    return !parser->failed;
}

/* "write 310 in quotes": the commonest mistakes by name. */
static uint32_t fail_unlike(struct xz_parser *parser, uint32_t left, uint32_t right)
{
    const struct xz_node *a = at(parser, left);
    const struct xz_node *b = at(parser, right);
    const char *remedy = "";

    if ((a->op == XZ_OP_NUMBER && b->type == XZ_TYPE_STR) ||
        (b->op == XZ_OP_NUMBER && a->type == XZ_TYPE_STR)) {
        remedy = "; codes are texts and stand in quotes, as in '310'";
    } else if ((a->op == XZ_OP_TEXT && is_number(b)) || (b->op == XZ_OP_TEXT && is_number(a))) {
        remedy = "; write the number without quotes";
    } else if ((a->type == XZ_TYPE_BOOL && b->op == XZ_OP_TEXT) ||
               (b->type == XZ_TYPE_BOOL && a->op == XZ_OP_TEXT) ||
               (a->type == XZ_TYPE_BOOL && b->op == XZ_OP_NUMBER)) {
        remedy = "; write the name alone, or ! before it";
    } else if (a->type == XZ_TYPE_DURATION || b->type == XZ_TYPE_DURATION) {
        remedy = "; a duration is written duration('7d')";
    }
    return xz_parse_fail(parser, b->start, "%s cannot stand beside %s%s",
                         xz_type_phrase(parser, right), xz_type_phrase(parser, left), remedy);
}

uint32_t xz_type_compare(struct xz_parser *parser, enum xz_cmp cmp, uint32_t start, uint32_t left,
                         uint32_t right)
{
    uint32_t made;

    if (parser->failed) {
        return 0;
    }
    if (is_number(at(parser, left)) && is_number(at(parser, right))) {
        if (!unify_numbers(parser, &left, &right)) {
            return 0;
        }
    } else if (is_number(at(parser, left)) || is_number(at(parser, right)) ||
               at(parser, left)->type != at(parser, right)->type) {
        return fail_unlike(parser, left, right);
    }
    switch ((enum xz_type)at(parser, left)->type) {
    case XZ_TYPE_SET:
    case XZ_TYPE_ITEMS:
        return xz_parse_fail(parser, start, "lists are not compared; ask x in list, or size(list)");
    case XZ_TYPE_BOOL:
        if (cmp != XZ_CMP_EQ && cmp != XZ_CMP_NE) {
            return xz_parse_fail(parser, start, "true and false have no order; write == or !=");
        }
        break;
    default:
        break;
    }
    made = xz_node_with(parser, XZ_OP_CMP, XZ_TYPE_BOOL, start, left, right, 0);
    at(parser, made)->what = (uint8_t)cmp;
    return made;
}

static uint32_t arithmetic_node(struct xz_parser *parser, enum xz_op op, enum xz_type type,
                                int64_t unit, uint32_t start, uint32_t left, uint32_t right)
{
    const uint32_t made = xz_node_with(parser, op, type, start, left, right, 0);

    at(parser, made)->unit = unit;
    return made;
}

/* Two literals are computed here, so that `2 * 50` is as good a number as 100. */
static bool fold(struct xz_parser *parser, enum xz_op op, uint32_t left, uint32_t right)
{
    struct xz_node *a = at(parser, left);
    const struct xz_node *b = at(parser, right);
    int64_t x = a->decimal.mantissa, y = b->decimal.mantissa;
    int scale = a->decimal.scale > b->decimal.scale ? a->decimal.scale : b->decimal.scale;
    bool overflow = false;

    if (op == XZ_OP_MUL) {
        scale = a->decimal.scale + b->decimal.scale;
        overflow = scale > 18 || __builtin_mul_overflow(x, y, &x);
    } else if (op == XZ_OP_ADD || op == XZ_OP_SUB) {
        overflow =
            __builtin_mul_overflow(x, power_of_ten(scale - a->decimal.scale), &x) ||
            __builtin_mul_overflow(y, power_of_ten(scale - b->decimal.scale), &y) ||
            (op == XZ_OP_ADD ? __builtin_add_overflow(x, y, &x) : __builtin_sub_overflow(x, y, &x));
    } else {
        return false; /* division keeps its own rules */
    }
    if (overflow) {
        return false;
    }
    a->decimal.mantissa = x;
    a->decimal.scale = scale;
    return true;
}

static uint32_t number_arithmetic(struct xz_parser *parser, enum xz_op op, uint32_t start,
                                  uint32_t left, uint32_t right)
{
    int64_t unit;

    if (at(parser, left)->op == XZ_OP_NUMBER && at(parser, right)->op == XZ_OP_NUMBER &&
        fold(parser, op, left, right)) {
        return left;
    }
    if (op == XZ_OP_MUL || op == XZ_OP_DIV) {
        const bool left_free = at(parser, left)->op == XZ_OP_NUMBER;
        int64_t a, b;

        (void)xz_type_settle(parser, right); /* a factor has no unit */
        if (left_free) {
            (void)xz_type_settle(parser, left);
        }
        a = at(parser, left)->unit;
        b = at(parser, right)->unit;
        if (op == XZ_OP_MUL ? a != 1 && b != 1 : b != 1 && a != b) {
            return xz_parse_fail(parser, start, "%s and %s cannot be %s",
                                 xz_type_phrase(parser, left), xz_type_phrase(parser, right),
                                 op == XZ_OP_MUL ? "multiplied" : "divided by each other");
        }
        unit = op == XZ_OP_MUL ? a * b : a / b;
        if (op == XZ_OP_DIV && a == b && a != 1) { /* a ratio: 0.37, not 0 */
            left = to_double(parser, left);
            right = to_double(parser, right);
        }
    } else {
        if (!unify_numbers(parser, &left, &right)) {
            return 0;
        }
        unit = at(parser, left)->unit;
    }
    if (at(parser, left)->type != at(parser, right)->type) {
        left = to_double(parser, left);
        right = to_double(parser, right);
    }
    if (parser->failed) {
        return 0;
    }
    if ((op == XZ_OP_DIV || op == XZ_OP_MOD) && at(parser, right)->op == XZ_OP_INT &&
        at(parser, right)->integer == 0) {
        return xz_parse_fail(parser, start, "nothing is divided by 0");
    }
    if (op == XZ_OP_MOD && at(parser, left)->type != XZ_TYPE_INT) {
        return xz_parse_fail(parser, start, "%% is for whole numbers and money");
    }
    return arithmetic_node(parser, op, at(parser, left)->type, unit, start, left, right);
}

static bool is_plain_int(struct xz_parser *parser, uint32_t node)
{
    (void)xz_type_settle(parser, node);
    return at(parser, node)->type == XZ_TYPE_INT && at(parser, node)->unit == 1;
}

/* Times and durations: the sums that mean something. */
static uint32_t time_arithmetic(struct xz_parser *parser, enum xz_op op, uint32_t start,
                                uint32_t left, uint32_t right)
{
    const enum xz_type a = at(parser, left)->type, b = at(parser, right)->type;
    const bool b_duration = b == XZ_TYPE_DURATION;

    if (op == XZ_OP_ADD && (a == XZ_TYPE_TIME || a == XZ_TYPE_DURATION) && b_duration) {
        return arithmetic_node(parser, op, a, 1, start, left, right);
    }
    if (op == XZ_OP_ADD && a == XZ_TYPE_DURATION && b == XZ_TYPE_TIME) {
        return arithmetic_node(parser, op, b, 1, start, left, right);
    }
    if (op == XZ_OP_SUB && (a == XZ_TYPE_TIME || a == XZ_TYPE_DURATION) && b_duration) {
        return arithmetic_node(parser, op, a, 1, start, left, right);
    }
    if (op == XZ_OP_SUB && a == XZ_TYPE_TIME && b == XZ_TYPE_TIME) {
        return arithmetic_node(parser, op, XZ_TYPE_DURATION, 1, start, left, right);
    }
    if ((op == XZ_OP_MUL || op == XZ_OP_DIV) && a == XZ_TYPE_DURATION &&
        is_plain_int(parser, right)) {
        return arithmetic_node(parser, op, XZ_TYPE_DURATION, 1, start, left, right);
    }
    if (op == XZ_OP_MUL && b_duration && is_plain_int(parser, left)) {
        return arithmetic_node(parser, op, XZ_TYPE_DURATION, 1, start, left, right);
    }
    return fail_unlike(parser, left, right);
}

uint32_t xz_type_arithmetic(struct xz_parser *parser, enum xz_op op, uint32_t start, uint32_t left,
                            uint32_t right)
{
    if (parser->failed) {
        return 0;
    }
    if (is_number(at(parser, left)) && is_number(at(parser, right))) {
        return number_arithmetic(parser, op, start, left, right);
    }
    if (at(parser, left)->type == XZ_TYPE_STR && at(parser, right)->type == XZ_TYPE_STR) {
        return xz_parse_fail(parser, start,
                             "texts are not joined or counted; compare them, or use "
                             "startsWith, endsWith, contains, substring");
    }
    return time_arithmetic(parser, op, start, left, right);
}

uint32_t xz_type_negate(struct xz_parser *parser, uint32_t start, uint32_t child)
{
    struct xz_node *node;
    uint32_t made;

    if (parser->failed) {
        return 0;
    }
    node = at(parser, child);
    if (node->op == XZ_OP_NUMBER) {
        if (__builtin_sub_overflow(0, node->decimal.mantissa, &node->decimal.mantissa)) {
            return xz_parse_fail(parser, start, "this number is too large");
        }
        node->start = start;
        return child;
    }
    if (!is_number(node) && node->type != XZ_TYPE_DURATION) {
        return xz_parse_fail(parser, start, "- is for numbers; for true and false write !");
    }
    made = xz_node_with(parser, XZ_OP_NEG, node->type, start, child, 0, 0);
    at(parser, made)->unit = at(parser, child)->unit;
    return made;
}

uint32_t xz_type_same(struct xz_parser *parser, enum xz_op op, uint32_t start, uint32_t test,
                      uint32_t left, uint32_t right)
{
    uint32_t made;

    if (parser->failed) {
        return 0;
    }
    if (is_number(at(parser, left)) && is_number(at(parser, right))) {
        if (!unify_numbers(parser, &left, &right)) {
            return 0;
        }
    } else if (is_number(at(parser, left)) || is_number(at(parser, right)) ||
               at(parser, left)->type != at(parser, right)->type) {
        return fail_unlike(parser, left, right);
    }
    if (op != XZ_OP_COND && !is_number(at(parser, left)) &&
        at(parser, left)->type != XZ_TYPE_DURATION && at(parser, left)->type != XZ_TYPE_TIME) {
        return xz_parse_fail(parser, start, "min and max are for numbers, times and durations");
    }
    if (at(parser, left)->type == XZ_TYPE_ITEMS) {
        return xz_parse_fail(parser, start, "?: cannot choose between lists to look through");
    }
    made = op == XZ_OP_COND
               ? xz_node_with(parser, op, at(parser, left)->type, start, test, left, right)
               : xz_node_with(parser, op, at(parser, left)->type, start, left, right, 0);
    at(parser, made)->unit = at(parser, left)->unit;
    return made;
}

uint32_t xz_type_want(struct xz_parser *parser, uint32_t index, enum xz_type type, const char *what)
{
    if (parser->failed) {
        return 0;
    }
    (void)xz_type_settle(parser, index);
    if (at(parser, index)->type == XZ_TYPE_INT && type == XZ_TYPE_DOUBLE) {
        return to_double(parser, index);
    }
    if (at(parser, index)->type != type) {
        return xz_parse_fail(parser, at(parser, index)->start, "%s must be %s, and this is %s",
                             what,
                             type == XZ_TYPE_BOOL     ? "true or false"
                             : type == XZ_TYPE_STR    ? "a text"
                             : type == XZ_TYPE_INT    ? "a whole number"
                             : type == XZ_TYPE_SET    ? "a list of texts"
                             : type == XZ_TYPE_DOUBLE ? "a number"
                                                      : "of another type",
                             xz_type_phrase(parser, index));
    }
    return index;
}
