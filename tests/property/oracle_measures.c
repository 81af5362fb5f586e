/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the statistical patterns measure, each step by loops over all events. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "oracle_int.h"

struct report {
    const struct oracle *oracle;
    void (*step)(void *arg, const struct oracle_step *step);
    void *arg;
};

static void say_both(const struct report *report, const char *key, const char *kind,
                     struct xz_str subject, int64_t at_ms, int32_t block, double value,
                     double statistic)
{
    struct oracle_step step = {
        .key = key, .at_ms = at_ms, .block = block, .value = value, .statistic = statistic};

    (void)snprintf(step.subject, sizeof(step.subject), "%s " XZ_STR_FMT, kind, XZ_STR_ARG(subject));
    report->step(report->arg, &step);
}

static void say(const struct report *report, const char *key, const char *kind,
                struct xz_str subject, int64_t at_ms, int32_t block, double value)
{
    say_both(report, key, kind, subject, at_ms, block, value, value);
}

/* Quarters of a month begin on the 1st, 8th, 15th and 22nd. */
static int32_t quarter_of(int64_t at_ms)
{
    const int day = xz_civil_of(at_ms).day;

    return xz_month_of(at_ms) * 4 + (day < 8 ? 0 : day < 15 ? 1 : day < 22 ? 2 : 3);
}

static bool counts_in_rates(const struct oracle_event *event)
{
    return ticket_stands(event) && event->event->channel != XZ_CHANNEL_LOAD;
}

static bool is_visit(const struct oracle_event *event)
{
    return counts_in_rates(event) && outpatient_or_pharmacy(event->event->settlement.med_type) &&
           !has_stay_dates(event->event);
}

static int64_t account_fen(const struct xz_event *ticket)
{
    return or_zero(ticket->settlement.acct_pay_fen) +
           or_zero(ticket->settlement.acct_mulaid_pay_fen);
}

static bool account_share_is(const struct xz_event *ticket, double share)
{
    const struct xz_settlement *settlement = &ticket->settlement;

    return (settlement->acct_pay_fen != XZ_FEN_NONE ||
            settlement->acct_mulaid_pay_fen != XZ_FEN_NONE) &&
           settlement->medfee_sumamt_fen > 0 &&
           (double)account_fen(ticket) / (double)settlement->medfee_sumamt_fen >= share;
}

/* ---- T02: how often, where, how much ---- */

static void measure_visits(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *now = nth(oracle, n)->event;
    const struct xz_str person = now->settlement.psn_no;
    double month = 0.0, day = 0.0, places = 0.0, fen = 0.0;

    for (uint32_t i = 0; i <= n; i++) {
        const struct xz_event *ticket = nth(oracle, i)->event;
        bool new_visit = true, new_place = true;

        if (!is_visit(nth(oracle, i)) || !of_person(nth(oracle, i), person) ||
            xz_month_of(ticket->at_ms) != xz_month_of(now->at_ms)) {
            continue;
        }
        for (uint32_t k = 0; k < i; k++) {
            const struct xz_event *other = nth(oracle, k)->event;

            if (is_visit(nth(oracle, k)) && of_person(nth(oracle, k), person) &&
                xz_str_eq(other->fixmedins_code, ticket->fixmedins_code)) {
                new_visit = new_visit && xz_day_of(other->at_ms) != xz_day_of(ticket->at_ms);
                new_place = new_place && quarter_of(other->at_ms) != quarter_of(ticket->at_ms);
            }
        }
        month += new_visit;
        day += new_visit && xz_day_of(ticket->at_ms) == xz_day_of(now->at_ms);
        places += new_place && quarter_of(ticket->at_ms) == quarter_of(now->at_ms);
        fen += (double)account_fen(ticket);
    }
    say(report, "T02.visits.month", "insured", person, now->at_ms, xz_month_of(now->at_ms), month);
    say(report, "T02.visits.1d", "insured", person, now->at_ms, xz_day_of(now->at_ms), day);
    say(report, "T02.distinct(institution).7d", "insured", person, now->at_ms,
        quarter_of(now->at_ms), places);
    say(report, "T02.sum(account_money).month", "insured", person, now->at_ms,
        xz_month_of(now->at_ms), fen / 100.0);
}

