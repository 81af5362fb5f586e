# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the program on this machine, beside what librdkafka alone can do.

    make bench                         everything; about a quarter of an hour
    make bench BENCH="score latency"   some of: score kafka latency state restart desk
    make bench BENCH="--rounds 5"      medians of more rounds (3)

What is compared runs in turns, and a figure is the median of its rounds. Results go to
benchmarks/results/: one JSON file with every single measurement, and latest.md, a table.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from confluent_kafka import Consumer, Producer, TopicPartition, libversion

from desk import bench_desk as desk_figures
from service import Broker, Service, feed, region, settlements

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PROGRAM = ROOT / "build" / "xiezhi"
PARTS = ("score", "kafka", "latency", "state", "restart", "desk")

GOALS = {
    "score_protobuf": ("`score`, protobuf, one core, all patterns", 150000, "settlements/s", 1),
    "score_json": ("`score`, JSON, one core", 60000, "settlements/s", 1),
    "kafka_share": ("`run` with all roles, broker on the same two cores, share of raw consumption",
                    1 / 6, "", 1),
    "latency_p99_ms": ("event produced → alert readable, 2,000 events/s, p99", 50, "ms", -1),
    "latency_p999_ms": ("the same, p99.9", 250, "ms", -1),
    "state_person_bytes": ("state on disk, mean per person: persons, counters, givers", 400,
                           "bytes", -1),
    "desk_sqlite_queue_p99_ms": ("the queue, 100,000 cases and 1,000,000 alerts in SQLite, p99",
                                 100, "ms", -1),
    "desk_sqlite_case_p99_ms": ("a case, the same", 100, "ms", -1),
    "desk_postgres_queue_p99_ms": ("the queue, the same in PostgreSQL", 100, "ms", -1),
    "desk_postgres_case_p99_ms": ("a case, the same", 100, "ms", -1),
    "restart_s": ("restart with a million people in the store", 2, "s", -1),
}


def say(*words):
    print(*words, file=sys.stderr, flush=True)


# ---- score ----

