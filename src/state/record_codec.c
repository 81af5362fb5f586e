/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A record in few bytes. Most of what an event says its entity has heard before: so a record is
 * written as what differs from a *guess*, made by both sides from an earlier record of the same
 * history (the `like`: same kind and institution if possible), the context, and the fields already
 * read. A mask says which fields differ; only these follow, in the order of the functions below.
 *
 * Layout: uvar distance of the like (0: none), uvar mask, time, hash, source, small fields, money,
 * texts.
 */
#include <string.h>

#include "base/hash.h"
#include "state/record.h"
#include "state/text_int.h"

#define BACK_MAX           31 /* how far back a record looks for one to resemble: fits in one byte */
#define BACK_TEXT_MIN      4  /* a shorter text is as short as a reference to one */
#define BALANCE_BACK       8
#define RECORD_GUESS_BYTES 512 /* most need no more, written or read */

enum field { /* bit in the mask, the usual ones low; stored: never renumbered */
             F_AMOUNT,
             F_CODES,
             F_BALANCE,
             F_SETL_ID,
             F_ACCOUNT,
             F_DEVICE,
             F_OPERATOR,
             F_FUND,
             F_FLAGS,
             F_INSTITUTION,
             F_MED_TYPE,
             F_CREDENTIAL,
             F_PARTITION,
             F_INVONO,
             F_AT_FINE,
             F_MULAID,
             F_DISEASE,
             F_DEDUCTIBLE,
             F_PERSON,
             F_BREACHES,
             F_AGE,
             F_KIND,
             F_DETAIL,
             F_KEY,
             F_NO_CONTENT,
             F_PARTNER,
             F_PLACE_ADMDVS,
             F_REF_MS,
             F_TOPIC,
             F_SEX,
             F_INSTITUTION_KIND,
             F_PLACE,
             F_INSURED_ADMDVS,
             F_INSUTYPE,
             F_PSN_TYPE,
             F_SETL_TYPE,
             F_DEBITS,
             F_STAY,
             F_INSU_STAS,
             F_PROXY,
             F_COUNT
};
#define BIT(field) (UINT64_C(1) << (field))

/* How each text is guessed. `alone`: it is its record's own, so the guess is that there is none.
 * `back`: it may be told as "as so many records ago". The order is the order of writing. */
static const struct rule {
    uint8_t text, field;
    bool alone, back;
} rules[] = {
    {XZ_TEXT_INSTITUTION, F_INSTITUTION, false, true},
    {XZ_TEXT_PERSON, F_PERSON, false, true},
    {XZ_TEXT_SETL_ID, F_SETL_ID, true, false},
    {XZ_TEXT_OPERATOR, F_OPERATOR, false, true},
    {XZ_TEXT_DEVICE, F_DEVICE, false, true},
    {XZ_TEXT_PLACE_ADMDVS, F_PLACE_ADMDVS, false, true},
    {XZ_TEXT_INSURED_ADMDVS, F_INSURED_ADMDVS, false, false},
    {XZ_TEXT_MED_TYPE, F_MED_TYPE, false, false},
    {XZ_TEXT_INSUTYPE, F_INSUTYPE, false, false},
    {XZ_TEXT_PSN_TYPE, F_PSN_TYPE, false, false},
    {XZ_TEXT_CREDENTIAL, F_CREDENTIAL, false, false},
    {XZ_TEXT_SETL_TYPE, F_SETL_TYPE, false, false},
    {XZ_TEXT_INVONO, F_INVONO, true, true},
    {XZ_TEXT_PARTNER, F_PARTNER, true, true},
    {XZ_TEXT_DEBITS, F_DEBITS, true, false},
    {XZ_TEXT_INSU_STAS, F_INSU_STAS, false, false},
    {XZ_TEXT_DISEASE, F_DISEASE, false, true},
    {XZ_TEXT_PROXY, F_PROXY, true, true},
    {XZ_TEXT_BREACHES, F_BREACHES, true, true},
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

/* What both sides know before the record. */
struct known {
    const struct xz_record_context *context;
    const struct xz_record *like;
    bool first; /* there is no like: it stands for a record that says nothing */
    int64_t from_ms, from_offset, balance_fen;
    struct xz_str setl_id; /* the last one seen */
};

static const struct xz_record nothing = {
    .amount_fen = XZ_FEN_NONE,
    .account_fen = XZ_FEN_NONE,
    .mulaid_fen = XZ_FEN_NONE,
    .fund_fen = XZ_FEN_NONE,
    .balance_fen = XZ_FEN_NONE,
    .deductible_fen = XZ_FEN_NONE,
    .ref_ms = XZ_TIME_NONE,
    .begin_day = XZ_DAY_NONE,
    .end_day = XZ_DAY_NONE,
    .lat_e6 = INT32_MIN,
    .lon_e6 = INT32_MIN,
    .age_years = -1,
};

/* Differences and sums modulo 2^64: times and amounts from outside may be anything. */
static int64_t minus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left - (uint64_t)right);
}

