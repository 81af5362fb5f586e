/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#define NAME_MAX_LEN 64

int xz_str_cmp(struct xz_str left, struct xz_str right)
{
    const uint32_t len = left.len < right.len ? left.len : right.len;
    const int order = len == 0 ? 0 : memcmp(left.ptr, right.ptr, len);

    return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

/* Levenshtein, one row at a time; both at most NAME_MAX_LEN long. */
static size_t distance(struct xz_str left, const char *right, size_t right_len)
{
    size_t row[NAME_MAX_LEN + 1];

    for (size_t j = 0; j <= right_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= left.len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= right_len; j++) {
            const size_t change = diagonal + (left.ptr[i - 1] != right[j - 1]);
            const size_t drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            diagonal = row[j];
            row[j] = change < drop ? change : drop;
        }
    }
    return row[right_len];
}

const char *xz_str_nearest(struct xz_str text, const char *const names[], size_t count)
{
    const char *nearest = NULL;
    size_t best = SIZE_MAX;

    if (text.len == 0 || text.len > NAME_MAX_LEN) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(names[i]);
        const size_t far = len > NAME_MAX_LEN ? SIZE_MAX : distance(text, names[i], len);

        if (far < best) {
            best = far;
            nearest = names[i];
        }
    }
    return nearest != NULL && best * 3 <= (text.len > 3 ? text.len : 3) ? nearest : NULL;
}

uint32_t xz_str_take_letter(struct xz_str *text)
{
    const unsigned char *at = (const unsigned char *)text->ptr;
    const uint32_t more = text->len == 0  ? 0
                          : at[0] >= 0xF0 ? 3
                          : at[0] >= 0xE0 ? 2
                                          : at[0] >= 0xC0;
    uint32_t letter, used = 1;

    if (text->len == 0) {
        return 0;
    }
    letter = more == 0 ? at[0] : at[0] & (0x3Fu >> more);
    while (used <= more && used < text->len && (at[used] & 0xC0) == 0x80) {
        letter = letter << 6 | (at[used++] & 0x3Fu);
    }
    if (used <= more) { /* cut short */
        letter = at[0];
        used = 1;
    }
    *text = (struct xz_str){text->ptr + used, text->len - used};
    return letter;
}

/* Those of Unicode's White_Space, controls, and what is passed over when it is shown. */
bool xz_letter_is_blank(uint32_t letter)
{
    static const struct {
        uint32_t first, last;
    } blanks[] = {{0x00, 0x20},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x034F, 0x034F},
                  {0x061C, 0x061C}, {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5},
                  {0x180B, 0x180F}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F},
                  {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
                  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0xE0000, 0xE0FFF}};

    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
        if (letter >= blanks[i].first && letter <= blanks[i].last) {
            return true;
        }
    }
    return false;
}

bool xz_str_is_blank(struct xz_str text)
{
    while (text.len > 0) {
        if (!xz_letter_is_blank(xz_str_take_letter(&text))) {
            return false;
        }
    }
    return true;
}
