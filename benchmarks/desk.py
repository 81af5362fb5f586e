# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the desk answers with years of cases in its store, on either database."""
import http.client
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from playwright.sync_api import sync_playwright

from service import Broker, ROOT, Service, free_port

POSTGRES = ROOT / "ops" / "postgres" / "postgres"
CLIENTS = 4
# What people at a desk ask for, and how often.
QUEUES = ["", "sort=due", "sort=news", "sort=amount", "assignee=none", "assignee=me", "state=new",
          "pattern=T02", "severity=critical", "clock=soon", "open=no", "region=2103",
          "result_type=conclusive", "open=all&sort=amount"]
MIX = [("queue", 40), ("case", 30), ("next_page", 10), ("alerts", 5), ("search", 5),
       ("overview", 5), ("note", 5)]


class Client:
    """One person's browser: a connection, a session."""

    def __init__(self, port, name, password):
        self.port, self.headers = port, {"Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        answer = self.ask("POST", "/session", {"name": name, "password": password}, raw=True)
        session = json.loads(answer.read())
        self.headers |= {"Cookie": answer.headers["Set-Cookie"].split(";")[0],
                         "X-CSRF-Token": session["csrf"]}

    def ask(self, method, path, body=None, raw=False):
        data = json.dumps(body) if body is not None else None
        self.connection.request(method, "/api/v1" + path, data, self.headers)
        answer = self.connection.getresponse()
        if raw:
            return answer
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]}")
        return json.loads(text)


def visit(client, dice, cases, times):
    """One request of the mix, timed."""
    what = dice.choices([name for name, _ in MIX], [weight for _, weight in MIX])[0]
    query, case = dice.choice(QUEUES), dice.randint(1, cases)
    cursor = None
    if what == "next_page":
        cursor = client.ask("GET", f"/cases?{query}&limit=50")["next"]
        what = "next_page" if cursor else "queue"
    calls = {"queue": ("GET", f"/cases?{query}&limit=50"), "case": ("GET", f"/cases/{case}"),
             "next_page": ("GET", f"/cases?{query}&limit=50&cursor={cursor}"),
             "alerts": ("GET", "/alerts?limit=50"), "search": ("GET", f"/search?q={case}"),
             "overview": ("GET", "/overview?days=30"),
             "note": ("POST", f"/cases/{case}/notes", {"text": "seen"})}
    began = time.perf_counter()
    client.ask(*calls[what])
    times.append((what, (time.perf_counter() - began) * 1000))


def work(port, seed, who, cases, requests, times):
    client, dice = Client(port, *who), random.Random(seed)
    for _ in range(requests):
        visit(client, dice, cases, times)


