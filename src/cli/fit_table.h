/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli/fit_table.h - the samples of a history, by evidence and segment, and what is fitted to them.
 */
#ifndef XZ_CLI_FIT_TABLE_H
#define XZ_CLI_FIT_TABLE_H
#include "engine/engine.h"

struct xz_fit_table;

struct xz_fit_table *xz_fit_table_new(const struct xz_pack *pack, int64_t newest_ms, double trim);
void xz_fit_table_free(struct xz_fit_table *table);

/* The subject that the following samples are of: since when it is known. */
void xz_fit_table_subject(struct xz_fit_table *table, const struct xz_entity *entity);
void xz_fit_table_add(void *table, const struct xz_sample *sample); /* an xz_sample_fn */

/* Fits everything and writes baselines.csv, steps.csv, calibration.csv, calibration_report.csv and
 * fitted.yaml into dir; says on standard error how each came out. XZ_CONFIG when held-out people
 * refute a baseline by more than half and force is not set: then nothing is written. */
XZ_MUST enum xz_rc xz_fit_table_write(struct xz_fit_table *table, const char *dir, const char *note,
                                      bool force, struct xz_err *err);

#endif
