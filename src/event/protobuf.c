/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Protobuf to and from an event. The generated messages carry the contract's names, so that the
 * descriptors and the table of fields find each other at start; no field is named twice.
 */
#include <protobuf-c/protobuf-c.h>

#include "event/codec.h"
#include "event/decode_int.h"
#include "proto/xiezhi.pb-c.h"

#define PAIRS_MAX 48

struct pair { /* a field of a message and its home in our structs */
    const ProtobufCFieldDescriptor *from;
    const struct xz_field *to;
};
struct message_map {
    struct pair pairs[PAIRS_MAX];
    size_t count;
};

static struct message_map maps[XZ_GROUP_COUNT];
static bool ready;

static const ProtobufCMessageDescriptor *const descriptors[XZ_GROUP_COUNT] = {
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

void xz_protobuf_prepare(void)
{
    if (ready) {
        return;
    }
    for (size_t group = 0; group < XZ_GROUP_COUNT; group++) {
        struct message_map *map = &maps[group];

        map->count = 0;
        for (unsigned i = 0; i < descriptors[group]->n_fields; i++) {
            const ProtobufCFieldDescriptor *from = &descriptors[group]->fields[i];
            const struct xz_field *to =
                xz_field_find((enum xz_field_group)group, xz_str_from(from->name));

            if (to != NULL && map->count < PAIRS_MAX) {
                map->pairs[map->count++] = (struct pair){from, to};
            }
        }
    }
    ready = true;
}

/* ---- reading ---- */

static void *arena_alloc(void *arena, size_t size) { return xz_arena_alloc(arena, size); }

static void arena_keep(void *arena, void *ptr)
{
    (void)arena; /* freed with the batch */
    (void)ptr;
}

static enum xz_rc check_money(const struct xz_field *field, int64_t fen, struct xz_err *err)
{
    if (fen > XZ_MONEY_MAX_FEN || fen < -XZ_MONEY_MAX_FEN) {
        return xz_err_reject(err, "bad_money", field->name, "%s is no amount that fits",
                             field->name);
    }
    return XZ_OK;
}

static enum xz_rc check_time(const struct xz_field *field, int64_t time_ms, struct xz_err *err)
{
    if (time_ms < xz_day_start_ms(xz_day_of_date(1900, 1, 1)) ||
        time_ms >= xz_day_start_ms(xz_day_of_date(2201, 1, 1))) {
        return xz_err_reject(err, "bad_time", field->name, "%s lies outside 1900 to 2200",
                             field->name);
    }
    return XZ_OK;
}

static enum xz_rc get_scalar(const struct pair *pair, const void *message, void *base,
                             struct xz_err *err)
{
    const unsigned char *at = (const unsigned char *)message + pair->from->offset;
    unsigned char *to = (unsigned char *)base + pair->to->offset;
    protobuf_c_boolean has = 1;
    int64_t number;

    if (pair->from->type == PROTOBUF_C_TYPE_STRING) {
        const char *text;
        struct xz_str view;

        memcpy(&text, at, sizeof(text));
        view = xz_str_from(text);
        if (view.len > 0 && !xz_utf8_valid(view)) {
            return xz_err_reject(err, "bad_utf8", pair->to->name, "%s is not UTF-8",
                                 pair->to->name);
        }
        return xz_field_set_text(pair->to, base, view, err);
    }
    memcpy(&has, (const unsigned char *)message + pair->from->quantifier_offset, sizeof(has));
    if (!has) {
        return XZ_OK;
    }
    if (pair->from->type == PROTOBUF_C_TYPE_BOOL) {
        protobuf_c_boolean flag;

        memcpy(&flag, at, sizeof(flag));
        *(int8_t *)to = flag != 0;
        return XZ_OK;
    }
    memcpy(&number, at, sizeof(number));
    memcpy(to, &number, sizeof(number));
    if (pair->to->type == XZ_FIELD_TIME) {
        return check_time(pair->to, number, err);
    }
    return pair->to->type == XZ_FIELD_FEN ? check_money(pair->to, number, err)
           : number > (INT64_C(1) << 52) || number < -(INT64_C(1) << 52)
               ? xz_err_reject(err, "bad_value", pair->to->name, "%s does not fit", pair->to->name)
               : XZ_OK;
}

static enum xz_rc get_group(enum xz_field_group group, const void *message, void *base,
                            struct xz_err *err)
{
    const struct message_map *map = &maps[group];

    for (size_t i = 0; i < map->count; i++) {
        const struct pair *pair = &map->pairs[i];

        if (pair->from->type != PROTOBUF_C_TYPE_MESSAGE &&
            pair->from->label != PROTOBUF_C_LABEL_REPEATED) {
            const enum xz_rc rc = get_scalar(pair, message, base, err);

            if (rc != XZ_OK) {
                return rc;
            }
        }
    }
    return XZ_OK;
}

static enum xz_rc get_codes(const Xiezhi__Line *from, struct xz_arena *arena, struct xz_line *line,
                            struct xz_err *err)
{
    struct xz_str *codes;

    if (from->n_drug_trac_codg > XZ_CODES_MAX) {
        return xz_err_reject(err, "too_many", "drug_trac_codg", "more than %d codes", XZ_CODES_MAX);
    }
    codes = xz_arena_alloc(arena, from->n_drug_trac_codg * sizeof(*codes));
    if (codes == NULL) {
        return xz_decode_full(err);
    }
    for (size_t i = 0; i < from->n_drug_trac_codg; i++) {
        codes[line->drug_trac_count] = xz_str_from(from->drug_trac_codg[i]);
        if (codes[line->drug_trac_count].len > XZ_ID_MAX ||
            !xz_utf8_valid(codes[line->drug_trac_count])) {
            return xz_err_reject(err, "too_long", "drug_trac_codg", "not a code");
        }
        line->drug_trac_count += codes[line->drug_trac_count].len > 0;
    }
    line->drug_trac_codg = codes;
    return XZ_OK;
}

static enum xz_rc get_lines(const Xiezhi__Settlement *from, struct xz_arena *arena,
                            struct xz_settlement *settlement, struct xz_err *err)
{
    struct xz_line *lines;
    enum xz_rc rc = XZ_OK;

    if (from->n_lines > XZ_LINES_MAX) {
        return xz_err_reject(err, "too_many", "lines", "more than %d lines", XZ_LINES_MAX);
    }
    lines = xz_arena_alloc(arena, from->n_lines * sizeof(*lines));
    if (lines == NULL) {
        return xz_decode_full(err);
    }
    for (size_t i = 0; i < from->n_lines && rc == XZ_OK; i++) {
        xz_line_init(&lines[i]);
        rc = get_group(XZ_GROUP_LINE, from->lines[i], &lines[i], err);
        if (rc == XZ_OK && from->lines[i]->n_drug_trac_codg > 0) {
            rc = get_codes(from->lines[i], arena, &lines[i], err);
        }
    }
    settlement->lines = lines;
    settlement->line_count = (uint32_t)from->n_lines;
    return rc;
}

static enum xz_rc get_debits(const Xiezhi__Settlement *from, struct xz_arena *arena,
                             struct xz_settlement *settlement, struct xz_err *err)
{
    struct xz_debit *debits;
    enum xz_rc rc = XZ_OK;

    if (from->n_mulaid_debits > XZ_DEBITS_MAX) {
        return xz_err_reject(err, "too_many", "mulaid_debits", "more than %d debits",
                             XZ_DEBITS_MAX);
    }
    debits = xz_arena_alloc(arena, from->n_mulaid_debits * sizeof(*debits));
    if (debits == NULL) {
        return xz_decode_full(err);
    }
    for (size_t i = 0; i < from->n_mulaid_debits && rc == XZ_OK; i++) {
        debits[i] = (struct xz_debit){XZ_STR_NONE, XZ_NUM_NONE, XZ_FEN_NONE, XZ_FEN_NONE};
        rc = get_group(XZ_GROUP_DEBIT, from->mulaid_debits[i], &debits[i], err);
    }
    settlement->mulaid_debits = debits;
    settlement->debit_count = (uint32_t)from->n_mulaid_debits;
    return rc;
}

static uint32_t unknown_of(const ProtobufCMessage *message)
{
    return message->n_unknown_fields;
}

static enum xz_rc get_settlement(const Xiezhi__Settlement *from, struct xz_arena *arena,
                                 struct xz_event *event, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    if (from->n_lines > 0) {
        rc = get_lines(from, arena, &event->settlement, err);
    }
    if (rc == XZ_OK && from->n_mulaid_debits > 0) {
        rc = get_debits(from, arena, &event->settlement, err);
    }
    if (rc == XZ_OK && from->agnterinfo != NULL) {
        event->settlement.agnter_present = true;
        rc = get_group(XZ_GROUP_AGNTERINFO, from->agnterinfo, event, err);
    }
    return rc;
}

enum xz_rc xz_decode_protobuf(struct xz_str bytes, struct xz_arena *arena, struct xz_event *event,
                              struct xz_err *err)
{
    ProtobufCAllocator allocator = {arena_alloc, arena_keep, arena};
    const Xiezhi__Event *from =
        xiezhi__event__unpack(&allocator, bytes.len, (const uint8_t *)bytes.ptr);
    enum xz_rc rc;

    if (from == NULL) {
        return xz_err_reject(err, "malformed", "", "not a protobuf Event");
    }
    event->unknown_fields = unknown_of(&from->base);
    rc = get_group(XZ_GROUP_ENVELOPE, from, event, err);
    if (rc != XZ_OK || from->body_case == XIEZHI__EVENT__BODY__NOT_SET) {
        return rc;
    }
    xz_event_set_body(event, (enum xz_body)((int)from->body_case - XIEZHI__EVENT__BODY_SETTLEMENT +
                                            XZ_BODY_SETTLEMENT));
    event->unknown_fields += unknown_of((const ProtobufCMessage *)from->settlement);
    rc = get_group((enum xz_field_group)(XZ_GROUP_SETTLEMENT + event->body - XZ_BODY_SETTLEMENT),
                   from->settlement, event, err); /* the oneof's pointers are one */
    if (rc == XZ_OK && event->body == XZ_BODY_SETTLEMENT) {
        rc = get_settlement(from->settlement, arena, event, err);
    }
    return rc;
}

/* ---- writing ---- */

static void put_scalar(const struct pair *pair, const void *base, void *message,
                       struct xz_arena *arena)
{
    const unsigned char *at = (const unsigned char *)base + pair->to->offset;
    unsigned char *to = (unsigned char *)message + pair->from->offset;
    const protobuf_c_boolean has = 1;
    struct xz_str text = XZ_STR_NONE;
    int64_t number;

    switch (pair->to->type) {
    case XZ_FIELD_STR:
        memcpy(&text, at, sizeof(text));
        break;
    case XZ_FIELD_ENUM:
        text = xz_str_from(pair->to->names[*at]);
        break;
    case XZ_FIELD_DATE: {
        char date[16];
        int32_t day;

        memcpy(&day, at, sizeof(day));
        if (day != XZ_DAY_NONE) {
            xz_date_format(day, date);
            text = xz_arena_str(arena, xz_str_from(date));
        }
        break;
    }
    case XZ_FIELD_FLAG: {
        const protobuf_c_boolean flag = *(const int8_t *)at > 0;

        if (*(const int8_t *)at >= 0) {
            memcpy(to, &flag, sizeof(flag));
            memcpy((unsigned char *)message + pair->from->quantifier_offset, &has, sizeof(has));
        }
        return;
    }
    default:
        memcpy(&number, at, sizeof(number));
        if (number != XZ_NUM_NONE) {
            memcpy(to, &number, sizeof(number));
            memcpy((unsigned char *)message + pair->from->quantifier_offset, &has, sizeof(has));
        }
        return;
    }
    if (text.len > 0) {
        const char *copy = xz_arena_str(arena, text).ptr;

        memcpy(to, &copy, sizeof(copy));
    }
}

static void put_group(enum xz_field_group group, const void *base, void *message,
                      struct xz_arena *arena)
{
    const struct message_map *map = &maps[group];

    for (size_t i = 0; i < map->count; i++) {
        if (map->pairs[i].from->type != PROTOBUF_C_TYPE_MESSAGE &&
            map->pairs[i].from->label != PROTOBUF_C_LABEL_REPEATED) {
            put_scalar(&map->pairs[i], base, message, arena);
        }
    }
}

static void put_settlement(const struct xz_settlement *from, const struct xz_event *event,
                           Xiezhi__Settlement *to, struct xz_arena *arena)
{
    to->n_lines = from->line_count;
    to->lines = xz_arena_calloc(arena, from->line_count + 1, sizeof(to->lines[0]));
    for (uint32_t i = 0; i < from->line_count; i++) {
        Xiezhi__Line *line = xz_arena_alloc(arena, sizeof(*line));

        xiezhi__line__init(line);
        put_group(XZ_GROUP_LINE, &from->lines[i], line, arena);
        line->n_drug_trac_codg = from->lines[i].drug_trac_count;
        line->drug_trac_codg =
            xz_arena_calloc(arena, line->n_drug_trac_codg + 1, sizeof(line->drug_trac_codg[0]));
        for (size_t k = 0; k < line->n_drug_trac_codg; k++) {
            line->drug_trac_codg[k] =
                (char *)xz_arena_str(arena, from->lines[i].drug_trac_codg[k]).ptr;
        }
        to->lines[i] = line;
    }
    to->n_mulaid_debits = from->debit_count;
    to->mulaid_debits = xz_arena_calloc(arena, from->debit_count + 1, sizeof(to->mulaid_debits[0]));
    for (uint32_t i = 0; i < from->debit_count; i++) {
        Xiezhi__MulaidDebit *debit = xz_arena_alloc(arena, sizeof(*debit));

        xiezhi__mulaid_debit__init(debit);
        put_group(XZ_GROUP_DEBIT, &from->mulaid_debits[i], debit, arena);
        to->mulaid_debits[i] = debit;
    }
    if (from->agnter_present) {
        to->agnterinfo = xz_arena_alloc(arena, sizeof(*to->agnterinfo));
        xiezhi__agnter_info__init(to->agnterinfo);
        put_group(XZ_GROUP_AGNTERINFO, event, to->agnterinfo, arena);
    }
}

void xz_event_to_protobuf(const struct xz_event *event, struct xz_buf *out)
{
    const enum xz_field_group group =
        (enum xz_field_group)(XZ_GROUP_SETTLEMENT + event->body - XZ_BODY_SETTLEMENT);
    Xiezhi__Event message = XIEZHI__EVENT__INIT;
    struct xz_arena arena;
    ProtobufCMessage *body;
    size_t size;

    xz_arena_init(&arena, (size_t)64 << 20);
    put_group(XZ_GROUP_ENVELOPE, event, &message, &arena);
    body = xz_arena_alloc(&arena, descriptors[group]->sizeof_message);
    protobuf_c_message_init(descriptors[group], body);
    put_group(group, event, body, &arena);
    message.body_case = (Xiezhi__Event__BodyCase)(XIEZHI__EVENT__BODY_SETTLEMENT + event->body -
                                                  XZ_BODY_SETTLEMENT);
    message.settlement = (Xiezhi__Settlement *)body;
    if (event->body == XZ_BODY_SETTLEMENT) {
        put_settlement(&event->settlement, event, message.settlement, &arena);
    }
    size = xiezhi__event__get_packed_size(&message);
    xz_buf_reserve(out, size);
    (void)xiezhi__event__pack(&message, out->data + out->len);
    out->len += size;
    xz_arena_fini(&arena);
}
