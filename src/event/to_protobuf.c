/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An event to protobuf, by the generated packer. The generated messages carry the contract's names,
 * so that the descriptors and the table of fields find each other; no field is named twice.
 */
#include <assert.h>

#include "event/codec.h"
#include "event/protobuf_int.h"

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

void xz_to_protobuf_prepare(void)
{
    for (size_t group = 0; group < XZ_GROUP_COUNT; group++) {
        struct message_map *map = &maps[group];

        for (unsigned i = 0; i < xz_messages[group]->n_fields; i++) {
            const ProtobufCFieldDescriptor *from = &xz_messages[group]->fields[i];
            const struct xz_field *to =
                xz_field_find((enum xz_field_group)group, xz_str_from(from->name));

            if (to != NULL) {
                assert(map->count < PAIRS_MAX);
                map->pairs[map->count++] = (struct pair){from, to};
            }
        }
    }
}

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
    const enum xz_field_group group = xz_group_of_body(event->body);
    Xiezhi__Event message = XIEZHI__EVENT__INIT;
    struct xz_arena arena;
    ProtobufCMessage *body;
    size_t size;

    xz_fields_init();
    xz_arena_init(&arena, (size_t)64 << 20);
    put_group(XZ_GROUP_ENVELOPE, event, &message, &arena);
    body = xz_arena_alloc(&arena, xz_messages[group]->sizeof_message);
    protobuf_c_message_init(xz_messages[group], body);
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
