/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes a partition durable. First what it published is acknowledged; then entities and marker go,
 * atomically, to the changelog and from there to the local store.
 *
 * What is to become durable is taken as it stands between two frames; the rest waits for brokers
 * and disks, and so goes on in a thread beside the frames that follow (a checkpoint used to hold up
 * one event in ten). One at a time: what was taken is whole before the next is.
 */
#include <inttypes.h>

#include "base/mem.h"
#include "stream/partition_int.h"

#define CHANGELOG_KEY XZ_STR("c") /* local only: where the changelog goes on */
#define BROKER_MS     60000       /* so long an answer of the broker may take */
#define STOPPING_MS                                                                                \
    5000 /* and so long when the process is to end: what is not durable is done again */
#define PATIENCE_MS    1000 /* between two looks at that */
#define ANSWER_POLL_MS 10

static void encode_marker(const struct xz_part *part, struct xz_buf *out)
{
    const struct xz_marker marker = {
        .cluster = xz_str_from(part->setup.shared->cluster_id),
        .topic = xz_str_from(part->config->topics_observations),
        .partitions = (uint64_t)part->setup.shared->partitions,
        .next = part->next,
        .epoch = part->epoch,
        .pack = xz_str_from(part->pack_sha256),
    };

    xz_marker_encode(&marker, &part->marks, out);
}

struct changelog_put {
    struct xz_part *part;
    enum xz_rc rc;
    struct xz_err *err;
};

static void put_changelog(void *arg, struct xz_str key, struct xz_str value, bool deleted)
{
    struct changelog_put *put = arg;

    if (put->rc == XZ_OK) {
        put->rc = xz_produce(&put->part->changelog, put->part->config->topics_state,
                             put->part->setup.id, key, value, deleted, NULL, 0, NULL, put->err);
    }
}

enum xz_rc xz_part_of_error(rd_kafka_error_t *error, const char *what, struct xz_err *err)
{
    if (error == NULL) {
        return XZ_OK;
    }
    (void)xz_err_set(err, XZ_RETRY, "%s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return XZ_RETRY; /* fenced, or in doubt: the role begins again at what is durable */
}

static bool is_over(const struct xz_part *part, int64_t began_ms)
{
    return xz_now_ms() - began_ms >= (part->setup.shared->stop ? STOPPING_MS : BROKER_MS);
}

/* Until the commit is through, or hopeless, or the process is to end. */
static rd_kafka_error_t *commit_changelog(struct xz_part *part)
{
    const int64_t began_ms = xz_now_ms();
    rd_kafka_error_t *error = rd_kafka_commit_transaction(part->changelog.client, PATIENCE_MS);

    while (error != NULL && rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__TIMED_OUT &&
           rd_kafka_error_is_retriable(error) && !is_over(part, began_ms)) {
        rd_kafka_error_destroy(error);
        error = rd_kafka_commit_transaction(part->changelog.client, PATIENCE_MS);
    }
    return error;
}

static enum xz_rc write_changelog(struct xz_part *part, const struct xz_batch *batch,
                                  struct xz_err *err)
{
    struct changelog_put put = {part, XZ_OK, err};
    enum xz_rc rc = xz_part_of_error(rd_kafka_begin_transaction(part->changelog.client),
                                     "changelog: begin", err);

    if (rc == XZ_OK) {
        xz_batch_each(batch, put_changelog, &put);
        rc = put.rc;
    }
    if (rc == XZ_OK) {
        rc = xz_part_of_error(commit_changelog(part),
                              "changelog: commit (was the partition taken over?)", err);
    }
    return rc == XZ_OK && part->changelog_lost
               ? xz_err_set(err, XZ_RETRY, "changelog: a record was lost")
               : rc;
}

enum xz_rc xz_part_write_store(struct xz_part *part, struct xz_batch *batch, struct xz_err *err)
{
    struct xz_buf next = {0};
    enum xz_rc rc;

    xz_buf_svar(&next, part->changelog_next);
    xz_batch_put(batch, CHANGELOG_KEY, xz_buf_view(&next));
    rc = xz_store_write(part->store, batch, err);
    xz_buf_fini(&next);
    return rc;
}

enum xz_rc xz_part_read_place(struct xz_part *part, bool *found, struct xz_err *err)
{
    struct xz_buf value = {0};
    enum xz_rc rc = xz_store_get(part->store, CHANGELOG_KEY, &value, found, err);

