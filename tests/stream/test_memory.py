# SPDX-License-Identifier: GPL-3.0-or-later
"""Resident memory is bounded by configuration, not by the number of people."""
import re

import pytest
from broker import wait_for
from conftest import Region
from service import records_of

MIB = 1 << 20
CACHE_MB = 16
# What may grow until it is full and stays, apart from the cache of entities: two generations of a
# memtable of 16 MiB, RocksDB's block cache of 64 MiB with what filters and indices take of it.
GROWTH_MAX = 96 * MIB
# And what comes and goes: a checkpoint holds what changed up to three times over, each role 32 MiB
# that were fetched. xiezhi.conf(5) adds it up; that little waits to be acknowledged is the broker's.
PEAK_MAX = (30 + CACHE_MB * (1 + 3) + 96 + 2 * 32) * MIB
RETURN_S = 15 # the allocator hands back what was freed after two seconds


def memory(service, name):
    """VmRSS, what is resident, or VmHWM, the most that ever was; in bytes."""
    with open(f"/proc/{service.process.pid}/status", encoding="ascii") as status:
        return int(re.search(rf"{name}:\s+(\d+) kB", status.read())[1]) * 1024


def settled(service):
    """Resident memory once it does not shrink any more."""
    sizes = []

    def steady():
        sizes.append(memory(service, "VmRSS"))
        return len(sizes) > 6 and min(sizes[-6:]) >= min(sizes[:-6]) - MIB

    wait_for("memory is steady", steady, RETURN_S, every_s=0.5)
    return sizes[-1]


def grow(world, tmp_path_factory, few, many):
    """The population grows tenfold while one service runs; memory at the few and at the many."""
    world.partitions = 1
    service = world.start(settings={"state.cache_mb": CACHE_MB, "state.checkpoint": "1s"})
    sizes = []
    for people in (few, many):
        region = Region(tmp_path_factory.mktemp(f"people-{people}"), people, 6)
        world.produce(records_of(region.lines)) # as fast as it goes
        world.drained()
        sizes.append(settled(service))
        peak = memory(service, "VmHWM")
        print(people, "people", len(region.lines), "events", sizes[-1] // MIB, "MiB",
              peak // MIB, "MiB at most",
              service.metric("xiezhi_cache_bytes") // MIB, "MiB of entities",
              service.metric("xiezhi_store_bytes") // MIB, "MiB on disk")
        assert service.metric("xiezhi_cache_bytes") <= CACHE_MB * MIB
    assert service.metric("xiezhi_cache_loads_total") > 0, "entities came back from the store"
    assert sizes[1] - sizes[0] <= GROWTH_MAX, sizes
    assert peak <= PEAK_MAX, peak
    return sizes


def test_memory_is_flat(world, tmp_path_factory):
    grow(world, tmp_path_factory, 4000, 40000)


@pytest.mark.long
def test_memory_is_flat_with_200000_people(world, tmp_path_factory):
    grow(world, tmp_path_factory, 20000, 200000)
