/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An entity without its records, in few bytes: what is absent takes none.
 *
 * Layout: uvar mask of the background's fields and of the lists that are there, the fields, the
 * lists. Times are written as their distance from first_ms.
 */
#include <math.h>
#include <string.h>

#include "state/codec_int.h"
#include "state/entity_int.h"

enum head_field { /* bit in the mask; stored: never renumbered */
                  H_FIRST,
                  H_BASE,
                  H_LAST,
                  H_BALANCE,
                  H_PATTERNS,
                  H_SALES,
                  H_EVICTED,
                  H_DEDUCTIBLE,
                  H_DEATH,
                  H_CLOSED,
                  H_SUSPENDED,
                  H_SUSPENDED_UNTIL,
                  H_PAUSED,
                  H_TERMINATED,
                  H_ADMITTED,
                  H_ADMITTED_AT,
                  H_PANES,
                  H_EPISODES,
                  H_PENDING,
                  H_ALIASES,
                  H_CHRONIC,
                  H_COUNT
};
#define BIT(field) (UINT64_C(1) << (field))

static int64_t minus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left - (uint64_t)right);
}

static int64_t plus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left + (uint64_t)right);
}

/* ---- what was true before the history ---- */

/* The times of a background, in the order of writing. */
#define TIMES 10
static const struct {
    uint8_t field;
    size_t offset;
} times[TIMES] = {
    {H_BASE, offsetof(struct xz_background, base_ms)},
    {H_LAST, offsetof(struct xz_background, last_ms)},
    {H_DEATH, offsetof(struct xz_background, death_ms)},
    {H_CLOSED, offsetof(struct xz_background, closed_ms)},
    {H_SUSPENDED, offsetof(struct xz_background, suspended_ms)},
    {H_SUSPENDED_UNTIL, offsetof(struct xz_background, suspended_until_ms)},
    {H_PAUSED, offsetof(struct xz_background, paused_ms)},
    {H_TERMINATED, offsetof(struct xz_background, terminated_ms)},
    {H_ADMITTED, offsetof(struct xz_background, admitted_ms)},
    {H_CHRONIC, offsetof(struct xz_background, chronic_ms)},
};

static int64_t *time_at(const struct xz_background *before, int which)
{
    return (int64_t *)((char *)before + times[which].offset);
}

static uint64_t mask_of(const struct xz_entity *entity)
{
    const struct xz_background *before = &entity->before;
    uint64_t mask = 0;

    for (int i = 0; i < TIMES; i++) {
        mask |= *time_at(before, i) != XZ_TIME_NONE ? BIT(times[i].field) : 0;
    }
    mask |= before->first_ms != XZ_TIME_NONE ? BIT(H_FIRST) : 0;
    mask |= before->balance_fen != XZ_FEN_NONE ? BIT(H_BALANCE) : 0;
    mask |= before->sales != 0 ? BIT(H_SALES) : 0;
    mask |= before->evicted != 0 ? BIT(H_EVICTED) : 0;
    mask |= before->deductible_fen != 0 || before->deductible_year != 0 ? BIT(H_DEDUCTIBLE) : 0;
    mask |= before->admitted_at.len > 0 ? BIT(H_ADMITTED_AT) : 0;
    mask |= entity->pattern_count > 0 ? BIT(H_PATTERNS) : 0;
    mask |= entity->pane_count > 0 ? BIT(H_PANES) : 0;
    mask |= entity->episode_count > 0 ? BIT(H_EPISODES) : 0;
    mask |= entity->pending_count > 0 ? BIT(H_PENDING) : 0;
    mask |= entity->alias_count > 0 ? BIT(H_ALIASES) : 0;
    return mask;
}

static int64_t origin_ms(const struct xz_background *before)
{
    return before->first_ms == XZ_TIME_NONE ? 0 : before->first_ms;
}