    part->changelog_next = 0;
    if (rc == XZ_OK && *found) {
        struct xz_reader reader = xz_reader_of(value.data, value.len);

        part->changelog_next = xz_read_svar(&reader);
    }
    xz_buf_fini(&value);
    return rc;
}

/* ---- on its way ---- */

static void *land(void *arg)
{
    struct xz_part *part = arg;
    struct xz_landing *landing = &part->landing;

    landing->rc = write_changelog(part, landing->batch, &landing->err);
    if (landing->rc == XZ_OK) {
        landing->rc = xz_part_write_store(part, landing->batch, &landing->err);
    }
    landing->done = true;
    return NULL;
}

static void forget(struct xz_landing *landing)
{
    xz_batch_free(landing->batch);
    landing->batch = NULL;
    landing->state = XZ_LANDING_NONE;
}

void xz_part_checkpoint_drop(struct xz_part *part)
{
    if (part->landing.state == XZ_LANDING_UNDER_WAY) {
        (void)pthread_join(part->landing.thread, NULL);
    }
    forget(&part->landing);
}

enum xz_rc xz_part_checkpoint_begin(struct xz_part *part, struct xz_err *err)
{
    struct xz_landing *landing = &part->landing;
    struct xz_buf marker = {0};
    enum xz_rc rc;

    if (landing->state != XZ_LANDING_NONE) {
        return XZ_OK;
    }
    if (part->next == part->checkpointed) {
        part->durable_ms = xz_now_ms();
        return XZ_OK;
    }
    rc = xz_part_flush(part, err);
    if (rc != XZ_OK) {
        return rc;
    }
    landing->state = XZ_LANDING_TAKEN;
    landing->next = part->next;
    landing->began_ms = xz_now_ms();
    landing->batch = xz_batch_new();
    landing->done = false;
    part->flight ^= 1u;
    xz_cache_checkpoint(part->cache, landing->batch);
    encode_marker(part, &marker);
    xz_batch_put(landing->batch, XZ_MARKER_KEY, xz_buf_view(&marker));
    xz_buf_fini(&marker);
    return XZ_OK;
}

/* All alerts and derived frames until it was taken are acknowledged: it may land. */
static enum xz_rc begin_landing(struct xz_part *part, struct xz_err *err)
{
    struct xz_landing *landing = &part->landing;
    const struct xz_flight *flight = &part->setup.flights[part->flight ^ 1u];

    if (*part->setup.lost || is_over(part, landing->began_ms)) {
        return xz_err_set(err, XZ_RETRY, "alerts or derived frames are not acknowledged");
    }
    if (flight->answered < flight->sent) {
        return XZ_OK;
    }
    if (pthread_create(&landing->thread, NULL, land, part) != 0) {
        return xz_err_set(err, XZ_RETRY, "a thread for a checkpoint cannot be started");
    }
    landing->state = XZ_LANDING_UNDER_WAY;
    return XZ_OK;
}

static enum xz_rc end_landing(struct xz_part *part, struct xz_err *err)
{
    struct xz_landing *landing = &part->landing;

    (void)pthread_join(landing->thread, NULL);
    if (landing->rc != XZ_OK) {
        *err = landing->err;
        forget(landing);
        return landing->rc;
    }
    xz_cache_clean(part->cache);
    xz_cache_settle(part->cache);
    part->checkpointed = landing->next;
    part->durable_ms = xz_now_ms();
    part->took_ms = part->durable_ms - landing->began_ms;
    part->setup.shared->metrics->checkpoints++;
    forget(landing);
    return XZ_OK;
}

enum xz_rc xz_part_checkpoint_proceed(struct xz_part *part, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    if (part->landing.state == XZ_LANDING_TAKEN) {
        rc = begin_landing(part, err);
    }
    if (rc == XZ_OK && part->landing.state == XZ_LANDING_UNDER_WAY && part->landing.done) {
        rc = end_landing(part, err);
    }
    return rc;
}

static enum xz_rc complete(struct xz_part *part, struct xz_err *err)
{
    enum xz_rc rc = XZ_OK;

    while (rc == XZ_OK && part->landing.state == XZ_LANDING_TAKEN) {
        rc = begin_landing(part, err);
        if (rc == XZ_OK && part->landing.state == XZ_LANDING_TAKEN) {
            (void)rd_kafka_poll(part->setup.producer->client, ANSWER_POLL_MS);
        }
    }
    return rc == XZ_OK && part->landing.state == XZ_LANDING_UNDER_WAY ? end_landing(part, err) : rc;
}

enum xz_rc xz_part_checkpoint(struct xz_part *part, struct xz_err *err)
{
    enum xz_rc rc = complete(part, err);

    rc = rc == XZ_OK ? xz_part_checkpoint_begin(part, err) : rc;
    return rc == XZ_OK ? complete(part, err) : rc;
}
