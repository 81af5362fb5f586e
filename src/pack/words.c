/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of packs, in the order of their enumerations. */
#include "pack/pack_int.h"

const char *const xz_subject_names[XZ_SUBJECT_COUNT] = {
    "insured", "institution", "operator", "device", "doctor",
    "giver",   "proxy",       "trace",    "group",  "region"};

const char *const xz_severity_names[4] = {"low", "medium", "high", "critical"};

const char *const xz_family_names[] = {"none",       "polya",     "beta_binomial",
                                       "log_normal", "quantiles", "beta"};

const char *const xz_segment_dims[XZ_DIM_COUNT] = {
    "age_band", "psn_type", "chronic", "region", "institution_kind", "hosp_lv", "med_type", "pair"};

const char *const xz_pack_fills[XZ_PACK_FILLS] = {
    "subject",   "events",    "persons", "amount", "start",   "end",   "observed", "expected",
    "observed2", "expected2", "times",   "odds",   "segment", "peers", "period"};

/* contract.md, section 2: what the receiver is to the giver. */
const char *const xz_relation_words[XZ_RELATION_WORDS] = {"spouse",        "parent",
                                                          "child",         "sibling",
                                                          "grandparent",   "maternal_grandparent",
                                                          "grandchild",    "maternal_grandchild",
                                                          "parent_in_law", "child_in_law",
                                                          "other"};

/* contract.md, section 2: purposes of an account movement. */
const char *const xz_purpose_words[XZ_PURPOSE_WORDS] = {
    "outpatient",     "inpatient",   "pharmacy",
    "device",         "consumable",  "premium",
    "vaccine",        "checkup",     "commercial_insurance",
    "long_term_care", "cosmetic",    "orthodontics",
    "whitening",      "weight_loss", "fitness",
    "other"};
