/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any text as a pack of the real engine: its files one after another, each behind a line "@@ PATH".
 * It is refused with a message, or it loads, and then a log runs through it to the alerts.
 */
#include "line.h"

#include <glob.h>

#define EVENTS_MAX 128

struct log {
    struct xz_buf text; /* the events borrow from it */
    struct xz_arena arena;
    struct xz_event events[EVENTS_MAX];
    uint32_t count;
};

static void read_text(struct xz_buf *text, const char *path)
{
    struct xz_err err = {0};
    char *bytes = NULL;
    size_t len = 0;

    MUST(xz_file_read(path, 1 << 20, &bytes, &len, &err) == XZ_OK);
    xz_buf_bytes(text, bytes, len);
    xz_buf_u8(text, '\n');
    free(bytes);
}

/* What the scenarios alarm at. */
static struct log *log_of_scenarios(void)
{
    static struct log log;
    struct xz_str text, line;
    struct xz_err err = {0};
    glob_t found;

    if (log.count == 0) {
        xz_arena_init(&log.arena, (size_t)16 << 20);
        MUST(glob("tests/scenarios/*-positive/events.jsonl", 0, NULL, &found) == 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            read_text(&log.text, found.gl_pathv[i]);
        }
        globfree(&found);
        text = xz_buf_view(&log.text);
        while (log.count < EVENTS_MAX && next_line(&text, &line)) {
            log.count += xz_event_decode(line, XZ_FORMAT_JSON, &xz_decode_limits_default,
                                         &log.arena, &log.events[log.count], &err) == XZ_OK;
        }
        MUST(log.count > 0);
    }
    return &log;
}

static bool feed(void *arg, struct xz_local *local)
{
    const struct log *log = arg;
    struct xz_err err = {0};
    bool fine = true;

    for (uint32_t i = 0; fine && i < log->count; i++) {
        const struct xz_source source = {0, 0, i};
        struct xz_event event = log->events[i];

        fine = xz_local_event(local, &event, &source, &err) == XZ_OK;
    }
    return fine;
}

static void add_files(struct xz_pack_files *files, struct xz_str text, struct xz_mistakes *mistakes)
{
    struct xz_str line, path = XZ_STR_NONE, bytes = XZ_STR_NONE;

    while (next_line(&text, &line)) {
        if (xz_str_starts(line, XZ_STR("@@ "))) {
            if (path.len > 0) {
                xz_files_add(files, "", path, bytes, NULL, mistakes);
            }
            path = (struct xz_str){line.ptr + 3, line.len - 3};
            bytes = (struct xz_str){text.ptr, 0};
        } else if (path.len > 0) {
            bytes.len = (uint32_t)(text.ptr - bytes.ptr);
        }
    }
    if (path.len > 0) {
        xz_files_add(files, "", path, bytes, NULL, mistakes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_pack_files files = {0};
    struct xz_mistakes mistakes = {0};
    struct xz_pack *pack = NULL;
    struct xz_err err = {0};

    xz_fields_init();
    add_files(&files, input_of(data, size), &mistakes);
    if (load_files_as_pack(&files, &pack, &err) == XZ_OK) {
        feed_both(pack, feed, log_of_scenarios());
    } else {
        MUST(pack == NULL && err.rc == XZ_CONFIG && err.msg[0] != '\0');
    }
    xz_pack_free(pack);
    xz_files_fini(&files);
    return 0;
}
