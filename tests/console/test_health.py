# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desk says of the data, of itself and of what it needs, and whether that is so."""
import contextlib
import sqlite3
import subprocess
import urllib.error
import urllib.request

import pytest

from broker import Broker, wait_for
from desk import Desk
from service import World

BUSY_S = 40 # longer than a writer waits for another


@pytest.fixture
def apart(engine, tmp_path):
    """A desk over the region that is another process than its engine, and asks it."""
    desk = Desk(engine, f"apart-{tmp_path.name}", f"sqlite:{tmp_path}/desk.db",
                **{"console.metrics": f"127.0.0.1:{engine.services[0].port}"})
    desk.start()
    desk.add_account("lin", "analyst")
    yield desk
    assert desk.stop() == 0


def test_a_desk_apart_shows_what_the_engine_counts(engine, apart):
    lin = apart.user("lin")
    health = lin.good("GET", "/health/data")
    served = engine.services[0]
    assert health["service"]["events_total"] == served.metric("xiezhi_events_total") > 0
    assert health["watermark"].startswith("20")
    assert sum(health["rejects"].values()) == 1
    wait_for("the pack", lambda: lin.get("/patterns").status == 200)
    counts = [p["counts"] for p in lin.good("GET", "/patterns")["items"]]
    assert None not in counts
    assert sum(c["opened"] for c in counts) == served.metric("xiezhi_alerts_total", status="opened")
    assert sum(c["revised"] for c in counts) > 0


def test_a_desk_whose_engine_does_not_answer_says_so(engine, apart):
    apart.kill()
    apart.settings["console.metrics"] = "127.0.0.1:9"
    apart.start()
    lin = apart.login("lin")
    health = lin.good("GET", "/health/data")
    assert health["service"] is None and health["watermark"] is None
    wait_for("the pack", lambda: lin.get("/patterns").status == 200)
    assert {str(p["counts"]) for p in lin.good("GET", "/patterns")["items"]} == {"None"}


def state(service, port):
    """What the console says at /readyz, and the service under http.listen: (status, text) twice."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            console = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        console = error.code, error.read().decode()
    return console, service.get("/readyz")


@pytest.mark.parametrize("own_desk", ["sqlite"], indirect=True)
def test_a_store_that_cannot_be_written_is_told(own_desk):
    own_desk.start()
    own_desk.add_account("lin", "analyst")
    lin = own_desk.user("lin")
    wait_for("the feed", lambda: lin.good("GET", "/health/data")["feed"]["lag"] == 0)
    feed = lin.good("GET", "/health/data")["feed"]
    assert feed["ok"] and feed["trouble"] is None
    file = own_desk.settings["console.database"].removeprefix("sqlite:")
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        failing = (503, "failing: store\n")
        wait_for("red", lambda: state(own_desk.service, own_desk.port) == (failing, failing), BUSY_S)
        other.execute("ROLLBACK")
    wait_for("green", lambda: [s for s, _ in state(own_desk.service, own_desk.port)] == [200, 200])


@pytest.fixture
def own_broker(tmp_path):
    """A broker that was here once, so that it is known where it will be."""
    broker = Broker(tmp_path / "kafka")
    broker.start()
    broker.stop()
    yield broker
    broker.stop()


def test_a_desk_without_its_broker(own_broker, tmp_path):
    """It begins before the broker, outlives it, and says what it does not know meanwhile."""
    world = World(own_broker, tmp_path, partitions=1)
    desk = Desk(world, "early", f"sqlite:{tmp_path}/desk.db")
    desk.service = world.start("early", {**desk.settings, "log.level": "info"}, ready=False)
    failing = (503, "failing: broker\n")

    def is_red():
        with contextlib.suppress(OSError):
            return state(desk.service, desk.port) == (failing, failing)

    wait_for("an answer", is_red)
    desk.add_account("lin", "analyst")
    lin = desk.user("lin")

    def feed_of_none():
        feed = lin.good("GET", "/health/data")["feed"]
        assert feed["lag"] is None and not feed["ok"] and feed["trouble"] == "broker", feed

    feed_of_none()
    assert lin.good("GET", "/cases")["items"] == []
    assert lin.get("/patterns").status == 503
    own_broker.start()
    wait_for("green", lambda: [s for s, _ in state(desk.service, desk.port)] == [200, 200], 60)
    wait_for("the feed", lambda: lin.good("GET", "/health/data")["feed"]["lag"] == 0, 60)
    wait_for("the pack", lambda: b"medical-insurance" in lin.get("/patterns").body)
    own_broker.stop(kill=True)
    wait_for("red", is_red, 60)
    feed_of_none()
    assert desk.stop() == 0
    world.close()


def test_a_desk_waits_for_its_database(own_world, postgres, tmp_path):
    late = "late"
    url = postgres.url.replace("dbname=postgres", f"dbname={late}")
    desk = Desk(own_world, "waiting", url, **{"log.level": "info"})
    desk.service = own_world.start("waiting", desk.settings, ready=False)
    wait_for("the wait", lambda: "event=waiting" in desk.service.log())
    assert desk.service.get("/readyz") == (503, "failing: store\n")
    assert "event=started" not in desk.service.log()
    subprocess.run(["psql", "-q", "-d", postgres.url, "-c", f"CREATE DATABASE {late}"], check=True)
    wait_for("the start", lambda: "event=started" in desk.service.log())
    wait_for("ready", lambda: desk.service.get("/readyz")[0] == 200)
    assert desk.stop() == 0


def test_who_waits_for_a_database_can_be_ended(own_world):
    desk = Desk(own_world, "never", "host=127.0.0.1 port=9 dbname=none", **{"log.level": "info"})
    desk.service = own_world.start("never", desk.settings, ready=False)
    wait_for("the wait", lambda: "event=waiting" in desk.service.log())
    assert desk.stop() == 0
    assert "event=started" not in desk.service.log()
