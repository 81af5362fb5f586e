# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk as a process: on a database, over the alerts of a world, with accounts to enter by."""
import contextlib
import itertools
import json
import os
import pathlib
import sqlite3
import subprocess

from broker import ROOT, free_port, wait_for
from client import Client
from service import PROGRAM

PASSWORD = "a password for tests"
ROLES = ("analyst", "investigator", "approver", "auditor", "admin", "feed")
OWN, FOREIGN = "2101", "1101" # regions of accounts; cases are in both
SCOPES = {"own": OWN, "foreign": FOREIGN, "everywhere": ""}
ADMIN = "root"


class Desk:
    """One database, one console over it; may be killed and started again in its place."""

    def __init__(self, world, name, database, **settings):
        self.world, self.name = world, name
        self.port = free_port()
        self.host = "127.0.0.1" # where it is asked
        self.settings = {"roles": "cases,console", "console.listen": f"127.0.0.1:{self.port}",
                         "console.database": database, "console.rate": 100000,
                         "console.keys": world.directory / f"{name}.keys", "log.level": "warn",
                         **settings}
        self.tls = "console.tls_key" in settings
        self.environment = None # of the process
        self.service = None
        self.clients = {}

    def command(self, *arguments, **more):
        """Another command of the program on this desk."""
        command = [str(PROGRAM), *map(str, arguments)]
        for key, value in self.world.settings(**self.settings).items():
            command += ["--set", f"{key}={value}"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, **more)

    def start(self):
        self.service = self.world.start(self.name, self.settings, self.environment, ready=False)
        wait_for(f"the console; its log ends\n{self.service.log()[-2000:]}", self.answers)
        return self

    def answers(self):
        assert self.service.alive(), self.service.log()[-2000:]
        try:
            return self.guest().raw("GET", "/healthz").status == 200
        except OSError:
            return False

    def kill(self):
        for client in self.clients.values():
            client.close()
        self.service.kill()

    def stop(self):
        for client in self.clients.values():
            client.close()
        return self.service.stop()

    # ---- who asks ----

    def guest(self):
        return Client(self.port, self.tls, host=self.host)

    def add_account(self, name, roles, regions=""):
        done = self.command("user", "add", name, "--roles", roles,
                            *(["--regions", regions] if regions else []), input=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr

    def add_everybody(self):
        """An account for each role and scope: "analyst-own" and so on."""
        self.add_account(ADMIN, "admin")
        for role, (scope, region) in itertools.product(ROLES, SCOPES.items()):
            self.user(ADMIN).good("POST", "/users", {"name": f"{role}-{scope}", "roles": role,
                                                     "password": PASSWORD, "regions": region})

    def login(self, name):
        """A client of its own, signed in."""
        client = self.guest()
        answer = client.login(name, PASSWORD)
        assert answer.status == 200, answer.body
        return client

    def user(self, name):
        """The one client that signs in by this name."""
        if name not in self.clients:
            self.clients[name] = self.login(name)
        return self.clients[name]

    def a(self, role, scope="everywhere"):
        return self.user(f"{role}-{scope}")

    # ---- what there is ----

    def taken(self, alerts):
        """Waits until so many different alerts are in the store."""
        count = lambda: sum(1 for _ in self.a("analyst").pages("/alerts", limit=200))
        wait_for(f"{alerts} alerts in the desk", lambda: count() >= alerts, every_s=0.3)

    def case_of(self, region, **query):
        """A case of a region as a row; query: further filters."""
        rows = self.a("analyst").good("GET", "/cases", region=region, **query)["items"]
        assert rows, f"no case in {region} {query}"
        return rows[0]

    def change_store(self, statement):
        """An SQL statement behind the back of a desk that does not run; self.kind: sqlite or postgres."""
        database = self.settings["console.database"]
        if self.kind == "postgres":
            subprocess.run(["psql", "-q", "-d", database, "-c", statement], check=True)
            return
        with contextlib.closing(sqlite3.connect(database.removeprefix("sqlite:"))) as store, store:
            store.execute(statement)

    def audit(self):
        done = self.command("audit", "verify")
        assert done.returncode == 0, done.stdout + done.stderr


class Postgres:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.script = ROOT / "ops" / "postgres" / "postgres"
        self.count = itertools.count(1)
        self.url = subprocess.run([self.script, "start", self.directory], check=True, text=True,
                                  capture_output=True).stdout.strip()

    def fresh(self):
        """A new database's address."""
        name = f"desk{next(self.count)}"
        subprocess.run(["psql", "-q", "-d", self.url, "-c", f"CREATE DATABASE {name}"], check=True,
                       capture_output=True)
        return self.url.replace("dbname=postgres", f"dbname={name}")

    def signal(self, number):
        """To the server and all its processes: SIGSTOP freezes it, SIGCONT thaws it."""
        head = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{head}/task/{head}/children").read_text().split()
        for process in (head, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def stop(self):
        subprocess.run([self.script, "stop", self.directory], check=True)


def region(directory, people=2500, days=6):
    """Events of a simulated region, as lines."""
    subprocess.run([PROGRAM, "simulate", "-o", directory, "--people", str(people), "--days",
                    str(days), "--seed", "7"], check=True, capture_output=True, cwd=ROOT)
    return (directory / "events.jsonl").read_bytes().splitlines()


def alert(number, **more):
    """An alert of the contract, made up: of one person at one counter, in a region."""
    region_code = more.pop("region", OWN + "02")
    text = {"alert_id": f"TEST{number:022d}", "rev": 1, "status": "open",
            "pattern": {"id": "T02", "name": "card_velocity", "version": 2},
            "result_type": "suspicious", "severity": "high", "action": ["A1"],
            "region": region_code, "subject": {"kind": "insured", "id": f"9{number:015d}"},
            "involved": [], "window": {"start": "2026-03-01T18:02:11+08:00",
                                       "end": "2026-03-01T18:31:40+08:00"},
            "event_ids": [f"e{number}"], "event_count": 1,
            "exhibits": [{"msgid": f"e{number}", "at": "2026-03-01T18:02:11+08:00",
                          "event": "settlement", "insured": f"9{number:015d}",
                          "institution": f"P{region_code}00001", "amount_fen": 50000,
                          "account_fen": 50000, "fund_fen": 0, "weight": 1.0,
                          "place": {"admdvs": region_code, "lat": 41.8, "lon": 123.4}}],
            "evidence": [], "score": 0.9, "e_value": 100.0, "amount_fen": 50000,
            "legal": [], "explanation": {"zh-CN": "", "en": ""},
            "counterfactual": {"zh-CN": "", "en": ""},
            "pack": {"name": "medical-insurance", "version": "1", "sha256": "0" * 64}}
    return {**text, **more}


def alert_records(alerts):
    return [(a["alert_id"], json.dumps(a).encode(), None) for a in alerts]
