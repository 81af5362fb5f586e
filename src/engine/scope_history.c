/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names that `when` of a record among others may use: what a record keeps, by the contract's
 * names, and what the history before it says (person.*, giver.*, trace.*). */
#include "engine/engine_int.h"

enum {
    H_SETTLEMENT = XZ_POLICY_SLOTS,
    H_ACCOUNT_MOVEMENT,
    H_CREDENTIAL,
    H_PERSON_STATUS,
    H_TRACE_SCAN,
    H_MULAID_LINK,
    H_REFUND,
    H_DEBIT,
    H_MOVEMENT,
    H_ACTION,
    H_STATUS,
    H_SCAN,
    H_MEDFEE,
    H_ACCT_PAY,
    H_ACCT_MULAID_PAY,
    H_ACCOUNT_MONEY,
    H_ACCOUNT_SHARE,
    H_FUND_PAY,
    H_BALC,
    H_DEDC,
    H_MED_TYPE,
    H_INSUTYPE,
    H_PSN_TYPE,
    H_INSU_STAS,
    H_CERT_TYPE,
    H_SETL_TYPE,
    H_FIXMEDINS,
    H_OPTER,
    H_DEV_NO,
    H_PLACE_ADMDVS,
    H_INSURED_ADMDVS,
    H_PLACE_KIND,
    H_DISE,
    H_INVONO,
    H_AGE,
    H_SEX,
    H_IN_PERSON,
    H_PROXY,
    H_ONLINE,
    H_CHRONIC,
    H_INPATIENT,
    H_CROSS_PROVINCE,
    H_UNDO_GAP,
    H_TEMPORARY,
    H_DEAD,
    H_SUSPENDED,
    H_STOPPED,
    H_CLOSED,
    H_ELSEWHERE,
    H_CLAIMED_BEFORE,
    H_YEAR_DEDUCTIBLE,
    H_LINK_USES,
    H_GIVER_CLOSED,
    H_SALES,
    H_PROVINCES,
    H_SLOTS
};

static const char *const movement_names[] = {
    NULL,     "credit",          "pre_credit",     "makeup",     "clawback",
    "return", "substantiate",    "withdraw_close", "carry_over", "interest",
    "debit",  "transfer_wallet", "premium",        "other_use"};
static const char *const credential_names[] = {
    NULL,        "activate",   "reset_password", "face_pass",
    "face_fail", "new_device", "balance_query",  "delegate"};
static const char *const status_names[] = {NULL,      "death",      "insured",
                                           "paused",  "terminated", "suspended",
                                           "resumed", "admitted",   "discharged"};
static const char *const scan_names[] = {NULL, "sale", "return"};
static const char *const link_names[] = {NULL, "grant", "revoke"};
static const char *const kind_names[] = {"unknown",        "hospital",       "clinic",
                                         "village_clinic", "nursing_home",   "internet_hospital",
                                         "pharmacy",       "online_pharmacy"};

