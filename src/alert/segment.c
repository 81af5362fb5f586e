/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A segment in words: "60-69|12|1" is nothing that a lay person can check. */
#include <string.h>

#include "alert/alert_int.h"

struct word {
    const char *value;
    struct xz_text text;
};

/* The first two digits of psn_type (domain: the national code list). */
static const struct word person_types[] = {{"11", {"在职", "employed"}},
                                           {"12", {"退休", "retired"}},
                                           {"13", {"离休", "retired cadres"}},
                                           {"14", {"未成年居民", "children and pupils"}},
                                           {"15", {"成年居民", "adult residents"}},
                                           {"16", {"老年居民", "elderly residents"}},
                                           {NULL, {NULL, NULL}}};
static const struct word chronic[] = {{"0", {"无慢特病", "without a chronic disease"}},
                                      {"1", {"有慢特病", "with a chronic disease"}},
                                      {NULL, {NULL, NULL}}};
static const struct word kinds[] = {{"hospital", {"医院", "hospitals"}},
                                    {"clinic", {"诊所", "clinics"}},
                                    {"village_clinic", {"村卫生室", "village clinics"}},
                                    {"nursing_home", {"养老机构", "nursing homes"}},
                                    {"internet_hospital", {"互联网医院", "internet hospitals"}},
                                    {"pharmacy", {"药店", "pharmacies"}},
                                    {"online_pharmacy", {"网上药店", "online pharmacies"}},
                                    {NULL, {NULL, NULL}}};

static const struct {
    struct xz_text name;      /* said of a value that has no word of its own */
    const struct word *words; /* NULL: there are none */
} dims[XZ_DIM_COUNT] = {
    [XZ_DIM_AGE_BAND] = {{"年龄", "age"}, NULL},
    [XZ_DIM_PSN_TYPE] = {{"人员类别", "person type"}, person_types},
    [XZ_DIM_CHRONIC] = {{"慢特病", "chronic disease"}, chronic},
    [XZ_DIM_REGION] = {{"地区", "region"}, NULL},
    [XZ_DIM_INSTITUTION_KIND] = {{"机构类别", "kind of institution"}, kinds},
    [XZ_DIM_HOSP_LV] = {{"医院级别", "hospital level"}, NULL},
    [XZ_DIM_MED_TYPE] = {{"医疗类别", "type of care"}, NULL},
    [XZ_DIM_PAIR] = {{"两地", "districts"}, NULL},
};

static const char *of(const struct xz_text *text, bool chinese)
{
    return chinese ? text->zh : text->en;
}

static void put_part(enum xz_segment_dim dim, struct xz_str value, bool chinese, struct xz_buf *out)
{
    for (const struct word *word = dims[dim].words; word != NULL && word->value != NULL; word++) {
        if (xz_str_eq(value, xz_str_from(word->value))) {
            xz_buf_printf(out, "%s", of(&word->text, chinese));
            return;
        }
    }
    xz_buf_printf(out, "%s ", of(&dims[dim].name, chinese));
    if (xz_str_eq(value, XZ_STR("?"))) {
        xz_buf_printf(out, "%s", chinese ? "不详" : "unknown");
    } else {
        xz_buf_bytes(out, value.ptr, value.len);
    }
}

void xz_segment_words(const struct xz_evidence_spec *spec, const char *segment, bool chinese,
                      struct xz_buf *out)
{
    if (segment == NULL || segment[0] == '\0') {
        xz_buf_printf(out, "%s", chinese ? "全体" : "everybody");
        return;
    }
    for (uint8_t i = 0; spec != NULL && i < spec->by_count; i++) {
        const size_t len = strcspn(segment, "|");

        xz_buf_printf(out, "%s", i == 0 ? "" : chinese ? "、" : ", ");
        put_part((enum xz_segment_dim)spec->by[i], (struct xz_str){segment, (uint32_t)len}, chinese,
                 out);
        segment += len + (segment[len] == '|');
    }
}
