/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cli/backtest.h"
#include "event/csv.h"
#include "stats/quality.h"

#define EVIDENCE_MAX 64 /* pieces that one event may have; more are left out */
#define MEAN_ORDER   4.0
#define FILE_MAX     ((size_t)1 << 30)
#define ROW_MAX      ((size_t)1 << 20)
#define NAME_WIDTH   44
#define FIGURE_WIDTH 8

struct row { /* one event */
    uint64_t card;
    int32_t day;
    bool guilty;
    double amount, score;
};

struct piece { /* of evidence: the strongest -ln p it came to for an event, or in a month */
    const struct xz_evidence_spec *spec;
    int32_t month;
    double strength;
};

struct place { /* one institution */
    uint64_t hash;
    double amount;
    struct piece *pieces;
    size_t piece_count, piece_cap;
    bool labelled, guilty;
};

struct xz_backtest {
    struct xz_backtest_setup setup;
    struct row *rows;
    size_t count, cap;
    uint64_t key; /* of the event being scored */
    struct piece pieces[EVIDENCE_MAX];
    size_t piece_count; /* of the event being scored */
    struct place *places;
    size_t place_count, place_cap;
};

struct xz_backtest *xz_backtest_new(const struct xz_backtest_setup *setup)
{
    struct xz_backtest *backtest = xz_calloc(1, sizeof(*backtest));

    backtest->setup = *setup;
    return backtest;
}

void xz_backtest_free(struct xz_backtest *backtest)
{
    if (backtest != NULL) {
        for (size_t i = 0; i < backtest->place_count; i++) {
            free(backtest->places[i].pieces);
        }
        free(backtest->rows);
        free(backtest->places);
        free(backtest);
    }
}

/* Institutions are few; the last ones asked for are near the end. */
static struct place *place_of(struct xz_backtest *backtest, uint64_t hash)
{
    struct place *place;

    for (size_t i = backtest->place_count; i-- > 0;) {
        if (backtest->places[i].hash == hash) {
            return &backtest->places[i];
        }
    }
    xz_array_reserve((void **)&backtest->places, &backtest->place_cap, backtest->place_count + 1,
                     sizeof(backtest->places[0]));
    place = &backtest->places[backtest->place_count++];
    *place = (struct place){.hash = hash};
    return place;
}

/* -ln of the mean of the p-values, of order -4 (Vovk and Wang 2020): valid whatever the dependence,
 * but for a constant that no ranking sees. The strongest evidence rules; others part what it ties.
 */
static double strength_of(const struct piece *pieces, size_t count)
{
    double most = 0.0, sum = 0.0;

    for (size_t i = 0; i < count; i++) {
        most = fmax(most, pieces[i].strength);
    }
    for (size_t i = 0; i < count; i++) {
        sum += exp(MEAN_ORDER * (pieces[i].strength - most));
    }
    return count > 0 ? most + log(sum) / MEAN_ORDER : 0.0;
}

static void close_event(struct xz_backtest *backtest)
{
    if (backtest->count > 0) {
        backtest->rows[backtest->count - 1].score =
            strength_of(backtest->pieces, backtest->piece_count);
    }
    backtest->piece_count = 0;
}

void xz_backtest_event(struct xz_backtest *backtest, const struct xz_event *event, bool guilty)
{
    const int64_t amount_fen =
        event->body == XZ_BODY_SETTLEMENT ? event->settlement.medfee_sumamt_fen : 0;

    backtest->key = xz_hash_str(event->msgid);
    if (backtest->setup.labels != NULL) {
        place_of(backtest, xz_hash_str(event->fixmedins_code))->amount += (double)amount_fen;
        return;
    }
    close_event(backtest);
    xz_array_reserve((void **)&backtest->rows, &backtest->cap, backtest->count + 1,
                     sizeof(backtest->rows[0]));
    backtest->rows[backtest->count++] = (struct row){
        .card = xz_hash_str(xz_event_person(event)),
        .day = xz_day_of(event->at_ms),
        .guilty = guilty,
        .amount = (double)amount_fen,
    };
}

/* False: there is none yet. A history is walked again now and then, so a piece may come twice. */
static bool strengthen(struct piece *pieces, size_t count, const struct piece *piece)
{
    for (size_t i = count; i-- > 0;) {
        if (pieces[i].spec == piece->spec && pieces[i].month == piece->month) {
            pieces[i].strength = fmax(pieces[i].strength, piece->strength);
            return true;
        }
    }
    return false;
}

