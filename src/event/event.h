/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/event.h - one checked event: what a gateway said, in units the rest can compute with.
 *
 * Names are those of the contract. Strings and arrays are borrowed from the arena, or from the
 * input bytes, that the decoder was given: they live as long as the batch does. A number that the
 * sender left out is XZ_FEN_NONE, XZ_NUM_NONE, XZ_TIME_NONE or XZ_DAY_NONE, a flag is -1, an
 * enumeration 0, a string absent: nothing is ever guessed.
 */
#ifndef XZ_EVENT_EVENT_H
#define XZ_EVENT_EVENT_H
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/time.h"

#define XZ_FEN_NONE   INT64_MIN
#define XZ_NUM_NONE   INT64_MIN
#define XZ_ID_MAX     64 /* bytes of an identifier */
#define XZ_LINES_MAX  1024
#define XZ_CODES_MAX  2048 /* trace codes of one event */
#define XZ_DEBITS_MAX 32

enum xz_body {
    XZ_BODY_NONE,
    XZ_BODY_SETTLEMENT,
    XZ_BODY_REVERSAL,
    XZ_BODY_MULAID_LINK,
    XZ_BODY_ACCOUNT_MOVEMENT,
    XZ_BODY_CREDENTIAL,
    XZ_BODY_PERSON_STATUS,
    XZ_BODY_TRACE_SCAN,
    XZ_BODY_COUNT
};
extern const char *const xz_body_names[XZ_BODY_COUNT]; /* "settlement" ..; [0] is "none" */

enum xz_link_action { XZ_LINK_ACTION_NONE, XZ_LINK_GRANT, XZ_LINK_REVOKE };
enum xz_link_type { XZ_LINK_TYPE_NONE, XZ_LINK_LONG, XZ_LINK_TEMPORARY };
enum xz_movement {
    XZ_MOVEMENT_NONE,
    XZ_MOVEMENT_CREDIT,
    XZ_MOVEMENT_PRE_CREDIT,
    XZ_MOVEMENT_MAKEUP,
    XZ_MOVEMENT_CLAWBACK,
    XZ_MOVEMENT_RETURN,
    XZ_MOVEMENT_SUBSTANTIATE,
    XZ_MOVEMENT_WITHDRAW_CLOSE,
    XZ_MOVEMENT_CARRY_OVER,
    XZ_MOVEMENT_INTEREST,
    XZ_MOVEMENT_DEBIT,
    XZ_MOVEMENT_TRANSFER_WALLET,
    XZ_MOVEMENT_PREMIUM,
    XZ_MOVEMENT_OTHER_USE
};
enum xz_credential_action {
    XZ_CREDENTIAL_NONE,
    XZ_CREDENTIAL_ACTIVATE,
    XZ_CREDENTIAL_RESET_PASSWORD,
    XZ_CREDENTIAL_FACE_PASS,
    XZ_CREDENTIAL_FACE_FAIL,
    XZ_CREDENTIAL_NEW_DEVICE,
    XZ_CREDENTIAL_BALANCE_QUERY,
    XZ_CREDENTIAL_DELEGATE
};
enum xz_status {
    XZ_STATUS_NONE,
    XZ_STATUS_DEATH,
    XZ_STATUS_INSURED,
    XZ_STATUS_PAUSED,
    XZ_STATUS_TERMINATED,
    XZ_STATUS_SUSPENDED,
    XZ_STATUS_RESUMED,
    XZ_STATUS_ADMITTED,
    XZ_STATUS_DISCHARGED
};
enum xz_scan { XZ_SCAN_NONE, XZ_SCAN_SALE, XZ_SCAN_RETURN };
enum xz_institution_kind {
    XZ_INSTITUTION_UNKNOWN,
    XZ_INSTITUTION_HOSPITAL,
    XZ_INSTITUTION_CLINIC,
    XZ_INSTITUTION_VILLAGE_CLINIC,
    XZ_INSTITUTION_NURSING_HOME,
    XZ_INSTITUTION_INTERNET_HOSPITAL,
    XZ_INSTITUTION_PHARMACY,
    XZ_INSTITUTION_ONLINE_PHARMACY
};
enum xz_use { XZ_USE_UNKNOWN, XZ_USE_ALLOWED, XZ_USE_FORBIDDEN };
enum xz_channel { XZ_CHANNEL_NONE, XZ_CHANNEL_LOAD }; /* of the envelope; others are none */

/* What a reference file says of an item or a diagnosis; `known` 0: it is in no file. */
struct xz_limits {
    int8_t known;
    int8_t sex;               /* 1 male, 2 female, 0 no limit or not known */
    int16_t age_min, age_max; /* whole years, inclusive; -1 no limit */
    int8_t chronic;           /* of a diagnosis: 1 yes, 0 no, -1 not said */
    uint8_t use;              /* of an item: enum xz_use */
    int8_t watch;             /* of an item: 1 resold drug, 0 no, -1 not said */
    struct xz_str name;
    struct xz_str ingredient;
    int64_t list_price_fen; /* or XZ_FEN_NONE */
};

