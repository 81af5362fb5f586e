# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody sets the clock: who asks is not refused for that, and a stream ends with its session."""
import pathlib
import struct
import subprocess
import time

import pytest

HERE = pathlib.Path(__file__).parent
HOUR_S = 3600


@pytest.fixture
def clock(tmp_path):
    """(environment of a process, a function that sets its clock wrong by so many seconds)"""
    library, file = tmp_path / "clock.so", tmp_path / "clock"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, HERE / "clock.c"], check=True)
    file.write_bytes(struct.pack("l", 0))

    def set_wrong(wrong_s): # in place: the process has the file mapped
        with open(file, "r+b") as out:
            out.write(struct.pack("l", wrong_s))

    return {"LD_PRELOAD": str(library), "XZ_CLOCK": str(file)}, set_wrong


@pytest.mark.parametrize("own_desk", ["sqlite"], indirect=True)
def test_a_clock_that_is_set_back(own_desk, clock):
    environment, set_wrong = clock
    own_desk.environment = environment
    own_desk.settings["console.rate"] = 20
    own_desk.start()
    own_desk.add_account("lin", "analyst")
    lin = own_desk.login("lin")
    listening = lin.connect()
    listening.request("GET", "/api/v1/stream", headers=lin.headers("GET"))
    stream = listening.getresponse()
    assert stream.status == 200
    set_wrong(-HOUR_S)
    assert lin.get("/session").status == 200
    assert lin.delete("/session").status == 200
    began = time.monotonic()
    while stream.read1(4096):
        assert time.monotonic() - began < 15
