# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin, end, reload; what the service says of itself."""
import json
import re
import signal

from broker import wait_for
from service import (Counter, elapsed, feeding, final, metric, records_of, revisions,
                     same_alerts)

READY_S = 3 # four partitions with little in them


def test_sigterm_in_the_middle_drains_and_checkpoints(world, region):
    """Ended while events come in: what was read is durable and nothing is said twice."""
    service = world.start()
    counter = Counter(world.broker, world.topics["events"])
    with feeding(world, region, rate=1200):
        for share in (0.3, 0.6):
            wait_for("events", lambda at=share * len(region.lines): counter() >= at, every_s=0.005)
            assert service.stop() == 0
            assert "event=ended exit=0" in service.log()
            service = world.start()
    world.drained()
    world.end(region)
    read = world.alerts()
    assert len(read) == len(revisions(read)), "a clean end repeats no alert"
    same_alerts(final(revisions(read).values()), region.alerts)


def test_restart_is_fast_and_reads_only_the_tail(world, region):
    world.partitions = 4
    world.start()
    world.produce(records_of(region.lines))
    world.drained()
    assert world.services[0].stop() == 0
    took_s, service = elapsed(lambda: world.start("one"))
    text = service.get("/metrics")[1]
    assert metric(text, "xiezhi_frames_read_total") == 0
    assert metric(text, "xiezhi_events_read_total") == 0
    assert "event=restored" not in service.log().split("event=ended")[1]
    world.end(region)
    assert service.metric("xiezhi_events_read_total") == len(region.closing)
    same_alerts(final(revisions(world.alerts()).values()), region.alerts)
    assert took_s <= READY_S, f"ready after {took_s:.1f} s"


def test_sigint_ends_too(world):
    service = world.start()
    service.send(signal.SIGINT)
    assert service.ended() == 0


def test_sigterm_before_it_is_ready(world):
    service = world.start(ready=False)
    wait_for("first words", service.log)
    assert service.stop() == 0, service.log()


# ---- reload ----

def items(directory, sex):
    directory.mkdir(exist_ok=True)
    (directory / "items.csv").write_text(f"code,name,sex\nXTEST01,an item,{sex}\n")


def sale(number, person):
    """A man buys the item."""
    return (person, json.dumps({
        "msgid": f"M{number}", "inf_time": f"2026-03-02 1{number}:00:00",
        "fixmedins_code": "P21010200017",
        "settlement": {"psn_no": person, "setl_id": f"S{number}", "med_type": "41", "gend": "1",
                       "medfee_sumamt": "10", "fund_pay_sumamt": "10", "lines":
                       [{"feedetl_sn": "1", "med_list_codg": "XTEST01", "cnt": "1", "pric": "10",
                         "det_item_fee_sumamt": "10"}]}}).encode(), None)


def conflicts(world):
    """People with an alert of the wrong sex or age."""
    world.drained()
    return sorted(a["subject"]["id"] for a in final(revisions(world.alerts()).values()).values()
                  if a["pattern"]["id"] == "T03")


def reloaded(service, times, what):
    wait_for("a reload", lambda: service.log().count("event=reload") >= times)
    assert what in service.log().split("event=reload")[-1], service.log()[-1000:]


def test_sighup_reloads_the_reference_files(world, tmp_path):
    reference = tmp_path / "reference"
    items(reference, "")
    service = world.start(settings={"reference": reference})
    world.produce([sale(1, "P1")])
    assert conflicts(world) == []
    items(reference, "2")
    service.send(signal.SIGHUP)
    reloaded(service, 1, f"reference={reference}")
    world.produce([sale(2, "P2")])
    assert conflicts(world) == ["P2"]
    (reference / "items.csv").write_text("code,name,sex\nXTEST01,an item,1\nXTEST02,b,7\n")
    service.send(signal.SIGHUP)
    reloaded(service, 2, "kept=old")
    assert "items.csv" in service.log().split("event=reload")[-1], "it says where"
    world.produce([sale(3, "P3")])
    assert conflicts(world) == ["P2", "P3"], "the old file holds"
    items(reference, "1")
    service.send(signal.SIGHUP)
    reloaded(service, 3, f"reference={reference}")
    world.produce([sale(4, "P4")])
    assert conflicts(world) == ["P2", "P3"]


def test_sighup_reloads_the_configuration(world, tmp_path):
    """A new level takes hold; a mistake keeps the old one, says so, and the service goes on."""
    config = tmp_path / "xiezhi.yaml"
    config.write_text("log:\n  level: info\n")
    service = world.start(config=config)
    assert "level=debug" not in service.log()
    config.write_text("log:\n  level: debug\n")
    service.send(signal.SIGHUP)
    wait_for("words of debug", lambda: "level=debug" in service.log())
    service.ready()
    config.write_text("log:\n  levle: warn\n")
    service.send(signal.SIGHUP)
    wait_for("a word of the mistake", lambda: "kept=old" in service.log())
    assert "log.level" in service.log(), "the nearest name"
    world.produce([sale(1, "P1")])
    world.drained()
    assert service.alive() and service.get("/healthz")[0] == 200


# ---- metrics and logs ----

