/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "event/mapping.h"

#define READ_BYTES ((size_t)256 << 10) /* at a time: events come by the hundred megabytes */

struct xz_input {
    FILE *in;
    const char *file;
    struct xz_mapping *mapping;
    bool protobuf;
    char *line; /* getline's */
    size_t line_cap;
    struct xz_buf message;
    int64_t count;
};

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static ssize_t read_line(struct xz_input *input)
{
    ssize_t len = getline(&input->line, &input->line_cap, input->in);

    while (len > 0 && (input->line[len - 1] == '\n' || input->line[len - 1] == '\r')) {
        len--;
    }
    return len;
}

enum xz_rc xz_input_open(const char *file, const char *mapping, struct xz_input **out,
                         struct xz_err *err)
{
    struct xz_input *input = xz_calloc(1, sizeof(*input));
    enum xz_rc rc = XZ_OK;
    ssize_t len;

    input->file = file;
    input->protobuf = ends_with(file, ".pb");
    input->in = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
    if (input->in == NULL) {
        rc = xz_err_config(err, file, 0, "cannot be opened: %s", strerror(errno));
    } else {
        (void)setvbuf(input->in, NULL, _IOFBF, READ_BYTES);
    }
    if (rc == XZ_OK && mapping != NULL) {
        rc = xz_mapping_load(mapping, &input->mapping, err);
        if (rc == XZ_OK) {
            len = read_line(input);
            rc = len < 0 ? xz_err_config(err, file, 1, "empty: a header is wanted")
                         : xz_mapping_header(input->mapping,
                                             (struct xz_str){input->line, (uint32_t)len}, err);
        }
    }
    if (rc == XZ_OK) {
        *out = input;
    } else {
        xz_input_close(input);
    }
    return rc;
}

void xz_input_close(struct xz_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->in != NULL && input->in != stdin) {
        (void)fclose(input->in);
    }
    xz_mapping_free(input->mapping);
    xz_buf_fini(&input->message);
    free(input->line);
    free(input);
}

/* A varint length and as many bytes. */
static enum xz_rc read_message(struct xz_input *input, const struct xz_decode_limits *limits,
                               bool *end, struct xz_err *err)
{
    uint64_t len = 0;
    int shift = 0, byte;

    for (;; shift += 7) {
        byte = getc(input->in);
        if (byte == EOF && shift == 0) {
            *end = true;
            return XZ_OK;
        }
        if (byte == EOF || shift > 35) {
            return xz_err_set(err, XZ_FATAL, "%s: record %lld: no length", input->file,
                              (long long)input->count);
        }
        len |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            break;
        }
    }
    if (len > 16 * limits->event_bytes_max) {
        return xz_err_set(err, XZ_FATAL, "%s: record %lld: a length of %llu bytes is no message",
                          input->file, (long long)input->count, (unsigned long long)len);
    }
    xz_buf_clear(&input->message);
    xz_buf_reserve(&input->message, (size_t)len + 1);
    input->message.len = fread(input->message.data, 1, (size_t)len, input->in);
    return input->message.len == len ? XZ_OK
                                     : xz_err_set(err, XZ_FATAL, "%s: record %lld: cut short",
                                                  input->file, (long long)input->count);
}

static enum xz_rc next_protobuf(struct xz_input *input, const struct xz_decode_limits *limits,
                                struct xz_arena *arena, struct xz_event *event, bool *end,
                                struct xz_err *err)
{
    const enum xz_rc rc = read_message(input, limits, end, err);

    if (rc != XZ_OK || *end) {
        return rc;
    }
    input->count++;
    return xz_event_decode(xz_buf_view(&input->message), XZ_FORMAT_PROTOBUF, limits, arena, event,
                           err);
}

enum xz_rc xz_input_next(struct xz_input *input, const struct xz_decode_limits *limits,
                         struct xz_arena *arena, struct xz_event *event, struct xz_str *label,
                         int64_t *at, bool *end, struct xz_err *err)
{
    struct xz_str row, ignored;
    ssize_t len;

    *end = false;
    *at = input->count;
    if (input->protobuf) {
        return next_protobuf(input, limits, arena, event, end, err);
    }
    do {
        len = read_line(input);
        if (len < 0) {
            *end = true;
            return ferror(input->in) ? xz_err_set(err, XZ_FATAL, "%s: cannot be read: %s",
                                                  input->file, strerror(errno))
                                     : XZ_OK;
        }
    } while (len == 0);
    *at = input->count++;
    row = (struct xz_str){input->line, (uint32_t)len};
    if (input->mapping != NULL) {
        return xz_mapping_event(input->mapping, row, limits, arena, event,
                                label != NULL ? label : &ignored, err);
    }
    return xz_event_decode(row, XZ_FORMAT_JSON, limits, arena, event, err);
}
