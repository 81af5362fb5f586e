/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a published alert: a reject, or texts that are there. */
#include "fuzz.h"

#include "alert/alert.h"
#include "alert/brief.h"

static void check_json(const uint8_t *data, size_t size)
{
    struct xz_buf json = {0};
    struct xz_err err = {0};

    if (xz_alert_json_of_protobuf(input_of(data, size), &json, &err) == XZ_OK) {
        MUST(json.len >= 2 && json.data[0] == '{' && json.data[json.len - 1] == '}');
    } else {
        MUST(err.rc == XZ_REJECT && err.reason[0] != '\0' && json.len == 0);
    }
    xz_buf_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xz_alert_brief brief;
    struct xz_err err = {0};
    size_t sum = 0;

    check_json(data, size);
    if (xz_alert_brief_read(input_of(data, size), &brief, &err) != XZ_OK) {
        MUST(err.rc == XZ_REJECT && err.reason[0] != '\0');
        return 0;
    }
    sum += strlen(brief.pattern) + strlen(brief.result) + strlen(brief.subject_kind) +
           strlen(brief.subject_id) + strlen(brief.explanation_zh) + strlen(brief.explanation_en);
    for (size_t i = 0; i < brief.event_id_count; i++) {
        sum += strlen(brief.event_ids[i]);
    }
    MUST(sum <= size);
    xz_alert_brief_fini(&brief);
    return 0;
}
