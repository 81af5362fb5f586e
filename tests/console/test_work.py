# SPDX-License-Identifier: GPL-3.0-or-later
"""Work over HTTP: once and in order, by many at once, through kills; and what leaves the desk."""
import collections
import concurrent.futures
import http.client
import itertools
import json
import random
import threading
import time

from broker import wait_for
from client import Listener
from desk import ADMIN, Desk, OWN, PASSWORD, alert, alert_records, region
from service import records_of

UNDO_S = 30 # a decision leaves after the time in which it can be taken back


def with_cases(desk, count, **more):
    """Starts it with so many cases, each of one person."""
    desk.world.produce(alert_records(alert(n, **more) for n in range(count)),
                       topic=desk.world.topics["alerts"])
    desk.start()
    desk.add_account(ADMIN, "admin")
    for name, roles in (("li", "investigator"), ("wang", "investigator"), ("chen", "approver"),
                        ("reader", "analyst"), ("machine", "feed")):
        desk.add_account(name, roles)
    wait_for("the cases", lambda: len(list(desk.user("reader").pages("/cases"))) == count)
    return desk


def test_a_key_makes_a_write_happen_once(desk):
    worker = desk.a("investigator")
    case = desk.case_of(OWN)["id"]
    key = {"Idempotency-Key": f"note-{random.random()}"}
    first = worker.post(f"/cases/{case}/notes", {"text": "told once"}, key)
    again = worker.post(f"/cases/{case}/notes", {"text": "told once"}, key)
    assert first.status == again.status == 200 and first.body == again.body
    noted = desk.a("auditor").good("GET", "/audit", object=f"case/{case}", action="answer.again")
    assert noted["items"][0]["actor"] == worker.name # who reads an answer again, reads
    assert worker.post(f"/cases/{case}/notes", {"text": "another"}, key).code == "conflict"
    assert worker.post(f"/cases/{case + 1}/notes", {"text": "told once"}, key).code == "conflict"
    other = desk.a("approver").post(f"/cases/{case}/notes", {"text": "told once"}, key)
    assert other.status == 200 # keys are an account's own
    notes = [e["text"] for e in worker.good("GET", f"/cases/{case}")["history"] if e["what"] == "note"]
    assert notes.count("told once") == 2 and "another" not in notes
    # what was refused was not done: the key is free again
    wrong = {"Idempotency-Key": f"wrong-{random.random()}"}
    assert worker.post(f"/cases/{case}/notes", {"text": ""}, wrong).code == "invalid"
    assert worker.post(f"/cases/{case}/notes", {"text": "now it is right"}, wrong).status == 200
    assert worker.post("/identities/unmask", {"people": ["P-" + "0" * 16], "reason": "0123456789"},
                       key).json["error"]["field"] == "Idempotency-Key"
    for bad in ("x" * 101, "a b", "ä"):
        assert worker.call("POST", f"/cases/{case}/notes", {"text": "x"},
                           {"Idempotency-Key": bad.encode().decode("latin1")}).code == "invalid"


def test_the_same_key_at_the_same_time_is_done_once(desk):
    case = desk.case_of(OWN)["id"]
    clients = [desk.login("investigator-everywhere") for _ in range(6)]
    key = {"Idempotency-Key": f"race-{random.random()}"}
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda c: c.post(f"/cases/{case}/notes", {"text": key["Idempotency-Key"]},
                                                 key), clients))
    assert {a.code for a in answers} <= {"", "conflict"} and any(a.status == 200 for a in answers)
    history = desk.a("analyst").good("GET", f"/cases/{case}")["history"]
    assert [e["text"] for e in history].count(key["Idempotency-Key"]) == 1


def test_an_old_version_is_stale(desk):
    worker = desk.a("investigator")
    case = desk.case_of(OWN)
    at = f"/cases/{case['id']}"
    seen = worker.good("GET", at)["version"]
    assert worker.post(f"{at}/notes", {"version": seen, "text": "first"}).status == 200
    assert worker.post(f"{at}/notes", {"version": seen, "text": "second"}).code == "stale"
    assert worker.post(f"{at}/notes", {"text": "whatever it is"}).status == 200


