/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/backtest.h - what a backtest remembers of the pass, and the report. */
#ifndef XZ_CLI_BACKTEST_H
#define XZ_CLI_BACKTEST_H
#include "engine/engine.h"

struct xz_backtest_setup {
    int32_t test_from; /* XZ_DAY_NONE: rank every event */
    int32_t test_days, train_days, delay_days;
    uint32_t cards;
    const char *labels, *label_key, *label_column, *label_positive; /* of institutions, or NULL */
    const char *beside; /* a CSV of figures others reached: name,auc,ap,cp; or NULL */
    const char *output; /* or NULL */
};
struct xz_backtest;

struct xz_backtest *xz_backtest_new(const struct xz_backtest_setup *setup);
void xz_backtest_free(struct xz_backtest *backtest);

/* Each event before it is scored; then the evidence that the engine evaluates for it. An event's
 * score is a mean of its evidence's p-values, as -ln. An institution's is the sum, over evidence
 * and calendar months, of the strongest -ln p (Fisher 1932, of months). */
void xz_backtest_event(struct xz_backtest *backtest, const struct xz_event *event, bool guilty);
void xz_backtest_step(struct xz_backtest *backtest, const struct xz_evidence_spec *spec,
                      const struct xz_entity *entity, const struct xz_record *record,
                      const struct xz_step *step);

/* On standard output, and into setup.output. */
XZ_MUST enum xz_rc xz_backtest_report(struct xz_backtest *backtest, struct xz_err *err);

#endif
