/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/field.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/hash.h"
#include "event/field_int.h"

const char *const xz_body_names[XZ_BODY_COUNT] = {"none",          "settlement",       "reversal",
                                                  "mulaid_link",   "account_movement", "credential",
                                                  "person_status", "trace_scan"};

static const char *const link_actions[] = {NULL, "grant", "revoke", NULL};
static const char *const link_types[] = {NULL, "long", "temporary", NULL};
static const char *const movements[] = {
    NULL,     "credit",          "pre_credit",     "makeup",     "clawback",
    "return", "substantiate",    "withdraw_close", "carry_over", "interest",
    "debit",  "transfer_wallet", "premium",        "other_use",  NULL};
static const char *const credential_actions[] = {
    NULL,         "activate",      "reset_password", "face_pass", "face_fail",
    "new_device", "balance_query", "delegate",       NULL};
static const char *const statuses[] = {NULL,         "death",     "insured", "paused",
                                       "terminated", "suspended", "resumed", "admitted",
                                       "discharged", NULL};
static const char *const scans[] = {NULL, "sale", "return", NULL};
static const char *const channels[] = {NULL, "load", NULL};
static const char *const kinds[] = {
    NULL,       "hospital",        "clinic", "village_clinic", "nursing_home", "internet_hospital",
    "pharmacy", "online_pharmacy", NULL};
static const char *const uses[] = {NULL, "allowed", "forbidden", NULL};
static const char *const reasons[] = {NULL, "1", "2", "3", "4", "5", "6", NULL};
static const char *const purposes[] = {NULL,
                                       "outpatient",
                                       "inpatient",
                                       "pharmacy",
                                       "device",
                                       "consumable",
                                       "premium",
                                       "vaccine",
                                       "checkup",
                                       "commercial_insurance",
                                       "long_term_care",
                                       "cosmetic",
                                       "orthodontics",
                                       "whitening",
                                       "weight_loss",
                                       "fitness",
                                       "other",
                                       NULL};

#define AT(member) offsetof(struct xz_event, member)
#define ENVELOPE(id, kind, flags, name, member)                                                    \
    {                                                                                              \
        id, XZ_GROUP_ENVELOPE, XZ_FIELD_##kind, flags, AT(member), name, NULL                      \
    }
#define BODY(id, group, kind, flags, name, member)                                                 \
    {                                                                                              \
        id, XZ_GROUP_##group, XZ_FIELD_##kind, flags, AT(member), name, NULL                       \
    }
#define NAMED(id, group, flags, name, member, names)                                               \
    {                                                                                              \
        id, XZ_GROUP_##group, XZ_FIELD_ENUM, flags, AT(member), name, names                        \
    }
/* Text of which the contract lists the values. */
#define LISTED(id, group, flags, name, member, names)                                              \
    {                                                                                              \
        id, XZ_GROUP_##group, XZ_FIELD_STR, flags, AT(member), name, names                         \
    }
#define LINE(id, kind, flags, name, member)                                                        \
    {                                                                                              \
        id, XZ_GROUP_LINE, XZ_FIELD_##kind, flags, offsetof(struct xz_line, member), name, NULL    \
    }
#define DEBIT(id, kind, name, member)                                                              \
    {                                                                                              \
        id, XZ_GROUP_DEBIT, XZ_FIELD_##kind, 0, offsetof(struct xz_debit, member), name, NULL      \
    }
#define S   settlement
#define REQ XZ_FIELD_REQUIRED
#define ENR XZ_FIELD_ENRICHED

