# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import json
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from broker import ROOT, Broker  # noqa: E402
from service import PROGRAM, World, final  # noqa: E402


def pytest_configure(config):
    # Ended by a runner, the session still stops its broker and its services.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config.addinivalue_line("markers", "long: takes minutes; only with --long")


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="the long versions too")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        short = [item for item in items if "long" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if item not in short])
        items[:] = short


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def own_broker(tmp_path):
    """A node that a test may stop and kill."""
    broker = Broker(tmp_path / "kafka")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def world(broker, tmp_path):
    world = World(broker, tmp_path)
    yield world
    world.close()


QUIET_MS = 60 * 86400 * 1000


def closing(lines):
    """One quiet event for each person and institution, two months after the last of these: a
    revision that was held back is published when its episode ends, and it ends when its subject is
    heard of again."""
    people, institutions, last = set(), {}, 0
    for line in lines:
        event = json.loads(line)
        body = next(value for value in event.values() if isinstance(value, dict))
        people.update(body[name] for name in ("psn_no", "giver_psn_no", "recv_psn_no")
                      if name in body)
        if "fixmedins_code" in event:
            institutions.setdefault(event["fixmedins_code"], event.get("mdtrtarea_admvs"))
        last = max(last, int(datetime.datetime.fromisoformat(event["inf_time"] + "+08:00")
                             .timestamp() * 1000))
    last += QUIET_MS
    for number, person in enumerate(sorted(people)):
        yield json.dumps({"msgid": f"quiet-{person}", "inf_time": last + number * 1000,
                          "credential": {"psn_no": person, "action": "balance_query"}}).encode()
    for number, (code, place) in enumerate(sorted(institutions.items())):
        yield json.dumps({"msgid": f"quiet-{code}", "inf_time": last + number * 60000,
                          "fixmedins_code": code, "mdtrtarea_admvs": place,
                          "settlement": {"psn_no": f"quiet-{code}", "setl_id": f"quiet-{code}",
                                         "med_type": "11", "medfee_sumamt": "10"}}).encode()


class Region:
    """A simulated region of fewer days than events may be late, so that its alerts do not depend on
    the pace at which partitions are read; and what `score` says of it."""

    def __init__(self, directory, people, days, *more):
        self.directory = directory
        subprocess.run([PROGRAM, "simulate", "-o", directory, "--people", str(people), "--days",
                        str(days), "--seed", "7", *more], check=True, capture_output=True, cwd=ROOT)
        self.lines = (directory / "events.jsonl").read_bytes().splitlines()
        self.closing = list(closing(self.lines))
        self._alerts = None

    @property
    def alerts(self):
        """{alert_id: final alert}"""
        if self._alerts is None:
            self._alerts = self.score(self.lines + self.closing)
            assert len(self._alerts) > 50
            assert len({a["pattern"]["id"] for a in self._alerts.values()}) > 20
        return self._alerts

    def score(self, lines, *more):
        out = self.directory / "alerts.jsonl"
        subprocess.run([PROGRAM, "score", "-q", *more, "-o", out], input=b"\n".join(lines) + b"\n",
                       check=True, capture_output=True, cwd=ROOT)
        return final(out.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="session")
def region(tmp_path_factory):
    """Nearly three thousand events, some hundred alerts of every pattern."""
    return Region(tmp_path_factory.mktemp("region"), 3000, 6, "--late-share", "0.02",
                  "--duplicate-share", "0.01")


@pytest.fixture(scope="session")
def month(tmp_path_factory):
    """Longer than the lateness."""
    return Region(tmp_path_factory.mktemp("month"), 1000, 30)
