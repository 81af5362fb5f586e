/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The compact form: body, then for every field that is present its id and its value, then 0. Ids of
 * lines and debits are their own. Written and read by the table, so that a new field needs no code.
 */
#include "event/codec.h"

#include <assert.h>

#include "base/hash.h"
#include "event/decode_int.h"

#define IDS_MAX        256
#define TEXT_BYTES_MAX 4096 /* what enrichment adds is the longest, and far shorter */

static const struct xz_field *by_id[IDS_MAX], *line_by_id[IDS_MAX], *debit_by_id[IDS_MAX];

void xz_codec_prepare(void)
{
    for (size_t i = 0; i < xz_field_count; i++) {
        const struct xz_field *field = &xz_fields[i];

        assert(field->id > 0 && field->id < IDS_MAX);
        if (field->group == XZ_GROUP_LINE) {
            line_by_id[field->id] = field;
        } else if (field->group == XZ_GROUP_DEBIT) {
            debit_by_id[field->id] = field;
        } else {
            by_id[field->id] = field;
        }
    }
}

/* ---- bytes ---- */

#define ROOM 24 /* for an id, and a number or a length: varints of at most ten bytes each */

/* One check of the buffer's room for a whole field: this runs for every field of every event. */
static unsigned char *room_for(struct xz_buf *out, size_t len)
{
    if (out->cap - out->len < len) {
        xz_buf_reserve(out, len);
    }
    return out->data + out->len;
}

static unsigned char *write_uvar(unsigned char *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (unsigned char)value;
    return at;
}

