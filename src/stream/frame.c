/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/frame.h"

#include <stdlib.h>

#include "base/mem.h"

static const unsigned char magic[3] = {'x', 'z', XZ_FRAME_VERSION};

#define MARKS_MAX 100000

/* Marks keep names as C strings. */
static bool is_source(struct xz_str source)
{
    return source.len > 0 && source.len <= XZ_SOURCE_MAX &&
           memchr(source.ptr, '\0', source.len) == NULL;
}

static void begin(struct xz_buf *out, enum xz_frame_type type)
{
    xz_buf_bytes(out, magic, sizeof(magic));
    xz_buf_u8(out, (uint8_t)type);
}

void xz_frame_begin(struct xz_buf *out, struct xz_str source, uint64_t epoch, uint64_t number)
{
    begin(out, XZ_FRAME_OBSERVATIONS);
    xz_buf_str(out, source);
    xz_buf_uvar(out, epoch);
    xz_buf_uvar(out, number);
}

void xz_frame_add(struct xz_buf *out, int64_t offset, uint32_t place, const void *bytes, size_t len)
{
    xz_buf_uvar(out, (uint64_t)offset);
    xz_buf_uvar(out, place);
    xz_buf_uvar(out, len);
    xz_buf_bytes(out, bytes, len);
}

void xz_frame_pack(struct xz_buf *out, struct xz_str sha256)
{
    begin(out, XZ_FRAME_PACK);
    xz_buf_str(out, sha256);
}

enum xz_rc xz_frame_open(const void *bytes, size_t len, struct xz_frame *frame, struct xz_err *err)
{
    struct xz_reader reader = xz_reader_of(bytes, len);
    const struct xz_str head = xz_read_bytes(&reader, sizeof(magic));

    memset(frame, 0, sizeof(*frame));
    if (reader.bad || memcmp(head.ptr, magic, 2) != 0) {
        return xz_err_set(err, XZ_FATAL,
                          "a record of the observations topic is no frame: does "
                          "something else write there?");
    }
    if ((unsigned char)head.ptr[2] != XZ_FRAME_VERSION) {
        return xz_err_set(
            err, XZ_FATAL,
            "a frame of version %d, this program reads %d: run the version that wrote "
            "it until the topic is read, then upgrade",
            (unsigned char)head.ptr[2], XZ_FRAME_VERSION);
    }
    frame->type = xz_read_u8(&reader);
    if (frame->type == XZ_FRAME_PACK) {
        frame->pack = xz_read_str(&reader);
        reader.bad = reader.bad || xz_reader_left(&reader) > 0;
    } else if (frame->type == XZ_FRAME_OBSERVATIONS) {
        frame->source = xz_read_str(&reader);
        frame->epoch = xz_read_uvar(&reader);
        frame->number = xz_read_uvar(&reader);
        reader.bad = reader.bad || !is_source(frame->source);
    } else {
        reader.bad = true;
    }
    if (reader.bad || frame->pack.len > 64) {
        return xz_err_set(err, XZ_FATAL, "a frame that does not decode");
    }
    frame->body = reader;
    return XZ_OK;
}

bool xz_frame_next(struct xz_frame *frame, int64_t *offset, uint32_t *place,
                   struct xz_reader *observation)
{
    struct xz_str bytes;

    if (xz_reader_left(&frame->body) == 0 || frame->body.bad) {
        return false;
    }
    *offset = (int64_t)xz_read_uvar(&frame->body);
    *place = (uint32_t)xz_read_uvar(&frame->body);
    bytes = xz_read_str(&frame->body);
    *observation = xz_reader_of(bytes.ptr, bytes.len);
    return !frame->body.bad;
}

bool xz_mark_accept(struct xz_mark *mark, uint64_t epoch, uint64_t number)
{
    if (epoch > mark->epoch) {
        if (number != 0) {
            return false;
        }
        mark->epoch = epoch;
        mark->next = 1;
        return true;
    }
    if (epoch != mark->epoch || number != mark->next) {
        return false;
    }
    mark->next++;
    return true;
}

bool xz_mark_apply(struct xz_mark *mark, int64_t offset, uint32_t place)
{
    if (offset < mark->offset || (offset == mark->offset && place <= mark->place)) {
        return false;
    }
    mark->offset = offset;
    mark->place = place;
    return true;
}

struct xz_mark *xz_marks_of(struct xz_marks *marks, struct xz_str source)
{
    struct xz_mark *mark;

    for (size_t i = 0; i < marks->count; i++) {
        if (xz_str_eq(xz_str_from(marks->items[i].source), source)) {
            return &marks->items[i];
        }
    }
    xz_array_reserve((void **)&marks->items, &marks->cap, marks->count + 1, sizeof(*mark));
    mark = &marks->items[marks->count++];
    memset(mark, 0, sizeof(*mark));
    memcpy(mark->source, source.ptr, source.len);
    mark->offset = -1;
    mark->newest_ms = INT64_MIN;
    return mark;
}

void xz_marks_fini(struct xz_marks *marks)
{
    free(marks->items);
    memset(marks, 0, sizeof(*marks));
}

void xz_marks_encode(const struct xz_marks *marks, struct xz_buf *out)
{
    xz_buf_uvar(out, marks->count);
    for (size_t i = 0; i < marks->count; i++) {
        const struct xz_mark *mark = &marks->items[i];

        xz_buf_str(out, xz_str_from(mark->source));
        xz_buf_uvar(out, mark->epoch);
        xz_buf_uvar(out, mark->next);
        xz_buf_svar(out, mark->offset);
        xz_buf_uvar(out, mark->place);
        xz_buf_svar(out, mark->newest_ms);
    }
}

enum xz_rc xz_marks_decode(struct xz_reader *reader, struct xz_marks *marks, struct xz_err *err)
{
    const uint64_t count = xz_read_uvar(reader);

    for (uint64_t i = 0; i < count && count <= MARKS_MAX && !reader->bad; i++) {
        const struct xz_str source = xz_read_str(reader);
        struct xz_mark *mark;

        if (reader->bad || !is_source(source)) {
            reader->bad = true;
            break;
        }
        mark = xz_marks_of(marks, source);
        mark->epoch = xz_read_uvar(reader);
        mark->next = xz_read_uvar(reader);
        mark->offset = xz_read_svar(reader);
        mark->place = (uint32_t)xz_read_uvar(reader);
        mark->newest_ms = xz_read_svar(reader);
    }
    return reader->bad || count > MARKS_MAX
               ? xz_err_set(err, XZ_FATAL, "a checkpoint that does not decode")
               : XZ_OK;
}
