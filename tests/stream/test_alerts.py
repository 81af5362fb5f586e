# SPDX-License-Identifier: GPL-3.0-or-later
"""Events in, alerts out: what an independent client reads is what `score` says."""
import json
import math
import subprocess

import jsonschema
import protobuf
import pytest
from broker import ROOT
from service import PROGRAM, final, key_of, records_of, revisions, same_alerts, standing

SCHEMA = json.loads((ROOT / "tests" / "scenarios" / "alert.schema.json").read_text())
JSON, PROTOBUF = b"application/json", b"application/x-protobuf"


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    return protobuf.load(tmp_path_factory.mktemp("proto"))


@pytest.fixture(scope="module")
def as_protobuf(messages, tmp_path_factory):
    """The region's events as protobuf records."""
    directory = tmp_path_factory.mktemp("pb")
    subprocess.run([PROGRAM, "simulate", "-o", directory, "--people", "3000", "--days", "6",
                    "--seed", "7", "--late-share", "0.02", "--duplicate-share", "0.01",
                    "--format", "protobuf"], check=True, capture_output=True, cwd=ROOT)
    return list(protobuf.delimited((directory / "events.pb").read_bytes()))


def headers(message):
    return dict(message.headers() or [])


def test_json_equals_score(world, region):
    world.start()
    world.produce(records_of(region.lines))
    world.drained()
    # while episodes are still open
    same_alerts(final(revisions(world.alerts()).values()), region.score(region.lines))
    world.end(region)
    read = world.alerts()
    alerts = final(revisions(read).values())
    same_alerts(alerts, region.alerts)
    check = jsonschema.Draft202012Validator(SCHEMA)
    for message in read:
        alert = json.loads(message.value())
        check.validate(alert)
        assert message.key().decode() == alert["alert_id"]
        assert headers(message) == {"content-type": JSON}
    exhibits_stand_where_they_say(world, alerts)


def exhibits_stand_where_they_say(world, alerts):
    """Each exhibit's source is the place in the log where an independent client finds its event."""
    log = {(m.partition(), m.offset()): json.loads(m.value())
           for m in world.broker.read(world.topics["events"])}
    seen = 0
    for alert in alerts.values():
        for exhibit in alert["exhibits"]:
            source = exhibit["source"]
            assert source["topic"] == world.topics["events"]
            event = log[source["partition"], source["offset"]]
            assert event["msgid"] == exhibit["msgid"] and exhibit["event"] in event
            seen += 1
    assert seen > 200


def test_protobuf_in_and_out(world, region, as_protobuf, messages):
    """The same events as protobuf, alerts as protobuf: the same alerts."""
    world.start(settings={"alerts.format": "protobuf"})
    keys = [key_of(json.loads(line)) for line in region.lines]
    assert len(keys) == len(as_protobuf)
    world.produce([(key, value, {"content-type": PROTOBUF})
                   for key, value in zip(keys, as_protobuf)])
    world.drained()
    world.end(region) # in JSON: both forms in one topic
    alerts = {}
    for message in world.alerts():
        assert headers(message) == {"content-type": PROTOBUF}
        alert = protobuf.plain(messages.Alert.FromString(message.value()))
        assert message.key().decode() == alert["alert_id"]
        if alert["rev"] >= alerts.get(alert["alert_id"], alert)["rev"]:
            alerts[alert["alert_id"]] = alert
    assert not world.rejects()
    left, right = standing(alerts), standing(region.alerts)
    assert left.keys() == right.keys()
    for name, alert in left.items():
        assert_same_numbers(alert, right[name], name)


def assert_same_numbers(left, right, at):
    """Protobuf holds a double as it is, JSON prints some digits of it, and null where protobuf has
    nothing. Revisions, sources and ends that were not noticed yet are not compared."""
    if isinstance(right, dict):
        left = left or {}
        names = {k for k in left.keys() | right.keys() if k not in ("rev", "source", "status")}
        for name in names:
            assert_same_numbers(left.get(name), right.get(name), f"{at}.{name}")
    elif isinstance(right, list):
        assert len(left or []) == len(right), at
        for number, value in enumerate(right):
            assert_same_numbers(left[number], value, f"{at}[{number}]")
    elif isinstance(right, (int, float)) and not isinstance(right, bool):
        assert left is not None and math.isclose(left, right, rel_tol=1e-3, abs_tol=1e-6), \
            f"{at}: {left} {right}"
    else:
        assert left == right, at


def test_several_event_topics(world, region):
    """Half of the people come through a topic of their own."""
    second = world.topics["events"] + ".second"
    first = world.topics["events"]
    world.topics["events"] = f"{first},{second}"
    world.start()
    records = records_of(region.lines + region.closing)
    split = len(region.lines)
    for part in (records[:split], records[split:]):
        for topic, odd in ((first, 0), (second, 1)):
            world.produce([r for r in part if sum(r[0].encode()) % 2 == odd], topic=topic)
        world.drained()
    alerts = final(revisions(world.alerts()).values())
    same_alerts(alerts, region.alerts)
    topics = {e["source"]["topic"] for a in alerts.values() for e in a["exhibits"]}
    assert topics == {first, second}
