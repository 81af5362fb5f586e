/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of an alert. A pattern brings templates in two languages; what stands in braces is
 * filled from the judgement, so that every figure in a sentence is one that the alert carries.
 */
#include <math.h>
#include <stdio.h>

#include "alert/alert.h"
#include "base/time.h"

enum {
    FILL_SUBJECT,
    FILL_EVENTS,
    FILL_PERSONS,
    FILL_AMOUNT,
    FILL_START,
    FILL_END,
    FILL_OBSERVED,
    FILL_EXPECTED,
    FILL_OBSERVED2,
    FILL_EXPECTED2,
    FILL_TIMES,
    FILL_ODDS,
    FILL_SEGMENT,
    FILL_PEERS,
    FILL_COUNT
};

static const char *const fill_names[FILL_COUNT] = {
    "subject",  "events",    "persons",   "amount", "start", "end",     "observed",
    "expected", "observed2", "expected2", "times",  "odds",  "segment", "peers"};

/* "2026-03-01 18:02": what a reader wants of a time in a sentence. */
static void put_time(int64_t time_ms, struct xz_buf *out)
{
    const struct xz_civil civil = xz_civil_of(time_ms);

    xz_buf_printf(out, "%04d-%02d-%02d %02d:%02d", civil.year, civil.month, civil.day, civil.hour,
                  civil.minute);
}

/* Up to three digits that matter; no exponents in a sentence. */
static void put_number(double value, struct xz_buf *out)
{
    if (!isfinite(value)) {
        xz_buf_printf(out, "?");
    } else if (fabs(value) >= 100.0 || fabs(value - nearbyint(value)) < 1e-9) {
        xz_buf_printf(out, "%.0f", value);
    } else if (fabs(value) >= 1.0) {
        xz_buf_printf(out, "%.1f", value);
    } else {
        xz_buf_printf(out, "%.2g", value);
    }
}

static void put_yuan(int64_t fen, struct xz_buf *out)
{
    xz_buf_printf(out, "%lld.%02d", (long long)(fen / 100),
                  (int)(fen % 100 < 0 ? -(fen % 100) : fen % 100));
}

/* "1 in 83,000" as its second number, rounded to one digit: more would be a false precision. */
static void put_odds(double log_p, struct xz_buf *out)
{
    const double decimal = -log_p / log(10.0);

    if (isnan(log_p)) {
        xz_buf_printf(out, "-");
    } else if (decimal < 6.0) {
        const double one_in = exp(-log_p);
        const double unit = pow(10.0, floor(log10(one_in)));

        xz_buf_printf(out, "%.0f", floor(one_in / unit) * unit);
    } else {
        xz_buf_printf(out, "10^%.0f", floor(decimal));
    }
}

static const struct xz_judged_evidence *evidence_at(const struct xz_judgement *judgement,
                                                    uint32_t at)
{
    static const struct xz_judged_evidence none = {
        .measure = "", .unit = "", .observed = NAN, .expected = NAN, .log_p = NAN, .log_e = NAN};

    return at < judgement->evidence_count ? &judgement->evidence[at] : &none;
}

static void put_fill(int fill, const struct xz_judgement *judgement, struct xz_buf *out)
{
    const struct xz_judged_evidence *first = evidence_at(judgement, 0);
    const struct xz_judged_evidence *second = evidence_at(judgement, 1);

    switch (fill) {
    case FILL_SUBJECT:
        xz_buf_bytes(out, judgement->subject_id.ptr, judgement->subject_id.len);
        break;
    case FILL_EVENTS:
        xz_buf_printf(out, "%u", judgement->event_count);
        break;
    case FILL_PERSONS:
        xz_buf_printf(out, "%u", judgement->persons);
        break;
    case FILL_AMOUNT:
        put_yuan(judgement->amount_fen, out);
        break;
    case FILL_START:
        put_time(judgement->start_ms, out);
        break;
    case FILL_END:
        put_time(judgement->end_ms, out);
        break;
    case FILL_OBSERVED:
        put_number(first->observed, out);
        break;
    case FILL_EXPECTED:
        put_number(first->expected, out);
        break;
    case FILL_OBSERVED2:
        put_number(second->observed, out);
        break;
    case FILL_EXPECTED2:
        put_number(second->expected, out);
        break;
    case FILL_TIMES:
        put_number(first->expected > 0.0 ? first->observed / first->expected : NAN, out);
        break;
    case FILL_ODDS:
        put_odds(first->log_p, out);
        break;
    case FILL_SEGMENT:
        xz_buf_printf(out, "%s", first->segment != NULL ? first->segment : "");
        break;
    case FILL_PEERS:
        xz_buf_printf(out, "%u", first->subjects);
        break;
    default:
        break;
    }
}

static int fill_of(struct xz_str name)
{
    for (int i = 0; i < FILL_COUNT; i++) {
        if (xz_str_eq(name, xz_str_from(fill_names[i]))) {
            return i;
        }
    }
    return -1;
}

static void fill_template(const char *text, const struct xz_judgement *judgement,
                          struct xz_buf *out)
{
    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        const struct xz_str name =
            end != NULL ? (struct xz_str){text + 1, (uint32_t)(end - text - 1)} : XZ_STR_NONE;
        const int fill = end != NULL ? fill_of(name) : -1;

        if (fill < 0) {
            xz_buf_u8(out, (uint8_t)*text++);
        } else {
            put_fill(fill, judgement, out);
            text = end + 1;
        }
    }
}

void xz_alert_explanation(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const struct xz_text *text = &judgement->pattern->explain;

    fill_template(chinese ? text->zh : text->en, judgement, out);
}

void xz_alert_counterfactual(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const struct xz_text *text = &judgement->pattern->counterfactual;

    fill_template(chinese ? text->zh : text->en, judgement, out);
}

enum xz_rc xz_alert_template_check(const char *text, const char *file, int line, struct xz_err *err)
{
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        struct xz_str name;
        const char *nearest;

        if (end == NULL) {
            return xz_err_config(err, file, line, "a \"{\" of the text is never closed");
        }
        name = (struct xz_str){at + 1, (uint32_t)(end - at - 1)};
        if (fill_of(name) >= 0) {
            continue;
        }
        nearest = xz_str_nearest(name, fill_names, FILL_COUNT);
        return xz_err_config(err, file, line, "nothing is known as {" XZ_STR_FMT "}; %s%s%s",
                             XZ_STR_ARG(name),
                             nearest != NULL ? "did you mean {" : "see models/README.md",
                             nearest != NULL ? nearest : "", nearest != NULL ? "}?" : "");
    }
    return XZ_OK;
}