#define OWN_VARS                                                                                   \
    {"settlement", XZ_TYPE_BOOL, H_SETTLEMENT, 1, NULL},                                           \
        {"account_movement", XZ_TYPE_BOOL, H_ACCOUNT_MOVEMENT, 1, NULL},                           \
        {"credential", XZ_TYPE_BOOL, H_CREDENTIAL, 1, NULL},                                       \
        {"person_status", XZ_TYPE_BOOL, H_PERSON_STATUS, 1, NULL},                                 \
        {"trace_scan", XZ_TYPE_BOOL, H_TRACE_SCAN, 1, NULL},                                       \
        {"mulaid_link", XZ_TYPE_BOOL, H_MULAID_LINK, 1, NULL},                                     \
        {"refund", XZ_TYPE_BOOL, H_REFUND, 1, NULL}, {"debit", XZ_TYPE_BOOL, H_DEBIT, 1, NULL},    \
        {"movement", XZ_TYPE_STR, H_MOVEMENT, 1, NULL},                                            \
        {"action", XZ_TYPE_STR, H_ACTION, 1, NULL}, {"status", XZ_TYPE_STR, H_STATUS, 1, NULL},    \
        {"scan", XZ_TYPE_STR, H_SCAN, 1, NULL},                                                    \
        {"medfee_sumamt", XZ_TYPE_INT, H_MEDFEE, 100, NULL},                                       \
        {"amount", XZ_TYPE_INT, H_MEDFEE, 100, NULL},                                              \
        {"acct_pay", XZ_TYPE_INT, H_ACCT_PAY, 100, NULL},                                          \
        {"acct_mulaid_pay", XZ_TYPE_INT, H_ACCT_MULAID_PAY, 100, NULL},                            \
        {"account_money", XZ_TYPE_INT, H_ACCOUNT_MONEY, 100, NULL},                                \
        {"account_share", XZ_TYPE_DOUBLE, H_ACCOUNT_SHARE, 1, NULL},                               \
        {"fund_pay_sumamt", XZ_TYPE_INT, H_FUND_PAY, 100, NULL},                                   \
        {"balc", XZ_TYPE_INT, H_BALC, 100, NULL},                                                  \
        {"act_pay_dedc", XZ_TYPE_INT, H_DEDC, 100, NULL},                                          \
        {"med_type", XZ_TYPE_STR, H_MED_TYPE, 1, NULL},                                            \
        {"insutype", XZ_TYPE_STR, H_INSUTYPE, 1, NULL},                                            \
        {"psn_type", XZ_TYPE_STR, H_PSN_TYPE, 1, NULL},                                            \
        {"psn_insu_stas", XZ_TYPE_STR, H_INSU_STAS, 1, NULL},                                      \
        {"mdtrt_cert_type", XZ_TYPE_STR, H_CERT_TYPE, 1, NULL},                                    \
        {"setl_type", XZ_TYPE_STR, H_SETL_TYPE, 1, NULL},                                          \
        {"fixmedins_code", XZ_TYPE_STR, H_FIXMEDINS, 1, NULL},                                     \
        {"opter", XZ_TYPE_STR, H_OPTER, 1, NULL}, {"dev_no", XZ_TYPE_STR, H_DEV_NO, 1, NULL},      \
        {"mdtrtarea_admvs", XZ_TYPE_STR, H_PLACE_ADMDVS, 1, NULL},                                 \
        {"insuplc_admdvs", XZ_TYPE_STR, H_INSURED_ADMDVS, 1, NULL},                                \
        {"place.kind", XZ_TYPE_STR, H_PLACE_KIND, 1, NULL},                                        \
        {"dise_codg", XZ_TYPE_STR, H_DISE, 1, NULL}, {"invono", XZ_TYPE_STR, H_INVONO, 1, NULL},   \
        {"age", XZ_TYPE_INT, H_AGE, 1, NULL}, {"sex", XZ_TYPE_INT, H_SEX, 1, NULL},                \
        {"in_person", XZ_TYPE_BOOL, H_IN_PERSON, 1, NULL},                                         \
        {"proxy", XZ_TYPE_BOOL, H_PROXY, 1, NULL}, {"online", XZ_TYPE_BOOL, H_ONLINE, 1, NULL},    \
        {"chronic", XZ_TYPE_BOOL, H_CHRONIC, 1, NULL},                                             \
        {"inpatient", XZ_TYPE_BOOL, H_INPATIENT, 1, NULL},                                         \
        {"cross_province", XZ_TYPE_BOOL, H_CROSS_PROVINCE, 1, NULL},                               \
        {"undo_gap", XZ_TYPE_DURATION, H_UNDO_GAP, 1, NULL},                                       \
        {"temporary", XZ_TYPE_BOOL, H_TEMPORARY, 1, NULL},                                         \
        {"person.dead", XZ_TYPE_BOOL, H_DEAD, 1, NULL},                                            \
        {"person.suspended", XZ_TYPE_BOOL, H_SUSPENDED, 1, NULL},                                  \
        {"person.stopped", XZ_TYPE_BOOL, H_STOPPED, 1, NULL},                                      \
        {"person.closed", XZ_TYPE_BOOL, H_CLOSED, 1, NULL},                                        \
        {"person.elsewhere", XZ_TYPE_BOOL, H_ELSEWHERE, 1, NULL},                                  \
        {"person.claimed_before", XZ_TYPE_BOOL, H_CLAIMED_BEFORE, 1, NULL},                        \
        {"person.year_deductible", XZ_TYPE_INT, H_YEAR_DEDUCTIBLE, 100, NULL},                     \
        {"giver.link_uses", XZ_TYPE_INT, H_LINK_USES, 1, NULL},                                    \
        {"giver.closed", XZ_TYPE_BOOL, H_GIVER_CLOSED, 1, NULL},                                   \
        {"trace.sales", XZ_TYPE_INT, H_SALES, 1, NULL},                                            \
    {                                                                                              \
        "trace.provinces", XZ_TYPE_INT, H_PROVINCES, 1, NULL                                       \
    }

