/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the marks of a checkpoint: XZ_FATAL, or marks that, written again, read the same and
 * keep the rules of acceptance. */
#include "fuzz.h"

#include "stream/frame.h"

static void check_rules(struct xz_mark mark)
{
    const uint64_t epoch = mark.epoch, next = mark.next;

    MUST(strlen(mark.source) <= XZ_SOURCE_MAX);
    if (epoch > 0) {
        MUST(!xz_mark_accept(&mark, epoch - 1, next));
    }
    MUST(!xz_mark_accept(&mark, epoch, next + 1) && mark.next == next);
    MUST(xz_mark_accept(&mark, epoch, next) && mark.next == next + 1);
    if (epoch < UINT64_MAX) {
        MUST(!xz_mark_accept(&mark, epoch + 1, 1));
        MUST(xz_mark_accept(&mark, epoch + 1, 0) && mark.next == 1);
    }
    MUST(!xz_mark_apply(&mark, mark.offset, mark.place));
    if (mark.place < UINT32_MAX) {
        MUST(xz_mark_apply(&mark, mark.offset, mark.place + 1));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_reader reader = xz_reader_of(data, size);
    struct xz_marks marks = {0}, back = {0};
    struct xz_buf once = {0}, twice = {0};
    struct xz_err err = {0};

    if (xz_marks_decode(&reader, &marks, &err) == XZ_OK) {
        for (size_t i = 0; i < marks.count; i++) {
            check_rules(marks.items[i]);
        }
        xz_marks_encode(&marks, &once);
        reader = xz_reader_of(once.data, once.len);
        MUST(xz_marks_decode(&reader, &back, &err) == XZ_OK && xz_reader_left(&reader) == 0);
        xz_marks_encode(&back, &twice);
        MUST(xz_str_eq(xz_buf_view(&once), xz_buf_view(&twice)));
    } else {
        MUST(err.rc == XZ_FATAL && err.msg[0] != '\0');
    }
    xz_marks_fini(&marks);
    xz_marks_fini(&back);
    xz_buf_fini(&once);
    xz_buf_fini(&twice);
    return 0;
}
