# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a process, and a world of its own for each test: topics, groups, directories."""
import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

from confluent_kafka import Consumer, TopicPartition

from broker import ROOT, free_port, wait_for

PROGRAM = pathlib.Path(os.environ.get("XZ_PROGRAM", ROOT / "build" / "xiezhi"))
NAMES = ("events", "observations", "state", "packs", "alerts", "rejects", "dispositions")
PACK = ROOT / "models" / "medical-insurance"
SESSION_MS = 1500 # a member that is silent so long has left its group

_worlds = itertools.count(1)


def key_of(event):
    body = next(value for value in event.values() if isinstance(value, dict))
    return body.get("psn_no") or body.get("giver_psn_no") or body.get("drug_trac_codg") or ""


def records_of(lines):
    """JSON lines as records with the person as key."""
    return [(key_of(json.loads(line)), line, None) for line in lines]


def metric(text, name, **labels):
    """Sum of a metric's samples whose labels include these; None when there is none."""
    found = None
    for line in text.splitlines():
        match = re.fullmatch(r"([a-z_0-9]+)(?:\{(.*)\})? (\S+)", line)
        if match and match[1] == name:
            have = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
            if labels.items() <= have.items():
                found = (found or 0.0) + float(match[3])
    return found


class Service:
    """One `xiezhi run`. Whoever starts it ends it, at the latest the world does."""

    def __init__(self, log, settings, environment=None, config=None):
        self.port = free_port()
        self.log_path = pathlib.Path(log)
        settings = {"http.listen": f"127.0.0.1:{self.port}", **settings}
        command = [str(PROGRAM), "run"] + (["-c", str(config)] if config else [])
        for key, value in settings.items():
            command += ["--set", f"{key}={value}"]
        with open(self.log_path, "ab") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, cwd=ROOT,
                                            env={**os.environ, **(environment or {})})

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def get(self, path):
        """(status, body); status 0 when nobody answers."""
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name, **labels):
        return metric(self.get("/metrics")[1], name, **labels)

    def alive(self):
        return self.process.poll() is None

    def ready(self, deadline_s=30):
        def check():
            assert self.alive(), f"ended with {self.process.returncode}:\n{self.log()[-2000:]}"
            return self.get("/readyz")[0] == 200

        wait_for(f"ready; the log ends\n{self.log()[-2000:]}", check, deadline_s)
        return self

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def ended(self, deadline_s=30):
        """Waits for the end; the exit code."""
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"goes on after {deadline_s} s:\n{self.log()[-2000:]}") from None

    def stop(self, deadline_s=30):
        self.send(signal.SIGTERM)
        return self.ended(deadline_s)


class World:
    """Topics under a prefix of their own on a broker; services started in it end with it."""

    def __init__(self, broker, directory, partitions=2, **topics):
        """topics: those that are shared with another world, by NAMES."""
        self.broker, self.directory, self.partitions = broker, pathlib.Path(directory), partitions
        self.prefix = f"w{next(_worlds)}"
        self.group = self.prefix
        self.topics = {**{name: f"{self.prefix}.{name}" for name in NAMES}, **topics}
        self.services = []

    def replay(self, directory):
        """A world with this one's log, and nothing of what came of it: state, groups, alerts."""
        shared = {name: self.topics[name] for name in ("events", "observations", "packs")}
        directory.mkdir()
        return World(self.broker, directory, self.partitions, **shared)

    def settings(self, **more):
        """more: keys of the configuration with _ for the first dot."""
        out = {"kafka.bootstrap.servers": self.broker.bootstrap, "group": self.group,
               "kafka.session.timeout.ms": SESSION_MS, "kafka.heartbeat.interval.ms": 300,
               "topics.partitions": self.partitions, "state.checkpoint": "300ms",
               "state.cache_mb": 64, "state.dir": self.directory / "state",
               "ingest.max_ahead": "366d"}
        out.update({f"topics.{name}": topic for name, topic in self.topics.items()})
        out.update(more)
        return out

    def start(self, name="one", settings=None, environment=None, ready=True, config=None):
        """Starts a service; state and log are named after it."""
        own = {"state.dir": self.directory / f"state-{name}", **(settings or {})}
        service = Service(self.directory / f"{name}.log", self.settings(**own), environment, config)
        self.services.append(service)
        return service.ready() if ready else service

    def command(self, *arguments, settings=None, timeout=60, last=()):
        """Another command of the program in this world; last: arguments behind the settings."""
        command = [str(PROGRAM), *map(str, arguments)]
        for key, value in self.settings(**(settings or {})).items():
            command += ["--set", f"{key}={value}"]
        command += map(str, last)
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=ROOT)

    def close(self):
        for service in self.services:
            if service.alive():
                service.send(signal.SIGCONT)
                service.kill()

    def produce(self, records, rate=None, topic=None):
        self.broker.produce(topic or self.topics["events"], records, rate)

    def positions(self, ingest=True):
        """(what is read, what there is) of each partition. Detect commits what it has read only
        after what it derived from that is in the log, so positions read first and ends afterwards
        can be equal only when nothing is under way."""
        out = {}
        for topic in self.topics["events"].split(",") if ingest else ():
            done = self.broker.committed(f"{self.group}-ingest", topic)
            for p, end in self.broker.ends(topic).items():
                out[topic, p] = (done[p], end)
        observations = self.topics["observations"]
        done = self.broker.committed(f"{self.group}-detect", observations)
        for p, end in self.broker.ends(observations).items():
            out[observations, p] = (max(done[p], 0), end)
        return out

    def drained_now(self, ingest=True):
        """Whether all events are ingested and all observations folded and durable."""
        return all(done == end for done, end in self.positions(ingest).values())

    def drained(self, stalled_s=30, ingest=True):
        """Waits until everything is folded, as long as something moves on: a slow machine is no
        defect, one that stands still is. Services may have been ended, but none may fail."""
        positions, moved = None, time.monotonic()
        while True:
            dead = [s for s in self.services if s.process.poll() not in (None, 0, -signal.SIGKILL)]
            assert not dead, f"ended with {dead[0].process.returncode}:\n{dead[0].log()[-2000:]}"
            now = self.positions(ingest)
            if all(done == end for done, end in now.values()):
                return
            if now != positions:
                positions, moved = now, time.monotonic()
            assert time.monotonic() < moved + stalled_s, f"stands still {stalled_s} s: {now}"
            time.sleep(0.05)

    def feed(self, region, rate=None):
        """All of a region's events, then those that end its episodes; waits until all is folded."""
        self.produce(records_of(region.lines), rate)
        self.drained()
        self.end(region)

    def end(self, region):
        self.produce(records_of(region.closing))
        self.drained()

    def alerts(self):
        """Every record of the alerts topic."""
        return self.broker.read(self.topics["alerts"])

    def rejects(self):
        return self.broker.read(self.topics["rejects"])


