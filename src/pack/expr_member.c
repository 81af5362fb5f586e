/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Literals, names, functions and methods. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/time.h"
#include "pack/expr_int.h"

#define PATH_MAX_LEN 128
#define LISTED_MAX   200

static struct xz_str keep_text(struct xz_parser *parser, struct xz_str word)
{
    char *at = parser->expr->texts + parser->text_used;
    const uint32_t len = xz_lexer_unescape(word, at);

    parser->text_used += len;
    return (struct xz_str){at, len};
}

/* ---- names ---- */

static void list_names(const struct xz_scope *scope, char *text, size_t cap)
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < scope->var_count; i++) {
        const size_t more = strlen(scope->vars[i].name) + 2;

        if (len + more + 4 > cap) {
            (void)snprintf(text + len, cap - len, " ..");
            return;
        }
        len +=
            (size_t)snprintf(text + len, cap - len, "%s%s", len ? ", " : "", scope->vars[i].name);
    }
}

static uint32_t fail_unknown(struct xz_parser *parser, uint32_t start, struct xz_str path,
                             const struct xz_scope *scope)
{
    const char **names = xz_malloc((scope->var_count + 1) * sizeof(*names));
    const char *why = parser->why != NULL && scope == parser->levels[0].scope ? parser->why : "";
    const char *nearest;
    char list[LISTED_MAX];

    for (size_t i = 0; i < scope->var_count; i++) {
        names[i] = scope->vars[i].name;
    }
    nearest = xz_str_nearest(path, names, scope->var_count);
    if (nearest != NULL) {
        (void)xz_parse_fail(parser, start,
                            "there is no \"" XZ_STR_FMT "\" in the %s scope%s; did you mean "
                            "\"%s\"?",
                            XZ_STR_ARG(path), scope->name, why, nearest);
    } else {
        list_names(scope, list, sizeof(list));
        (void)xz_parse_fail(parser, start,
                            "there is no \"" XZ_STR_FMT "\" in the %s scope%s; available: %s",
                            XZ_STR_ARG(path), scope->name, why, list);
    }
    free(names);
    return 0;
}

/* Reads a.b.c, stopping before a method's name. */
static struct xz_str parse_path(struct xz_parser *parser, char buffer[static PATH_MAX_LEN])
{
    struct xz_lexer *lexer = &parser->lexer;
    size_t len = 0;

    for (;;) {
        struct xz_lexer ahead;

        if (len + lexer->word.len + 1 >= PATH_MAX_LEN) {
            (void)xz_parse_fail(parser, lexer->start, "no name is as long as this");
            return XZ_STR_NONE;
        }
        memcpy(buffer + len, lexer->word.ptr, lexer->word.len);
        len += lexer->word.len;
        xz_lexer_next(lexer);
        ahead = *lexer;
        if (ahead.token != XZ_TOKEN_DOT) {
            break;
        }
        xz_lexer_next(&ahead);
        if (ahead.token != XZ_TOKEN_NAME) {
            break; /* the caller finds the lonely dot */
        }
        *lexer = ahead;
        xz_lexer_next(&ahead);
        if (ahead.token == XZ_TOKEN_OPEN) {
            lexer->at = lexer->start; /* back to the dot: the method is read by parse_methods */
            lexer->token = XZ_TOKEN_DOT;
            break;
        }
        buffer[len++] = '.';
    }
    return (struct xz_str){buffer, (uint32_t)len};
}

