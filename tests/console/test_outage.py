# SPDX-License-Identifier: GPL-3.0-or-later
"""A database that does not answer, a broker that is away, two desks on one store."""
import collections
import pathlib
import shutil
import signal
import tempfile
import time

import pytest

from broker import Broker, free_port, wait_for
from desk import Desk, Postgres
from service import World
from test_work import with_cases

OUTAGE_S = 25 # more than two turns of a sender that gives up after ten seconds
LOG_LINES = 12 # of an outage, however long: what is away, each once


@pytest.fixture
def frail(own_world, tmp_path):
    """A desk on a PostgreSQL of its own, which may be frozen."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="xz-pg-", dir="/tmp")) # a socket's path is short
    directory.chmod(0o711)
    postgres = Postgres(directory / "pg")
    desk = Desk(own_world, "frail", postgres.fresh())
    desk.kind, desk.postgres = "postgres", postgres
    yield desk
    own_world.close()
    postgres.signal(signal.SIGCONT)
    postgres.stop()
    shutil.rmtree(directory, ignore_errors=True)


def test_a_frozen_database_is_busy_and_holds_up_nobody(frail):
    with_cases(frail, 3)
    frail.user("li")
    said = len(frail.service.log().splitlines())
    frail.postgres.signal(signal.SIGSTOP)
    answer = frail.user("li").post("/cases/next")
    assert (answer.status, answer.code) == (503, "busy")
    assert frail.command("user", "list").returncode != 0
    time.sleep(OUTAGE_S)
    lines = frail.service.log().splitlines()[said:]
    assert sum("module=database event=away" in line for line in lines) == 1
    assert len(lines) <= LOG_LINES, "\n".join(lines)
    frail.service.send(signal.SIGTERM)
    assert frail.service.ended(8) == 0
    frail.postgres.signal(signal.SIGCONT)
    frail.clients.clear()
    frail.start()
    assert frail.user("li").post("/cases/next").status == 200


def test_a_database_that_comes_back_is_told_of_once(frail):
    with_cases(frail, 3)
    frail.user("li")
    frail.postgres.signal(signal.SIGSTOP)
    assert frail.user("li").post("/cases/next").code == "busy"
    frail.postgres.signal(signal.SIGCONT)
    wait_for("work", lambda: frail.user("li").post("/cases/next").status == 200, every_s=0.5)
    told = collections.Counter(word for line in frail.service.log().splitlines()
                               for word in line.split() if "module=database" in line)
    assert told["event=away"] == told["event=back"] == 1
    assert frail.stop() == 0
    frail.audit()


def closed(desk, worker, count):
    for _ in range(count):
        case = worker.good("POST", "/cases/next")["id"]
        worker.good("POST", f"/cases/{case}/close",
                    {"outcome": "false_positive", "reason": "checked by phone"})


def told(desk):
    return desk.world.broker.read(desk.world.topics["dispositions"])


@pytest.fixture
def lonely(request, tmp_path):
    """A desk on a broker of its own, which may be stopped."""
    broker = Broker(tmp_path / "kafka")
    broker.start()
    world = World(broker, tmp_path, partitions=1)
    for name in ("alerts", "dispositions", "rejects", "events", "packs"):
        broker.create(world.topics[name], 1)
    desk = Desk(world, "lonely", f"sqlite:{tmp_path}/desk.db")
    desk.kind = "sqlite"
    yield desk
    world.close()
    broker.stop()


def test_an_outage_of_the_broker_doubles_no_decision(lonely):
    with_cases(lonely, 6)
    lonely.world.broker.stop()
    closed(lonely, lonely.user("li"), 5)
    said = len(lonely.service.log().splitlines())
    lonely.change_store("UPDATE outbox SET due_ms = 1")
    time.sleep(OUTAGE_S)
    assert len(lonely.service.log().splitlines()) - said <= LOG_LINES
    lonely.world.broker.start()
    wait_for("the decisions", lambda: len(told(lonely)) >= 5)
    time.sleep(3)
    assert len(told(lonely)) == len({m.key() for m in told(lonely)}) == 5
    lonely.world.broker.stop()
    closed(lonely, lonely.user("li"), 1)
    lonely.change_store("UPDATE outbox SET due_ms = 1")
    time.sleep(2)
    assert lonely.service.stop(4) == 0 # what did not leave holds up nobody
    lonely.world.broker.start()
    lonely.clients.clear()
    lonely.start()
    wait_for("the last", lambda: len(told(lonely)) == 6)


def test_of_two_desks_one_sends_decisions(own_desk):
    with_cases(own_desk, 40)
    port = free_port()
    second = own_desk.world.start("second", {**own_desk.settings,
                                             "console.listen": f"127.0.0.1:{port}",
                                             "state.dir": own_desk.world.directory / "second"},
                                  ready=False)
    closed(own_desk, own_desk.user("li"), 30)
    own_desk.change_store("UPDATE outbox SET due_ms = 1")
    wait_for("the decisions", lambda: len(told(own_desk)) >= 30)
    time.sleep(2)
    assert len(told(own_desk)) == len({m.key() for m in told(own_desk)}) == 30
    # whoever ends leaves it to the other at once
    closed(own_desk, own_desk.user("li"), 1)
    assert second.alive() and own_desk.stop() == 0
    own_desk.change_store("UPDATE outbox SET due_ms = 1")
    wait_for("the last", lambda: len(told(own_desk)) == 31, deadline_s=10)
    assert second.stop() == 0