static void background_put(const struct xz_background *before, uint64_t mask, struct xz_buf *out)
{
    if (mask & BIT(H_FIRST)) {
        xz_buf_svar(out, before->first_ms);
    }
    for (int i = 0; i < TIMES; i++) {
        if (mask & BIT(times[i].field)) {
            xz_buf_svar(out, minus(*time_at(before, i), origin_ms(before)));
        }
    }
    if (mask & BIT(H_BALANCE)) {
        xz_buf_svar(out, before->balance_fen);
    }
    if (mask & BIT(H_SALES)) {
        xz_buf_uvar(out, before->sales);
    }
    if (mask & BIT(H_EVICTED)) {
        xz_buf_uvar(out, before->evicted);
    }
    if (mask & BIT(H_DEDUCTIBLE)) {
        xz_buf_svar(out, before->deductible_fen);
        xz_buf_svar(out, before->deductible_year);
    }
    if (mask & BIT(H_ADMITTED_AT)) {
        xz_buf_str(out, before->admitted_at);
    }
}

static uint32_t read_u32(struct xz_reader *reader)
{
    const uint64_t value = xz_read_uvar(reader);

    reader->bad |= value > UINT32_MAX;
    return (uint32_t)value;
}

static int32_t read_i32(struct xz_reader *reader)
{
    const int64_t value = xz_read_svar(reader);

    reader->bad |= value < INT32_MIN || value > INT32_MAX;
    return (int32_t)value;
}

static void background_get(struct xz_entity *entity, uint64_t mask, struct xz_reader *reader)
{
    struct xz_background *before = &entity->before;

    if (mask & BIT(H_FIRST)) {
        before->first_ms = xz_read_svar(reader);
    }
    for (int i = 0; i < TIMES; i++) {
        if (mask & BIT(times[i].field)) {
            *time_at(before, i) = plus(origin_ms(before), xz_read_svar(reader));
        }
    }
    if (mask & BIT(H_BALANCE)) {
        before->balance_fen = xz_read_svar(reader);
    }
    before->sales = mask & BIT(H_SALES) ? read_u32(reader) : 0;
    before->evicted = mask & BIT(H_EVICTED) ? read_u32(reader) : 0;
    if (mask & BIT(H_DEDUCTIBLE)) {
        before->deductible_fen = xz_read_svar(reader);
        before->deductible_year = read_i32(reader);
    }
    if (mask & BIT(H_ADMITTED_AT)) {
        xz_entity_set_admitted_at(entity, xz_read_str(reader));
    }
}

/* ---- detectors ---- */

/* An id like "T02.0" is two bytes; these say that another one follows as a string. */
#define ID_OTHER 0xffffu
#define ID_USUAL 5

enum {              /* of one detector; the other's bits stand four higher */
       D_THERE = 1, /* not at the start (the tip: not where the base is) */
       D_LOG_M = 2, /* log_m is not -infinity */
       D_BLOCK = 4, /* block_log_e is not 0 */
       D_LEFT = 8,  /* of both: something left */
       D_SHIFT = 4
};

