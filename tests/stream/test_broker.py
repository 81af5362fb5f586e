# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker goes away and comes back: the service waits for it, says so, and goes on."""
import pytest
from broker import wait_for
from service import World, feeding, final, records_of, revisions, same_alerts

RED_S, GREEN_S = 20, 30


def is_red(service):
    return service.get("/healthz")[0] == 503 and service.get("/readyz")[0] == 503


def is_green(service):
    return service.get("/healthz")[0] == 200 and service.get("/readyz")[0] == 200


def outage(broker, services, kill):
    """Down until health says so everywhere, then up until it says that."""
    broker.stop(kill)
    for service in services:
        wait_for("red health", lambda s=service: is_red(s), RED_S)
    broker.start()
    for service in services:
        wait_for(f"green health\n{service.log()[-1500:]}", lambda s=service: is_green(s), GREEN_S)


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_outage(own_broker, region, tmp_path, kill):
    """Between events and again while they come in: nothing lost, nothing doubled, one process."""
    world = World(own_broker, tmp_path)
    half = len(region.lines) // 2
    try:
        service = world.start()
        assert is_green(service)
        world.produce(records_of(region.lines[:half]))
        outage(own_broker, [service], kill)
        rest = type(region).__new__(type(region))
        rest.lines = region.lines[half:]
        with feeding(world, rest, rate=600) as feed:
            wait_for("events are read",
                     lambda: service.metric("xiezhi_events_read_total") > half + 50)
            outage(own_broker, [service], kill)
            assert not feed.done() or feed.exception() is None
        world.drained(60)
        world.end(region)
        assert service.alive() and service.log().count("event=started") == 1
        same_alerts(final(revisions(world.alerts()).values()), region.alerts)
        assert service.stop() == 0
    finally:
        world.close()


def test_sigterm_without_a_broker_ends(own_broker, tmp_path):
    """It cannot drain what nobody takes; it says so and ends all the same, and the next start goes on
    from what is durable."""
    world = World(own_broker, tmp_path)
    try:
        service = world.start()
        own_broker.stop(kill=True)
        wait_for("red health", lambda: is_red(service), RED_S)
        service.stop(deadline_s=45)
        own_broker.start()
        world.produce([("1", b'{"msgid":"1","inf_time":"2026-03-01 10:00:00","credential":'
                             b'{"psn_no":"1","action":"activate"}}', None)])
        service = world.start("one")
        wait_for("it works", lambda: service.metric("xiezhi_observations_applied_total") == 1)
    finally:
        world.close()


def test_waits_for_a_broker_that_is_not_there_yet(own_broker, tmp_path):
    world = World(own_broker, tmp_path)
    own_broker.stop()
    try:
        service = world.start(ready=False)
        wait_for("health", lambda: service.get("/readyz")[0] == 503)
        wait_for("it says so", lambda: "level=warn" in service.log())
        own_broker.start()
        service.ready()
    finally:
        world.close()
