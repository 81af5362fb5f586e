# SPDX-License-Identifier: GPL-3.0-or-later
"""A broker, a region of events, and the service, for measuring."""
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[1]
KAFKA = ROOT / "ops" / "kafka" / "kafka"
PARTITIONS = 4
SETTLED_S = 4 # a partition that is waited for may keep the others so long
PERSON = re.compile(rb'"(?:giver_)?psn_no":"([^"]+)"')


def region(program, folder, people, days, form, *options):
    """A simulated region; made once."""
    if not (folder / "institutions.csv").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([program, "simulate", "-o", folder, "--people", str(people), "--days",
                        str(days), "--format", form, *options],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def pieces(path):
    """The events of a file of length-delimited protobuf."""
    with open(path, "rb") as events:
        data = events.read()
    at = 0
    while at < len(data):
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield data[at : at + length]
        at += length


# Of Event in proto/xiezhi.proto: its bodies, and where the person stands in each.
SETTLEMENT = 20
PERSON_IN = {20: 1, 21: 1, 22: 2, 23: 1, 24: 1, 25: 1, 26: 3}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, bytes or None) of one protobuf message, in order."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind, value = tag & 7, None
        if kind == 0:
            _, at = varint(data, at)
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        else:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        yield tag >> 3, value


def body_of(event):
    return next((number, value) for number, value in fields(event) if number in PERSON_IN)


def person_of(event):
    number, body = body_of(event)
    return next((value for at, value in fields(body) if at == PERSON_IN[number]), b"")


def settlements(folder):
    """How many of a region's events are settlements; counted once."""
    known = folder / "settlements"
    if not known.exists():
        if (folder / "events.jsonl").exists():
            with open(folder / "events.jsonl", "rb") as events:
                count = sum(b'"settlement":' in line for line in events)
        else:
            count = sum(body_of(event)[0] == SETTLEMENT for event in pieces(folder / "events.pb"))
        known.write_text(str(count))
    return int(known.read_text())


def feed(broker, topic, folder):
    """All events of a region, keyed by person, into a new topic; returns how many."""
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    for future in admin.create_topics([NewTopic(topic, PARTITIONS, 1)]).values():
        future.result()
    producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 20,
                         "compression.type": "lz4", "queue.buffering.max.messages": 500000})
    count = 0
    for event in pieces(folder / "events.pb"):
        while True:
            try:
                producer.produce(topic, event, key=person_of(event))
                break
            except BufferError:
                producer.poll(0.1)
        count += 1
        if count % 1000 == 0:
            producer.poll(0)
    producer.flush()
    return count


class Broker:
    """A Kafka node of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.bootstrap = None

    def __enter__(self):
        done = subprocess.run([KAFKA, "start", self.folder, "--port", str(free_port())],
                              capture_output=True, text=True, check=True)
        self.bootstrap = done.stdout.split()[-1]
        return self

    def __exit__(self, *_):
        subprocess.run([KAFKA, "stop", self.folder], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """`xiezhi run` with topics of its own, until the end of the with; may be entered again."""

    def __init__(self, program, broker, name, state, reference, *options):
        self.port = free_port()
        topics = ("events", "observations", "state", "packs", "alerts", "rejects", "dispositions")
        sets = {"kafka.bootstrap.servers": broker.bootstrap, "group": name, "state.dir": state,
                "reference": reference, "http.listen": f"127.0.0.1:{self.port}",
                "topics.partitions": PARTITIONS, "ingest.max_ahead": "36600d", "log.level": "warn"}
        sets.update({f"topics.{topic}": f"{name}.{topic}" for topic in topics})
        self.command = [program, "run"]
        for key, value in sets.items():
            self.command += ["--set", f"{key}={value}"]
        self.command += options
        self.process = None
        self.ready_s = None

    def __enter__(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command)
        while self.get("/readyz") is None:
            if self.process.poll() is not None:
                raise RuntimeError("the service ended")
            time.sleep(0.005)
        self.ready_s = time.monotonic() - began
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                return answer.read().decode()
        except (OSError, urllib.error.URLError):
            return None

    def metric(self, text, name):
        return float(re.search(rf"^xiezhi_{name} (\S+)$", text, re.MULTILINE).group(1))

    def rate_over(self, count):
        """Events a second from the first that was read until all that follows from them is done."""
        first = done = None
        before = -1.0
        while done is None or time.monotonic() - done < SETTLED_S:
            text = self.get("/metrics")
            if text is None:
                raise RuntimeError("the service does not answer")
            now, read = time.monotonic(), self.metric(text, "events_read_total")
            applied = self.metric(text, "observations_applied_total")
            first = now if first is None and read > 0 else first
            if read < count or applied != before:
                done = None
            elif done is None:
                done = now
            before = applied
            time.sleep(0.02)
        return count / (done - first)
