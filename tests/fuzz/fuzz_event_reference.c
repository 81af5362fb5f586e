/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as each of the reference files; the first byte says which. What loads can be asked. */
#include "event/reference.h"
#include "event_roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_str files[3] = {XZ_STR_NONE, XZ_STR_NONE, XZ_STR_NONE};
    struct xz_reference *reference = NULL;
    struct xz_err err = {0};

    xz_fields_init();
    if (size == 0) {
        return 0;
    }
    files[data[0] % 3] = (struct xz_str){(const char *)data + 1, (uint32_t)size - 1};
    if (xz_reference_parse(files[0], files[1], files[2], &reference, &err) == XZ_OK) {
        const struct xz_place *place = xz_reference_place(reference, XZ_STR("H1"));

        must(place == NULL || (place->known == 1 && place->open_min < 1440));
        (void)xz_reference_item(reference, XZ_STR("X"));
        (void)xz_reference_diagnosis(reference, XZ_STR("I10.9"));
    } else {
        must(err.rc == XZ_CONFIG && err.path[0] != '\0' && err.msg[0] != '\0');
    }
    xz_reference_free(reference);
    return 0;
}
