/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every target needs. */
#ifndef XZ_FUZZ_H
#define XZ_FUZZ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding: libFuzzer keeps the input. */
#define MUST(holds) must_hold((holds), #holds, __LINE__)
static inline void must_hold(bool holds, const char *what, int line)
{
    if (!holds) {
        (void)fprintf(stderr, "line %d: does not hold: %s\n", line, what);
        abort();
    }
}

static inline struct xz_str input_of(const uint8_t *data, size_t size)
{
    return (struct xz_str){(const char *)data, (uint32_t)size};
}

/* Takes the text up to a line end off *text; false when it is empty. */
static inline bool next_line(struct xz_str *text, struct xz_str *line)
{
    const char *end;

    if (text->len == 0) {
        return false;
    }
    end = memchr(text->ptr, '\n', text->len);
    *line = (struct xz_str){text->ptr, end != NULL ? (uint32_t)(end - text->ptr) : text->len};
    text->ptr += line->len + (end != NULL);
    text->len -= line->len + (end != NULL);
    return true;
}

#endif