/* ---- T01: how fast ---- */

static double radians(int32_t degrees_e6)
{
    return degrees_e6 * 1e-6 * 3.14159265358979323846 / 180.0;
}

/* Kilometres, less than nothing when nothing is known. */
static double apart(const struct xz_event *left, const struct xz_event *right)
{
    const struct xz_place *a = &left->place, *b = &right->place;
    const struct xz_str here = left->mdtrtarea_admvs.len ? left->mdtrtarea_admvs : a->admdvs;
    const struct xz_str there = right->mdtrtarea_admvs.len ? right->mdtrtarea_admvs : b->admdvs;
    double chord;

    if (a->lat_e6 == INT32_MIN || b->lat_e6 == INT32_MIN) {
        if (memcmp(here.ptr, there.ptr, 2) != 0) {
            return 150.0;
        }
        return memcmp(here.ptr, there.ptr, 4) != 0 ? 30.0 : -1.0;
    }
    chord = pow(sin((radians(b->lat_e6) - radians(a->lat_e6)) / 2.0), 2.0) +
            cos(radians(a->lat_e6)) * cos(radians(b->lat_e6)) *
                pow(sin((radians(b->lon_e6) - radians(a->lon_e6)) / 2.0), 2.0);
    return 2.0 * 6371.0 * asin(sqrt(fmin(1.0, chord)));
}

static void measure_travel(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *now = nth(oracle, n)->event, *before = NULL;
    double km;

    for (uint32_t i = 0; i < n; i++) {
        if (is_visit(nth(oracle, i)) && was_there(nth(oracle, i)->event) &&
            of_person(nth(oracle, i), now->settlement.psn_no)) {
            before = nth(oracle, i)->event;
        }
    }
    if (before == NULL || now->at_ms - before->at_ms > XZ_DAY_MS ||
        xz_str_eq(now->fixmedins_code, before->fixmedins_code)) {
        return;
    }
    km = apart(before, now);
    if (km >= 0.0) {
        const double hours = (double)(now->at_ms - before->at_ms) / (double)XZ_HOUR_MS + 5.0 / 60.0;
        const double way = fmax(0.0, km - 2.0);

        say_both(report, "T01.travel.24h", "insured", now->settlement.psn_no, now->at_ms, 0,
                 way / hours,
                 fmin(way / 90.0, fmin(40.0 / 60.0 + way / 250.0, 2.0 + way / 750.0)) / hours);
    }
}

/* ---- T11: how empty, after how long ---- */

static bool drains(const struct oracle_event *event)
{
    return is_visit(event) && account_share_is(event->event, 0.9);
}

static void measure_drain(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *now = nth(oracle, n)->event, *first = NULL;
    int64_t taken_fen = 0, used_ms = XZ_TIME_NONE, seen_ms = XZ_TIME_NONE;
    uint32_t tickets = 0;
    double share, rest_days;

    for (uint32_t i = 0; i <= n; i++) { /* the burst */
        const struct xz_event *ticket = nth(oracle, i)->event;

        if (drains(nth(oracle, i)) && of_person(nth(oracle, i), now->settlement.psn_no) &&
            ticket->at_ms >= now->at_ms - 7 * XZ_DAY_MS) {
            first = first == NULL ? ticket : first;
            taken_fen += or_zero(ticket->settlement.acct_pay_fen);
            tickets++;
        }
    }
    for (uint32_t i = 0; i <= n && nth(oracle, i)->event != first; i++) { /* the rest before it */
        const struct xz_event *event = nth(oracle, i)->event;

        if (!of_person(nth(oracle, i), now->settlement.psn_no) || event->body == XZ_BODY_REVERSAL ||
            nth(oracle, i)->undone) {
            continue;
        }
        seen_ms = seen_ms == XZ_TIME_NONE ? event->at_ms : seen_ms;
        if (ticket_stands(nth(oracle, i)) && or_zero(event->settlement.acct_pay_fen) > 0) {
            used_ms = event->at_ms;
        }
    }
    used_ms = used_ms == XZ_TIME_NONE ? seen_ms : used_ms;
    if (now->settlement.balc_fen == XZ_FEN_NONE || used_ms == XZ_TIME_NONE) {
        return;
    }
    share =
        taken_fen > 0 ? (double)taken_fen / (double)(taken_fen + now->settlement.balc_fen) : 0.0;
    rest_days = (double)(first->at_ms - used_ms) / (double)XZ_DAY_MS;
    if (tickets <= 12 && rest_days >= 60.0) {
        say(report, "T11.drain.7d", "insured", now->settlement.psn_no, now->at_ms, 0,
            (double)taken_fen / 100.0 * share * share * fmin(rest_days, 365.0) / 90.0);
    }
}

