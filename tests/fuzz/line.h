/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole line for targets that feed it: a pack that alarms at little, and alerts as they would
 * be published, checked as they come. Run from the root of the project: the pack's files are there.
 */
#ifndef XZ_FUZZ_LINE_H
#define XZ_FUZZ_LINE_H
#include "fuzz.h"

#include <zstd.h>

#include "alert/alert.h"
#include "alert/brief.h"
#include "base/buf.h"
#include "base/mem.h"
#include "engine/local.h"
#include "event/decode.h"
#include "event/field.h"
#include "pack/pack_int.h"

/* ---- packs ---- */

static inline enum xz_rc load_files_as_pack(struct xz_pack_files *files, struct xz_pack **pack,
                                            struct xz_err *err)
{
    struct xz_buf plain = {0}, archive = {0};
    enum xz_rc rc;

    xz_files_sort(files);
    xz_files_serialise(files, &plain);
    xz_buf_reserve(&archive, ZSTD_compressBound(plain.len));
    archive.len = ZSTD_compress(archive.data, archive.cap, plain.data, plain.len, 1);
    MUST(!ZSTD_isError(archive.len));
    rc = xz_pack_load_archive(xz_buf_view(&archive), xz_engine_schema(), NULL, NULL, pack, err);
    xz_buf_fini(&plain);
    xz_buf_fini(&archive);
    return rc;
}

static inline bool is_wanted(const struct xz_pack_file *file)
{
    static const char conclusive[] = "\nresult: conclusive";

    return file->place != XZ_PLACE_BASELINE && file->place != XZ_PLACE_DOC &&
           (file->place != XZ_PLACE_PATTERN ||
            memmem(file->bytes.ptr, file->bytes.len, conclusive, sizeof(conclusive) - 1) != NULL);
}

/* As the property tests have it: the shipped conclusive patterns, and statistical ones with
 * baselines by hand. Never freed. */
static inline const struct xz_pack *eager_pack(void)
{
    static struct xz_pack *pack;
    struct xz_pack_files shipped = {0}, own = {0}, all = {0};
    struct xz_err err = {0};
    struct xz_mistakes mistakes = {.err = &err};

    if (pack != NULL) {
        return pack;
    }
    xz_files_read(&shipped, "models/medical-insurance", &mistakes);
    xz_files_read(&own, "tests/property/pack", &mistakes);
    for (size_t i = 0; i < shipped.count; i++) {
        if (is_wanted(&shipped.files[i])) {
            xz_files_add(&all, "", xz_str_from(shipped.files[i].path), shipped.files[i].bytes, NULL,
                         &mistakes);
        }
    }
    for (size_t i = 0; i < own.count; i++) {
        xz_files_add(&all, "", xz_str_from(own.files[i].path), own.files[i].bytes, NULL, &mistakes);
    }
    if (mistakes.count > 0 || load_files_as_pack(&all, &pack, &err) != XZ_OK) {
        (void)fprintf(stderr, "%s: %s\n", err.path, err.msg);
    }
    MUST(pack != NULL);
    xz_files_fini(&shipped);
    xz_files_fini(&own);
    xz_files_fini(&all);
    return pack;
}

/* ---- what comes out ---- */

#define HEARD_MAX 256
struct hearing {
    struct {
        char id[27];
        uint32_t rev;
        enum xz_episode_status status;
    } alerts[HEARD_MAX];
    size_t count;
    struct xz_buf text; /* of all revisions, as JSON lines */
    uint64_t rejected;
};

static inline void hear_rev(struct hearing *hearing, const struct xz_judgement *judgement)
{
    size_t i = 0;

    while (i < hearing->count && strcmp(hearing->alerts[i].id, judgement->alert_id) != 0) {
        i++;
    }
    if (i == HEARD_MAX) {
        return;
    }
    if (i == hearing->count) {
        (void)snprintf(hearing->alerts[i].id, sizeof(hearing->alerts[i].id), "%s",
                       judgement->alert_id);
        hearing->alerts[i].rev = 0;
        hearing->count++;
    }
    /* An id may begin anew when its msgid comes again after the history has forgotten it. */
    MUST(judgement->rev == hearing->alerts[i].rev + 1 ||
         (judgement->rev == 1 && hearing->alerts[i].status != XZ_EPISODE_OPEN));
    hearing->alerts[i].rev = judgement->rev;
    hearing->alerts[i].status = judgement->status;
}

/* As it would be published, in both forms. */
static inline void hear_forms(struct hearing *hearing, const struct xz_judgement *judgement)
{
    static const struct xz_alert_context context = {NULL, NULL};
    struct xz_alert_brief brief;
    struct xz_buf bytes = {0};
    struct xz_err err = {0};

    MUST(judgement->score >= 0.0 && judgement->score <= 1.0);
    MUST(judgement->start_ms <= judgement->end_ms && judgement->member_count <= XZ_MEMBERS_MAX);
    xz_alert_to_json(judgement, &context, &hearing->text);
    xz_buf_u8(&hearing->text, '\n');
    xz_alert_to_protobuf(judgement, &context, &bytes);
    MUST(xz_alert_brief_read(xz_buf_view(&bytes), &brief, &err) == XZ_OK);
    MUST(strcmp(brief.pattern, judgement->pattern->id) == 0 && brief.rev == judgement->rev);
    xz_alert_brief_fini(&brief);
    xz_buf_fini(&bytes);
}

static inline void hear_judged(void *arg, const struct xz_judgement *judgement)
{
    hear_rev(arg, judgement);
    hear_forms(arg, judgement);
}

static inline void hear_rejected(void *arg, const struct xz_observation *observation,
                                 const struct xz_err *why)
{
    struct hearing *hearing = arg;

    MUST(observation->event != NULL && why->reason[0] != '\0');
    hearing->rejected++;
}

static inline struct xz_local *line_of(const struct xz_pack *pack, size_t cache_bytes,
                                       struct hearing *hearing)
{
    const struct xz_local_setup setup = {
        .pack = pack,
        .cache_bytes = cache_bytes,
        .sinks = {.arg = hearing, .judged = hear_judged, .rejected = hear_rejected},
    };

    return xz_local_new(&setup);
}

#define ENOUGH_BYTES                                                                               \
    ((size_t)4 << 20) /* for all entities of an input; a larger cache is slower                    \
                       */

/* The same events through a line that keeps all in memory, and through one that keeps nothing: each
 * event finds its entities as the store gives them back. The alerts must be the same bytes. */
typedef bool (*feed_fn)(void *arg, struct xz_local *local);
static inline void feed_both(const struct xz_pack *pack, feed_fn feed, void *arg)
{
    static struct hearing warm, cold;
    struct xz_local *local = line_of(pack, ENOUGH_BYTES, &warm);

    MUST(feed(arg, local));
    xz_local_free(local);
    local = line_of(pack, 1, &cold);
    MUST(feed(arg, local));
    xz_local_free(local);
    MUST(xz_str_eq(xz_buf_view(&warm.text), xz_buf_view(&cold.text)));
    MUST(warm.rejected == cold.rejected);
    xz_buf_fini(&warm.text);
    xz_buf_fini(&cold.text);
    memset(&warm, 0, sizeof(warm));
    memset(&cold, 0, sizeof(cold));
}

#endif