const struct xz_field xz_fields[] = {
    ENVELOPE(1, STR, REQ, "msgid", msgid),
    ENVELOPE(2, STR, 0, "infno", infno),
    ENVELOPE(3, TIME, REQ, "inf_time", inf_time_ms),
    ENVELOPE(4, STR, 0, "mdtrtarea_admvs", mdtrtarea_admvs),
    ENVELOPE(5, STR, 0, "insuplc_admdvs", insuplc_admdvs),
    ENVELOPE(6, STR, 0, "fixmedins_code", fixmedins_code),
    ENVELOPE(7, STR, 0, "opter", opter),
    ENVELOPE(8, STR, 0, "opter_type", opter_type),
    ENVELOPE(9, STR, 0, "dev_no", dev_no),
    NAMED(10, ENVELOPE, 0, "channel", channel, channels),
    ENVELOPE(11, FLAG, ENR, "place.known", place.known),
    NAMED(12, ENVELOPE, ENR, "place.kind", place.kind, kinds),
    ENVELOPE(13, STR, ENR, "place.hosp_lv", place.hosp_lv),
    ENVELOPE(14, STR, ENR, "place.admdvs", place.admdvs),
    ENVELOPE(15, I32, ENR, "place.lat_e6", place.lat_e6),
    ENVELOPE(16, I32, ENR, "place.lon_e6", place.lon_e6),
    ENVELOPE(17, I16, ENR, "place.open_min", place.open_min),
    ENVELOPE(18, I16, ENR, "place.close_min", place.close_min),
    ENVELOPE(19, I32, ENR, "place.beds", place.beds),

    BODY(30, SETTLEMENT, STR, REQ, "psn_no", S.psn_no),
    BODY(31, SETTLEMENT, STR, REQ, "setl_id", S.setl_id),
    BODY(32, SETTLEMENT, STR, REQ, "med_type", S.med_type),
    BODY(33, SETTLEMENT, FEN, REQ, "medfee_sumamt", S.medfee_sumamt_fen),
    BODY(34, SETTLEMENT, STR, 0, "insutype", S.insutype),
    BODY(35, SETTLEMENT, STR, 0, "psn_type", S.psn_type),
    BODY(36, SETTLEMENT, STR, 0, "psn_insu_stas", S.psn_insu_stas),
    BODY(37, SETTLEMENT, STR, 0, "gend", S.gend),
    BODY(38, SETTLEMENT, DATE, 0, "brdy", S.brdy),
    BODY(39, SETTLEMENT, STR, 0, "mdtrt_id", S.mdtrt_id),
    BODY(40, SETTLEMENT, TIME, 0, "setl_time", S.setl_time_ms),
    BODY(41, SETTLEMENT, STR, 0, "mdtrt_cert_type", S.mdtrt_cert_type),
    BODY(42, SETTLEMENT, STR, 0, "cert_psn_no", S.cert_psn_no),
    BODY(43, SETTLEMENT, FEN, 0, "fund_pay_sumamt", S.fund_pay_sumamt_fen),
    BODY(44, SETTLEMENT, FEN, 0, "hifp_pay", S.hifp_pay_fen),
    BODY(45, SETTLEMENT, FEN, 0, "psn_part_amt", S.psn_part_amt_fen),
    BODY(46, SETTLEMENT, FEN, 0, "acct_pay", S.acct_pay_fen),
    BODY(47, SETTLEMENT, FEN, 0, "acct_mulaid_pay", S.acct_mulaid_pay_fen),
    BODY(48, SETTLEMENT, FEN, 0, "psn_cash_pay", S.psn_cash_pay_fen),
    BODY(49, SETTLEMENT, FEN, 0, "hosp_part_amt", S.hosp_part_amt_fen),
    BODY(50, SETTLEMENT, FEN, 0, "inscp_scp_amt", S.inscp_scp_amt_fen),
    BODY(51, SETTLEMENT, FEN, 0, "act_pay_dedc", S.act_pay_dedc_fen),
    BODY(52, SETTLEMENT, FEN, 0, "balc", S.balc_fen),
    BODY(53, SETTLEMENT, STR, 0, "setl_type", S.setl_type),
    BODY(54, SETTLEMENT, FLAG, 0, "refd_setl_flag", S.refd_setl_flag),
    BODY(55, SETTLEMENT, STR, 0, "refd_setl_id", S.refd_setl_id),
    BODY(56, SETTLEMENT, FLAG, 0, "online", S.online),
    BODY(57, SETTLEMENT, STR, 0, "invono", S.invono),
    BODY(58, SETTLEMENT, STR, 0, "dise_codg", S.dise_codg),
    BODY(59, SETTLEMENT, DATE, 0, "begndate", S.begndate),
    BODY(60, SETTLEMENT, DATE, 0, "enddate", S.enddate),
    BODY(61, SETTLEMENT, FLAG, 0, "out_filing", S.out_filing),
    BODY(62, SETTLEMENT, DEBITS, 0, "mulaid_debits", S.mulaid_debits),
    BODY(63, SETTLEMENT, LINES, 0, "lines", S.lines),
    BODY(64, SETTLEMENT, FLAG, ENR, "diagnosis.known", S.diagnosis.known),
    BODY(65, SETTLEMENT, INT8, ENR, "diagnosis.sex", S.diagnosis.sex),
    BODY(66, SETTLEMENT, I16, ENR, "diagnosis.age_min", S.diagnosis.age_min),
    BODY(67, SETTLEMENT, I16, ENR, "diagnosis.age_max", S.diagnosis.age_max),
    BODY(68, SETTLEMENT, FLAG, ENR, "diagnosis.chronic", S.diagnosis.chronic),
    BODY(69, AGNTERINFO, FLAG, 0, "agnter_flag", S.agnter_flag),
    BODY(70, AGNTERINFO, STR, 0, "agnter_certno", S.agnter_certno),
    BODY(71, AGNTERINFO, STR, 0, "agnter_cert_type", S.agnter_cert_type),
    BODY(72, AGNTERINFO, STR, 0, "agnter_rlts", S.agnter_rlts),

    BODY(80, REVERSAL, STR, REQ, "psn_no", reversal.psn_no),
    BODY(81, REVERSAL, STR, 0, "setl_id", reversal.setl_id),
    BODY(82, REVERSAL, STR, 0, "omsgid", reversal.omsgid),
    BODY(83, REVERSAL, STR, 0, "oinfno", reversal.oinfno),
    BODY(84, REVERSAL, FEN, 0, "balc", reversal.balc_fen),

    NAMED(90, MULAID_LINK, REQ, "action", mulaid_link.action, link_actions),
    BODY(91, MULAID_LINK, STR, REQ, "giver_psn_no", mulaid_link.giver_psn_no),
    BODY(92, MULAID_LINK, STR, REQ, "recv_psn_no", mulaid_link.recv_psn_no),
    BODY(93, MULAID_LINK, STR, 0, "rlts", mulaid_link.rlts),
    NAMED(94, MULAID_LINK, 0, "link_type", mulaid_link.link_type, link_types),
    BODY(95, MULAID_LINK, INT, 0, "order_no", mulaid_link.order_no),
    BODY(96, MULAID_LINK, STR, 0, "giver_insutype", mulaid_link.giver_insutype),
    BODY(97, MULAID_LINK, STR, 0, "giver_psn_insu_stas", mulaid_link.giver_psn_insu_stas),
    BODY(98, MULAID_LINK, STR, 0, "recv_insutype", mulaid_link.recv_insutype),
    BODY(99, MULAID_LINK, STR, 0, "recv_psn_insu_stas", mulaid_link.recv_psn_insu_stas),
    BODY(100, MULAID_LINK, STR, 0, "giver_admdvs", mulaid_link.giver_admdvs),
    BODY(101, MULAID_LINK, STR, 0, "recv_admdvs", mulaid_link.recv_admdvs),
    BODY(102, MULAID_LINK, DATE, 0, "giver_brdy", mulaid_link.giver_brdy),
    BODY(103, MULAID_LINK, DATE, 0, "recv_brdy", mulaid_link.recv_brdy),
    BODY(104, MULAID_LINK, STR, 0, "channel", mulaid_link.channel),

    BODY(110, ACCOUNT_MOVEMENT, STR, REQ, "psn_no", account_movement.psn_no),
    NAMED(111, ACCOUNT_MOVEMENT, REQ, "movement", account_movement.movement, movements),
    BODY(112, ACCOUNT_MOVEMENT, FEN, REQ, "amount", account_movement.amount_fen),
    BODY(113, ACCOUNT_MOVEMENT, FEN, 0, "balc_before", account_movement.balc_before_fen),
    BODY(114, ACCOUNT_MOVEMENT, FEN, 0, "balc_after", account_movement.balc_after_fen),
    LISTED(115, ACCOUNT_MOVEMENT, 0, "reason", account_movement.reason, reasons),
    BODY(116, ACCOUNT_MOVEMENT, STR, 0, "evidence_no", account_movement.evidence_no),
    BODY(117, ACCOUNT_MOVEMENT, STR, 0, "setl_id", account_movement.setl_id),
    LISTED(118, ACCOUNT_MOVEMENT, 0, "purpose", account_movement.purpose, purposes),
    BODY(119, ACCOUNT_MOVEMENT, STR, 0, "maker", account_movement.maker),
    BODY(120, ACCOUNT_MOVEMENT, STR, 0, "checker", account_movement.checker),

    BODY(130, CREDENTIAL, STR, REQ, "psn_no", credential.psn_no),
    NAMED(131, CREDENTIAL, REQ, "action", credential.action, credential_actions),
    BODY(132, CREDENTIAL, STR, 0, "channel", credential.channel),

    BODY(140, PERSON_STATUS, STR, REQ, "psn_no", person_status.psn_no),
    NAMED(141, PERSON_STATUS, REQ, "status", person_status.status, statuses),
    BODY(142, PERSON_STATUS, TIME, 0, "effective_time", person_status.effective_time_ms),
    BODY(143, PERSON_STATUS, TIME, 0, "until", person_status.until_ms),
    BODY(144, PERSON_STATUS, STR, 0, "mdtrt_id", person_status.mdtrt_id),

    BODY(150, TRACE_SCAN, STR, REQ, "drug_trac_codg", trace_scan.drug_trac_codg),
    NAMED(151, TRACE_SCAN, REQ, "scan", trace_scan.scan, scans),
    BODY(152, TRACE_SCAN, STR, 0, "psn_no", trace_scan.psn_no),
    BODY(153, TRACE_SCAN, STR, 0, "med_list_codg", trace_scan.med_list_codg),
    BODY(154, TRACE_SCAN, STR, 0, "setl_id", trace_scan.setl_id),

    LINE(1, STR, 0, "feedetl_sn", feedetl_sn),
    LINE(2, STR, 0, "med_list_codg", med_list_codg),
    LINE(3, STR, 0, "hilist_code", hilist_code),
    LINE(4, STR, 0, "med_chrgitm_type", med_chrgitm_type),
    LINE(5, E4, 0, "cnt", cnt_e4),
    LINE(6, E6, 0, "pric", pric_e6),
    LINE(7, FEN, 0, "det_item_fee_sumamt", det_item_fee_sumamt_fen),
    LINE(8, E4, 0, "prd_days", prd_days_e4),
    LINE(9, STR, 0, "bilg_dr_codg", bilg_dr_codg),
    LINE(10, STR, 0, "rxno", rxno),
    LINE(11, FLAG, 0, "rx_circ_flag", rx_circ_flag),
    LINE(12, FLAG, 0, "trdn_flag", trdn_flag),
    LINE(13, STRS, 0, "drug_trac_codg", drug_trac_codg),
    LINE(20, FLAG, ENR, "item.known", item.known),
    LINE(21, INT8, ENR, "item.sex", item.sex),
    LINE(22, I16, ENR, "item.age_min", item.age_min),
    LINE(23, I16, ENR, "item.age_max", item.age_max),
    {24, XZ_GROUP_LINE, XZ_FIELD_ENUM, ENR, offsetof(struct xz_line, item.use), "item.use", uses},
    LINE(25, FLAG, ENR, "item.watch", item.watch),
    LINE(26, STR, ENR, "item.ingredient", item.ingredient),
    LINE(27, FEN, ENR, "item.list_price", item.list_price_fen),

    DEBIT(1, STR, "giver_psn_no", giver_psn_no),
    DEBIT(2, INT, "order_no", order_no),
    DEBIT(3, FEN, "amount", amount_fen),
    DEBIT(4, FEN, "balc", balc_fen),
};
const size_t xz_field_count = sizeof(xz_fields) / sizeof(xz_fields[0]);

