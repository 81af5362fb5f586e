# SPDX-License-Identifier: GPL-3.0-or-later
"""State that is lost is rebuilt; state that is wrong is never guessed at: the service stops, says
what happened and what to do."""
import json
import shutil

import pytest
from broker import wait_for
from confluent_kafka.admin import AdminClient
from service import World, final, records_of, revisions, same_alerts


def stops(service, *words):
    """It ends by itself with exit code 1, and its last words hold these."""
    assert service.ended() == 1, service.log()[-2000:]
    last = "\n".join(service.log().splitlines()[-6:])
    for word in words:
        assert str(word) in last, f"{word!r} is not in\n{last}"


def thirds(region):
    size = len(region.lines) // 3 + 1
    return [records_of(region.lines[at:at + size]) for at in range(0, len(region.lines), size)]


def test_lost_state_is_rebuilt(world, region):
    first, second, third = thirds(region)
    world.start()
    world.produce(first)
    world.drained()
    assert world.services[0].stop() == 0
    shutil.rmtree(world.directory / "state-one")
    service = world.start()
    assert "event=restored" in service.log()
    world.produce(second)
    world.drained()
    service.kill()
    shutil.rmtree(world.directory / "state-one")
    world.start()
    world.produce(third)
    world.drained()
    world.end(region)
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)


def test_old_state_rolls_forward(world, region):
    """A directory from before others worked on the partitions, as after a move there and back."""
    first, second, third = thirds(region)
    world.start("old")
    world.produce(first)
    world.drained()
    assert world.services[0].stop() == 0
    other = world.start("other")
    world.produce(second)
    world.drained()
    assert other.stop() == 0
    service = world.start("old")
    assert "event=restored" in service.log()
    read = service.metric("xiezhi_frames_read_total")
    assert read == 0, "rolled forward from the changelog, not folded again"
    world.produce(third)
    world.drained()
    world.end(region)
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)


@pytest.fixture
def used(world):
    """A world with a little state; nothing runs in it."""
    world.start()
    world.produce([("1", b'{"msgid":"1","inf_time":"2026-03-01 10:00:00","credential":'
                         b'{"psn_no":"1","action":"activate"}}', None)])
    world.drained()
    assert world.services[0].stop() == 0
    return world


def test_state_of_another_topic(used, tmp_path):
    other = World(used.broker, tmp_path)
    try:
        service = other.start("one", ready=False, settings={"state.dir": tmp_path / "state-one"})
        stops(service, tmp_path / "state-one", other.prefix, "another state.dir")
    finally:
        other.close()


def test_state_of_another_cluster(used, own_broker, tmp_path):
    other = World(own_broker, tmp_path, **used.topics)
    try:
        service = other.start("one", ready=False, settings={"state.dir": tmp_path / "state-one"})
        stops(service, tmp_path / "state-one", "cluster", "another state.dir")
    finally:
        other.close()


def test_more_partitions_of_observations_alone(used):
    used.broker.grow(used.topics["observations"], 3)
    stops(used.start(ready=False), used.topics["observations"], used.topics["state"], "3", "2")


def test_more_partitions_of_both(used):
    for name in ("observations", "state"):
        used.broker.grow(used.topics[name], 3)
    stops(used.start(ready=False), "2 partitions", used.topics["observations"])


def test_more_partitions_while_running(world):
    """What is routed by the old number must not meet an owner by the new one."""
    service = world.start(settings={"kafka.topic.metadata.refresh.interval.ms": 500})
    for name in ("observations", "state"):
        world.broker.grow(world.topics[name], 3)
    stops(service, world.topics["observations"], "3", "2")


def test_observations_gone_before_they_were_read(used):
    """Retention took what detect has not read."""
    ingest = used.start("ingest", {"roles": "ingest"})
    used.produce([(str(n), b'{"msgid":"%d","inf_time":"2026-03-01 10:00:00","credential":'
                           b'{"psn_no":"%d","action":"activate"}}' % (n, n), None)
                  for n in range(10, 60)])
    topic = used.topics["observations"]
    events, group = used.topics["events"], f"{used.group}-ingest"
    wait_for("ingested", lambda: used.broker.committed(group, events) == used.broker.ends(events))
    assert ingest.stop() == 0
    for partition, end in used.broker.ends(topic).items():
        used.broker.truncate(topic, partition, end)
    stops(used.start(ready=False, settings={"roles": "detect"}), topic.split(".")[-1], "retention",
          used.directory / "state-one")


def test_events_gone_before_they_were_read(used):
    """Retention took events that ingest has not read: they are not passed over in silence."""
    topic = used.topics["events"]
    used.produce([(str(n), b"{", None) for n in range(50)])
    for partition, end in used.broker.ends(topic).items():
        used.broker.truncate(topic, partition, end)
    used.produce([(str(n), b"{", None) for n in range(50)])
    stops(used.start(ready=False), topic, "retention")


def test_observations_topic_made_anew(used):
    """The state's position lies past the end of the topic that now has the name."""
    make_anew(used, "observations")
    stops(used.start(ready=False), used.topics["observations"])


def activations(day, first, count):
    """One event a person, ten seconds apart from ten o'clock on."""
    for n in range(first, first + count):
        at = f"2026-03-{day:02d} {10 + n // 360:02d}:{n // 6 % 60:02d}:{n % 6}0"
        yield (str(n), json.dumps({"msgid": f"{day}-{n}", "inf_time": at, "credential":
                                   {"psn_no": str(n), "action": "activate"}}).encode(), None)


def make_anew(world, name):
    """The topic is deleted and created again, as large as it was."""
    topic = world.topics[name]
    admin = AdminClient({"bootstrap.servers": world.broker.bootstrap})
    admin.delete_topics([topic])[topic].result(timeout=20)
    wait_for("the topic is gone", lambda: world.broker.partitions(topic) == 0)
    world.broker.create(topic, world.partitions)
    wait_for("the topic is there", lambda: world.broker.partitions(topic) == world.partitions)


@pytest.mark.parametrize("count", [50, 900], ids=["shorter", "longer"])
def test_events_topic_made_anew(world, count):
    """Positions that were applied are others now: nothing is skipped in silence. The service stops,
    again and again, until the events come under another name."""
    world.start()
    world.produce(activations(1, 0, 300))
    world.drained()
    assert world.services[0].stop() == 0
    make_anew(world, "events")
    world.produce(activations(2, 0, count))
    for _ in range(2):
        stops(world.start(ready=False), world.topics["events"], "made anew", "another name")
    world.services.clear() # those that stopped
    world.topics["events"] += ".new"
    world.broker.create(world.topics["events"], world.partitions)
    world.produce(activations(2, 0, count))
    service = world.start()
    world.drained()
    assert service.metric("xiezhi_observations_applied_total") == count


def test_group_that_was_forgotten(world):
    """It reads from the beginning; what was applied is skipped, what was not is applied."""
    world.start()
    world.produce(activations(1, 0, 300))
    world.drained()
    assert world.services[0].stop() == 0
    world.produce(activations(2, 0, 100))
    admin = AdminClient({"bootstrap.servers": world.broker.bootstrap})
    group = f"{world.group}-ingest"
    admin.delete_consumer_groups([group])[group].result(timeout=20)
    service = world.start()
    world.drained()
    assert service.metric("xiezhi_observations_skipped_total") == 300
    assert service.metric("xiezhi_observations_applied_total") == 100


def test_directory_that_cannot_be_made(world):
    (world.directory / "file").write_text("")
    service = world.start(settings={"state.dir": world.directory / "file" / "state"}, ready=False)
    stops(service, world.directory / "file" / "state")
