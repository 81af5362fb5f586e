/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to tokens. A token that cannot be one is XZ_TOKEN_BAD with the remedy. */
#include "pack/expr_int.h"

#define DIGITS_MAX 18 /* fits an int64 whatever the digits are */
#define SCALE_MAX  9

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static char peek(const struct xz_lexer *lexer, uint32_t ahead)
{
    const uint64_t at = (uint64_t)lexer->at + ahead;

    return at < lexer->text.len ? lexer->text.ptr[at] : '\0';
}

static void bad(struct xz_lexer *lexer, const char *problem)
{
    lexer->token = XZ_TOKEN_BAD;
    lexer->problem = problem;
}

static void number(struct xz_lexer *lexer)
{
    int digits = 0;

    lexer->token = XZ_TOKEN_NUMBER;
    lexer->mantissa = 0;
    lexer->scale = -1;
    while (is_digit(peek(lexer, 0)) ||
           (peek(lexer, 0) == '.' && lexer->scale < 0 && is_digit(peek(lexer, 1)))) {
        const char c = peek(lexer, 0);

        lexer->at++;
        if (c == '.') {
            lexer->scale = 0;
            continue;
        }
        if (++digits > DIGITS_MAX || lexer->scale >= SCALE_MAX) {
            bad(lexer, "a number has at most 18 digits, 9 of them behind the point");
            return;
        }
        lexer->mantissa = lexer->mantissa * 10 + (c - '0');
        lexer->scale += lexer->scale >= 0;
    }
    lexer->scale = lexer->scale < 0 ? 0 : lexer->scale;
    if (is_letter(peek(lexer, 0))) {
        bad(lexer, "a number ends here; a duration is written duration('7d')");
    }
}

static void quoted(struct xz_lexer *lexer)
{
    const char quote = peek(lexer, 0);
    const uint32_t start = lexer->at + 1;

    lexer->token = XZ_TOKEN_TEXT;
    lexer->at++;
    while (lexer->at < lexer->text.len && peek(lexer, 0) != quote) {
        const char c = peek(lexer, 0);

        if (c == '\\') {
            const char next = peek(lexer, 1);

            if (next != '\\' && next != '\'' && next != '"') {
                bad(lexer, "behind a backslash stands \\, ' or \"");
                return;
            }
            lexer->at++;
        }
        lexer->at++;
    }
    if (lexer->at >= lexer->text.len) {
        bad(lexer, "the text has no closing quote");
        return;
    }
    lexer->word = (struct xz_str){lexer->text.ptr + start, lexer->at - start};
    lexer->at++;
}

uint32_t xz_lexer_unescape(struct xz_str word, char *out)
{
    uint32_t len = 0;

    for (uint32_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '\\' && i + 1 < word.len) {
            i++;
        }
        out[len++] = word.ptr[i];
    }
    return len;
}

static void name(struct xz_lexer *lexer)
{
    const uint32_t start = lexer->at;

    while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) {
        lexer->at++;
    }
    lexer->word = (struct xz_str){lexer->text.ptr + start, lexer->at - start};
    lexer->token = xz_str_eq(lexer->word, XZ_STR("in")) ? XZ_TOKEN_IN : XZ_TOKEN_NAME;
    if (xz_str_eq(lexer->word, XZ_STR("and"))) {
        bad(lexer, "write && for and");
    } else if (xz_str_eq(lexer->word, XZ_STR("or"))) {
        bad(lexer, "write || for or");
    } else if (xz_str_eq(lexer->word, XZ_STR("not"))) {
        bad(lexer, "write ! for not, as in !(x in y)");
    } else if (xz_str_eq(lexer->word, XZ_STR("null"))) {
        bad(lexer, "there is no null; ask has(name) or !has(name)");
    }
}

/* Tokens of one or two signs. */
static void sign(struct xz_lexer *lexer)
{
    static const struct {
        const char *text;
        enum xz_token token;
    } signs[] = {
        {"||", XZ_TOKEN_OR},        {"&&", XZ_TOKEN_AND},   {"==", XZ_TOKEN_EQ},
        {"!=", XZ_TOKEN_NE},        {"<=", XZ_TOKEN_LE},    {">=", XZ_TOKEN_GE},
        {"<", XZ_TOKEN_LT},         {">", XZ_TOKEN_GT},     {"!", XZ_TOKEN_NOT},
        {"+", XZ_TOKEN_PLUS},       {"-", XZ_TOKEN_MINUS},  {"*", XZ_TOKEN_TIMES},
        {"/", XZ_TOKEN_OVER},       {"%", XZ_TOKEN_MODULO}, {"?", XZ_TOKEN_QUESTION},
        {":", XZ_TOKEN_COLON},      {".", XZ_TOKEN_DOT},    {",", XZ_TOKEN_COMMA},
        {"(", XZ_TOKEN_OPEN},       {")", XZ_TOKEN_CLOSE},  {"[", XZ_TOKEN_OPEN_LIST},
        {"]", XZ_TOKEN_CLOSE_LIST},
    };
    const char first = peek(lexer, 0);

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const char *text = signs[i].text;

        if (first == text[0] && (text[1] == '\0' || peek(lexer, 1) == text[1])) {
            lexer->token = signs[i].token;
            lexer->at += text[1] == '\0' ? 1 : 2;
            return;
        }
    }
    switch (first) {
    case '=':
        bad(lexer, "write == to compare");
        break;
    case '&':
        bad(lexer, "write && for and");
        break;
    case '|':
        bad(lexer, "write || for or");
        break;
    default:
        bad(lexer, "this sign has no meaning here; texts stand in quotes");
        break;
    }
}

void xz_lexer_start(struct xz_lexer *lexer, struct xz_str text)
{
    memset(lexer, 0, sizeof(*lexer));
    lexer->text = text;
}

void xz_lexer_next(struct xz_lexer *lexer)
{
    while (lexer->at < lexer->text.len && is_space(peek(lexer, 0))) {
        lexer->at++;
    }
    lexer->start = lexer->at;
    lexer->word = XZ_STR_NONE;
    if (lexer->at >= lexer->text.len) {
        lexer->token = XZ_TOKEN_END;
    } else if (is_digit(peek(lexer, 0))) {
        number(lexer);
    } else if (is_letter(peek(lexer, 0))) {
        name(lexer);
    } else if (peek(lexer, 0) == '\'' || peek(lexer, 0) == '"') {
        quoted(lexer);
    } else {
        sign(lexer);
    }
}
