/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pack/expr_int.h - inside the expression language: tokens, nodes, the parser's state.
 *
 * An expression is a flat array of nodes; children are linked by index, first child and next
 * sibling, so that && and || of many terms are one node. Node 0 is none. Types are checked while
 * parsing; what is left needs no check when it is evaluated.
 */
#ifndef XZ_PACK_EXPR_INT_H
#define XZ_PACK_EXPR_INT_H
#include "pack/set.h"

#define XZ_EXPR_TEXT_MAX   16384
#define XZ_EXPR_NODES_MAX  2048
#define XZ_EXPR_DEPTH_MAX  32 /* of brackets, calls and conditions */
#define XZ_EXPR_HEIGHT_MAX 96 /* of the tree, and so of the evaluation's recursion */
#define XZ_EXPR_LEVELS_MAX 4  /* the event and three nested elements */
#define XZ_EXPR_LIST_MAX   1000
#define XZ_EXPR_SETS_MAX   64

enum xz_token {
    XZ_TOKEN_END,
    XZ_TOKEN_NAME,
    XZ_TOKEN_NUMBER,
    XZ_TOKEN_TEXT,
    XZ_TOKEN_OR,
    XZ_TOKEN_AND,
    XZ_TOKEN_NOT,
    XZ_TOKEN_EQ,
    XZ_TOKEN_NE,
    XZ_TOKEN_LT,
    XZ_TOKEN_LE,
    XZ_TOKEN_GT,
    XZ_TOKEN_GE,
    XZ_TOKEN_IN,
    XZ_TOKEN_PLUS,
    XZ_TOKEN_MINUS,
    XZ_TOKEN_TIMES,
    XZ_TOKEN_OVER,
    XZ_TOKEN_MODULO,
    XZ_TOKEN_QUESTION,
    XZ_TOKEN_COLON,
    XZ_TOKEN_DOT,
    XZ_TOKEN_COMMA,
    XZ_TOKEN_OPEN,
    XZ_TOKEN_CLOSE,
    XZ_TOKEN_OPEN_LIST,
    XZ_TOKEN_CLOSE_LIST,
    XZ_TOKEN_BAD /* `problem` says why */
};

struct xz_lexer {
    struct xz_str text;
    uint32_t at; /* behind the token */
    /* the token */
    enum xz_token token;
    uint32_t start;
    struct xz_str word; /* as written; of a text without its quotes */
    int64_t mantissa;   /* of a number: mantissa / 10^scale */
    int scale;
    const char *problem;
};

void xz_lexer_start(struct xz_lexer *lexer, struct xz_str text);
void xz_lexer_next(struct xz_lexer *lexer);
/* Reads past the text's escapes: out has room for word.len bytes; returns the length. */
uint32_t xz_lexer_unescape(struct xz_str word, char *out);

enum xz_op {
    XZ_OP_NONE,
    XZ_OP_NUMBER, /* a literal that has not met the type it is to have; parser only */
    XZ_OP_BOOL,
    XZ_OP_INT,
    XZ_OP_DOUBLE,
    XZ_OP_TEXT,
    XZ_OP_SET,
    XZ_OP_VAR,
    XZ_OP_HAS,
    XZ_OP_NOT,
    XZ_OP_AND,
    XZ_OP_OR,
    XZ_OP_COND,
    XZ_OP_CMP, /* by `what`, on the children's type */
    XZ_OP_IN,
    XZ_OP_TO_DOUBLE,
    XZ_OP_ADD,
    XZ_OP_SUB,
    XZ_OP_MUL,
    XZ_OP_DIV,
    XZ_OP_MOD,
    XZ_OP_NEG,
    XZ_OP_ABS,
    XZ_OP_MIN,
    XZ_OP_MAX,
    XZ_OP_SIZE,
    XZ_OP_STARTS,
    XZ_OP_ENDS,
    XZ_OP_CONTAINS,
    XZ_OP_SUBSTRING,
    XZ_OP_EXISTS,
    XZ_OP_ALL
};

enum xz_cmp { XZ_CMP_EQ, XZ_CMP_NE, XZ_CMP_LT, XZ_CMP_LE, XZ_CMP_GT, XZ_CMP_GE };