static int64_t plus(int64_t left, int64_t right)
{
    return (int64_t)((uint64_t)left + (uint64_t)right);
}

static int64_t or_zero(int64_t fen) { return fen == XZ_FEN_NONE ? 0 : fen; }

static const struct xz_record *back(const struct xz_record_context *context, uint64_t distance)
{
    return context->earlier[context->earlier_count - distance];
}

static void know(const struct xz_record_context *context, uint64_t distance, struct known *known)
{
    *known = (struct known){
        .context = context,
        .like = distance > 0 ? back(context, distance) : &nothing,
        .first = distance == 0,
        .from_ms = context->base_ms,
        .balance_fen = XZ_FEN_NONE,
    };
    if (context->earlier_count > 0) {
        known->from_ms = back(context, 1)->at_ms;
        known->from_offset = back(context, 1)->source.offset;
    }
    for (uint32_t i = 1; i <= context->earlier_count && i <= BALANCE_BACK; i++) {
        const struct xz_record *record = back(context, i);

        if (known->balance_fen == XZ_FEN_NONE) {
            known->balance_fen = record->balance_fen;
        }
        if (known->setl_id.len == 0) {
            known->setl_id = xz_record_text(record, XZ_TEXT_SETL_ID);
        }
    }
}

/* Distance of the record to resemble: of this kind and institution, of this kind, or the last. */
static uint64_t choose_like(const struct xz_record *record, const struct xz_record_context *context)
{
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);
    uint64_t same_kind = 0;

    for (uint32_t i = 1; i <= context->earlier_count && i <= BACK_MAX; i++) {
        const struct xz_record *other = back(context, i);

        if (other->kind != record->kind) {
            continue;
        }
        if (xz_str_eq(xz_record_text(other, XZ_TEXT_INSTITUTION), institution)) {
            return i;
        }
        same_kind = same_kind == 0 ? i : same_kind;
    }
    return same_kind == 0 && context->earlier_count > 0 ? 1 : same_kind;
}

/* ---- guesses ---- */

static struct xz_str guess_text(const struct known *known, const struct rule *rule)
{
    if (rule->text == XZ_TEXT_PERSON && known->context->person.len > 0) {
        return known->context->person;
    }
    if (rule->text == XZ_TEXT_INSTITUTION && known->context->institution.len > 0) {
        return known->context->institution;
    }
    return rule->alone ? XZ_STR_NONE : xz_record_text(known->like, rule->text);
}

/* What a text that was not guessed may begin like. */
static struct xz_str like_text(const struct known *known, const struct rule *rule)
{
    return rule->text == XZ_TEXT_SETL_ID ? known->setl_id : xz_record_text(known->like, rule->text);
}

/* What the fund and others did not pay came from the account. */
static int64_t guess_account(const struct known *known, const struct xz_record *head)
{
    const bool says = known->first || known->like->account_fen != XZ_FEN_NONE;

    if (!says || head->amount_fen == XZ_FEN_NONE) {
        return XZ_FEN_NONE;
    }
    return minus(minus(head->amount_fen, or_zero(head->fund_fen)), or_zero(head->mulaid_fen));
}

static int64_t guess_balance(const struct known *known, const struct xz_record *head)
{
    if (known->like->balance_fen == XZ_FEN_NONE || known->balance_fen == XZ_FEN_NONE) {
        return XZ_FEN_NONE;
    }
    return minus(known->balance_fen, or_zero(head->account_fen));
}

/* ---- numbers that may be absent ---- */