def cpu_seconds(command):
    """User and system seconds of a child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def bench_score(work, rounds, _):
    """One thread, so processor time is the time of one core, whatever else the machine does."""
    forms = {"protobuf": region(PROGRAM, work / "pb", 200000, 60, "protobuf"),
             "json": region(PROGRAM, work / "json", 50000, 60, "json")}
    rates = {form: [] for form in forms}
    for turn in range(rounds):
        for form, where in forms.items():
            events = next(where.glob("events.*"))
            took = cpu_seconds([PROGRAM, "score", "-q", "-r", where, events])
            rates[form].append(settlements(where) / took)
            say(f"score {form}: {rates[form][-1]:.0f} settlements/s ({turn + 1} of {rounds})")
    return {f"score_{form}": values for form, values in rates.items()}


# ---- through Kafka ----

def raw_rate(raw, bootstrap, topic):
    done = subprocess.run([raw, bootstrap, topic], capture_output=True, text=True, check=True)
    records, _, seconds = done.stdout.split()
    return int(records) / float(seconds)


def bench_kafka(work, rounds, arguments):
    where = region(PROGRAM, work / "kafka", 100000, 60, "protobuf")
    rates = {"kafka_raw": [], "kafka_run": []}
    with Broker(work / "broker-kafka") as broker:
        count = feed(broker, "bench.events", where)
        for turn in range(rounds):
            rates["kafka_raw"].append(raw_rate(arguments.raw, broker.bootstrap, "bench.events"))
            with Service(PROGRAM, broker, f"bench{turn}", work / f"state{turn}", where,
                         "--set", "topics.events=bench.events") as service:
                rates["kafka_run"].append(service.rate_over(count))
            say(f"kafka: raw {rates['kafka_raw'][-1]:.0f}, run {rates['kafka_run'][-1]:.0f} "
                f"records/s ({turn + 1} of {rounds})")
    rates["kafka_share"] = [run / raw for run, raw in zip(rates["kafka_run"], rates["kafka_raw"])]
    return rates


# ---- latency ----

def lines_of(where):
    with open(where / "events.jsonl", "rb") as events:
        for line in events:
            yield line.rstrip(b"\n")


# A day of a region so large that its events come at the rate: event time passes without the jumps
# of a backlog, which the service reads by stages. What comes before the counters open is fed first.
LIVE_PEOPLE, LIVE_DAY, LIVE_FROM = 2000000, "2026-03-10", b"2026-03-10 09"
LOADED = b'"channel":"load"' # links that were there before
MSGID = re.compile(rb'"o?msgid":"([^"]+)"')
SETTLED = re.compile(rb'"setl_id":"([^"]+)"')
TIME = re.compile(rb'"inf_time":"([^"]+)"')
PERSON = re.compile(rb'"(?:giver_)?psn_no":"([^"]+)"')


def is_live(line):
    return LOADED not in line and TIME.search(line)[1] >= LIVE_FROM


WARM_S = 10 # a Kafka that has just started answers slowly until its code is compiled


def keep_reading(consumer, arrived, ended):
    """In a thread of its own: (when, alert) of all that comes, until told to end."""
    while not ended.is_set():
        message = consumer.poll(0.1)
        if message is not None and message.error() is None:
            arrived.append((time.monotonic(), message.value()))


def latencies_of(arrived, sent):
    """Milliseconds from what set an alert off to its reading. What sets a first revision off is
    the last of its events to have been sent or taken back. Later revisions are held back until
    they say something new, and an end names no event of its own."""
    warm, found = min(sent.values()) + WARM_S, []
    for when, value in arrived:
        alert = json.loads(value)
        times = [sent[msgid] for msgid in alert["event_ids"] if msgid in sent]
        if alert["rev"] == 1 and times and max(times) >= warm:
            found.append((when - max(times)) * 1000)
    return sorted(found)


def send_live(producer, topic, where, rate, seconds):
    """The live events at a rate; when each, or one that takes it back, was sent last, by msgid."""
    sent, settled_by, began, count = {}, {}, time.monotonic(), 0
    for line in filter(is_live, lines_of(where)):
        time.sleep(max(0.0, began + count / rate - time.monotonic()))
        now = time.monotonic()
        msgids, settled = MSGID.findall(line), SETTLED.search(line)
        if settled: # a refund names what it takes back by this
            msgids.append(settled_by.setdefault(settled[1], msgids[0]))
        sent.update((msgid.decode(), now) for msgid in msgids)
        person = PERSON.search(line)
        producer.produce(topic, line, key=person[1] if person else b"")
        producer.poll(0)
        count += 1
        if count >= rate * seconds:
            break
    producer.flush()
    return sent


def latency_round(work, broker, where, name, rate, seconds):
    topic, arrived, ended = f"{name}.events", [], threading.Event()
    shutil.rmtree(work / f"state-{name}", ignore_errors=True) # of another run in a kept folder
    with Service(PROGRAM, broker, name, work / f"state-{name}", where) as service:
        producer = Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 0, "acks": "all",
                             "queue.buffering.max.messages": 1000000})
        consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": f"{name}-bench",
                             "auto.offset.reset": "earliest", "fetch.wait.max.ms": 5})
        consumer.assign([TopicPartition(f"{name}.alerts", p, 0) for p in range(4)])
        fed = 0
        for line in lines_of(where): # not at a pace
            if not is_live(line):
                person = PERSON.search(line)
                producer.produce(topic, line, key=person[1] if person else b"")
                producer.poll(0)
                fed += 1
        producer.flush()
        service.rate_over(fed)
        reader = threading.Thread(target=keep_reading, args=(consumer, arrived, ended))
        reader.start()
        sent = send_live(producer, topic, where, rate, WARM_S + seconds)
        time.sleep(5)
        ended.set()
        reader.join()
        consumer.close()
    return latencies_of(arrived, sent)


def bench_latency(work, rounds, arguments):
    """Alerts as an independent client reads them, against when it sent the event behind them."""
    where = region(PROGRAM, work / "live", LIVE_PEOPLE, 1, "json",
                   "--instances", "150", "--start", LIVE_DAY)
    results = {"latency_p50_ms": [], "latency_p99_ms": [], "latency_p999_ms": [],
               "latency_alerts": []}
    with Broker(work / "broker-latency") as broker:
        for turn in range(rounds):
            found = latency_round(work, broker, where, f"lat{turn}", 2000, arguments.seconds)
            if len(found) < 100:
                sys.exit(f"latency: only {len(found)} alerts: nothing to measure by")
            for key, share in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
                results[f"latency_{key}_ms"].append(found[min(len(found) - 1,
                                                              int(share * len(found)))])
            results["latency_alerts"].append(len(found))
            say(f"latency: {len(found)} alerts, p50 {results['latency_p50_ms'][-1]:.1f}, "
                f"p99 {results['latency_p99_ms'][-1]:.1f}, "
                f"p99.9 {results['latency_p999_ms'][-1]:.1f} ms ({turn + 1} of {rounds})")
    return results


# ---- state and restart ----

def bench_state(work, _, arguments):
    """200,000 people at the national mean of visits, when their histories are full (120 days)."""
    where, people = region(PROGRAM, work / "state-region", 200000, 120, "protobuf"), 200000
    with Broker(work / "broker-state") as broker:
        count = feed(broker, "size.events", where)
        with Service(PROGRAM, broker, "size", work / "size", where) as service:
            service.rate_over(count)
    done = subprocess.run([arguments.sizes, *sorted((work / "size").glob("p*"))],
                          capture_output=True, text=True, check=True)
    sizes = {kind: (int(entities), int(size))
             for kind, entities, size in map(str.split, done.stdout.splitlines())}
    codes, code_bytes = sizes.pop("trace")
    person_bytes = sum(size for _, size in sizes.values()) / people
    say(f"state: {person_bytes:.0f} bytes a person; {codes / people:.1f} drug codes a person, "
        f"{code_bytes / codes:.0f} bytes each")
    return {"state_person_bytes": [person_bytes], "state_bytes_a_drug_code": [code_bytes / codes],
            "state_drug_codes_a_person": [codes / people]}


def bench_restart(work, rounds, _):
    where = region(PROGRAM, work / "restart-region", 1000000, 45, "protobuf")
    took = {"restart_s": [], "restart_after_kill_s": []}
    with Broker(work / "broker-restart") as broker:
        count = feed(broker, "big.events", where)
        service = Service(PROGRAM, broker, "big", work / "big", where,
                          "--set", "kafka.session.timeout.ms=6000")
        with service:
            service.rate_over(count)
        for turn in range(rounds):
            with service:
                took["restart_s"].append(service.ready_s)
                service.kill()
            with service:
                took["restart_after_kill_s"].append(service.ready_s)
            say(f"restart: {took['restart_s'][-1]:.2f} s, after kill -9 "
                f"{took['restart_after_kill_s'][-1]:.2f} s ({turn + 1} of {rounds})")
    return took


def bench_desk(work, _, arguments):
    figures = desk_figures(PROGRAM, work, arguments)
    for name in sorted(figures):
        say(f"{name}: {figures[name][0]:.1f}")
    return figures


# ---- results ----

def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")),
                     platform.machine())
    version = subprocess.run([PROGRAM, "version"], capture_output=True, text=True, check=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True)
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "program": version.stdout.strip(), "commit": commit.stdout.strip(),
            "client": f"librdkafka {libversion()[0]}", "seed": 1}


def shown(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.3g}"


def table(results, about):
    rows = [f"Measured {results['at']} on {about['cores']} cores of {about['cpu']}, "
            f"{about['memory_gb']} GB, Linux {about['kernel']}; {about['program']} "
            f"({about['commit']}), Apache Kafka 4.2.1 on the same machine; seed 1. Medians of "
            f"{results['rounds']} rounds, smallest and largest beside.", "",
            "| what | goal | measured | rounds |", "|---|---|---|---|"]
    for key, (what, goal, unit, sign) in GOALS.items():
        values = results["figures"].get(key)
        if not values:
            continue
        middle = statistics.median(values)
        verdict = "reached" if (middle - goal) * sign >= 0 else "**missed**"
        rows.append(f"| {what} | {'≥' if sign > 0 else '≤'} {shown(goal)} {unit} | "
                    f"{shown(middle)} {unit}, {verdict} | {shown(min(values))} – {shown(max(values))} |")
    for key, values in results["figures"].items():
        if key not in GOALS:
            rows.append(f"| {key} | | {shown(statistics.median(values))} | "
                        f"{shown(min(values))} – {shown(max(values))} |")
    return "\n".join(rows) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--raw", required=True, help="the raw consumer")
    parser.add_argument("--sizes", required=True, help="the program that measures stores")
    parser.add_argument("--desk-fill", required=True, help="the program that fills a desk's store")
    parser.add_argument("--cases", type=int, default=100000, help="of the desk")
    parser.add_argument("--alerts", type=int, default=1000000, help="of the desk")
    parser.add_argument("--requests", type=int, default=1000, help="of each of the desk's clients")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=30, help="of latency, a round")
    parser.add_argument("--work", help="folder for regions and brokers; kept when given")
    arguments = parser.parse_args()
    parts = arguments.part or PARTS
    work = pathlib.Path(arguments.work or tempfile.mkdtemp(prefix="xiezhi-bench-"))
    about = machine()
    results = {"at": time.strftime("%Y-%m-%d %H:%M"), "rounds": arguments.rounds,
               "machine": about, "figures": {}}
    try:
        for part in parts:
            results["figures"].update(globals()[f"bench_{part}"](work, arguments.rounds, arguments))
    finally:
        if not arguments.work:
            shutil.rmtree(work, ignore_errors=True)
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{about['commit']}"
    (folder / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
    text = table(results, about)
    (folder / "latest.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
