/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/records.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stream/kafka.h"

#define ANSWER_MS 10000
#define POLL_MS   100

static enum xz_rc not_found(struct xz_err *err)
{
    return xz_err_reject(err, "not_found", "", "the log does not hold this record");
}

/* ---- where partitions begin and end ---- */

struct part {
    const char *topic;
    int32_t partition;
    int64_t low, high; /* offsets; high is the one after the last */
};

struct parts {
    struct part *items;
    size_t count, cap;
};

static enum xz_rc answer(rd_kafka_resp_err_t code, struct xz_err *err)
{
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? XZ_OK
               : xz_err_set(err, XZ_RETRY, "the broker does not answer: %s",
                            rd_kafka_err2str(code));
}

static void add_parts(struct parts *parts, const char *topic,
                      const struct rd_kafka_metadata *metadata)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const int count =
            strcmp(metadata->topics[i].topic, topic) == 0 ? metadata->topics[i].partition_cnt : 0;

        for (int p = 0; p < count; p++) {
            xz_array_reserve((void **)&parts->items, &parts->cap, parts->count + 1,
                             sizeof(*parts->items));
            parts->items[parts->count++] = (struct part){.topic = topic, .partition = p};
        }
    }
}

static enum xz_rc find_parts(const struct xz_config *config, const char *const topics[],
                             size_t count, struct parts *parts, struct xz_err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_t *client = NULL;
    enum xz_rc rc = xz_kafka_reader(config, &client, err);

    rc = rc == XZ_OK ? answer(rd_kafka_metadata(client, 1, NULL, &metadata, ANSWER_MS), err) : rc;
    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        add_parts(parts, topics[i], metadata);
    }
    for (size_t i = 0; rc == XZ_OK && i < parts->count; i++) {
        struct part *part = &parts->items[i];

        rc = answer(rd_kafka_query_watermark_offsets(client, part->topic, part->partition,
                                                     &part->low, &part->high, ANSWER_MS),
                    err);
    }
    if (metadata != NULL) {
        rd_kafka_metadata_destroy(metadata);
    }
    xz_kafka_reader_close(client);
    return rc;
}

/* ---- one record ---- */

static struct xz_str header_of(const rd_kafka_headers_t *headers, const char *name)
{
    const void *value = NULL;
    size_t len = 0;

    return headers != NULL && rd_kafka_header_get_last(headers, name, &value, &len) ==
                                  RD_KAFKA_RESP_ERR_NO_ERROR
               ? (struct xz_str){value, (uint32_t)len}
               : XZ_STR_NONE;
}

static struct xz_log_record record_of(const rd_kafka_message_t *message, const char *topic)
{
    rd_kafka_headers_t *headers = NULL;

    (void)rd_kafka_message_headers(message, &headers);
    return (struct xz_log_record){.topic = topic,
                                  .partition = message->partition,
                                  .offset = message->offset,
                                  .at_ms = xz_kafka_timestamp(message, 0),
                                  .value = {message->payload, (uint32_t)message->len},
                                  .content_type = header_of(headers, "content-type"),
                                  .reason = header_of(headers, "reason"),
                                  .detail = header_of(headers, "detail"),
                                  .source_topic = header_of(headers, "source-topic"),
                                  .source_partition = header_of(headers, "source-partition"),
                                  .source_offset = header_of(headers, "source-offset")};
}

struct looking {
    const char *topic;
    int64_t offset;
    xz_log_record_fn take;
    void *arg;
    struct xz_err *err;
    bool found;
    enum xz_rc rc;
};

static bool look(void *arg, const rd_kafka_message_t *message)
{
    struct looking *looking = arg;

    if (message->offset == looking->offset) {
        const struct xz_log_record record = record_of(message, looking->topic);

        looking->found = true;
        looking->rc = looking->take(looking->arg, &record, looking->err);
    }
    return false;
}

