/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stream/frame.h - what stands in a record of the observations topic: the observations of one
 * source partition for one target partition, in order, under their writer's epoch and number; or a
 * control frame that names the pack that holds from here on. Pure.
 */
#ifndef XZ_STREAM_FRAME_H
#define XZ_STREAM_FRAME_H
#include "base/buf.h"
#include "base/err.h"

#define XZ_FRAME_VERSION 1
#define XZ_SOURCE_MAX    250

enum xz_frame_type { XZ_FRAME_OBSERVATIONS = 1, XZ_FRAME_PACK = 2 };

struct xz_frame {
    uint8_t type;
    struct xz_str source;  /* "topic/partition" of events, "@/partition" of derived ones */
    uint64_t epoch;        /* of the writer */
    uint64_t number;       /* counts up from 0 for this source and target */
    uint64_t count;        /* observations */
    struct xz_str pack;    /* PACK: its SHA-256 in hex */
    struct xz_reader body; /* observations, by xz_frame_next */
};

/* Begins a frame in out; observations follow, then xz_frame_end is given their number. */
void xz_frame_begin(struct xz_buf *out, struct xz_str source, uint64_t epoch, uint64_t number);
/* Position of the observation in its source: offset, and place within it. Then its bytes. */
void xz_frame_add(struct xz_buf *out, int64_t offset, uint32_t place, const void *bytes,
                  size_t len);
void xz_frame_pack(struct xz_buf *out, struct xz_str sha256);

XZ_MUST enum xz_rc xz_frame_open(const void *bytes, size_t len, struct xz_frame *frame,
                                 struct xz_err *err);
/* The next observation's position and bytes (borrowed); false at the end or when malformed, which
 * body.bad tells apart. */
bool xz_frame_next(struct xz_frame *frame, int64_t *offset, uint32_t *place,
                   struct xz_reader *observation);

/*
 * What a detect partition knows of one source: the writer it accepts and how far it has applied.
 * The rule is the one that tests/model checks (RULE 4, per source partition: RULE 7).
 */
struct xz_mark {
    char source[XZ_SOURCE_MAX + 1];
    uint64_t epoch, next; /* the writer's next frame; epoch 0: none yet */
    int64_t offset;       /* highest position applied; -1: none */
    uint32_t place;
    int64_t newest_ms; /* event time of what was applied; INT64_MIN: nothing was */
};

/* Whether the frame is its writer's next; if so the mark moves on. A frame that is not is ignored
 * whole. */
bool xz_mark_accept(struct xz_mark *mark, uint64_t epoch, uint64_t number);
/* Whether the position lies past the watermark; if so the watermark moves there. */
bool xz_mark_apply(struct xz_mark *mark, int64_t offset, uint32_t place);

struct xz_marks {
    struct xz_mark *items;
    size_t count, cap;
};
struct xz_mark *xz_marks_of(struct xz_marks *marks, struct xz_str source); /* made when not there */
void xz_marks_fini(struct xz_marks *marks);
void xz_marks_encode(const struct xz_marks *marks, struct xz_buf *out);
XZ_MUST enum xz_rc xz_marks_decode(struct xz_reader *reader, struct xz_marks *marks,
                                   struct xz_err *err);

#endif