void xz_backtest_step(struct xz_backtest *backtest, const struct xz_evidence_spec *spec,
                      const struct xz_entity *entity, const struct xz_record *record,
                      const struct xz_step *step)
{
    struct piece piece = {spec, 0, -step->log_p};

    if (backtest->setup.labels != NULL) {
        struct place *place;

        if (entity->kind != XZ_ENTITY_INSTITUTION) {
            return;
        }
        place = place_of(backtest, xz_hash_str(entity->id));
        piece.month = xz_month_of(record->at_ms);
        if (!strengthen(place->pieces, place->piece_count, &piece)) {
            xz_array_reserve((void **)&place->pieces, &place->piece_cap, place->piece_count + 1,
                             sizeof(piece));
            place->pieces[place->piece_count++] = piece;
        }
    } else if (record->key == backtest->key && backtest->count > 0 &&
               !strengthen(backtest->pieces, backtest->piece_count, &piece) &&
               backtest->piece_count < EVIDENCE_MAX) {
        backtest->pieces[backtest->piece_count++] = piece;
    }
}

/* ---- reports ---- */

struct ranking {
    double auc, ap, card_precision;
};

static void put(FILE *out, const char *format, ...) XZ_PRINTF(2, 3);
static void put(FILE *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vprintf(format, args);
    va_end(args);
    if (out != NULL) {
        va_start(args, format);
        (void)vfprintf(out, format, args);
        va_end(args);
    }
}

static void rank(const double *score, const bool *guilty, size_t count, struct ranking *ranking)
{
    ranking->auc = xz_auc(score, guilty, count);
    ranking->ap = xz_average_precision(score, guilty, count);
}

/* A set of cards. */
struct cards {
    uint64_t *items;
    size_t count, cap;
};

static bool cards_has(const struct cards *cards, uint64_t card)
{
    for (size_t i = 0; i < cards->count; i++) {
        if (cards->items[i] == card) {
            return true;
        }
    }
    return false;
}

static void cards_add(struct cards *cards, uint64_t card)
{
    if (!cards_has(cards, card)) {
        xz_array_reserve((void **)&cards->items, &cards->cap, cards->count + 1, sizeof(uint64_t));
        cards->items[cards->count++] = card;
    }
}

static void add_guilty_between(const struct xz_backtest *backtest, int32_t from, int32_t to,
                               struct cards *known)
{
    for (size_t i = 0; i < backtest->count; i++) {
        const struct row *row = &backtest->rows[i];

        if (row->guilty && row->day >= from && row->day < to) {
            cards_add(known, row->card);
        }
    }
}

struct card_score {
    uint64_t card;
    double score;
    bool guilty;
};

static int by_card(const void *left_ptr, const void *right_ptr)
{
    const struct card_score *left = left_ptr, *right = right_ptr;

    return (left->card > right->card) - (left->card < right->card);
}

static int by_score(const void *left_ptr, const void *right_ptr)
{
    const struct card_score *left = left_ptr, *right = right_ptr;

    return left->score < right->score   ? 1
           : left->score > right->score ? -1
                                        : by_card(left_ptr, right_ptr);
}

/* Share of guilty cards among the n highest of a day; those found leave the days after. */
static double day_precision(const struct row *rows, size_t count, bool naive, uint32_t n,
                            struct cards *found)
{
    struct card_score *cards = xz_calloc(count + 1, sizeof(*cards));
    size_t distinct = 0;
    double hits = 0.0;

    for (size_t i = 0; i < count; i++) {
        cards[i] = (struct card_score){rows[i].card, naive ? rows[i].amount : rows[i].score,
                                       rows[i].guilty};
    }
    qsort(cards, count, sizeof(*cards), by_card);
    for (size_t i = 0; i < count; i++) {
        if (cards_has(found, cards[i].card)) {
            continue;
        }
        if (distinct > 0 && cards[distinct - 1].card == cards[i].card) {
            cards[distinct - 1].score = fmax(cards[distinct - 1].score, cards[i].score);
            cards[distinct - 1].guilty = cards[distinct - 1].guilty || cards[i].guilty;
        } else {
            cards[distinct++] = cards[i];
        }
    }
    qsort(cards, distinct, sizeof(*cards), by_score);
    for (size_t i = 0; i < distinct && i < n; i++) {
        if (cards[i].guilty) {
            hits += 1.0;
            cards_add(found, cards[i].card);
        }
    }
    free(cards);
    return hits / (double)n;
}

/* The test rows, day by day, without the cards known to be defrauded by then. */
static size_t test_rows(const struct xz_backtest *backtest, struct row *rows, size_t *day_end)
{
    const struct xz_backtest_setup *setup = &backtest->setup;
    const int32_t train_from = setup->test_from - setup->delay_days - setup->train_days;
    struct cards known = {0};
    size_t count = 0;

    add_guilty_between(backtest, train_from, train_from + setup->train_days, &known);
    for (int32_t d = 0; d < setup->test_days; d++) {
        const int32_t learnt = train_from + setup->train_days + d - 1;

        add_guilty_between(backtest, learnt, learnt + 1, &known);
        for (size_t i = 0; i < backtest->count; i++) {
            if (backtest->rows[i].day == setup->test_from + d &&
                !cards_has(&known, backtest->rows[i].card)) {
                rows[count++] = backtest->rows[i];
            }
        }
        day_end[d] = count;
    }
    free(known.items);
    return count;
}

