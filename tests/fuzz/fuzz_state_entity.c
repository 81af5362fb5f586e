/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a store holds of an entity: the first byte says of which kind, the second
 * where the head ends and a part begins. XZ_FATAL, or an entity that can be saved and loaded. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "state/codec.h"
#include "state/entity_int.h"

#define ID XZ_STR("P21010200017")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct xz_batch *batch, struct xz_buf *key, const uint8_t *data, size_t size)
{
    xz_batch_put(batch, xz_buf_view(key), (struct xz_str){(const char *)data, (uint32_t)size});
}

static void check_again(struct xz_store *store, struct xz_entity *entity)
{
    struct xz_batch *batch = xz_batch_new();
    struct xz_entity *again = NULL;

    if (entity->bytes != xz_entity_recount(entity)) {
        abort();
    }
    for (uint32_t i = 0; i < entity->count; i++) {
        xz_entity_touch(entity, i);
    }
    xz_entity_save(entity, batch);
    if (xz_store_write(store, batch, NULL) != XZ_OK ||
        xz_entity_load(store, entity->kind, ID, &again, NULL) != XZ_OK || again == NULL ||
        again->count != entity->count || again->pattern_count != entity->pattern_count) {
        abort();
    }
    xz_entity_free(again);
    xz_batch_free(batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_store *store;
    struct xz_batch *batch;
    struct xz_buf key = {0};
    struct xz_entity *entity = NULL;
    enum xz_entity_kind kind;
    size_t head;

    if (size < 2 || size > UINT32_MAX) {
        return 0;
    }
    store = xz_store_memory();
    batch = xz_batch_new();
    kind = data[0] % 2 == 0 ? XZ_ENTITY_PERSON : XZ_ENTITY_INSTITUTION;
    head = data[1] < size - 2 ? data[1] : size - 2;
    head = kind == XZ_ENTITY_PERSON ? size - 2 : head;
    xz_entity_key(kind, ID, &key);
    put(batch, &key, data + 2, head);
    if (kind == XZ_ENTITY_INSTITUTION) {
        static const unsigned char hour[8] = {0x80, 0, 0, 0, 0, 0x07, 0x83, 0x20};

        xz_buf_bytes(&key, hour, sizeof(hour));
        put(batch, &key, data + 2 + head, size - 2 - head);
    }
    if (xz_store_write(store, batch, NULL) == XZ_OK &&
        xz_entity_load(store, kind, ID, &entity, NULL) == XZ_OK && entity != NULL) {
        check_again(store, entity);
    }
    xz_entity_free(entity);
    xz_buf_fini(&key);
    xz_batch_free(batch);
    xz_store_close(store);
    return 0;
}