struct xz_node {
    uint8_t op;
    uint8_t type;  /* enum xz_type */
    uint8_t what;  /* enum xz_cmp; of SIZE the child's type */
    uint8_t level; /* of VAR: whose context; of EXISTS and ALL: the element's */
    uint16_t slot;
    uint16_t height;
    uint32_t first, next; /* first child, next sibling */
    uint32_t start;       /* in the text */
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct xz_str text;
        const struct xz_set *set;
        struct {
            int64_t mantissa;
            int scale;
        } decimal;
        struct {
            void (*load)(const void *ctx, uint16_t slot, struct xz_value *value);
            const struct xz_var *var;
        };
    };
    int64_t unit; /* of INT and DOUBLE: 1 of a plain number, 100 of money */
};

struct xz_expr {
    struct xz_node *nodes;
    uint32_t count, root;
    char *texts; /* of literals */
    struct xz_set *sets[XZ_EXPR_SETS_MAX];
    uint32_t set_count;
};

struct xz_parser {
    struct xz_lexer lexer;
    struct xz_expr *expr;
    size_t node_cap;
    uint32_t text_used;
    const char *file;
    int line;
    const char *why; /* what to add to an unknown name: why this scope; NULL: nothing */
    const struct xz_expr_names *names;
    struct {
        const struct xz_scope *scope;
        struct xz_str name; /* of the element's variable; absent at level 0 */
    } levels[XZ_EXPR_LEVELS_MAX];
    unsigned level_count;
    int depth;
    bool failed;
    struct xz_err *err;
};

/* All return 0 and set failed on a mistake; only the first is told. */
uint32_t xz_parse_fail(struct xz_parser *parser, uint32_t start, const char *format, ...)
    XZ_PRINTF(3, 4);
uint32_t xz_parse_condition(struct xz_parser *parser); /* a whole expression */
uint32_t xz_parse_member(struct xz_parser *parser);    /* names, literals, calls; expr_member.c */
bool xz_parse_take(struct xz_parser *parser, enum xz_token token); /* if it is the next one */
bool xz_parse_want(struct xz_parser *parser, enum xz_token token, const char *what);

uint32_t xz_node_new(struct xz_parser *parser, enum xz_op op, enum xz_type type, uint32_t start);
/* Children are 1, 2 or 3 nodes; 0 ends the list early. */
uint32_t xz_node_with(struct xz_parser *parser, enum xz_op op, enum xz_type type, uint32_t start,
                      uint32_t first, uint32_t second, uint32_t third);

/* expr_type.c: build a checked node from checked children. */
uint32_t xz_type_compare(struct xz_parser *parser, enum xz_cmp cmp, uint32_t start, uint32_t left,
                         uint32_t right);
uint32_t xz_type_arithmetic(struct xz_parser *parser, enum xz_op op, uint32_t start, uint32_t left,
                            uint32_t right);
uint32_t xz_type_negate(struct xz_parser *parser, uint32_t start, uint32_t child);
uint32_t xz_type_same(struct xz_parser *parser, enum xz_op op, uint32_t start, uint32_t test,
                      uint32_t left, uint32_t right); /* COND, MIN, MAX */
/* Gives a literal that has met no other type its own: 1 is an int, 1.5 a double. */
uint32_t xz_type_settle(struct xz_parser *parser, uint32_t index);
uint32_t xz_type_want(struct xz_parser *parser, uint32_t index, enum xz_type type,
                      const char *what);
const char *xz_type_phrase(const struct xz_parser *parser, uint32_t index); /* "text", "money" */

/* ---- for the pack loader ---- */

/* As xz_expr_compile; `why` explains the scope when a name is not in it. */
XZ_MUST enum xz_rc xz_expr_compile_why(struct xz_str text, const char *file, int line,
                                       const struct xz_scope *scope, const char *why,
                                       const struct xz_expr_names *names, enum xz_type want,
                                       struct xz_expr **expr, struct xz_err *err);

/* The text names something (`person.x`, even misspelt) that scope `only` has and `other` has not.
 * Lexical: the text need not be well-formed. */
bool xz_expr_mentions(struct xz_str text, const struct xz_scope *only, const struct xz_scope *other,
                      struct xz_str *name);

/* Of names[0..count), of which exactly one is true at a time: bit i is set when the expression can
 * be true with names[i]. Conservative: a bit may be set in vain, never missing. count <= 32. */
uint32_t xz_expr_possible(const struct xz_expr *expr, const char *const names[], size_t count);

#endif
