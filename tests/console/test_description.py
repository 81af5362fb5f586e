# SPDX-License-Identifier: GPL-3.0-or-later
"""The description is what the program does: every call is made, every answer held against it."""
import io
import json
import tarfile

from client import DESCRIPTION, V1, Listener, operation_of, operations, resolve, validator
from desk import ADMIN, OWN


def test_description_is_what_the_program_serves(desk):
    answer = desk.guest().get("/openapi.json")
    assert json.loads(answer.body) == DESCRIPTION


def test_every_schema_is_one():
    for name in DESCRIPTION["components"]["schemas"]:
        validator(name).check_schema(validator(name).schema)
        list(validator(name).iter_errors(None)) # every $ref leads somewhere


def test_every_part_is_used():
    text = json.dumps(DESCRIPTION)
    for kind in ("schemas", "parameters", "responses", "requestBodies"):
        for name in DESCRIPTION["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"{kind}/{name}"


def journey(desk):
    """Every call once, in an order in which each works; yields what was called."""
    analyst, auditor, admin = desk.a("analyst"), desk.a("auditor"), desk.user(ADMIN)
    worker, approver = desk.a("investigator"), desk.a("approver")

    for path in ("about", "openapi.json", "session", "overview", "alerts", "alerts.csv", "patterns",
                 "verdicts", "health/data", "cases", "cases.csv", "filters", "colleagues"):
        yield analyst.get(f"/{path}")
    for by in ("pattern", "region", "level", "age"):
        yield analyst.get("/verdicts", by=by)
    for path in ("audit", "audit.csv", "audit/heads"):
        yield auditor.get(f"/{path}")
    yield auditor.post("/audit/verify")
    yield worker.get("/health/rejects", limit=5)

    alert = next(a for a in analyst.pages("/alerts") if a["region"].startswith(OWN))
    yield analyst.get(f"/alerts/{alert['alert_id']}")
    yield worker.get(f"/alerts/{alert['alert_id']}/expected")
    yield worker.get(f"/alerts/{alert['alert_id']}/records/0")
    yield analyst.get("/search", q=alert["alert_id"])
    listener = Listener(analyst, after=0)
    next(listener.events())
    listener.close()
    yield "GET", V1 + "/stream"

    case = worker.post("/cases/next")
    yield case
    case, at = case.json, f"/cases/{case.json['id']}"
    yield worker.get(at)
    yield worker.post(f"{at}/start", {"version": case["version"]})
    yield worker.post(f"{at}/undo")
    yield worker.post(f"{at}/notes", {"text": "a note"})
    yield worker.post(f"{at}/tags", {"tag": "checked"})
    other = next(row["id"] for row in analyst.pages("/cases") if row["id"] != case["id"])
    yield worker.post(f"{at}/links", {"other": other, "reason": "the same counter"})
    filed = worker.call("POST", f"{at}/files", content=b"\x00\xff bytes", name="scan 扫描.pdf",
                        headers={"Content-Type": "application/octet-stream"})
    yield filed
    answer = worker.get(f"{at}/files/{filed.json['files'][0]['id']}")
    assert answer.body == b"\x00\xff bytes"
    assert "scan%20%E6%89%AB%E6%8F%8F.pdf" in answer.headers["Content-Disposition"]
    yield answer
    yield worker.post("/cases/bulk", {"ids": [other, 10**9], "do": "assign"})
    answer = analyst.get(f"{at}/evidence")
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as pack:
        assert {"manifest.json", "case.json"} <= {n.split("/")[-1] for n in pack.getnames()}
    yield answer

    kept = analyst.post("/filters", {"name": "mine", "query": "state=new"})
    yield kept
    yield analyst.delete(f"/filters/{kept.json['items'][0]['id']}")

    people = [p["ref"] for p in worker.good("GET", at)["parties"] if p["ref"].startswith("P-")]
    people += [a["subject"] for a in analyst.pages("/alerts") if a["subject"].startswith("P-")]
    people = list(dict.fromkeys(people))
    yield worker.post("/identities/unmask", {"people": people[:1], "reason": "to call this person"})
    asked = worker.post("/identities/unmask", {"people": people[:2], "reason": "to call both of them"})
    yield asked
    request = f"/identities/requests/{asked.json['request']}"
    yield approver.get("/identities/requests")
    yield approver.post(request, {"grant": True, "reason": "it is needed"})
    told = worker.get(request)
    assert [p["pseudonym"] for p in told.json["people"]] == people[:2]
    yield told

    yield from looks(desk, worker)

    name = f"extra{len(desk.kind)}"
    users = admin.post("/users", {"name": name, "password": "0123456789", "roles": "admin"})
    yield users
    account = next(u["id"] for u in users.json["items"] if u["name"] == name)
    yield admin.get("/users")
    yield admin.post(f"/users/{account}", {"roles": "feed", "active": True})
    yield admin.post(f"/users/{account}/tokens", {"label": "feed", "days": 1})
    tokens = admin.get("/tokens")
    yield tokens
    yield admin.delete(f"/tokens/{tokens.json['items'][0]['id']}")
    yield admin.post("/webhooks", {"url": "https://example.invalid/x", "events": ["case"]})
    hooks = admin.get("/webhooks")
    yield hooks
    hook = f"/webhooks/{hooks.json['items'][0]['id']}"
    yield admin.post(f"{hook}/test")
    yield admin.get(f"{hook}/deliveries")
    delivery = admin.good("GET", f"{hook}/deliveries")["items"][0]["id"]
    again = admin.post(f"{hook}/deliveries/{delivery}") # which waits, as one that failed does
    assert again.code == "conflict"
    yield admin.delete(hook)

    guest = desk.guest()
    yield guest.login(name, "0123456789")
    yield guest.post("/session/password", {"old": "0123456789", "new": "9876543210"})
    guest.login(name, "9876543210")
    yield guest.delete("/session")


def looks(desk, worker):
    yield worker.get("/reviews")
    for review in worker.good("GET", "/reviews")["items"][:1]:
        yield worker.get(f"/reviews/{review['case']}")
        yield worker.post(f"/reviews/{review['case']}", {"outcome": "confirmed", "reason": "clear"})


# What the journey cannot reach in a minute: a second look waits for the end of the time in which a
# decision can be taken back (test_reviews), who signs tokens is configured (test_oidc), deliveries end somewhere
# (test_webhooks), and on the first day of a month nobody is drawn yet (test_control).
ELSEWHERE = {("GET", f"{V1}/cases/{{id}}/record"),
             ("GET", f"{V1}/reviews/{{case}}"), ("POST", f"{V1}/reviews/{{case}}"),
             ("POST", f"{V1}/session/oidc"),
             ("POST", f"{V1}/webhooks/{{id}}/deliveries/{{delivery}}")}


def test_every_call_works_and_answers_as_described(desk):
    called = set()
    for answer in journey(desk):
        if not isinstance(answer, tuple):
            assert answer.status == 200, f"{answer.method} {answer.path}: {answer.body[:300]}"
            answer = answer.method, answer.path
        called.add((answer[0], operation_of(*answer)[0]))
    missing = {(m, p) for m, p, _ in operations()} - called - ELSEWHERE
    assert not missing, sorted(missing)


def test_other_methods_are_refused(desk):
    guest = desk.guest()
    for method, path, _ in operations():
        path = path.replace("{", "").replace("}", "")
        for other in ("PUT", "PATCH", "OPTIONS", "TRACE"):
            answer = guest.raw(other, path).check()
            assert answer.code == "method" and answer.headers["Allow"] in ("GET", "POST", "DELETE")
        if method == "GET":
            answer = guest.raw("HEAD", path)
            assert answer.body == b"" and answer.status in (200, 401)


def test_parameters_that_nobody_knows_are_refused(desk):
    for method, path, operation in operations():
        if method != "GET" or "{" in path:
            continue
        client = desk.user(ADMIN) if operation["x-permission"] == "administer" else desk.a(
            {"read_audit": "auditor", "work": "investigator", "unmask": "investigator",
             "read_record": "investigator"}.get(operation["x-permission"], "analyst"))
        answer = client.get(path.removeprefix(V1), limti=1)
        assert answer.code == "invalid" and answer.json["error"]["field"] == "limti", path


def test_parameters_are_those_described(desk):
    """What is described is taken; what is not taken is not described."""
    client = {"read_audit": "auditor"}
    for method, path, operation in operations():
        if method != "GET" or "{" in path or path.endswith(("/stream", "/rejects")):
            continue
        asks = desk.user(ADMIN) if operation["x-permission"] == "administer" else desk.a(
            client.get(operation["x-permission"], "investigator"))
        for parameter in map(resolve, operation.get("parameters", [])):
            if parameter["in"] == "query":
                answer = asks.get(path.removeprefix(V1), **{parameter["name"]: "~"})
                assert "not known here" not in answer.body.decode(errors="replace"), parameter