def test_pages_have_no_gaps_while_cases_come_in(own_desk):
    """Newest first, by the number they were given: what was there at the beginning is seen once."""
    desk = with_cases(own_desk, 60)
    reader = desk.user("reader")
    for path, key in (("/alerts", "alert_id"), ("/cases", "id")):
        there = {row[key] for row in reader.pages(path, limit=200)}
        seen = []
        query = {"limit": 7}
        for turn in range(1000):
            page = reader.good("GET", path, **query)
            seen += [row[key] for row in page["items"]]
            if turn < 4: # new ones, meanwhile
                first = 1000 * (1 + turn) + (100000 if path == "/cases" else 0)
                desk.world.produce(alert_records(alert(first + n) for n in range(5)),
                                   topic=desk.world.topics["alerts"])
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        counted = collections.Counter(seen)
        assert there <= set(seen) and max(counted.values()) == 1, path
    for bad in ("x", "1:2:3", "-1", "9" * 40, "NaN:1", "1e999:1", "'"):
        for path in ("/alerts", "/cases"):
            assert reader.get(path, cursor=bad).status in (200, 422)


def test_two_never_take_the_same_case(own_desk):
    desk = with_cases(own_desk, 40)
    names = ["li", "wang"] * 3
    clients = [desk.login(name) for name in names]
    taken = []

    def take(client):
        while True:
            answer = client.post("/cases/next")
            if answer.code == "not_found":
                return
            assert answer.status == 200, answer.body
            taken.append((answer.json["id"], answer.json["assignee_name"]))

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        for done in [pool.submit(take, client) for client in clients]:
            done.result(60)
    assert len(taken) == 40 and len({case for case, _ in taken}) == 40
    assert {who for _, who in taken} == {"li", "wang"}
    rows = {row["id"]: row["assignee_name"] for row in desk.user("reader").pages("/cases")}
    assert rows == dict(taken)


def test_what_was_acknowledged_survives_kills(own_desk):
    """Several people write, the program is killed again and again: what they were told was done is
    there afterwards, what they were not told is there once at most."""
    desk = with_cases(own_desk, 4)
    cases = [row["id"] for row in desk.user("reader").pages("/cases")]
    told, sent, stop = set(), set(), threading.Event()

    def write(number):
        client = None
        for n in itertools.count():
            if stop.is_set():
                return
            text = f"{number}-{n}"
            try:
                if client is None:
                    client = desk.login("li")
                sent.add(text)
                answer = client.post(f"/cases/{cases[n % 4]}/notes", {"text": text})
                if answer.status == 200:
                    told.add(text)
            except (OSError, http.client.HTTPException): # killed, or not there yet
                client = None
                time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        before = len(told)
        wait_for("writes", lambda: len(told) > before + 10)
        desk.kill()
        desk.start()
    stop.set()
    for thread in threads:
        thread.join(30)
    history = collections.Counter(
        e["text"] for case in cases for e in desk.login("reader").good("GET", f"/cases/{case}")["history"]
        if e["what"] == "note")
    assert len(told) > 40 and sum(history.values()) < 1200 # of a case, its newest 300 are shown
    assert not {text: history[text] for text in told if history[text] != 1}
    assert set(history) <= sent and max(history.values()) == 1
    assert desk.stop() == 0
    desk.audit()


