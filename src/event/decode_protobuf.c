/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Protobuf to an event, straight from the wire. The generated descriptors give the numbers of the
 * fields and the table of fields their homes; the contract's names join the two at start.
 *
 * Why the generated unpacker is not used: of two bodies it keeps the last and forgets the first,
 * it ends text at a NUL, and it cannot say why it gave up; each of them hides something. Strings
 * borrow the input. A field number that stands twice is a reject, like a JSON name.
 */
#include <assert.h>

#include "event/decode_int.h"
#include "event/protobuf_int.h"

#define NUMBERS 64 /* field numbers that messages of the event use lie below */

enum kind {
    KIND_UNKNOWN,
    KIND_TEXT,
    KIND_NUMBER,
    KIND_FLAG,
    KIND_LINES,
    KIND_DEBITS,
    KIND_CODES,
    KIND_PROXY,
    KIND_BODY /* the first; the others follow in the order of enum xz_body */
};

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct slot {
    const struct xz_field *field;
    uint8_t kind;
};

static struct slot slots[XZ_GROUP_COUNT][NUMBERS];

const ProtobufCMessageDescriptor *const xz_messages[XZ_GROUP_COUNT] = {
    [XZ_GROUP_ENVELOPE] = &xiezhi__event__descriptor,
    [XZ_GROUP_SETTLEMENT] = &xiezhi__settlement__descriptor,
    [XZ_GROUP_REVERSAL] = &xiezhi__reversal__descriptor,
    [XZ_GROUP_MULAID_LINK] = &xiezhi__mulaid_link__descriptor,
    [XZ_GROUP_ACCOUNT_MOVEMENT] = &xiezhi__account_movement__descriptor,
    [XZ_GROUP_CREDENTIAL] = &xiezhi__credential__descriptor,
    [XZ_GROUP_PERSON_STATUS] = &xiezhi__person_status__descriptor,
    [XZ_GROUP_TRACE_SCAN] = &xiezhi__trace_scan__descriptor,
    [XZ_GROUP_AGNTERINFO] = &xiezhi__agnter_info__descriptor,
    [XZ_GROUP_LINE] = &xiezhi__line__descriptor,
    [XZ_GROUP_DEBIT] = &xiezhi__mulaid_debit__descriptor,
};

static uint8_t kind_of(const ProtobufCFieldDescriptor *from, const struct xz_field *to)
{
    if (to == NULL) {
        const enum xz_body body = xz_body_find(xz_str_from(from->name));

        return body != XZ_BODY_NONE ? (uint8_t)(KIND_BODY + body - XZ_BODY_SETTLEMENT) : KIND_PROXY;
    }
    switch (to->type) {
    case XZ_FIELD_LINES:
        return KIND_LINES;
    case XZ_FIELD_DEBITS:
        return KIND_DEBITS;
    case XZ_FIELD_STRS:
        return KIND_CODES;
    default:
        return from->type == PROTOBUF_C_TYPE_STRING ? KIND_TEXT
               : from->type == PROTOBUF_C_TYPE_BOOL ? KIND_FLAG
                                                    : KIND_NUMBER;
    }
}

void xz_protobuf_prepare(void)
{
    for (size_t group = 0; group < XZ_GROUP_COUNT; group++) {
        for (unsigned i = 0; i < xz_messages[group]->n_fields; i++) {
            const ProtobufCFieldDescriptor *from = &xz_messages[group]->fields[i];
            struct slot *slot = &slots[group][from->id];

            assert(from->id < NUMBERS);
            slot->field = xz_field_find((enum xz_field_group)group, xz_str_from(from->name));
            slot->kind = kind_of(from, slot->field);
        }
    }
}

/* ---- the wire ---- */

struct decoder {
    struct xz_arena *arena;
    struct xz_event *event;
    struct xz_err *err;
};

struct span {
    const unsigned char *at, *end;
};