/* Names that real senders use instead (domain.md 4.11 no. 2); camelCase is found without a row. */
static const struct {
    uint8_t group;
    const char *alias, *name;
} aliases[] = {
    {XZ_GROUP_ENVELOPE, "mdtrtarea_admdvs", "mdtrtarea_admvs"},
    {XZ_GROUP_ENVELOPE, "insuplc_admvs", "insuplc_admdvs"},
    {XZ_GROUP_SETTLEMENT, "psn_pay", "psn_part_amt"},
    {XZ_GROUP_SETTLEMENT, "cash_payamt", "psn_cash_pay"},
    {XZ_GROUP_SETTLEMENT, "pdn_cash_pay", "psn_cash_pay"},
    {XZ_GROUP_SETTLEMENT, "dise_no", "dise_codg"},
    {XZ_GROUP_SETTLEMENT, "dise_code", "dise_codg"},
    {XZ_GROUP_SETTLEMENT, "inscp_amt", "inscp_scp_amt"},
    {XZ_GROUP_LINE, "bilg_dr_code", "bilg_dr_codg"},
};

#define SLOTS          1024 /* a power of two, more than twice the names */
#define NAME_MAX_BYTES 28

static struct {
    bool ready;
    struct {
        const struct xz_field *field;
        uint8_t group, len;
        char name[NAME_MAX_BYTES + 2];
    } slots[SLOTS];
} table;