def test_a_stream_resumes_over_kills_without_loss_or_doubling(own_desk):
    desk = with_cases(own_desk, 5)
    worker, machine = desk.user("li"), desk.user("machine")
    case = next(desk.user("reader").pages("/cases"))["id"]
    seen = []
    for turn in range(3):
        listener = Listener(machine, last_id=seen[-1]["id"] if seen else 0)
        for n in range(5):
            worker.good("POST", f"/cases/{case}/tags", {"tag": f"t{turn}{n}"})
            worker.good("POST", f"/cases/{case}/tags", {"tag": f"t{turn}{n}", "remove": True})
        for change in listener.events():
            seen.append(change)
            if change["what"] == "untag" and sum(c["what"] == "untag" for c in seen) >= 5 * turn + 3:
                break # the last of them are told to the next listener
        desk.kill()
        listener.close()
        desk.start()
    listener = Listener(machine, after=seen[-1]["id"])
    for change in listener.events():
        seen.append(change)
        if sum(c["what"] == "untag" for c in seen) == 15:
            break
    listener.close()
    ids = [change["id"] for change in seen]
    assert ids == sorted(set(ids)) # each once, in order
    whole = []
    listener = Listener(machine, after=0)
    for change in listener.events():
        whole.append(change["id"])
        if change["id"] == ids[-1]:
            break
    listener.close()
    assert whole == ids # and none left out


def test_a_stream_that_cannot_resume_says_so(own_desk):
    desk = with_cases(own_desk, 3)
    case = next(desk.user("reader").pages("/cases"))["id"]

    def first(after):
        """What a listener is told first who has seen so much."""
        listener = Listener(desk.user("machine"), last_id=after)
        events = listener.events()
        told = next(events)
        desk.user("li").good("POST", f"/cases/{case}/tags", {"tag": f"after {told['id']}"})
        follows = next(events) # and it goes on from there
        listener.close()
        assert follows["id"] == told["id"] + 1
        return told, follows["id"]

    reset, newest = first(10**9) # never given: another store's, or a later one's
    assert (reset["kind"], reset["what"], reset["id"]) == ("reset", "gone", newest - 1)
    assert first(newest - 1)[0]["kind"] == "case"
    assert desk.stop() == 0
    desk.clients.clear()
    desk.change_store("UPDATE change SET at_ms = 1")
    desk.start()
    wait_for("the sweep", lambda: first(1)[0]["kind"] == "reset")
    assert first(0)[0]["kind"] == "reset"


def test_a_store_that_was_put_back_is_not_taken_for_the_one_before(tmp_path, own_world):
    file = tmp_path / "desk.db"
    desk = with_cases(Desk(own_world, "own", f"sqlite:{file}"), 3)
    case = next(desk.user("reader").pages("/cases"))["id"]

    def work(times):
        for n in range(times):
            desk.user("li").good("POST", f"/cases/{case}/tags", {"tag": f"t{n}"})
            desk.user("li").good("POST", f"/cases/{case}/tags", {"tag": f"t{n}", "remove": True})

    def first(mark):
        listener = Listener(desk.user("machine"), last_id=mark)
        told = next(listener.events())
        listener.close()
        return told

    def again(copy=None):
        """Ended, with this in the store's place, and begun anew."""
        assert desk.stop() == 0
        desk.clients.clear()
        now = file.read_bytes()
        if copy is not None:
            file.write_bytes(copy)
        desk.start()
        return now

    copy = again()
    seen = first(0)
    work(3)
    last = seen
    while last["what"] != "untag":
        last = first(last["mark"])
    again(copy)
    work(6) # past the number that was seen
    assert first(last["mark"])["kind"] == "reset"
    assert first(seen["mark"])["kind"] != "reset" # both have it in common
    assert desk.stop() == 0


