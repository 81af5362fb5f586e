/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cases/money.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

void xz_money_fini(struct xz_money *money)
{
    free(money->events);
    *money = (struct xz_money){0};
}

static void add(struct xz_money *money, uint64_t hash, int64_t fen)
{
    xz_array_reserve((void **)&money->events, &money->cap, money->count + 1,
                     sizeof(*money->events));
    money->events[money->count++] = (struct xz_money_event){hash, fen};
}

void xz_money_add(struct xz_money *money, struct xz_str msgid, int64_t fen)
{
    add(money, xz_hash_str(msgid), fen);
}

/* By event, the largest sum first. */
static int by_event(const void *left, const void *right)
{
    const struct xz_money_event *a = left, *b = right;

    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return (a->fen < b->fen) - (a->fen > b->fen);
}

int64_t xz_money_total_fen(struct xz_money *money)
{
    int64_t total = money->rest_fen;

    if (money->count > 0) {
        qsort(money->events, money->count, sizeof(*money->events), by_event);
    }
    for (size_t i = 0; i < money->count; i++) {
        if (i == 0 || money->events[i].hash != money->events[i - 1].hash) {
            total += money->events[i].fen;
        }
    }
    return total;
}

void xz_money_encode(const struct xz_money *money, struct xz_buf *out)
{
    xz_buf_svar(out, money->rest_fen);
    xz_buf_uvar(out, money->count);
    for (size_t i = 0; i < money->count; i++) {
        xz_buf_u64(out, money->events[i].hash);
        xz_buf_svar(out, money->events[i].fen);
    }
}

bool xz_money_decode(struct xz_str bytes, struct xz_money *money)
{
    struct xz_reader reader = xz_reader_of(bytes.ptr, bytes.len);
    const int64_t rest_fen = xz_read_svar(&reader);
    const uint64_t count = xz_read_uvar(&reader);

    for (uint64_t i = 0; i < count && !reader.bad; i++) {
        const uint64_t hash = xz_read_u64(&reader);
        const int64_t fen = xz_read_svar(&reader);

        if (!reader.bad) {
            add(money, hash, fen);
        }
    }
    money->rest_fen += reader.bad ? 0 : rest_fen;
    return !reader.bad && xz_reader_left(&reader) == 0;
}