/* What the institutions file says of the envelope's fixmedins_code. */
struct xz_place {
    int8_t known;
    uint8_t kind; /* enum xz_institution_kind */
    struct xz_str hosp_lv;
    struct xz_str admdvs;
    int32_t lat_e6, lon_e6;      /* degrees * 1e6; INT32_MIN: not known */
    int16_t open_min, close_min; /* minutes of the day; -1 not known; close < open: next morning */
    int32_t beds;                /* -1 not known */
};

struct xz_line {
    struct xz_str feedetl_sn, med_list_codg, hilist_code, med_chrgitm_type;
    int64_t cnt_e4, pric_e6;
    int64_t det_item_fee_sumamt_fen;
    int64_t prd_days_e4;
    struct xz_str bilg_dr_codg, rxno;
    int8_t rx_circ_flag;
    int8_t trdn_flag; /* 1: the box is split, its code may repeat */
    const struct xz_str *drug_trac_codg;
    uint32_t drug_trac_count;
    struct xz_limits item; /* enrichment */
};

struct xz_debit { /* of mulaid_debits, in the order tried */
    struct xz_str giver_psn_no;
    int64_t order_no; /* or XZ_NUM_NONE */
    int64_t amount_fen, balc_fen;
};

struct xz_settlement {
    struct xz_str psn_no, setl_id, med_type, insutype, psn_type, psn_insu_stas, gend;
    int32_t brdy;
    struct xz_str mdtrt_id;
    int64_t setl_time_ms;
    struct xz_str mdtrt_cert_type, cert_psn_no;
    int64_t medfee_sumamt_fen, fund_pay_sumamt_fen, hifp_pay_fen, psn_part_amt_fen, acct_pay_fen,
        acct_mulaid_pay_fen, psn_cash_pay_fen, hosp_part_amt_fen, inscp_scp_amt_fen,
        act_pay_dedc_fen, balc_fen;
    struct xz_str setl_type;
    int8_t refd_setl_flag;
    struct xz_str refd_setl_id;
    int8_t online;
    struct xz_str invono, dise_codg;
    int32_t begndate, enddate;
    int8_t out_filing;
    const struct xz_debit *mulaid_debits;
    uint32_t debit_count;
    int8_t agnter_flag;
    struct xz_str agnter_certno, agnter_cert_type, agnter_rlts;
    bool agnter_present; /* the block was there, whatever was in it */
    const struct xz_line *lines;
    uint32_t line_count;
    struct xz_limits diagnosis; /* enrichment */
};

struct xz_reversal {
    struct xz_str psn_no, setl_id, omsgid, oinfno;
    int64_t balc_fen;
};

struct xz_mulaid_link {
    uint8_t action; /* enum xz_link_action */
    struct xz_str giver_psn_no, recv_psn_no, rlts;
    uint8_t link_type; /* enum xz_link_type */
    int64_t order_no;
    struct xz_str giver_insutype, giver_psn_insu_stas, recv_insutype, recv_psn_insu_stas,
        giver_admdvs, recv_admdvs;
    int32_t giver_brdy, recv_brdy;
    struct xz_str channel;
};

struct xz_account_movement {
    struct xz_str psn_no;
    uint8_t movement; /* enum xz_movement */
    int64_t amount_fen, balc_before_fen, balc_after_fen;
    struct xz_str reason; /* "1".."6" */
    struct xz_str evidence_no, setl_id;
    struct xz_str purpose; /* one of the contract's words */
    struct xz_str maker, checker;
};

struct xz_credential {
    struct xz_str psn_no;
    uint8_t action; /* enum xz_credential_action */
    struct xz_str channel;
};

struct xz_person_status {
    struct xz_str psn_no;
    uint8_t status; /* enum xz_status */
    int64_t effective_time_ms, until_ms;
    struct xz_str mdtrt_id;
};

struct xz_trace_scan {
    struct xz_str drug_trac_codg;
    uint8_t scan; /* enum xz_scan */
    struct xz_str psn_no, med_list_codg, setl_id;
};

/* Where an event's record stands in the log; topic is an index that the stream part knows. */
struct xz_source {
    uint16_t topic;
    int32_t partition;
    int64_t offset;
};

struct xz_event {
    struct xz_str msgid, infno;
    int64_t inf_time_ms;
    struct xz_str mdtrtarea_admvs, insuplc_admdvs, fixmedins_code, opter, opter_type, dev_no;
    uint8_t channel;       /* enum xz_channel */
    struct xz_place place; /* enrichment */
    uint8_t body;          /* enum xz_body */
    int64_t at_ms;         /* event time, as the contract defines it per body */
    uint64_t content_hash; /* of all that the sender said, for "same msgid, other content" */
    uint32_t unknown_fields;
    union {
        struct xz_settlement settlement;
        struct xz_reversal reversal;
        struct xz_mulaid_link mulaid_link;
        struct xz_account_movement account_movement;
        struct xz_credential credential;
        struct xz_person_status person_status;
        struct xz_trace_scan trace_scan;
    };
};

/* Every field absent. */
void xz_event_init(struct xz_event *event);

/* The insured person whose history the event belongs to (the giver's side of a link is derived);
 * absent for a trace_scan without one. */
struct xz_str xz_event_person(const struct xz_event *event);

#endif
