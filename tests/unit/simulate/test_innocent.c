/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An innocent region, recounted: nobody in it breaks a rule that can be checked, and its money adds
 * up. Slow and obvious on purpose. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect.h"

static struct log shared;
static struct xz_simulation *region;

static int set_up(void **state)
{
    struct xz_simulation_config config;

    (void)state;
    xz_simulation_config_init(&config);
    config.schemes = false;
    config.seed = 11;
    region = log_run(&shared, &config);
    return region == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    log_free(&shared);
    xz_simulation_free(region);
    return 0;
}

static void test_money_adds_up_and_no_balance_is_negative(void **state)
{
    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *rec = &shared.recs[i];
        if (rec->balc != XZ_FEN_NONE) {
            assert_true(rec->balc >= 0);
        }
        if (rec->body != XZ_BODY_SETTLEMENT) {
            continue;
        }
        assert_true(rec->medfee == rec->fund + rec->part);
        assert_true(rec->part == rec->acct + rec->mulaid + rec->cash);
        assert_true(rec->refund ? rec->medfee < 0 : rec->medfee > 0);
        assert_true(rec->refund || (rec->fund >= 0 && rec->acct >= 0 && rec->cash >= 0));
    }
}

/* What a person's events say of their own account follows from one to the next; givers' debits by
 * others stand between, and are known too. */
static void test_balances_follow_from_event_to_event(void **state)
{
    struct rec *recs = xz_malloc(shared.count * sizeof(*recs));
    size_t checked = 0;

    (void)state;
    memcpy(recs, shared.recs, shared.count * sizeof(*recs));
    qsort(recs, shared.count, sizeof(*recs), by_person);
    for (size_t i = 1; i < shared.count; i++) {
        const struct rec *before = &recs[i - 1], *now = &recs[i];
        const bool same = before->person == now->person && before->balc != XZ_FEN_NONE;
        if (!same || now->body != XZ_BODY_SETTLEMENT || now->balc == XZ_FEN_NONE) {
            continue;
        }
        /* never more than before plus nothing: only debits by relatives lie between */
        assert_true(now->balc <= before->balc - now->acct + 200000);
        checked += now->balc == before->balc - now->acct;
    }
    assert_true(checked > 1000); /* and mostly exactly that */
    free(recs);
}

struct sold {
    uint64_t code, setl, msgid;
    int64_t at_ms;
    size_t rec;
    int delta; /* 1 sold, -1 came back */
};

static int by_code(const void *left, const void *right)
{
    const struct sold *a = left, *b = right;

    if (a->code != b->code) {
        return a->code < b->code ? -1 : 1;
    }
    return a->rec < b->rec ? -1 : a->rec > b->rec;
}

/* The record that `undoes` names, before record i; by settlement id or msgid. */
static const struct rec *named(size_t i)
{
    const uint64_t name = shared.recs[i].undoes;

    for (size_t at = i; at-- > 0;) {
        const struct rec *rec = &shared.recs[at];
        if ((rec->body == XZ_BODY_SETTLEMENT && (rec->setl == name || rec->msgid == name)) ||
            (rec->body == XZ_BODY_REVERSAL && rec->msgid == name)) {
            return rec;
        }
    }
    return NULL;
}

static size_t index_of(const struct rec *rec) { return (size_t)(rec - shared.recs); }

static void test_no_box_is_sold_twice_without_a_return(void **state)
{
    struct sold *moves = NULL;
    size_t count = 0, cap = 0, reversals = 0, reinstated = 0;

    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *rec = &shared.recs[i], *goods = rec;
        int delta = 1;
        if (rec->undoes) {
            goods = named(i);
            assert_non_null(goods);
            delta = -1;
            reversals++;
            if (goods->body == XZ_BODY_REVERSAL) {
                goods = named(index_of(goods));
                delta = 1;
                reinstated++;
            }
        } else if (rec->body != XZ_BODY_SETTLEMENT) {
            continue;
        }
        for (uint32_t n = 0; n < goods->code_count; n++) {
            const struct code *code = &shared.codes[goods->first_code + n];
            xz_array_reserve((void **)&moves, &cap, count + 1, sizeof(*moves));
            if (!code->split) {
                moves[count++] = (struct sold){.code = code->hash, .rec = i, .delta = delta};
            }
        }
    }
    qsort(moves, count, sizeof(*moves), by_code);
    int out = 0;
    for (size_t i = 0; i < count; i++) {
        out = i && moves[i].code == moves[i - 1].code ? out + moves[i].delta : moves[i].delta;
        assert_in_range(out, 0, 1);
    }
    assert_true(reversals > 30);
    assert_true(reinstated > 0);
    free(moves);
}

static void test_nobody_is_served_after_death(void **state)
{
    size_t deaths = 0, late_bills = 0;

    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *death = &shared.recs[i];
        if (death->body != XZ_BODY_PERSON_STATUS || death->word != XZ_STATUS_DEATH) {
            continue;
        }
        deaths++;
        for (size_t n = i + 1; n < shared.count; n++) {
            const struct rec *rec = &shared.recs[n];
            if (rec->person == death->person && rec->body == XZ_BODY_SETTLEMENT) {
                assert_true(rec->stay && rec->enddate <= xz_day_of(death->at_ms));
                late_bills++;
            }
        }
    }
    assert_true(deaths > 5);
    (void)late_bills; /* rare: whether there are any hangs on the seed */
}

