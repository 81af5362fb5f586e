/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One allocation a record: the struct, then its strings. */
#include "state/record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void xz_record_draft_init(struct xz_record_draft *draft)
{
    memset(draft, 0, sizeof(*draft));
    draft->head.amount_fen = XZ_FEN_NONE;
    draft->head.account_fen = XZ_FEN_NONE;
    draft->head.mulaid_fen = XZ_FEN_NONE;
    draft->head.fund_fen = XZ_FEN_NONE;
    draft->head.balance_fen = XZ_FEN_NONE;
    draft->head.deductible_fen = XZ_FEN_NONE;
    draft->head.ref_ms = XZ_TIME_NONE;
    draft->head.begin_day = XZ_DAY_NONE;
    draft->head.end_day = XZ_DAY_NONE;
    draft->head.lat_e6 = INT32_MIN;
    draft->head.lon_e6 = INT32_MIN;
    draft->head.age_years = -1;
}

struct xz_record *xz_record_build(const struct xz_record_draft *draft)
{
    struct xz_record *record;
    size_t size = sizeof(*record);
    uint32_t end = 0;

    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        size += draft->text[i].len;
    }
    assert(size <= UINT32_MAX);
    record = xz_malloc(size);
    *record = draft->head;
    record->size = (uint32_t)size;
    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        const struct xz_str text = draft->text[i];

        if (text.len > 0) {
            memcpy((char *)(record + 1) + end, text.ptr, text.len);
        }
        end += text.len;
        record->text_end[i] = end;
    }
    return record;
}

void xz_record_open(const struct xz_record *record, struct xz_record_draft *draft)
{
    draft->head = *record;
    for (int i = 0; i < XZ_TEXT_COUNT; i++) {
        draft->text[i] = xz_record_text(record, i);
    }
}

void xz_record_free(struct xz_record *record) { free(record); }

int xz_record_order(const struct xz_record *left, const struct xz_record *right)
{
    if (left->at_ms != right->at_ms) {
        return left->at_ms < right->at_ms ? -1 : 1;
    }
    return (left->key > right->key) - (left->key < right->key);
}

/* A code is uvar(length * 2 + split) and its bytes. */
void xz_codes_pack(const struct xz_event *event, struct xz_buf *out)
{
    if (event->body != XZ_BODY_SETTLEMENT) {
        return;
    }
    for (uint32_t i = 0; i < event->settlement.line_count; i++) {
        const struct xz_line *line = &event->settlement.lines[i];

        for (uint32_t j = 0; j < line->drug_trac_count; j++) {
            const struct xz_str code = line->drug_trac_codg[j];

            if (code.len > 0) {
                xz_buf_uvar(out, ((uint64_t)code.len << 1) | (line->trdn_flag == 1));
                xz_buf_bytes(out, code.ptr, code.len);
            }
        }
    }
}

bool xz_codes_next(struct xz_reader *reader, struct xz_str *code, bool *split)
{
    uint64_t tag;
    struct xz_str bytes;

    if (reader->bad || xz_reader_left(reader) == 0) {
        return false;
    }
    tag = xz_read_uvar(reader);
    bytes = xz_read_bytes(reader, (size_t)(tag >> 1));
    if (reader->bad) {
        return false;
    }
    *code = bytes;
    *split = (tag & 1) != 0;
    return true;
}

void xz_debits_pack(const struct xz_settlement *settlement, struct xz_buf *out)
{
    for (uint32_t i = 0; i < settlement->debit_count; i++) {
        const struct xz_debit *debit = &settlement->mulaid_debits[i];

        xz_buf_str(out, debit->giver_psn_no);
        xz_buf_svar(out, debit->order_no);
        xz_buf_svar(out, debit->amount_fen);
        xz_buf_svar(out, debit->balc_fen);
    }
}

bool xz_debits_next(struct xz_reader *reader, struct xz_debit *debit)
{
    struct xz_debit read;

    if (reader->bad || xz_reader_left(reader) == 0) {
        return false;
    }
    read.giver_psn_no = xz_read_str(reader);
    read.order_no = xz_read_svar(reader);
    read.amount_fen = xz_read_svar(reader);
    read.balc_fen = xz_read_svar(reader);
    if (reader->bad) {
        return false;
    }
    *debit = read;
    return true;
}