static struct ranking rank_rows(const struct xz_backtest *backtest, const struct row *rows,
                                size_t count, const size_t *day_end, bool naive)
{
    double *score = xz_calloc(count + 1, sizeof(*score));
    bool *guilty = xz_calloc(count + 1, sizeof(*guilty));
    struct ranking ranking = {0};
    struct cards found = {0};

    for (size_t i = 0; i < count; i++) {
        score[i] = naive ? rows[i].amount : rows[i].score;
        guilty[i] = rows[i].guilty;
    }
    rank(score, guilty, count, &ranking);
    for (int32_t d = 0; day_end != NULL && d < backtest->setup.test_days; d++) {
        const size_t first = d > 0 ? day_end[d - 1] : 0;

        ranking.card_precision +=
            day_precision(rows + first, day_end[d] - first, naive, backtest->setup.cards, &found) /
            (double)backtest->setup.test_days;
    }
    free(found.items);
    free(score);
    free(guilty);
    return ranking;
}

static void report_events(struct xz_backtest *backtest, FILE *out)
{
    const bool by_days = backtest->setup.test_from != XZ_DAY_NONE;
    struct row *rows = xz_calloc(backtest->count + 1, sizeof(*rows));
    size_t *day_end = xz_calloc((size_t)backtest->setup.test_days + 1, sizeof(*day_end));
    size_t count = backtest->count, guilty = 0;
    struct ranking engine, naive;

    if (by_days) {
        count = test_rows(backtest, rows, day_end);
    } else {
        memcpy(rows, backtest->rows, count * sizeof(*rows));
    }
    for (size_t i = 0; i < count; i++) {
        guilty += rows[i].guilty;
    }
    engine = rank_rows(backtest, rows, count, by_days ? day_end : NULL, false);
    naive = rank_rows(backtest, rows, count, by_days ? day_end : NULL, true);
    put(out, "events %zu, guilty %zu (%.3f %%)\n", count, guilty,
        count > 0 ? 100.0 * (double)guilty / (double)count : 0.0);
    put(out, "%-44s %8s %8s %8s\n", "", "AUC", "AP", by_days ? "CP" : "");
    put(out, "%-44s %8.4f %8.4f %8.4f\n", "xiezhi, no labels learnt", engine.auc, engine.ap,
        engine.card_precision);
    put(out, "%-44s %8.4f %8.4f %8.4f\n", "naive: by amount", naive.auc, naive.ap,
        naive.card_precision);
    free(rows);
    free(day_end);
}

static int column_of(const struct xz_csv_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++) {
        if (xz_str_eq(row->cells[i], xz_str_from(name))) {
            return (int)i;
        }
    }
    return -1;
}

static bool next_row(struct xz_str *rest, struct xz_arena *arena, struct xz_csv_row *row,
                     enum xz_rc *rc, struct xz_err *err)
{
    struct xz_str line;

    if (*rc != XZ_OK || !xz_csv_next(rest, &line)) {
        return false;
    }
    xz_arena_reset(arena);
    *rc = xz_csv_split(line, ',', arena, row, err);
    return *rc == XZ_OK;
}

static void label_place(struct xz_backtest *backtest, struct xz_str id, bool guilty)
{
    const uint64_t hash = xz_hash_str(id);

    for (size_t i = 0; i < backtest->place_count; i++) {
        if (backtest->places[i].hash == hash) {
            backtest->places[i].labelled = true;
            backtest->places[i].guilty = guilty;
        }
    }
}

static enum xz_rc read_labels(struct xz_backtest *backtest, struct xz_err *err)
{
    const struct xz_backtest_setup *setup = &backtest->setup;
    const struct xz_str positive =
        xz_str_from(setup->label_positive != NULL ? setup->label_positive : "1");
    char *bytes = NULL;
    size_t len;
    struct xz_arena arena;
    struct xz_csv_row row = {0};
    struct xz_str rest;
    int key = -1, label = -1;
    enum xz_rc rc = xz_file_read(setup->labels, FILE_MAX, &bytes, &len, err);

    if (rc != XZ_OK) {
        return rc;
    }
    xz_arena_init(&arena, ROW_MAX);
    rest = (struct xz_str){bytes, (uint32_t)len};
    if (next_row(&rest, &arena, &row, &rc, err)) {
        key = setup->label_key != NULL ? column_of(&row, setup->label_key) : 0;
        label = setup->label_column != NULL ? column_of(&row, setup->label_column) : 1;
    }
    if (rc == XZ_OK && (key < 0 || label < 0)) {
        rc = xz_err_config(err, setup->labels, 1, "the columns that were named are not there");
    }
    while (next_row(&rest, &arena, &row, &rc, err)) {
        if (row.count > (size_t)(key > label ? key : label)) {
            label_place(backtest, row.cells[key], xz_str_eq(row.cells[label], positive));
        }
    }
    xz_arena_fini(&arena);
    free(bytes);
    return rc;
}

