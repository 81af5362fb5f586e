/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file, a line "---", and a line for each --set: refused with a message, or the
 * same when it is read again. Nothing is connected to. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "stream/config.h"

static char path[64];

static bool write_file(struct xz_str text)
{
    static int fd = -1;

    if (fd < 0) {
        fd = memfd_create("config", 0);
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    }
    return fd >= 0 && ftruncate(fd, 0) == 0 &&
           pwrite(fd, text.len ? text.ptr : "", text.len, 0) == (ssize_t)text.len;
}

/* A key that makes librdkafka load a library, or the program open a file or read the environment,
 * would leave the process: what then happens is not this program's. */
static bool leaves(const uint8_t *data, size_t size)
{
    return memmem(data, size, "plugin", 6) != NULL || memmem(data, size, "_file", 5) != NULL ||
           memmem(data, size, "_env", 4) != NULL;
}

static enum xz_rc read_config(struct xz_config *config, struct xz_str sets, struct xz_err *err)
{
    struct xz_str line;
    enum xz_rc rc;

    xz_config_init(config);
    rc = xz_config_load(config, path, err);
    MUST(rc == XZ_OK || (rc == XZ_CONFIG && err->msg[0] != '\0' && err->path[0] != '\0'));
    while (rc == XZ_OK && next_line(&sets, &line)) {
        char *set = strndup(line.len ? line.ptr : "", line.len);

        MUST(set != NULL);
        rc = xz_config_set(config, set, err);
        MUST(rc == XZ_OK || (rc == XZ_CONFIG && err->msg[0] != '\0'));
        free(set);
    }
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char split[] = "\n---\n";
    const uint8_t *at = memmem(data, size, split, sizeof(split) - 1);
    const size_t len = at != NULL ? (size_t)(at - data) + 1 : size;
    const size_t skip = at != NULL ? len + sizeof(split) - 2 : size;
    const struct xz_str sets = input_of(data + skip, size - skip);
    struct xz_config config, again;
    struct xz_err err = {0};
    enum xz_rc rc;

    if (leaves(data, size) || !write_file(input_of(data, len))) {
        return 0;
    }
    rc = read_config(&config, sets, &err);
    if (rc == XZ_OK) {
        MUST(read_config(&again, sets, &err) == XZ_OK);
        MUST(xz_config_same(&config, &again) && xz_config_same(&again, &config));
        xz_config_fini(&again);
        rc = xz_config_validate(&config, &err);
        MUST(rc == XZ_OK || (rc == XZ_CONFIG && err.msg[0] != '\0'));
        (void)xz_config_log(&config);
        (void)xz_config_has_role(&config, "detect");
    }
    xz_config_fini(&config);
    return 0;
}
