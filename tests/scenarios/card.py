# SPDX-License-Identifier: GPL-3.0-or-later
"""Settlements of one card: what the make.py of several cases print."""
import json

PLACES = ["P2101020001%d" % i for i in range(7)]


def settle(number, day, hour, place):
    print(json.dumps({
        "msgid": "M%d" % number, "inf_time": "%s %02d:%02d:00" % (day, hour, number % 60),
        "mdtrtarea_admvs": "210102", "insuplc_admdvs": "210100",
        "fixmedins_code": place, "opter": "01",
        "settlement": {"psn_no": "2101000000012345", "setl_id": "S%d" % number, "med_type": "41",
                       "psn_type": "11", "brdy": "1980-04-02",
                       "medfee_sumamt": "96.50", "acct_pay": "96.50"}}))
