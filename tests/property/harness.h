/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tests/property/harness.h - the shipped pack with baselines written by hand, and what an engine
 * said last of each alert.
 */
#ifndef XZ_TEST_PROPERTY_HARNESS_H
#define XZ_TEST_PROPERTY_HARNESS_H
/* clang-format off: cmocka wants these first */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/buf.h"
#include "engine/engine.h"
#include "pack/pack.h"
#include "world.h"

/* The conclusive patterns of models/medical-insurance with its codes and policies, and the
 * statistical ones of tests/property/pack, which do not move when the shipped ones are tuned. Their
 * baselines say that few visits, low speeds and short runs are unheard of: innocent noise alarms.
 * Fails the test when it does not load. */
struct xz_pack *harness_pack(void);

/* ---- alerts ---- */

struct heard { /* of one alert, as last said */
    char id[27];
    char pattern[8];
    char subject[96];
    enum xz_episode_status status;
    uint32_t rev;
    char *content; /* everything else but the number of the revision, as one line */
    char **msgids;
    uint32_t msgid_count, event_count;
    int64_t start_ms, end_ms;
    struct {
        char key[64];
        double observed;
    } evidence[8];
    uint32_t evidence_count;
};

struct hearing {
    struct heard *alerts;
    size_t count, cap;
    struct xz_buf stream; /* every judgement as JSON lines, when keep_stream */
    bool keep_stream;
    uint64_t judged, rejected;
};

void hearing_fini(struct hearing *hearing);
/* As sinks of an engine or of a local line. */
void hearing_judged(void *hearing, const struct xz_judgement *judgement);
void hearing_rejected(void *hearing, const struct xz_observation *observation,
                      const struct xz_err *err);
/* By pattern, subject, id. */
void hearing_sort(struct hearing *hearing);
/* All alerts that were not withdrawn, a line each: id, pattern, subject, status, content. */
void hearing_text(struct hearing *hearing, struct xz_buf *out);

/* Runs a log through the whole line in one thread, in this order (NULL: of arrival). */
void harness_run(const struct world *world, const uint32_t *order, const struct xz_pack *pack,
                 size_t cache_bytes, struct hearing *hearing);

/* Fails with the first line that differs. */
void harness_same_text(const struct xz_buf *left, const struct xz_buf *right, const char *what);

/* The seeds to try: from, or only the one of the command line. */
struct harness_seeds {
    uint64_t first, count;
};
extern struct harness_seeds harness_seeds;
void harness_arguments(int argc, char **argv, uint64_t count);

#endif