/* ---- T09: runs of cards; T12: one amount over many cards ---- */

static bool in_run(const struct oracle_event *event)
{
    return counts_in_rates(event) && was_there(event->event) && account_share_is(event->event, 0.5);
}

static bool in_template(const struct oracle_event *event)
{
    return counts_in_rates(event) && account_share_is(event->event, 0.5) &&
           event->event->settlement.medfee_sumamt_fen >= 10000;
}

static struct xz_str counter_of(const struct xz_event *event)
{
    return event->opter.len ? event->opter : event->dev_no;
}

/* Different cards of the run that ends with this ticket: tickets of one counter and day, no more
 * than two minutes apart. */
static void measure_run(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *now = nth(oracle, n)->event;
    int64_t since_ms = now->at_ms;
    uint32_t cards = 0;

    for (uint32_t i = n + 1; i-- > 0;) {
        const struct xz_event *ticket = nth(oracle, i)->event;
        bool new_card = true;

        if (!in_run(nth(oracle, i)) || xz_day_of(ticket->at_ms) != xz_day_of(now->at_ms) ||
            !xz_str_eq(ticket->fixmedins_code, now->fixmedins_code) ||
            !xz_str_eq(counter_of(ticket), counter_of(now))) {
            continue;
        }
        if (since_ms - ticket->at_ms > 2 * XZ_MINUTE_MS) {
            break;
        }
        since_ms = ticket->at_ms;
        for (uint32_t k = i + 1; k <= n; k++) {
            const struct xz_event *other = nth(oracle, k)->event;

            new_card =
                new_card &&
                !(in_run(nth(oracle, k)) && xz_str_eq(other->fixmedins_code, now->fixmedins_code) &&
                  xz_str_eq(counter_of(other), counter_of(now)) &&
                  xz_str_eq(other->settlement.psn_no, ticket->settlement.psn_no));
        }
        cards += new_card;
    }
    say(report, "T09.runs.1d", "institution", now->fixmedins_code, now->at_ms,
        xz_day_of(now->at_ms), (double)cards);
}

static void measure_template(const struct report *report, uint32_t n)
{
    const struct oracle *oracle = report->oracle;
    const struct xz_event *now = nth(oracle, n)->event;
    uint32_t cards = 0;

    for (uint32_t i = 0; i <= n; i++) {
        const struct xz_event *ticket = nth(oracle, i)->event;
        bool new_card = true;

        if (!in_template(nth(oracle, i)) ||
            ticket->settlement.medfee_sumamt_fen != now->settlement.medfee_sumamt_fen ||
            xz_day_of(ticket->at_ms) != xz_day_of(now->at_ms) ||
            !xz_str_eq(ticket->fixmedins_code, now->fixmedins_code)) {
            continue;
        }
        for (uint32_t k = 0; k < i; k++) {
            const struct xz_event *other = nth(oracle, k)->event;

            new_card = new_card &&
                       !(in_template(nth(oracle, k)) &&
                         xz_str_eq(other->fixmedins_code, now->fixmedins_code) &&
                         xz_day_of(other->at_ms) == xz_day_of(now->at_ms) &&
                         other->settlement.medfee_sumamt_fen == now->settlement.medfee_sumamt_fen &&
                         xz_str_eq(other->settlement.psn_no, ticket->settlement.psn_no));
        }
        cards += new_card;
    }
    say(report, "T12.template.1d", "institution", now->fixmedins_code, now->at_ms,
        xz_day_of(now->at_ms), (double)cards);
}