const char *const xz_record_kind_names[XZ_RECORD_KINDS] = {
    [0] = "",
    [XZ_RECORD_SETTLEMENT] = "settlement",
    [XZ_RECORD_MOVEMENT] = "account_movement",
    [XZ_RECORD_CREDENTIAL] = "credential",
    [XZ_RECORD_STATUS] = "person_status",
    [XZ_RECORD_SCAN] = "trace_scan",
    [XZ_RECORD_LINK] = "mulaid_link",
    [XZ_RECORD_REFUND] = "refund",
    [XZ_RECORD_DEBIT] = "debit",
};

static const struct xz_var own_vars[] = {OWN_VARS};
#define OWN_COUNT (sizeof(own_vars) / sizeof(own_vars[0]))

static struct xz_var vars[XZ_POLICY_SLOTS + OWN_COUNT];
static struct xz_scope scope;

static void load_text(const struct xz_record *record, enum xz_record_text what,
                      struct xz_value *value)
{
    value->text = xz_record_text(record, what);
    value->known = value->text.len > 0;
}

static void load_fen(int64_t fen, struct xz_value *value)
{
    value->known = fen != XZ_FEN_NONE;
    value->integer = fen;
}

static void load_detail(const struct xz_record *record, uint8_t kind, const char *const *names,
                        size_t count, struct xz_value *value)
{
    value->known = record->kind == kind && record->detail > 0 && record->detail < count;
    value->text = value->known ? xz_str_from(names[record->detail]) : XZ_STR_NONE;
}

static void load_kind(const struct xz_record *record, uint8_t kind, struct xz_value *value)
{
    value->known = true;
    value->boolean = record->kind == kind;
}

static void load_flag(const struct xz_record *record, uint16_t flag, struct xz_value *value)
{
    value->known = true;
    value->boolean = (record->flags & flag) != 0;
}

static void load_account(const struct xz_record *record, bool share, struct xz_value *value)
{
    const int64_t own = record->account_fen == XZ_FEN_NONE ? 0 : record->account_fen;
    const int64_t shared = record->mulaid_fen == XZ_FEN_NONE ? 0 : record->mulaid_fen;

    value->known = record->account_fen != XZ_FEN_NONE || record->mulaid_fen != XZ_FEN_NONE;
    if (!share) {
        value->integer = own + shared;
        return;
    }
    value->known = value->known && record->amount_fen != XZ_FEN_NONE && record->amount_fen > 0;
    value->number = value->known ? (double)(own + shared) / (double)record->amount_fen : 0.0;
}

static void load_cross_province(const struct xz_record *record, struct xz_value *value)
{
    const struct xz_str place = xz_record_text(record, XZ_TEXT_PLACE_ADMDVS);
    const struct xz_str home = xz_record_text(record, XZ_TEXT_INSURED_ADMDVS);

    value->known = place.len >= 2 && home.len >= 2;
    value->boolean = value->known && memcmp(place.ptr, home.ptr, 2) != 0;
}

