/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An alert in protobuf as the JSON of the contract. The message describes itself: a member of
 * proto/xiezhi.proto needs no line here but where JSON writes it otherwise. */
#include <math.h>
#include <string.h>

#include "alert/alert.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "proto/xiezhi.pb-c.h"

static bool is_one_of(const char *name, const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Milliseconds in protobuf, RFC 3339 in JSON. */
static bool is_time(const char *name)
{
    static const char *const names[] = {"start", "end", "at", "settled_at"};

    return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

/* What JSON says is null, where protobuf leaves it out. */
static bool is_nullable(const char *name)
{
    static const char *const names[] = {"p_value", "e_value"};

    return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

/* These are false when a value is none that JSON can tell; what was written is of no use then. */
static bool put_message(struct xz_jsonw *json, const ProtobufCMessage *message);

static bool put_integer(struct xz_jsonw *json, const char *name, int64_t value)
{
    char text[XZ_TIME_TEXT_MAX];

    if (!is_time(name)) {
        xz_jsonw_int(json, value);
        return true;
    }
    if (!xz_time_is_written(value)) {
        return false;
    }
    xz_time_format(value, text);
    xz_jsonw_str(json, xz_str_from(text));
    return true;
}

/* The value at `at`, which is of the field's type. */
static bool put_value(struct xz_jsonw *json, const ProtobufCFieldDescriptor *field, const void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        xz_jsonw_str(json, xz_str_from(*(char *const *)at));
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        return put_message(json, *(ProtobufCMessage *const *)at);
    case PROTOBUF_C_TYPE_DOUBLE:
        xz_jsonw_double(json, *(const double *)at);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        xz_jsonw_bool(json, *(const protobuf_c_boolean *)at != 0);
        break;
    case PROTOBUF_C_TYPE_INT64:
        return put_integer(json, field->name, *(const int64_t *)at);
    case PROTOBUF_C_TYPE_UINT32:
        xz_jsonw_int(json, *(const uint32_t *)at);
        break;
    default:
        xz_jsonw_int(json, *(const int32_t *)at);
        break;
    }
    return true;
}

static size_t size_of(const ProtobufCFieldDescriptor *field)
{
    const bool points =
        field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;

    return points                                  ? sizeof(void *)
           : field->type == PROTOBUF_C_TYPE_DOUBLE ? sizeof(double)
           : field->type == PROTOBUF_C_TYPE_INT64  ? sizeof(int64_t)
                                                   : sizeof(int32_t);
}

static bool is_there(const ProtobufCFieldDescriptor *field, const unsigned char *message)
{
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(void *const *)(const void *)(message + field->offset) != NULL;
    }
    return *(const protobuf_c_boolean *)(message + field->quantifier_offset) != 0;
}

static bool put_list(struct xz_jsonw *json, const ProtobufCFieldDescriptor *field,
                     const unsigned char *message)
{
    const size_t count = *(const size_t *)(const void *)(message + field->quantifier_offset);
    const unsigned char *items =
        *(const unsigned char *const *)(const void *)(message + field->offset);
    bool put = true;

    xz_jsonw_array(json);
    for (size_t i = 0; put && i < count; i++) {
        put = put_value(json, field, items + i * size_of(field));
    }
    xz_jsonw_end_array(json);
    return put;
}

static bool put_message(struct xz_jsonw *json, const ProtobufCMessage *message)
{
    const unsigned char *bytes = (const unsigned char *)message;
    bool put = true;

    xz_jsonw_object(json);
    for (unsigned i = 0; put && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        const bool is_list = field->label == PROTOBUF_C_LABEL_REPEATED;
        const bool here = is_list || is_there(field, bytes);

        if (!here && !is_nullable(field->name)) {
            continue;
        }
        xz_jsonw_key(json, strcmp(field->name, "zh_cn") == 0 ? "zh-CN" : field->name);
        if (is_list) {
            put = put_list(json, field, bytes);
        } else if (here) {
            put = put_value(json, field, bytes + field->offset);
        } else {
            xz_jsonw_double(json, NAN); /* which is written as null */
        }
    }
    xz_jsonw_end_object(json);
    return put;
}

enum xz_rc xz_alert_json_of_protobuf(struct xz_str bytes, struct xz_buf *out, struct xz_err *err)
{
    struct xz_jsonw json = xz_jsonw_of(out);
    const size_t before = out->len;
    bool put;
    Xiezhi__Alert *alert =
        xiezhi__alert__unpack(NULL, bytes.len, (const uint8_t *)(const void *)bytes.ptr);

    if (alert == NULL) {
        return xz_err_reject(err, "malformed", "", "no alert in protobuf");
    }
    put = put_message(&json, &alert->base);
    xiezhi__alert__free_unpacked(alert, NULL);
    if (!put) {
        out->len = before;
        return xz_err_reject(err, "malformed", "", "a time in it is of no year that is known");
    }
    return XZ_OK;
}