struct xz_field_range xz_group_fields[XZ_GROUP_COUNT];

/* The slot of the name, or the free one where it would stand. */
static size_t slot_of(enum xz_field_group group, struct xz_str name)
{
    size_t at = xz_hash64(name.ptr, name.len, (uint64_t)group + 1) & (SLOTS - 1);

    while (table.slots[at].field != NULL &&
           (table.slots[at].group != group || table.slots[at].len != name.len ||
            memcmp(table.slots[at].name, name.ptr, name.len) != 0)) {
        at = (at + 1) & (SLOTS - 1);
    }
    return at;
}

static void put(enum xz_field_group group, const char *name, const struct xz_field *field)
{
    const size_t len = strlen(name);
    const size_t at = slot_of(group, xz_str_from(name));

    assert(len <= NAME_MAX_BYTES);
    table.slots[at].field = field;
    table.slots[at].group = (uint8_t)group;
    table.slots[at].len = (uint8_t)len;
    memcpy(table.slots[at].name, name, len);
}

static void camel(const char *name, char text[static 64])
{
    size_t len = 0;

    for (size_t i = 0; name[i] != '\0' && len < 63; i++) {
        if (name[i] == '_' && name[i + 1] != '\0') {
            i++;
            text[len++] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
        } else {
            text[len++] = name[i];
        }
    }
    text[len] = '\0';
}

