# SPDX-License-Identifier: GPL-3.0-or-later
"""Several processes: they share partitions, take over, come and go, wake up late."""
import signal

from broker import wait_for
from service import SESSION_MS, Counter, feeding, final, revisions, same_alerts

INGEST, DETECT = {"roles": "ingest"}, {"roles": "detect"}


def assert_as_score(world, region):
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)


def opened(service):
    """Partitions that this process has opened so far, with repeats."""
    return [line.split("partition=")[1].split()[0] for line in service.log().splitlines()
            if "event=opened" in line]


def halfway(world, region):
    counter = Counter(world.broker, world.topics["events"])
    wait_for("half of the events", lambda: counter() >= len(region.lines) // 2, every_s=0.01)


def test_roles_apart_and_two_of_each(world, region):
    """Two ingests, two detects; each does its part of the work."""
    ingests = [world.start(f"ingest-{n}", INGEST) for n in range(2)]
    detects = [world.start(f"detect-{n}", DETECT) for n in range(2)]
    wait_for("both detects at work", lambda: all(opened(d) for d in detects))
    world.feed(region)
    assert_as_score(world, region)
    read = [i.metric("xiezhi_events_read_total") for i in ingests]
    assert sum(read) == len(region.lines) + len(region.closing) and all(read), read
    applied = [d.metric("xiezhi_observations_applied_total") for d in detects]
    assert all(applied), applied
    assert [i.metric("xiezhi_frames_read_total") for i in ingests] == [0, 0]
    assert [d.metric("xiezhi_events_read_total") for d in detects] == [0, 0]


def test_third_takes_over_after_kill(world, region):
    world.start("ingest", INGEST)
    first, second = (world.start(f"detect-{n}", DETECT) for n in range(2))
    wait_for("both at work", lambda: opened(first) and opened(second))
    with feeding(world, region, rate=600):
        halfway(world, region)
        second.kill()
        third = world.start("third", DETECT, ready=False)
    world.drained()
    world.end(region)
    assert_as_score(world, region)
    assert opened(third), "the third has work"
    assert third.metric("xiezhi_observations_applied_total") > 0


def test_join_and_leave_while_running(world, region):
    one = world.start("one")
    with feeding(world, region, rate=350):
        two = world.start("two", ready=False)
        wait_for("the second has work", lambda: opened(two))
        assert one.stop() == 0
        three = world.start("three", ready=False)
        wait_for("the third has work", lambda: opened(three))
        assert two.stop() == 0
    world.drained()
    world.end(region)
    assert_as_score(world, region)


def zombie(world, region, roles):
    """A process is stopped past its session, its work is taken over, and it wakes in the middle of
    that. It must end (and say why) or work on as a member of the group."""
    sleeper = world.start("sleeper", roles)
    with feeding(world, region, rate=500):
        halfway(world, region)
        sleeper.send(signal.SIGSTOP)
        heir = world.start("heir", roles, ready=False)
        what = "event=assigned" if roles == INGEST else "event=opened"
        wait_for("the heir has taken over", lambda: what in heir.log(), SESSION_MS / 1000 + 20)
        sleeper.send(signal.SIGCONT)
    return sleeper, heir


def finish(world, region, sleeper):
    """Waits until all is folded, whether the sleeper works on or has ended with an error, and
    checks the alerts."""
    def check():
        if sleeper in world.services and not sleeper.alive():
            assert sleeper.process.returncode == 1, sleeper.log()[-2000:]
            assert "level=error" in sleeper.log(), "it says why"
            world.services.remove(sleeper)
        return world.drained_now()

    wait_for("everything folded", check)
    world.end(region)
    assert_as_score(world, region)
    assert not sleeper.alive() or sleeper.get("/healthz")[0] == 200


def test_detect_zombie(world, region):
    world.start("ingest", INGEST)
    sleeper, heir = zombie(world, region, DETECT)
    finish(world, region, sleeper)
    assert heir.alive()


def test_ingest_zombie(world, region):
    world.start("detect", DETECT)
    sleeper, heir = zombie(world, region, INGEST)
    finish(world, region, sleeper)
    assert heir.alive()


def test_zombie_of_both_roles(world, region):
    sleeper, heir = zombie(world, region, {})
    finish(world, region, sleeper)
    assert heir.alive()
