# SPDX-License-Identifier: GPL-3.0-or-later
"""Settlements of one counter: what the make.py of several cases print."""
import json


def settle(number, minute, second, card, amount, hour=18, day="2026-03-05", acct=True,
           place="P21010200017"):
    body = {"psn_no": "21010000001%05d" % card, "setl_id": "S%d" % number, "med_type": "41",
            "mdtrt_cert_type": "03", "medfee_sumamt": amount,
            "acct_pay" if acct else "fund_pay_sumamt": amount}
    print(json.dumps({"msgid": "M%d" % number,
                      "inf_time": "%s %02d:%02d:%02d" % (day, hour, minute, second),
                      "mdtrtarea_admvs": "210102", "insuplc_admdvs": "210100",
                      "fixmedins_code": place, "opter": "OP03", "settlement": body}))


def usual(days):
    for day in range(days):
        for number in range(12):
            settle(1000 + day * 12 + number, number * 7 % 60, 0, 500 + (day * 5 + number) % 90,
                   "%d.30" % (30 + (day * 7 + number * 11) % 80), hour=8 + number,
                   day="2026-02-%02d" % (1 + day))
