# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be read goes to the rejects whole, with the reason and where it came from; the rest
goes on."""
import collections
import json
import time

import pytest
from service import final, metric, revisions

JSON, PROTOBUF = {"content-type": "application/json"}, {"content-type": "application/x-protobuf"}
GOOD = {"msgid": "G0", "inf_time": "2026-03-02 10:00:00", "fixmedins_code": "P21010200017"}


def settlement(number, **more):
    body = {"psn_no": "2101000000012345", "setl_id": f"S{number}", "med_type": "41",
            "medfee_sumamt": "10.00", "fund_pay_sumamt": "5.00"}
    event = {**GOOD, "msgid": f"M{number}", "settlement": {**body, **more}}
    return json.dumps(event).encode()


def changed(old, new):
    return settlement(1).replace(old, new)


# name: (value, headers, reason, path)
BAD = {
    "truncated": (settlement(1)[:-40], None, "malformed", ""),
    "oversized": (settlement(1, note="x" * (3 << 20)), None, "too_large", ""),
    "nested": (changed(b'"med_type"', b'"note":' + b"[" * 500 + b"]" * 500 + b',"med_type"'), None,
               "too_deep", ""),
    "a list for a code": (changed(b'"41"', b"[41]"), None, "bad_value", "settlement.med_type"),
    "not utf-8": (changed(b"012345", b"\xff\xfe"), None, "bad_utf8", ""),
    "utf-8 cut short": (changed(b"012345", b"\xe7\x8d"), None, "bad_utf8", ""),
    "NaN": (changed(b'"10.00"', b"NaN"), None, "malformed", ""),
    "infinity": (changed(b'"10.00"', b'"Infinity"'), None, "bad_money",
                 "settlement.medfee_sumamt"),
    "huge exponent": (changed(b'"10.00"', b"1e400"), None, "bad_money", "settlement.medfee_sumamt"),
    "huge number": (changed(b'"10.00"', b"9" * 400), None, "bad_money", "settlement.medfee_sumamt"),
    "three decimals": (changed(b'"10.00"', b"1.005"), None, "bad_money",
                       "settlement.medfee_sumamt"),
    "no such day": (settlement(1, brdy="2026-02-30"), None, "bad_date", "settlement.brdy"),
    "no such time": (changed(b"03-02 10:00:00", b"02-29 25:00:00"), None, "bad_time", "inf_time"),
    "unknown type": (changed(b'"settlement"', b'"weather"'), None, "no_body", ""),
    "no person": (changed(b'"psn_no"', b'"person"'), None, "missing_field", "settlement.psn_no"),
    "no msgid": (changed(b'"msgid"', b'"message"'), None, "missing_field", "msgid"),
    "id too long": (changed(b'"M1"', b'"' + b"m" * 65 + b'"'), None, "too_long", "msgid"),
    "no such word": (json.dumps({**GOOD, "person_status": {"psn_no": "1", "status": "asleep"}})
                     .encode(), None, "bad_value", "person_status.status"),
    "two bodies": (json.dumps({**GOOD, "reversal": {"psn_no": "1", "setl_id": "1"}, "credential":
                               {"psn_no": "1", "action": "activate"}}).encode(), None,
                   "several_bodies", ""),
    "empty": (b"", None, "malformed", ""),
    "no value": (None, None, "malformed", ""),
    "a list": (b"[1]", JSON, "malformed", ""),
    "noise": (bytes(range(256)), PROTOBUF, "malformed", ""),
    "protobuf said, JSON sent": (settlement(1), PROTOBUF, "malformed", ""),
    "JSON said, protobuf sent": (b"\x0a\x02M1", JSON, "malformed", ""),
    "another type": (settlement(1), {"content-type": "text/csv"}, "bad_header", "content-type"),
}


def header(message, name):
    return dict(message.headers())[name].decode()


def good(number):
    """A dead person's settlement number `number`: one revision of a T04 alert each."""
    return ("2101000000012345", settlement(number), None)


DEATH = json.dumps({**GOOD, "msgid": "D1", "inf_time": "2026-03-01 10:00:00", "person_status":
                    {"psn_no": "2101000000012345", "status": "death"}}).encode()