FAMILIES = {
    "rates": ["events_read_total", "observations_applied_total", "alerts_published_total"],
    "lag in records": ["ingest_lag_records", "detect_lag_records"],
    "lag in seconds": ["ingest_lag_seconds", "detect_lag_seconds"],
    "watermark": ["watermark_age_seconds"],
    "rejects by reason": ["rejects_total"],
    "alerts by pattern": ["alerts_total"],
    "evaluated and not": ["evaluated_total", "not_evaluated_total"],
    "cache": ["cache_bytes", "cache_entities", "cache_hits_total", "cache_loads_total"],
    "checkpoint age": ["checkpoint_age_seconds"],
    "latency": ["frame_latency_seconds_bucket", "frame_latency_seconds_sum",
                "frame_latency_seconds_count"],
}
SAMPLE = re.compile(r'xiezhi_[a-z_0-9]+(\{[a-z_0-9]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.e+-]+')


def test_metrics_have_every_family(world, region):
    service = world.start()
    world.produce([*records_of(region.lines), ("k", b"{", None)])
    world.drained()
    wait_for("numbers of the engine", lambda: service.metric("xiezhi_evaluated_total"))
    wait_for("no lag", lambda: service.metric("xiezhi_ingest_lag_records") == 0 and
             service.metric("xiezhi_detect_lag_records") == 0)
    text = service.get("/metrics")[1]
    typed = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.MULTILINE))
    for line in text.splitlines():
        assert line.startswith("# ") or SAMPLE.fullmatch(line), line
        if not line.startswith("#"):
            name = re.match(r"[a-z_0-9]+", line)[0]
            assert name in typed or re.sub("_(bucket|sum|count)$", "", name) in typed, line
    for family, names in FAMILIES.items():
        for name in names:
            assert metric(text, f"xiezhi_{name}") is not None, f"{family}: {name}"
    assert metric(text, "xiezhi_events_read_total") == len(region.lines) + 1
    assert metric(text, "xiezhi_alerts_published_total") == len(world.alerts())
    assert metric(text, "xiezhi_rejects_total", reason="malformed") == 1
    opened = {a["pattern"]["id"] for a in map(json.loads, (m.value() for m in world.alerts()))}
    for pattern in opened:
        assert metric(text, "xiezhi_alerts_total", pattern=pattern, status="opened") >= 1
    duplicates = len(region.lines) - len({json.loads(line)["msgid"] for line in region.lines})
    assert duplicates > 0
    assert metric(text, "xiezhi_duplicates_total") == duplicates
    buckets = re.findall(r'xiezhi_frame_latency_seconds_bucket\{le="([^"]+)"\} (\d+)', text)
    counts = [int(count) for _, count in buckets]
    assert buckets[-1][0] == "+Inf" and counts == sorted(counts) and counts[-1] > 0
    assert counts[-1] == metric(text, "xiezhi_frame_latency_seconds_count")
    assert service.get("/nothing")[0] == 404
    assert service.get("/healthz") == (200, "ok\n")


def personal(value):
    """Every identifier of a person, a ticket or a box in an event."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, (dict, list)) and key != "drug_trac_codg":
                yield from personal(inner)
            elif key in ("psn_no", "giver_psn_no", "recv_psn_no", "cert_psn_no", "agnter_certno",
                         "setl_id", "mdtrt_id", "msgid", "omsgid", "invono", "rxno", "brdy"):
                yield str(inner)
            elif key == "drug_trac_codg":
                yield from inner if isinstance(inner, list) else [inner]
    elif isinstance(value, list):
        for inner in value:
            yield from personal(inner)


def run_and_log(world, region, form):
    """All log lines of a run at the level that says most, with rejects and a crash in it."""
    settings = {"log.level": "debug", "log.format": form}
    service = world.start(settings=settings)
    bad = [line[:-30] for line in region.lines[:40]]
    bad += [re.sub(rb'"(inf_time)":"[^"]*"', rb'"\1":"never"', line) for line in region.lines[:40]]
    world.produce([*records_of(region.lines), *(("2101000000000001", b, None) for b in bad)])
    world.drained()
    service.kill()
    service = world.start(settings=settings)
    service.send(signal.SIGHUP)
    world.produce(records_of(region.lines[:5]))
    world.drained()
    assert service.stop() == 0
    assert len(world.rejects()) == len(bad)
    text = service.log()
    ids = {i for line in region.lines for i in personal(json.loads(line)) if len(i) >= 6}
    assert len(ids) > 5000
    told = [i for i in ids if i in text]
    assert not told, f"{len(told)} ids in the log, such as {told[:3]}"
    return text.splitlines()


def test_log_as_logfmt_without_personal_data(world, region):
    lines = run_and_log(world, region, "logfmt")
    pair = r'[a-zA-Z_0-9.]+=("(\\.|[^"\\])*"|[^ "]*)'
    for line in lines:
        assert re.fullmatch(f"{pair}( {pair})*", line), line
        assert re.match(r"time=\d{4}-\d\d-\d\dT\S+ level=(error|warn|info|debug) module=\S+ "
                        r"event=\S+", line), line


def test_log_as_json_without_personal_data(world, region):
    for line in run_and_log(world, region, "json"):
        entry = json.loads(line)
        assert {"time", "level", "module", "event"} <= entry.keys(), line
        assert all(isinstance(value, str) for value in entry.values()), line