static bool read_varint(struct span *span, uint64_t *value)
{
    uint64_t sum = 0;

    for (unsigned shift = 0; shift < 64 && span->at < span->end; shift += 7) {
        const unsigned char byte = *span->at++;

        if (shift == 63 && byte > 1) {
            return false;
        }
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

static bool read_bytes(struct span *span, struct span *bytes)
{
    uint64_t len;

    if (!read_varint(span, &len) || len > (uint64_t)(span->end - span->at)) {
        return false;
    }
    *bytes = (struct span){span->at, span->at + len};
    span->at += len;
    return true;
}

static bool skip(struct span *span, unsigned wire)
{
    const size_t fixed = wire == WIRE_64 ? 8 : 4;
    struct span bytes;
    uint64_t number;

    switch (wire) {
    case WIRE_VARINT:
        return read_varint(span, &number);
    case WIRE_BYTES:
        return read_bytes(span, &bytes);
    case WIRE_64:
    case WIRE_32:
        if ((size_t)(span->end - span->at) < fixed) {
            return false;
        }
        span->at += fixed;
        return true;
    default:
        return false; /* groups were never part of this format */
    }
}

static enum xz_rc malformed(const struct decoder *decoder, const char *what)
{
    return xz_err_reject(decoder->err, "malformed", "", "not a protobuf Event: %s", what);
}

/* ---- values ---- */

static enum xz_rc text_of(const struct decoder *decoder, struct span bytes, const char *name,
                          struct xz_str *text)
{
    const size_t len = (size_t)(bytes.end - bytes.at);

    *text = len == 0 ? XZ_STR_NONE : (struct xz_str){(const char *)bytes.at, (uint32_t)len};
    if (len == 0) {
        return XZ_OK;
    }
    if (!xz_utf8_valid(*text)) {
        return xz_err_reject(decoder->err, "bad_utf8", name, "%s is not UTF-8", name);
    }
    if (memchr(text->ptr, 0, len) != NULL) {
        return xz_err_reject(decoder->err, "bad_value", name, "%s holds a NUL", name);
    }
    return XZ_OK;
}

static enum xz_rc set_number(const struct decoder *decoder, const struct xz_field *field,
                             void *base, int64_t number)
{
    static const int64_t limit = INT64_C(1) << 52;

    if (field->type == XZ_FIELD_TIME) {
        if (number < xz_day_start_ms(xz_day_of_date(1900, 1, 1)) ||
            number >= xz_day_start_ms(xz_day_of_date(2201, 1, 1))) {
            return xz_err_reject(decoder->err, "bad_time", field->name,
                                 "%s lies outside 1900 to 2200", field->name);
        }
    } else if (field->type == XZ_FIELD_FEN) {
        if (number > XZ_MONEY_MAX_FEN || number < -XZ_MONEY_MAX_FEN) {
            return xz_err_reject(decoder->err, "bad_money", field->name,
                                 "%s is no amount that fits", field->name);
        }
    } else if (number > limit || number < -limit) {
        return xz_err_reject(decoder->err, "bad_value", field->name, "%s does not fit",
                             field->name);
    }
    memcpy((unsigned char *)base + field->offset, &number, sizeof(number));
    return XZ_OK;
}

struct lists { /* of one message; the arrays of the arena that grow */
    struct xz_line *lines;
    struct xz_debit *debits;
    struct xz_str *codes;
    uint32_t line_count, line_cap, debit_count, debit_cap, code_count, code_cap;
};

static enum xz_rc read_message(const struct decoder *decoder, enum xz_field_group group, void *base,
                               struct span span);

static enum xz_rc too_many(const struct decoder *decoder, const char *name, unsigned max)
{
    return xz_err_reject(decoder->err, "too_many", name, "more than %u %s", max, name);
}

static enum xz_rc add_line(const struct decoder *decoder, struct lists *lists, struct span bytes)
{
    const uint32_t at = lists->line_count;

    if (at == XZ_LINES_MAX) {
        return too_many(decoder, "lines", XZ_LINES_MAX);
    }
    lists->lines =
        xz_decode_grow(decoder->arena, lists->lines, at, &lists->line_cap, sizeof(*lists->lines));
    if (lists->lines == NULL) {
        return xz_decode_full(decoder->err);
    }
    xz_line_init(&lists->lines[at]);
    lists->line_count++;
    return xz_path_inside(read_message(decoder, XZ_GROUP_LINE, &lists->lines[at], bytes),
                          decoder->err, "lines", (int)at);
}

static enum xz_rc add_debit(const struct decoder *decoder, struct lists *lists, struct span bytes)
{
    const uint32_t at = lists->debit_count;

    if (at == XZ_DEBITS_MAX) {
        return too_many(decoder, "mulaid_debits", XZ_DEBITS_MAX);
    }
    lists->debits = xz_decode_grow(decoder->arena, lists->debits, at, &lists->debit_cap,
                                   sizeof(*lists->debits));
    if (lists->debits == NULL) {
        return xz_decode_full(decoder->err);
    }
    lists->debits[at] = (struct xz_debit){XZ_STR_NONE, XZ_NUM_NONE, XZ_FEN_NONE, XZ_FEN_NONE};
    lists->debit_count++;
    return xz_path_inside(read_message(decoder, XZ_GROUP_DEBIT, &lists->debits[at], bytes),
                          decoder->err, "mulaid_debits", (int)at);
}

static enum xz_rc add_code(const struct decoder *decoder, struct lists *lists, struct span bytes)
{
    struct xz_str code;
    const enum xz_rc rc = text_of(decoder, bytes, "drug_trac_codg", &code);

    if (rc != XZ_OK || code.len == 0) {
        return rc;
    }
    if (code.len > XZ_ID_MAX) {
        return xz_err_reject(decoder->err, "too_long", "drug_trac_codg",
                             "a code has %u bytes, at most %d are kept", code.len, XZ_ID_MAX);
    }
    if (lists->code_count == XZ_CODES_MAX) {
        return too_many(decoder, "drug_trac_codg", XZ_CODES_MAX);
    }
    lists->codes = xz_decode_grow(decoder->arena, lists->codes, lists->code_count, &lists->code_cap,
                                  sizeof(*lists->codes));
    if (lists->codes == NULL) {
        return xz_decode_full(decoder->err);
    }
    lists->codes[lists->code_count++] = code;
    return XZ_OK;
}

static enum xz_rc read_body(const struct decoder *decoder, enum xz_body body, struct span bytes)
{
    if (decoder->event->body != XZ_BODY_NONE) {
        return xz_err_reject(decoder->err, "several_bodies", xz_body_names[body],
                             "an event has one body; %s stands here too",
                             xz_body_names[decoder->event->body]);
    }
    xz_event_set_body(decoder->event, body);
    return xz_path_inside(read_message(decoder, xz_group_of_body(body), decoder->event, bytes),
                          decoder->err, xz_body_names[body], -1);
}

/* A field of wire type 2. */
static enum xz_rc read_sized(const struct decoder *decoder, const struct slot *slot, void *base,
                             struct span bytes, struct lists *lists)
{
    struct xz_str text;
    enum xz_rc rc;

    switch (slot->kind) {
    case KIND_TEXT:
        rc = text_of(decoder, bytes, slot->field->name, &text);
        return rc == XZ_OK ? xz_field_set_text(slot->field, base, text, decoder->err) : rc;
    case KIND_LINES:
        return add_line(decoder, lists, bytes);
    case KIND_DEBITS:
        return add_debit(decoder, lists, bytes);
    case KIND_CODES:
        return add_code(decoder, lists, bytes);
    case KIND_PROXY:
        decoder->event->settlement.agnter_present = true;
        return xz_path_inside(read_message(decoder, XZ_GROUP_AGNTERINFO, base, bytes), decoder->err,
                              "agnterinfo", -1);
    default:
        return read_body(decoder, (enum xz_body)(slot->kind - KIND_BODY + (int)XZ_BODY_SETTLEMENT),
                         bytes);
    }
}

static bool may_repeat(const struct slot *slot)
{
    return slot->kind == KIND_LINES || slot->kind == KIND_DEBITS || slot->kind == KIND_CODES ||
           slot->kind >= KIND_BODY; /* a second body has a reason of its own */
}

static enum xz_rc read_known(const struct decoder *decoder, const struct slot *slot, unsigned wire,
                             void *base, struct span *span, struct lists *lists)
{
    struct span bytes;
    uint64_t number;

    if (slot->kind != KIND_NUMBER && slot->kind != KIND_FLAG) {
        if (wire != WIRE_BYTES || !read_bytes(span, &bytes)) {
            return malformed(decoder, "text or a message is cut short or of another type");
        }
        return read_sized(decoder, slot, base, bytes, lists);
    }
    if (wire != WIRE_VARINT || !read_varint(span, &number)) {
        return malformed(decoder, "a number is cut short or of another type");
    }
    if (slot->kind == KIND_NUMBER) {
        return set_number(decoder, slot->field, base, (int64_t)number);
    }
    *((int8_t *)base + slot->field->offset) = number != 0;
    return XZ_OK;
}

static void take_lists(enum xz_field_group group, void *base, const struct lists *lists)
{
    if (group == XZ_GROUP_SETTLEMENT) {
        struct xz_settlement *settlement = &((struct xz_event *)base)->settlement;

        settlement->lines = lists->lines;
        settlement->line_count = lists->line_count;
        settlement->mulaid_debits = lists->debits;
        settlement->debit_count = lists->debit_count;
    } else if (group == XZ_GROUP_LINE) {
        ((struct xz_line *)base)->drug_trac_codg = lists->codes;
        ((struct xz_line *)base)->drug_trac_count = lists->code_count;
    }
}

static enum xz_rc read_message(const struct decoder *decoder, enum xz_field_group group, void *base,
                               struct span span)
{
    struct lists lists = {0};
    uint64_t seen = 0, tag;

    while (span.at < span.end) {
        const struct slot *slot;
        enum xz_rc rc;

        if (!read_varint(&span, &tag) || tag > UINT32_MAX || tag >> 3 == 0) {
            return malformed(decoder, "a field without a number");
        }
        slot = tag >> 3 < NUMBERS ? &slots[group][tag >> 3] : NULL;
        if (slot == NULL || slot->kind == KIND_UNKNOWN) {
            if (!skip(&span, tag & 7)) {
                return malformed(decoder, "an unknown field is cut short");
            }
            decoder->event->unknown_fields++;
            continue;
        }
        if ((seen >> (tag >> 3) & 1) && !may_repeat(slot)) {
            const char *name = slot->field != NULL ? slot->field->name : "agnterinfo";

            return xz_err_reject(decoder->err, "malformed", name, "%s stands twice", name);
        }
        seen |= UINT64_C(1) << (tag >> 3);
        rc = read_known(decoder, slot, tag & 7, base, &span, &lists);
        if (rc != XZ_OK) {
            return rc;
        }
    }
    take_lists(group, base, &lists);
    return XZ_OK;
}

enum xz_rc xz_decode_protobuf(struct xz_str bytes, struct xz_arena *arena, struct xz_event *event,
                              struct xz_err *err)
{
    const struct decoder decoder = {arena, event, err};
    const unsigned char *first = (const unsigned char *)bytes.ptr;

    return read_message(&decoder, XZ_GROUP_ENVELOPE, event,
                        (struct span){first, first + bytes.len});
}
