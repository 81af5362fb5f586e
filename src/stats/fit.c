/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stats/fit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUBJECTS_MIN 30
#define SAMPLES_MIN 50
#define BEYOND_MIN 10
#define INDEX_MIN 1.2
#define INDEX_MAX 6.0

static int ascending(const void *left_ptr, const void *right_ptr)
{
    const double left = *(const double *)left_ptr, right = *(const double *)right_ptr;

    return (left > right) - (left < right);
}

/* The rate above which the trimmed share lies. */
static double rate_limit(const double *sums, const double *exposures, size_t count, double trim)
{
    double *rates = malloc(count * sizeof(*rates));
    double limit = INFINITY;
    const size_t keep = count - (size_t)((double)count * trim);

    if (rates == NULL || keep == 0) {
        free(rates);
        return limit;
    }
    for (size_t i = 0; i < count; i++) {
        rates[i] = sums[i] / exposures[i];
    }
    qsort(rates, count, sizeof(*rates), ascending);
    limit = rates[keep - 1];
    free(rates);
    return limit;
}

bool xz_fit_gamma_poisson(const double *sums, const double *exposures, size_t count, double trim,
                          struct xz_gamma_fit *fit)
{
    double limit, events = 0.0, time = 0.0, mean, over = 0.0, squared_time = 0.0, variance;
    size_t kept = 0;

    if (count < SUBJECTS_MIN) {
        return false;
    }
    limit = rate_limit(sums, exposures, count, trim);
    for (size_t i = 0; i < count; i++) {
        if (sums[i] / exposures[i] <= limit) {
            events += sums[i];
            time += exposures[i];
            kept++;
        }
    }
    if (kept < SUBJECTS_MIN || events <= 0.0 || time <= 0.0) {
        return false;
    }
    mean = events / time;
    /* E (N - mean t)^2 = mean t + variance t^2: what is left over chance is the frailty. */
    for (size_t i = 0; i < count; i++) {
        if (sums[i] / exposures[i] <= limit) {
            const double gap = sums[i] - mean * exposures[i];

            over += gap * gap - mean * exposures[i];
            squared_time += exposures[i] * exposures[i];
        }
    }
    variance = over / squared_time;
    variance = fmax(variance, 0.05 * mean * mean);
    fit->shape = fmin(fmax(mean * mean / variance, 0.05), 50.0);
    fit->rate = fit->shape / mean;
    return true;
}

double xz_fit_cap(double squares, double means, double squared_means, double degrees)
{
    /* Var = mean + mean^2 / cap, summed over subjects. */
    const double extra = degrees > 0.0 ? squares - means : 0.0;

    if (extra <= 0.0) {
        return 100.0;
    }
    return fmin(fmax(squared_means / extra, 0.2), 100.0);
}

size_t xz_fit_quantiles(double *samples, size_t count, double *quantile, double *index)
{
    size_t points = 0, top;
    double sum = 0.0, last;

    if (count < SAMPLES_MIN) {
        return 0;
    }
    qsort(samples, count, sizeof(*samples), ascending);
    while (points < XZ_TAIL_GRID && (points == 0 || xz_tail_grid[points] * (double)count >= BEYOND_MIN)) {
        const size_t beyond = (size_t)(xz_tail_grid[points] * (double)count);

        quantile[points++] = samples[count - 1 - (beyond < count ? beyond : count - 1)];
    }
    /* Hill over what lies beyond the last point that ten samples carry, on ln(1 + x). */
    last = quantile[points - 1];
    top = 0;
    for (size_t i = count; i-- > 0 && samples[i] > last;) {
        sum += log1p(samples[i]) - log1p(last);
        top++;
    }
    *index = top >= 5 && sum > 0.0 ? (double)(top - 1) / sum : 3.0;
    *index = fmin(fmax(*index, INDEX_MIN), INDEX_MAX);
    return points;
}

double xz_fit_weight(size_t count, double prior) { return (double)count / ((double)count + prior); }

void xz_interval_binomial(size_t hits, size_t count, double *low, double *high)
{
    *low = hits == 0 ? 0.0
                     : gsl_cdf_beta_Pinv(0.025, (double)hits, (double)(count - hits) + 1.0);
    *high = hits >= count ? 1.0
                          : gsl_cdf_beta_Pinv(0.975, (double)hits + 1.0, (double)(count - hits));
}

void xz_interval_poisson(size_t hits, double exposure, double *low, double *high)
{
    *low = hits == 0 ? 0.0 : gsl_cdf_chisq_Pinv(0.025, 2.0 * (double)hits) / 2.0 / exposure;
    *high = gsl_cdf_chisq_Pinv(0.975, 2.0 * (double)hits + 2.0) / 2.0 / exposure;
}

void xz_fit_calibration(double *log_p, size_t count,
                        struct xz_calibration_row rows[static XZ_CALIBRATION_ROWS])
{
    qsort(log_p, count, sizeof(*log_p), ascending);
    for (size_t r = 0; r < XZ_CALIBRATION_ROWS; r++) {
        struct xz_calibration_row *row = &rows[r];

        row->stated = pow(10.0, -2.0 - (double)r);
        row->count = count;
        row->hits = 0;
        while (row->hits < count && log_p[row->hits] <= log(row->stated)) {
            row->hits++;
        }
        row->realised = count > 0 ? (double)row->hits / (double)count : 0.0;
        xz_interval_binomial(row->hits, count, &row->low, &row->high);
    }
}

size_t xz_fit_calibration_map(double *log_p, size_t count,
                              double points[static XZ_CALIBRATION_POINTS][2])
{
    size_t made = 0;

    if (count < 1000) {
        return 0;
    }
    qsort(log_p, count, sizeof(*log_p), ascending);
    for (double u = 1e-1; made < XZ_CALIBRATION_POINTS && u * (double)count >= BEYOND_MIN; u /= 10.0) {
        size_t hits = 0;
        double realised;

        while (hits < count && log_p[hits] <= log(u)) {
            hits++;
        }
        realised = ((double)hits + 1.0) / (double)count;
        points[made][0] = log(u);
        points[made][1] = log(fmin(1.0, fmax(u, realised)));
        made++;
    }
    return made;
}
