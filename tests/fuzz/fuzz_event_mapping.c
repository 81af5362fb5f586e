/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mapping, a line "---", and a table: neither may do harm, whatever they say. */
#include "event/csv.h"
#include "event/mapping.h"
#include "event_roundtrip.h"

static void read_table(struct xz_mapping *mapping, struct xz_str table)
{
    struct xz_arena arena;
    struct xz_event event;
    struct xz_str row, label;
    struct xz_err err = {0};

    xz_arena_init(&arena, (size_t)64 << 20);
    if (xz_csv_next(&table, &row) && xz_mapping_header(mapping, row, &err) == XZ_OK) {
        while (xz_csv_next(&table, &row)) {
            xz_arena_reset(&arena);
            if (xz_mapping_event(mapping, row, &xz_decode_limits_default, &arena, &event, &label,
                                 &err) == XZ_OK) {
                (void)xz_mapping_label_positive(mapping, label);
                roundtrip(&event, &arena);
            } else {
                must(err.rc == XZ_REJECT && err.reason[0] != '\0');
            }
        }
    }
    xz_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char line[] = "\n---\n";
    const uint8_t *split = memmem(data, size, line, sizeof(line) - 1);
    struct xz_str yaml = {(const char *)data, (uint32_t)size}, table = XZ_STR_NONE;
    struct xz_mapping *mapping = NULL;
    struct xz_err err = {0};

    xz_fields_init();
    if (split != NULL) {
        yaml.len = (uint32_t)(split - data) + 1;
        table.ptr = (const char *)split + sizeof(line) - 1;
        table.len = (uint32_t)size - yaml.len - (uint32_t)(sizeof(line) - 2);
    }
    if (xz_mapping_parse("mapping.yaml", yaml, &mapping, &err) == XZ_OK) {
        read_table(mapping, table);
    } else {
        must(err.rc == XZ_CONFIG && err.msg[0] != '\0');
    }
    xz_mapping_free(mapping);
    return 0;
}
