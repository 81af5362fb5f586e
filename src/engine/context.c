/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the rest of a history says of one record: was this person dead, suspended, in another bed?
 *
 * Each answer is a function of the records and the background alone, so that a late report of a
 * death judges again what came after it. Histories are short; a scan is exact and cheap.
 */
#include "engine/engine_int.h"

static bool stands(const struct xz_record *record, uint8_t kind, uint8_t detail)
{
    return record->kind == kind && record->detail == detail && !(record->flags & XZ_RECORD_UNDONE);
}

/* Midnight to the millisecond is how a date without a time arrives: then the day itself is spared,
 * since the hour of a death is not known. */
static bool after(int64_t at_ms, int64_t since_ms)
{
    if (since_ms == XZ_TIME_NONE) {
        return false;
    }
    if (xz_day_start_ms(xz_day_of(since_ms)) == since_ms) {
        return xz_day_of(at_ms) > xz_day_of(since_ms);
    }
    return at_ms > since_ms;
}

bool xz_context_dead(const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *record = entity->records[index];
    int64_t death_ms = entity->before.death_ms;
    int64_t used_ms = record->at_ms;

    for (uint32_t i = 0; i < entity->count && death_ms == XZ_TIME_NONE; i++) {
        if (stands(entity->records[i], XZ_RECORD_STATUS, XZ_STATUS_DEATH)) {
            death_ms = entity->records[i]->at_ms; /* the first there is */
        }
    }
    if (death_ms == XZ_TIME_NONE) {
        return false;
    }
    if (record->end_day != XZ_DAY_NONE) {
        /* A stay settled after death is judged by its dates: the day of death is still care. */
        return record->end_day > xz_day_of(death_ms);
    }
    return after(used_ms, death_ms);
}

bool xz_context_suspended(const struct xz_entity *entity, uint32_t index)
{
    const int64_t at_ms = entity->records[index]->at_ms;
    int64_t since_ms = entity->before.suspended_ms;
    int64_t until_ms = entity->before.suspended_until_ms;

    for (uint32_t i = 0; i < entity->count && entity->records[i]->at_ms <= at_ms; i++) {
        if (stands(entity->records[i], XZ_RECORD_STATUS, XZ_STATUS_SUSPENDED)) {
            since_ms = entity->records[i]->at_ms;
            until_ms = entity->records[i]->ref_ms;
        } else if (stands(entity->records[i], XZ_RECORD_STATUS, XZ_STATUS_RESUMED)) {
            since_ms = XZ_TIME_NONE;
        }
    }
    return since_ms != XZ_TIME_NONE && at_ms > since_ms &&
           (until_ms == XZ_TIME_NONE || at_ms < until_ms);
}

bool xz_context_stopped(const struct xz_entity *entity, uint32_t index)
{
    const int64_t at_ms = entity->records[index]->at_ms;
    int64_t since_ms = entity->before.terminated_ms != XZ_TIME_NONE ? entity->before.terminated_ms
                                                                    : entity->before.paused_ms;

    for (uint32_t i = 0; i < entity->count && entity->records[i]->at_ms <= at_ms; i++) {
        const struct xz_record *record = entity->records[i];

        if (stands(record, XZ_RECORD_STATUS, XZ_STATUS_PAUSED) ||
            stands(record, XZ_RECORD_STATUS, XZ_STATUS_TERMINATED)) {
            since_ms = since_ms == XZ_TIME_NONE ? record->at_ms : since_ms;
        } else if (stands(record, XZ_RECORD_STATUS, XZ_STATUS_INSURED)) {
            since_ms = XZ_TIME_NONE;
        }
    }
    return after(at_ms, since_ms);
}

bool xz_context_closed(const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *record = entity->records[index];
    int64_t closed_ms = entity->before.closed_ms;

    for (uint32_t i = 0; i < index && closed_ms == XZ_TIME_NONE; i++) {
        if (stands(entity->records[i], XZ_RECORD_MOVEMENT, XZ_MOVEMENT_WITHDRAW_CLOSE)) {
            closed_ms = entity->records[i]->at_ms;
        }
    }
    return closed_ms != XZ_TIME_NONE && record->at_ms > closed_ms;
}

static bool same_institution(const struct xz_record *left, const struct xz_record *right)
{
    return xz_str_eq(xz_record_text(left, XZ_TEXT_INSTITUTION),
                     xz_record_text(right, XZ_TEXT_INSTITUTION));
}

/* The last day of the bill of a stay; of one billed in pieces, of the last piece. A later stay's
 * bill is another matter. XZ_DAY_NONE: there is none. */
