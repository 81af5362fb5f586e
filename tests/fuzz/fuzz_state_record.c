/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as records one after another, each with those before it as context: XZ_FATAL or a
 * record that, encoded again, decodes to the same bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/time.h"
#include "state/record.h"

#define RECORDS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct xz_record *record, const struct xz_record_context *context)
{
    struct xz_buf once = {0}, twice = {0};
    struct xz_record *again = NULL;
    struct xz_reader reader;

    xz_record_encode(record, context, &once);
    reader = xz_reader_of(once.data, once.len);
    if (xz_record_decode(&reader, context, &again, NULL) != XZ_OK || xz_reader_left(&reader) > 0) {
        abort();
    }
    xz_record_encode(again, context, &twice);
    if (!xz_str_eq(xz_buf_view(&once), xz_buf_view(&twice))) {
        abort();
    }
    xz_record_free(again);
    xz_buf_fini(&once);
    xz_buf_fini(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_record *records[RECORDS_MAX];
    struct xz_record_context context = {.base_ms = INT64_C(1772326502000),
                                        .person = XZ_STR("2101000000012345"),
                                        .earlier = records};
    struct xz_reader reader = xz_reader_of(data, size);

    while (context.earlier_count < RECORDS_MAX && xz_reader_left(&reader) > 0 &&
           xz_record_decode(&reader, &context, &records[context.earlier_count], NULL) == XZ_OK) {
        check_again(records[context.earlier_count], &context);
        context.earlier_count++;
    }
    for (uint32_t i = 0; i < context.earlier_count; i++) {
        xz_record_free(records[i]);
    }
    return 0;
}
