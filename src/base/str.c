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
