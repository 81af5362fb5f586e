/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console/numbers.h - what the service counts, in this process or in another that is asked for it;
 * and how long subjects have been watched, over all starts. */
#ifndef XZ_CONSOLE_NUMBERS_H
#define XZ_CONSOLE_NUMBERS_H
#include "console/console_int.h"

/* Appends the text of /metrics; false when nobody tells. */
bool xz_numbers_read(struct xz_console *console, int64_t now_ms, struct xz_buf *text);
/* The value of a sample, "xiezhi_events_total" or with its {labels}; `unknown` when there is none.
 * text is terminated. */
double xz_numbers_value(const char *text, const char *sample, double unknown);

/* Adds to the store what was watched since it was last asked. @thread one */
struct xz_exposure {
    double seen[16]; /* by kind of entity */
    bool began;
};
XZ_MUST enum xz_rc xz_exposure_note(struct xz_console *console, struct xz_exposure *exposure,
                                    int64_t now_ms, struct xz_err *err);
/* Months in which a subject of this kind (xz_subject_names) was watched, over all subjects; 0 for
 * kinds of which nobody counts them. */
XZ_MUST enum xz_rc xz_exposure_of(const struct xz_console *console, const char *subject,
                                  int64_t *months, struct xz_err *err);

#endif
