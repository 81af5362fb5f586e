/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulate/calibrate.c - half-year aggregates of the simulated programme patients beside the
 * published quartiles of data set cn-a08, class "normal". Everything is read from the events.
 */
#include "simulate/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define MONTHS 7 /* a half year touches at most seven calendar months */
#define PLACES 10

struct month {
    uint16_t visits, days;
    uint16_t places; /* bits by place of the patient's list */
    int64_t fund_fen;
};
struct patient {
    uint64_t key;
    struct month months[MONTHS];
    uint64_t places[PLACES]; /* hashes of institutions */
    uint16_t place_days[PLACES];
    uint16_t place_last[PLACES];
    uint16_t place_count, days, last_day, two_places, visits;
    uint16_t today; /* bits of places visited on last_day */
    int64_t total_fen, fund_fen, drugs_fen, own_fen;
};
struct patients {
    struct patient *items; /* open addressing by key; count <= cap / 2 */
    size_t cap, count;
};

static struct patient *find(struct patients *all, uint64_t key)
{
    size_t at = key & (all->cap - 1);

    while (all->items[at].key != 0 && all->items[at].key != key) {
        at = (at + 1) & (all->cap - 1);
    }
    if (all->items[at].key == 0) {
        all->items[at].key = key;
        all->count++;
    }
    return &all->items[at];
}

static void grow(struct patients *all)
{
    struct patients more = {.cap = all->cap ? all->cap * 2 : 1024};

    if (all->cap && all->count < all->cap / 2) {
        return;
    }
    more.items = xz_calloc(more.cap, sizeof(*more.items));
    for (size_t i = 0; i < all->cap; i++) {
        if (all->items[i].key) {
            *find(&more, all->items[i].key) = all->items[i];
        }
    }
    free(all->items);
    *all = more;
}

static uint32_t place_of(struct patient *who, struct xz_str code)
{
    const uint64_t hash = xz_hash_str(code);
    uint32_t at = 0;

    while (at < who->place_count && who->places[at] != hash) {
        at++;
    }
    if (at == who->place_count && at < PLACES) {
        who->places[who->place_count++] = hash;
    }
    return at < PLACES ? at : PLACES - 1;
}

static void add(struct patients *all, const struct xz_event *event, int32_t first_month,
                int32_t first_day)
{
    const struct xz_settlement *setl = &event->settlement;

    grow(all);
    struct patient *who = find(all, xz_hash_str(setl->psn_no) | 1);
    const uint32_t place = place_of(who, event->fixmedins_code);
    const uint16_t day = (uint16_t)(xz_day_of(event->at_ms) - first_day + 1);
    const int32_t nth = xz_month_of(event->at_ms) - first_month;
    struct month *month = &who->months[nth < MONTHS ? nth : MONTHS - 1];

    if (day != who->last_day) {
        who->last_day = day;
        who->days++;
        month->days++;
        who->today = 0;
    }
    if (!(who->today >> place & 1)) {
        who->place_days[place]++;
        /* a day counts once, when its second place comes */
        if (who->today != 0 && (who->today & (who->today - 1)) == 0) {
            who->two_places++;
        }
        who->today |= (uint16_t)(1u << place);
    }
    who->visits++;
    month->visits++;
    month->places |= (uint16_t)(1u << place);
    month->fund_fen += setl->fund_pay_sumamt_fen;
    who->total_fen += setl->medfee_sumamt_fen;
    who->fund_fen += setl->fund_pay_sumamt_fen;
    who->own_fen += setl->psn_part_amt_fen;
    for (uint32_t i = 0; i < setl->line_count; i++) {
        if (setl->lines[i].drug_trac_count) {
            who->drugs_fen += setl->lines[i].det_item_fee_sumamt_fen;
        }
    }
}

