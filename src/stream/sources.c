/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The source partitions that this process reads, and how far each is durable.
 *
 * A writer belongs to one source partition. Its epoch is raised durably, in the metadata of the
 * committed offset, before its first frame; that commit also shuts out its predecessor's. An offset
 * is committed only when every frame (and reject) up to it is acknowledged. A writer that loses a
 * frame commits nothing past it and ends: whoever comes next starts at the first position that is
 * not durable. tests/model checks exactly this.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stream/ingest_int.h"

#define DRAIN_MS     30000
#define NO_BROKER_MS 3000
#define QUERY_MS     10000

/* ---- batches ---- */

static void settle(struct source *source)
{
    while (source->first != NULL && source->first->outstanding == 0 &&
           source->first != source->open) {
        struct batch *done = source->first;

        source->durable = done->end;
        source->durable_newest_ms = done->newest_ms;
        source->first = done->next;
        if (source->first == NULL) {
            source->last = NULL;
        }
        free(done);
    }
}

void xz_sources_on_delivery(void *arg, const rd_kafka_message_t *message)
{
    struct ingest *ingest = arg;
    struct batch *batch = message->_private;

    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        ingest->lost = true;
        (void)xz_err_set(&ingest->why, XZ_RETRY, "a frame was lost: %s",
                         rd_kafka_message_errstr(message));
        return; /* its batch never settles, so nothing past it is committed */
    }
    batch->outstanding--;
    settle(batch->source);
}

struct batch *xz_source_batch(struct source *source)
{
    if (source->open == NULL) {
        struct batch *batch = xz_calloc(1, sizeof(*batch));

        batch->source = source;
        if (source->last != NULL) {
            source->last->next = batch;
        } else {
            source->first = batch;
        }
        source->last = batch;
        source->open = batch;
    }
    return source->open;
}

enum xz_rc xz_source_flush(struct ingest *ingest, struct source *source, struct xz_err *err)
{
    struct batch *batch;
    enum xz_rc rc = XZ_OK;

    if (source->read == source->sealed) {
        return XZ_OK;
    }
    batch = xz_source_batch(source);
    batch->end = source->read;
    batch->newest_ms = source->newest_ms;
    for (int32_t p = 0; rc == XZ_OK && p < ingest->shared->partitions; p++) {
        struct target *target = &source->targets[p];

        if (target->count == 0) {
            continue;
        }
        batch->outstanding++;
        rc = xz_produce(&ingest->producer, ingest->config->topics_observations, p, XZ_STR_NONE,
                        xz_buf_view(&target->frame), false, NULL, 0, batch, err);
        ingest->shared->metrics->frames_written++;
        xz_buf_clear(&target->frame);
        target->count = 0;
    }
    source->sealed = source->read;
    source->pending_bytes = 0;
    source->flushed_ms = source->newest_ms;
    source->open = NULL;
    settle(source);
    return rc;
}

/* ---- partitions come and go ---- */

static void source_free(struct source *source, int32_t partitions)
{
    for (int32_t p = 0; p < partitions; p++) {
        xz_buf_fini(&source->targets[p].frame);
    }
    free(source->targets);
    free(source->known);
    while (source->first != NULL) {
        struct batch *batch = source->first;

        source->first = batch->next;
        free(batch);
    }
    free(source);
}

static void metadata_of(const struct source *source, int64_t newest_ms, char text[static 96])
{
    (void)snprintf(text, 96, "%" PRIu64 " %" PRId64 " %" PRId64, source->epoch, newest_ms,
                   source->doubt);
}

static void set_offset(rd_kafka_topic_partition_t *at, const struct source *source, int64_t offset,
                       int64_t newest_ms)
{
    char text[96];

    metadata_of(source, newest_ms, text);
    at->offset = offset;
    rd_kafka_mem_free(NULL, at->metadata);
    at->metadata = xz_strdup(text);
    at->metadata_size = strlen(text);
}

struct left {       /* by the predecessor */
    uint64_t epoch; /* 0: the offset is nobody's, or set by hand */
    int64_t newest_ms, doubt;
};

/* What metadata_of wrote. */
static struct left read_metadata(const rd_kafka_topic_partition_t *at)
{
    struct left left = {0, INT64_MIN, -1};
    char text[96] = "", *rest = text, *end;
    uint64_t epoch;

    if (at->metadata_size == 0 || at->metadata_size >= sizeof(text)) {
        return left;
    }
    memcpy(text, at->metadata, at->metadata_size);
    epoch = strtoull(text, &rest, 10);
    if (rest != text) {
        left.epoch = epoch;
        left.newest_ms = strtoll(rest, &end, 10);
        left.newest_ms = end != rest ? left.newest_ms : INT64_MIN;
        left.doubt = strtoll(end, &rest, 10);
        left.doubt = rest != end ? left.doubt : -1;
    }
    return left;
}

/* ---- a topic made anew ---- */