static void find_ranges(void)
{
    for (size_t i = 0; i < xz_field_count; i++) {
        struct xz_field_range *range = &xz_group_fields[xz_fields[i].group];

        if (range->first == NULL) {
            range->first = &xz_fields[i];
        }
        assert(range->end == NULL || range->end == &xz_fields[i]);
        range->end = &xz_fields[i] + 1;
    }
}

void xz_fields_init(void)
{
    char text[64];

    if (table.ready) {
        return;
    }
    find_ranges();
    for (size_t i = 0; i < xz_field_count; i++) {
        if (xz_fields[i].flags & XZ_FIELD_ENRICHED) {
            continue;
        }
        put(xz_fields[i].group, xz_fields[i].name, &xz_fields[i]);
        camel(xz_fields[i].name, text);
        put(xz_fields[i].group, text, &xz_fields[i]);
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        const struct xz_field *field = NULL;

        for (size_t k = 0; k < xz_field_count && field == NULL; k++) {
            field = xz_fields[k].group == aliases[i].group &&
                            strcmp(xz_fields[k].name, aliases[i].name) == 0
                        ? &xz_fields[k]
                        : NULL;
        }
        put(aliases[i].group, aliases[i].alias, field);
        camel(aliases[i].alias, text);
        put(aliases[i].group, text, field);
    }
    table.ready = true;
    xz_event_prepare();
    xz_codec_prepare();
    xz_protobuf_prepare();
    xz_to_protobuf_prepare();
}

const struct xz_field *xz_field_find(enum xz_field_group group, struct xz_str name)
{
    return name.len == 0 || name.len > NAME_MAX_BYTES ? NULL
                                                      : table.slots[slot_of(group, name)].field;
}

enum xz_body xz_body_find(struct xz_str name)
{
    static const char *const camels[XZ_BODY_COUNT] = {
        [XZ_BODY_MULAID_LINK] = "mulaidLink",
        [XZ_BODY_ACCOUNT_MOVEMENT] = "accountMovement",
        [XZ_BODY_PERSON_STATUS] = "personStatus",
        [XZ_BODY_TRACE_SCAN] = "traceScan",
    };

    for (int body = XZ_BODY_SETTLEMENT; body < XZ_BODY_COUNT; body++) {
        if (xz_str_eq(name, xz_str_from(xz_body_names[body])) ||
            (camels[body] != NULL && xz_str_eq(name, xz_str_from(camels[body])))) {
            return (enum xz_body)body;
        }
    }
    return XZ_BODY_NONE;
}