static int32_t billed_end(const struct xz_entity *entity, int64_t admitted_ms,
                          struct xz_str institution)
{
    int32_t end_day = XZ_DAY_NONE;
    bool longer = true;

    while (longer) {
        int32_t next = XZ_DAY_NONE;

        for (uint32_t i = 0; i < entity->count; i++) {
            const struct xz_record *bill = entity->records[i];

            if (bill->kind == XZ_RECORD_SETTLEMENT && !(bill->flags & XZ_RECORD_UNDONE) &&
                bill->begin_day != XZ_DAY_NONE && bill->end_day != XZ_DAY_NONE &&
                xz_str_eq(xz_record_text(bill, XZ_TEXT_INSTITUTION), institution) &&
                (end_day == XZ_DAY_NONE
                     ? bill->end_day >= xz_day_of(admitted_ms)
                     : bill->end_day > end_day && bill->begin_day <= end_day + 1) &&
                (next == XZ_DAY_NONE || bill->end_day < next)) {
                next = bill->end_day;
            }
        }
        longer = next != XZ_DAY_NONE;
        end_day = longer ? next : end_day;
    }
    return end_day;
}

/* Of a stay whose discharge was not reported: before the last day of its bill, or for as long as
 * nothing is known of its end, half a year at most: a forgotten discharge accuses nobody for ever.
 */
#define STAY_MAX_MS (183 * XZ_DAY_MS)

static bool before_billed_end(const struct xz_entity *entity, int64_t admitted_ms,
                              struct xz_str institution, int64_t at_ms)
{
    const int32_t end_day = billed_end(entity, admitted_ms, institution);

    return end_day == XZ_DAY_NONE || xz_day_of(at_ms) < end_day;
}

/* The stay that a report of admission opens: until the discharge from the same institution. */
static bool reported_stay(const struct xz_entity *entity, uint32_t from, const struct xz_record *at)
{
    const struct xz_record *admission = entity->records[from];

    if (same_institution(admission, at) || at->at_ms <= admission->at_ms ||
        at->at_ms - admission->at_ms > STAY_MAX_MS) {
        return false;
    }
    for (uint32_t i = from + 1; i < entity->count; i++) {
        const struct xz_record *record = entity->records[i];

        if (stands(record, XZ_RECORD_STATUS, XZ_STATUS_DISCHARGED) &&
            same_institution(record, admission)) {
            return at->at_ms < record->at_ms;
        }
    }
    return before_billed_end(entity, admission->at_ms,
                             xz_record_text(admission, XZ_TEXT_INSTITUTION), at->at_ms);
}

/* An inpatient settlement whose stay was also reported is judged by the report. */
static bool was_reported(const struct xz_entity *entity, const struct xz_record *stay)
{
    for (uint32_t i = 0; i < entity->count; i++) {
        const struct xz_record *record = entity->records[i];
        const int32_t day = xz_day_of(record->at_ms);

        if (stands(record, XZ_RECORD_STATUS, XZ_STATUS_ADMITTED) &&
            same_institution(record, stay) && day >= stay->begin_day - 1 && day <= stay->end_day) {
            return true;
        }
    }
    return false;
}

static bool background_stay(const struct xz_entity *entity, const struct xz_record *at)
{
    if (entity->before.admitted_ms == XZ_TIME_NONE ||
        at->at_ms - entity->before.admitted_ms > STAY_MAX_MS ||
        xz_str_eq(entity->before.admitted_at, xz_record_text(at, XZ_TEXT_INSTITUTION))) {
        return false;
    }
    for (uint32_t i = 0; i < entity->count; i++) {
        if (stands(entity->records[i], XZ_RECORD_STATUS, XZ_STATUS_DISCHARGED) &&
            xz_str_eq(xz_record_text(entity->records[i], XZ_TEXT_INSTITUTION),
                      entity->before.admitted_at)) {
            return at->at_ms < entity->records[i]->at_ms;
        }
    }
    return before_billed_end(entity, entity->before.admitted_ms, entity->before.admitted_at,
                             at->at_ms);
}

bool xz_context_elsewhere(const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *at = entity->records[index];
    const int32_t day = xz_day_of(at->at_ms);

    if (background_stay(entity, at)) {
        return true;
    }
    for (uint32_t i = 0; i < entity->count; i++) {
        const struct xz_record *record = entity->records[i];

        if (stands(record, XZ_RECORD_STATUS, XZ_STATUS_ADMITTED)) {
            if (reported_stay(entity, i, at)) {
                return true;
            }
        } else if (record->kind == XZ_RECORD_SETTLEMENT && i != index &&
                   !(record->flags & XZ_RECORD_UNDONE) && record->begin_day != XZ_DAY_NONE &&
                   record->end_day != XZ_DAY_NONE && day > record->begin_day &&
                   day < record->end_day && !same_institution(record, at) &&
                   !was_reported(entity, record)) {
            return true; /* both days excluded */
        }
    }
    return false;
}

