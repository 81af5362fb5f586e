/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/demo_truth.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct scheme {
    char name[48], pattern[8], kind[16], subject[80];
    bool found;
};

struct event { /* a guilty msgid; one may belong to several schemes, which stand in a row */
    uint64_t msgid;
    uint32_t scheme;
};

struct xz_demo_truth {
    struct scheme *schemes;
    size_t count, cap;
    struct event *events;
    size_t event_count, event_cap;
    bool sorted;
};

struct xz_demo_truth *xz_demo_truth_new(void) { return xz_calloc(1, sizeof(struct xz_demo_truth)); }

void xz_demo_truth_free(struct xz_demo_truth *truth)
{
    if (truth != NULL) {
        free(truth->schemes);
        free(truth->events);
        free(truth);
    }
}

static uint32_t scheme_of(struct xz_demo_truth *truth, const struct xz_simulation_truth *row)
{
    struct scheme *scheme;

    for (size_t i = truth->count; i-- > 0;) {
        if (strcmp(truth->schemes[i].name, row->scheme) == 0) {
            return (uint32_t)i;
        }
    }
    xz_array_reserve((void **)&truth->schemes, &truth->cap, truth->count + 1,
                     sizeof(truth->schemes[0]));
    scheme = &truth->schemes[truth->count];
    memset(scheme, 0, sizeof(*scheme));
    (void)snprintf(scheme->name, sizeof(scheme->name), "%s", row->scheme);
    (void)snprintf(scheme->pattern, sizeof(scheme->pattern), "%s", row->typology);
    (void)snprintf(scheme->kind, sizeof(scheme->kind), "%s", row->subject_kind);
    (void)snprintf(scheme->subject, sizeof(scheme->subject), "%s", row->subject_id);
    return (uint32_t)truth->count++;
}

void xz_demo_truth_add(void *truth_ptr, const struct xz_simulation_truth *row)
{
    struct xz_demo_truth *truth = truth_ptr;
    const uint32_t scheme = scheme_of(truth, row);

    xz_array_reserve((void **)&truth->events, &truth->event_cap, truth->event_count + 1,
                     sizeof(truth->events[0]));
    truth->events[truth->event_count++] =
        (struct event){xz_hash_str(xz_str_from(row->msgid)), scheme};
    truth->sorted = false;
}

static int by_msgid(const void *left_ptr, const void *right_ptr)
{
    const struct event *left = left_ptr, *right = right_ptr;

    return (left->msgid > right->msgid) - (left->msgid < right->msgid);
}

bool xz_demo_truth_alert_event(struct xz_demo_truth *truth, const char *pattern, const char *msgid)
{
    const struct event key = {xz_hash_str(xz_str_from(msgid)), 0};
    const struct event *at, *end = truth->events + truth->event_count;

    if (!truth->sorted && truth->event_count > 0) {
        qsort(truth->events, truth->event_count, sizeof(truth->events[0]), by_msgid);
        truth->sorted = true;
    }
    at = truth->event_count > 0
             ? bsearch(&key, truth->events, truth->event_count, sizeof(truth->events[0]), by_msgid)
             : NULL;
    if (at == NULL) {
        return false;
    }
    while (at > truth->events && at[-1].msgid == key.msgid) {
        at--;
    }
    for (; at < end && at->msgid == key.msgid; at++) {
        struct scheme *scheme = &truth->schemes[at->scheme];

        scheme->found = scheme->found || strcmp(scheme->pattern, pattern) == 0;
    }
    return true;
}

void xz_demo_truth_alert_subject(struct xz_demo_truth *truth, const char *pattern, const char *kind,
                                 const char *id)
{
    for (size_t i = 0; i < truth->count; i++) {
        struct scheme *scheme = &truth->schemes[i];

        if (strcmp(scheme->pattern, pattern) == 0 && strcmp(scheme->kind, kind) == 0 &&
            strcmp(scheme->subject, id) == 0) {
            scheme->found = true;
        }
    }
}

static int intensity_of(const struct scheme *scheme)
{
    for (int i = 0; i < 3; i++) {
        if (strstr(scheme->name, xz_intensity_names[i]) != NULL) {
            return i;
        }
    }
    return 0;
}

static void report_pattern(const struct xz_demo_truth *truth, const char *pattern, FILE *out)
{
    unsigned found[3] = {0}, all[3] = {0};

    for (size_t i = 0; i < truth->count; i++) {
        if (strcmp(truth->schemes[i].pattern, pattern) == 0) {
            const int intensity = intensity_of(&truth->schemes[i]);

            all[intensity]++;
            found[intensity] += truth->schemes[i].found;
        }
    }
    if (all[0] + all[1] + all[2] > 0) {
        (void)fprintf(out, "  %-4s  blatant %2u of %2u   medium %2u of %2u   subtle %2u of %2u\n",
                      pattern, found[0], all[0], found[1], all[1], found[2], all[2]);
    }
}

void xz_demo_truth_report(const struct xz_demo_truth *truth, FILE *out)
{
    size_t found = 0;

    for (size_t i = 0; i < truth->count; i++) {
        found += truth->schemes[i].found;
    }
    (void)fprintf(out, "\nHidden schemes, and which were found: %zu of %zu\n", found, truth->count);
    for (size_t i = 0; i < xz_simulation_pattern_count; i++) {
        report_pattern(truth, xz_simulation_patterns[i], out);
    }
    if (found < truth->count) {
        (void)fprintf(out, "Not found:");
        for (size_t i = 0; i < truth->count; i++) {
            if (!truth->schemes[i].found) {
                (void)fprintf(out, " %s", truth->schemes[i].name);
            }
        }
        (void)fputc('\n', out);
    }
}
