# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs change at a place in the log, on all instances, without a restart; or not at all."""
import json
import re
import shutil

import pytest
from broker import wait_for
from service import PACK, Counter, World, feeding, final, metric, revisions


def edited(directory, *edits, start=PACK):
    """The shipped pack, or another, with edits: (file, old text, new text)."""
    shutil.copytree(start, directory)
    for file, old, new in edits:
        path = directory / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return directory


@pytest.fixture
def second(tmp_path):
    """T04 in version 2, and R10 in the shadow."""
    return edited(tmp_path / "second",
                  ("pack.yaml", "version: 0.1.0", "version: 0.2.0"),
                  ("patterns/T04_status_conflict.yaml", "version: 1", "version: 2"),
                  ("patterns/R10_foreign_credential.yaml", "stage: during",
                   "stage: during\nshadow: true"))


def batch(part, people=40):
    """Each person of the batch is dead and settles, and shows another's card."""
    for number in range(people):
        person = f"21010000{part}{number:04d}"
        head = {"fixmedins_code": "P21010200017", "inf_time": f"2026-03-0{part} 10:00:00"}
        yield (person, json.dumps({**head, "msgid": f"D{part}-{number}", "person_status":
                                   {"psn_no": person, "status": "death"}}).encode(), None)
        yield (person, json.dumps({
            **head, "msgid": f"S{part}-{number}", "inf_time": f"2026-03-0{part} 11:00:00",
            "settlement": {"psn_no": person, "setl_id": f"S{part}-{number}", "med_type": "41",
                           "medfee_sumamt": "10", "fund_pay_sumamt": "10",
                           "cert_psn_no": "somebody"}}).encode(), None)


def activate(world, directory):
    done = world.command("pack", "activate", directory)
    assert done.returncode == 0, done.stderr
    return re.search(r"sha256 ([0-9a-f]{64})", done.stdout)[1]


def active(service):
    return re.findall(r'xiezhi_pack_info\{sha256="([^"]*)"\}', service.get("/metrics")[1])


def of(messages):
    """[(pattern, version, sha256)] without repeats."""
    alerts = [json.loads(m.value()) for m in messages]
    return sorted({(a["pattern"]["id"], a["pattern"]["version"], a["pack"]["sha256"])
                   for a in alerts if a["pattern"]["id"] in ("T04", "R10")})


def test_activated_on_all_instances_at_a_place_in_the_log(world, second):
    services = [world.start("one"), world.start("two")]
    wait_for("both at work", lambda: all("event=opened" in s.log() for s in services))
    world.produce(batch(1))
    world.drained()
    before = world.alerts()
    listed = world.command("pack", "list").stdout
    first_sha = re.search(r"activated last: ([0-9a-f]{64})", listed)[1]
    second_sha = activate(world, second)
    assert second_sha != first_sha
    wait_for("the new pack everywhere", lambda: [active(s) for s in services] == [[second_sha]] * 2)
    world.produce(batch(2))
    world.drained()
    known = {(m.partition(), m.offset()) for m in before}
    after = [m for m in world.alerts() if (m.partition(), m.offset()) not in known]
    assert of(before) == [("R10", 1, first_sha), ("T04", 1, first_sha)]
    assert of(after) == [("T04", 2, second_sha)], "R10 is in the shadow now"
    assert len(final(m.value() for m in after)) == 40
    # counted, not published
    wait_for("the shadow is counted", lambda: sum(
        s.metric("xiezhi_alerts_total", pattern="R10", status="shadow") or 0
        for s in services) == 40)
    listed = world.command("pack", "list").stdout
    assert f"activated last: {second_sha}" in listed
    for partition in range(world.partitions):
        assert re.search(f"partition {partition}: {second_sha} from offset [1-9]", listed), listed
    assert all("event=started" in s.log() and s.log().count("event=started") == 1
               for s in services), "without a restart"


