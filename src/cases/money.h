/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cases/money.h - how much money a case is about, when several alerts speak of the same
 * settlements: each settlement counts once. An event is known by the hash of its msgid. Pure.
 */
#ifndef XZ_CASES_MONEY_H
#define XZ_CASES_MONEY_H
#include "base/buf.h"

struct xz_money_event {
    uint64_t hash;
    int64_t fen;
};

struct xz_money {
    struct xz_money_event *events;
    size_t count, cap;
    int64_t rest_fen; /* of events that alerts do not list one by one */
};

void xz_money_fini(struct xz_money *money);
void xz_money_add(struct xz_money *money, struct xz_str msgid, int64_t fen);
/* Of all that was added, each event once, with the largest sum that was said of it. */
int64_t xz_money_total_fen(struct xz_money *money);

/* One alert's, as bytes; and what such bytes hold, added to money. False: they are no such bytes.
 */
void xz_money_encode(const struct xz_money *money, struct xz_buf *out);
bool xz_money_decode(struct xz_str bytes, struct xz_money *money);

#endif