static uint32_t variable(struct xz_parser *parser, uint32_t start, struct xz_str path)
{
    const struct xz_scope *scope = parser->levels[0].scope;
    struct xz_str name = path;
    unsigned level = 0;

    for (unsigned i = parser->level_count; i-- > 1;) {
        const struct xz_str bound = parser->levels[i].name;

        if (xz_str_eq(path, bound)) {
            return xz_parse_fail(parser, start,
                                 "an element has no value of its own; write " XZ_STR_FMT ".name",
                                 XZ_STR_ARG(bound));
        }
        if (xz_str_starts(path, bound) && path.ptr[bound.len] == '.') {
            scope = parser->levels[i].scope;
            name = (struct xz_str){path.ptr + bound.len + 1, path.len - bound.len - 1};
            level = i;
            break;
        }
    }
    for (size_t i = 0; i < scope->var_count; i++) {
        const struct xz_var *var = &scope->vars[i];

        if (xz_str_eq(xz_str_from(var->name), name)) {
            const uint32_t node = xz_node_new(parser, XZ_OP_VAR, var->type, start);

            if (node != 0) {
                struct xz_node *made = &parser->expr->nodes[node];

                made->slot = var->slot;
                made->level = (uint8_t)level;
                made->unit = var->type == XZ_TYPE_INT && var->fixed_unit > 1 ? var->fixed_unit : 1;
                made->load = scope->load;
                made->var = var;
            }
            return node;
        }
    }
    if (xz_str_eq(path, XZ_STR("codes")) || xz_str_starts(path, XZ_STR("codes."))) {
        return xz_parse_fail(parser, start,
                             "a code list stands only right of in, as in "
                             "`med_type in codes.NAME`");
    }
    return fail_unknown(parser, start, name, scope);
}

static uint32_t parse_variable(struct xz_parser *parser)
{
    char buffer[PATH_MAX_LEN];
    const uint32_t start = parser->lexer.start;
    const struct xz_str path = parse_path(parser, buffer);

    return parser->failed ? 0 : variable(parser, start, path);
}

/* ---- functions: name(..) ---- */

static uint32_t parse_has(struct xz_parser *parser, uint32_t start)
{
    uint32_t child;

    if (parser->lexer.token != XZ_TOKEN_NAME) {
        return xz_parse_fail(parser, parser->lexer.start, "in has( ) stands one name");
    }
    child = parse_variable(parser);
    return parser->failed ? 0 : xz_node_with(parser, XZ_OP_HAS, XZ_TYPE_BOOL, start, child, 0, 0);
}

static uint32_t parse_size(struct xz_parser *parser, uint32_t start)
{
    const uint32_t child = xz_parse_condition(parser);
    enum xz_type type;
    uint32_t node;

    if (parser->failed) {
        return 0;
    }
    type = parser->expr->nodes[child].type;
    if (parser->expr->nodes[child].op == XZ_OP_NUMBER ||
        (type != XZ_TYPE_STR && type != XZ_TYPE_SET && type != XZ_TYPE_ITEMS)) {
        return xz_parse_fail(parser, start, "size is of a list or a text, and this is %s",
                             xz_type_phrase(parser, child));
    }
    node = xz_node_with(parser, XZ_OP_SIZE, XZ_TYPE_INT, start, child, 0, 0);
    parser->expr->nodes[node].what = (uint8_t)type;
    return node;
}

static uint32_t parse_abs(struct xz_parser *parser, uint32_t start)
{
    const uint32_t child = xz_type_settle(parser, xz_parse_condition(parser));
    enum xz_type type;
    uint32_t node;

    if (parser->failed) {
        return 0;
    }
    type = parser->expr->nodes[child].type;
    if (type != XZ_TYPE_INT && type != XZ_TYPE_DOUBLE && type != XZ_TYPE_DURATION) {
        return xz_parse_fail(parser, start, "abs is of a number or a duration, and this is %s",
                             xz_type_phrase(parser, child));
    }
    node = xz_node_with(parser, XZ_OP_ABS, type, start, child, 0, 0);
    parser->expr->nodes[node].unit = parser->expr->nodes[child].unit;
    return node;
}

static uint32_t parse_min_max(struct xz_parser *parser, enum xz_op op, uint32_t start)
{
    const uint32_t left = xz_parse_condition(parser);
    uint32_t right;

    if (!xz_parse_want(parser, XZ_TOKEN_COMMA, "min and max take two values: min(a, b)")) {
        return 0;
    }
    right = xz_parse_condition(parser);
    return xz_type_same(parser, op, start, 0, left, right);
}

