/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/alert.h"
#include "base/mem.h"
#include "engine/local.h"

/* ---- the pack ---- */

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    char bytes[4096];
    size_t len;

    assert_non_null(in);
    assert_non_null(out);
    while ((len = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        assert_int_equal(fwrite(bytes, 1, len, out), len);
    }
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
}

static bool wanted(const char *folder, const char *file, bool conclusive_only)
{
    char path[512], line[256];
    FILE *in;
    bool found = !conclusive_only;

    if (file[0] == '.' || strlen(file) < 5) {
        return false;
    }
    (void)snprintf(path, sizeof(path), "%s/%s", folder, file);
    in = fopen(path, "rb");
    assert_non_null(in);
    while (!found && fgets(line, sizeof(line), in) != NULL) {
        found = strncmp(line, "result: conclusive", 18) == 0;
    }
    (void)fclose(in);
    return found;
}

static void copy_folder(const char *from, const char *to, bool conclusive_only)
{
    DIR *dir = opendir(from);
    struct dirent *entry;

    assert_non_null(dir);
    (void)mkdir(to, 0700);
    while ((entry = readdir(dir)) != NULL) {
        if (wanted(from, entry->d_name, conclusive_only)) {
            char source[512], target[512];

            (void)snprintf(source, sizeof(source), "%s/%s", from, entry->d_name);
            (void)snprintf(target, sizeof(target), "%s/%s", to, entry->d_name);
            copy_file(source, target);
        }
    }
    (void)closedir(dir);
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char inner[512];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0) {
            remove_folder(inner);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    (void)rmdir(path);
}

#define SHIPPED "models/medical-insurance"
#define OWN     "tests/property/pack"

static void print_mistake(void *arg, const struct xz_err *err)
{
    (void)arg;
    (void)fprintf(stderr, "%s: %s\n", err->path, err->msg);
}

struct xz_pack *harness_pack(void)
{
    char dir[] = "/tmp/xz-property-XXXXXX", path[256];
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};
    enum xz_rc rc;

    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/pack.yaml", dir);
    copy_file(SHIPPED "/pack.yaml", path);
    (void)snprintf(path, sizeof(path), "%s/codes", dir);
    copy_folder(SHIPPED "/codes", path, false);
    (void)snprintf(path, sizeof(path), "%s/regions", dir);
    copy_folder(SHIPPED "/regions", path, false);
    (void)snprintf(path, sizeof(path), "%s/patterns", dir);
    copy_folder(SHIPPED "/patterns", path, true);
    copy_folder(OWN "/patterns", path, false);
    (void)snprintf(path, sizeof(path), "%s/baselines", dir);
    copy_folder(OWN "/baselines", path, false);
    rc = xz_pack_load(dir, xz_engine_schema(), print_mistake, NULL, &pack, &err);
    remove_folder(dir);
    if (rc != XZ_OK) {
        fail_msg("the pack does not load: %s: %s", err.path, err.msg);
    }
    return pack;
}

/* ---- alerts ---- */

static void forget(struct heard *heard)
{
    for (uint32_t i = 0; i < heard->msgid_count; i++) {
        free(heard->msgids[i]);
    }
    free(heard->msgids);
    free(heard->content);
    heard->msgids = NULL;
    heard->content = NULL;
}

void hearing_fini(struct hearing *hearing)
{
    for (size_t i = 0; i < hearing->count; i++) {
        forget(&hearing->alerts[i]);
    }
    free(hearing->alerts);
    xz_buf_fini(&hearing->stream);
    memset(hearing, 0, sizeof(*hearing));
}

static struct heard *heard_of(struct hearing *hearing, const char *id)
{
    struct heard *heard;