/* What others reached, as it stands in the file, in the columns of our own figures. */
static enum xz_rc put_beside(const struct xz_backtest_setup *setup, FILE *out, struct xz_err *err)
{
    static const char *const names[] = {"name", "auc", "ap", "cp"};
    char *bytes = NULL;
    size_t len;
    struct xz_arena arena;
    struct xz_csv_row row = {0};
    struct xz_str rest;
    int columns[4] = {-1, -1, -1, -1};
    enum xz_rc rc = xz_file_read(setup->beside, FILE_MAX, &bytes, &len, err);

    if (rc != XZ_OK) {
        return rc;
    }
    xz_arena_init(&arena, ROW_MAX);
    rest = (struct xz_str){bytes, (uint32_t)len};
    if (next_row(&rest, &arena, &row, &rc, err)) {
        for (size_t i = 0; i < 4; i++) {
            columns[i] = column_of(&row, names[i]);
        }
    }
    if (rc == XZ_OK && (columns[0] < 0 || columns[1] < 0 || columns[2] < 0)) {
        rc = xz_err_config(err, setup->beside, 1, "wants the columns name, auc and ap, maybe cp");
    }
    while (next_row(&rest, &arena, &row, &rc, err)) {
        for (size_t i = 0; i < 4; i++) {
            const struct xz_str cell = columns[i] >= 0 && (size_t)columns[i] < row.count
                                           ? row.cells[columns[i]]
                                           : XZ_STR_NONE;

            if (i == 3 && cell.len == 0) {
                continue;
            }
            put(out, i == 0 ? "%-*.*s" : " %*.*s", i == 0 ? NAME_WIDTH : FIGURE_WIDTH,
                (int)cell.len, cell.len > 0 ? cell.ptr : "");
        }
        put(out, "\n");
    }
    xz_arena_fini(&arena);
    free(bytes);
    return rc;
}

static enum xz_rc report_places(struct xz_backtest *backtest, FILE *out, struct xz_err *err)
{
    const size_t all = backtest->place_count;
    double *score = xz_calloc(all + 1, sizeof(*score));
    double *amount = xz_calloc(all + 1, sizeof(*amount));
    bool *guilty = xz_calloc(all + 1, sizeof(*guilty));
    size_t count = 0, guilty_count = 0;
    struct ranking engine = {0}, naive = {0};
    enum xz_rc rc = read_labels(backtest, err);

    for (size_t i = 0; i < all; i++) {
        const struct place *place = &backtest->places[i];

        if (place->labelled) {
            for (size_t k = 0; k < place->piece_count; k++) {
                score[count] += place->pieces[k].strength;
            }
            amount[count] = place->amount;
            guilty[count] = place->guilty;
            guilty_count += place->guilty;
            count++;
        }
    }
    if (rc == XZ_OK) {
        rank(score, guilty, count, &engine);
        rank(amount, guilty, count, &naive);
        put(out, "institutions %zu, guilty %zu (%.1f %%)\n", count, guilty_count,
            count > 0 ? 100.0 * (double)guilty_count / (double)count : 0.0);
        put(out, "%-44s %8s %8s\n", "", "AUC", "AP");
        put(out, "%-44s %8.4f %8.4f\n", "xiezhi, no labels learnt", engine.auc, engine.ap);
        put(out, "%-44s %8.4f %8.4f\n", "naive: by total amount", naive.auc, naive.ap);
    }
    free(score);
    free(amount);
    free(guilty);
    return rc;
}

enum xz_rc xz_backtest_report(struct xz_backtest *backtest, struct xz_err *err)
{
    FILE *out = backtest->setup.output != NULL ? fopen(backtest->setup.output, "wb") : NULL;
    enum xz_rc rc = XZ_OK;

    if (backtest->setup.output != NULL && out == NULL) {
        return xz_err_config(err, backtest->setup.output, 0, "cannot be written: %s",
                             strerror(errno));
    }
    close_event(backtest);
    if (backtest->setup.labels != NULL) {
        rc = report_places(backtest, out, err);
    } else {
        report_events(backtest, out);
    }
    if (rc == XZ_OK && backtest->setup.beside != NULL) {
        rc = put_beside(&backtest->setup, out, err);
    }
    if (out != NULL && fclose(out) != 0 && rc == XZ_OK) {
        rc = xz_err_config(err, backtest->setup.output, 0, "cannot be written");
    }
    return rc;
}
