/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/explain_text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"

static double bounded_exp(double log_x) { return exp(fmin(log_x, 700.0)); }

static const char *const subjects_zh[XZ_SUBJECT_COUNT] = {
    "参保人", "定点机构", "收费员", "终端", "医师", "授权人", "代办人", "追溯码", "团伙", "统筹区"};

static void put_head(const struct xz_judgement *judgement, const char *lang, bool chinese,
                     struct xz_buf *out)
{
    static const char *const status[2][4] = {{"", "open", "closed", "withdrawn"},
                                             {"", "进行中", "已结束", "已撤回"}};
    const struct xz_pattern *pattern = judgement->pattern;
    char start[XZ_TIME_TEXT_MAX], end[XZ_TIME_TEXT_MAX];

    xz_time_format(judgement->start_ms, start);
    xz_time_format(judgement->end_ms, end);
    xz_buf_printf(out, chinese ? "%s 第 %u 版（%s）\n" : "%s revision %u (%s)\n",
                  judgement->alert_id, judgement->rev, status[chinese][judgement->status]);
    xz_buf_printf(out, "%s %s: %s%s%s\n", pattern->id, pattern->name,
                  lang == NULL || chinese ? pattern->title.zh : "", lang == NULL ? " / " : "",
                  lang == NULL || !chinese ? pattern->title.en : "");
    xz_buf_printf(out, chinese ? "%s %.*s，%s 至 %s\n" : "%s %.*s, %s to %s\n",
                  (chinese ? subjects_zh : xz_subject_names)[judgement->subject_kind],
                  XZ_STR_ARG(judgement->subject_id), start, end);
}

static void put_measures(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    /* A Chinese letter is two columns wide and three bytes long: padded by hand. */
    xz_buf_printf(out, "%s",
                  chinese ? "\n指标                               观测值         预期            p"
                            "            e  比照对象\n"
                          : "\nmeasure                          observed     expected            p"
                            "            e  held against\n");
    for (uint32_t i = 0; i < judgement->evidence_count; i++) {
        const struct xz_judged_evidence *row = &judgement->evidence[i];
        const bool is_group = row->segment != NULL && row->segment[0] != '\0';
        const char *everybody = chinese ? "全体" : "everybody";

        xz_buf_printf(out, "%-28s %12.6g %12.6g %12.3g %12.3g  ", row->measure, row->observed,
                      row->expected, exp(row->log_p), bounded_exp(row->log_e));
        xz_buf_printf(out, chinese ? "%s，%u 个对象\n" : "%s, %u subjects\n",
                      is_group ? row->segment : everybody, row->subjects);
    }
}

static void put_evidence(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const struct xz_pattern *pattern = judgement->pattern;
    const double threshold = 1.0 / pattern->alarm_per_month;

    if (pattern->result == XZ_RESULT_CONCLUSIVE) {
        xz_buf_printf(out, "%s",
                      chinese
                          ? "\n规则：下列每一笔都违反；不涉及概率。\n"
                          : "\nRule: broken by each event below; no probability is involved.\n");
        return;
    }
    put_measures(judgement, chinese, out);
    xz_buf_printf(
        out,
        chinese
            ? "\n规则声明：每个对象每月至多误报 %g 次。规则的 e-检测器 M <- (M + 1) * E\n"
              "对各项依据取平均并按月计，在 M >= 1/%g = %.4g 时提示。此处 M = %.4g。\n"
            : "\nDeclared: at most %g false alarms a subject-month, so the pattern's e-detector\n"
              "M <- (M + 1) * E, averaged over its evidence and counted per month, alarms at\n"
              "M >= 1/%g = %.4g. Here M = %.4g.\n",
        pattern->alarm_per_month, pattern->alarm_per_month, threshold,
        bounded_exp(judgement->log_e));
}

static void put_sentences(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    xz_buf_printf(out, "\n  ");
    xz_alert_explanation(judgement, chinese, out);
    xz_buf_printf(out, "\n  ");
    xz_alert_counterfactual(judgement, chinese, out);
    xz_buf_printf(out, "\n");
}

static void put_events(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    char time[XZ_TIME_TEXT_MAX];

    xz_buf_printf(out,
                  chinese ? "\n共 %u 笔，列出 %u 笔，权重大的在前：\n"
                          : "\n%u events, of which %u are listed; those that weigh most first:\n",
                  judgement->event_count, judgement->member_count);
    for (uint32_t i = 0; i < judgement->member_count; i++) {
        const struct xz_record *record = judgement->members[i].record;
        const struct xz_str msgid = xz_record_text(record, XZ_TEXT_MSGID);
        const struct xz_str person = xz_record_text(record, XZ_TEXT_PERSON);
        const struct xz_str place = xz_record_text(record, XZ_TEXT_INSTITUTION);

        xz_time_format(record->at_ms, time);
        xz_buf_printf(out,
                      chinese ? "  %s  %-32.*s 参保人 %.*s，机构 %.*s，%" PRId64 " 分，权重 %.3f\n"
                              : "  %s  %-32.*s insured %.*s at %.*s, %" PRId64
                                " fen, weight %.3f\n",
                      time, XZ_STR_ARG(msgid), XZ_STR_ARG(person), XZ_STR_ARG(place),
                      record->amount_fen == XZ_FEN_NONE ? 0 : record->amount_fen,
                      judgement->members[i].weight);
    }
}

static void put_grounds(const struct xz_judgement *judgement, bool chinese, struct xz_buf *out)
{
    const struct xz_pattern *pattern = judgement->pattern;

    xz_buf_printf(out, chinese ? "\n法条：" : "\nLaw:");
    for (size_t i = 0; i < pattern->legal_count; i++) {
        xz_buf_printf(out, " %s", pattern->legal[i]);
    }
    xz_buf_printf(out, chinese ? "\n规则包：%s %s %s\n\n" : "\nPack: %s %s %s\n\n",
                  xz_pack_name(judgement->pack), xz_pack_version(judgement->pack),
                  xz_pack_sha256(judgement->pack));
}

void xz_explain_text(const struct xz_judgement *judgement, const char *lang, struct xz_buf *out)
{
    const bool chinese = lang != NULL && strcmp(lang, "zh-CN") == 0;

    put_head(judgement, lang, chinese, out);
    put_evidence(judgement, chinese, out);
    if (lang == NULL) {
        put_sentences(judgement, true, out);
    }
    put_sentences(judgement, chinese, out);
    put_events(judgement, chinese, out);
    put_grounds(judgement, chinese, out);
}
