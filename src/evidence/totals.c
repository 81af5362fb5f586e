/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much, how many different, how often the same: running totals of a calendar block, held
 * against what whole blocks of the segment come to. A running total never falls, so the p-value of
 * an unfinished block can only be too large.
 */
#include "evidence/evidence_int.h"

#define DISTINCT_MAX 512

static uint32_t block_first(const struct xz_evidence_spec *spec, const struct xz_view *view,
                            uint32_t index, struct xz_statistic *statistic)
{
    statistic->block = xz_block_of(spec, view->entity->records[index]->at_ms);
    statistic->window_start_ms = xz_block_start_ms(spec, statistic->block);
    statistic->carries = true;
    statistic->expected = NAN; /* the baseline's 99 % point */
    return xz_entity_lower(view->entity, statistic->window_start_ms);
}

static int64_t money_of(const struct xz_evidence_spec *spec, const struct xz_record *record)
{
    if (strstr(spec->measure, "account_money") != NULL) {
        return xz_fen_or_zero(record->account_fen) + xz_fen_or_zero(record->mulaid_fen);
    }
    if (strstr(spec->measure, "fund_money") != NULL) {
        return xz_fen_or_zero(record->fund_fen);
    }
    return xz_fen_or_zero(record->amount_fen);
}

static bool sum_of(const struct xz_evidence_spec *spec, const struct xz_view *view, uint32_t index,
                   void *cursor, struct xz_statistic *statistic)
{
    int64_t sum_fen = 0;

    (void)cursor;
    for (uint32_t i = block_first(spec, view, index, statistic); i <= index; i++) {
        if (view->matches(view, i)) {
            sum_fen += money_of(spec, view->entity->records[i]);
        }
    }
    statistic->value = (double)(sum_fen > 0 ? sum_fen : 0) / 100.0;
    statistic->observed = statistic->value;
    return true;
}

static bool distinct_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                        uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const enum xz_record_text what = xz_argument_text(spec);
    const uint32_t first = block_first(spec, view, index, statistic);
    uint64_t seen[DISTINCT_MAX];
    uint32_t count = 0;

    (void)cursor;
    for (uint32_t i = first; i <= index && count < DISTINCT_MAX; i++) {
        const uint64_t hash = xz_hash_str(xz_record_text(view->entity->records[i], what));
        uint32_t k = 0;

        if (!view->matches(view, i)) {
            continue;
        }
        while (k < count && seen[k] != hash) {
            k++;
        }
        if (k == count) {
            seen[count++] = hash;
        }
    }
    statistic->value = statistic->observed = (double)count;
    return true;
}

static bool repeat_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                      uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const enum xz_record_text what = xz_argument_text(spec);
    const uint32_t first = block_first(spec, view, index, statistic);
    uint32_t most = 0;

    (void)cursor;
    for (uint32_t i = first; i <= index; i++) {
        const struct xz_str value = xz_record_text(view->entity->records[i], what);
        uint32_t count = 0;

        if (!view->matches(view, i) || value.len == 0) {
            continue;
        }
        for (uint32_t k = first; k <= i; k++) {
            count += view->matches(view, k) &&
                     xz_str_eq(xz_record_text(view->entity->records[k], what), value);
        }
        most = count > most ? count : most;
    }
    statistic->value = statistic->observed = (double)most;
    return true;
}

static bool tickets_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    uint32_t count = 0;

    (void)cursor;
    for (uint32_t i = block_first(spec, view, index, statistic); i <= index; i++) {
        count += view->matches(view, i);
    }
    statistic->value = statistic->observed = (double)count;
    return true;
}

/* An institution keeps its records for the lateness and a day: longer windows want a pack with a
 * longer one. */
#define PERSON_LIKE                                                                                \
    (1u << XZ_SUBJECT_INSURED | 1u << XZ_SUBJECT_OPERATOR | 1u << XZ_SUBJECT_GIVER |               \
     1u << XZ_SUBJECT_PROXY | 1u << XZ_SUBJECT_INSTITUTION)

static const char *const sum_arguments[] = {"account_money", "fund_money", "amount", NULL};
static const char *const who_arguments[] = {"institution", "insured",  "operator", "device",
                                            "receiver",    "district", NULL};

const struct xz_evidence_kind xz_kind_sum = {
    .schema = {.name = "sum",
               .arguments = sum_arguments,
               .subjects = PERSON_LIKE,
               .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_ACTIVE,
    .unit = "yuan",
    .step = xz_step_by_quantiles,
    .statistic = sum_of,
    .members = xz_members_of_block,
};

const struct xz_evidence_kind xz_kind_distinct = {
    .schema = {.name = "distinct",
               .arguments = who_arguments,
               .subjects = PERSON_LIKE,
               .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_ACTIVE,
    .unit = "different",
    .step = xz_step_by_quantiles,
    .statistic = distinct_of,
    .members = xz_members_of_block,
};

const struct xz_evidence_kind xz_kind_repeat = {
    .schema = {.name = "repeat",
               .arguments = who_arguments,
               .subjects = PERSON_LIKE,
               .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_ACTIVE,
    .unit = "times",
    .step = xz_step_by_quantiles,
    .statistic = repeat_of,
    .members = xz_members_of_block,
};

const struct xz_evidence_kind xz_kind_tickets = {
    .schema = {.name = "tickets", .subjects = PERSON_LIKE, .families = 1u << XZ_FAMILY_QUANTILES},
    .block = XZ_BLOCK_ACTIVE,
    .unit = "tickets",
    .step = xz_step_by_quantiles,
    .statistic = tickets_of,
    .members = xz_members_of_block,
};
