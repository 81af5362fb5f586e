/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of every decoder: what the contract asks of an event as a whole. */
#include "base/buf.h"
#include "base/hash.h"
#include "event/codec.h"
#include "event/decode_int.h"

const struct xz_decode_limits xz_decode_limits_default = {(size_t)1 << 20, INT64_MAX};

enum xz_rc xz_decode_full(struct xz_err *err)
{
    return xz_err_reject(err, "too_large", "", "the event does not fit the batch's memory");
}

void *xz_decode_grow(struct xz_arena *arena, void *array, uint32_t count, uint32_t *cap,
                     size_t size)
{
    void *grown;

    if (count < *cap) {
        return array;
    }
    grown = xz_arena_alloc(arena, (size_t)(*cap ? *cap * 2 : 4) * size);
    if (grown != NULL) {
        if (count > 0) {
            memcpy(grown, array, count * size);
        }
        *cap = *cap ? *cap * 2 : 4;
    }
    return grown;
}

enum xz_rc xz_format_of(struct xz_str content_type, enum xz_format *format, struct xz_err *err)
{
    const char *semicolon =
        content_type.len ? memchr(content_type.ptr, ';', content_type.len) : NULL;

    if (semicolon != NULL) {
        content_type.len = (uint32_t)(semicolon - content_type.ptr);
    }
    if (content_type.len == 0) {
        *format = XZ_FORMAT_AUTO;
    } else if (xz_str_eq(content_type, XZ_STR("application/json"))) {
        *format = XZ_FORMAT_JSON;
    } else if (xz_str_eq(content_type, XZ_STR("application/x-protobuf"))) {
        *format = XZ_FORMAT_PROTOBUF;
    } else {
        return xz_err_reject(err, "bad_header", "content-type",
                             "content-type " XZ_STR_FMT " is neither application/json nor "
                             "application/x-protobuf",
                             (int)(content_type.len > 60 ? 60 : content_type.len),
                             content_type.ptr);
    }
    return XZ_OK;
}

static bool is_absent(const struct xz_field *field, const struct xz_event *event)
{
    const unsigned char *at = (const unsigned char *)event + field->offset;
    struct xz_str text;
    int64_t number;

    switch (field->type) {
    case XZ_FIELD_STR:
        memcpy(&text, at, sizeof(text));
        return text.len == 0;
    case XZ_FIELD_ENUM:
        return *at == 0;
    default:
        memcpy(&number, at, sizeof(number));
        return number == XZ_NUM_NONE;
    }
}

static enum xz_rc check_required(const struct xz_event *event, enum xz_field_group group,
                                 struct xz_err *err)
{
    const struct xz_field_range *range = &xz_group_fields[group];

    for (const struct xz_field *field = range->first; field < range->end; field++) {
        if ((field->flags & XZ_FIELD_REQUIRED) && is_absent(field, event)) {
            return xz_err_reject(err, "missing_field", field->name, "%s is required", field->name);
        }
    }
    return XZ_OK;
}

static enum xz_rc check_settlement(const struct xz_settlement *settlement, struct xz_err *err)
{
    uint32_t codes = 0;

    if (settlement->medfee_sumamt_fen < 0 && settlement->refd_setl_flag != 1) {
        return xz_err_reject(err, "bad_money", "medfee_sumamt",
                             "a negative amount is a refund and needs refd_setl_flag 1");
    }
    if (settlement->begndate != XZ_DAY_NONE && settlement->enddate != XZ_DAY_NONE &&
        settlement->enddate < settlement->begndate) {
        return xz_err_reject(err, "bad_value", "enddate", "enddate lies before begndate");
    }
    for (uint32_t i = 0; i < settlement->line_count; i++) {
        codes += settlement->lines[i].drug_trac_count;
    }
    if (codes > XZ_CODES_MAX) {
        return xz_err_reject(err, "too_many", "lines", "more than %d drug_trac_codg in all",
                             XZ_CODES_MAX);
    }
    return XZ_OK;
}

