/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of JSON as events, through decoder, reference files, engine and alerts: whatever they are,
 * no fold fails, revisions count up, and a line without memory says the same. */
#include "line.h"

#include "event/reference.h"

#define LINES_MAX 64

static const char institutions[] =
    "fixmedins_code,name,kind,hosp_lv,admdvs,lat,lon,beds,open,close\n"
    "H21010200001,one,hospital,01,210102,41.80,123.43,900,00:00,23:59\n"
    "H21020200001,far,hospital,01,210202,38.91,121.61,900,00:00,23:59\n"
    "P21020200001,shop,pharmacy,11,210202,38.92,121.63,,08:00,21:00\n"
    "P21010200017,till,pharmacy,11,210102,41.80,123.42,,08:00,21:00\n"
    "O21000000001,web,online_pharmacy,11,210202,38.91,121.60,,,\n";

static const struct xz_reference *reference_files(void)
{
    static struct xz_reference *reference;
    struct xz_err err = {0};

    if (reference == NULL) {
        MUST(xz_reference_parse(xz_str_from(institutions), XZ_STR_NONE, XZ_STR_NONE, &reference,
                                &err) == XZ_OK);
    }
    return reference;
}

static bool feed(void *arg, struct xz_local *local)
{
    struct xz_str text = *(const struct xz_str *)arg, line;
    struct xz_enrich_counts counts = {0};
    struct xz_source source = {0, 0, 0};
    struct xz_arena arena;
    struct xz_err err = {0};
    bool fine = true;

    xz_arena_init(&arena, (size_t)64 << 20);
    while (fine && source.offset < LINES_MAX && next_line(&text, &line)) {
        struct xz_event event;

        xz_arena_reset(&arena);
        source.offset++;
        if (xz_event_decode(line, XZ_FORMAT_JSON, &xz_decode_limits_default, &arena, &event,
                            &err) == XZ_OK) {
            source.partition = xz_event_person(&event).len % 2;
            xz_event_enrich(&event, reference_files(), &counts);
            fine = xz_local_event(local, &event, &source, &err) == XZ_OK;
        }
    }
    xz_arena_fini(&arena);
    return fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_str text = input_of(data, size);

    xz_fields_init();
    feed_both(eager_pack(), feed, &text);
    return 0;
}
