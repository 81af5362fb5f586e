/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state/record.h - one compact observation in an entity's history: what a pattern, an exhibit or
 * an undo needs of an event, and no more. One allocation each; strings stand behind the struct.
 */
#ifndef XZ_STATE_RECORD_H
#define XZ_STATE_RECORD_H
#include "base/buf.h"
#include "base/err.h"
#include "event/event.h"

enum xz_record_kind { /* stored: never renumbered */
                      XZ_RECORD_SETTLEMENT = 1,
                      XZ_RECORD_MOVEMENT,   /* detail: enum xz_movement */
                      XZ_RECORD_CREDENTIAL, /* detail: enum xz_credential_action */
                      XZ_RECORD_STATUS,     /* detail: enum xz_status */
                      XZ_RECORD_SCAN,       /* detail: enum xz_scan */
                      XZ_RECORD_LINK,       /* detail: enum xz_link_action */
                      XZ_RECORD_REFUND,     /* a settlement undone: at_ms is the undoing, ref_ms the
                                               settlement */
                      XZ_RECORD_DEBIT /* of a giver: what a receiver's settlement took from the
                                         account */
};

#define XZ_RECORD_PRESENT   1u  /* shows that the patient was there (contract, "Presence") */
#define XZ_RECORD_UNDONE    2u  /* reversed; kept, so that a second reversal can find it */
#define XZ_RECORD_LATE      4u  /* behind the declared lateness: opens no alert */
#define XZ_RECORD_LOAD      8u  /* channel "load": state, counts in no rate */
#define XZ_RECORD_PROXY     16u /* agnter_flag 1 */
#define XZ_RECORD_ONLINE    32u
#define XZ_RECORD_TEMPORARY 64u  /* link_type temporary */
#define XZ_RECORD_CHRONIC   128u /* the diagnosis is of a chronic disease */
#define XZ_RECORD_SPLIT     256u /* trdn_flag 1 on every line that has codes */
#define XZ_RECORD_PLACED    512u /* lat_e6 and lon_e6 are known */
#define XZ_RECORD_NETTED                                                                           \
    1024u /* a refund whose settlement is undone as a whole: it returns no box */
#define XZ_RECORD_UNDONE_SOON 2048u /* undone so soon that counters still know of it */

enum xz_record_text { /* index into text[]; stored: never renumbered */
                      XZ_TEXT_MSGID,
                      XZ_TEXT_SETL_ID,
                      XZ_TEXT_PERSON,
                      XZ_TEXT_INSTITUTION,
                      XZ_TEXT_OPERATOR, /* opter as sent; shown as institution/opter */
                      XZ_TEXT_DEVICE,   /* dev_no as sent */
                      XZ_TEXT_PLACE_ADMDVS,
                      XZ_TEXT_INSURED_ADMDVS,
                      XZ_TEXT_MED_TYPE,
                      XZ_TEXT_INSUTYPE,
                      XZ_TEXT_PSN_TYPE,
                      XZ_TEXT_CREDENTIAL, /* mdtrt_cert_type, or the reason of a movement */
                      XZ_TEXT_SETL_TYPE,
                      XZ_TEXT_INVONO,
                      XZ_TEXT_PARTNER, /* the giver of a link, the receiver of a debit, the code of
                                          a scan */
                      XZ_TEXT_CODES,   /* packed list of trace codes, for undo: xz_codes_pack */
                      XZ_TEXT_DEBITS,  /* packed list of mulaid debits: xz_debits_pack */
                      XZ_TEXT_INSU_STAS,
                      XZ_TEXT_DISEASE,
                      XZ_TEXT_PROXY,    /* agnter_certno */
                      XZ_TEXT_BREACHES, /* ids of the event-scope patterns that this event breaks:
                                           "R9,R15" */
                      XZ_TEXT_COUNT
};

struct xz_record {
    int64_t at_ms;         /* event time */
    uint64_t key;          /* xz_hash_str(msgid): identity within the entity, and order in a tie */
    uint64_t content_hash; /* of what the sender said */
    int64_t amount_fen;    /* medfee_sumamt, amount of a movement; XZ_FEN_NONE when not said */
    int64_t account_fen, mulaid_fen, fund_fen, balance_fen, deductible_fen; /* or XZ_FEN_NONE */
    int64_t ref_ms; /* until of a suspension; the settlement's time of a REFUND; when a SETTLEMENT
                       was undone, if it is; else NONE */
    struct xz_source source;
    int32_t begin_day, end_day; /* of a stay, or XZ_DAY_NONE */
    int32_t lat_e6, lon_e6;
    int16_t age_years; /* -1 not known */
    uint16_t flags;
    uint8_t kind, detail;
    uint8_t sex; /* 1, 2, 0 not known */
    uint8_t institution_kind;
    uint32_t size;                    /* of the whole allocation */
    uint32_t text_end[XZ_TEXT_COUNT]; /* bytes behind the struct; each begins where the last ends */
};

static inline struct xz_str xz_record_text(const struct xz_record *record, enum xz_record_text what)
{
    const uint32_t begin = what > 0 ? record->text_end[what - 1] : 0;
    const uint32_t len = record->text_end[what] - begin;

    return (struct xz_str){len ? (const char *)(record + 1) + begin : NULL, len};
}

/* A record under construction: fields in `head`, strings borrowed until built. */
struct xz_record_draft {
    struct xz_record head;
    struct xz_str text[XZ_TEXT_COUNT];
};
void xz_record_draft_init(struct xz_record_draft *draft);               /* everything absent */
struct xz_record *xz_record_build(const struct xz_record_draft *draft); /* one xz_malloc */
void xz_record_open(const struct xz_record *record, struct xz_record_draft *draft); /* borrowed */
void xz_record_free(struct xz_record *record);

/* -1, 0, 1 by (at_ms, key): the order of every history. */
int xz_record_order(const struct xz_record *left, const struct xz_record *right);

/* The compact form, used in state and in derived observations alike. What the reader knows already
 * (`context`) and what an earlier record of the same history says too is left out. Lossless for
 * every record that xz_record_build makes with up to XZ_RECORD_TEXT_MAX bytes of text. Both sides
 * must give the same context. */
#define XZ_RECORD_TEXT_MAX (1u << 20)
struct xz_record_context {
    int64_t base_ms;                   /* a time nearby; used when there is no earlier record */
    struct xz_str person, institution; /* of the entity, or absent */
    struct xz_record *const *earlier;  /* what was written before, in that order; or NULL */
    uint32_t earlier_count;
};
void xz_record_encode(const struct xz_record *record, const struct xz_record_context *context,
                      struct xz_buf *out);
XZ_MUST enum xz_rc xz_record_decode(struct xz_reader *reader,
                                    const struct xz_record_context *context,
                                    struct xz_record **record, struct xz_err *err);

/* Packed lists of XZ_TEXT_CODES (of a settlement's lines) and XZ_TEXT_DEBITS: appended to out.
 * `next` reads one and returns false at the end, or where the bytes are no list. */
void xz_codes_pack(const struct xz_event *event, struct xz_buf *out);
bool xz_codes_next(struct xz_reader *reader, struct xz_str *code, bool *split);
void xz_debits_pack(const struct xz_settlement *settlement, struct xz_buf *out);
bool xz_debits_next(struct xz_reader *reader, struct xz_debit *debit);

#endif