static uint32_t float_bits(float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static bool detector_eq(const struct xz_detector *left, const struct xz_detector *right)
{
    return float_bits(left->log_m) == float_bits(right->log_m) &&
           float_bits(left->block_log_e) == float_bits(right->block_log_e) &&
           left->block == right->block && left->steps == right->steps;
}

static unsigned detector_flags(const struct xz_detector *detector, const struct xz_detector *guess)
{
    unsigned flags = D_THERE;

    if (detector_eq(detector, guess)) {
        return 0;
    }
    flags |= float_bits(detector->log_m) != float_bits(-INFINITY) ? D_LOG_M : 0u;
    flags |= float_bits(detector->block_log_e) != 0 ? D_BLOCK : 0u;
    return flags;
}

/* Blocks of one entity are near each other: *block is the last one written. */
static void detector_put(const struct xz_detector *detector, unsigned flags, int32_t *block,
                         struct xz_buf *out)
{
    if (!(flags & D_THERE)) {
        return;
    }
    if (flags & D_LOG_M) {
        xz_buf_u32(out, float_bits(detector->log_m));
    }
    if (flags & D_BLOCK) {
        xz_buf_u32(out, float_bits(detector->block_log_e));
    }
    xz_buf_svar(out, (int64_t)detector->block - *block);
    xz_buf_uvar(out, detector->steps);
    *block = detector->block;
}

static void detector_get(struct xz_reader *reader, unsigned flags, int32_t *block,
                         struct xz_detector *detector)
{
    int64_t next;

    if (!(flags & D_THERE)) {
        return;
    }
    detector->log_m = flags & D_LOG_M ? float_of(xz_read_u32(reader)) : -INFINITY;
    detector->block_log_e = flags & D_BLOCK ? float_of(xz_read_u32(reader)) : 0.0f;
    next = plus(*block, xz_read_svar(reader));
    detector->steps = read_u32(reader);
    reader->bad |= next < INT32_MIN || next > INT32_MAX;
    detector->block = (int32_t)next;
    *block = detector->block;
}

static bool digit(char letter) { return letter >= '0' && letter <= '9'; }

static void pattern_id_put(const char *id, struct xz_buf *out)
{
    const size_t len = strnlen(id, 8);
    unsigned number = ID_OTHER;

    if (len == ID_USUAL && id[0] >= 'A' && id[0] <= 'Z' && digit(id[1]) && digit(id[2]) &&
        id[3] == '.' && digit(id[4])) {
        number = (unsigned)((((id[0] - 'A') * 10 + (id[1] - '0')) * 10 + (id[2] - '0')) * 10 +
                            (id[4] - '0'));
    }
    xz_buf_u8(out, (uint8_t)number);
    xz_buf_u8(out, (uint8_t)(number >> 8));
    if (number == ID_OTHER) {
        xz_buf_str(out, (struct xz_str){id, (uint32_t)len});
    }
}

static void pattern_id_get(struct xz_reader *reader, char id[static 8])
{
    unsigned number = xz_read_u8(reader);
    struct xz_str other;

    number |= (unsigned)xz_read_u8(reader) << 8;
    memset(id, 0, 8);
    if (number != ID_OTHER) {
        reader->bad |= number >= 26000;
        id[0] = (char)('A' + number / 1000 % 26);
        id[1] = (char)('0' + number / 100 % 10);
        id[2] = (char)('0' + number / 10 % 10);
        id[3] = '.';
        id[4] = (char)('0' + number % 10);
        return;
    }
    other = xz_read_str(reader);
    if (other.len > 7 || memchr(other.len > 0 ? other.ptr : id + 1, 0, other.len) != NULL) {
        reader->bad = true;
    } else if (other.len > 0) {
        memcpy(id, other.ptr, other.len);
    }
}

static void patterns_put(const struct xz_entity *entity, struct xz_buf *out)
{
    static const struct xz_detector start = {.log_m = -INFINITY, .block = INT32_MIN};
    int32_t block = 0;

    xz_buf_uvar(out, entity->pattern_count);
    for (uint32_t i = 0; i < entity->pattern_count; i++) {
        const struct xz_entity_pattern *pattern = &entity->patterns[i];
        const unsigned base = detector_flags(&pattern->base, &start);
        const unsigned tip = detector_flags(&pattern->tip, &pattern->base);

        pattern_id_put(pattern->id, out);
        xz_buf_u8(out, (uint8_t)(base | tip << D_SHIFT | (pattern->left != 0 ? D_LEFT : 0u)));
        if (pattern->left != 0) {
            xz_buf_uvar(out, pattern->left);
        }
        detector_put(&pattern->base, base, &block, out);
        detector_put(&pattern->tip, tip, &block, out);
    }
}

static void patterns_get(struct xz_entity *entity, struct xz_reader *reader)
{
    const uint64_t count = xz_read_uvar(reader);
    int32_t block = 0;

    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        struct xz_entity_pattern *pattern;
        char id[8];
        unsigned flags;
        uint32_t index;

        pattern_id_get(reader, id);
        flags = xz_read_u8(reader);
        if (reader->bad) {
            return;
        }
        index = xz_entity_pattern_index(entity, id);
        if (index != i) { /* twice the same */
            reader->bad = true;
            return;
        }
        pattern = &entity->patterns[index];
        pattern->left = flags & D_LEFT ? read_u32(reader) : 0;
        detector_get(reader, flags, &block, &pattern->base);
        pattern->tip = pattern->base;
        detector_get(reader, flags >> D_SHIFT, &block, &pattern->tip);
    }
}