/* What a record says of itself. */
static void load_record(const struct xz_record *record, uint16_t slot, struct xz_value *value)
{
    switch (slot) {
    case H_MEDFEE:
        load_fen(record->amount_fen, value);
        break;
    case H_ACCT_PAY:
        load_fen(record->account_fen, value);
        break;
    case H_ACCT_MULAID_PAY:
        load_fen(record->mulaid_fen, value);
        break;
    case H_ACCOUNT_MONEY:
    case H_ACCOUNT_SHARE:
        load_account(record, slot == H_ACCOUNT_SHARE, value);
        break;
    case H_FUND_PAY:
        load_fen(record->fund_fen, value);
        break;
    case H_BALC:
        load_fen(record->balance_fen, value);
        break;
    case H_DEDC:
        load_fen(record->deductible_fen, value);
        break;
    case H_PLACE_KIND:
        value->known = record->institution_kind != XZ_INSTITUTION_UNKNOWN;
        value->text = xz_str_from(kind_names[record->institution_kind & 7]);
        break;
    case H_AGE:
        value->known = record->age_years >= 0;
        value->integer = record->age_years;
        break;
    case H_SEX:
        value->known = record->sex != 0;
        value->integer = record->sex;
        break;
    case H_INPATIENT:
        value->known = true;
        value->boolean = record->begin_day != XZ_DAY_NONE && record->end_day != XZ_DAY_NONE;
        break;
    case H_CROSS_PROVINCE:
        load_cross_province(record, value);
        break;
    case H_UNDO_GAP:
        value->known = record->kind == XZ_RECORD_REFUND && record->ref_ms != XZ_TIME_NONE;
        value->integer = value->known ? record->at_ms - record->ref_ms : 0;
        break;
    default:
        value->known = false;
        break;
    }
}

static void load_context(const struct xz_history_scope_ctx *ctx, uint16_t slot,
                         struct xz_value *value)
{
    int64_t provinces = 0;

    value->known = true;
    switch (slot) {
    case H_DEAD:
        value->boolean = xz_context_dead(ctx->entity, ctx->index);
        break;
    case H_SUSPENDED:
        value->boolean = xz_context_suspended(ctx->entity, ctx->index);
        break;
    case H_STOPPED:
        value->boolean = xz_context_stopped(ctx->entity, ctx->index);
        break;
    case H_CLOSED:
    case H_GIVER_CLOSED:
        value->boolean = xz_context_closed(ctx->entity, ctx->index);
        break;
    case H_ELSEWHERE:
        value->boolean = xz_context_elsewhere(ctx->entity, ctx->index);
        break;
    case H_CLAIMED_BEFORE:
        value->boolean = xz_context_claimed_before(ctx->entity, ctx->index);
        break;
    case H_YEAR_DEDUCTIBLE:
        value->integer = xz_context_year_deductible(ctx->entity, ctx->index);
        break;
    case H_LINK_USES:
        value->integer = xz_context_link_uses(ctx->entity, ctx->index);
        break;
    case H_SALES:
        value->integer = xz_context_sales(ctx->entity, ctx->index, &provinces);
        break;
    default:
        (void)xz_context_sales(ctx->entity, ctx->index, &provinces);
        value->integer = provinces;
        break;
    }
}

static const struct {
    uint16_t slot;
    uint8_t text;
} texts[] = {
    {H_INSUTYPE, XZ_TEXT_INSUTYPE},
    {H_PSN_TYPE, XZ_TEXT_PSN_TYPE},
    {H_INSU_STAS, XZ_TEXT_INSU_STAS},
    {H_CERT_TYPE, XZ_TEXT_CREDENTIAL},
    {H_SETL_TYPE, XZ_TEXT_SETL_TYPE},
    {H_FIXMEDINS, XZ_TEXT_INSTITUTION},
    {H_OPTER, XZ_TEXT_OPERATOR},
    {H_DEV_NO, XZ_TEXT_DEVICE},
    {H_PLACE_ADMDVS, XZ_TEXT_PLACE_ADMDVS},
    {H_INSURED_ADMDVS, XZ_TEXT_INSURED_ADMDVS},
    {H_DISE, XZ_TEXT_DISEASE},
    {H_INVONO, XZ_TEXT_INVONO},
};