def test_replay_across_a_change_is_exact(world, region, second, tmp_path):
    """Activated twice in the middle of a feed; the same log gives the same bytes once more."""
    world.start()
    counter = Counter(world.broker, world.topics["events"])
    with feeding(world, region, rate=700):
        wait_for("a third", lambda: counter() > len(region.lines) / 3, every_s=0.01)
        second_sha = activate(world, second)
        wait_for("two thirds", lambda: counter() > len(region.lines) * 2 / 3, every_s=0.01)
        third_sha = activate(world, edited(tmp_path / "third", (
            "patterns/T03_attribute_conflict.yaml", "version: 1", "version: 3"), start=second))
    world.drained()
    world.end(region)
    alerts = revisions(world.alerts())
    shas = {json.loads(value)["pack"]["sha256"] for value in alerts.values()}
    assert {second_sha, third_sha} < shas and len(shas) == 3
    again = world.replay(tmp_path / "again")
    try:
        again.start(settings={"roles": "detect"})
        again.drained(ingest=False)
        assert revisions(again.alerts()) == alerts
    finally:
        again.close()


BROKEN = {
    "unknown key": ("patterns/T04_status_conflict.yaml", "severity:", "sevrity:", "severity"),
    "type error": ("patterns/T04_status_conflict.yaml", "fund_pay_sumamt > 0",
                   "fund_pay_sumamt > 'much'", "T04_status_conflict.yaml"),
    "not YAML": ("pack.yaml", "name:", "name: [", "pack.yaml"),
    "dangling code list": ("patterns/T04_status_conflict.yaml", "settlement &&",
                           "settlement && med_type in codes.nowhere &&", "nowhere"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_invalid_pack_changes_nothing(broker, tmp_path_factory, name, shared):
    file, old, new, said = BROKEN[name]
    world, service, sha256 = shared
    directory = edited(tmp_path_factory.mktemp("pack") / "broken", (file, old, new))
    topics = [world.topics[t] for t in ("packs", "observations", "alerts")]
    ends = [broker.ends(topic) for topic in topics]
    done = world.command("pack", "activate", directory)
    assert done.returncode == 1, done.stderr
    assert said in done.stderr and re.search(r"\.yaml:\d+: ", done.stderr), done.stderr
    assert [broker.ends(topic) for topic in topics] == ends
    assert active(service) == [sha256] and service.get("/healthz")[0] == 200


@pytest.fixture(scope="module")
def shared(broker, tmp_path_factory):
    """A running service, for tests that must not change anything."""
    world = World(broker, tmp_path_factory.mktemp("shared"))
    try:
        service = world.start()
        world.drained()
        sha256 = wait_for("a pack", lambda: [s for s in active(service) if s])[0]
        yield world, service, sha256
    finally:
        world.close()


def test_an_activated_pack_outlives_restarts(world, second):
    """Killed or new, an instance takes the pack of the log, not the one it is configured with; and
    one that lost its state too."""
    service = world.start()
    sha256 = activate(world, second)
    wait_for("the new pack", lambda: active(service) == [sha256])
    world.produce(batch(1))
    world.drained()
    service.kill()
    world.start("without-state")
    world.produce(batch(2))
    world.drained()
    last = [a for a in final(m.value() for m in world.alerts()).values()
            if a["event_ids"][0].startswith("S2")]
    assert {(a["pattern"]["id"], a["pattern"]["version"]) for a in last} == {("T04", 2)}
    assert len(last) == 40
    text = world.services[-1].get("/metrics")[1]
    assert metric(text, "xiezhi_pack_info", sha256=sha256) == 1


def test_explain_takes_the_pack_that_judged(world, second, tmp_path):
    """R10 is in the shadow of the second pack: what the first one said is derived with the first
    one, also when a configuration file, given last, says another broker than --set."""
    world.start()
    world.produce(batch(1))
    world.drained()
    second_sha = activate(world, second)
    world.produce(batch(2))
    world.drained()
    alerts = final(m.value() for m in world.alerts()).values()
    config = tmp_path / "xiezhi.yaml"
    config.write_text("kafka.bootstrap.servers: 127.0.0.1:1\n", encoding="utf-8")
    for pattern, is_second in (("R10", False), ("T04", True)):
        alert = next(a for a in alerts if a["pattern"]["id"] == pattern
                     and (a["pack"]["sha256"] == second_sha) == is_second)
        done = world.command("explain", alert["alert_id"], "--lang", "en", last=["-c", config])
        assert done.returncode == 0, done.stderr
        assert alert["explanation"]["en"] in done.stdout
        assert alert["pack"]["sha256"] in done.stdout
    done = world.command("explain", "no-such-alert")
    assert done.returncode == 1 and "does not hold no-such-alert" in done.stderr, done.stderr
    assert second_sha in done.stderr, "with the pack activated last there is none either"
