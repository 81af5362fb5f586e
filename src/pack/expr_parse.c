/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recursive descent over the operators; names and calls are in expr_member.c, types in
 * expr_type.c. One pass: what comes out is ready to be evaluated. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "pack/expr_int.h"

#define NEAR_MAX 28

/* Columns are counted in characters, from 1. */
static unsigned column_of(struct xz_str text, uint32_t start, unsigned *line)
{
    unsigned column = 1;

    *line = 1;
    for (uint32_t i = 0; i < start && i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            (*line)++;
            column = 1;
        } else if (((unsigned char)text.ptr[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return column;
}

static struct xz_str near_text(struct xz_str text, uint32_t start)
{
    struct xz_str part = {text.ptr + start, text.len - start};

    for (uint32_t i = 0; i < part.len; i++) {
        const bool boundary = ((unsigned char)part.ptr[i] & 0xc0) != 0x80;

        if (part.ptr[i] == '\n' || (i >= NEAR_MAX && boundary)) {
            part.len = i;
        }
    }
    return part;
}

uint32_t xz_parse_fail(struct xz_parser *parser, uint32_t start, const char *format, ...)
{
    const struct xz_str text = parser->lexer.text;
    struct xz_str part;
    char msg[360], line_text[24] = "";
    unsigned line, column;
    va_list args;

    if (parser->failed) {
        return 0;
    }
    parser->failed = true;
    va_start(args, format);
    (void)vsnprintf(msg, sizeof(msg), format, args);
    va_end(args);
    column = column_of(text, start, &line);
    if (line > 1) {
        (void)snprintf(line_text, sizeof(line_text), "line %u, ", line);
    }
    if (start >= text.len) {
        (void)xz_err_config(parser->err, parser->file, parser->line, "%scolumn %u, at the end: %s",
                            line_text, column, msg);
    } else {
        part = near_text(text, start);
        (void)xz_err_config(parser->err, parser->file, parser->line,
                            "%scolumn %u, at `" XZ_STR_FMT "`: %s", line_text, column,
                            XZ_STR_ARG(part), msg);
    }
    return 0;
}

uint32_t xz_node_new(struct xz_parser *parser, enum xz_op op, enum xz_type type, uint32_t start)
{
    struct xz_expr *expr = parser->expr;

    if (parser->failed) {
        return 0;
    }
    if (expr->count >= XZ_EXPR_NODES_MAX) {
        return xz_parse_fail(parser, start, "the expression is too large; split the pattern");
    }
    xz_array_reserve((void **)&expr->nodes, &parser->node_cap, expr->count + 1,
                     sizeof(*expr->nodes));
    memset(&expr->nodes[expr->count], 0, sizeof(*expr->nodes));
    expr->nodes[expr->count].op = (uint8_t)op;
    expr->nodes[expr->count].type = (uint8_t)type;
    expr->nodes[expr->count].start = start;
    expr->nodes[expr->count].unit = 1;
    expr->nodes[expr->count].height = 1;
    return expr->count++;
}

static void raise_height(struct xz_parser *parser, uint32_t parent, uint32_t child)
{
    struct xz_node *nodes = parser->expr->nodes;

    if (nodes[parent].height <= nodes[child].height) {
        nodes[parent].height = (uint16_t)(nodes[child].height + 1);
    }
    if (nodes[parent].height > XZ_EXPR_HEIGHT_MAX) {
        (void)xz_parse_fail(parser, nodes[parent].start,
                            "the expression is nested too deeply; split it");
    }
}

uint32_t xz_node_with(struct xz_parser *parser, enum xz_op op, enum xz_type type, uint32_t start,
                      uint32_t first, uint32_t second, uint32_t third)
{
    const uint32_t children[] = {first, second, third, 0};
    const uint32_t made = xz_node_new(parser, op, type, start);

    if (made == 0) {
        return 0;
    }
    parser->expr->nodes[made].first = first;
    for (int i = 0; i < 3 && children[i] != 0; i++) {
        parser->expr->nodes[children[i]].next = children[i + 1];
        raise_height(parser, made, children[i]);
    }
    return parser->failed ? 0 : made;
}

bool xz_parse_take(struct xz_parser *parser, enum xz_token token)
{
    if (parser->failed || parser->lexer.token != token) {
        return false;
    }
    xz_lexer_next(&parser->lexer);
    return true;
}

bool xz_parse_want(struct xz_parser *parser, enum xz_token token, const char *what)
{
    if (!parser->failed && !xz_parse_take(parser, token)) {
        const struct xz_lexer *lexer = &parser->lexer;

        (void)xz_parse_fail(parser, lexer->start, "%s",
                            lexer->token == XZ_TOKEN_BAD ? lexer->problem : what);
    }
    return !parser->failed;
}

static bool enter(struct xz_parser *parser)
{
    if (++parser->depth > XZ_EXPR_DEPTH_MAX) {
        (void)xz_parse_fail(parser, parser->lexer.start,
                            "the expression is nested too deeply; split it");
    }
    return !parser->failed;
}

static uint32_t parse_unary(struct xz_parser *parser)
{
    const uint32_t start = parser->lexer.start;
    uint32_t node = 0;

    if (!enter(parser)) {
        return 0;
    }
    if (xz_parse_take(parser, XZ_TOKEN_NOT)) {
        node = xz_type_want(parser, parse_unary(parser), XZ_TYPE_BOOL, "what stands behind !");
        node =
            parser->failed ? 0 : xz_node_with(parser, XZ_OP_NOT, XZ_TYPE_BOOL, start, node, 0, 0);
    } else if (xz_parse_take(parser, XZ_TOKEN_MINUS)) {
        node = xz_type_negate(parser, start, parse_unary(parser));
    } else {
        node = xz_parse_member(parser);
    }
    parser->depth--;
    return node;
}

static uint32_t parse_product(struct xz_parser *parser)
{
    uint32_t left = parse_unary(parser);

    while (!parser->failed) {
        const uint32_t start = parser->lexer.start;
        enum xz_op op;

        if (xz_parse_take(parser, XZ_TOKEN_TIMES)) {
            op = XZ_OP_MUL;
        } else if (xz_parse_take(parser, XZ_TOKEN_OVER)) {
            op = XZ_OP_DIV;
        } else if (xz_parse_take(parser, XZ_TOKEN_MODULO)) {
            op = XZ_OP_MOD;
        } else {
            break;
        }
        left = xz_type_arithmetic(parser, op, start, left, parse_unary(parser));
    }
    return left;
}

static uint32_t parse_sum(struct xz_parser *parser)
{
    uint32_t left = parse_product(parser);

    while (!parser->failed) {
        const uint32_t start = parser->lexer.start;
        enum xz_op op;

        if (xz_parse_take(parser, XZ_TOKEN_PLUS)) {
            op = XZ_OP_ADD;
        } else if (xz_parse_take(parser, XZ_TOKEN_MINUS)) {
            op = XZ_OP_SUB;
        } else {
            break;
        }
        left = xz_type_arithmetic(parser, op, start, left, parse_product(parser));
    }
    return left;
}

struct nearest_list {
    struct xz_str text;
    const char *best;
};

static void offer_list(void *arg, const char *name)
{
    struct nearest_list *nearest = arg;
    const char *const names[] = {nearest->best, name};
    const size_t skip = nearest->best == NULL;

    nearest->best = xz_str_nearest(nearest->text, names + skip, 2 - skip);
}

/* codes.NAME, the one place where it may stand. */
static uint32_t parse_code_list(struct xz_parser *parser)
{
    const uint32_t start = parser->lexer.start;
    const struct xz_set *set;
    struct nearest_list nearest = {XZ_STR_NONE, NULL};
    uint32_t node;

    xz_lexer_next(&parser->lexer);
    if (!xz_parse_want(parser, XZ_TOKEN_DOT, "behind codes stands . and the name of a code list")) {
        return 0;
    }
    nearest.text = parser->lexer.word;
    if (parser->lexer.token != XZ_TOKEN_NAME) {
        return xz_parse_fail(parser, parser->lexer.start, "the name of a code list stands here");
    }
    xz_lexer_next(&parser->lexer);
    set = parser->names == NULL ? NULL : parser->names->code_list(parser->names->ctx, nearest.text);
    if (set == NULL) {
        if (parser->names != NULL && parser->names->each_code_list != NULL) {
            parser->names->each_code_list(parser->names->ctx, offer_list, &nearest);
        }
        return nearest.best != NULL ? xz_parse_fail(parser, start,
                                                    "there is no codes/" XZ_STR_FMT ".csv; did you "
                                                    "mean codes.%s?",
                                                    XZ_STR_ARG(nearest.text), nearest.best)
                                    : xz_parse_fail(parser, start,
                                                    "there is no codes/" XZ_STR_FMT
                                                    ".csv; write that file, one code a line",
                                                    XZ_STR_ARG(nearest.text));
    }
    node = xz_node_new(parser, XZ_OP_SET, XZ_TYPE_SET, start);
    if (node != 0) {
        parser->expr->nodes[node].set = set;
    }
    return node;
}

static uint32_t parse_in(struct xz_parser *parser, uint32_t start, uint32_t left)
{
    uint32_t right;

    left = xz_type_want(parser, left, XZ_TYPE_STR, "what stands before in");
    if (parser->failed) {
        return 0;
    }
    if (parser->lexer.token == XZ_TOKEN_NAME && xz_str_eq(parser->lexer.word, XZ_STR("codes"))) {
        right = parse_code_list(parser);
    } else {
        right = xz_type_want(parser, parse_sum(parser), XZ_TYPE_SET, "what stands behind in");
    }
    return parser->failed ? 0 : xz_node_with(parser, XZ_OP_IN, XZ_TYPE_BOOL, start, left, right, 0);
}

static uint32_t parse_relation(struct xz_parser *parser)
{
    static const enum xz_token tokens[] = {XZ_TOKEN_EQ, XZ_TOKEN_NE, XZ_TOKEN_LT,
                                           XZ_TOKEN_LE, XZ_TOKEN_GT, XZ_TOKEN_GE};
    uint32_t left = parse_sum(parser);

    while (!parser->failed) {
        const uint32_t start = parser->lexer.start;
        int cmp = 0;

        while (cmp < 6 && parser->lexer.token != tokens[cmp]) {
            cmp++;
        }
        if (cmp < 6) {
            xz_lexer_next(&parser->lexer);
            left = xz_type_compare(parser, (enum xz_cmp)cmp, start, left, parse_sum(parser));
        } else if (xz_parse_take(parser, XZ_TOKEN_IN)) {
            left = parse_in(parser, start, left);
        } else {
            break;
        }
    }
    return left;
}

/* A chain of && or || is one node of many children: long chains stay flat. */
static uint32_t parse_chain(struct xz_parser *parser, enum xz_op op)
{
    const enum xz_token token = op == XZ_OP_AND ? XZ_TOKEN_AND : XZ_TOKEN_OR;
    const char *what = op == XZ_OP_AND ? "each side of &&" : "each side of ||";
    const uint32_t start = parser->lexer.start;
    uint32_t node = 0, last = 0;
    uint32_t child = op == XZ_OP_AND ? parse_relation(parser) : parse_chain(parser, XZ_OP_AND);

    while (xz_parse_take(parser, token)) {
        if (node == 0) {
            child = xz_type_want(parser, child, XZ_TYPE_BOOL, what);
            node = parser->failed ? 0 : xz_node_with(parser, op, XZ_TYPE_BOOL, start, child, 0, 0);
            last = child;
        }
        child = op == XZ_OP_AND ? parse_relation(parser) : parse_chain(parser, XZ_OP_AND);
        child = xz_type_want(parser, child, XZ_TYPE_BOOL, what);
        if (parser->failed) {
            return 0;
        }
        parser->expr->nodes[last].next = child;
        raise_height(parser, node, child);
        last = child;
    }
    return parser->failed ? 0 : node != 0 ? node : child;
}

uint32_t xz_parse_condition(struct xz_parser *parser)
{
    const uint32_t start = parser->lexer.start;
    uint32_t node, yes, no;

    if (!enter(parser)) {
        return 0;
    }
    node = parse_chain(parser, XZ_OP_OR);
    if (xz_parse_take(parser, XZ_TOKEN_QUESTION)) {
        node = xz_type_want(parser, node, XZ_TYPE_BOOL, "what stands before ?");
        yes = xz_parse_condition(parser);
        (void)xz_parse_want(parser, XZ_TOKEN_COLON, "between the two values of ? stands :");
        no = xz_parse_condition(parser);
        node = xz_type_same(parser, XZ_OP_COND, start, node, yes, no);
    }
    parser->depth--;
    return node;
}

static bool scope_has(const struct xz_scope *scope, struct xz_str name)
{
    for (size_t i = 0; i < scope->var_count; i++) {
        if (xz_str_eq(xz_str_from(scope->vars[i].name), name)) {
            return true;
        }
    }
    return false;
}

static bool scope_has_under(const struct xz_scope *scope, struct xz_str prefix)
{
    for (size_t i = 0; i < scope->var_count; i++) {
        const struct xz_str name = xz_str_from(scope->vars[i].name);

        if (name.len > prefix.len && name.ptr[prefix.len] == '.' && xz_str_starts(name, prefix)) {
            return true;
        }
    }
    return false;
}

bool xz_expr_mentions(struct xz_str text, const struct xz_scope *only, const struct xz_scope *other,
                      struct xz_str *name)
{
    enum xz_token before = XZ_TOKEN_END;
    struct xz_lexer lexer;

    xz_lexer_start(&lexer, text);
    for (xz_lexer_next(&lexer); lexer.token != XZ_TOKEN_END && lexer.token != XZ_TOKEN_BAD;) {
        struct xz_str path = lexer.word;
        const struct xz_str first = path;
        const bool begins = lexer.token == XZ_TOKEN_NAME && before != XZ_TOKEN_DOT;

        before = lexer.token;
        xz_lexer_next(&lexer);
        if (begins && lexer.token == XZ_TOKEN_DOT) { /* written without spaces, as paths are */
            struct xz_lexer ahead = lexer;

            xz_lexer_next(&ahead);
            path.len += ahead.token == XZ_TOKEN_NAME ? ahead.word.len + 1 : 0;
        }
        if (begins && ((scope_has(only, path) && !scope_has(other, path)) ||
                       (scope_has(only, first) && !scope_has(other, first)) ||
                       (scope_has_under(only, first) && !scope_has_under(other, first)))) {
            *name = path;
            return true;
        }
    }
    return false;
}

enum xz_rc xz_expr_compile_why(struct xz_str text, const char *file, int line,
                               const struct xz_scope *scope, const char *why,
                               const struct xz_expr_names *names, enum xz_type want,
                               struct xz_expr **expr, struct xz_err *err)
{
    struct xz_parser parser = {
        .file = file, .line = line, .why = why, .names = names, .err = err, .level_count = 1};

    if (text.len > XZ_EXPR_TEXT_MAX) {
        return xz_err_config(err, file, line, "an expression has at most %d bytes",
                             XZ_EXPR_TEXT_MAX);
    }
    parser.levels[0].scope = scope;
    parser.expr = xz_calloc(1, sizeof(*parser.expr));
    parser.expr->texts = xz_malloc((size_t)text.len + 1);
    xz_lexer_start(&parser.lexer, text);
    xz_lexer_next(&parser.lexer);
    (void)xz_node_new(&parser, XZ_OP_NONE, XZ_TYPE_BOOL, 0); /* node 0 is none */
    if (parser.lexer.token == XZ_TOKEN_END) {
        (void)xz_parse_fail(&parser, 0, "an expression is wanted here, and nothing is written");
    }
    parser.expr->root = xz_parse_condition(&parser);
    (void)xz_parse_want(&parser, XZ_TOKEN_END,
                        "the expression ends here; write && or || before the next part");
    parser.expr->root = xz_type_want(&parser, parser.expr->root, want, "the whole expression");
    if (parser.failed) {
        xz_expr_free(parser.expr);
        return XZ_CONFIG;
    }
    *expr = parser.expr;
    return XZ_OK;
}

enum xz_rc xz_expr_compile(struct xz_str text, const char *file, int line,
                           const struct xz_scope *scope, const struct xz_expr_names *names,
                           enum xz_type want, struct xz_expr **expr, struct xz_err *err)
{
    return xz_expr_compile_why(text, file, line, scope, NULL, names, want, expr, err);
}

void xz_expr_free(struct xz_expr *expr)
{
    if (expr != NULL) {
        for (uint32_t i = 0; i < expr->set_count; i++) {
            xz_set_free(expr->sets[i]);
        }
        free(expr->nodes);
        free(expr->texts);
        free(expr);
    }
}