static void put_number(struct xz_buf *out, uint16_t id, int64_t value)
{
    unsigned char *at = write_uvar(room_for(out, ROOM), id);

    at = write_uvar(at, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
    out->len = (size_t)(at - out->data);
}

static void put_text(struct xz_buf *out, uint16_t id, struct xz_str text)
{
    unsigned char *at = write_uvar(room_for(out, ROOM + text.len), id);

    at = write_uvar(at, text.len);
    memcpy(at, text.ptr, text.len);
    out->len = (size_t)(at - out->data) + text.len;
}

static uint64_t read_uvar(struct xz_reader *reader)
{
    return reader->at < reader->end && *reader->at < 0x80 ? *reader->at++ : xz_read_uvar(reader);
}

static int64_t read_svar(struct xz_reader *reader)
{
    const uint64_t value = read_uvar(reader);

    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static struct xz_str read_text(struct xz_reader *reader)
{
    const uint64_t len = read_uvar(reader);
    struct xz_str text = XZ_STR_NONE;

    if (len > (uint64_t)(reader->end - reader->at) || len > UINT32_MAX) {
        reader->bad = true;
    } else if (len > 0) {
        text = (struct xz_str){(const char *)reader->at, (uint32_t)len};
        reader->at += len;
    }
    return text;
}

/* ---- writing ---- */

static void put_group(enum xz_field_group group, const void *base, bool enriched,
                      struct xz_buf *out);

static void put_lines(const struct xz_settlement *settlement, bool enriched, struct xz_buf *out)
{
    xz_buf_uvar(out, settlement->line_count);
    for (uint32_t i = 0; i < settlement->line_count; i++) {
        put_group(XZ_GROUP_LINE, &settlement->lines[i], enriched, out);
        xz_buf_u8(out, 0);
    }
}

static void put_debits(const struct xz_settlement *settlement, struct xz_buf *out)
{
    xz_buf_uvar(out, settlement->debit_count);
    for (uint32_t i = 0; i < settlement->debit_count; i++) {
        put_group(XZ_GROUP_DEBIT, &settlement->mulaid_debits[i], false, out);
        xz_buf_u8(out, 0);
    }
}

static void put_codes(const struct xz_line *line, struct xz_buf *out)
{
    xz_buf_uvar(out, line->drug_trac_count);
    for (uint32_t i = 0; i < line->drug_trac_count; i++) {
        xz_buf_str(out, line->drug_trac_codg[i]);
    }
}

static void put_signed(const struct xz_field *field, int64_t value, int64_t none,
                       struct xz_buf *out)
{
    if (value != none) {
        put_number(out, field->id, value);
    }
}

static void put_field(const struct xz_field *field, const void *base, bool enriched,
                      struct xz_buf *out)
{
    const unsigned char *at = (const unsigned char *)base + field->offset;
    struct xz_str text;
    int64_t number;
    int32_t number32;
    int16_t number16;

    switch (field->type) {
    case XZ_FIELD_STR:
        memcpy(&text, at, sizeof(text));
        if (text.len > 0) {
            put_text(out, field->id, text);
        }
        break;
    case XZ_FIELD_FLAG:
        put_signed(field, *(const int8_t *)at, -1, out);
        break;
    case XZ_FIELD_INT8:
        put_signed(field, *(const int8_t *)at, 0, out);
        break;
    case XZ_FIELD_ENUM:
        put_signed(field, *at, 0, out);
        break;
    case XZ_FIELD_I16:
        memcpy(&number16, at, sizeof(number16));
        put_signed(field, number16, -1, out);
        break;
    case XZ_FIELD_DATE:
    case XZ_FIELD_I32:
        memcpy(&number32, at, sizeof(number32));
        put_signed(field, number32, INT32_MIN, out);
        break;
    case XZ_FIELD_LINES:
    case XZ_FIELD_DEBITS: {
        const struct xz_settlement *settlement = &((const struct xz_event *)base)->settlement;
        const bool lines = field->type == XZ_FIELD_LINES;

        if ((lines ? settlement->line_count : settlement->debit_count) > 0) {
            xz_buf_uvar(out, field->id);
            if (lines) {
                put_lines(settlement, enriched, out);
            } else {
                put_debits(settlement, out);
            }
        }
        break;
    }
    case XZ_FIELD_STRS:
        if (((const struct xz_line *)base)->drug_trac_count > 0) {
            xz_buf_uvar(out, field->id);
            put_codes(base, out);
        }
        break;
    default:
        memcpy(&number, at, sizeof(number));
        put_signed(field, number, XZ_NUM_NONE, out);
        break;
    }
}

static void put_group(enum xz_field_group group, const void *base, bool enriched,
                      struct xz_buf *out)
{
    const struct xz_field_range *range = &xz_group_fields[group];

    for (const struct xz_field *field = range->first; field < range->end; field++) {
        if (enriched || (field->flags & XZ_FIELD_ENRICHED) == 0) {
            put_field(field, base, enriched, out);
        }
    }
}

#define FLAG_AGNTERINFO 0x80u

static void put_body(const struct xz_event *event, bool enriched, struct xz_buf *out)
{
    put_group(xz_group_of_body(event->body), event, enriched, out);
    if (event->body == XZ_BODY_SETTLEMENT && event->settlement.agnter_present) {
        put_group(XZ_GROUP_AGNTERINFO, event, enriched, out);
    }
}

static uint8_t body_byte(const struct xz_event *event)
{
    const bool proxy = event->body == XZ_BODY_SETTLEMENT && event->settlement.agnter_present;

    return (uint8_t)(event->body | (proxy ? FLAG_AGNTERINFO : 0));
}

void xz_event_encode(const struct xz_event *event, struct xz_buf *out)
{
    xz_fields_init();
    xz_buf_u8(out, body_byte(event));
    xz_buf_u64(out, event->content_hash);
    put_group(XZ_GROUP_ENVELOPE, event, true, out);
    put_body(event, true, out);
    xz_buf_u8(out, 0);
}

uint64_t xz_event_content_hash(const struct xz_event *event)
{
    const struct xz_field_range *range = &xz_group_fields[XZ_GROUP_ENVELOPE];
    struct xz_buf buf = {0};
    uint64_t hash;

    xz_fields_init();
    xz_buf_reserve(&buf, 1024);
    xz_buf_u8(&buf, body_byte(event));
    for (const struct xz_field *field = range->first; field < range->end; field++) {
        if ((field->flags & XZ_FIELD_ENRICHED) == 0 && field->offset != 0) { /* 0: msgid */
            put_field(field, event, false, &buf);
        }
    }
    put_body(event, false, &buf);
    hash = xz_hash64(buf.data, buf.len, 0);
    xz_buf_fini(&buf);
    return hash;
}

/* ---- reading ---- */

struct source {
    struct xz_reader *reader;
    struct xz_arena *arena;
};

static bool get_fields(struct source *source, const struct xz_field *const table[static IDS_MAX],
                       void *base);

static bool get_codes(struct source *source, struct xz_line *line)
{
    const uint64_t count = read_uvar(source->reader);
    struct xz_str *codes;

    if (count > XZ_CODES_MAX) {
        return false;
    }
    codes = xz_arena_alloc(source->arena, count * sizeof(*codes));
    for (uint64_t i = 0; codes != NULL && i < count; i++) {
        codes[i] = read_text(source->reader);
    }
    line->drug_trac_codg = codes;
    line->drug_trac_count = (uint32_t)count;
    return codes != NULL && !source->reader->bad;
}

static bool get_lines(struct source *source, struct xz_settlement *settlement)
{
    const uint64_t count = read_uvar(source->reader);
    struct xz_line *lines;

    if (count > XZ_LINES_MAX ||
        (lines = xz_arena_alloc(source->arena, count * sizeof(*lines))) == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        xz_line_init(&lines[i]);
        if (!get_fields(source, line_by_id, &lines[i])) {
            return false;
        }
    }
    settlement->lines = lines;
    settlement->line_count = (uint32_t)count;
    return true;
}

static bool get_debits(struct source *source, struct xz_settlement *settlement)
{
    const uint64_t count = read_uvar(source->reader);
    struct xz_debit *debits;

    if (count > XZ_DEBITS_MAX ||
        (debits = xz_arena_alloc(source->arena, count * sizeof(*debits))) == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < count; i++) {
        debits[i] = (struct xz_debit){XZ_STR_NONE, XZ_NUM_NONE, XZ_FEN_NONE, XZ_FEN_NONE};
        if (!get_fields(source, debit_by_id, &debits[i])) {
            return false;
        }
    }
    settlement->mulaid_debits = debits;
    settlement->debit_count = (uint32_t)count;
    return true;
}

static bool fits(const struct xz_field *field, int64_t number)
{
    switch (field->type) {
    case XZ_FIELD_FLAG:
        return number == 0 || number == 1;
    case XZ_FIELD_INT8:
        return number > 0 && number <= INT8_MAX;
    case XZ_FIELD_I16:
        return number >= 0 && number <= INT16_MAX;
    case XZ_FIELD_DATE:
    case XZ_FIELD_I32:
        return number > INT32_MIN && number <= INT32_MAX;
    case XZ_FIELD_ENUM:
        for (int64_t i = 1; field->names[i] != NULL; i++) {
            if (i == number) {
                return true;
            }
        }
        return false;
    default:
        return number != XZ_NUM_NONE;
    }
}

static bool get_number(struct source *source, const struct xz_field *field, unsigned char *at)
{
    const int64_t number = read_svar(source->reader);
    const int32_t number32 = (int32_t)number;
    const int16_t number16 = (int16_t)number;

    if (!fits(field, number)) {
        return false;
    }
    switch (field->type) {
    case XZ_FIELD_FLAG:
    case XZ_FIELD_INT8:
    case XZ_FIELD_ENUM:
        *at = (uint8_t)number;
        break;
    case XZ_FIELD_I16:
        memcpy(at, &number16, sizeof(number16));
        break;
    case XZ_FIELD_DATE:
    case XZ_FIELD_I32:
        memcpy(at, &number32, sizeof(number32));
        break;
    default:
        memcpy(at, &number, sizeof(number));
        break;
    }
    return true;
}

static bool get_field(struct source *source, const struct xz_field *field, void *base)
{
    unsigned char *at = (unsigned char *)base + field->offset;
    struct xz_str text;

    switch (field->type) {
    case XZ_FIELD_STR:
        text = read_text(source->reader);
        memcpy(at, &text, sizeof(text));
        return text.len <= TEXT_BYTES_MAX;
    case XZ_FIELD_LINES:
        return get_lines(source, &((struct xz_event *)base)->settlement);
    case XZ_FIELD_DEBITS:
        return get_debits(source, &((struct xz_event *)base)->settlement);
    case XZ_FIELD_STRS:
        return get_codes(source, base);
    default:
        return get_number(source, field, at);
    }
}

static bool get_fields(struct source *source, const struct xz_field *const table[static IDS_MAX],
                       void *base)
{
    for (;;) {
        const uint64_t id = read_uvar(source->reader);

        if (source->reader->bad || id >= IDS_MAX || (id != 0 && table[id] == NULL)) {
            return false;
        }
        if (id == 0) {
            return true;
        }
        if (!get_field(source, table[id], base)) {
            return false;
        }
    }
}

/* A field may only stand in the body that was announced; the union allows no other. */
static bool fits_body(const struct xz_field *field, const struct xz_event *event)
{
    return field->group == XZ_GROUP_ENVELOPE || field->group == xz_group_of_body(event->body) ||
           (field->group == XZ_GROUP_AGNTERINFO && event->body == XZ_BODY_SETTLEMENT);
}

static bool get_event(struct source *source, struct xz_event *event)
{
    for (;;) {
        const uint64_t id = read_uvar(source->reader);

        if (source->reader->bad || id >= IDS_MAX) {
            return false;
        }
        if (id == 0) {
            return true;
        }
        if (by_id[id] == NULL || !fits_body(by_id[id], event) ||
            !get_field(source, by_id[id], event)) {
            return false;
        }
    }
}

enum xz_rc xz_event_decode_compact(struct xz_reader *reader, struct xz_arena *arena,
                                   struct xz_event *event, struct xz_err *err)
{
    struct source source = {reader, arena};
    const uint8_t first = xz_read_u8(reader);
    const uint8_t body = (uint8_t)(first & ~FLAG_AGNTERINFO);

    xz_fields_init();
    xz_event_init(event);
    if (reader->bad || body == XZ_BODY_NONE || body >= XZ_BODY_COUNT) {
        return xz_err_set(err, XZ_FATAL, "event: malformed compact form");
    }
    xz_event_set_body(event, (enum xz_body)body);
    event->content_hash = xz_read_u64(reader);
    if (!get_event(&source, event) || reader->bad) {
        return xz_err_set(err, XZ_FATAL, "event: malformed compact form");
    }
    if (body == XZ_BODY_SETTLEMENT) {
        event->settlement.agnter_present = (first & FLAG_AGNTERINFO) != 0;
    }
    event->at_ms = body == XZ_BODY_SETTLEMENT      ? event->settlement.setl_time_ms
                   : body == XZ_BODY_PERSON_STATUS ? event->person_status.effective_time_ms
                                                   : event->inf_time_ms;
    return XZ_OK;
}