enum measure {
    MEASURE_VISITS,
    MEASURE_DAYS,
    MEASURE_MONTHS,
    MEASURE_MONTH_VISITS_MAX,
    MEASURE_MONTH_VISITS_AVG,
    MEASURE_MONTH_DAYS_MAX,
    MEASURE_PLACES,
    MEASURE_MONTH_PLACES_MAX,
    MEASURE_TWO_PLACES,
    MEASURE_PLACE_DAYS_MAX,
    MEASURE_TOTAL,
    MEASURE_FUND,
    MEASURE_MONTH_FUND_MAX,
    MEASURE_MONTH_FUND_AVG,
    MEASURE_DRUGS,
    MEASURE_DRUG_SHARE,
    MEASURE_OWN,
    MEASURES
};
static const struct {
    const char *published; /* the row of the file */
    const char *name;
} measures[MEASURES] = {{"就诊次数_SUM", "visits"},
                        {"交易时间DD_NN", "days with a visit"},
                        {"就诊的月数", "months with a visit"},
                        {"月就诊次数_MAX", "visits a month, most"},
                        {"月就诊次数_AVG", "visits a month, mean"},
                        {"月就诊天数_MAX", "visit days a month, most"},
                        {"医院编码_NN", "institutions"},
                        {"月就诊医院数_MAX", "institutions a month, most"},
                        {"一天去两家医院的天数", "days with two institutions"},
                        {"医院_就诊天数_MAX", "days at one institution, most"},
                        {"ALL_SUM", "total, yuan"},
                        {"统筹支付金额_SUM", "fund, yuan"},
                        {"月统筹金额_MAX", "fund a month, most"},
                        {"月统筹金额_AVG", "fund a month, mean"},
                        {"药品费发生金额_SUM", "drugs, yuan"},
                        {"药品在总金额中的占比", "drugs, share of total"},
                        {"非账户支付金额_SUM", "personal part, yuan"}};

static void measure(const struct patient *who, double out[static MEASURES])
{
    uint32_t months = 0, visits = 0, days = 0, places = 0, place_days = 0;
    int64_t fund = 0;

    for (uint32_t i = 0; i < MONTHS; i++) {
        const struct month *month = &who->months[i];
        const uint32_t seen = (uint32_t)__builtin_popcount(month->places);
        months += month->visits > 0;
        visits = month->visits > visits ? month->visits : visits;
        days = month->days > days ? month->days : days;
        places = seen > places ? seen : places;
        fund = month->fund_fen > fund ? month->fund_fen : fund;
    }
    for (uint32_t i = 0; i < who->place_count; i++) {
        place_days = who->place_days[i] > place_days ? who->place_days[i] : place_days;
    }
    const double active = months ? months : 1;
    out[MEASURE_VISITS] = who->visits;
    out[MEASURE_DAYS] = who->days;
    out[MEASURE_MONTHS] = months;
    out[MEASURE_MONTH_VISITS_MAX] = visits;
    out[MEASURE_MONTH_VISITS_AVG] = who->visits / active;
    out[MEASURE_MONTH_DAYS_MAX] = days;
    out[MEASURE_PLACES] = who->place_count;
    out[MEASURE_MONTH_PLACES_MAX] = places;
    out[MEASURE_TWO_PLACES] = who->two_places;
    out[MEASURE_PLACE_DAYS_MAX] = place_days;
    out[MEASURE_TOTAL] = (double)who->total_fen / 100;
    out[MEASURE_FUND] = (double)who->fund_fen / 100;
    out[MEASURE_MONTH_FUND_MAX] = (double)fund / 100;
    out[MEASURE_MONTH_FUND_AVG] = (double)who->fund_fen / 100 / active;
    out[MEASURE_DRUGS] = (double)who->drugs_fen / 100;
    out[MEASURE_DRUG_SHARE] = who->total_fen ? (double)who->drugs_fen / (double)who->total_fen : 0;
    out[MEASURE_OWN] = (double)who->own_fen / 100;
}

struct published {
    bool known;
    double quartile[3];
};

