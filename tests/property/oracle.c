/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which events count: duplicates, retries, reversals, refunds. What they come to is in
 * oracle_rules.c and oracle_measures.c. */
#include "oracle.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

static bool same_text(struct xz_str left, struct xz_str right) { return xz_str_eq(left, right); }

static bool is_ticket(const struct xz_event *event) /* a settlement, refunds included */
{
    return event->body == XZ_BODY_SETTLEMENT;
}

static bool is_refund(const struct xz_event *event)
{
    return is_ticket(event) && event->settlement.refd_setl_flag == 1;
}

/* Whose history it belongs to: the person's; of a scan without one, the code's. */
static bool same_gate(const struct xz_event *left, const struct xz_event *right)
{
    const struct xz_str a = xz_event_person(left), b = xz_event_person(right);

    if (a.len == 0 && b.len == 0) {
        return same_text(left->trace_scan.drug_trac_codg, right->trace_scan.drug_trac_codg);
    }
    return same_text(a, b);
}

/* The accepted event that this one repeats, or its own index. */
static uint32_t repeated_by(const struct oracle *oracle, uint32_t index)
{
    const struct xz_event *event = oracle->events[index].event;

    for (uint32_t i = 0; i < index; i++) {
        const struct xz_event *other = oracle->events[i].event;

        if (!oracle->events[i].accepted || !same_gate(event, other)) {
            continue;
        }
        if (same_text(event->msgid, other->msgid)) {
            return i;
        }
        if (is_ticket(event) && is_ticket(other) &&
            same_text(event->settlement.setl_id, other->settlement.setl_id) &&
            same_text(event->fixmedins_code, other->fixmedins_code)) {
            return i; /* a gateway's retry */
        }
    }
    return index;
}

/* ---- reversals ---- */

/* The accepted event that goes by this msgid, a retry's included; NULL when there is none. */
static const struct xz_event *known_as(const struct oracle *oracle, const struct xz_event *asking,
                                       struct xz_str msgid)
{
    for (uint32_t i = 0; i < oracle->count && msgid.len > 0; i++) {
        if (same_gate(oracle->events[i].event, asking) &&
            same_text(oracle->events[i].event->msgid, msgid)) {
            return oracle->events[oracle->events[i].repeats].event;
        }
    }
    return NULL;
}

/* A reversal that no other one in force names. */
static bool in_force(const struct oracle *oracle, uint32_t index)
{
    const struct xz_event *reversal = oracle->events[index].event;

    for (uint32_t i = 0; i < oracle->count; i++) {
        const struct xz_event *other = oracle->events[i].event;

        if (oracle->events[i].accepted && other->body == XZ_BODY_REVERSAL && i != index &&
            same_gate(reversal, other) && other->reversal.omsgid.len > 0 &&
            same_text(other->reversal.omsgid, reversal->msgid) && in_force(oracle, i)) {
            return false;
        }
    }
    return true;
}

/* By its msgid if that is known, else by its setl_id; if both are given they must agree. */
static bool names(const struct oracle *oracle, const struct xz_event *reversal,
                  const struct xz_event *event)
{
    const struct xz_str setl = reversal->reversal.setl_id, msg = reversal->reversal.omsgid;
    const struct xz_event *known = known_as(oracle, reversal, msg);
    const bool by_setl = setl.len > 0 && is_ticket(event) && !is_refund(event) &&
                         same_text(event->settlement.setl_id, setl);

    if (setl.len > 0 && !by_setl) {
        return false;
    }
    return known != NULL ? known == event : by_setl;
}

static void mark_reversed(struct oracle *oracle, uint32_t index)
{
    struct oracle_event *event = &oracle->events[index];

    for (uint32_t i = 0; i < oracle->count; i++) {
        const struct xz_event *reversal = oracle->events[i].event;

        if (oracle->events[i].accepted && reversal->body == XZ_BODY_REVERSAL &&
            event->event->body != XZ_BODY_REVERSAL && same_gate(reversal, event->event) &&
            names(oracle, reversal, event->event) && in_force(oracle, i) &&
            (!event->undone || reversal->at_ms < event->undone_ms)) {
            event->undone = true;
            event->undone_ms = reversal->at_ms;
        }
    }
}

/* A settlement of which refunds that stand have taken everything back; from the one on that took
 * the last of it. */