static void fen_put(int64_t value, struct xz_buf *out)
{
    const uint64_t zigzag = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);

    xz_buf_uvar(out, zigzag + 1); /* none is INT64_MIN, whose zigzag is the greatest: 0 */
}

static int64_t fen_get(struct xz_reader *reader)
{
    const uint64_t zigzag = xz_read_uvar(reader) - 1;

    return (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
}

static int64_t utc_day(int64_t at_ms) { return at_ms / XZ_DAY_MS; }

static void day_put(int32_t day, int64_t at_ms, struct xz_buf *out)
{
    fen_put(day == XZ_DAY_NONE ? XZ_FEN_NONE : day - utc_day(at_ms), out);
}

static int32_t day_get(struct xz_reader *reader, int64_t at_ms)
{
    const int64_t delta = fen_get(reader);
    const int64_t day = plus(delta, utc_day(at_ms));

    if (delta == XZ_FEN_NONE) {
        return XZ_DAY_NONE;
    }
    if (day <= INT32_MIN || day > INT32_MAX) {
        reader->bad = true;
        return XZ_DAY_NONE;
    }
    return (int32_t)day;
}

static int64_t read_within(struct xz_reader *reader, int64_t min, int64_t max)
{
    const int64_t value = xz_read_svar(reader);

    if (value < min || value > max) {
        reader->bad = true;
        return min;
    }
    return value;
}

/* ---- numbers of a record ---- */

static uint64_t differ_numbers(const struct known *known, const struct xz_record *record)
{
    const struct xz_record *like = known->like;
    uint64_t mask = 0;

    mask |= minus(record->at_ms, known->from_ms) % 1000 != 0 ? BIT(F_AT_FINE) : 0;
    mask |= record->content_hash == 0 ? BIT(F_NO_CONTENT) : 0;
    mask |= record->key != xz_hash_str(xz_record_text(record, XZ_TEXT_MSGID)) ? BIT(F_KEY) : 0;
    mask |= record->source.topic != like->source.topic ? BIT(F_TOPIC) : 0;
    mask |= record->source.partition != like->source.partition ? BIT(F_PARTITION) : 0;
    mask |= record->kind != like->kind ? BIT(F_KIND) : 0;
    mask |= record->detail != like->detail ? BIT(F_DETAIL) : 0;
    mask |= record->flags != like->flags ? BIT(F_FLAGS) : 0;
    mask |= record->age_years != like->age_years ? BIT(F_AGE) : 0;
    mask |= record->sex != like->sex ? BIT(F_SEX) : 0;
    mask |= record->institution_kind != like->institution_kind ? BIT(F_INSTITUTION_KIND) : 0;
    mask |= record->amount_fen != like->amount_fen ? BIT(F_AMOUNT) : 0;
    mask |= record->fund_fen != like->fund_fen ? BIT(F_FUND) : 0;
    mask |= record->mulaid_fen != like->mulaid_fen ? BIT(F_MULAID) : 0;
    mask |= record->account_fen != guess_account(known, record) ? BIT(F_ACCOUNT) : 0;
    mask |= record->balance_fen != guess_balance(known, record) ? BIT(F_BALANCE) : 0;
    mask |= record->deductible_fen != like->deductible_fen ? BIT(F_DEDUCTIBLE) : 0;
    mask |= record->ref_ms != XZ_TIME_NONE ? BIT(F_REF_MS) : 0;
    mask |= record->begin_day != XZ_DAY_NONE || record->end_day != XZ_DAY_NONE ? BIT(F_STAY) : 0;
    mask |= record->lat_e6 != like->lat_e6 || record->lon_e6 != like->lon_e6 ? BIT(F_PLACE) : 0;
    return mask;
}

static void head_put(const struct known *known, const struct xz_record *record, uint64_t mask,
                     struct xz_buf *out)
{
    const int64_t since_ms = minus(record->at_ms, known->from_ms);

    xz_buf_svar(out, mask & BIT(F_AT_FINE) ? since_ms : since_ms / 1000);
    if (!(mask & BIT(F_NO_CONTENT))) {
        xz_buf_u64(out, record->content_hash);
    }
    if (mask & BIT(F_KEY)) {
        xz_buf_u64(out, record->key);
    }
    xz_buf_svar(out, minus(record->source.offset, known->from_offset));
    if (mask & BIT(F_TOPIC)) {
        xz_buf_uvar(out, record->source.topic);
    }
    if (mask & BIT(F_PARTITION)) {
        xz_buf_svar(out, record->source.partition);
    }
    if (mask & BIT(F_KIND)) {
        xz_buf_u8(out, record->kind);
    }
    if (mask & BIT(F_DETAIL)) {
        xz_buf_u8(out, record->detail);
    }
    if (mask & BIT(F_FLAGS)) {
        xz_buf_uvar(out, record->flags);
    }
    if (mask & BIT(F_AGE)) {
        xz_buf_svar(out, record->age_years);
    }
    if (mask & BIT(F_SEX)) {
        xz_buf_u8(out, record->sex);
    }
    if (mask & BIT(F_INSTITUTION_KIND)) {
        xz_buf_u8(out, record->institution_kind);
    }
}

static void head_get(struct xz_reader *reader, const struct known *known, uint64_t mask,
                     struct xz_record *head)
{
    const struct xz_record *like = known->like;
    const int64_t since = xz_read_svar(reader);

    head->at_ms = plus(known->from_ms,
                       mask & BIT(F_AT_FINE) ? since : (int64_t)((uint64_t)since * UINT64_C(1000)));
    head->content_hash = mask & BIT(F_NO_CONTENT) ? 0 : xz_read_u64(reader);
    head->key = mask & BIT(F_KEY) ? xz_read_u64(reader) : 0; /* else when the msgid is known */
    head->source.offset = plus(known->from_offset, xz_read_svar(reader));
    head->source.topic = mask & BIT(F_TOPIC) ? (uint16_t)xz_read_uvar(reader) : like->source.topic;
    head->source.partition = mask & BIT(F_PARTITION)
                                 ? (int32_t)read_within(reader, INT32_MIN, INT32_MAX)
                                 : like->source.partition;
    head->kind = mask & BIT(F_KIND) ? xz_read_u8(reader) : like->kind;
    head->detail = mask & BIT(F_DETAIL) ? xz_read_u8(reader) : like->detail;
    head->flags = mask & BIT(F_FLAGS) ? (uint16_t)xz_read_uvar(reader) : like->flags;
    head->age_years =
        mask & BIT(F_AGE) ? (int16_t)read_within(reader, INT16_MIN, INT16_MAX) : like->age_years;
    head->sex = mask & BIT(F_SEX) ? xz_read_u8(reader) : like->sex;
    head->institution_kind =
        mask & BIT(F_INSTITUTION_KIND) ? xz_read_u8(reader) : like->institution_kind;
}

static void money_put(const struct xz_record *record, uint64_t mask, struct xz_buf *out)
{
    if (mask & BIT(F_AMOUNT)) {
        fen_put(record->amount_fen, out);
    }
    if (mask & BIT(F_FUND)) {
        fen_put(record->fund_fen, out);
    }
    if (mask & BIT(F_MULAID)) {
        fen_put(record->mulaid_fen, out);
    }
    if (mask & BIT(F_ACCOUNT)) {
        fen_put(record->account_fen, out);
    }
    if (mask & BIT(F_BALANCE)) {
        fen_put(record->balance_fen, out);
    }
    if (mask & BIT(F_DEDUCTIBLE)) {
        fen_put(record->deductible_fen, out);
    }
    if (mask & BIT(F_REF_MS)) {
        xz_buf_svar(out, minus(record->ref_ms, record->at_ms));
    }
    if (mask & BIT(F_STAY)) {
        day_put(record->begin_day, record->at_ms, out);
        day_put(record->end_day, record->at_ms, out);
    }
    if (mask & BIT(F_PLACE)) {
        xz_buf_svar(out, record->lat_e6);
        xz_buf_svar(out, record->lon_e6);
    }
}

/* A guess looks only at what is set above it. */
static void money_get(struct xz_reader *reader, const struct known *known, uint64_t mask,
                      struct xz_record *head)
{
    const struct xz_record *like = known->like;

    head->amount_fen = mask & BIT(F_AMOUNT) ? fen_get(reader) : like->amount_fen;
    head->fund_fen = mask & BIT(F_FUND) ? fen_get(reader) : like->fund_fen;
    head->mulaid_fen = mask & BIT(F_MULAID) ? fen_get(reader) : like->mulaid_fen;
    head->account_fen = mask & BIT(F_ACCOUNT) ? fen_get(reader) : guess_account(known, head);
    head->balance_fen = mask & BIT(F_BALANCE) ? fen_get(reader) : guess_balance(known, head);
    head->deductible_fen = mask & BIT(F_DEDUCTIBLE) ? fen_get(reader) : like->deductible_fen;
    head->ref_ms = mask & BIT(F_REF_MS) ? plus(head->at_ms, xz_read_svar(reader)) : XZ_TIME_NONE;
    head->begin_day = XZ_DAY_NONE;
    head->end_day = XZ_DAY_NONE;
    head->lat_e6 = like->lat_e6;
    head->lon_e6 = like->lon_e6;
    if (mask & BIT(F_STAY)) {
        head->begin_day = day_get(reader, head->at_ms);
        head->end_day = day_get(reader, head->at_ms);
    }
    if (mask & BIT(F_PLACE)) {
        head->lat_e6 = (int32_t)read_within(reader, INT32_MIN, INT32_MAX);
        head->lon_e6 = (int32_t)read_within(reader, INT32_MIN, INT32_MAX);
    }
}

/* ---- texts ---- */

/* How many records ago the same text stood in the same place, or 0. */
static uint32_t text_back(const struct xz_record_context *context, const struct rule *rule,
                          struct xz_str text)
{
    if (!rule->back || text.len < BACK_TEXT_MIN) {
        return 0;
    }
    for (uint32_t i = 1; i <= context->earlier_count && i <= BACK_MAX; i++) {
        if (xz_str_eq(xz_record_text(back(context, i), rule->text), text)) {
            return i;
        }
    }
    return 0;
}

static uint64_t differ_texts(const struct known *known, const struct xz_record *record)
{
    uint64_t mask = xz_record_text(record, XZ_TEXT_CODES).len > 0 ? BIT(F_CODES) : 0;

    for (size_t i = 0; i < RULES; i++) {
        if (!xz_str_eq(xz_record_text(record, rules[i].text), guess_text(known, &rules[i]))) {
            mask |= BIT(rules[i].field);
        }
    }
    return mask;
}

static void texts_put(const struct known *known, const struct xz_record *record, uint64_t mask,
                      struct xz_buf *out)
{
    for (size_t i = 0; i < RULES; i++) {
        const struct xz_str text = xz_record_text(record, rules[i].text);
        uint32_t distance;

        if (!(mask & BIT(rules[i].field))) {
            continue;
        }
        distance = text_back(known->context, &rules[i], text);
        if (distance > 0) {
            xz_text_put_back(distance, out);
        } else {
            xz_text_put(text, like_text(known, &rules[i]), out);
        }
    }
    xz_msgid_put(xz_record_text(record, XZ_TEXT_MSGID), xz_record_text(record, XZ_TEXT_INSTITUTION),
                 record->at_ms, xz_record_text(known->like, XZ_TEXT_MSGID), out);
    if (mask & BIT(F_CODES)) {
        xz_codes_put(xz_record_text(record, XZ_TEXT_CODES), out);
    }
}

void xz_record_encode(const struct xz_record *record, const struct xz_record_context *context,
                      struct xz_buf *out)
{
    const uint64_t distance = choose_like(record, context);
    struct known known;
    uint64_t mask;

    know(context, distance, &known);
    mask = differ_numbers(&known, record) | differ_texts(&known, record);
    xz_buf_reserve(out, RECORD_GUESS_BYTES);
    xz_buf_uvar(out, distance);
    xz_buf_uvar(out, mask);
    head_put(&known, record, mask, out);
    money_put(record, mask, out);
    texts_put(&known, record, mask, out);
}

/* Texts that are read stand in `bytes` from span on, until all are there and bytes moves no more;
 * the others are borrowed at once. */
struct texts {
    struct xz_buf bytes;
    struct span {
        uint32_t at, len;
    } span[XZ_TEXT_COUNT];
    struct xz_record_draft *draft;
};

static void text_end(struct texts *texts, uint8_t text, size_t from)
{
    texts->span[text] = (struct span){(uint32_t)from, (uint32_t)(texts->bytes.len - from)};
}

static void text_get(struct xz_reader *reader, const struct known *known, const struct rule *rule,
                     struct texts *texts)
{
    const size_t from = texts->bytes.len;
    const uint64_t distance =
        xz_text_get(reader, like_text(known, rule), XZ_RECORD_TEXT_MAX, &texts->bytes);

    if (distance > known->context->earlier_count) {
        reader->bad = true;
    } else if (distance > 0) {
        texts->draft->text[rule->text] = xz_record_text(back(known->context, distance), rule->text);
    } else {
        text_end(texts, rule->text, from);
    }
}

/* The institution, wherever it stands, out of the way of what is appended to bytes. */
static struct xz_str institution_of(struct texts *texts)
{
    const struct span span = texts->span[XZ_TEXT_INSTITUTION];

    if (span.len == 0) {
        return texts->draft->text[XZ_TEXT_INSTITUTION];
    }
    xz_buf_reserve(&texts->bytes, span.len + 64); /* a stamp, a tail: so bytes stays in place */
    return (struct xz_str){(const char *)texts->bytes.data + span.at, span.len};
}

static void texts_get(struct xz_reader *reader, const struct known *known, uint64_t mask,
                      struct texts *texts)
{
    struct xz_record *head = &texts->draft->head;
    struct xz_str institution;
    size_t from;

    for (size_t i = 0; i < RULES && !reader->bad; i++) {
        if (mask & BIT(rules[i].field)) {
            text_get(reader, known, &rules[i], texts);
        } else {
            texts->draft->text[rules[i].text] = guess_text(known, &rules[i]);
        }
    }
    if (reader->bad) {
        return;
    }
    institution = institution_of(texts);
    from = texts->bytes.len;
    xz_msgid_get(reader, institution, head->at_ms, xz_record_text(known->like, XZ_TEXT_MSGID),
                 &texts->bytes);
    text_end(texts, XZ_TEXT_MSGID, from);
    if (!(mask & BIT(F_KEY))) {
        const uint32_t len = texts->span[XZ_TEXT_MSGID].len;

        head->key = xz_hash64(len > 0 ? texts->bytes.data + from : NULL, len, 0); /* xz_hash_str */
    }
    if (mask & BIT(F_CODES)) {
        from = texts->bytes.len;
        xz_codes_get(reader, &texts->bytes);
        text_end(texts, XZ_TEXT_CODES, from);
    }
}

/* False when the texts together are more than a record may hold. */
static bool texts_settle(const struct texts *texts)
{
    size_t bytes = 0;

    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        if (texts->span[i].len > 0) {
            texts->draft->text[i] = (struct xz_str){
                (const char *)texts->bytes.data + texts->span[i].at, texts->span[i].len};
        }
        bytes += texts->draft->text[i].len;
    }
    return bytes <= XZ_RECORD_TEXT_MAX;
}

