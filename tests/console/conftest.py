# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import shutil
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "stream"))

from broker import Broker  # noqa: E402
from desk import Desk, Postgres, region  # noqa: E402
from service import World, records_of  # noqa: E402

DATABASES = ("sqlite", "postgres")


def pytest_configure(config):
    # Ended by a runner, the session still stops its servers and services.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def postgres():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="xz-pg-", dir="/tmp")) # a socket's path is short
    directory.chmod(0o711)
    postgres = Postgres(directory / "pg")
    yield postgres
    postgres.stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def engine(broker, tmp_path_factory):
    """A world in which a simulated region's events have become alerts, and which has rejects."""
    world = World(broker, tmp_path_factory.mktemp("engine"))
    lines = region(tmp_path_factory.mktemp("region"))
    world.start("engine", {"roles": "ingest,detect"})
    world.produce(records_of(lines) + [("k", b'{"msgid":"bad 210100199001011234"}', None)])
    world.drained()
    world.alert_count = len({m.key() for m in world.alerts()})
    assert world.alert_count > 30
    yield world
    world.close()


def database_url(kind, directory, request):
    if kind == "postgres":
        return request.getfixturevalue("postgres").fresh()
    return f"sqlite:{directory}/desk.db"


@pytest.fixture(scope="session", params=DATABASES)
def desk(request, engine, tmp_path_factory):
    """The desk over the region's alerts, with an account for every role and scope. Shared: who
    changes a case takes one of its own by `fresh_case`."""
    url = database_url(request.param, tmp_path_factory.mktemp("desk"), request)
    desk = Desk(engine, f"desk-{request.param}", url)
    desk.kind = request.param
    desk.start().add_everybody()
    desk.taken(engine.alert_count)
    yield desk
    assert desk.stop() == 0
    desk.audit()


@pytest.fixture
def own_world(broker, tmp_path):
    """A world without an engine: what is in its alerts topic, a test puts there."""
    world = World(broker, tmp_path, partitions=1)
    for name in ("alerts", "dispositions", "rejects", "events", "packs"):
        broker.create(world.topics[name], 1)
    yield world
    world.close()


@pytest.fixture(params=DATABASES)
def own_desk(request, own_world, tmp_path):
    """A desk of a test's own, not started yet."""
    desk = Desk(own_world, "own", database_url(request.param, tmp_path, request))
    desk.kind = request.param
    return desk
