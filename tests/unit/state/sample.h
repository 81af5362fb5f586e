/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records for the tests of state: typical ones, after the contract's example, and odd ones. */
#ifndef XZ_TESTS_STATE_SAMPLE_H
#define XZ_TESTS_STATE_SAMPLE_H
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"
#include "state/record.h"

#define SAMPLE_START_MS INT64_C(1772326502000) /* 2026-03-01 08:55:02 +08:00 */

struct sample_strings {
    char msgid[64], setl_id[32], institution[32], operator_id[16], device[32], invono[32];
    struct xz_buf codes;
};

static inline struct xz_str sample_text(const char *text) { return xz_str_from(text); }

static inline void sample_codes(struct xz_rng *rng, uint32_t count, struct xz_buf *codes)
{
    char code[32];
    const uint64_t first = xz_rng_u64(rng) % UINT64_C(100000000000);

    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(code, sizeof(code), "8123456%013llu", (unsigned long long)(first + i * 3));
        xz_buf_uvar(codes, 20u << 1);
        xz_buf_bytes(codes, code, 20);
    }
}

/* One settlement of a person who goes to `places` institutions; the balance falls by what is paid.
 * code_share percent of them sell boxes with codes. */
static inline struct xz_record *sample_settlement(struct xz_rng *rng, struct xz_str person,
                                                  uint32_t places, uint32_t code_share,
                                                  int64_t at_ms, int64_t *balance_fen)
{
    struct xz_record_draft draft;
    struct sample_strings strings = {0};
    struct xz_record *record;
    const uint32_t place = xz_rng_below(rng, places);
    const bool pharmacy = place % 2 == 0;
    const int64_t at_s = at_ms / 1000;
    const struct xz_civil civil = xz_civil_of(at_ms);

    xz_record_draft_init(&draft);
    (void)snprintf(strings.institution, sizeof(strings.institution), "%c210102%05u",
                   pharmacy ? 'P' : 'H', 17 + place * 131);
    (void)snprintf(strings.msgid, sizeof(strings.msgid), "%s%04d%02d%02d%02d%02d%02d%04u",
                   strings.institution, civil.year, civil.month, civil.day, civil.hour,
                   civil.minute, civil.second, xz_rng_below(rng, 10000));
    (void)snprintf(strings.setl_id, sizeof(strings.setl_id), "S9%07u", xz_rng_below(rng, 10000000));
    (void)snprintf(strings.operator_id, sizeof(strings.operator_id), "OP%02u",
                   xz_rng_below(rng, 3) + 1);
    (void)snprintf(strings.device, sizeof(strings.device), "POS-%04u-%u", place * 131 + 17,
                   xz_rng_below(rng, 2) + 1);
    draft.text[XZ_TEXT_MSGID] = sample_text(strings.msgid);
    draft.text[XZ_TEXT_SETL_ID] = sample_text(strings.setl_id);
    draft.text[XZ_TEXT_PERSON] = person;
    draft.text[XZ_TEXT_INSTITUTION] = sample_text(strings.institution);
    draft.text[XZ_TEXT_OPERATOR] = sample_text(strings.operator_id);
    draft.text[XZ_TEXT_DEVICE] = sample_text(strings.device);
    draft.text[XZ_TEXT_PLACE_ADMDVS] = XZ_STR("210102");
    draft.text[XZ_TEXT_INSURED_ADMDVS] = XZ_STR("210100");
    draft.text[XZ_TEXT_MED_TYPE] = pharmacy ? XZ_STR("41") : XZ_STR("11");
    draft.text[XZ_TEXT_INSUTYPE] = XZ_STR("310");
    draft.text[XZ_TEXT_PSN_TYPE] = XZ_STR("11");
    draft.text[XZ_TEXT_CREDENTIAL] = xz_rng_below(rng, 5) == 0 ? XZ_STR("01") : XZ_STR("03");
    if (xz_rng_below(rng, 100) < code_share) {
        sample_codes(rng, 1 + xz_rng_below(rng, 3), &strings.codes);
        draft.text[XZ_TEXT_CODES] = xz_buf_view(&strings.codes);
    }
    draft.head.at_ms = at_s * 1000;
    draft.head.key = xz_hash_str(draft.text[XZ_TEXT_MSGID]);
    draft.head.content_hash = xz_rng_u64(rng);
    draft.head.amount_fen = 1000 + xz_rng_below(rng, 30000);
    draft.head.fund_fen = pharmacy ? 0 : draft.head.amount_fen / 2;
    draft.head.mulaid_fen = 0;
    draft.head.account_fen = draft.head.amount_fen - draft.head.fund_fen;
    *balance_fen -= draft.head.account_fen;
    draft.head.balance_fen = *balance_fen;
    draft.head.source = (struct xz_source){0, 3, at_s / 10 - 170000000};
    draft.head.lat_e6 = 41800000 + (int32_t)place * 1237;
    draft.head.lon_e6 = 123410000 + (int32_t)place * 2311;
    draft.head.age_years = 54;
    draft.head.flags = XZ_RECORD_PRESENT | XZ_RECORD_PLACED;
    draft.head.kind = XZ_RECORD_SETTLEMENT;
    draft.head.sex = 1;
    draft.head.institution_kind = pharmacy ? 6 : 1;
    record = xz_record_build(&draft);
    xz_buf_fini(&strings.codes);
    return record;
}

