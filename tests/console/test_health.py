# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desk says of the data, of itself and of what it needs, and whether that is so."""
import pytest

from broker import wait_for
from desk import Desk


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