def test_bad_records_go_to_the_rejects_whole(world):
    world.partitions = 1
    service = world.start()
    records, wanted = [("2101000000012345", DEATH, None)], {}
    for number, (name, (value, headers, reason, path)) in enumerate(BAD.items()):
        wanted[len(records)] = (name, value, reason, path)
        records.append((None if number % 3 == 0 else f"key {number}", value, headers))
        records.append(good(number))
    world.produce(records)
    world.drained()
    rejects = {int(header(m, "source-offset")): m for m in world.rejects()}
    assert len(world.rejects()) == len(BAD), "each once"
    for offset, (name, value, reason, path) in wanted.items():
        message = rejects[offset]
        assert message.value() == value, f"{name}: the record's own bytes"
        key = records[offset][0]
        assert message.key() == (key.encode() if key else None), name
        assert header(message, "reason") == reason, f"{name}: {message.headers()}"
        detail = header(message, "detail")
        assert detail, name
        assert detail.startswith(f"{path}: ") if path else True, f"{name}: {detail}"
        assert header(message, "source-topic") == world.topics["events"]
        assert header(message, "source-partition") == "0"
    # what stood between them was read
    alert = max(final(revisions(world.alerts()).values()).values(), key=lambda a: a["event_count"])
    assert alert["pattern"]["id"] == "T04" and alert["event_count"] >= 20
    # and the counters agree
    text = service.get("/metrics")[1]
    for reason, count in collections.Counter(r for _, _, r, _ in BAD.values()).items():
        assert metric(text, "xiezhi_rejects_total", reason=reason) == count, reason
    assert metric(text, "xiezhi_events_rejected_total") == len(BAD)
    assert metric(text, "xiezhi_events_read_total") == len(records)
    assert metric(text, "xiezhi_observations_applied_total") >= len(records) - len(BAD)


def test_rejected_once_over_a_restart(world):
    """A clean end and a new start read nothing twice."""
    world.start()
    world.produce([("k", b"{", None)] * 3)
    world.drained()
    assert world.services[0].stop() == 0
    world.start("two")
    world.produce([("k", b"[", JSON)])
    world.drained()
    assert [m.value() for m in world.rejects()] == [b"{"] * 3 + [b"["]


def test_ahead_of_the_clock(world):
    """More than the configured time ahead of the clock is a reject, a little less is not."""
    service = world.start(settings={"ingest.max_ahead": "1d"})

    def at(number, ahead_s):
        moment = int((time.time() + ahead_s) * 1000)
        return ("1", json.dumps({"msgid": f"A{number}", "inf_time": moment, "credential":
                                 {"psn_no": "1", "action": "activate"}}).encode(), None)

    world.produce([at(1, 86400 - 600), at(2, 86400 + 600), at(3, 4000 * 86400)])
    world.drained()
    assert [header(m, "reason") for m in world.rejects()] == ["ahead"] * 2
    assert service.metric("xiezhi_observations_applied_total") == 1


@pytest.fixture
def disagreeing():
    """A reversal whose setl_id and omsgid name two settlements: only its history can tell."""
    reversal = ('{ "msgid" : "R1", "inf_time":"2026-03-02 11:00:00",   "unknown": 1,'
                ' "reversal":{"psn_no":"2101000000012345","setl_id":"S1","omsgid":"M2"}}').encode()
    return [("a key", settlement(1), None), ("a key", settlement(2), None),
            ("a key", reversal, None)], reversal


def test_what_only_history_shows_is_rejected(world, disagreeing):
    world.partitions = 1
    service = world.start()
    world.produce(disagreeing[0])
    world.drained()
    message, = world.rejects()
    assert header(message, "reason") == "disagree"
    assert header(message, "source-topic") == world.topics["events"]
    assert (header(message, "source-partition"), header(message, "source-offset")) == ("0", "2")
    assert service.metric("xiezhi_rejects_total", reason="disagree") == 1
    assert header(message, "detail").startswith("reversal: ")


def test_what_only_history_shows_is_rejected_whole(world, disagreeing):
    records, reversal = disagreeing
    world.start()
    world.produce(records)
    world.drained()
    message, = world.rejects()
    assert (message.key(), message.value()) == (b"a key", reversal), "the record's own bytes"