enum xz_rc xz_record_decode(struct xz_reader *reader, const struct xz_record_context *context,
                            struct xz_record **record, struct xz_err *err)
{
    struct xz_record_draft draft;
    struct texts texts = {.draft = &draft};
    struct known known;
    const uint64_t distance = xz_read_uvar(reader);
    const uint64_t mask = xz_read_uvar(reader);
    enum xz_rc rc = XZ_OK;

    if (reader->bad || distance > context->earlier_count || mask >> F_COUNT != 0) {
        return xz_err_set(err, XZ_FATAL, "record: malformed beginning");
    }
    know(context, distance, &known);
    xz_record_draft_init(&draft);
    xz_buf_reserve(&texts.bytes, RECORD_GUESS_BYTES);
    head_get(reader, &known, mask, &draft.head);
    money_get(reader, &known, mask, &draft.head);
    texts_get(reader, &known, mask, &texts);
    if (reader->bad || !texts_settle(&texts) || draft.head.kind < XZ_RECORD_SETTLEMENT ||
        draft.head.kind > XZ_RECORD_DEBIT) {
        rc = xz_err_set(err, XZ_FATAL, "record: cut short or malformed");
        goto out;
    }
    *record = xz_record_build(&draft);
out:
    xz_buf_fini(&texts.bytes);
    return rc;
}
