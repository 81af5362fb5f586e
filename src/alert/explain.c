/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of an alert. A pattern brings templates in two languages; what stands in braces is
 * filled from the judgement, so that every figure in a sentence is one that the alert carries.
 */
#include <math.h>
#include <stdio.h>

#include "alert/alert_int.h"
#include "base/time.h"

/* In the order of xz_pack_fills. */
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
    FILL_PERIOD,
    FILL_COUNT
};
_Static_assert(FILL_COUNT == XZ_PACK_FILLS, "each name is filled in");

/* "2026-03-01 18:02": what a reader wants of a time in a sentence. */
static void put_time(int64_t time_ms, struct xz_buf *out)
{
    const struct xz_civil civil = xz_civil_of(time_ms);

    xz_buf_printf(out, "%04d-%02d-%02d %02d:%02d", civil.year, civil.month, civil.day, civil.hour,
                  civil.minute);
}

/* "between 2026-03-01 18:02 and 2026-03-01 18:31", "on 2026-03-01 18:02" of what was over within a
 * minute; as a sentence begins when it is the first word. */
static void put_period(const struct xz_judgement *judgement, bool chinese, bool first,
                       struct xz_buf *out)
{
    const bool moment = judgement->start_ms / XZ_MINUTE_MS == judgement->end_ms / XZ_MINUTE_MS;

    if (!chinese) {
        xz_buf_printf(out, "%s ", moment ? (first ? "On" : "on") : (first ? "Between" : "between"));
    }
    put_time(judgement->start_ms, out);
    if (!moment) {
        xz_buf_printf(out, chinese ? " 至 " : " and ");
        put_time(judgement->end_ms, out);
    }
}

/* 63,191: whole, rounded. */
static void put_whole(double value, struct xz_buf *out)
{
    char digits[64];
    const int len = snprintf(digits, sizeof(digits), "%.0f", fabs(value));

    if (value <= -0.5) {
        xz_buf_u8(out, '-');
    }
    for (int i = 0; i < len && i < (int)sizeof(digits) - 1; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            xz_buf_u8(out, ',');
        }
        xz_buf_u8(out, (uint8_t)digits[i]);
    }
}

/* Up to three digits that matter; no exponents in a sentence. */
static void put_number(double value, struct xz_buf *out)
{
    if (!isfinite(value)) {
        xz_buf_printf(out, "?");
    } else if (fabs(value) >= 100.0 || fabs(value - nearbyint(value)) < 1e-9) {
        put_whole(value, out);
    } else if (fabs(value) >= 1.0) {
        xz_buf_printf(out, "%.1f", value);
    } else {
        xz_buf_printf(out, "%.2g", value);
    }
}

static void put_yuan(int64_t fen, struct xz_buf *out)
{
    const int64_t yuan = fen / 100;

    put_whole((double)yuan, out);
    xz_buf_printf(out, ".%02d", (int)(fen % 100 < 0 ? -(fen % 100) : fen % 100));
}

/* "1 in 80,000" as its second number, rounded to one digit: more would be a false precision. A
 * baseline of some hundred subjects has seen nothing as rare as 1 in 10^29, which only the family's
 * tail says: a sentence says no more than a million, and the evidence has p as computed. */
static void put_odds(double log_p, bool chinese, struct xz_buf *out)
{
    const double most = 1e6;

    if (isnan(log_p)) {
        xz_buf_printf(out, "-");
    } else if (-log_p < log(most)) {
        const double one_in = exp(-log_p);
        const double unit = pow(10.0, floor(log10(one_in)));

        put_whole(floor(one_in / unit + 1e-9) * unit, out);
    } else {
        put_whole(most, out);
        xz_buf_printf(out, chinese ? "（或更小）" : " (or rarer)");
    }
}

static const struct xz_judged_evidence *evidence_at(const struct xz_judgement *judgement,
                                                    uint32_t at)
{
    static const struct xz_judged_evidence none = {
        .measure = "", .unit = "", .observed = NAN, .expected = NAN, .log_p = NAN, .log_e = NAN};

    return at < judgement->evidence_count ? &judgement->evidence[at] : &none;
}

static void put_fill(int fill, const struct xz_judgement *judgement, bool chinese, bool first_word,
                     struct xz_buf *out)
{
    const struct xz_judged_evidence *first = evidence_at(judgement, 0);
    const struct xz_judged_evidence *second = evidence_at(judgement, 1);

    switch (fill) {
    case FILL_SUBJECT:
        xz_buf_bytes(out, judgement->subject_id.ptr, judgement->subject_id.len);
        break;
    case FILL_EVENTS:
        put_whole(judgement->event_count, out);
        break;
    case FILL_PERSONS:
        put_whole(judgement->persons, out);
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
        put_odds(first->log_p, chinese, out);
        break;
    case FILL_SEGMENT:
        xz_segment_words(first->spec, first->segment, chinese, out);
        break;
    case FILL_PEERS:
        put_whole(first->subjects, out);
        break;
    case FILL_PERIOD:
        put_period(judgement, chinese, first_word, out);
        break;
    default:
        break;
    }
}

static int fill_of(struct xz_str name)
{
    for (int i = 0; i < FILL_COUNT; i++) {
        if (xz_str_eq(name, xz_str_from(xz_pack_fills[i]))) {
            return i;
        }
    }
    return -1;
}

static void fill_template(const struct xz_text *both, const struct xz_judgement *judgement,
                          bool chinese, struct xz_buf *out)
{
    const char *text = chinese ? both->zh : both->en;
    const size_t begin = out->len;

    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        const struct xz_str name =
            end != NULL ? (struct xz_str){text + 1, (uint32_t)(end - text - 1)} : XZ_STR_NONE;
        const int fill = end != NULL ? fill_of(name) : -1;

        if (fill < 0) {
            xz_buf_u8(out, (uint8_t)*text++);
        } else {
            put_fill(fill, judgement, chinese, out->len == begin, out);
            text = end + 1;
        }
    }
}

/* Its grounds are gone, and with them every figure that a pattern's own sentence would tell. */
static const struct xz_text withdrawn = {
    "对 {subject} 的这一提示已撤回：所依据的记录已被冲正，或迟到的数据改变了结论，原提示不再成立。",
    "What was said of {subject} is withdrawn: a reversal or a late record took its grounds away."};
static const struct xz_text still = {
    "若这些记录未被冲正、也没有后来的数据改变比对，原提示仍会成立。",
    "It would stand, had its records not been taken back, or the late one not come."};

void xz_alert_explanation(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const bool stands = judgement->status != XZ_EPISODE_WITHDRAWN;

    fill_template(stands ? &judgement->pattern->explain : &withdrawn, judgement, chinese, out);
}

void xz_alert_counterfactual(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const bool stands = judgement->status != XZ_EPISODE_WITHDRAWN;

    fill_template(stands ? &judgement->pattern->counterfactual : &still, judgement, chinese, out);
}
