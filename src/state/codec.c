/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and values of entities: which parts there are, and the records in them. What else a head
 * holds is in head_codec.c. */
#include "state/codec.h"

#include <string.h>

#include "base/time.h"
#include "state/codec_int.h"
#include "state/entity_int.h"

#define PART_BYTES 8
#define ESCAPE     0xff
/* What the records of one value may come to in memory: far past any history, so more is damage. */
#define VALUE_BYTES_MAX (UINT64_C(1) << 28)

void xz_entity_key(enum xz_entity_kind kind, struct xz_str id, struct xz_buf *key)
{
    xz_buf_reserve(key, id.len + 3);
    xz_buf_u8(key, 'e');
    xz_buf_u8(key, (uint8_t)kind);
    for (uint32_t i = 0; i < id.len; i++) {
        xz_buf_u8(key, (uint8_t)id.ptr[i]);
        if (id.ptr[i] == '\0') {
            xz_buf_u8(key, ESCAPE);
        }
    }
    xz_buf_u8(key, 0);
}

bool xz_entity_key_parse(struct xz_str key, enum xz_entity_kind *kind, struct xz_buf *id)
{
    const unsigned char *at = (const unsigned char *)key.ptr;

    if (key.len < 3 || at[0] != 'e' || at[1] == 0 || at[1] >= XZ_ENTITY_COUNT) {
        return false;
    }
    for (uint32_t i = 2; i < key.len; i++) {
        if (at[i] == 0 && i + 1 == key.len) {
            *kind = (enum xz_entity_kind)at[1];
            return true;
        }
        if (at[i] == 0 && at[i + 1] != ESCAPE) {
            return false;
        }
        if (id != NULL) {
            xz_buf_u8(id, at[i]);
        }
        i += at[i] == 0;
    }
    return false;
}

int64_t xz_entity_part(enum xz_entity_kind kind, int64_t at_ms)
{
    const int64_t hour = at_ms / XZ_HOUR_MS - (at_ms % XZ_HOUR_MS < 0);

    return kind == XZ_ENTITY_INSTITUTION ? hour + XZ_LOCAL_OFFSET_MS / XZ_HOUR_MS : 0;
}

/* Part numbers sort as unsigned numbers, and never begin with ESCAPE. */
static void part_key_put(int64_t part, struct xz_buf *key)
{
    const uint64_t number = (uint64_t)part ^ UINT64_C(1) << 63;

    for (int shift = 56; shift >= 0; shift -= 8) {
        xz_buf_u8(key, (uint8_t)(number >> shift));
    }
}

static int64_t part_of_key(struct xz_str key)
{
    uint64_t number = 0;

    for (uint32_t i = key.len - PART_BYTES; i < key.len; i++) {
        number = number << 8 | (unsigned char)key.ptr[i];
    }
    return (int64_t)(number ^ UINT64_C(1) << 63);
}

/* Modulo 2^64: a part number from disk may be any, and then no record is found to belong to it. */
static int64_t part_start_ms(int64_t part)
{
    return (int64_t)((uint64_t)part * (uint64_t)XZ_HOUR_MS - (uint64_t)XZ_LOCAL_OFFSET_MS);
}

/* ---- records of a value ---- */

static struct xz_record_context context_of(const struct xz_entity *entity)
{
    return (struct xz_record_context){
        .base_ms = entity->before.first_ms == XZ_TIME_NONE ? 0 : entity->before.first_ms,
        .person = entity->kind == XZ_ENTITY_PERSON ? entity->id : XZ_STR_NONE,
        .institution = entity->kind == XZ_ENTITY_INSTITUTION ? entity->id : XZ_STR_NONE,
    };
}

static void records_put(const struct xz_entity *entity, struct xz_record_context context,
                        uint32_t from, uint32_t to, struct xz_buf *out)
{
    xz_buf_uvar(out, to - from);
    for (uint32_t i = from; i < to; i++) {
        context.earlier = entity->records + from;
        context.earlier_count = i - from;
        xz_record_encode(entity->records[i], &context, out);
    }
}

/* Records of the value that reader is at, to the end of the history. */
static enum xz_rc records_get(struct xz_entity *entity, struct xz_record_context context,
                              int64_t part, struct xz_reader *reader, struct xz_err *err)
{
    const uint64_t count = xz_read_uvar(reader);
    const uint32_t from = entity->count;
    uint64_t bytes = 0;

    for (uint64_t i = 0; i < count; i++) {
        struct xz_record *record = NULL;
        enum xz_rc rc;

        context.earlier = entity->records != NULL ? entity->records + from : NULL;
        context.earlier_count = entity->count - from;
        rc = xz_record_decode(reader, &context, &record, err);
        if (rc != XZ_OK) {
            return rc;
        }
        bytes += record->size;
        if (bytes > VALUE_BYTES_MAX || xz_entity_part(entity->kind, record->at_ms) != part ||
            (entity->count > 0 && entity->records != NULL &&
             xz_record_order(entity->records[entity->count - 1], record) > 0)) {
            xz_record_free(record);
            return xz_err_set(err, XZ_FATAL, "state: a record out of its place");
        }
        (void)xz_entity_insert(entity, record);
    }
    if (reader->bad || xz_reader_left(reader) > 0) {
        return xz_err_set(err, XZ_FATAL, "state: %zu bytes too many or too few in a value",
                          xz_reader_left(reader));
    }
    return XZ_OK;
}

