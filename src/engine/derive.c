/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the other entities need to know of what a person's gate let through. Kinds derive upward
 * only, so there are no cycles; an undo goes the way of what it undoes.
 */
#include "base/hash.h"
#include "engine/engine_int.h"

static void send(struct xz_engine *engine, struct xz_observation *observation)
{
    observation->late = engine->late; /* like what caused it */
    if (engine->sinks.derived != NULL && observation->id.len > 0) {
        engine->sinks.derived(engine->sinks.arg, observation);
    }
}

static bool wanted(const struct xz_engine *engine, enum xz_entity_kind kind)
{
    return (engine->plan.derive & XZ_KINDS_MASK(kind)) != 0;
}

/* What a settlement's boxes are known by at their codes: a scan that names the settlement finds it
 * there (contract, "Sale of a box"), and so does an undo. */
uint64_t xz_sale_key(const struct xz_record *record)
{
    const struct xz_str setl = xz_record_text(record, XZ_TEXT_SETL_ID);
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);

    return setl.len == 0 ? record->key : xz_hash64(setl.ptr, setl.len, xz_hash_str(institution));
}

struct xz_str xz_local_id(struct xz_str institution, struct xz_str local, struct xz_buf *buf)
{
    if (institution.len == 0) {
        return XZ_STR_NONE;
    }
    xz_buf_clear(buf);
    xz_buf_bytes(buf, institution.ptr, institution.len);
    if (local.len > 0) {
        xz_buf_u8(buf, '/');
        xz_buf_bytes(buf, local.ptr, local.len);
    }
    return xz_buf_view(buf);
}

/* Sends record, changed by the caller's draft, to an entity. */
static void send_draft(struct xz_engine *engine, enum xz_entity_kind kind, struct xz_str id,
                       const struct xz_record_draft *draft)
{
    struct xz_record *record = xz_record_build(draft);
    struct xz_observation observation = {
        .op = XZ_OBSERVATION_ADD,
        .kind = (uint8_t)kind,
        .id = id,
        .source = record->source,
        .record = record,
        .at_ms = record->at_ms,
    };

    send(engine, &observation);
    xz_record_free(observation.record); /* unless it was taken */
}

static void send_key(struct xz_engine *engine, enum xz_entity_kind kind, struct xz_str id,
                     uint64_t key, bool undone, const struct xz_record *record, int64_t at_ms)
{
    struct xz_observation observation = {
        .op = undone ? XZ_OBSERVATION_UNDO : XZ_OBSERVATION_REDO,
        .kind = (uint8_t)kind,
        .id = id,
        .source = record->source,
        .key = key,
        .at_ms = at_ms,
    };

    send(engine, &observation);
}

/* Lists that only the person needs are left behind. It stands for those to whom it is sent. */
static void open_slim(const struct xz_record *record, struct xz_record_draft *draft)
{
    xz_record_open(record, draft);
    draft->text[XZ_TEXT_CODES] = XZ_STR_NONE;
    draft->text[XZ_TEXT_DEBITS] = XZ_STR_NONE;
    draft->text[XZ_TEXT_BREACHES] = XZ_STR_NONE;
    draft->head.flags &= (uint16_t) ~(XZ_RECORD_UNDONE | XZ_RECORD_UNDONE_SOON | XZ_RECORD_NETTED);
    draft->head.ref_ms = record->kind == XZ_RECORD_SETTLEMENT ? XZ_TIME_NONE : record->ref_ms;
}

/* Its reversal came first. */
static void set_undone(struct xz_record_draft *draft, bool undone)
{
    draft->head.flags = (uint16_t)(undone ? draft->head.flags | XZ_RECORD_UNDONE
                                          : draft->head.flags & ~XZ_RECORD_UNDONE);
}

static void add_codes(struct xz_engine *engine, const struct xz_record *record)
{
    const struct xz_str list = xz_record_text(record, XZ_TEXT_CODES);
    struct xz_reader reader = xz_reader_of(list.ptr, list.len);
    struct xz_record_draft draft;
    struct xz_str code;
    bool split = false;

    open_slim(record, &draft);
    draft.head.key = xz_sale_key(record);
    draft.head.kind = XZ_RECORD_SCAN;
    draft.head.detail = record->kind == XZ_RECORD_REFUND ? XZ_SCAN_RETURN : XZ_SCAN_SALE;
    set_undone(&draft,
               (record->flags &
                (record->kind == XZ_RECORD_REFUND ? XZ_RECORD_NETTED : XZ_RECORD_UNDONE)) != 0);
    if (record->kind == XZ_RECORD_REFUND) { /* a return names the sale that it takes back */
        draft.text[XZ_TEXT_SETL_ID] = xz_record_text(record, XZ_TEXT_PARTNER);
    }
    while (list.len > 0 && xz_codes_next(&reader, &code, &split)) {
        draft.text[XZ_TEXT_PARTNER] = code;
        if (split) {
            draft.head.flags |= XZ_RECORD_SPLIT;
        } else {
            draft.head.flags &= (uint16_t)~XZ_RECORD_SPLIT;
        }
        send_draft(engine, XZ_ENTITY_TRACE, code, &draft);
    }
}