static enum xz_rc read_at(const struct xz_config *config, const struct part *part, int64_t offset,
                          xz_log_record_fn take, void *arg, struct xz_err *err)
{
    struct looking looking = {part->topic, offset, take, arg, err, false, XZ_OK};
    int64_t next = 0;
    enum xz_rc rc;

    if (offset < part->low || offset >= part->high) {
        return not_found(err);
    }
    rc = xz_kafka_read(config, part->topic, part->partition, offset, look, &looking, &next, err);
    if (rc != XZ_OK) {
        return rc;
    }
    return looking.found ? looking.rc : not_found(err);
}

enum xz_rc xz_record_at(const struct xz_config *config, const char *topic, int32_t partition,
                        int64_t offset, xz_log_record_fn take, void *arg, struct xz_err *err)
{
    struct parts parts = {0};
    enum xz_rc rc = find_parts(config, &topic, 1, &parts, err);

    if (rc == XZ_OK) {
        rc = partition >= 0 && (size_t)partition < parts.count
                 ? read_at(config, &parts.items[partition], offset, take, arg, err)
                 : not_found(err);
    }
    free(parts.items);
    return rc;
}

/* ---- several ---- */

/* The record at one place, by a client that is open; nothing when it is not there. */
static enum xz_rc read_one(rd_kafka_t *client, const struct xz_log_place *place,
                           struct looking *looking)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    bool over = false;
    int waited_ms = 0;

    rd_kafka_topic_partition_list_add(list, place->topic, place->partition)->offset = place->offset;
    (void)rd_kafka_assign(client, list);
    while (!over && waited_ms < ANSWER_MS) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, POLL_MS);

        if (message == NULL) {
            waited_ms += POLL_MS;
            continue;
        }
        over = message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
               message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            (void)look(looking, message);
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return over ? looking->rc
                : xz_err_set(looking->err, XZ_RETRY, "%s/%d does not answer", place->topic,
                             place->partition);
}

static bool is_held(const struct parts *parts, const struct xz_log_place *place)
{
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *part = &parts->items[i];

        if (part->partition == place->partition && strcmp(part->topic, place->topic) == 0) {
            return place->offset >= part->low && place->offset < part->high;
        }
    }
    return false;
}

/* The topics of these places, each once; their texts are the places'. */
static size_t topics_of(const struct xz_log_place *places, size_t count,
                        const char *topics[static XZ_EVENT_TOPICS_MAX])
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        size_t at = 0;

        while (at < found && strcmp(topics[at], places[i].topic) != 0) {
            at++;
        }
        if (at == found && found < XZ_EVENT_TOPICS_MAX) {
            topics[found++] = places[i].topic;
        }
    }
    return found;
}

enum xz_rc xz_records_at(const struct xz_config *config, const struct xz_log_place *places,
                         size_t count, xz_log_record_fn take, void *arg, struct xz_err *err)
{
    const char *topics[XZ_EVENT_TOPICS_MAX];
    struct parts parts = {0};
    rd_kafka_t *client = NULL;
    enum xz_rc rc = find_parts(config, topics, topics_of(places, count, topics), &parts, err);

    rc = rc == XZ_OK ? xz_kafka_reader(config, &client, err) : rc;
    if (rc == XZ_OK) {
        (void)rd_kafka_poll_set_consumer(client);
    }
    for (size_t i = 0; rc == XZ_OK && i < count; i++) {
        struct looking looking = {places[i].topic, places[i].offset, take, arg, err, false, XZ_OK};

        rc = is_held(&parts, &places[i]) ? read_one(client, &places[i], &looking) : XZ_OK;
    }
    xz_kafka_reader_close(client);
    free(parts.items);
    return rc;
}

/* ---- a random one ---- */