static void test_what_identity_rules_forbid_does_not_happen(void **state)
{
    size_t proxies = 0, emergencies = 0, seconds = 0;

    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *rec = &shared.recs[i];
        assert_false(rec->cert_other);
        assert_true(rec->agnter != 1 || rec->agnter_full);
        proxies += rec->agnter == 1;
        if (rec->cross && rec->filing == 0) {
            assert_string_equal(rec->med_type, "13");
            emergencies++;
        }
        assert_true(rec->mulaid <= rec->part || rec->refund);
        for (uint32_t n = 0; n + 1 < rec->debit_count; n++) {
            assert_true(rec->refund || rec->debit_balc[n] == 0);
            assert_true(rec->debit_order[n] < rec->debit_order[n + 1]);
            seconds++;
        }
        if (rec->body == XZ_BODY_MULAID_LINK) {
            assert_true(strcmp(rec->rlts, "spouse") == 0 || strcmp(rec->rlts, "child") == 0 ||
                        strcmp(rec->rlts, "parent") == 0 || strcmp(rec->rlts, "grandchild") == 0);
        }
    }
    assert_true(proxies > 50);
    (void)emergencies;
    (void)seconds;
}

static void test_a_closed_account_pays_nothing(void **state)
{
    size_t closed = 0;

    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *close = &shared.recs[i];
        if (close->body != XZ_BODY_ACCOUNT_MOVEMENT || close->word != XZ_MOVEMENT_WITHDRAW_CLOSE) {
            continue;
        }
        closed++;
        for (size_t n = i + 1; n < shared.count; n++) {
            assert_true(shared.recs[n].person != close->person || shared.recs[n].acct <= 0);
        }
    }
    assert_true(closed > 0);
}

static void test_items_and_people_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *rec = &shared.recs[i];
        if (rec->diagnosis >= 0) {
            assert_true(xz_sim_diagnosis_fits(&xz_sim_diagnoses[rec->diagnosis], rec->sex,
                                              xz_age_years(rec->brdy, rec->at_ms)));
        }
        for (uint32_t n = 0; n < rec->item_count; n++) {
            const struct xz_sim_item *item = &xz_sim_items[shared.items[rec->first_item + n]];
            assert_true(xz_sim_item_fits(item, rec->sex, xz_age_years(rec->brdy, rec->at_ms)));
            assert_false(item->forbidden && rec->acct + rec->mulaid > 0);
        }
    }
}

/* Consecutive places can be reached (by air at most), and nobody is elsewhere during a stay. */
static void test_people_are_where_they_can_be(void **state)
{
    struct rec *recs = xz_malloc(shared.count * sizeof(*recs));
    const struct rec *last = NULL, *stay = NULL;
    size_t moves = 0, far = 0;

    (void)state;
    memcpy(recs, shared.recs, shared.count * sizeof(*recs));
    qsort(recs, shared.count, sizeof(*recs), by_person);
    for (size_t i = 0; i < shared.count; i++) {
        const struct rec *rec = &recs[i];
        if (last && last->person != rec->person) {
            last = NULL;
        }
        if (stay && stay->person != rec->person) {
            stay = NULL;
        }
        if (rec->body == XZ_BODY_PERSON_STATUS && rec->word == XZ_STATUS_ADMITTED) {
            stay = rec;
        } else if (rec->body == XZ_BODY_PERSON_STATUS && rec->word == XZ_STATUS_DISCHARGED) {
            stay = NULL;
        }
        if (rec->body != XZ_BODY_SETTLEMENT || !rec->presence || rec->stay) {
            continue;
        }
        assert_true(stay == NULL || stay->site == rec->site);
        if (last && last->site != rec->site) {
            const double km =
                xz_sim_distance_km(&region->sites[last->site], &region->sites[rec->site]);
            const double hours = (double)(rec->at_ms - last->at_ms) / XZ_HOUR_MS;
            assert_true(hours * 75 + 0.3 >= km || km > 60);
            assert_true(km <= 60 || (hours - 0.7) * 235 >= km - 1 || km > 350);
            assert_true(km <= 350 || (hours - 0.95) * 725 >= km - 1);
            moves++;
            far += km > 60;
        }
        last = rec;
    }
    assert_true(moves > 5000);
    assert_true(far > 50);
    free(recs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_adds_up_and_no_balance_is_negative),
        cmocka_unit_test(test_balances_follow_from_event_to_event),
        cmocka_unit_test(test_no_box_is_sold_twice_without_a_return),
        cmocka_unit_test(test_nobody_is_served_after_death),
        cmocka_unit_test(test_what_identity_rules_forbid_does_not_happen),
        cmocka_unit_test(test_a_closed_account_pays_nothing),
        cmocka_unit_test(test_items_and_people_fit),
        cmocka_unit_test(test_people_are_where_they_can_be),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