@contextlib.contextmanager
def feeding(world, region, rate):
    """Produces a region's events beside the body; joined, with its errors, at the end."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        feed = pool.submit(world.produce, records_of(region.lines), rate)
        yield feed
        feed.result(60)


class Counter:
    """How many records a topic has: cheap enough to ask every few milliseconds."""

    def __init__(self, broker, topic):
        self.consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "test-count"})
        self.places = [TopicPartition(topic, p) for p in range(broker.partitions(topic))]

    def __call__(self):
        return sum(self.consumer.get_watermark_offsets(place, 10, cached=False)[1]
                   for place in self.places)


def revisions(messages):
    """{(alert_id, rev): bytes}. The same revision twice must be the same bytes; the first copies
    of an id's revisions come in order, none missing."""
    seen, last = {}, {}
    for message in messages:
        alert = json.loads(message.value())
        name, rev = alert["alert_id"], alert["rev"]
        assert message.key().decode() == name
        if (name, rev) in seen:
            assert seen[name, rev] == message.value(), f"{name} rev {rev} has two contents"
            continue
        assert rev == last.get(name, 0) + 1, f"{name}: rev {rev} after {last.get(name, 0)}"
        seen[name, rev] = message.value()
        last[name] = rev
    return seen


def final(values):
    """{alert_id: alert of its highest revision} of alerts as bytes or text."""
    out = {}
    for value in values:
        alert = json.loads(value)
        if alert["rev"] >= out.get(alert["alert_id"], alert)["rev"]:
            out[alert["alert_id"]] = alert
    return out


def content(alert):
    """An alert without what depends on how the same events were cut into frames and files: the
    number of its revisions, whether its end was noticed yet, where its records stand."""
    out = {key: value for key, value in alert.items() if key not in ("rev", "status")}
    out["exhibits"] = [{k: v for k, v in exhibit.items() if k != "source"}
                       for exhibit in alert["exhibits"]]
    return out


def differences(left, right):
    """What is wrong between two dicts of alerts by id, in a few words; empty when equal."""
    out = [f"only left: {left[i]['pattern']['id']} {i}" for i in left.keys() - right.keys()]
    out += [f"only right: {right[i]['pattern']['id']} {i}" for i in right.keys() - left.keys()]
    for name in left.keys() & right.keys():
        a, b = left[name], right[name]
        out += [f"{a['pattern']['id']} {name} {key}: {a.get(key)} != {b.get(key)}"[:400]
                for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)]
    return out


def standing(alerts):
    """Those that were not withdrawn: in one order of arrival something may look like a scheme until
    the rest is there, and be taken back, that never did in another."""
    return {i: alert for i, alert in alerts.items() if alert["status"] != "withdrawn"}


def same_alerts(left, right):
    """Asserts that two dicts of final alerts tell the same."""
    wrong = differences({i: content(a) for i, a in standing(left).items()},
                        {i: content(a) for i, a in standing(right).items()})
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(sorted(wrong)[:12])


def elapsed(function):
    """(seconds, result)"""
    began = time.monotonic()
    result = function()
    return time.monotonic() - began, result