static enum xz_rc check_body(const struct xz_event *event, struct xz_err *err)
{
    switch (event->body) {
    case XZ_BODY_SETTLEMENT:
        return check_settlement(&event->settlement, err);
    case XZ_BODY_REVERSAL:
        if (event->reversal.setl_id.len == 0 && event->reversal.omsgid.len == 0) {
            return xz_err_reject(err, "missing_field", "setl_id",
                                 "a reversal names what it undoes by setl_id or omsgid");
        }
        return XZ_OK;
    default:
        return XZ_OK;
    }
}

static void set_times(struct xz_event *event)
{
    event->at_ms = event->inf_time_ms;
    if (event->body == XZ_BODY_SETTLEMENT) {
        if (event->settlement.setl_time_ms == XZ_TIME_NONE) {
            event->settlement.setl_time_ms = event->inf_time_ms;
        }
        event->at_ms = event->settlement.setl_time_ms;
    } else if (event->body == XZ_BODY_PERSON_STATUS) {
        if (event->person_status.effective_time_ms == XZ_TIME_NONE) {
            event->person_status.effective_time_ms = event->inf_time_ms;
        }
        event->at_ms = event->person_status.effective_time_ms;
    }
}

enum xz_rc xz_event_check(struct xz_event *event, const struct xz_decode_limits *limits,
                          struct xz_err *err)
{
    enum xz_rc rc;

    xz_fields_init();
    if (event->body == XZ_BODY_NONE) {
        return xz_err_reject(err, "no_body", "",
                             "an event needs a body: settlement, reversal, "
                             "mulaid_link, account_movement, credential, "
                             "person_status or trace_scan");
    }
    rc = check_required(event, XZ_GROUP_ENVELOPE, err);
    if (rc != XZ_OK) {
        return rc;
    }
    rc = check_required(event, xz_group_of_body(event->body), err);
    rc = rc == XZ_OK ? check_body(event, err) : rc;
    if (rc != XZ_OK) {
        return xz_path_inside(rc, err, xz_body_names[event->body], -1);
    }
    set_times(event);
    if (event->at_ms > limits->latest_ms || event->inf_time_ms > limits->latest_ms) {
        return xz_err_reject(err, "ahead",
                             event->inf_time_ms > limits->latest_ms ? "inf_time"
                             : event->body == XZ_BODY_SETTLEMENT    ? "settlement.setl_time"
                                                                 : "person_status.effective_time",
                             "event time lies further ahead than is allowed");
    }
    event->content_hash = xz_event_content_hash(event);
    return XZ_OK;
}

enum xz_rc xz_event_decode(struct xz_str bytes, enum xz_format format,
                           const struct xz_decode_limits *limits, struct xz_arena *arena,
                           struct xz_event *event, struct xz_err *err)
{
    struct xz_event decoded;
    uint32_t at = 0;
    enum xz_rc rc;

    if (bytes.len > limits->event_bytes_max) {
        return xz_err_reject(err, "too_large", "", "%u bytes, at most %zu are read", bytes.len,
                             limits->event_bytes_max);
    }
    while (at < bytes.len && (bytes.ptr[at] == ' ' || bytes.ptr[at] == '\n' ||
                              bytes.ptr[at] == '\r' || bytes.ptr[at] == '\t')) {
        at++;
    }
    if (at == bytes.len) {
        return xz_err_reject(err, "malformed", "", "empty");
    }
    if (format == XZ_FORMAT_AUTO) {
        format = bytes.ptr[at] == '{' ? XZ_FORMAT_JSON : XZ_FORMAT_PROTOBUF;
    }
    xz_fields_init();
    xz_event_init(&decoded);
    rc = format == XZ_FORMAT_JSON ? xz_decode_json(bytes, arena, &decoded, err)
                                  : xz_decode_protobuf(bytes, arena, &decoded, err);
    rc = rc == XZ_OK ? xz_event_check(&decoded, limits, err) : rc;
    if (rc == XZ_OK) {
        *event = decoded;
    }
    return rc;
}
