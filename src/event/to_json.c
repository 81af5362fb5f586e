/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as the JSON of the contract: money in yuan as text, times as local text. */
#include <inttypes.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "event/codec.h"
#include "event/field_int.h"

static void put_decimal(struct xz_jsonw *json, const char *key, int64_t value, int decimals)
{
    char text[40];
    const uint64_t size = value < 0 ? (uint64_t) - (value + 1) + 1 : (uint64_t)value;
    uint64_t unit = 1;
    int len;

    for (int i = 0; i < decimals; i++) {
        unit *= 10;
    }
    len = snprintf(text, sizeof(text), "%s%" PRIu64, value < 0 ? "-" : "", size / unit);
    if (size % unit != 0) {
        len +=
            snprintf(text + len, sizeof(text) - (size_t)len, ".%0*" PRIu64, decimals, size % unit);
        while (decimals > 2 && text[len - 1] == '0') {
            text[--len] = '\0';
        }
    }
    xz_jsonw_member_str(json, key, (struct xz_str){text, (uint32_t)len});
}

static void put_time(struct xz_jsonw *json, const char *key, int64_t time_ms)
{
    const struct xz_civil civil = xz_civil_of(time_ms);
    char text[48];

    (void)snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", civil.year, civil.month,
                   civil.day, civil.hour, civil.minute, civil.second);
    if (civil.ms != 0) {
        xz_jsonw_member_int(json, key, time_ms);
    } else {
        xz_jsonw_member_str(json, key, xz_str_from(text));
    }
}

static void put_group(struct xz_jsonw *json, enum xz_field_group group, const void *base);

static void put_lines(struct xz_jsonw *json, const struct xz_settlement *settlement)
{
    if (settlement->line_count == 0) {
        return;
    }
    xz_jsonw_key(json, "lines");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < settlement->line_count; i++) {
        xz_jsonw_object(json);
        put_group(json, XZ_GROUP_LINE, &settlement->lines[i]);
        xz_jsonw_end_object(json);
    }
    xz_jsonw_end_array(json);
}

static void put_debits(struct xz_jsonw *json, const struct xz_settlement *settlement)
{
    if (settlement->debit_count == 0) {
        return;
    }
    xz_jsonw_key(json, "mulaid_debits");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < settlement->debit_count; i++) {
        xz_jsonw_object(json);
        put_group(json, XZ_GROUP_DEBIT, &settlement->mulaid_debits[i]);
        xz_jsonw_end_object(json);
    }
    xz_jsonw_end_array(json);
}

static void put_codes(struct xz_jsonw *json, const struct xz_line *line)
{
    if (line->drug_trac_count == 0) {
        return;
    }
    xz_jsonw_key(json, "drug_trac_codg");
    xz_jsonw_array(json);
    for (uint32_t i = 0; i < line->drug_trac_count; i++) {
        xz_jsonw_str(json, line->drug_trac_codg[i]);
    }
    xz_jsonw_end_array(json);
}

static void put_number(struct xz_jsonw *json, const struct xz_field *field, int64_t number)
{
    if (number == XZ_NUM_NONE) {
        return;
    }
    switch (field->type) {
    case XZ_FIELD_FEN:
        put_decimal(json, field->name, number, 2);
        break;
    case XZ_FIELD_E4:
        put_decimal(json, field->name, number, 4);
        break;
    case XZ_FIELD_E6:
        put_decimal(json, field->name, number, 6);
        break;
    case XZ_FIELD_TIME:
        put_time(json, field->name, number);
        break;
    default:
        xz_jsonw_member_int(json, field->name, number);
        break;
    }
}

static void put_field(struct xz_jsonw *json, const struct xz_field *field, const void *base)
{
    const unsigned char *at = (const unsigned char *)base + field->offset;
    struct xz_str text;
    int64_t number;
    int32_t day;
    char date[16];

    switch (field->type) {
    case XZ_FIELD_STR:
        memcpy(&text, at, sizeof(text));
        xz_jsonw_member_str(json, field->name, text);
        break;
    case XZ_FIELD_FLAG:
        if (*(const int8_t *)at >= 0) {
            xz_jsonw_member_str(json, field->name, *(const int8_t *)at ? XZ_STR("1") : XZ_STR("0"));
        }
        break;
    case XZ_FIELD_ENUM:
        xz_jsonw_member_str(json, field->name, xz_str_from(field->names[*at]));
        break;
    case XZ_FIELD_DATE:
        memcpy(&day, at, sizeof(day));
        if (day != XZ_DAY_NONE) {
            xz_date_format(day, date);
            xz_jsonw_member_str(json, field->name, xz_str_from(date));
        }
        break;
    case XZ_FIELD_LINES:
        put_lines(json, &((const struct xz_event *)base)->settlement);
        break;
    case XZ_FIELD_DEBITS:
        put_debits(json, &((const struct xz_event *)base)->settlement);
        break;
    case XZ_FIELD_STRS:
        put_codes(json, base);
        break;
    default:
        memcpy(&number, at, sizeof(number));
        put_number(json, field, number);
        break;
    }
}

static void put_group(struct xz_jsonw *json, enum xz_field_group group, const void *base)
{
    const struct xz_field_range *range = &xz_group_fields[group];

    for (const struct xz_field *field = range->first; field < range->end; field++) {
        if ((field->flags & XZ_FIELD_ENRICHED) == 0) {
            put_field(json, field, base);
        }
    }
}

void xz_event_to_json(const struct xz_event *event, struct xz_buf *out)
{
    struct xz_jsonw json = xz_jsonw_of(out);

    xz_fields_init();
    xz_jsonw_object(&json);
    put_group(&json, XZ_GROUP_ENVELOPE, event);
    xz_jsonw_key(&json, xz_body_names[event->body]);
    xz_jsonw_object(&json);
    put_group(&json, xz_group_of_body(event->body), event);
    if (event->body == XZ_BODY_SETTLEMENT && event->settlement.agnter_present) {
        xz_jsonw_key(&json, "agnterinfo");
        xz_jsonw_object(&json);
        put_group(&json, XZ_GROUP_AGNTERINFO, event);
        xz_jsonw_end_object(&json);
    }
    xz_jsonw_end_object(&json);
    xz_jsonw_end_object(&json);
}
