# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, and where: every call by every role, in the own region, in another's and
everywhere. What is expected follows from the description's x-permission alone."""
import json

import pytest

from broker import wait_for
from client import V1, Client, Listener, operations
from desk import ADMIN, FOREIGN, OWN, PASSWORD, ROLES, SCOPES

# What a role may do: the one place of the tests that says so.
MAY = {"analyst": "read stream export", "investigator": "read stream export work read_record unmask",
       "approver": "read stream export approve read_record unmask",
       "auditor": "read stream export read_record read_audit", "admin": "administer",
       "feed": "read stream"}
# A value for each thing in a path; those of cases and alerts are of the region OWN.
NOBODY = 10**12
# A body that is right and changes nothing: a version that nobody has seen.
VERSION = 10**9
BODIES = {"notes": {"version": VERSION, "text": "x"}, "tags": {"version": VERSION, "tag": "x"},
          "links": {"version": VERSION, "other": 1, "reason": "x"}, "undo": {"version": VERSION},
          "unsnooze": {"version": VERSION}}
# A body with a word that nobody knows is refused after who asks was looked at, and changes nothing.
UNKNOWN = {"nobody_knows": 1}


def allowed(role, permission):
    has = set(MAY[role].split())
    if permission in ("public", "anyone"):
        return True
    if "+" in permission:
        return set(permission.split("+")) <= has
    return bool(set(permission.split("|")) & has)


@pytest.fixture(scope="module")
def things(desk):
    """A case of OWN with all that hangs on it."""
    admin = desk.a("analyst")
    case = desk.case_of(OWN, origin="alert", sort="amount")
    alert = next(a for a in admin.pages("/alerts", case=case["id"]))
    filed = desk.a("investigator").call(
        "POST", f"/cases/{case['id']}/files", content=b"x", name="file",
        headers={"Content-Type": "application/octet-stream"}).json
    return {"case": case["id"], "alert": alert["alert_id"], "file": filed["files"][-1]["id"]}


def filled(path, things):
    """(the path, whether it names something of the region OWN)"""
    path = path.removeprefix(V1)
    of_region = path.startswith(("/cases/{id}", "/alerts/{id}"))
    path = path.replace("/cases/{id}", f"/cases/{things['case']}")
    path = path.replace("/alerts/{id}", f"/alerts/{things['alert']}")
    path = path.replace("{file}", str(things["file"])).replace("{verb}", "unsnooze")
    path = path.replace("{n}", "0")
    for name in ("{id}", "{case}", "{delivery}"):
        path = path.replace(name, str(NOBODY))
    return path, of_region


def ask(client, method, path):
    last = path.rsplit("/", 1)[-1]
    if path.endswith("/stream"):
        listener = Listener(client)
        status = listener.response.status
        code = json.loads(listener.response.read())["error"]["code"] if status != 200 else ""
        listener.close()
        return status, code
    if method == "POST" and last == "files":
        answer = client.call(method, path, content=b"x", name="file",
                             headers={"Content-Type": "application/octet-stream"})
    elif method == "POST":
        answer = client.post(path, BODIES.get(last, UNKNOWN))
    else:
        answer = client.call(method, path)
    return answer.status, answer.code if answer.status != 200 else ""


CHANGES_WHO_ASKS = (("DELETE", "/session"), ("POST", "/session"))


@pytest.mark.parametrize("role", ROLES)
def test_every_call_by_role_and_region(desk, things, role):
    for scope in SCOPES:
        client = desk.a(role, scope)
        for method, path, operation in operations():
            if (method, path.removeprefix(V1)) in CHANGES_WHO_ASKS:
                continue
            where, of_region = filled(path, things)
            status, code = ask(client, method, where)
            said = f"{role} {scope}: {method} {where}: {status} {code}"
            if not allowed(role, operation["x-permission"]):
                assert (status, code) == (403, "forbidden"), said
            elif of_region and scope == "foreign":
                assert (status, code) == (404, "not_found"), said
            elif where.endswith("/record"): # of the control sample alone, which this case is not of
                assert (status, code) == (404, "not_found"), said
            elif of_region:
                assert code in ("", "stale", "conflict"), said
            else:
                assert code in ("", "invalid", "not_found"), said


