# SPDX-License-Identifier: GPL-3.0-or-later
"""The broker goes away and comes back: the service waits for it, says so, and goes on."""
import os
import signal
import time

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


def went_on(world, region, services):
    """Nothing lost, nothing doubled, and all by the processes that saw the outage."""
    world.drained()
    world.end(region)
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)
    for service in services:
        assert service.alive() and service.log().count("event=started") == 1
        assert service.stop() == 0


def test_broker_stopped_between_events(own_broker, region, tmp_path):
    """Roles apart: each says that it has no broker."""
    world = World(own_broker, tmp_path)
    half = len(region.lines) // 2
    try:
        services = [world.start(role, {"roles": role}) for role in ("ingest", "detect")]
        assert all(is_green(service) for service in services)
        world.produce(records_of(region.lines[:half]))
        outage(own_broker, services, kill=False)
        world.produce(records_of(region.lines[half:]))
        went_on(world, region, services)
    finally:
        world.close()


def test_broker_killed_while_events_come_in(own_broker, region, tmp_path):
    world = World(own_broker, tmp_path)
    try:
        service = world.start()
        with feeding(world, region, rate=600):
            wait_for("events are read", lambda: service.metric("xiezhi_events_read_total") > 300)
            outage(own_broker, [service], kill=True)
        went_on(world, region, [service])
    finally:
        world.close()


@pytest.mark.long
def test_sigterm_without_a_broker_ends(own_broker, tmp_path):
    """It cannot drain what nobody takes; it ends all the same, and the next start goes on from what
    is durable."""
    world = World(own_broker, tmp_path)
    try:
        service = world.start()
        own_broker.stop(kill=True)
        wait_for("red health", lambda: is_red(service), RED_S)
        service.stop(deadline_s=25)
        assert "event=stopping signal=TERM healthy=no" in service.log()
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_while_it_waits_for_a_broker(own_broker, tmp_path, number):
    world = World(own_broker, tmp_path)
    own_broker.stop()
    try:
        service = world.start(ready=False)
        wait_for("it says so", lambda: "level=warn" in service.log())
        service.send(number)
        assert service.ended(deadline_s=5) == 0
    finally:
        world.close()


def test_a_frozen_broker_holds_up_no_end(own_broker, region, tmp_path):
    """An end in order needs the broker: without an answer it is cut short, and the next start does the rest."""
    world = World(own_broker, tmp_path)
    half = len(region.lines) // 2
    node = int((own_broker.directory / "pid").read_text())
    try:
        service = world.start(settings={"stop_within": "3s"})
        world.produce(records_of(region.lines[:half]))
        wait_for("events are read", lambda: service.metric("xiezhi_events_read_total") > 300)
        os.kill(node, signal.SIGSTOP)
        began = time.monotonic()
        code = service.stop(deadline_s=10)
        taken_s = time.monotonic() - began
        assert (code, "event=cut_short" in service.log()) in ((1, True), (0, False))
        assert code == 0 or taken_s > 2.9
        world.services.remove(service) # may have ended with 1, which no other may
        os.kill(node, signal.SIGCONT)
        world.start()
        world.produce(records_of(region.lines[half:]))
        world.drained()
        world.end(region)
        same_alerts(final(revisions(world.alerts()).values()), region.alerts)
    finally:
        os.kill(node, signal.SIGCONT)
        world.close()