static void add_debits(struct xz_engine *engine, const struct xz_record *record)
{
    const struct xz_str list = xz_record_text(record, XZ_TEXT_DEBITS);
    struct xz_reader reader = xz_reader_of(list.ptr, list.len);
    struct xz_record_draft draft;
    struct xz_debit debit;

    open_slim(record, &draft);
    set_undone(&draft, (record->flags & XZ_RECORD_UNDONE) != 0);
    draft.head.kind = XZ_RECORD_DEBIT;
    draft.text[XZ_TEXT_PARTNER] = xz_record_text(record, XZ_TEXT_PERSON);
    while (list.len > 0 && xz_debits_next(&reader, &debit)) {
        if (debit.amount_fen != XZ_FEN_NONE && debit.amount_fen <= 0) {
            continue; /* tried, but nothing was taken */
        }
        draft.head.mulaid_fen = debit.amount_fen;
        draft.head.account_fen = XZ_FEN_NONE;
        draft.head.fund_fen = XZ_FEN_NONE;
        draft.head.balance_fen = debit.balc_fen;
        send_draft(engine, XZ_ENTITY_GIVER, debit.giver_psn_no, &draft);
    }
}

static void add_settlement(struct xz_engine *engine, const struct xz_record *record)
{
    struct xz_record_draft draft;
    struct xz_buf id = {0};
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);

    open_slim(record, &draft);
    set_undone(&draft, (record->flags & XZ_RECORD_UNDONE_SOON) != 0); /* of counters */
    if (wanted(engine, XZ_ENTITY_INSTITUTION) && institution.len > 0 &&
        record->kind == XZ_RECORD_SETTLEMENT) {
        send_draft(engine, XZ_ENTITY_INSTITUTION, institution, &draft);
    }
    if (wanted(engine, XZ_ENTITY_DEVICE) && record->kind == XZ_RECORD_SETTLEMENT) {
        send_draft(engine, XZ_ENTITY_DEVICE,
                   xz_local_id(institution, xz_record_text(record, XZ_TEXT_DEVICE), &id), &draft);
    }
    if (wanted(engine, XZ_ENTITY_PROXY) && record->kind == XZ_RECORD_SETTLEMENT) {
        set_undone(&draft, (record->flags & XZ_RECORD_UNDONE) != 0);
        send_draft(engine, XZ_ENTITY_PROXY, xz_record_text(record, XZ_TEXT_PROXY), &draft);
    }
    if (wanted(engine, XZ_ENTITY_GIVER)) {
        add_debits(engine, record);
    }
    if (wanted(engine, XZ_ENTITY_TRACE)) {
        add_codes(engine, record);
    }
    xz_buf_fini(&id);
}

void xz_derive_add(struct xz_engine *engine, const struct xz_record *record)
{
    struct xz_record_draft draft;

    switch (record->kind) {
    case XZ_RECORD_SETTLEMENT:
    case XZ_RECORD_REFUND:
        add_settlement(engine, record);
        break;
    case XZ_RECORD_LINK:
        if (wanted(engine, XZ_ENTITY_GIVER)) {
            open_slim(record, &draft);
            set_undone(&draft, (record->flags & XZ_RECORD_UNDONE) != 0);
            send_draft(engine, XZ_ENTITY_GIVER, xz_record_text(record, XZ_TEXT_PERSON), &draft);
        }
        break;
    case XZ_RECORD_MOVEMENT:
        if (wanted(engine, XZ_ENTITY_GIVER) && record->detail == XZ_MOVEMENT_WITHDRAW_CLOSE) {
            open_slim(record, &draft);
            set_undone(&draft, (record->flags & XZ_RECORD_UNDONE) != 0);
            send_draft(engine, XZ_ENTITY_GIVER, xz_record_text(record, XZ_TEXT_PERSON), &draft);
        }
        break;
    case XZ_RECORD_SCAN:
        if (wanted(engine, XZ_ENTITY_TRACE)) {
            open_slim(record, &draft);
            set_undone(&draft, (record->flags & XZ_RECORD_UNDONE) != 0);
            send_draft(engine, XZ_ENTITY_TRACE, xz_record_text(record, XZ_TEXT_PARTNER), &draft);
        }
        break;
    default:
        break;
    }
}

