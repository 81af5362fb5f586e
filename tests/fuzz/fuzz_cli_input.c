/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of events; the first byte says whether of JSON lines or of length-delimited
 * protobuf. It ends, each record is an event or a reject, and only an unreadable file is fatal. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "cli/input.h"
#include "event/field.h"

/* The format goes by the name's ending: a link to the file in memory has one. */
static char json[64], protobuf[64];
static int fd = -1;

static void remove_link(void) { (void)unlink(protobuf); }

static void prepare(void)
{
    fd = memfd_create("events", 0);
    MUST(fd >= 0);
    (void)snprintf(json, sizeof(json), "/proc/self/fd/%d", fd);
    (void)snprintf(protobuf, sizeof(protobuf), "/tmp/xz-fuzz-%ld.pb", (long)getpid());
    MUST(symlink(json, protobuf) == 0 && atexit(remove_link) == 0);
    xz_fields_init();
}

static void read_all(const char *file, size_t size)
{
    struct xz_input *input = NULL;
    struct xz_event event;
    struct xz_arena arena;
    struct xz_err err = {0};
    int64_t at, count = 0;
    bool end = false;
    enum xz_rc rc;

    MUST(xz_input_open(file, NULL, &input, &err) == XZ_OK);
    xz_arena_init(&arena, (size_t)64 << 20);
    do {
        xz_arena_reset(&arena);
        rc = xz_input_next(input, &xz_decode_limits_default, &arena, &event, NULL, &at, &end, &err);
        MUST(rc == XZ_OK || (err.rc == rc && err.msg[0] != '\0'));
        if (!end && (rc == XZ_OK || rc == XZ_REJECT)) {
            MUST(at >= count && at <= (int64_t)size);
            count = at + 1;
        }
    } while (!end && (rc == XZ_OK || rc == XZ_REJECT));
    MUST(end || rc == XZ_FATAL);
    xz_arena_fini(&arena);
    xz_input_close(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (fd < 0) {
        prepare();
    }
    if (size == 0 || ftruncate(fd, 0) != 0 ||
        pwrite(fd, data + 1, size - 1, 0) != (ssize_t)size - 1) {
        return 0;
    }
    read_all(data[0] == 'P' ? protobuf : json, size);
    return 0;
}