@pytest.fixture(scope="module")
def administered(desk):
    """Of each scope an account with a token and a webhook with a delivery, made by who sees all."""
    root, made = desk.user(ADMIN), {}
    for scope, prefix in SCOPES.items():
        users = root.good("POST", "/users", {"name": f"kept-{scope}", "password": PASSWORD,
                                             "roles": "analyst", "regions": prefix})["items"]
        account = next(u["id"] for u in users if u["name"] == f"kept-{scope}")
        root.good("POST", f"/users/{account}/tokens", {"label": "kept", "days": 1})
        token = next(t["id"] for t in root.good("GET", "/tokens")["items"] if t["account"] == account)
        hook = root.good("POST", "/webhooks", {"url": "https://hub.invalid/", "events": ["case"],
                                               "region": prefix})["id"]
        sent = root.good("POST", f"/webhooks/{hook}/test")["items"][0]["id"]
        made[scope] = {"account": account, "token": token, "hook": hook, "delivery": sent}
    return made


def administrations(one, prefix):
    """Every call that names an account, a token or a webhook, those that end it last."""
    access = {"roles": "analyst", "regions": prefix, "password": PASSWORD}
    yield "GET", f"/webhooks/{one['hook']}/deliveries", None
    yield "POST", f"/webhooks/{one['hook']}/test", {}
    yield "POST", f"/webhooks/{one['hook']}/deliveries/{one['delivery']}", {}
    yield "DELETE", f"/webhooks/{one['hook']}", None
    yield "DELETE", f"/tokens/{one['token']}", None
    yield "POST", f"/users/{one['account']}/tokens", {"label": "x", "days": 1}
    yield "POST", f"/users/{one['account']}", access


def test_administration_ends_at_the_own_regions(desk, administered):
    for scope in ("own", "foreign"):
        admin = desk.a("admin", scope)
        for path, key in (("/users", "account"), ("/tokens", "token"), ("/webhooks", "hook")):
            listed = {row["id"] for row in admin.good("GET", path)["items"]}
            assert {s for s, one in administered.items() if one[key] in listed} == {scope}, path
        for other in set(SCOPES) - {scope}:
            for method, path, body in administrations(administered[other], SCOPES[scope]):
                answer = admin.call(method, path, body)
                nothing = admin.call(method, path.replace(path.split("/")[2], str(NOBODY)), body)
                assert (answer.status, answer.code) == (404, "not_found"), f"{scope}: {method} {path}"
                assert answer.json["error"]["message"] == nothing.json["error"]["message"]
        for regions in ("", SCOPES[scope][:2], "3101", f"{SCOPES[scope]},3101"):
            body = {"name": "beyond", "password": PASSWORD, "roles": "admin", "regions": regions}
            answer = admin.post("/users", body)
            assert (answer.code, answer.json["error"]["field"]) == ("invalid", "regions"), regions
            del body["name"]
            answer = admin.post(f"/users/{administered[scope]['account']}", body)
            assert (answer.code, answer.json["error"]["field"]) == ("invalid", "regions"), regions
    for scope in ("own", "foreign"):
        for method, path, body in administrations(administered[scope], SCOPES[scope]):
            answer = desk.a("admin", scope).call(method, path, body)
            assert answer.status == 200 or answer.code == "conflict", f"{scope}: {method} {path}"


def test_nobody_gets_in(desk, things):
    expired = desk.login("analyst-everywhere")
    assert expired.delete("/session").status == 200
    bad = [desk.guest(), Client(desk.port, token="x" * 43), Client(desk.port, token="y" * 4000),
           expired]
    for client in bad:
        for method, path, operation in operations():
            if operation["x-permission"] != "public":
                status, code = ask(client, method, filled(path, things)[0])
                assert (status, code) == (401, "unauthenticated"), f"{method} {path}"


def test_writes_need_the_csrf_token(desk, things):
    for role in ROLES:
        client = desk.login(f"{role}-everywhere")
        for csrf in (None, "", "x" * 43, client.csrf[:-1]):
            client.csrf = csrf
            for method, path, operation in operations():
                if method != "GET" and operation["x-permission"] != "public" and allowed(
                        role, operation["x-permission"]):
                    status, code = ask(client, method, filled(path, things)[0])
                    assert (status, code) == (403, "csrf"), f"{role}: {method} {path}"


def test_another_sites_page_may_not_write(desk):
    for site in ("cross-site", "same-site"):
        answer = desk.guest().post("/session", {"name": ADMIN, "password": PASSWORD},
                                   {"Sec-Fetch-Site": site})
        assert answer.code == "csrf" and "Set-Cookie" not in answer.headers
    assert desk.guest().post("/session", {"name": ADMIN, "password": PASSWORD},
                             {"Sec-Fetch-Site": "same-origin"}).status == 200


