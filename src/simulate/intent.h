/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate/intent.h - what somebody is about to do, what it becomes (a sale), and what is said of
 * it (a draft of an event, perhaps held until it arrives). */
#ifndef XZ_SIMULATE_INTENT_H
#define XZ_SIMULATE_INTENT_H
#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "simulate/region.h"

#define XZ_SIM_LINES_MAX 8
#define XZ_SIM_CODES_MAX 12 /* boxes of a line */

enum xz_sim_kind {
    XZ_SIM_DO_REGISTER,
    XZ_SIM_DO_CLINIC,
    XZ_SIM_DO_EMERGENCY,
    XZ_SIM_DO_SHOP,
    XZ_SIM_DO_REFILL,
    XZ_SIM_DO_HEAVY,
    XZ_SIM_DO_DIALYSIS,
    XZ_SIM_DO_VACCINE,
    XZ_SIM_DO_CHECKUP,
    XZ_SIM_DO_SURGERY,
    XZ_SIM_DO_INPATIENT,
    XZ_SIM_DO_MANUAL, /* reimbursed at the agency */
    XZ_SIM_DO_AGAIN,  /* the sale in memo once more, same boxes */
    XZ_SIM_DO_REFUND, /* negative settlement of memo */
    XZ_SIM_SALES,     /* kinds below it make a settlement */
    XZ_SIM_DO_REVERSE,
    XZ_SIM_DO_SCAN,
    XZ_SIM_DO_STATUS,
    XZ_SIM_DO_BIRTH, /* happens; said later */
    XZ_SIM_DO_DEATH, /* likewise */
    XZ_SIM_DO_CREDIT,
    XZ_SIM_DO_MOVEMENT,
    XZ_SIM_DO_LINK,
    XZ_SIM_DO_CREDENTIAL
};

/* How a scheme's settlement departs from what an honest one would say. */
enum xz_sim_tweak {
    XZ_SIM_TWEAK_NONE,
    XZ_SIM_TWEAK_DRAIN,        /* amount: permille of the balance */
    XZ_SIM_TWEAK_ITEM,         /* item: this line */
    XZ_SIM_TWEAK_ORDER,        /* R8, both givers listed */
    XZ_SIM_TWEAK_ORDER_HIDDEN, /* R8, the first left out though it has money */
    XZ_SIM_TWEAK_EXCESS,       /* R9, other: permille above the personal part */
    XZ_SIM_TWEAK_CERT,         /* R10, other: whose credential */
    XZ_SIM_TWEAK_PROXY,        /* R11, other: 0 all empty, 1 no paper, 2 no relation */
    XZ_SIM_TWEAK_GIVER,        /* other pays as the giver of a temporary link */
    XZ_SIM_TWEAK_FUND,         /* the fund pays although it must not */
    XZ_SIM_TWEAK_ACCOUNT,      /* the account pays although it must not */
    XZ_SIM_TWEAK_THREE_SKIP,   /* R24: the fund pays before the deductible is met */
    XZ_SIM_TWEAK_THREE_FIRST,  /* R24: account empty, deductible begun */
    XZ_SIM_TWEAK_THREE_AGAIN,  /* R24: and the account pays again */
    XZ_SIM_TWEAK_NO_FILING     /* R25 */
};

#define XZ_SIM_PROXY      1u /* someone of the household comes with both papers */
#define XZ_SIM_ONLINE_BUY 2u
#define XZ_SIM_SETTLED    4u  /* of a reversal: undoes a reversal */
#define XZ_SIM_QUIET_ID   8u  /* a scheme's event that is not itself part of the breach */
#define XZ_SIM_LOAD       16u /* said once, before the log begins */
#define XZ_SIM_RETURNS    32u /* of a reversal: the box goes back to the shelf */
#define XZ_SIM_RESELL     64u /* of a reversal: a clerk mended a mistake and sells again */

struct xz_sim_sale;
struct xz_sim_intent {
    int64_t at_ms;
    int64_t amount_fen;       /* 0: drawn */
    uint64_t code;            /* of a box; 0: a new one */
    uint64_t order;           /* breaks ties: first put, first out */
    struct xz_sim_sale *memo; /* owned by the intent; or NULL */
    uint32_t person, site, other, item;
    uint32_t scheme; /* index from 1; 0 innocent */
    uint8_t kind, tweak, flags, tries;
    uint8_t counter; /* 255: any */
    uint8_t cert;    /* 1..3; 0: as usual */
    uint8_t word;    /* status, movement, credential action, link action and type */
    uint8_t detail;  /* purpose, reason, relation */
    int16_t span;    /* days: of a stay, until the end of a suspension, since a death */
};

struct xz_sim_line {
    uint32_t item;
    int64_t cnt_e4, pric_e6, amount_fen;
    uint64_t code; /* first of `codes` consecutive ones */
    uint8_t codes;
    bool split, circulated;
    uint16_t days;
};
struct xz_sim_debit {
    uint32_t giver, order;
    int64_t amount_fen, balc_fen;
};
struct xz_sim_sale {
    int64_t at_ms;
    uint64_t setl_no, refd_no, mdtrt_no, invoice;
    char msgid[40]; /* of the event that said it last */
    const char *med_type;
    int64_t medfee_fen, fund_fen, part_fen, acct_fen, mulaid_fen, cash_fen, scope_fen, dedc_fen,
        balc_fen;
    struct xz_sim_debit debits[XZ_SIM_GIVERS_MAX];
    struct xz_sim_line lines[XZ_SIM_LINES_MAX];
    uint32_t person, site, proxy, cert_person, diagnosis, doctor;
    int32_t begndate, enddate;
    uint8_t line_count, debit_count, counter, cert;
    uint8_t proxy_missing; /* 0 nothing, 1 all, 2 paper, 3 relation */
    int8_t filing;         /* -1 not said */
    bool online, manual, stay;
};

/* An event with all it points to; filled in place, never moved. */
struct xz_sim_draft {
    struct xz_event event;
    struct xz_line lines[XZ_SIM_LINES_MAX];
    struct xz_str codes[XZ_SIM_LINES_MAX * XZ_SIM_CODES_MAX];
    struct xz_debit debits[XZ_SIM_GIVERS_MAX];
    uint32_t code_count, text_used;
    char text[6144];
};
struct xz_sim_held { /* waits for its arrival */
    int64_t arrival_ms;
    uint64_t order;
    struct xz_sim_draft *draft;
    bool again; /* a duplicate's second coming */
};

struct xz_sim_scheme {
    uint8_t pattern, intensity;
    uint32_t number;
    char subject[72];
};

#endif
