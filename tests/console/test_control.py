# SPDX-License-Identifier: GPL-3.0-or-later
"""A case of the control sample has no alert: who judges it reads the event it was drawn by."""
import json

from broker import wait_for
from desk import ADMIN, FOREIGN, OWN, alert, alert_records, region
from service import key_of, records_of


def test_the_event_behind_a_drawn_case(own_desk):
    desk, world = own_desk, own_desk.world
    desk.settings["console.control_per_month"] = 10000 # one is due at any time of a month
    lines = region(world.directory, people=200, days=2)
    world.produce(records_of(lines))
    world.produce(alert_records([alert(1)]), topic=world.topics["alerts"])
    desk.start()
    for name, roles in ((ADMIN, "admin"), ("li", "investigator"), ("chen", "approver"),
                        ("reader", "analyst"), ("checker", "auditor")):
        desk.add_account(name, roles)
    rows = lambda origin: desk.user("reader").good("GET", "/cases", origin=origin)["items"]
    wait_for("cases", lambda: rows("control") and rows("alert"))
    row = rows("control")[0]
    at = f"/cases/{row['id']}/record"
    place = desk.user("reader").good("GET", f"/cases/{row['id']}")["control"]
    shown = desk.user("li").get(at, headers={"X-Purpose": "verification"})
    assert shown.status == 200, shown.body
    record, source = shown.json["record"], shown.json["source"]
    assert source == {name: place[name] for name in ("topic", "partition", "offset")}
    # it is that event, of that person, who has no name
    event = json.loads(lines[next(i for i, line in enumerate(lines)
                                  if json.loads(line)["msgid"] == record["msgid"])])
    assert row["subject"].startswith("P-") and row["subject"] in json.dumps(record)
    assert key_of(event).encode() not in shown.body
    # the reading is in the chain, under the case
    noted = desk.user("checker").good("GET", "/audit", action="record.read")["items"]
    assert [(n["seq"], n["actor"], n["object"], n["purpose"]) for n in noted] == [
        (shown.json["reading"], "li", f"case/{row['id']}", "verification")]
    # roles: as with the record behind an alert
    for name, status in (("chen", 200), ("checker", 200), ("reader", 403), (ADMIN, 403)):
        assert desk.user(name).get(at).status == status, name
    # another region's is not there, and neither is one that nobody drew
    desk.add_account("far", "investigator", OWN if row["region"].startswith(FOREIGN) else FOREIGN)
    assert desk.user("far").get(at).code == "not_found"
    for none in (rows("alert")[0]["id"], 10**9, "x", -1):
        assert desk.user("li").get(f"/cases/{none}/record").code == "not_found"
    assert len(desk.user("checker").good("GET", "/audit", action="record.read")["items"]) == 3
    desk.audit()


def test_only_events_are_shown(own_desk):
    """The place of a case leads to no other topic, though the service that drew it knew others."""
    desk, world = own_desk, own_desk.world
    desk.settings["console.control_per_month"] = 10000
    world.produce(records_of(region(world.directory, people=200, days=1)))
    desk.start()
    for name, roles in ((ADMIN, "admin"), ("li", "investigator")):
        desk.add_account(name, roles)
    rows = lambda: desk.user("li").good("GET", "/cases", origin="control")["items"]
    wait_for("a drawn case", rows)
    assert desk.user("li").get(f"/cases/{rows()[0]['id']}/record").status == 200
    assert desk.stop() == 0
    desk.clients.clear()
    desk.settings["topics.events"] = world.topics["rejects"]
    desk.settings["topics.rejects"] = world.topics["events"]
    desk.start()
    assert desk.user("li").get(f"/cases/{rows()[0]['id']}/record").code == "not_found"