def regions_in(value):
    """Every region that an answer names, however deep."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "region" and isinstance(item, str):
                yield item
            yield from regions_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from regions_in(item)


def test_lists_show_the_own_regions_alone(desk):
    everywhere = desk.a("analyst")
    for scope in ("own", "foreign"):
        client, prefix = desk.a("analyst", scope), SCOPES[scope]
        for path, query in (("/alerts", {"limit": 200}), ("/cases", {"open": "all", "limit": 200}),
                            ("/overview", {"days": 366}), ("/verdicts", {"by": "region"})):
            seen = list(regions_in(client.good("GET", path, **query)))
            assert all(r.startswith(prefix) for r in seen), f"{scope} {path}"
            if path != "/verdicts":
                assert seen, f"{scope} {path} shows nothing"
        # what is there of the region is there to the last row
        for path in ("/alerts", "/cases"):
            mine = {r.get("alert_id", r.get("id")) for r in client.pages(path)}
            theirs = {r.get("alert_id", r.get("id")) for r in everywhere.pages(path, region=prefix)}
            assert mine == theirs
        # sums are those of the rows
        sums = client.good("GET", "/overview", days=366)
        assert sum(day["alerts"] for day in sums["by_day"]) == sum(
            r["alerts"] for r in sums["by_region"])
        table = client.get("/cases.csv", open="all").body.decode("utf-8-sig").splitlines()
        column = table[0].split(",").index("region")
        assert len(table) > 1 and all(row.split(",")[column].startswith(prefix) for row in table[1:])


def test_colleagues_are_those_of_a_shared_region(desk):
    for scope, others in (("own", "foreign"), ("foreign", "own")):
        names = {c["name"] for c in desk.a("investigator", scope).good("GET", "/colleagues")["items"]}
        assert {f"approver-{scope}", "approver-everywhere", ADMIN} <= names
        assert f"approver-{others}" not in names
    everybody = {c["name"] for c in desk.a("investigator").good("GET", "/colleagues")["items"]}
    assert {"approver-own", "approver-foreign"} <= everybody


def test_search_and_filters_find_nothing_of_another_region(desk, things):
    case = desk.a("analyst").good("GET", f"/cases/{things['case']}")
    words = [str(case["id"]), things["alert"], *(p["ref"] for p in case["parties"])]
    for word in words:
        assert desk.a("analyst", "own").good("GET", "/search", q=word)["cases"], word
        found = desk.a("analyst", "foreign").good("GET", "/search", q=word)
        assert case["id"] not in [row["id"] for row in found["cases"]], word
        assert things["alert"] not in [row["alert_id"] for row in found["alerts"]], word
    assert desk.a("analyst", "foreign").good("GET", "/alerts", case=case["id"])["items"] == []


def test_the_stream_tells_of_the_own_regions_alone(desk):
    listener = Listener(desk.a("feed", "foreign"), after=0)
    newest = desk.a("feed").good("GET", "/cases", sort="news", region=FOREIGN)["items"][0]
    for change in listener.events():
        row = change.get("alert", change.get("row"))
        assert row is None or row["region"].startswith(FOREIGN), change
        if change["case"] == newest["id"]:
            break
    listener.close()


def test_the_audit_log_is_read_by_region(desk, things):
    region_of = {f"case/{row['id']}": row["region"] for row in desk.a("analyst").pages(
        "/cases", open="all", snoozed="all")}
    region_of |= {f"alert/{row['alert_id']}": row["region"] for row in desk.a("analyst").pages("/alerts")}
    accounts = {f"account/{u['id']}": u["regions"] for u in desk.user(ADMIN).good("GET", "/users")["items"]}
    for scope in ("own", "foreign"): # there is something to read of each
        desk.a("analyst").good("GET", f"/cases/{desk.case_of(SCOPES[scope])['id']}")
    for scope, prefix in SCOPES.items():
        auditor, seen = desk.a("auditor", scope), set()
        for record in auditor.pages("/audit", limit=200):
            where = record["object"]
            seen.add(where.split("/")[0])
            if where in region_of:
                assert region_of[where].startswith(prefix), record
            elif where in accounts:
                assert not prefix or all(r.startswith(prefix) for r in accounts[where] or [""]), record
            elif scope != "everywhere" and not where.startswith("case/"):
                assert not record["actor"].endswith(("-everywhere", ADMIN)), record
        assert {"case", "account"} <= seen
        rows = auditor.get("/audit.csv").body.decode("utf-8-sig").splitlines()
        assert (f"case/{things['case']}" in "\n".join(rows)) == (scope != "foreign")
    other = desk.case_of(FOREIGN)["id"]
    assert desk.a("auditor", "own").good("GET", "/audit", object=f"case/{other}")["items"] == []
    whole = [desk.a("auditor", s).good("POST", "/audit/verify") for s in SCOPES]
    assert all(w["intact"] for w in whole) and whole[0]["checked"] <= whole[-1]["checked"]


def test_bulk_leaves_other_regions_alone(desk, things):
    results = desk.a("investigator", "foreign").good(
        "POST", "/cases/bulk", {"ids": [things["case"], NOBODY], "do": "assign"})["results"]
    assert [(r["ok"], r["code"]) for r in results] == [(False, "not_found")] * 2


def test_people_of_another_region_are_nobody(desk, things):
    case = desk.a("analyst").good("GET", f"/cases/{things['case']}")
    people = [p["ref"] for p in case["parties"] if p["ref"].startswith("P-")]
    only_here = [p for p in people if not desk.a("analyst", "foreign").good(
        "GET", "/search", q=p)["cases"]]
    assert only_here
    answer = desk.a("investigator", "foreign").post(
        "/identities/unmask", {"people": only_here[:1], "reason": "out of curiosity"})
    assert answer.code == "not_found"


def test_a_stream_ends_with_its_session(desk):
    client = desk.login("feed-everywhere")
    newest = desk.a("feed").good("GET", "/cases", sort="news")
    assert newest["items"]
    listener = Listener(client)
    assert listener.response.status == 200
    assert client.delete("/session").status == 200
    for _ in listener.events():
        pass
    assert listener.ended
    listener.close()


def test_listeners_are_counted_by_account(desk):
    client, other = desk.a("auditor", "own"), desk.a("auditor", "foreign")
    listeners = []

    def listens():
        one = Listener(client)
        (listeners.append if one.response.status == 200 else Listener.close)(one)
        return one.response.status == 200

    for _ in range(8): # those of other tests are missed only when something is sent to them
        wait_for("a place among the listeners", listens, deadline_s=25, every_s=0.5)
    assert not listens()
    one = Listener(other)
    assert one.response.status == 200
    one.close()
    for one in listeners:
        one.close()


def test_roles_and_regions_change_at_once(desk):
    admin = desk.user(ADMIN)
    name = f"mover{len(desk.kind)}"
    users = admin.good("POST", "/users", {"name": name, "password": PASSWORD, "roles": "analyst",
                                          "regions": OWN})["items"]
    account = next(u["id"] for u in users if u["name"] == name)
    client = desk.login(name)
    kept = ("/filters", {"name": "kept", "query": ""}, {"Idempotency-Key": "kept"})
    assert client.post(*kept).status == client.post(*kept).status == 200
    admin.good("POST", f"/users/{account}", {"roles": "analyst", "regions": FOREIGN})
    assert client.get("/cases").code == "unauthenticated" # and signs in again
    client = desk.login(name)
    assert client.post(*kept).code == "conflict" # what was answered to one who saw others
    rows = client.good("GET", "/cases")["items"]
    assert rows and all(row["region"].startswith(FOREIGN) for row in rows)
    admin.good("POST", f"/users/{account}", {"roles": "analyst", "active": False})
    assert client.get("/cases").code == "unauthenticated"
    assert desk.guest().login(name, PASSWORD).code == "unauthenticated"


def test_tokens_of_machines(desk):
    admin = desk.user(ADMIN)
    name = f"machine{len(desk.kind)}"
    users = admin.good("POST", "/users", {"name": name, "password": PASSWORD, "roles": "feed"})
    account = next(u["id"] for u in users["items"] if u["name"] == name)
    token = admin.good("POST", f"/users/{account}/tokens", {"label": "x", "days": 1})["token"]
    machine = Client(desk.port, token=token)
    assert machine.get("/cases").status == 200
    assert machine.post("/filters", {"name": "m", "query": ""}).status == 200 # without CSRF
    assert machine.get("/users").code == "forbidden"
    listed = next(t for t in admin.good("GET", "/tokens")["items"] if t["name"] == name)
    assert token not in str(listed)
    admin.good("DELETE", f"/tokens/{listed['id']}")
    assert machine.get("/cases").code == "unauthenticated"