static uint32_t parse_duration(struct xz_parser *parser, uint32_t start)
{
    struct xz_err why;
    int64_t ms;
    uint32_t node;

    if (parser->lexer.token != XZ_TOKEN_TEXT) {
        return xz_parse_fail(parser, parser->lexer.start, "a duration is written duration('7d')");
    }
    if (xz_duration_parse(parser->lexer.word, &ms, &why) != XZ_OK) {
        return xz_parse_fail(parser, parser->lexer.start, "%.200s", why.msg);
    }
    xz_lexer_next(&parser->lexer);
    node = xz_node_new(parser, XZ_OP_INT, XZ_TYPE_DURATION, start);
    if (node != 0) {
        parser->expr->nodes[node].integer = ms;
    }
    return node;
}

static uint32_t parse_function(struct xz_parser *parser)
{
    static const char *const names[] = {"has", "size", "abs", "min", "max", "duration"};
    const uint32_t start = parser->lexer.start;
    const struct xz_str word = parser->lexer.word;
    size_t which = 0;
    uint32_t node;

    while (which < 6 && !xz_str_eq(word, xz_str_from(names[which]))) {
        which++;
    }
    if (which == 6) {
        const char *nearest = xz_str_nearest(word, names, 6);

        return xz_parse_fail(parser, start, "there is no function \"" XZ_STR_FMT "\"; %s%s",
                             XZ_STR_ARG(word), nearest != NULL ? "did you mean " : "use one of: ",
                             nearest != NULL ? nearest : "has size abs min max duration");
    }
    xz_lexer_next(&parser->lexer);
    xz_lexer_next(&parser->lexer); /* the bracket, which the caller has seen */
    switch (which) {
    case 0:
        node = parse_has(parser, start);
        break;
    case 1:
        node = parse_size(parser, start);
        break;
    case 2:
        node = parse_abs(parser, start);
        break;
    case 3:
    case 4:
        node = parse_min_max(parser, which == 3 ? XZ_OP_MIN : XZ_OP_MAX, start);
        break;
    default:
        node = parse_duration(parser, start);
        break;
    }
    (void)xz_parse_want(parser, XZ_TOKEN_CLOSE, ") is missing here");
    return parser->failed ? 0 : node;
}

/* ---- methods: value.name(..) ---- */

static bool usable_name(struct xz_parser *parser, struct xz_str name)
{
    const struct xz_scope *scope = parser->levels[0].scope;

    for (size_t i = 0; i < scope->var_count; i++) {
        const char *taken = scope->vars[i].name;

        if (strncmp(taken, name.ptr, name.len) == 0 &&
            (taken[name.len] == '\0' || taken[name.len] == '.')) {
            return false;
        }
    }
    for (unsigned i = 1; i < parser->level_count; i++) {
        if (xz_str_eq(parser->levels[i].name, name)) {
            return false;
        }
    }
    return !xz_str_eq(name, XZ_STR("true")) && !xz_str_eq(name, XZ_STR("false")) &&
           !xz_str_eq(name, XZ_STR("codes"));
}

/* exists(v, condition) and all(v, condition). */
static uint32_t parse_over_items(struct xz_parser *parser, enum xz_op op, uint32_t start,
                                 uint32_t items)
{
    const struct xz_node *node = &parser->expr->nodes[items];
    const struct xz_scope *element =
        node->op == XZ_OP_VAR && node->type == XZ_TYPE_ITEMS ? node->var->element : NULL;
    const struct xz_str name = parser->lexer.word;
    unsigned level;
    uint32_t body, made;

    if (element == NULL) {
        return xz_parse_fail(parser, start,
                             "exists and all look through a list of elements, and "
                             "this is %s",
                             xz_type_phrase(parser, items));
    }
    if (parser->lexer.token != XZ_TOKEN_NAME) {
        return xz_parse_fail(parser, parser->lexer.start,
                             "a name for the element stands here, as "
                             "in lines.exists(l, l.cnt > 2)");
    }
    if (!usable_name(parser, name)) {
        return xz_parse_fail(parser, parser->lexer.start,
                             "\"" XZ_STR_FMT "\" means something "
                             "else already; choose another name",
                             XZ_STR_ARG(name));
    }
    if (parser->level_count == XZ_EXPR_LEVELS_MAX) {
        return xz_parse_fail(parser, start, "exists and all are nested too deeply");
    }
    xz_lexer_next(&parser->lexer);
    if (!xz_parse_want(parser, XZ_TOKEN_COMMA, "behind the element's name stands a comma")) {
        return 0;
    }
    level = parser->level_count++;
    parser->levels[level].scope = element;
    parser->levels[level].name = name;
    body = xz_type_want(parser, xz_parse_condition(parser), XZ_TYPE_BOOL,
                        "what is asked of each element");
    parser->level_count--;
    if (parser->failed) {
        return 0;
    }
    made = xz_node_with(parser, op, XZ_TYPE_BOOL, start, items, body, 0);
    parser->expr->nodes[made].level = (uint8_t)level;
    return made;
}