static bool load_own_text(const struct xz_record *record, uint16_t slot, struct xz_value *value)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].slot == slot) {
            load_text(record, texts[i].text, value);
            return true;
        }
    }
    return false;
}

#define NAMES(array) (array), sizeof(array) / sizeof((array)[0])

static void history_load(const void *ctx_ptr, uint16_t slot, struct xz_value *value)
{
    const struct xz_history_scope_ctx *ctx = ctx_ptr;
    const struct xz_record *record = ctx->entity->records[ctx->index];

    if (slot < XZ_POLICY_SLOTS) {
        xz_policy_load(xz_record_policy(ctx->pack, record), slot, value);
        return;
    }
    if (slot >= H_DEAD) {
        load_context(ctx, slot, value);
        return;
    }
    switch (slot) {
    case H_SETTLEMENT:
        load_kind(record, XZ_RECORD_SETTLEMENT, value);
        break;
    case H_ACCOUNT_MOVEMENT:
        load_kind(record, XZ_RECORD_MOVEMENT, value);
        break;
    case H_CREDENTIAL:
        load_kind(record, XZ_RECORD_CREDENTIAL, value);
        break;
    case H_PERSON_STATUS:
        load_kind(record, XZ_RECORD_STATUS, value);
        break;
    case H_TRACE_SCAN:
        load_kind(record, XZ_RECORD_SCAN, value);
        break;
    case H_MULAID_LINK:
        load_kind(record, XZ_RECORD_LINK, value);
        break;
    case H_REFUND:
        load_kind(record, XZ_RECORD_REFUND, value);
        break;
    case H_DEBIT:
        load_kind(record, XZ_RECORD_DEBIT, value);
        break;
    case H_MOVEMENT:
        load_detail(record, XZ_RECORD_MOVEMENT, NAMES(movement_names), value);
        break;
    case H_ACTION:
        if (record->kind == XZ_RECORD_LINK) {
            load_detail(record, XZ_RECORD_LINK, NAMES(link_names), value);
        } else {
            load_detail(record, XZ_RECORD_CREDENTIAL, NAMES(credential_names), value);
        }
        break;
    case H_STATUS:
        load_detail(record, XZ_RECORD_STATUS, NAMES(status_names), value);
        break;
    case H_SCAN:
        load_detail(record, XZ_RECORD_SCAN, NAMES(scan_names), value);
        break;
    case H_MED_TYPE:
        value->text = xz_pack_med_type(ctx->pack, xz_record_text(record, XZ_TEXT_MED_TYPE));
        value->known = value->text.len > 0;
        break;
    case H_IN_PERSON:
        load_flag(record, XZ_RECORD_PRESENT, value);
        break;
    case H_PROXY:
        load_flag(record, XZ_RECORD_PROXY, value);
        break;
    case H_ONLINE:
        load_flag(record, XZ_RECORD_ONLINE, value);
        break;
    case H_CHRONIC:
        load_flag(record, XZ_RECORD_CHRONIC, value);
        break;
    case H_TEMPORARY:
        load_flag(record, XZ_RECORD_TEMPORARY, value);
        break;
    default:
        if (!load_own_text(record, slot, value)) {
            load_record(record, slot, value);
        }
        break;
    }
}

const struct xz_scope *xz_history_scope(void)
{
    if (scope.name == NULL) {
        memcpy(vars, xz_policy_vars, sizeof(xz_policy_vars));
        memcpy(vars + XZ_POLICY_SLOTS, own_vars, sizeof(own_vars));
        scope = (struct xz_scope){"history", vars, XZ_POLICY_SLOTS + OWN_COUNT, history_load};
    }
    return &scope;
}