static enum xz_rc version_check(struct xz_reader *reader, struct xz_err *err)
{
    const uint8_t version = xz_read_u8(reader);

    if (reader->bad || version != XZ_STATE_VERSION) {
        return xz_err_set(err, XZ_FATAL,
                          "state: version %u, this program reads version %d; start the program "
                          "that wrote it, or delete the store so that it is built again from the "
                          "log",
                          (unsigned)version, XZ_STATE_VERSION);
    }
    return XZ_OK;
}

/* ---- entities ---- */

static uint32_t part_end(const struct xz_entity *entity, uint32_t from, int64_t part)
{
    while (from < entity->count &&
           xz_entity_part(entity->kind, entity->records[from]->at_ms) == part) {
        from++;
    }
    return from;
}

/* First record of the part; part numbers rise with time. */
static uint32_t part_begin(const struct xz_entity *entity, int64_t part)
{
    uint32_t low = 0, high = entity->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;

        if (xz_entity_part(entity->kind, entity->records[middle]->at_ms) < part) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void part_save(const struct xz_entity *entity, int64_t part, struct xz_batch *batch,
                      struct xz_buf *key, struct xz_buf *value)
{
    const size_t head_len = key->len;
    const uint32_t from = part_begin(entity, part);
    const uint32_t to = part_end(entity, from, part);
    struct xz_record_context context = context_of(entity);

    part_key_put(part, key);
    if (from == to) {
        xz_batch_delete(batch, xz_buf_view(key));
    } else {
        context.base_ms = part_start_ms(part);
        xz_buf_clear(value);
        xz_buf_u8(value, XZ_STATE_VERSION);
        records_put(entity, context, from, to, value);
        xz_batch_put(batch, xz_buf_view(key), xz_buf_view(value));
    }
    key->len = head_len;
}

void xz_entity_save(struct xz_entity *entity, struct xz_batch *batch)
{
    const uint32_t in_head = entity->kind == XZ_ENTITY_INSTITUTION ? 0 : entity->count;
    struct xz_buf key = {0}, value = {0};

    xz_entity_key(entity->kind, entity->id, &key);
    xz_buf_u8(&value, XZ_STATE_VERSION);
    xz_head_encode(entity, &value);
    records_put(entity, context_of(entity), 0, in_head, &value);
    xz_batch_put(batch, xz_buf_view(&key), xz_buf_view(&value));
    for (uint32_t i = 0; i < entity->dirty_part_count; i++) {
        part_save(entity, entity->dirty_parts[i], batch, &key, &value);
    }
    xz_buf_fini(&key);
    xz_buf_fini(&value);
}

static enum xz_rc head_load(struct xz_entity *entity, struct xz_str value, struct xz_err *err)
{
    struct xz_reader reader = xz_reader_of(value.ptr, value.len);
    enum xz_rc rc = version_check(&reader, err);

    if (rc == XZ_OK) {
        rc = xz_head_decode(entity, &reader, err);
    }
    if (rc == XZ_OK) {
        rc = records_get(entity, context_of(entity), 0, &reader, err);
    }
    return rc;
}

struct parts_load {
    struct xz_entity *entity;
    uint32_t head_len;
    struct xz_err *err;
    enum xz_rc rc;
};

static bool part_load(void *arg, struct xz_str key, struct xz_str value)
{
    struct parts_load *load = arg;
    struct xz_reader reader = xz_reader_of(value.ptr, value.len);
    struct xz_record_context context = context_of(load->entity);
    int64_t part;

    if (key.len != load->head_len + PART_BYTES ||
        (unsigned char)key.ptr[load->head_len] == ESCAPE) {
        return true; /* the head, or an entity whose id begins like this one */
    }
    part = part_of_key(key);
    context.base_ms = part_start_ms(part);
    load->rc = version_check(&reader, load->err);
    if (load->rc == XZ_OK) {
        load->rc = records_get(load->entity, context, part, &reader, load->err);
    }
    return load->rc == XZ_OK;
}

enum xz_rc xz_entity_load(struct xz_store *store, enum xz_entity_kind kind, struct xz_str id,
                          struct xz_entity **entity, struct xz_err *err)
{
    struct xz_buf key = {0}, value = {0};
    struct xz_entity *made = NULL;
    struct parts_load load = {.err = err, .rc = XZ_OK};
    bool found = false;
    enum xz_rc rc;

    xz_entity_key(kind, id, &key);
    rc = xz_store_get(store, xz_buf_view(&key), &value, &found, err);
    if (rc != XZ_OK || !found) {
        goto out;
    }
    made = xz_entity_new(kind, id);
    rc = head_load(made, xz_buf_view(&value), err);
    if (rc == XZ_OK && kind == XZ_ENTITY_INSTITUTION) {
        load.entity = made;
        load.head_len = (uint32_t)key.len;
        rc = xz_store_scan(store, xz_buf_view(&key), part_load, &load, err);
        rc = rc == XZ_OK ? load.rc : rc;
    }
    if (rc != XZ_OK) {
        (void)xz_err_add(err, "%s, %zu bytes", xz_entity_kind_names[kind], value.len);
        goto out;
    }
    xz_entity_clean(made); /* reading marked its parts */
out:
    xz_buf_fini(&key);
    xz_buf_fini(&value);
    if (rc == XZ_OK) {
        *entity = made; /* NULL when there is none */
    } else {
        xz_entity_free(made);
    }
    return rc;
}
