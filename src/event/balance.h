/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event/balance.h - does the money of a settlement add up (domain.md 4.11 no. 3). A region's policy
 * says whether fund_pay_sumamt contains what the person's own account paid.
 */
#ifndef XZ_EVENT_BALANCE_H
#define XZ_EVENT_BALANCE_H
#include "event/event.h"

/* medfee_sumamt = fund_pay_sumamt (less acct_pay where it is in it) + psn_part_amt + hosp_part_amt
 */
#define XZ_BALANCE_TOTAL 1u
/* psn_part_amt = acct_pay + acct_mulaid_pay + psn_cash_pay */
#define XZ_BALANCE_PERSON 2u

/*
 * The equations that fail, 0 when none does. One is looked at only when its amounts are there.
 * hosp_part_amt and acct_mulaid_pay are often left out: the one that is may explain a missing
 * rest of the total's sign, never an excess. Bodies other than a settlement always balance.
 */
unsigned xz_event_balance(const struct xz_event *event, bool fund_includes_account);

#endif
