/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream/marker.h"

#define SHA256_LEN 64

void xz_marker_encode(const struct xz_marker *marker, const struct xz_marks *marks,
                      struct xz_buf *out)
{
    xz_buf_u8(out, XZ_MARKER_VERSION);
    xz_buf_str(out, marker->cluster);
    xz_buf_str(out, marker->topic);
    xz_buf_uvar(out, marker->partitions);
    xz_buf_svar(out, marker->next);
    xz_buf_uvar(out, marker->epoch);
    xz_buf_str(out, marker->pack);
    xz_marks_encode(marks, out);
}

enum xz_rc xz_marker_decode(struct xz_str bytes, struct xz_marker *marker, struct xz_marks *marks,
                            struct xz_err *err)
{
    struct xz_reader reader = xz_reader_of(bytes.ptr, bytes.len);
    const uint8_t version = xz_read_u8(&reader);

    if (version != XZ_MARKER_VERSION) {
        return xz_err_set(err, XZ_FATAL,
                          "the checkpoint is of version %d, this program reads %d: go on with the "
                          "program that wrote it, or remove state.dir, the state topic and the "
                          "groups, and replay the events",
                          version, XZ_MARKER_VERSION);
    }
    marker->cluster = xz_read_str(&reader);
    marker->topic = xz_read_str(&reader);
    marker->partitions = xz_read_uvar(&reader);
    marker->next = xz_read_svar(&reader);
    marker->epoch = xz_read_uvar(&reader);
    marker->pack = xz_read_str(&reader);
    if (reader.bad || marker->pack.len > SHA256_LEN) {
        return xz_err_set(err, XZ_FATAL, "a checkpoint that does not decode");
    }
    return xz_marks_decode(&reader, marks, err);
}
