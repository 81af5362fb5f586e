# SPDX-License-Identifier: GPL-3.0-or-later
"""What the quality suites share: the binary, exact intervals, alerts, reports under build/quality."""
import argparse
import collections
import json
import math
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "quality"
XIEZHI = pathlib.Path(os.environ.get("XIEZHI", ROOT / "build" / "xiezhi"))
PACK = ROOT / "models" / "medical-insurance"
DAYS_A_MONTH = 30.4375


def arguments(what):
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--full", action="store_true", help="the sizes of make quality")
    return parser.parse_args()


def run(*command, **more):
    """The finished process; a failure ends the suite with what it said."""
    done = subprocess.run([XIEZHI, *map(str, command)], text=True, capture_output=True, **more)
    if done.returncode != 0:
        sys.exit(f"xiezhi {' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return done


# ---- exact intervals ----


def _bisect(low, high, below):
    """Where `below` turns from true to false."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if below(middle) else (low, middle)
    return 0.5 * (low + high)


def _poisson_cdf(k, mean):
    if mean == 0:
        return 1.0
    return sum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))


def poisson_interval(k, exposure, alpha=0.05):
    """Of a rate after k events: exact (Garwood 1936)."""
    top = 20 + 3 * k
    low = 0 if k == 0 else _bisect(0, top, lambda m: 1 - _poisson_cdf(k - 1, m) < alpha / 2)
    high = _bisect(0, top, lambda m: _poisson_cdf(k, m) > alpha / 2)
    return low / exposure, high / exposure


def _binomial_cdf(k, n, p):
    if p <= 0 or p >= 1:
        return 1.0 if p <= 0 or k >= n else 0.0
    return sum(
        math.exp(
            math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1)
            + i * math.log(p) + (n - i) * math.log1p(-p)
        )
        for i in range(k + 1)
    )


def share_interval(k, n, alpha=0.05):
    """Of a share after k among n: exact (Clopper and Pearson 1934)."""
    low = 0 if k == 0 else _bisect(0, 1, lambda p: 1 - _binomial_cdf(k - 1, n, p) < alpha / 2)
    high = 1 if k == n else _bisect(0, 1, lambda p: _binomial_cdf(k, n, p) > alpha / 2)
    return low, high


# ---- packs and alerts ----

Pattern = collections.namedtuple("Pattern", "id name subject conclusive bound unit")


def patterns(pack=PACK):
    """By id; bound: false alarms that it declares a month of its unit (0 for a conclusive one)."""
    found = {}
    for file in sorted((pack / "patterns").glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        head = {k: re.search(rf"^{k}: *(\S+)", text, re.M)[1]
                for k in ("id", "name", "subject", "result")}
        said = re.search(r"false_alarms: *(\d+) per (\d+) (\w+)-months", text)
        found[head["id"]] = Pattern(
            head["id"], head["name"], head["subject"], head["result"] == "conclusive",
            int(said[1]) / int(said[2]) if said else 0.0, said[3] if said else head["subject"])
    return found


def alerts(file):
    """The last revision of each alert."""
    last = {}
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            alert = json.loads(line)
            last[alert["alert_id"]] = alert
    return list(last.values())


def simulate(folder, **options):
    """Writes a region there; `flags` are options without a value."""
    folder.mkdir(parents=True, exist_ok=True)
    flags = options.pop("flags", [])
    pairs = [text for name, value in options.items() for text in (f"--{name}", value)]
    run("simulate", "-o", folder, *pairs, *flags)


def score(folder, pack=PACK):
    """Alerts of the region that was written there."""
    run("score", "-q", "-p", pack, "-r", folder, "-o", folder / "alerts.jsonl",
        folder / "events.jsonl")
    return alerts(folder / "alerts.jsonl")


# ---- reports ----


class Report:
    """Lines for people, on standard output and in build/quality; checks, counted."""

    def __init__(self, name):
        BUILD.mkdir(parents=True, exist_ok=True)
        self.file = BUILD / f"{name}.md"
        self.lines, self.missed, self.skipped, self.passed = [], [], [], 0
        self.say(f"# {name}\n")

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def table(self, header, rows):
        widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
        lines = [header, ["-" * width for width in widths], *rows]
        for row in lines:
            self.say("| " + " | ".join(str(c).ljust(w) for c, w in zip(row, widths)) + " |")
        self.say()

    def check(self, good, what):
        if good:
            self.passed += 1
        else:
            self.missed.append(what)
        return "ok" if good else "MISSED"

    def skip(self, why):
        """What could not be looked at: neither passed nor failed."""
        self.skipped.append(why)
        self.say(f"{why}\n")

    def finish(self):
        """Writes the file; the exit code."""
        for why in self.skipped:
            self.say(f"- not looked at: {why}")
        self.say("\n".join(f"- missed: {what}" for what in self.missed) or "- nothing missed")
        self.say(f"\n{self.passed} passed, {len(self.missed)} failed")
        self.file.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        return 1 if self.missed else 0
