/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alert/brief.h"

#include "proto/xiezhi.pb-c.h"

static const char *text(const char *value) { return value != NULL ? value : ""; }

enum xz_rc xz_alert_brief_read(struct xz_str bytes, struct xz_alert_brief *brief,
                               struct xz_err *err)
{
    Xiezhi__Alert *alert =
        xiezhi__alert__unpack(NULL, bytes.len, (const uint8_t *)(const void *)bytes.ptr);

    if (alert == NULL || alert->pattern == NULL || alert->subject == NULL ||
        alert->window == NULL || alert->explanation == NULL) {
        if (alert != NULL) {
            xiezhi__alert__free_unpacked(alert, NULL);
        }
        return xz_err_reject(err, "malformed", "", "no alert in protobuf");
    }
    *brief = (struct xz_alert_brief){
        .pattern = text(alert->pattern->id),
        .result = text(alert->result_type),
        .subject_kind = text(alert->subject->kind),
        .subject_id = text(alert->subject->id),
        .explanation_zh = text(alert->explanation->zh_cn),
        .explanation_en = text(alert->explanation->en),
        .rev = alert->rev,
        .window_end_ms = alert->window->end,
        .score = alert->score,
        .event_ids = alert->event_ids,
        .event_id_count = alert->n_event_ids,
        .held = alert,
    };
    return XZ_OK;
}

void xz_alert_brief_fini(struct xz_alert_brief *brief)
{
    if (brief->held != NULL) {
        xiezhi__alert__free_unpacked(brief->held, NULL);
        brief->held = NULL;
    }
}
