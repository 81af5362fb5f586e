# SPDX-License-Identifier: GPL-3.0-or-later
"""A second look at closed cases, blind: by one who had no part, without what came of it."""
import json

import pytest

from broker import wait_for
from test_work import with_cases


# The store's part is tested on both databases by tests/unit/cases; this waits half a minute.
@pytest.mark.parametrize("own_desk", ["sqlite"], indirect=True)
def test_second_looks(own_desk):
    """One in twenty closed cases is looked at again: of these, some."""
    desk = with_cases(own_desk, 60)
    first, second = desk.user("li"), desk.user("wang")
    for _ in range(60):
        case = first.good("POST", "/cases/next")["id"]
        first.good("POST", f"/cases/{case}/close", {"outcome": "false_positive",
                                                    "reason": "SECRET-REASON"})
    waiting = lambda: second.good("GET", "/reviews")["items"]
    wait_for("a second look", waiting, deadline_s=60, every_s=1)
    assert first.good("GET", "/reviews")["items"] == []
    assert desk.user("chen").get("/reviews").code == "forbidden"
    look = waiting()[0]
    at = f"/reviews/{look['case']}"
    assert first.get(at).code == "second_person_needed"
    shown = second.good("GET", at)
    assert shown["bodies"] and shown["parties"]
    for word in ("SECRET-REASON", "false_positive", '"li"', "closed"):
        assert word not in json.dumps(shown), word
    assert first.post(at, {"outcome": "confirmed", "reason": "mine"}).code == "second_person_needed"
    for shut in (f"/cases/{look['case']}", f"/cases/{look['case']}/evidence"):
        assert second.get(shut).code == "conflict", shut
    assert second.post(at, {"outcome": "", "reason": "mine"}).code == "invalid"
    done = second.good("POST", at, {"outcome": "confirmed", "reason": "it is clear to me"})
    assert done == {"case": look["case"], "agreed": False}
    assert second.post(at, {"outcome": "confirmed", "reason": "once more"}).code == "not_found"
    assert look["case"] not in [item["case"] for item in waiting()]
    case = desk.user("reader").good("GET", f"/cases/{look['case']}")
    assert case["outcome"] == "false_positive" # the first decision stays
    assert "it is clear to me" not in json.dumps(case)
    seen = desk.user("reader").good("GET", "/verdicts")["second_looks"]
    assert seen == [{"first": "false_positive", "second": "confirmed", "cases": 1}]
