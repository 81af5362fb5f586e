/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event/balance.h"

/* Whether parts make up total; `other` is a part that may be absent. Amounts are bounded by the
 * decoders, so sums of a few cannot overflow. */
static bool adds_up(int64_t total, int64_t parts, int64_t other)
{
    const int64_t rest = total - parts;

    if (other != XZ_FEN_NONE) {
        return rest == other;
    }
    return rest == 0 || (total > 0 && rest > 0) || (total < 0 && rest < 0);
}

static bool known(int64_t fen) { return fen != XZ_FEN_NONE; }

unsigned xz_event_balance(const struct xz_event *event, bool fund_includes_account)
{
    const struct xz_settlement *setl = &event->settlement;
    unsigned failed = 0;

    if (event->body != XZ_BODY_SETTLEMENT || !known(setl->psn_part_amt_fen)) {
        return 0;
    }
    if (known(setl->medfee_sumamt_fen) && known(setl->fund_pay_sumamt_fen) &&
        (!fund_includes_account || known(setl->acct_pay_fen)) &&
        !adds_up(setl->medfee_sumamt_fen,
                 setl->fund_pay_sumamt_fen - (fund_includes_account ? setl->acct_pay_fen : 0) +
                     setl->psn_part_amt_fen,
                 setl->hosp_part_amt_fen)) {
        failed |= XZ_BALANCE_TOTAL;
    }
    if (known(setl->acct_pay_fen) && known(setl->psn_cash_pay_fen) &&
        !adds_up(setl->psn_part_amt_fen, setl->acct_pay_fen + setl->psn_cash_pay_fen,
                 setl->acct_mulaid_pay_fen)) {
        failed |= XZ_BALANCE_PERSON;
    }
    return failed;
}
