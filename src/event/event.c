/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/event.h"

#include <assert.h>
#include <stddef.h>

#include "event/field_int.h"

void xz_field_clear(const struct xz_field *field, void *base)
{
    unsigned char *at = (unsigned char *)base + field->offset;
    const int64_t none = XZ_NUM_NONE;
    const int32_t none_i32 =
        field->type == XZ_FIELD_I32 && strcmp(field->name, "place.beds") == 0 ? -1 : INT32_MIN;
    const int16_t none_i16 = -1;

    switch (field->type) {
    case XZ_FIELD_FEN:
    case XZ_FIELD_E4:
    case XZ_FIELD_E6:
    case XZ_FIELD_INT:
    case XZ_FIELD_TIME:
        memcpy(at, &none, sizeof(none));
        break;
    case XZ_FIELD_DATE:
    case XZ_FIELD_I32:
        memcpy(at, &none_i32, sizeof(none_i32));
        break;
    case XZ_FIELD_I16:
        memcpy(at, &none_i16, sizeof(none_i16));
        break;
    case XZ_FIELD_FLAG:
        *(int8_t *)at = -1;
        break;
    default:
        break; /* strings, enumerations and lists are absent as zeros */
    }
}

void xz_group_clear(enum xz_field_group group, void *base)
{
    const struct xz_field_range *range = &xz_group_fields[group];

    for (const struct xz_field *field = range->first; field < range->end; field++) {
        xz_field_clear(field, base);
    }
}

static const struct xz_limits no_limits = {.known = 0,
                                           .age_min = -1,
                                           .age_max = -1,
                                           .chronic = -1,
                                           .watch = -1,
                                           .list_price_fen = XZ_FEN_NONE};

void xz_line_init(struct xz_line *line)
{
    memset(line, 0, sizeof(*line));
    line->cnt_e4 = line->pric_e6 = line->prd_days_e4 = XZ_NUM_NONE;
    line->det_item_fee_sumamt_fen = XZ_FEN_NONE;
    line->rx_circ_flag = line->trdn_flag = -1;
    line->item = no_limits;
}

void xz_event_init(struct xz_event *event)
{
    memset(event, 0, sizeof(*event));
    event->inf_time_ms = XZ_TIME_NONE;
    event->at_ms = XZ_TIME_NONE;
    event->place.lat_e6 = event->place.lon_e6 = INT32_MIN;
    event->place.open_min = event->place.close_min = -1;
    event->place.beds = -1;
}

/* One event of each body with every field absent, to copy from. */
static struct xz_event blanks[XZ_BODY_COUNT];

void xz_event_prepare(void)
{
    for (unsigned body = XZ_BODY_SETTLEMENT; body < XZ_BODY_COUNT; body++) {
        xz_group_clear(xz_group_of_body(body), &blanks[body]);
    }
    blanks[XZ_BODY_SETTLEMENT].settlement.agnter_flag = -1;
    blanks[XZ_BODY_SETTLEMENT].settlement.diagnosis = no_limits;
}

void xz_event_set_body(struct xz_event *event, enum xz_body body)
{
    const size_t at = offsetof(struct xz_event, settlement);

    assert(body > XZ_BODY_NONE && body < XZ_BODY_COUNT);
    event->body = (uint8_t)body;
    memcpy((char *)event + at, (const char *)&blanks[body] + at, sizeof(*event) - at);
}

struct xz_str xz_event_person(const struct xz_event *event)
{
    switch (event->body) {
    case XZ_BODY_SETTLEMENT:
        return event->settlement.psn_no;
    case XZ_BODY_REVERSAL:
        return event->reversal.psn_no;
    case XZ_BODY_MULAID_LINK:
        return event->mulaid_link.giver_psn_no; /* whose account it opens to another */
    case XZ_BODY_ACCOUNT_MOVEMENT:
        return event->account_movement.psn_no;
    case XZ_BODY_CREDENTIAL:
        return event->credential.psn_no;
    case XZ_BODY_PERSON_STATUS:
        return event->person_status.psn_no;
    case XZ_BODY_TRACE_SCAN:
        return event->trace_scan.psn_no;
    default:
        return XZ_STR_NONE;
    }
}
