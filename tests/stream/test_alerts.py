# SPDX-License-Identifier: GPL-3.0-or-later
"""Events in, alerts out: what an independent client reads is what `score` says."""
import json

from service import final, records_of, revisions, same_alerts


def test_json_equals_score(world, region):
    world.start()
    world.feed(region)
    alerts = revisions(world.alerts())
    same_alerts(final(alerts.values()), region.alerts)