/* The row's columns normal_25%, normal_50%, normal_75%, found by the header's names. */
static enum xz_rc read_published(const char *path, struct published out[static MEASURES],
                                 struct xz_err *err)
{
    static const char *const wanted[3] = {"normal_25%", "normal_50%", "normal_75%"};
    char line[4096];
    int column[3] = {-1, -1, -1};
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        return xz_err_set(err, XZ_CONFIG, "%s: %s", path, strerror(errno));
    }
    for (bool header = true; fgets(line, sizeof(line), file); header = false) {
        char *rest = line, *cell;
        int at = 0;
        struct published *row = NULL;
        line[strcspn(line, "\r\n")] = '\0';
        while ((cell = strsep(&rest, ",")) != NULL) {
            for (int i = 0; i < 3; i++) {
                if (header && strcmp(cell, wanted[i]) == 0) {
                    column[i] = at;
                } else if (!header && row && column[i] == at) {
                    row->quartile[i] = strtod(cell, NULL);
                }
            }
            for (int i = 0; !header && at == 0 && i < MEASURES; i++) {
                if (strcmp(cell, measures[i].published) == 0) {
                    row = &out[i];
                    row->known = true;
                }
            }
            at++;
        }
    }
    (void)fclose(file);
    if (column[0] < 0 || column[1] < 0 || column[2] < 0) {
        return xz_err_set(err, XZ_CONFIG, "%s: no column normal_25%%, normal_50%% or normal_75%%",
                          path);
    }
    return XZ_OK;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static void print(const struct patients *all, const struct published published[static MEASURES],
                  FILE *out)
{
    double *values = xz_calloc(all->count + 1, sizeof(*values));

    (void)fprintf(out, "%-30s %29s   %29s\n", "", "simulated 25% 50% 75%", "published 25% 50% 75%");
    for (int m = 0; m < MEASURES; m++) {
        size_t count = 0;
        for (size_t i = 0; i < all->cap; i++) {
            if (all->items[i].key) {
                double row[MEASURES];
                measure(&all->items[i], row);
                values[count++] = row[m];
            }
        }
        qsort(values, count, sizeof(*values), by_value);
        (void)fprintf(out, "%-30s", measures[m].name);
        for (size_t q = 1; q <= 3; q++) {
            (void)fprintf(out, " %9.2f", count ? values[(count - 1) * q / 4] : 0.0);
        }
        (void)fputs("  ", out);
        for (int q = 0; q < 3 && published[m].known; q++) {
            (void)fprintf(out, " %9.2f", published[m].quartile[q]);
        }
        (void)fputs("\n", out);
    }
    free(values);
}

enum xz_rc xz_simulation_calibrate(const struct xz_simulation_config *config, const char *compare,
                                   FILE *out, struct xz_err *err)
{
    struct published published[MEASURES] = {0};
    struct xz_simulation_config half_year = *config;
    struct xz_simulation *sim = NULL;
    struct patients all = {0};
    struct xz_event event;
    uint64_t settlements = 0;
    enum xz_rc rc = compare ? read_published(compare, published, err) : XZ_OK;

    half_year.days = 182;
    half_year.schemes = false;
    half_year.late_share = half_year.stale_share = half_year.disorder_share = 0;
    half_year.duplicate_share = half_year.retry_share = 0;
    if (rc == XZ_OK) {
        rc = xz_simulation_new(&half_year, &sim, err);
    }
    if (rc != XZ_OK) {
        goto out;
    }
    grow(&all);
    while (xz_simulation_next(sim, &event)) {
        if (event.body != XZ_BODY_SETTLEMENT) {
            continue;
        }
        settlements++;
        if (xz_str_starts(event.settlement.med_type, XZ_STR("1402")) &&
            event.settlement.refd_setl_flag != 1) {
            add(&all, &event, xz_month_of(xz_day_start_ms(config->first_day)), config->first_day);
        }
    }
    (void)fprintf(out, "people %u, settlements a person-year %.2f (national: 7.7)\n",
                  config->people, (double)settlements / config->people * 365 / 182);
    (void)fprintf(out, "programme patients %zu, half a year (cn-a08, class normal)\n", all.count);
    print(&all, published, out);
out:
    free(all.items);
    xz_simulation_free(sim);
    return rc;
}