static uint32_t parse_substring(struct xz_parser *parser, uint32_t start, uint32_t text)
{
    const uint32_t from =
        xz_type_want(parser, xz_parse_condition(parser), XZ_TYPE_INT, "where a substring begins");
    uint32_t to = 0;

    if (xz_parse_take(parser, XZ_TOKEN_COMMA)) {
        to =
            xz_type_want(parser, xz_parse_condition(parser), XZ_TYPE_INT, "where a substring ends");
    }
    return parser->failed
               ? 0
               : xz_node_with(parser, XZ_OP_SUBSTRING, XZ_TYPE_STR, start, text, from, to);
}

static uint32_t call_method(struct xz_parser *parser, enum xz_op op, uint32_t start,
                            uint32_t receiver)
{
    uint32_t argument;

    if (op == XZ_OP_EXISTS || op == XZ_OP_ALL) {
        return parse_over_items(parser, op, start, receiver);
    }
    receiver = xz_type_want(parser, receiver, XZ_TYPE_STR, "what stands before the dot");
    if (parser->failed) {
        return 0;
    }
    if (op == XZ_OP_SUBSTRING) {
        return parse_substring(parser, start, receiver);
    }
    argument = xz_type_want(parser, xz_parse_condition(parser), XZ_TYPE_STR,
                            "what stands in the brackets");
    return parser->failed ? 0
                          : xz_node_with(parser, op, XZ_TYPE_BOOL, start, receiver, argument, 0);
}

static uint32_t parse_methods(struct xz_parser *parser, uint32_t receiver)
{
    static const char *const names[] = {"startsWith", "endsWith", "contains",
                                        "substring",  "exists",   "all"};
    static const enum xz_op ops[] = {XZ_OP_STARTS,    XZ_OP_ENDS,   XZ_OP_CONTAINS,
                                     XZ_OP_SUBSTRING, XZ_OP_EXISTS, XZ_OP_ALL};

    while (xz_parse_take(parser, XZ_TOKEN_DOT)) {
        const uint32_t start = parser->lexer.start;
        const struct xz_str word = parser->lexer.word;
        size_t which = 0;

        if (!xz_parse_want(parser, XZ_TOKEN_NAME, "behind a dot stands a name")) {
            return 0;
        }
        while (which < 6 && !xz_str_eq(word, xz_str_from(names[which]))) {
            which++;
        }
        if (which == 6) {
            const char *nearest = xz_str_nearest(word, names, 6);

            return xz_parse_fail(
                parser, start, "there is no method \"" XZ_STR_FMT "\"; %s%s", XZ_STR_ARG(word),
                nearest != NULL ? "did you mean " : "use one of: ",
                nearest != NULL ? nearest : "startsWith endsWith contains substring exists all");
        }
        if (!xz_parse_want(parser, XZ_TOKEN_OPEN, "a method has its arguments in brackets")) {
            return 0;
        }
        receiver = call_method(parser, ops[which], start, receiver);
        if (!xz_parse_want(parser, XZ_TOKEN_CLOSE, ") is missing here")) {
            return 0;
        }
    }
    return receiver;
}

/* ---- literals and brackets ---- */

