/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.*: what differs by place, as variables. */
#include "engine/engine_int.h"

const struct xz_var xz_policy_vars[XZ_POLICY_SLOTS] = {
    {"policy.relations", XZ_TYPE_SET, XZ_POLICY_RELATIONS, 1, NULL},
    {"policy.national_relations", XZ_TYPE_SET, XZ_POLICY_NATIONAL_RELATIONS, 1, NULL},
    {"policy.receiver_schemes", XZ_TYPE_SET, XZ_POLICY_RECEIVER_SCHEMES, 1, NULL},
    {"policy.long_link_schemes", XZ_TYPE_SET, XZ_POLICY_LONG_LINK_SCHEMES, 1, NULL},
    {"policy.cross_province", XZ_TYPE_SET, XZ_POLICY_CROSS_PROVINCE, 1, NULL},
    {"policy.allowed_purposes", XZ_TYPE_SET, XZ_POLICY_ALLOWED_PURPOSES, 1, NULL},
    {"policy.forbidden_purposes", XZ_TYPE_SET, XZ_POLICY_FORBIDDEN_PURPOSES, 1, NULL},
    {"policy.withdraw_reasons", XZ_TYPE_SET, XZ_POLICY_WITHDRAW_REASONS, 1, NULL},
    {"policy.emergency_med_types", XZ_TYPE_SET, XZ_POLICY_EMERGENCY_MED_TYPES, 1, NULL},
    {"policy.three_segments", XZ_TYPE_BOOL, XZ_POLICY_THREE_SEGMENTS, 1, NULL},
    {"policy.deductible_active", XZ_TYPE_INT, XZ_POLICY_DEDUCTIBLE_ACTIVE, 100, NULL},
    {"policy.deductible_retired", XZ_TYPE_INT, XZ_POLICY_DEDUCTIBLE_RETIRED, 100, NULL},
    {"policy.temporary_link_uses", XZ_TYPE_INT, XZ_POLICY_TEMPORARY_LINK_USES, 1, NULL},
};

static void load_set(const struct xz_set *set, struct xz_value *value)
{
    value->known = set != NULL;
    value->set = set;
}

void xz_policy_load(const struct xz_policy *policy, unsigned slot, struct xz_value *value)
{
    value->known = true;
    switch (slot) {
    case XZ_POLICY_RELATIONS:
        load_set(policy->relations, value);
        break;
    case XZ_POLICY_NATIONAL_RELATIONS:
        load_set(policy->national_relations, value);
        break;
    case XZ_POLICY_RECEIVER_SCHEMES:
        load_set(policy->receiver_schemes, value);
        break;
    case XZ_POLICY_LONG_LINK_SCHEMES:
        load_set(policy->long_link_schemes, value);
        break;
    case XZ_POLICY_CROSS_PROVINCE:
        load_set(policy->cross_province, value);
        break;
    case XZ_POLICY_ALLOWED_PURPOSES:
        load_set(policy->allowed_purposes, value);
        break;
    case XZ_POLICY_FORBIDDEN_PURPOSES:
        load_set(policy->forbidden_purposes, value);
        break;
    case XZ_POLICY_WITHDRAW_REASONS:
        load_set(policy->withdraw_reasons, value);
        break;
    case XZ_POLICY_EMERGENCY_MED_TYPES:
        load_set(policy->emergency_med_types, value);
        break;
    case XZ_POLICY_THREE_SEGMENTS:
        value->boolean = policy->three_segments;
        break;
    case XZ_POLICY_DEDUCTIBLE_ACTIVE:
        value->known = policy->deductible_active_fen >= 0;
        value->integer = policy->deductible_active_fen;
        break;
    case XZ_POLICY_DEDUCTIBLE_RETIRED:
        value->known = policy->deductible_retired_fen >= 0;
        value->integer = policy->deductible_retired_fen;
        break;
    case XZ_POLICY_TEMPORARY_LINK_USES:
        value->integer = policy->temporary_link_uses;
        break;
    default:
        value->known = false;
        break;
    }
}