static bool both_ways(struct xz_str left, struct xz_str right)
{
    return (xz_str_eq(left, XZ_STR("1")) && xz_str_eq(right, XZ_STR("2"))) ||
           (xz_str_eq(left, XZ_STR("2")) && xz_str_eq(right, XZ_STR("1")));
}

/* R26: one bill, reimbursed by hand (setl_type 1) and settled online (2) as well. A supplement (3)
 * to either is no second claim. */
bool xz_context_claimed_before(const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *at = entity->records[index];
    const struct xz_str bill = xz_record_text(at, XZ_TEXT_INVONO);
    const struct xz_str how = xz_record_text(at, XZ_TEXT_SETL_TYPE);

    if (bill.len == 0) {
        return false;
    }
    for (uint32_t i = 0; i < index; i++) {
        const struct xz_record *record = entity->records[i];
        const struct xz_str other = xz_record_text(record, XZ_TEXT_SETL_TYPE);

        if (record->kind == XZ_RECORD_SETTLEMENT && !(record->flags & XZ_RECORD_UNDONE) &&
            xz_str_eq(xz_record_text(record, XZ_TEXT_INVONO), bill) && both_ways(other, how)) {
            return true;
        }
    }
    return false;
}

int64_t xz_context_year_deductible(const struct xz_entity *entity, uint32_t index)
{
    const int year = xz_civil_of(entity->records[index]->at_ms).year;
    int64_t sum_fen = entity->before.deductible_year == year ? entity->before.deductible_fen : 0;

    for (uint32_t i = 0; i <= index; i++) {
        const struct xz_record *record = entity->records[i];

        if (record->kind == XZ_RECORD_SETTLEMENT && !(record->flags & XZ_RECORD_UNDONE) &&
            record->deductible_fen != XZ_FEN_NONE && xz_civil_of(record->at_ms).year == year) {
            sum_fen += record->deductible_fen;
        }
    }
    return sum_fen;
}

/* R13: how many settlements the temporary link that covers this debit has served, this included. 0
 * when no temporary link covers it: an unknown link is no breach. */
int64_t xz_context_link_uses(const struct xz_entity *entity, uint32_t index)
{
    const struct xz_record *debit = entity->records[index];
    const struct xz_str receiver = xz_record_text(debit, XZ_TEXT_PARTNER);
    int64_t uses = 0;
    bool temporary = false;

    if (debit->kind != XZ_RECORD_DEBIT) {
        return 0;
    }
    for (uint32_t i = 0; i <= index; i++) {
        const struct xz_record *record = entity->records[i];

        if ((record->flags & XZ_RECORD_UNDONE) ||
            !xz_str_eq(xz_record_text(record, XZ_TEXT_PARTNER), receiver)) {
            continue;
        }
        if (record->kind == XZ_RECORD_LINK) {
            temporary = record->detail == XZ_LINK_GRANT && (record->flags & XZ_RECORD_TEMPORARY);
            uses = 0;
        } else if (record->kind == XZ_RECORD_DEBIT) {
            uses++;
        }
    }
    return temporary ? uses : 0;
}

/* Borrowed from what the engine keeps beside the entity; the entity itself is not changed. */
static const struct xz_boxes *boxes_of(const struct xz_entity *entity)
{
    return xz_scratch_boxes((struct xz_entity *)entity);
}

int64_t xz_context_sales(const struct xz_entity *entity, uint32_t index, int64_t *provinces)
{
    if (entity->kind != XZ_ENTITY_TRACE) {
        *provinces = 0;
        return 0;
    }
    if (entity->count == 1) {
        return xz_boxes_of_one(entity, provinces);
    }
    *provinces = boxes_of(entity)->provinces[index];
    return boxes_of(entity)->nth[index];
}

int64_t xz_context_sale_before(const struct xz_entity *entity, uint32_t index)
{
    uint32_t previous = UINT32_MAX;

    if (entity->kind == XZ_ENTITY_TRACE && entity->count > 1) {
        previous = boxes_of(entity)->previous[index];
    }
    return previous == UINT32_MAX ? -1 : (int64_t)previous;
}