/* ---- T13: taken back within minutes ---- */

struct quick {
    const struct oracle_event *event;
    char counter[80];
};

static int by_undoing(const void *left_ptr, const void *right_ptr)
{
    const struct quick *left = left_ptr, *right = right_ptr;

    if (left->event->undone_ms != right->event->undone_ms) {
        return left->event->undone_ms < right->event->undone_ms ? -1 : 1;
    }
    return (left->event->key > right->event->key) - (left->event->key < right->event->key);
}

static void measure_one_quick(const struct report *report, const struct quick *list, uint32_t n)
{
    const int32_t month = xz_month_of(list[n].event->undone_ms);
    double count = 0.0, most = 0.0;

    for (uint32_t i = 0; i <= n; i++) {
        double same = 0.0;

        if (xz_month_of(list[i].event->undone_ms) != month ||
            strcmp(list[i].counter, list[n].counter) != 0) {
            continue;
        }
        count++;
        for (uint32_t k = 0; k <= n; k++) {
            same += xz_month_of(list[k].event->undone_ms) == month &&
                    strcmp(list[k].counter, list[n].counter) == 0 &&
                    xz_str_eq(list[k].event->event->settlement.psn_no,
                              list[i].event->event->settlement.psn_no);
        }
        most = same > most ? same : most;
    }
    say(report, "T13.count.month", "operator", xz_str_from(list[n].counter),
        list[n].event->undone_ms, month, count);
    say(report, "T13.repeat(insured).60d", "operator", xz_str_from(list[n].counter),
        list[n].event->undone_ms, month, most);
}

static void measure_quick(const struct report *report)
{
    const struct oracle *oracle = report->oracle;
    struct quick *list = xz_calloc(oracle->accepted + 1, sizeof(*list));
    uint32_t count = 0;

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);
        const struct xz_event *ticket = event->event;

        if (ticket->body == XZ_BODY_SETTLEMENT && ticket->settlement.refd_setl_flag != 1 &&
            event->undone && event->undone_ms - ticket->at_ms <= 15 * XZ_MINUTE_MS &&
            account_fen(ticket) > 0 && ticket->fixmedins_code.len > 0) {
            list[count].event = event;
            (void)snprintf(list[count].counter, sizeof(list[count].counter),
                           XZ_STR_FMT "%s" XZ_STR_FMT, XZ_STR_ARG(ticket->fixmedins_code),
                           ticket->opter.len ? "/" : "", XZ_STR_ARG(ticket->opter));
            count++;
        }
    }
    qsort(list, count, sizeof(*list), by_undoing);
    for (uint32_t n = 0; n < count; n++) {
        measure_one_quick(report, list, n);
    }
    free(list);
}

void oracle_each_step(const struct oracle *oracle,
                      void (*step)(void *arg, const struct oracle_step *step), void *arg)
{
    const struct report report = {oracle, step, arg};

    for (uint32_t n = 0; n < oracle->accepted; n++) {
        const struct oracle_event *event = nth(oracle, n);

        if (is_visit(event)) {
            measure_visits(&report, n);
        }
        if (is_visit(event) && was_there(event->event)) {
            measure_travel(&report, n);
        }
        if (drains(event)) {
            measure_drain(&report, n);
        }
        if (in_run(event)) {
            measure_run(&report, n);
        }
        if (in_template(event)) {
            measure_template(&report, n);
        }
    }
    measure_quick(&report);
}