/* By the time of the undoing too: it may turn out to have been earlier, or to be undone itself. */
static uint64_t undo_key(const struct xz_record *record, int64_t undone_ms)
{
    return xz_hash64(&undone_ms, sizeof(undone_ms), record->key);
}

/* The counter at which a settlement was taken back sees that it was, and how soon. */
void xz_derive_undo_time(struct xz_engine *engine, const struct xz_record *record, int64_t was_ms,
                         int64_t undone_ms)
{
    struct xz_buf id = {0};
    struct xz_record_draft draft;
    struct xz_str counter;

    if (!wanted(engine, XZ_ENTITY_OPERATOR)) {
        return;
    }
    counter = xz_local_id(xz_record_text(record, XZ_TEXT_INSTITUTION),
                          xz_record_text(record, XZ_TEXT_OPERATOR), &id);
    if (was_ms != XZ_TIME_NONE) {
        send_key(engine, XZ_ENTITY_OPERATOR, counter, undo_key(record, was_ms), true, record,
                 was_ms);
    }
    if (undone_ms != XZ_TIME_NONE) {
        open_slim(record, &draft);
        draft.head.kind = XZ_RECORD_REFUND;
        draft.head.key = undo_key(record, undone_ms);
        draft.head.flags &= (uint16_t)~XZ_RECORD_LATE;
        draft.head.flags |= engine->late ? XZ_RECORD_LATE : 0;
        draft.head.ref_ms = record->at_ms;
        draft.head.at_ms = undone_ms;
        send_draft(engine, XZ_ENTITY_OPERATOR, counter, &draft);
    }
    xz_buf_fini(&id);
}

/* What a record told its boxes' codes is void, or holds again. */
void xz_derive_undo_boxes(struct xz_engine *engine, const struct xz_record *record, bool undone)
{
    const struct xz_str codes = xz_record_text(record, XZ_TEXT_CODES);
    struct xz_reader reader = xz_reader_of(codes.ptr, codes.len);
    struct xz_str code;
    bool split;

    while (wanted(engine, XZ_ENTITY_TRACE) && codes.len > 0 &&
           xz_codes_next(&reader, &code, &split)) {
        send_key(engine, XZ_ENTITY_TRACE, code, xz_sale_key(record), undone, record, record->at_ms);
    }
}

void xz_derive_undo_counters(struct xz_engine *engine, const struct xz_record *record, bool undone,
                             int64_t at_ms)
{
    const struct xz_str institution = xz_record_text(record, XZ_TEXT_INSTITUTION);
    struct xz_buf id = {0};

    if (wanted(engine, XZ_ENTITY_INSTITUTION)) {
        send_key(engine, XZ_ENTITY_INSTITUTION, institution, record->key, undone, record, at_ms);
    }
    if (wanted(engine, XZ_ENTITY_DEVICE)) {
        send_key(engine, XZ_ENTITY_DEVICE,
                 xz_local_id(institution, xz_record_text(record, XZ_TEXT_DEVICE), &id), record->key,
                 undone, record, at_ms);
    }
    xz_buf_fini(&id);
}

void xz_derive_undo(struct xz_engine *engine, const struct xz_record *record, bool undone,
                    int64_t reversal_ms)
{
    const struct xz_str debits = xz_record_text(record, XZ_TEXT_DEBITS);
    struct xz_reader reader = xz_reader_of(debits.ptr, debits.len);
    struct xz_debit debit;

    if (wanted(engine, XZ_ENTITY_PROXY) && record->kind == XZ_RECORD_SETTLEMENT) {
        send_key(engine, XZ_ENTITY_PROXY, xz_record_text(record, XZ_TEXT_PROXY), record->key,
                 undone, record, reversal_ms);
    }
    if (record->kind == XZ_RECORD_SETTLEMENT) { /* a refund's boxes: see net_refunds */
        xz_derive_undo_boxes(engine, record, undone);
    }
    if (wanted(engine, XZ_ENTITY_TRACE) && record->kind == XZ_RECORD_SCAN) {
        send_key(engine, XZ_ENTITY_TRACE, xz_record_text(record, XZ_TEXT_PARTNER), record->key,
                 undone, record, reversal_ms);
    }
    while (wanted(engine, XZ_ENTITY_GIVER) && debits.len > 0 && xz_debits_next(&reader, &debit)) {
        send_key(engine, XZ_ENTITY_GIVER, debit.giver_psn_no, record->key, undone, record,
                 reversal_ms);
    }
    if (wanted(engine, XZ_ENTITY_GIVER) &&
        (record->kind == XZ_RECORD_LINK || record->kind == XZ_RECORD_MOVEMENT)) {
        send_key(engine, XZ_ENTITY_GIVER, xz_record_text(record, XZ_TEXT_PERSON), record->key,
                 undone, record, reversal_ms);
    }
}
