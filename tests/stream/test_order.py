# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which partitions are read must not matter, nor how often a sender repeats itself."""
import json
import random

from service import World, final, records_of, revisions, same_alerts


def fed_in(world, parts):
    """Each part is produced, and folded before the next comes."""
    for part in parts:
        world.produce(part)
        world.drained()
    return final(revisions(world.alerts()).values())


def placed(lines, partitions):
    """Records with the partition said: each person has one."""
    return [(key, value, headers, sum(key.encode()) % partitions)
            for key, value, headers in records_of(lines)]


def test_two_interleavings_end_in_the_same_alerts(broker, tmp_path, region):
    """Partition by partition, and mixed in blocks the other way round: in each partition the order
    is the same, and a counter sees its customers in another one."""
    records = placed(region.lines, 3)
    by_partition = [[r for r in records if r[3] == p] for p in range(3)]
    mixed = records[:]
    size = len(mixed) // 4 + 1
    blocks = [sorted(mixed[at:at + size], key=lambda r: -r[3]) for at in range(0, len(mixed), size)]
    ends = []
    for number, parts in enumerate((by_partition, blocks)):
        (tmp_path / str(number)).mkdir()
        world = World(broker, tmp_path / str(number), partitions=3)
        try:
            world.start()
            fed_in(world, parts)
            ends.append(fed_in(world, [placed(region.closing, 3)]))
            assert world.services[0].stop() == 0
        finally:
            world.close()
    for end in ends:
        same_alerts(end, region.alerts)


def shuffled(region):
    """Another order of arrival within the lateness: reversals come before and after what they undo,
    and a third of all events comes twice or three times."""
    chance = random.Random(11)
    lines = region.lines + chance.sample(region.lines, len(region.lines) // 3)
    lines += chance.sample(lines, len(lines) // 10)
    chance.shuffle(lines)
    return lines


def early_reversals(lines):
    """How many reversals stand before the settlement that they undo."""
    seen, early = set(), 0
    for line in lines:
        event = json.loads(line)
        if "settlement" in event:
            seen.add(event["settlement"]["setl_id"])
        early += "reversal" in event and event["reversal"].get("setl_id") not in seen
    return early


def test_disorder_duplicates_and_reversals(world, region):
    lines = shuffled(region)
    assert early_reversals(lines) > 5
    service = world.start()
    alerts = fed_in(world, [records_of(lines), records_of(region.closing)])
    same_alerts(alerts, region.alerts)
    repeats = len(lines) - len({json.loads(line)["msgid"] for line in lines})
    assert service.metric("xiezhi_duplicates_total") == repeats > 900
    assert service.metric("xiezhi_reversals_applied_total") > 10
    assert service.metric("xiezhi_reversals_pending_total") > 5


def test_backlog_of_more_than_the_lateness(world, month):
    """A month of events is there before the service starts. It reads partitions side by side in
    event time, so that nothing comes too late at a counter, and ends where `score` does."""
    world.partitions = 4
    topic = world.topics["events"]
    world.broker.create(topic, 4)
    world.produce(placed(month.lines, 4))
    world.start()
    world.drained()
    world.end(month)
    same_alerts(final(revisions(world.alerts()).values()), month.alerts)
