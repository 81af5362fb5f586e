/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An account that rested and is then emptied in a few tickets. Only the tickets that end a rest are
 * judged, against those of everybody else who came back after one. The score grows with the money
 * taken, with how nearly all of it went, and with how long the account had rested:
 *   yuan taken * (share of the balance)^2 * days of rest / 90
 */
#include "evidence/evidence_int.h"

#define REST_DAYS_MAX 365.0
#define TICKETS_MAX   12

struct drain_conf {
    int64_t dormant_ms;
    double share;
};

static enum xz_rc configure(const struct xz_yaml *node, void **conf_out, struct xz_err *err)
{
    struct drain_conf *conf = xz_calloc(1, sizeof(*conf));

    *conf = (struct drain_conf){60 * XZ_DAY_MS, 0.6};
    if (xz_yaml_duration(xz_yaml_get(node, "dormant"), &conf->dormant_ms, err) != XZ_OK ||
        xz_yaml_double(xz_yaml_get(node, "share"), 0.0, 1.0, &conf->share, err) != XZ_OK) {
        free(conf);
        return XZ_CONFIG;
    }
    *conf_out = conf;
    return XZ_OK;
}

static bool spends(const struct xz_record *record)
{
    return record->kind == XZ_RECORD_SETTLEMENT && !(record->flags & XZ_RECORD_UNDONE) &&
           xz_fen_or_zero(record->account_fen) > 0;
}

/* Index of the first ticket of the burst that `index` ends: matching records no further apart than
 * the window reaches back. */
static uint32_t burst_first(const struct xz_evidence_spec *spec, const struct xz_view *view,
                            uint32_t index, int64_t *taken_fen, uint32_t *tickets)
{
    const int64_t since_ms = view->entity->records[index]->at_ms - spec->window_ms;
    uint32_t first = index;

    *taken_fen = 0;
    *tickets = 0;
    for (uint32_t i = index + 1; i-- > 0 && view->entity->records[i]->at_ms >= since_ms;) {
        if (view->matches(view, i)) {
            first = i;
            *taken_fen += xz_fen_or_zero(view->entity->records[i]->account_fen);
            (*tickets)++;
        }
    }
    return first;
}

/* When the account was last used before `first`; if never in what is known, when it was first seen.
 * XZ_TIME_NONE: there is nothing before at all. */
static int64_t last_use_ms(const struct xz_view *view, uint32_t first)
{
    const struct xz_entity *entity = view->entity;
    int64_t seen_ms;

    for (uint32_t i = first; i-- > 0;) {
        if (spends(entity->records[i])) {
            return entity->records[i]->at_ms;
        }
    }
    if (entity->before.last_ms != XZ_TIME_NONE) {
        return entity->before.last_ms;
    }
    seen_ms = xz_first_seen_ms(view);
    return seen_ms < entity->records[first]->at_ms ? seen_ms : XZ_TIME_NONE;
}

static bool statistic_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                         uint32_t index, void *cursor, struct xz_statistic *statistic)
{
    const struct drain_conf *conf = spec->conf;
    const struct xz_record *record = view->entity->records[index];
    int64_t taken_fen, used_ms;
    uint32_t tickets, first;
    double share, rest_days;

    (void)cursor;
    if (record->balance_fen == XZ_FEN_NONE) {
        statistic->why_not = "no_balance";
        return false;
    }
    first = burst_first(spec, view, index, &taken_fen, &tickets);
    used_ms = last_use_ms(view, first);
    if (used_ms == XZ_TIME_NONE) {
        statistic->why_not = "first_seen";
        return false;
    }
    share = taken_fen > 0
                ? (double)taken_fen /
                      (double)(taken_fen + (record->balance_fen > 0 ? record->balance_fen : 0))
                : 0.0;
    rest_days = (double)(view->entity->records[first]->at_ms - used_ms) / (double)XZ_DAY_MS;
    if (tickets > TICKETS_MAX || rest_days * (double)XZ_DAY_MS < (double)conf->dormant_ms) {
        return false; /* an account in use */
    }
    statistic->expected = NAN;
    statistic->window_start_ms = view->entity->records[first]->at_ms;
    statistic->value =
        (double)taken_fen / 100.0 * share * share * fmin(rest_days, REST_DAYS_MAX) / 90.0;
    statistic->observed = statistic->value;
    statistic->carries = share >= conf->share;
    return true;
}

static void members_of(const struct xz_evidence_spec *spec, const struct xz_view *view,
                       uint32_t index, const void *cursor, xz_member_fn add, void *arg)
{
    int64_t taken_fen;
    uint32_t tickets;

    (void)cursor;
    for (uint32_t i = burst_first(spec, view, index, &taken_fen, &tickets); i <= index; i++) {
        if (view->matches(view, i)) {
            add(arg, i, 1.0 + (double)xz_fen_or_zero(view->entity->records[i]->account_fen));
        }
    }
}

static const char *const params[] = {"dormant", "share", NULL};

const struct xz_evidence_kind xz_kind_drain = {
    .schema = {.name = "drain",
               .subjects = 1u << XZ_SUBJECT_INSURED,
               .families = 1u << XZ_FAMILY_QUANTILES,
               .params = params,
               .configure = configure,
               .conf_free = free},
    .block = XZ_BLOCK_STEP,
    .unit = "score",
    .step = xz_step_by_quantiles,
    .statistic = statistic_of,
    .members = members_of,
};