/* ---- panes ---- */

static void panes_put(const struct xz_entity *entity, struct xz_buf *out)
{
    int32_t day = 0;

    xz_buf_uvar(out, entity->pane_count);
    for (uint32_t i = 0; i < entity->pane_count; i++) {
        const struct xz_pane *pane = &entity->panes[i];
        uint32_t hours = 0;

        for (int hour = 0; hour < 24; hour++) {
            hours |= pane->by_hour[hour] != 0 ? 1u << hour : 0;
        }
        xz_buf_svar(out, (int64_t)pane->day - day);
        xz_buf_uvar(out, pane->count);
        xz_buf_uvar(out, pane->persons);
        xz_buf_svar(out, pane->amount_fen);
        xz_buf_svar(out, pane->account_fen);
        xz_buf_svar(out, pane->fund_fen);
        xz_buf_uvar(out, pane->top_count);
        xz_buf_svar(out, pane->top_amount_fen);
        xz_buf_uvar(out, hours);
        for (int hour = 0; hour < 24; hour++) {
            if (hours & 1u << hour) {
                xz_buf_uvar(out, pane->by_hour[hour]);
            }
        }
        day = pane->day;
    }
}

static void panes_get(struct xz_entity *entity, struct xz_reader *reader)
{
    const uint64_t count = xz_read_uvar(reader);
    int64_t day = 0;

    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        const int64_t last = day;
        struct xz_pane *pane;
        uint32_t hours;

        day = plus(day, xz_read_svar(reader));
        if (day < INT32_MIN || day > INT32_MAX || (i > 0 && day <= last)) {
            reader->bad = true;
            return;
        }
        pane = xz_entity_pane(entity, (int32_t)day);
        pane->count = read_u32(reader);
        pane->persons = read_u32(reader);
        pane->amount_fen = xz_read_svar(reader);
        pane->account_fen = xz_read_svar(reader);
        pane->fund_fen = xz_read_svar(reader);
        pane->top_count = read_u32(reader);
        pane->top_amount_fen = xz_read_svar(reader);
        hours = read_u32(reader);
        reader->bad |= hours >> 24 != 0;
        for (int hour = 0; hour < 24; hour++) {
            pane->by_hour[hour] = hours & 1u << hour ? read_u32(reader) : 0;
        }
    }
}

/* ---- episodes, undos, aliases ---- */

#define EPISODE_LATE 0x80u

static void chars_put(const char *chars, size_t size, struct xz_buf *out)
{
    xz_buf_str(out, (struct xz_str){chars, (uint32_t)strnlen(chars, size)});
}

/* size counts the NUL that must fit behind. */
static void chars_get(struct xz_reader *reader, char *chars, size_t size)
{
    const struct xz_str text = xz_read_str(reader);

    if (text.len >= size) {
        reader->bad = true;
    } else if (text.len > 0) {
        memcpy(chars, text.ptr, text.len);
    }
}

static void episodes_put(const struct xz_entity *entity, struct xz_buf *out)
{
    xz_buf_uvar(out, entity->episode_count);
    for (uint32_t i = 0; i < entity->episode_count; i++) {
        const struct xz_episode *episode = &entity->episodes[i];

        chars_put(episode->alert_id, sizeof(episode->alert_id), out);
        chars_put(episode->pattern, sizeof(episode->pattern), out);
        xz_buf_u8(out, (uint8_t)(episode->status | (episode->opened_late ? EPISODE_LATE : 0)));
        xz_buf_uvar(out, episode->rev);
        xz_buf_uvar(out, episode->count);
        xz_buf_u64(out, episode->first_key);
        xz_buf_svar(out, minus(episode->first_ms, origin_ms(&entity->before)));
        xz_buf_svar(out, minus(episode->last_ms, episode->first_ms));
        xz_buf_u64(out, episode->digest);
    }
}

