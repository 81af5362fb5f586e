# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at whatever moment: the alerts are those of a run that was never interrupted."""
import random

import pytest
from broker import wait_for
from service import Counter, World, feeding, final, revisions, same_alerts

SEED = 20260301
# A few frames a fetch, so that there is time to hit the middle.
SLOWLY = {"kafka.fetch.message.max.bytes": 65536, "kafka.queued.min.messages": 1}


@pytest.fixture(scope="module")
def told(broker, region, tmp_path_factory):
    """A run that nobody interrupted: its world, its alerts by id and revision."""
    world = World(broker, tmp_path_factory.mktemp("told"))
    try:
        world.start()
        world.feed(region)
        assert world.services[0].stop() == 0
        yield world, revisions(world.alerts())
    finally:
        world.close()


def test_replay_is_the_same_bytes(told, tmp_path):
    world, alerts = told
    again = world.replay(tmp_path / "again")
    try:
        again.start(settings={"roles": "detect"})
        again.drained(ingest=False)
        assert revisions(again.alerts()) == alerts
        assert len(again.alerts()) == len(alerts), "an uninterrupted run says nothing twice"
    finally:
        again.close()


def test_killed_in_the_middle_the_same_bytes(told, tmp_path):
    """The same log, with a detector that is killed again and again: every revision of every alert
    is there, with the same bytes."""
    world, alerts = told
    chance = random.Random(SEED)
    again = world.replay(tmp_path / "again")
    settings = {"roles": "detect", "state.checkpoint": "100ms", **SLOWLY}
    cut = []
    try:
        service = again.start(settings=settings, ready=False)
        wait_for("a topic for alerts", lambda: again.broker.partitions(again.topics["alerts"]) > 0)
        counter = Counter(again.broker, again.topics["alerts"])
        for share in sorted(chance.uniform(0.02, 0.95) for _ in range(3)):
            wait_for("alerts", lambda at=share * len(alerts): counter() >= at, every_s=0.001)
            service.kill()
            cut.append(counter())
            service = again.start(settings=settings, ready=False)
        again.drained(ingest=False)
        assert revisions(again.alerts()) == alerts, f"killed after {cut} of {len(alerts)} records"
        assert any(0 < at < len(alerts) for at in cut), f"no kill came in the middle: {cut}"
    finally:
        again.close()


def test_killed_while_opening(told, tmp_path):
    """Killed while a lost state directory is being rebuilt, then while the service is starting."""
    world, alerts = told
    before = len(world.alerts())
    for moment in ("create", "assigned", "opened"):
        service = world.start(f"at-{moment}", ready=False)
        wait_for(moment, lambda s=service, m=moment: f"event={m}" in s.log() or m == "create",
                 every_s=0.001)
        service.kill()
    world.start("last")
    world.drained()
    assert revisions(world.alerts()) == alerts
    assert len(world.alerts()) == before


def test_all_roles_killed_while_fed(world, region):
    """Ingest and detect in one process, killed at random moments while events come in."""
    chance = random.Random(SEED + 1)
    service = world.start()
    counter = Counter(world.broker, world.topics["events"])
    with feeding(world, region, rate=600):
        for share in sorted(chance.uniform(0.1, 0.9) for _ in range(3)):
            wait_for("events", lambda at=share * len(region.lines): counter() >= at, every_s=0.002)
            service.kill()
            service = world.start(ready=False)
    world.drained()
    world.end(region)
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)