/* Without an epoch the place is not one that a writer of ours committed: the group was forgotten,
 * or set by hand, or the topic is not the one that it was. A writer that found that has not gone
 * past its doubt. */
static bool is_sure(const struct left *left, int64_t offset)
{
    return left->epoch > 0 && left->doubt < offset;
}

bool xz_source_differs(const struct source *source, int32_t target, int64_t offset, int64_t at_ms)
{
    /* What was applied there was not newer than the newest that was applied. */
    return source->known != NULL && offset <= source->known[target].offset &&
           at_ms > source->known[target].newest_ms;
}

enum xz_rc xz_source_made_anew(const struct source *source, int64_t applied, struct xz_err *err)
{
    return xz_err_set(err, XZ_FATAL,
                      "%s is not the log that it was: positions up to %" PRId64 " were applied "
                      "before, and are others now, so its events would be skipped as replays. Was "
                      "it made anew? Write them to a topic of another name and set topics.events, "
                      "or begin afresh: remove state.dir, the topics of state and observations, "
                      "and the groups",
                      source->name, applied);
}

/* What the targets know of a source that the group has no place in. */
static enum xz_rc look_at_known(struct ingest *ingest, struct source *source,
                                const struct xz_applied *applied, struct xz_err *err)
{
    source->known = xz_calloc((size_t)ingest->shared->partitions, sizeof(source->known[0]));
    for (int32_t p = 0; p < ingest->shared->partitions; p++) {
        const struct xz_mark *mark = xz_applied_of(applied, p, source->name);

        source->known[p] = mark != NULL ? (struct known){mark->offset, mark->newest_ms}
                                        : (struct known){-1, INT64_MIN};
        source->doubt =
            source->known[p].offset > source->doubt ? source->known[p].offset : source->doubt;
    }
    return source->doubt < source->end ? XZ_OK : xz_source_made_anew(source, source->doubt, err);
}

/* What the predecessor left: where to begin, its epoch, the newest event time. */
static enum xz_rc begin_source(struct ingest *ingest, rd_kafka_topic_partition_t *at,
                               const struct xz_applied *applied, struct xz_err *err)
{
    struct source *source = xz_calloc(1, sizeof(*source));
    const struct left left = read_metadata(at);
    int64_t low = 0, high = 0;
    const uint64_t now = (uint64_t)xz_now_ms();
    rd_kafka_resp_err_t code;

    (void)snprintf(source->topic, sizeof(source->topic), "%s", at->topic);
    (void)snprintf(source->name, sizeof(source->name), "%s/%" PRId32, source->topic, at->partition);
    source->partition = at->partition;
    for (size_t i = 0; i < ingest->topic_count; i++) {
        source->topic_index =
            strcmp(ingest->topics[i], at->topic) == 0 ? (uint16_t)i : source->topic_index;
    }
    code = rd_kafka_query_watermark_offsets(ingest->consumer, at->topic, at->partition, &low, &high,
                                            QUERY_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        free(source);
        return xz_err_set(err, XZ_RETRY, "%s/%d: %s", at->topic, at->partition,
                          rd_kafka_err2str(code));
    }
    if (at->offset > high || (at->offset >= 0 && at->offset < low)) {
        free(source);
        return xz_err_set(
            err, XZ_FATAL,
            "%s/%d is out of range: %" PRId64 " is wanted, %" PRId64 " to %" PRId64
            " are there. If its retention has dropped what was not read yet, set the "
            "offsets of group %s-ingest by hand; if it was made anew, give it another "
            "name",
            at->topic, at->partition, at->offset, low, high, ingest->config->group);
    }
    source->end = high;
    source->doubt = -1;
    if (!is_sure(&left, at->offset) && look_at_known(ingest, source, applied, err) != XZ_OK) {
        source_free(source, 0);
        return XZ_FATAL;
    }
    at->offset = at->offset < 0 ? low : at->offset;
    source->epoch = left.epoch + 1 > now ? left.epoch + 1 : now;
    source->newest_ms = source->durable_newest_ms = source->flushed_ms = left.newest_ms;
    source->read = source->sealed = source->durable = source->committed = at->offset;
    source->targets = xz_calloc((size_t)ingest->shared->partitions, sizeof(struct target));
    source->next = ingest->sources;
    ingest->sources = source;
    set_offset(at, source, at->offset, left.newest_ms);
    xz_log(XZ_LOG_INFO, "ingest", "assigned", "source=%s offset=%" PRId64 " epoch=%" PRIu64,
           source->name, source->read, source->epoch);
    return XZ_OK;
}

/* Of the dropped ones, those that no report will name any more. */
static void forget_settled(struct ingest *ingest)
{
    struct source **at = &ingest->dropped;

    while (*at != NULL) {
        struct source *source = *at;
        bool flying = false;

        for (const struct batch *batch = source->first; batch != NULL; batch = batch->next) {
            flying = flying || batch->outstanding > 0;
        }
        if (flying) {
            at = &source->next;
        } else {
            *at = source->next;
            source_free(source, ingest->shared->partitions);
        }
    }
}