def test_decisions_leave_once_after_the_time_to_take_them_back(own_desk):
    desk = with_cases(own_desk, 3)
    worker = desk.user("li")
    cases = [worker.good("POST", "/cases/next")["id"] for _ in range(3)]
    decision = {"outcome": "false_positive", "reason": "a family doctor's advice"}
    for case in cases:
        closed = worker.good("POST", f"/cases/{case}/close", decision)
        assert closed["state"] == "closed" and closed["undo_until"]
    decided = time.monotonic()
    undone = worker.good("POST", f"/cases/{cases[0]}/undo")
    assert undone["state"] == "assigned" and worker.post(f"/cases/{cases[0]}/undo").code == "conflict"
    desk.kill()
    desk.start()
    topic = desk.world.topics["dispositions"]
    read = lambda: [json.loads(m.value()) for m in desk.world.broker.read(topic)]
    assert read() == []
    time.sleep(max(0, decided + UNDO_S - 3 - time.monotonic()))
    assert read() == [] # it can still be taken back
    wait_for("the dispositions", lambda: len(read()) == 2)
    desk.kill() # and they are not sent again
    desk.start()
    assert worker.post(f"/cases/{cases[1]}/undo").code == "conflict"
    time.sleep(2)
    told = read()
    assert len(told) == 2 and {d["outcome"] for d in told} == {"false_positive"}
    alerts = {row["alert_id"] for case in cases[1:] for row in worker.pages("/alerts", case=case)}
    assert {d["alert_id"] for d in told} == alerts
    assert worker.good("GET", "/verdicts")["items"][0]["refuted"] == 2
    looks = worker.good("GET", "/reviews")["items"]
    assert looks == [] # who decided never looks a second time


def test_alerts_come_as_protobuf_too(own_desk):
    """What the service writes in either form is the same desk."""
    desk = own_desk
    world = desk.world
    world.start("engine", {"roles": "ingest,detect", "alerts.format": "protobuf"})
    world.produce(records_of(region(world.directory, people=600, days=4)))
    world.drained()
    messages = world.alerts()
    assert messages and not any(m.value().startswith(b"{") for m in messages)
    desk.start()
    desk.add_account("reader", "analyst")
    ids = {m.key().decode() for m in messages}
    wait_for("all alerts", lambda: {r["alert_id"] for r in desk.user("reader").pages("/alerts")} == ids)
    drawn = 0
    for one in ids:
        alert = desk.user("reader").good("GET", f"/alerts/{one}")
        assert alert["exhibits"]
        expected = desk.user("reader").good("GET", f"/alerts/{one}/expected")
        assert expected["pack"]["sha256"] == alert["pack"]["sha256"]
        for row, group in zip(alert["evidence"], expected["items"], strict=True):
            assert (group is None) == ("baseline" not in row), (row, group)
            drawn += group is not None
    assert drawn, "no alert of the sample is held against a group: nothing was looked at"


def test_commands_of_the_machine_and_the_service_share_a_store(own_desk):
    """Another process opens and closes the store again and again; nothing of it is lost."""
    desk = with_cases(own_desk, 2)
    case = next(desk.user("reader").pages("/cases"))["id"]
    for n in range(6):
        assert desk.command("user", "list").returncode == 0
        answers = [desk.login("li").post(f"/cases/{case}/notes", {"text": f"{n}"}) for _ in range(3)]
        assert {a.status for a in answers} == {200}, [a.body for a in answers]
    assert desk.user("reader").good("GET", f"/cases/{case}")["version"] >= 18


def test_requests_are_rationed_by_account(own_desk):
    own_desk.settings["console.rate"] = 5
    desk = with_cases(own_desk, 1)
    wait_for("the burst", lambda: desk.user("li").get("/session").status == 200)
    time.sleep(4.5) # a burst is what four seconds bring
    answers = [desk.user("li").get("/session") for _ in range(40)]
    refused = [a for a in answers if a.code == "rate_limited"]
    assert 15 <= len(answers) - len(refused) <= 30 and refused
    assert all(a.headers["Retry-After"] == "1" for a in refused)
    assert desk.user("wang").get("/session").status == 200 # another's is another's
    guesses = [desk.guest().post("/session", {"name": "li", "password": f"{n}" * 10}) for n in range(8)]
    assert {a.code for a in guesses} <= {"unauthenticated", "rate_limited"}
    assert guesses[-1].code == "rate_limited"
    assert PASSWORD not in desk.service.log()