def measure(port, who, cases, requests):
    """Milliseconds by what was asked for, of CLIENTS people at once."""
    lists = [[] for _ in range(CLIENTS)]
    threads = [threading.Thread(target=work, args=(port, seed, who, cases, requests, times))
               for seed, times in enumerate(lists)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if any(len(times) < requests for times in lists):
        sys.exit("desk: a client gave up")
    by = {}
    for what, took in (pair for times in lists for pair in times):
        by.setdefault(what, []).append(took)
    return by


def measure_pages(port, who):
    """Milliseconds until a page is there with what it asked for, in Debian's Chromium; and the longest
    that the queue did not answer while it was scrolled."""
    times = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                             args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("input").first.fill(who[0])
        page.locator("input[type=password]").fill(who[1])
        page.keyboard.press("Enter")
        page.get_by_role("navigation").first.wait_for() # which only who has signed in sees
        for name in ("overview", "queue", "case/17"):
            times[name.split("/")[0]] = [open_page(page, port, name) for _ in range(10)]
        open_page(page, port, "queue")
        page.evaluate("() => { window.longest = 0; new PerformanceObserver(list => list.getEntries()"
                      ".forEach(one => { window.longest = Math.max(window.longest, one.duration); }))"
                      ".observe({entryTypes: ['longtask']}); }")
        first = page.get_by_role("row").nth(1).inner_text()
        page.mouse.move(700, 500)
        for _ in range(80):
            page.mouse.wheel(0, 900)
            page.wait_for_timeout(40)
        if page.get_by_role("row").nth(1).inner_text() == first:
            sys.exit("desk: the queue did not scroll")
        times["scrolling_longest_task"] = [page.evaluate("() => window.longest")]
        browser.close()
    return times


def open_page(page, port, name):
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/#/{name}")
    page.locator("main h1").first.wait_for()
    page.wait_for_function(
        "() => document.querySelector('[aria-busy=true], .skeleton') === null")
    return (time.perf_counter() - began) * 1000


def wait_for(port):
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def fill(folder, arguments):
    """The SQLite store, by way of the intake; kept in a kept folder, since it takes a quarter of an hour."""
    if not (folder / "filled").exists():
        subprocess.run([arguments.desk_fill, f"sqlite:{folder}/desk.db", folder / "desk.keys",
                        str(arguments.cases), str(arguments.alerts), str(arguments.cases // 5)],
                       check=True, cwd=ROOT)
        (folder / "filled").touch()


def as_text(value):
    """A value in the text form of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return (str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            .replace("\r", "\\r"))


def copy_store(path, url):
    """Every row of the SQLite store into the PostgreSQL one, whose tables are there and empty."""
    with sqlite3.connect(path) as store:
        tables = [name for name, in store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migration' "
            "AND name NOT LIKE 'sqlite_%'")]
        psql = subprocess.Popen(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", url],
                                stdin=subprocess.PIPE, text=True, encoding="utf-8")
        say = psql.stdin.write
        say("BEGIN; SET session_replication_role = replica;\n") # the order of tables does not matter
        for table in tables:
            rows = store.execute(f"SELECT * FROM {table}")
            columns = ", ".join(column[0] for column in rows.description)
            say(f"DELETE FROM {table};\nCOPY {table} ({columns}) FROM STDIN;\n")
            for row in rows:
                say("\t".join(map(as_text, row)) + "\n")
            say("\\.\n")
        say("COMMIT; ANALYZE;\n")
        psql.stdin.close()
        if psql.wait() != 0:
            sys.exit("desk: the store was not copied")


def bench_one(program, folder, broker, name, url, arguments):
    keys, state, port, password = folder / "desk.keys", folder / name, free_port(), "x" * 20
    sets = ["--set", f"console.database={url}", "--set", f"console.keys={keys}",
            "--set", f"console.listen=127.0.0.1:{port}", "--set", "console.rate=100000"]
    account = f"bench-{name}-{int(time.time())}" # a kept store has those of other runs
    add = [program, "user", "add", account, "--roles", "analyst,investigator",
           "--set", f"state.dir={state}", *sets]
    subprocess.run(add, input=password, text=True, check=True)
    if name == "postgres": # its tables are there now; the account goes with what they held
        copy_store(folder / "desk.db", url)
        subprocess.run(add, input=password, text=True, check=True)
    with Service(program, broker, f"desk-{name}", state, ROOT / "models", *sets,
                 "--set", "roles=cases,console", "--set", "reference="):
        wait_for(port)
        who = (account, password)
        measure(port, who, arguments.cases, 20)
        by = measure(port, who, arguments.cases, arguments.requests)
        pages = measure_pages(port, who)
    by |= {f"page_{page}": values for page, values in pages.items()}
    return {f"desk_{name}_{what}_{key}_ms": [percentile(values, share)]
            for what, values in by.items() for key, share in (("p50", 0.5), ("p99", 0.99))}


def bench_desk(program, work_folder, arguments):
    folder = pathlib.Path(work_folder) / "desk"
    folder.mkdir(parents=True, exist_ok=True)
    fill(folder, arguments)
    short = pathlib.Path(tempfile.mkdtemp(prefix="xz-", dir="/tmp"))
    short.chmod(0o711)
    figures = {}
    try:
        urls = {"sqlite": f"sqlite:{folder}/desk.db",
                "postgres": subprocess.run([POSTGRES, "start", short / "pg"], capture_output=True,
                                           text=True, check=True).stdout.strip()}
        with Broker(folder / "broker") as broker:
            for name, url in urls.items():
                figures |= bench_one(program, folder, broker, name, url, arguments)
    finally:
        subprocess.run([POSTGRES, "stop", short / "pg"], capture_output=True)
        shutil.rmtree(short, ignore_errors=True)
    return figures