static uint32_t parse_number(struct xz_parser *parser)
{
    const uint32_t node = xz_node_new(parser, XZ_OP_NUMBER, XZ_TYPE_INT, parser->lexer.start);

    if (node != 0) {
        parser->expr->nodes[node].decimal.mantissa = parser->lexer.mantissa;
        parser->expr->nodes[node].decimal.scale = parser->lexer.scale;
    }
    xz_lexer_next(&parser->lexer);
    return node;
}

static uint32_t parse_text(struct xz_parser *parser)
{
    const uint32_t node = xz_node_new(parser, XZ_OP_TEXT, XZ_TYPE_STR, parser->lexer.start);

    if (node != 0) {
        parser->expr->nodes[node].text = keep_text(parser, parser->lexer.word);
    }
    xz_lexer_next(&parser->lexer);
    return node;
}

static uint32_t parse_list(struct xz_parser *parser)
{
    const uint32_t start = parser->lexer.start;
    struct xz_expr *expr = parser->expr;
    struct xz_str *texts = NULL;
    size_t count = 0, cap = 0;
    uint32_t node = 0;

    if (expr->set_count == XZ_EXPR_SETS_MAX) {
        return xz_parse_fail(parser, start, "too many lists; put the codes into codes/NAME.csv");
    }
    xz_lexer_next(&parser->lexer);
    do {
        xz_array_reserve((void **)&texts, &cap, count + 1, sizeof(*texts));
        if (parser->lexer.token == XZ_TOKEN_TEXT) {
            texts[count++] = keep_text(parser, parser->lexer.word);
        }
        if (!xz_parse_want(parser, XZ_TOKEN_TEXT, "a list holds texts in quotes: ['11', '41']")) {
            goto out;
        }
        if (count > XZ_EXPR_LIST_MAX) {
            (void)xz_parse_fail(parser, start, "a list this long belongs into codes/NAME.csv");
            goto out;
        }
    } while (xz_parse_take(parser, XZ_TOKEN_COMMA));
    if (!xz_parse_want(parser, XZ_TOKEN_CLOSE_LIST, "] or a comma is missing here")) {
        goto out;
    }
    node = xz_node_new(parser, XZ_OP_SET, XZ_TYPE_SET, start);
    if (node != 0) {
        expr->sets[expr->set_count] = xz_set_new(texts, count);
        expr->nodes[node].set = expr->sets[expr->set_count++];
    }
out:
    free(texts);
    return node;
}

static uint32_t parse_name(struct xz_parser *parser)
{
    const bool yes = xz_str_eq(parser->lexer.word, XZ_STR("true"));
    struct xz_lexer ahead = parser->lexer;

    if (yes || xz_str_eq(parser->lexer.word, XZ_STR("false"))) {
        const uint32_t node = xz_node_new(parser, XZ_OP_BOOL, XZ_TYPE_BOOL, parser->lexer.start);

        if (node != 0) {
            parser->expr->nodes[node].boolean = yes;
        }
        xz_lexer_next(&parser->lexer);
        return node;
    }
    xz_lexer_next(&ahead);
    return ahead.token == XZ_TOKEN_OPEN ? parse_function(parser) : parse_variable(parser);
}

uint32_t xz_parse_member(struct xz_parser *parser)
{
    const struct xz_lexer *lexer = &parser->lexer;
    uint32_t node = 0;

    if (parser->failed) {
        return 0;
    }
    switch (lexer->token) {
    case XZ_TOKEN_NUMBER:
        node = parse_number(parser);
        break;
    case XZ_TOKEN_TEXT:
        node = parse_text(parser);
        break;
    case XZ_TOKEN_OPEN_LIST:
        node = parse_list(parser);
        break;
    case XZ_TOKEN_NAME:
        node = parse_name(parser);
        break;
    case XZ_TOKEN_OPEN:
        xz_lexer_next(&parser->lexer);
        node = xz_parse_condition(parser);
        (void)xz_parse_want(parser, XZ_TOKEN_CLOSE, ") is missing here");
        break;
    default:
        return xz_parse_fail(parser, lexer->start, "%s",
                             lexer->token == XZ_TOKEN_BAD ? lexer->problem
                                                          : "a name or a value is missing here");
    }
    return parser->failed ? 0 : parse_methods(parser, node);
}
