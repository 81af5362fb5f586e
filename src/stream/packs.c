/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/packs.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "stream/frame.h"

#define FLUSH_MS 30000
#define LOOK_MS  250 /* so often: does somebody want the end meanwhile? */
#define ACTIVE   XZ_STR("active")

struct loaded {
    struct xz_pack *pack;
};

struct xz_packs {
    const struct xz_config *config;
    pthread_mutex_t lock;
    struct loaded *items;
    size_t count, cap;
};

struct xz_packs *xz_packs_new(const struct xz_config *config)
{
    struct xz_packs *packs = xz_calloc(1, sizeof(*packs));

    packs->config = config;
    (void)pthread_mutex_init(&packs->lock, NULL);
    return packs;
}

void xz_packs_free(struct xz_packs *packs)
{
    if (packs == NULL) {
        return;
    }
    for (size_t i = 0; i < packs->count; i++) {
        xz_pack_free(packs->items[i].pack);
    }
    free(packs->items);
    (void)pthread_mutex_destroy(&packs->lock);
    free(packs);
}

struct search {
    struct xz_str key;
    struct xz_buf value;
    bool found;
};

static bool on_record(void *arg, const rd_kafka_message_t *message)
{
    struct search *search = arg;
    const struct xz_str key = {message->key, (uint32_t)message->key_len};

    if (xz_str_eq(key, search->key)) {
        xz_buf_clear(&search->value);
        xz_buf_bytes(&search->value, message->payload, message->len);
        search->found = message->len > 0;
    }
    return true;
}

static enum xz_rc find(const struct xz_config *config, struct search *search, struct xz_err *err)
{
    int64_t next;

    return xz_kafka_read(config, config->topics_packs, 0, RD_KAFKA_OFFSET_BEGINNING, on_record,
                         search, &next, err);
}

static enum xz_rc get(struct xz_packs *packs, struct xz_str sha256, const struct xz_pack **pack,
                      struct xz_err *err)
{
    struct search search = {.key = sha256};
    struct xz_pack *made = NULL;
    enum xz_rc rc;

    for (size_t i = 0; i < packs->count; i++) {
        if (xz_str_eq(xz_str_from(xz_pack_sha256(packs->items[i].pack)), sha256)) {
            *pack = packs->items[i].pack;
            return XZ_OK;
        }
    }
    rc = find(packs->config, &search, err);
    if (rc == XZ_OK && !search.found) {
        rc = xz_err_set(err, XZ_CONFIG,
                        "pack " XZ_STR_FMT
                        " is named in the log but is not in %s: activate it again",
                        XZ_STR_ARG(sha256), packs->config->topics_packs);
    }
    rc = rc == XZ_OK ? xz_pack_load_archive(xz_buf_view(&search.value), xz_engine_schema(), NULL,
                                            NULL, &made, err)
                     : rc;
    xz_buf_fini(&search.value);
    if (rc == XZ_OK) {
        xz_array_reserve((void **)&packs->items, &packs->cap, packs->count + 1,
                         sizeof(packs->items[0]));
        packs->items[packs->count++].pack = made;
        *pack = made;
    }
    return rc;
}

enum xz_rc xz_packs_get(struct xz_packs *packs, struct xz_str sha256, const struct xz_pack **pack,
                        struct xz_err *err)
{
    enum xz_rc rc;

    (void)pthread_mutex_lock(&packs->lock);
    rc = get(packs, sha256, pack, err);
    (void)pthread_mutex_unlock(&packs->lock);
    return rc;
}

enum xz_rc xz_packs_active(const struct xz_config *config, char sha256[static 65],
                           struct xz_err *err)
{
    struct search search = {.key = ACTIVE};
    const enum xz_rc rc = find(config, &search, err);

    sha256[0] = '\0';
    if (rc == XZ_OK && search.found && search.value.len == 64) {
        memcpy(sha256, search.value.data, 64);
        sha256[64] = '\0';
    }
    xz_buf_fini(&search.value);
    return rc;
}

struct flight {
    uint64_t failed;
};

static void delivered(void *arg, const rd_kafka_message_t *message)
{
    struct flight *flight = arg;

    flight->failed += message->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static enum xz_rc flushed(struct xz_producer *producer, struct xz_patience patience,
                          const struct flight *flight, struct xz_err *err)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;

    for (int waited_ms = 0; code == RD_KAFKA_RESP_ERR__TIMED_OUT && waited_ms < FLUSH_MS &&
                            !xz_patience_is_over(patience);
         waited_ms += LOOK_MS) {
        code = rd_kafka_flush(producer->client, LOOK_MS);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR || flight->failed > 0) {
        return xz_err_set(err, XZ_RETRY, "the broker did not take the pack: it is not active");
    }
    return XZ_OK;
}

enum xz_rc xz_packs_activate(const struct xz_config *config, struct xz_patience patience,
                             const char *dir, int32_t partitions, char sha256[static 65],
                             struct xz_err *err)
{
    struct xz_pack *pack = NULL;
    struct xz_buf archive = {0}, frame = {0};
    struct xz_producer producer = {0};
    struct flight flight = {0};
    enum xz_rc rc = xz_pack_load(dir, xz_engine_schema(), NULL, NULL, &pack, err);

    rc = rc == XZ_OK ? xz_pack_archive(dir, &archive, sha256, err) : rc;
    rc = rc == XZ_OK ? xz_producer_open(&producer, config, delivered, &flight, err) : rc;
    if (rc == XZ_OK) { /* the archive first: a control frame must never name what is nowhere */
        rc = xz_produce(&producer, config->topics_packs, 0, xz_str_from(sha256),
                        xz_buf_view(&archive), false, NULL, 0, NULL, err);
        rc = rc == XZ_OK ? flushed(&producer, patience, &flight, err) : rc;
    }
    xz_frame_pack(&frame, xz_str_from(sha256));
    for (int32_t p = 0; rc == XZ_OK && p < partitions; p++) {
        rc = xz_produce(&producer, config->topics_observations, p, XZ_STR_NONE, xz_buf_view(&frame),
                        false, NULL, 0, NULL, err);
    }
    if (rc == XZ_OK) {
        rc = xz_produce(&producer, config->topics_packs, 0, ACTIVE, xz_str_from(sha256), false,
                        NULL, 0, NULL, err);
        rc = rc == XZ_OK ? flushed(&producer, patience, &flight, err) : rc;
    }
    xz_producer_close(&producer);
    xz_buf_fini(&archive);
    xz_buf_fini(&frame);
    xz_pack_free(pack);
    return rc;
}