/* Any bytes, digits, a likely id, or nothing. */
static inline struct xz_str sample_odd_text(struct xz_rng *rng, char *space, uint32_t most)
{
    static const char *const likely[] = {"P21010200017",
                                         "P2101020001720260301091502",
                                         "P210102000172026030109150200019999",
                                         "P21010200017202602300915020001",
                                         "0",
                                         "00",
                                         "a1234",
                                         "99999999999999999999",
                                         "S900001",
                                         "210102"};
    const uint32_t shape = xz_rng_below(rng, 6);
    uint32_t len = xz_rng_below(rng, most);

    if (shape == 0) {
        return XZ_STR_NONE;
    }
    if (shape <= 2) {
        return xz_str_from(likely[xz_rng_below(rng, sizeof(likely) / sizeof(likely[0]))]);
    }
    len = shape == 5 ? len : len % 40;
    for (uint32_t i = 0; i < len; i++) {
        space[i] =
            (char)(shape == 3 ? '0' + (int)xz_rng_below(rng, 10) : (int)xz_rng_below(rng, 256));
    }
    return (struct xz_str){len > 0 ? space : NULL, len};
}

static inline int64_t sample_odd_number(struct xz_rng *rng, int64_t none)
{
    static const int64_t odd[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MIN + 1, 8640, 150322};
    const uint32_t shape = xz_rng_below(rng, 4);

    if (shape == 0) {
        return none;
    }
    if (shape == 1) {
        return odd[xz_rng_below(rng, sizeof(odd) / sizeof(odd[0]))];
    }
    return (int64_t)(xz_rng_u64(rng) >> xz_rng_below(rng, 64)) * (shape == 2 ? 1 : -1);
}

static inline struct xz_record *sample_odd(struct xz_rng *rng)
{
    static char space[XZ_TEXT_COUNT][512];
    struct xz_record_draft draft;
    struct xz_buf codes = {0};
    struct xz_record *record;

    xz_record_draft_init(&draft);
    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        draft.text[i] = sample_odd_text(rng, space[i], 400);
    }
    if (xz_rng_below(rng, 3) == 0) {
        sample_codes(rng, 1 + xz_rng_below(rng, 5), &codes);
        draft.text[XZ_TEXT_CODES] = xz_buf_view(&codes);
    }
    draft.head.at_ms = xz_rng_below(rng, 3) == 0 ? sample_odd_number(rng, 0)
                                                 : SAMPLE_START_MS + xz_rng_below(rng, 100000000);
    draft.head.key =
        xz_rng_below(rng, 2) == 0 ? xz_hash_str(draft.text[XZ_TEXT_MSGID]) : xz_rng_u64(rng);
    draft.head.content_hash = xz_rng_below(rng, 3) == 0 ? 0 : xz_rng_u64(rng);
    draft.head.amount_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.account_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.mulaid_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.fund_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.balance_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.deductible_fen = sample_odd_number(rng, XZ_FEN_NONE);
    draft.head.ref_ms = sample_odd_number(rng, XZ_TIME_NONE);
    draft.head.source.topic = (uint16_t)xz_rng_u64(rng);
    draft.head.source.partition = (int32_t)xz_rng_u64(rng);
    draft.head.source.offset = sample_odd_number(rng, 0);
    draft.head.begin_day = xz_rng_below(rng, 2) ? XZ_DAY_NONE : (int32_t)xz_rng_u64(rng);
    draft.head.end_day = xz_rng_below(rng, 2) ? XZ_DAY_NONE : (int32_t)xz_rng_u64(rng);
    draft.head.lat_e6 = (int32_t)xz_rng_u64(rng);
    draft.head.lon_e6 = (int32_t)xz_rng_u64(rng);
    draft.head.age_years = (int16_t)xz_rng_u64(rng);
    draft.head.flags = (uint16_t)xz_rng_u64(rng);
    draft.head.kind = (uint8_t)(1 + xz_rng_below(rng, 8));
    draft.head.detail = (uint8_t)xz_rng_u64(rng);
    draft.head.sex = (uint8_t)xz_rng_u64(rng);
    draft.head.institution_kind = (uint8_t)xz_rng_u64(rng);
    record = xz_record_build(&draft);
    xz_buf_fini(&codes);
    return record;
}

/* The name of the first field that differs, or NULL. */
static inline const char *sample_difference(const struct xz_record *left,
                                            const struct xz_record *right)
{
#define SAME(field)                                                                                \
    do {                                                                                           \
        if (left->field != right->field) {                                                         \
            return #field;                                                                         \
        }                                                                                          \
    } while (0)
    SAME(at_ms);
    SAME(key);
    SAME(content_hash);
    SAME(amount_fen);
    SAME(account_fen);
    SAME(mulaid_fen);
    SAME(fund_fen);
    SAME(balance_fen);
    SAME(deductible_fen);
    SAME(ref_ms);
    SAME(source.topic);
    SAME(source.partition);
    SAME(source.offset);
    SAME(begin_day);
    SAME(end_day);
    SAME(lat_e6);
    SAME(lon_e6);
    SAME(age_years);
    SAME(flags);
    SAME(kind);
    SAME(detail);
    SAME(sex);
    SAME(institution_kind);
    SAME(size);
#undef SAME
    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        if (!xz_str_eq(xz_record_text(left, i), xz_record_text(right, i))) {
            return "text";
        }
    }
    return NULL;
}

#endif