static void mark_refunded(struct oracle *oracle, uint32_t index)
{
    struct oracle_event *event = &oracle->events[index];
    int64_t left_fen = event->event->settlement.medfee_sumamt_fen;

    if (!is_ticket(event->event) || is_refund(event->event) || left_fen <= 0) {
        return;
    }
    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *refund = &oracle->events[oracle->by_time[n]];

        if (!is_refund(refund->event) || refund->undone ||
            !same_gate(refund->event, event->event) ||
            !same_text(refund->event->settlement.refd_setl_id, event->event->settlement.setl_id)) {
            continue;
        }
        left_fen += refund->event->settlement.medfee_sumamt_fen;
        if (left_fen <= 0) {
            if (!event->undone || refund->event->at_ms < event->undone_ms) {
                event->undone_ms = refund->event->at_ms;
            }
            event->undone = true;
            return;
        }
    }
}

/* A scan of a sale goes the way of its settlement, where that is the same person's. */
static void mark_scan(struct oracle *oracle, uint32_t index)
{
    struct oracle_event *scan = &oracle->events[index];
    const struct xz_str setl = scan->event->trace_scan.setl_id;
    bool settled = false;

    for (uint32_t i = 0; i < oracle->count; i++) {
        const struct oracle_event *event = &oracle->events[i];

        if (event->accepted && is_ticket(event->event) && !is_refund(event->event) &&
            same_gate(event->event, scan->event) &&
            same_text(event->event->settlement.setl_id, setl)) {
            settled = true;
            scan->undone = scan->undone || event->undone;
        }
    }
    for (uint32_t i = 0; i < oracle->count && !settled; i++) {
        const struct xz_event *reversal = oracle->events[i].event;

        scan->undone =
            scan->undone ||
            (oracle->events[i].accepted && reversal->body == XZ_BODY_REVERSAL &&
             same_gate(reversal, scan->event) && same_text(reversal->reversal.setl_id, setl) &&
             known_as(oracle, reversal, reversal->reversal.omsgid) == NULL && in_force(oracle, i));
    }
}

/* ---- order ---- */

static const struct oracle *sorting;

static int by_time(const void *left_ptr, const void *right_ptr)
{
    const struct oracle_event *left = &sorting->events[*(const uint32_t *)left_ptr];
    const struct oracle_event *right = &sorting->events[*(const uint32_t *)right_ptr];

    if (left->event->at_ms != right->event->at_ms) {
        return left->event->at_ms < right->event->at_ms ? -1 : 1;
    }
    return (left->key > right->key) - (left->key < right->key);
}

void oracle_init(struct oracle *oracle, const struct xz_event *const *events,
                 const uint32_t *partitions, uint32_t count, int64_t lateness_ms)
{
    int64_t newest_of[ORACLE_PARTITIONS_MAX];

    memset(oracle, 0, sizeof(*oracle));
    oracle->events = xz_calloc(count + 1, sizeof(oracle->events[0]));
    oracle->by_time = xz_calloc(count + 1, sizeof(oracle->by_time[0]));
    oracle->count = count;
    for (uint32_t p = 0; p < ORACLE_PARTITIONS_MAX; p++) {
        newest_of[p] = INT64_MIN;
    }
    for (uint32_t i = 0; i < count; i++) {
        int64_t *newest_ms = &newest_of[partitions[i]];
        const int64_t told_ms =
            events[i]->body == XZ_BODY_PERSON_STATUS ? events[i]->inf_time_ms : events[i]->at_ms;

        oracle->events[i].event = events[i];
        oracle->events[i].key = xz_hash_str(events[i]->msgid);
        oracle->events[i].repeats = repeated_by(oracle, i);
        oracle->events[i].accepted = oracle->events[i].repeats == i;
        oracle->events[i].late = *newest_ms != INT64_MIN && told_ms < *newest_ms - lateness_ms;
        *newest_ms = told_ms > *newest_ms ? told_ms : *newest_ms;
        if (oracle->events[i].accepted) {
            oracle->by_time[oracle->accepted++] = i;
        }
    }
    sorting = oracle;
    qsort(oracle->by_time, oracle->accepted, sizeof(oracle->by_time[0]), by_time);
    for (uint32_t i = 0; i < count; i++) {
        if (oracle->events[i].accepted) {
            mark_reversed(oracle, i);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (oracle->events[i].accepted) {
            mark_refunded(oracle, i);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct xz_event *event = events[i];

        if (oracle->events[i].accepted && event->body == XZ_BODY_TRACE_SCAN &&
            event->trace_scan.scan == XZ_SCAN_SALE && event->trace_scan.psn_no.len > 0 &&
            event->trace_scan.setl_id.len > 0) {
            mark_scan(oracle, i);
        }
    }
}

void oracle_fini(struct oracle *oracle)
{
    free(oracle->events);
    free(oracle->by_time);
}
