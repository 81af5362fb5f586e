/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/catalogue.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console/numbers.h"
#include "stream/packs.h"

struct xz_catalogue {
    const struct xz_config *config;
    struct xz_packs *packs; /* what was loaded stays: who reads one is never left without it */
    const struct xz_pack *_Atomic pack;
    _Atomic bool looked; /* and the log said which, or that there is none */
};

struct xz_catalogue *xz_catalogue_new(const struct xz_config *config)
{
    struct xz_catalogue *catalogue = xz_calloc(1, sizeof(*catalogue));

    catalogue->config = config;
    catalogue->packs = xz_packs_new(config);
    return catalogue;
}

void xz_catalogue_free(struct xz_catalogue *catalogue)
{
    if (catalogue != NULL) {
        xz_packs_free(catalogue->packs);
        free(catalogue);
    }
}

enum xz_rc xz_catalogue_refresh(struct xz_catalogue *catalogue, struct xz_err *err)
{
    const struct xz_pack *pack = NULL;
    char sha256[65] = "";
    enum xz_rc rc = xz_packs_active(catalogue->config, sha256, err);

    if (rc == XZ_OK && sha256[0] != '\0') {
        rc = xz_packs_get(catalogue->packs, xz_str_from(sha256), &pack, err);
    }
    catalogue->pack = pack != NULL ? pack : catalogue->pack;
    catalogue->looked = catalogue->looked || rc != XZ_RETRY;
    return rc;
}

bool xz_catalogue_has_pack(const struct xz_catalogue *catalogue) { return catalogue->pack != NULL; }

const struct xz_pack *xz_catalogue_active(const struct xz_catalogue *catalogue,
                                          struct xz_str sha256)
{
    const struct xz_pack *pack = catalogue->pack;

    return pack != NULL && xz_str_eq(xz_str_from(xz_pack_sha256(pack)), sha256) ? pack : NULL;
}

enum xz_rc xz_catalogue_find(const struct xz_catalogue *catalogue, struct xz_str sha256,
                             const struct xz_pack **pack, struct xz_err *err)
{
    const enum xz_rc rc = xz_packs_get(catalogue->packs, sha256, pack, err);

    if (rc == XZ_CONFIG) { /* an alert is input: it may name what never was */
        *pack = NULL;
        return XZ_OK;
    }
    return rc;
}

static json_t *both(struct xz_text text)
{
    return json_pack("{s:s, s:s}", "zh-CN", text.zh, "en", text.en);
}

static json_t *actions(uint8_t bits)
{
    json_t *list = json_array();

    for (int i = 0; i < 8; i++) {
        char name[8];

        (void)snprintf(name, sizeof(name), "A%d", i + 1);
        if ((bits & 1u << i) != 0) {
            (void)json_array_append_new(list, json_string(name));
        }
    }
    return list;
}

static json_t *evidence(const struct xz_pattern *pattern)
{
    json_t *list = json_array();

    for (size_t i = 0; i < pattern->evidence_count; i++) {
        const struct xz_evidence_spec *spec = &pattern->evidence[i];
        json_t *by = json_array();

        for (size_t d = 0; d < spec->by_count; d++) {
            (void)json_array_append_new(by, json_string(xz_segment_dims[spec->by[d]]));
        }
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:I, s:b, s:o}", "key", spec->key, "measure",
                            spec->measure, "family", xz_family_names[spec->family], "window_s",
                            (json_int_t)(spec->window_ms > 0 ? spec->window_ms / 1000 : 0),
                            "independent", spec->independent, "by", by));
    }
    return list;
}

/* What the engine counted; null when it does not tell of the pattern. */
static json_t *counts(const struct xz_pattern *pattern, const char *numbers)
{
    static const char *const statuses[] = {"opened",    "revised", "closed",
                                           "withdrawn", "shadow",  "suppressed_late"};
    json_t *found = json_object();

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        char sample[160];
        double count;

        (void)snprintf(sample, sizeof(sample), "xiezhi_alerts_total{pattern=\"%s\",status=\"%s\"}",
                       pattern->id, statuses[i]);
        count = xz_numbers_value(numbers, sample, -1);
        if (count < 0) {
            json_decref(found);
            return json_null();
        }
        (void)json_object_set_new(found, statuses[i], json_integer((json_int_t)count));
    }
    return found;
}

static json_t *pattern_json(const struct xz_pattern *pattern, const char *numbers)
{
    json_t *legal = json_array();

    for (size_t i = 0; i < pattern->legal_count; i++) {
        (void)json_array_append_new(legal, json_string(pattern->legal[i]));
    }
    return json_pack("{s:s, s:s, s:i, s:o, s:s, s:s, s:i, s:b, s:f, s:f, s:o, s:o, s:o, s:o}", "id",
                     pattern->id, "name", pattern->name, "version", pattern->version, "titles",
                     both(pattern->title), "subject", xz_subject_names[pattern->subject],
                     "result_type",
                     pattern->result == XZ_RESULT_CONCLUSIVE ? "conclusive" : "suspicious",
                     "severity", (int)pattern->severity, "shadow", (int)pattern->shadow,
                     "false_alarms", pattern->false_alarms, "false_alarms_per_month",
                     pattern->alarm_per_month, "legal", legal, "actions", actions(pattern->actions),
                     "evidence", evidence(pattern), "counts", counts(pattern, numbers));
}

enum xz_rc xz_catalogue_json(const struct xz_catalogue *catalogue, const char *numbers,
                             json_t **out, struct xz_err *err)
{
    const struct xz_pack *pack = catalogue->pack;
    json_t *items = json_array();
    size_t count = 0;
    const struct xz_pattern *patterns = pack != NULL ? xz_pack_patterns(pack, &count) : NULL;

    if (!catalogue->looked) {
        json_decref(items);
        return xz_err_set(err, XZ_RETRY, "the log has not said yet which pack is active");
    }
    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(items, pattern_json(&patterns[i], numbers));
    }
    *out = pack == NULL ? json_pack("{s:n, s:o}", "pack", "items", items)
                        : json_pack("{s:{s:s, s:s, s:s}, s:o}", "pack", "name", xz_pack_name(pack),
                                    "version", xz_pack_version(pack), "sha256",
                                    xz_pack_sha256(pack), "items", items);
    return XZ_OK;
}