enum xz_rc xz_record_draw(const struct xz_config *config, uint64_t random, xz_log_record_fn take,
                          void *arg, struct xz_err *err)
{
    char *names = xz_strdup(config->topics_events);
    const char *topics[XZ_EVENT_TOPICS_MAX];
    const size_t count = xz_split_names(names, topics, XZ_EVENT_TOPICS_MAX);
    struct parts parts = {0};
    uint64_t total = 0, at;
    enum xz_rc rc = find_parts(config, topics, count, &parts, err);

    for (size_t i = 0; i < parts.count; i++) {
        total += (uint64_t)(parts.items[i].high - parts.items[i].low);
    }
    if (rc == XZ_OK && total == 0) {
        rc = not_found(err);
    }
    at = total > 0 ? random % total : 0;
    for (size_t i = 0; rc == XZ_OK && i < parts.count; i++) {
        const struct part *part = &parts.items[i];
        const uint64_t held = (uint64_t)(part->high - part->low);

        if (at < held) {
            rc = read_at(config, part, part->low + (int64_t)at, take, arg, err);
            break;
        }
        at -= held;
    }
    free(parts.items);
    free(names);
    return rc;
}

/* ---- the newest ---- */

struct kept {
    struct xz_log_record record; /* its texts lie in bytes */
    struct xz_buf bytes;
};

struct keeping {
    const char *topic;
    struct kept *items;
    size_t count, cap;
};

static void keep_texts(struct kept *kept)
{
    struct xz_str *const texts[] = {&kept->record.value,        &kept->record.content_type,
                                    &kept->record.reason,       &kept->record.detail,
                                    &kept->record.source_topic, &kept->record.source_partition,
                                    &kept->record.source_offset};
    const size_t count = sizeof(texts) / sizeof(texts[0]);
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        xz_buf_bytes(&kept->bytes, texts[i]->ptr, texts[i]->len);
    }
    for (size_t i = 0; i < count; i++) {
        texts[i]->ptr = (const char *)kept->bytes.data + at;
        at += texts[i]->len;
    }
}

static bool keep(void *arg, const rd_kafka_message_t *message)
{
    struct keeping *keeping = arg;

    xz_array_reserve((void **)&keeping->items, &keeping->cap, keeping->count + 1,
                     sizeof(*keeping->items));
    keeping->items[keeping->count] = (struct kept){.record = record_of(message, keeping->topic)};
    keep_texts(&keeping->items[keeping->count++]);
    return true;
}

static int newest_first(const void *left, const void *right)
{
    const struct xz_log_record *a = &((const struct kept *)left)->record;
    const struct xz_log_record *b = &((const struct kept *)right)->record;

    return a->at_ms != b->at_ms ? (a->at_ms < b->at_ms) - (a->at_ms > b->at_ms)
           : a->partition != b->partition
               ? (a->partition > b->partition) - (a->partition < b->partition)
               : (a->offset < b->offset) - (a->offset > b->offset);
}

enum xz_rc xz_records_newest(const struct xz_config *config, const char *topic, size_t max,
                             xz_log_record_fn take, void *arg, struct xz_err *err)
{
    struct parts parts = {0};
    struct keeping keeping = {.topic = topic};
    enum xz_rc rc = find_parts(config, &topic, 1, &parts, err);

    for (size_t i = 0; rc == XZ_OK && i < parts.count; i++) {
        const struct part *part = &parts.items[i];
        const int64_t from =
            part->high - part->low > (int64_t)max ? part->high - (int64_t)max : part->low;
        int64_t next = 0;

        rc = part->high > part->low
                 ? xz_kafka_read(config, topic, part->partition, from, keep, &keeping, &next, err)
                 : XZ_OK;
    }
    if (keeping.count > 0) {
        qsort(keeping.items, keeping.count, sizeof(*keeping.items), newest_first);
    }
    for (size_t i = 0; rc == XZ_OK && i < keeping.count && i < max; i++) {
        rc = take(arg, &keeping.items[i].record, err);
    }
    for (size_t i = 0; i < keeping.count; i++) {
        xz_buf_fini(&keeping.items[i].bytes);
    }
    free(keeping.items);
    free(parts.items);
    return rc;
}
