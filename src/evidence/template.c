/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One exact amount over many different cards on one day. The score of a day is the largest, over
 * its amounts, of -ln of the chance that so many of its cards fall on one amount: a binomial tail
 * with the amount's share in the institution's own past, smoothed, times the number of amounts that
 * could have been it.
 */
#include "evidence/evidence_int.h"

#define CARDS_MIN 4
#define SHARE_NEW 0.02 /* of an amount never seen as the day's most frequent */

struct amount {
    int64_t amount_fen;
    uint32_t cards;
};

struct template_cursor {
    int32_t day;
    struct amount *amounts; /* open addressing by amount; cards 0: free */
    uint32_t amount_cap, amount_count;
    uint64_t *cards; /* open addressing by amount and person; 0: free */
    uint32_t card_cap, card_count;
    double best, best_cards, best_expected;
    int64_t best_amount_fen;
    bool in_best;
};

static void begin(void *cursor_ptr)
{
    struct template_cursor *cursor = cursor_ptr;

    memset(cursor, 0, sizeof(*cursor));
    cursor->day = INT32_MIN;
}

static void end(void *cursor_ptr)
{
    struct template_cursor *cursor = cursor_ptr;

    free(cursor->amounts);
    free(cursor->cards);
    cursor->amounts = NULL;
    cursor->cards = NULL;
}

static size_t bytes_of(const void *cursor_ptr)
{
    const struct template_cursor *cursor = cursor_ptr;

    return cursor->amount_cap * sizeof(cursor->amounts[0]) +
           cursor->card_cap * sizeof(cursor->cards[0]);
}

static bool cards_put(uint64_t *cards, uint32_t cap, uint64_t key)
{
    uint32_t at = (uint32_t)key & (cap - 1);

    while (cards[at] != 0 && cards[at] != key) {
        at = (at + 1) & (cap - 1);
    }
    if (cards[at] == key) {
        return false;
    }
    cards[at] = key;
    return true;
}

/* False when this person was already seen with this amount today. */
static bool card_is_new(struct template_cursor *cursor, int64_t amount_fen, struct xz_str person)
{
    const uint64_t key = xz_hash64(person.ptr, person.len, (uint64_t)amount_fen) | 1u;

    if (cursor->card_count * 2 >= cursor->card_cap) {
        const uint32_t cap = cursor->card_cap ? cursor->card_cap * 2 : 64;
        uint64_t *grown = xz_calloc(cap, sizeof(*grown));

        for (uint32_t i = 0; i < cursor->card_cap; i++) {
            if (cursor->cards[i] != 0) {
                (void)cards_put(grown, cap, cursor->cards[i]);
            }
        }
        free(cursor->cards);
        cursor->cards = grown;
        cursor->card_cap = cap;
    }
    if (!cards_put(cursor->cards, cursor->card_cap, key)) {
        return false;
    }
    cursor->card_count++;
    return true;
}

static struct amount *amount_slot(struct amount *amounts, uint32_t cap, int64_t amount_fen)
{
    uint32_t at = (uint32_t)xz_hash64(&amount_fen, sizeof(amount_fen), 0) & (cap - 1);

    while (amounts[at].cards != 0 && amounts[at].amount_fen != amount_fen) {
        at = (at + 1) & (cap - 1);
    }
    return &amounts[at];
}

static struct amount *amount_of(struct template_cursor *cursor, int64_t amount_fen)
{
    if (cursor->amount_count * 2 >= cursor->amount_cap) {
        const uint32_t cap = cursor->amount_cap ? cursor->amount_cap * 2 : 64;
        struct amount *grown = xz_calloc(cap, sizeof(*grown));

        for (uint32_t i = 0; i < cursor->amount_cap; i++) {
            if (cursor->amounts[i].cards != 0) {
                *amount_slot(grown, cap, cursor->amounts[i].amount_fen) = cursor->amounts[i];
            }
        }
        free(cursor->amounts);
        cursor->amounts = grown;
        cursor->amount_cap = cap;
    }
    return amount_slot(cursor->amounts, cursor->amount_cap, amount_fen);
}

/* The amount's share in the days that were settled, as far as panes know it: their top amount. */
static double share_of(const struct xz_view *view, int32_t day, int64_t amount_fen)
{
    const struct xz_entity *entity = view->entity;
    const int32_t until_day = day - xz_pane_age_days(view->pack);
    double with = SHARE_NEW * 50.0, all = 50.0;

    for (uint32_t i = 0; i < entity->pane_count; i++) {
        const struct xz_pane *pane = &entity->panes[i];

        if (pane->day < until_day && pane->day >= day - 63) {
            all += (double)pane->count;
            with += pane->top_amount_fen == amount_fen ? (double)pane->top_count : 0.0;
        }
    }
    return with / all;
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor_ptr, struct xz_statistic *statistic)
{
    const struct xz_record *record = view->entity->records[index];
    struct template_cursor *cursor = cursor_ptr;
    struct amount *amount;

    (void)spec;
    if (xz_day_of(record->at_ms) != cursor->day) {
        end(cursor);
        begin(cursor);
        cursor->day = xz_day_of(record->at_ms);
    }
    cursor->in_best = false;
    if (record->amount_fen == XZ_FEN_NONE) {
        return false;
    }
    if (card_is_new(cursor, record->amount_fen, xz_record_text(record, XZ_TEXT_PERSON))) {
        amount = amount_of(cursor, record->amount_fen);
        cursor->amount_count += amount->cards == 0;
        amount->amount_fen = record->amount_fen;
        amount->cards++;
        if (amount->cards >= CARDS_MIN) {
            const double share = share_of(view, cursor->day, record->amount_fen);
            const double score = -xz_binomial_log_tail(cursor->card_count, share, amount->cards) -
                                 log((double)cursor->amount_count);

            cursor->in_best = score > 0.0 && score >= 0.5 * cursor->best;
            if (score > cursor->best) {
                cursor->best = score;
                cursor->best_cards = (double)amount->cards;
                cursor->best_expected = share * (double)cursor->card_count;
                cursor->best_amount_fen = record->amount_fen;
            }
        }
    }
    statistic->value = xz_of_score(cursor->best);
    statistic->observed = cursor->best_cards;
    statistic->expected = cursor->best_expected;
    statistic->block = cursor->day;
    statistic->carries = cursor->in_best;
    statistic->window_start_ms = xz_day_start_ms(cursor->day);
    return true;
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor_ptr, xz_member_fn add, void *arg)
{
    const struct template_cursor *cursor = cursor_ptr;
    const int64_t amount_fen = view->entity->records[index]->amount_fen;

    (void)spec;
    if (!cursor->in_best) {
        return;
    }
    for (uint32_t i = xz_entity_lower(view->entity, xz_day_start_ms(cursor->day)); i <= index;
         i++) {
        if (view->matches(view, i) && view->entity->records[i]->amount_fen == amount_fen) {
            add(arg, i, 1.0);
        }
    }
}

const struct xz_evidence_kind xz_kind_template = {
    .schema = {.name = "template",
               .subjects = 1u << XZ_SUBJECT_INSTITUTION,
               .families = 1u << XZ_FAMILY_QUANTILES,
               .whole_days = true},
    .block = XZ_BLOCK_ACTIVE,
    .scale = XZ_SCALE_SCORE,
    .unit = "cards",
    .cursor_size = sizeof(struct template_cursor),
    .begin = begin,
    .end = end,
    .bytes = bytes_of,
    .step = xz_step_by_quantiles,
    .statistic = statistic_of,
    .members = members_of,
};