static enum xz_rc begin_sources(struct ingest *ingest, rd_kafka_topic_partition_list_t *list,
                                struct xz_err *err)
{
    struct xz_applied applied = {0};
    bool sure = true;
    enum xz_rc rc = XZ_OK;

    for (int i = 0; i < list->cnt; i++) {
        const struct left left = read_metadata(&list->elems[i]);

        sure = sure && is_sure(&left, list->elems[i].offset);
    }
    if (!sure) {
        rc = xz_applied_read(ingest->config, ingest->shared->partitions, &applied, err);
    }
    for (int i = 0; rc == XZ_OK && i < list->cnt; i++) {
        rc = begin_source(ingest, &list->elems[i], &applied, err);
    }
    xz_applied_fini(&applied);
    return rc;
}

static void on_assign(struct ingest *ingest, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_resp_err_t code = rd_kafka_committed(ingest->consumer, list, 10000);
    struct xz_err err = {0};
    enum xz_rc rc = XZ_OK;

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rc = xz_err_set(&err, XZ_RETRY, "committed offsets: %s", rd_kafka_err2str(code));
    }
    forget_settled(ingest);
    rc = rc == XZ_OK ? begin_sources(ingest, list, &err) : rc;
    if (rc == XZ_OK && list->cnt > 0) {
        /* The epoch is durable, and a predecessor's commits are refused, before the first frame. */
        code = rd_kafka_commit(ingest->consumer, list, 0);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = xz_err_set(&err, XZ_RETRY, "the epoch cannot be raised: %s",
                            rd_kafka_err2str(code));
        }
    }
    (void)rd_kafka_assign(ingest->consumer, rc == XZ_OK ? list : NULL);
    for (struct source *source = ingest->sources; rc == XZ_OK && source != NULL;
         source = source->next) { /* read apart, so that the furthest behind can go first */
        rc = xz_kafka_apart(ingest->consumer, source->topic, source->partition, source->read,
                            &source->queue, &err);
    }
    if (rc != XZ_OK) {
        ingest->lost = true;
        ingest->why = err;
        return;
    }
    xz_role_set_down(ingest->shared, XZ_ROLE_INGEST, false);
}

void xz_sources_commit(struct ingest *ingest, bool wait)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (source->durable > source->committed) {
            set_offset(rd_kafka_topic_partition_list_add(list, source->topic, source->partition),
                       source, source->durable, source->durable_newest_ms);
            source->committed = source->durable;
        }
    }
    if (list->cnt > 0) {
        const rd_kafka_resp_err_t code = rd_kafka_commit(ingest->consumer, list, !wait);

        if (wait && code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            xz_log(XZ_LOG_WARN, "ingest", "commit", "error=\"%s\"", rd_kafka_err2str(code));
        }
    }
    rd_kafka_topic_partition_list_destroy(list);
}

/* Everything read becomes durable, then is committed. */
void xz_sources_drain(struct ingest *ingest)
{
    struct xz_err err = {0};

    for (struct source *source = ingest->sources; source != NULL; source = source->next) {
        if (xz_source_flush(ingest, source, &err) != XZ_OK) {
            ingest->lost = true;
            ingest->why = err;
        }
    }
    if (rd_kafka_flush(ingest->producer.client,
                       ingest->shared->down[XZ_ROLE_INGEST] ? NO_BROKER_MS : DRAIN_MS) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        xz_log(XZ_LOG_WARN, "ingest", "drain",
               "left=%d error=\"not acknowledged: read again at the next start\"",
               rd_kafka_outq_len(ingest->producer.client));
    }
    xz_sources_commit(ingest, true);
}

void xz_sources_drop(struct ingest *ingest)
{
    while (ingest->sources != NULL) {
        struct source *source = ingest->sources;

        ingest->sources = source->next;
        if (source->queue != NULL) {
            rd_kafka_queue_destroy(source->queue);
            source->queue = NULL;
        }
        source->next = ingest->dropped;
        ingest->dropped = source;
    }
}

void xz_sources_forget(struct ingest *ingest)
{
    xz_sources_drop(ingest);
    while (ingest->dropped != NULL) {
        struct source *source = ingest->dropped;

        ingest->dropped = source->next;
        source_free(source, ingest->shared->partitions);
    }
}

void xz_sources_on_rebalance(rd_kafka_t *consumer, rd_kafka_resp_err_t code,
                             rd_kafka_topic_partition_list_t *list, void *arg)
{
    struct ingest *ingest = arg;

    (void)consumer;
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        on_assign(ingest, list);
        return;
    }
    if (!rd_kafka_assignment_lost(ingest->consumer)) {
        xz_sources_drain(ingest);
    }
    xz_sources_drop(ingest);
    forget_settled(ingest);
    (void)rd_kafka_assign(ingest->consumer, NULL);
}