static void episodes_get(struct xz_entity *entity, struct xz_reader *reader)
{
    const uint64_t count = xz_read_uvar(reader);

    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        struct xz_episode *episode = xz_entity_episode_add(entity);
        uint8_t status;

        chars_get(reader, episode->alert_id, sizeof(episode->alert_id));
        chars_get(reader, episode->pattern, sizeof(episode->pattern));
        status = xz_read_u8(reader);
        episode->status = (uint8_t)(status & ~EPISODE_LATE);
        episode->opened_late = (status & EPISODE_LATE) != 0;
        episode->rev = read_u32(reader);
        episode->count = read_u32(reader);
        episode->first_key = xz_read_u64(reader);
        episode->first_ms = plus(xz_read_svar(reader), origin_ms(&entity->before));
        episode->last_ms = plus(xz_read_svar(reader), episode->first_ms);
        episode->digest = xz_read_u64(reader);
    }
}

static void undos_put(const struct xz_entity *entity, struct xz_buf *out)
{
    xz_buf_uvar(out, entity->pending_count);
    for (uint32_t i = 0; i < entity->pending_count; i++) {
        const struct xz_pending_undo *undo = &entity->pending[i];

        xz_buf_str(out, undo->setl_id);
        xz_buf_str(out, undo->institution);
        xz_buf_str(out, undo->msgid);
        xz_buf_u64(out, undo->key);
        xz_buf_svar(out, minus(undo->at_ms, origin_ms(&entity->before)));
    }
}

static void undos_get(struct xz_entity *entity, struct xz_reader *reader)
{
    const uint64_t count = xz_read_uvar(reader);

    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        struct xz_pending_undo undo;

        undo.setl_id = xz_read_str(reader);
        undo.institution = xz_read_str(reader);
        undo.msgid = xz_read_str(reader);
        undo.key = xz_read_u64(reader);
        undo.at_ms = plus(xz_read_svar(reader), origin_ms(&entity->before));
        if (!reader->bad) {
            xz_entity_pending_add(entity, &undo);
        }
    }
}

static void aliases_get(struct xz_entity *entity, struct xz_reader *reader)
{
    const uint64_t count = xz_read_uvar(reader);

    for (uint64_t i = 0; i < count && !reader->bad; i++) {
        const struct xz_str alias = xz_read_str(reader);

        if (!reader->bad) {
            xz_entity_alias_add(entity, alias);
        }
    }
}

void xz_head_encode(const struct xz_entity *entity, struct xz_buf *out)
{
    const uint64_t mask = mask_of(entity);

    xz_buf_uvar(out, mask);
    background_put(&entity->before, mask, out);
    if (mask & BIT(H_PATTERNS)) {
        patterns_put(entity, out);
    }
    if (mask & BIT(H_PANES)) {
        panes_put(entity, out);
    }
    if (mask & BIT(H_EPISODES)) {
        episodes_put(entity, out);
    }
    if (mask & BIT(H_PENDING)) {
        undos_put(entity, out);
    }
    if (mask & BIT(H_ALIASES)) {
        xz_buf_uvar(out, entity->alias_count);
        for (uint32_t i = 0; i < entity->alias_count; i++) {
            xz_buf_str(out, entity->aliases[i]);
        }
    }
}

enum xz_rc xz_head_decode(struct xz_entity *entity, struct xz_reader *reader, struct xz_err *err)
{
    const uint64_t mask = xz_read_uvar(reader);

    reader->bad |= mask >> H_COUNT != 0;
    background_get(entity, mask, reader);
    if (mask & BIT(H_PATTERNS)) {
        patterns_get(entity, reader);
    }
    if (mask & BIT(H_PANES)) {
        panes_get(entity, reader);
    }
    if (mask & BIT(H_EPISODES)) {
        episodes_get(entity, reader);
    }
    if (mask & BIT(H_PENDING)) {
        undos_get(entity, reader);
    }
    if (mask & BIT(H_ALIASES)) {
        aliases_get(entity, reader);
    }
    return reader->bad ? xz_err_set(err, XZ_FATAL, "state: malformed head") : XZ_OK;
}