    for (size_t i = 0; i < hearing->count; i++) {
        if (strcmp(hearing->alerts[i].id, id) == 0) {
            return &hearing->alerts[i];
        }
    }
    xz_array_reserve((void **)&hearing->alerts, &hearing->cap, hearing->count + 1,
                     sizeof(hearing->alerts[0]));
    heard = &hearing->alerts[hearing->count++];
    memset(heard, 0, sizeof(*heard));
    (void)snprintf(heard->id, sizeof(heard->id), "%s", id);
    return heard;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The alert as JSON with its rev left out: what a later reader goes by. */
static char *content_of(const struct xz_judgement *judgement)
{
    const struct xz_alert_context context = {NULL, NULL};
    struct xz_judgement same = *judgement;
    struct xz_buf buf = {0};
    char *content;

    same.rev = 1;
    same.at_ms = 0;
    xz_alert_to_json(&same, &context, &buf);
    content = xz_strndup((const char *)buf.data, buf.len);
    xz_buf_fini(&buf);
    return content;
}

void hearing_judged(void *hearing_ptr, const struct xz_judgement *judgement)
{
    struct hearing *hearing = hearing_ptr;
    struct heard *heard = heard_of(hearing, judgement->alert_id);
    const struct xz_alert_context context = {NULL, NULL};

    hearing->judged++;
    assert_int_equal(judgement->rev, heard->rev + 1);
    forget(heard);
    heard->rev = judgement->rev;
    heard->status = judgement->status;
    heard->start_ms = judgement->start_ms;
    heard->end_ms = judgement->end_ms;
    heard->event_count = judgement->event_count;
    (void)snprintf(heard->pattern, sizeof(heard->pattern), "%s", judgement->pattern->id);
    (void)snprintf(heard->subject, sizeof(heard->subject), "%s " XZ_STR_FMT,
                   xz_subject_names[judgement->subject_kind], XZ_STR_ARG(judgement->subject_id));
    heard->msgid_count = judgement->member_count;
    heard->msgids = xz_calloc(judgement->member_count + 1, sizeof(heard->msgids[0]));
    for (uint32_t i = 0; i < judgement->member_count; i++) {
        const struct xz_str msgid = xz_record_text(judgement->members[i].record, XZ_TEXT_MSGID);

        heard->msgids[i] = xz_strndup(msgid.ptr, msgid.len);
    }
    qsort(heard->msgids, heard->msgid_count, sizeof(heard->msgids[0]), by_text);
    heard->evidence_count = 0;
    for (uint32_t i = 0; i < judgement->evidence_count && i < 8; i++) {
        const struct xz_judged_evidence *evidence = &judgement->evidence[i];

        if (evidence->spec != NULL) {
            (void)snprintf(heard->evidence[heard->evidence_count].key, 64, "%s",
                           evidence->spec->key);
            heard->evidence[heard->evidence_count++].observed = evidence->observed;
        }
    }
    heard->content = content_of(judgement);
    if (hearing->keep_stream) {
        xz_alert_to_json(judgement, &context, &hearing->stream);
        xz_buf_u8(&hearing->stream, '\n');
    }
}

void hearing_rejected(void *hearing_ptr, const struct xz_observation *observation,
                      const struct xz_err *err)
{
    struct hearing *hearing = hearing_ptr;

    (void)observation;
    (void)err;
    hearing->rejected++;
}

static int by_alert(const void *left_ptr, const void *right_ptr)
{
    const struct heard *left = left_ptr, *right = right_ptr;
    int order = strcmp(left->pattern, right->pattern);

    order = order ? order : strcmp(left->subject, right->subject);
    order = order                               ? order
            : left->start_ms != right->start_ms ? (left->start_ms < right->start_ms ? -1 : 1)
                                                : 0;
    return order ? order : strcmp(left->id, right->id);
}

void hearing_sort(struct hearing *hearing)
{
    qsort(hearing->alerts, hearing->count, sizeof(hearing->alerts[0]), by_alert);
}

void hearing_text(struct hearing *hearing, struct xz_buf *out)
{
    hearing_sort(hearing);
    for (size_t i = 0; i < hearing->count; i++) {
        const struct heard *heard = &hearing->alerts[i];

        if (heard->status != XZ_EPISODE_WITHDRAWN) {
            xz_buf_printf(out, "%s %s %s\n", heard->pattern, heard->subject, heard->content);
        }
    }
}

/* ---- running ---- */

void harness_run(const struct world *world, const uint32_t *order, const struct xz_pack *pack,
                 size_t cache_bytes, struct hearing *hearing)
{
    const struct xz_local_setup setup = {
        .pack = pack,
        .cache_bytes = cache_bytes,
        .sinks = {.arg = hearing, .judged = hearing_judged, .rejected = hearing_rejected},
    };
    struct xz_local *local = xz_local_new(&setup);
    struct xz_err err = {0};

    for (uint32_t i = 0; i < world->count; i++) {
        const uint32_t at = order != NULL ? order[i] : i;
        const struct xz_source source = world->items[at].source;
        struct xz_event event = world->items[at].event;

        assert_int_equal(xz_local_event(local, &event, &source, &err), XZ_OK);
    }
    xz_local_free(local);
}

static void keep_text(const char *file, const struct xz_buf *text)
{
    FILE *out = fopen(file, "wb");

    if (out != NULL) {
        (void)fwrite(text->data, 1, text->len, out);
        (void)fclose(out);
    }
}

void harness_same_text(const struct xz_buf *left, const struct xz_buf *right, const char *what)
{
    size_t at = 0, line = 0, left_end, right_end;

    while (at < left->len && at < right->len && left->data[at] == right->data[at]) {
        at++;
        line = left->data[at - 1] == '\n' ? at : line;
    }
    if (at == left->len && at == right->len) {
        return;
    }
    left_end = right_end = line;
    while (left_end < left->len && left->data[left_end] != '\n') {
        left_end++;
    }
    while (right_end < right->len && right->data[right_end] != '\n') {
        right_end++;
    }
    keep_text("build/property-one.txt", left);
    keep_text("build/property-other.txt", right);
    fail_msg("%s (whole: build/property-*.txt)\n  one:   %.*s\n  other: %.*s", what,
             (int)(left_end - line), left->len > 0 ? (const char *)left->data + line : "",
             (int)(right_end - line), right->len > 0 ? (const char *)right->data + line : "");
}

struct harness_seeds harness_seeds;

void harness_arguments(int argc, char **argv, uint64_t count)
{
    if (argc > 3) {
        cmocka_set_test_filter(argv[3]);
    }
    harness_seeds = (struct harness_seeds){1, count};
    if (argc > 1) {
        harness_seeds.first = strtoull(argv[1], NULL, 10);
        harness_seeds.count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    }
}
