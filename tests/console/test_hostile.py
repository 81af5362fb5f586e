# SPDX-License-Identifier: GPL-3.0-or-later
"""Anything at all is sent; what comes back is an answer of the API, without a word of what is behind
it, and the desk goes on."""
import itertools
import json
import re
import socket
import time
import urllib.parse

import pytest

from client import DESCRIPTION, HEADERS, STATUS, V1, hold, operations
from desk import ADMIN, OWN

TEXTS = ["'", "';--", '" OR 1=1', "%", "_", "\\", "\x01\x1f", "\x7f", "é" * 3000, "\U0001f4a9",
         "../../etc/passwd", "{{7*7}}", "<script>alert(1)</script>", "=1+1", "~P1~", "P-" + "0" * 16,
         "null", "-1", "9" * 18, "9" * 400, "1e309", "NaN", "0x10", "2026-13-45", "true", " ",
         "a" * 3500, "\r\nX-Evil: 1", "$(id)", "%s%n%x"]
VALUES = [None, True, -1, 0, 2**53, 10**400, 1.5, "", [], {}, [[]], [None], ["x"] * 300, {"a": {"b": 1}},
          "x" * 5000, "\ud83d\ude00", "'\"\\"]


def deep(depth):
    return b"[" * depth + b"]" * depth


def raw(port, data, timeout=5):
    """What comes back for these bytes, until the other side closes or is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as sock:
        out = b""
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            while chunk := sock.recv(65536):
                out += chunk
        except OSError: # it was closed in our face, which is an answer too
            pass
    return out


def clients(desk):
    return {"public": desk.guest(), "administer": desk.user(ADMIN), "read_audit": desk.a("auditor"),
            "approve+unmask": desk.a("approver")}


def alive(desk):
    assert desk.a("analyst").get("/session").status == 200


def test_hostile_parameters(desk):
    who = clients(desk)
    for method, path, operation in operations():
        client = who.get(operation["x-permission"], desk.a("investigator"))
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        for text in TEXTS:
            where = path
            for name in names:
                where = where.replace("{" + name + "}", urllib.parse.quote(text[:400], safe=""))
            if names and method == "GET":
                answer = client.raw(method, where[:3900]).check()
                assert answer.status in (200, 404, 405, 422), f"{where}: {answer.status} {answer.body}"
            if method != "GET" or "{" in path or path.endswith(("/stream", "/rejects", ".csv")):
                continue
            for parameter in operation.get("parameters", []):
                name = parameter["$ref"].rsplit("/", 1)[1].replace("ofCase", "case")
                answer = client.get(path.removeprefix(V1), **{name: text[:1200]})
                assert answer.status in (200, 422), f"{path}?{name}={text[:40]!r}: {answer.body}"
    alive(desk)


def test_hostile_bodies(desk):
    who = clients(desk)
    case = desk.case_of(OWN)["id"]
    for method, path, operation in operations():
        body = operation.get("requestBody", {}).get("$ref")
        if body is None or path.endswith(("/session/password", "/cases/next")):
            continue
        client = who.get(operation["x-permission"], desk.a("investigator"))
        where = path.removeprefix(V1).replace("{id}", str(case)).replace("{verb}", "snooze")
        where = where.replace("{case}", "1").replace("{delivery}", "1")
        schema = DESCRIPTION["components"]["schemas"][body.rsplit("/", 1)[1]]
        for name, value in itertools.product(schema.get("properties", {}), VALUES):
            answer = client.post(where, {name: value})
            assert answer.status in (401, 404, 409, 422, 200), f"{path} {name}={value!r}: {answer.body}"
        for content in (b"", b"null", b"[]", b'"x"', b"{", b"{}{}", b"\x00", b"\xff\xfe", b'{"a":1,"a":2}',
                        b'{"text":"\xff"}', b'{"text":"\\u0000"}', b'{"text":"\\ud800"}', deep(100000),
                        b'{"x":' + deep(1000) + b"}", b'{"n":1e400}', b'{"n":' + b"9" * 5000 + b"}"):
            answer = client.call(method, where, content=content,
                                 headers={"Content-Type": "application/json"})
            assert answer.code in ("invalid", "unauthenticated"), f"{path} {content[:30]}: {answer.body}"
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                     "application/jsonp", "APPLICATION/XML"):
            answer = client.call(method, where, content=b"{}", headers={"Content-Type": kind})
            assert answer.code == "media_type", f"{path} {kind}"
    alive(desk)


def test_what_people_write_names_nobody(desk):
    """The store names a person as ~P7~, which becomes a pseudonym when it is shown: not when somebody
    wrote it, who would learn the pseudonyms of people of other regions by counting."""
    worker = desk.a("investigator", "own")
    cases = [row["id"] for row in worker.good("GET", "/cases", assignee="none")["items"][:2]]
    said = " ".join(f"~P{n}~" for n in range(1, 5))
    where = f"/cases/{cases[0]}"
    before = worker.good("GET", where)
    worker.good("POST", f"{where}/notes", {"text": said})
    worker.good("POST", f"{where}/tags", {"tag": said})
    worker.good("POST", f"{where}/links", {"other": cases[1], "reason": said})
    worker.good("POST", f"{where}/assign", {"reason": said})
    worker.call("POST", f"{where}/files", content=b"x", name=said,
                headers={"Content-Type": "application/octet-stream"})
    after = worker.good("GET", where)
    assert said.lower() in after["tags"]
    for kind in ("history", "files", "links"):
        assert said.lower() in json.dumps(after[kind], ensure_ascii=False).lower(), kind
    people = lambda value: set(re.findall(r"P-\w+", json.dumps(value)))
    assert people(after) == people(before)
    kept = worker.good("POST", "/filters", {"name": said, "query": f"subject={said}"})
    assert not people(kept) and said.lower() in json.dumps(kept).lower()
    assert not people(worker.get("/audit.csv").body.decode())
    assert not people(desk.a("auditor").good("GET", "/audit", object=f"case/{cases[0]}", limit=20))


def test_bodies_that_are_too_large(desk):
    worker = desk.a("investigator")
    case = desk.case_of(OWN)["id"]
    for size, where in ((300_000, f"/cases/{case}/notes"), (10_000_000, f"/cases/{case}/notes"),
                        (9_000_000, f"/cases/{case}/files?name=x"), (10_000_000, "/cases/next")):
        try:
            answer = worker.raw("POST", V1 + where, b"x" * size,
                                {"Content-Type": "application/json"}).check()
            assert answer.code == "too_large" and answer.headers["Connection"] == "close"
        except (BrokenPipeError, ConnectionResetError):
            pass # it was answered and closed before all was sent
    head = f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    out = raw(desk.port, (head + "Transfer-Encoding: chunked\r\n\r\n").encode() + chunk * 6 + b"0\r\n\r\n")
    assert b" 413 " in out.split(b"\r\n")[0]
    out = raw(desk.port, (head + "Transfer-Encoding: chunked\r\n\r\n").encode() + chunk * 200)
    assert b" 200 " not in out # and is not read to its end
    alive(desk)


@pytest.mark.parametrize("lines", [
    "GET / HTTP/1.1", "GET /\x00 HTTP/1.1\r\nHost: x", "GET http://[::1 HTTP/1.1\r\nHost: x",
    f"GET {V1}/about\r\nHost: x", f"GET {V1}/about HTTP/9.9\r\nHost: x", f"{'G' * 9000} / HTTP/1.1",
    f"GET {V1}/about?{'a=1&' * 6000} HTTP/1.1\r\nHost: x", f"GET {V1}/about?x=%zz HTTP/1.1\r\nHost: x",
    f"GET {V1}/about?%00=1 HTTP/1.1\r\nHost: x", f"GET {V1}/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x",
    "GET /../../etc/passwd HTTP/1.1\r\nHost: x", "GET //etc/passwd HTTP/1.1\r\nHost: x",
    f"GET {V1}/about HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n" * 3000,
    f"GET {V1}/about HTTP/1.1\r\nHost: x\r\nX: " + "y" * 60000,
    f"GET {V1}/cases HTTP/1.1\r\nHost: x\r\nCookie: xz_session=" + "a" * 9000,
    f"GET {V1}/cases HTTP/1.1\r\nHost: x\r\nCookie: xz_session=a; xz_session=b; =; ;;",
    f"GET {V1}/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \x01\x02",
    f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1",
    f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999",
    f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx",
    f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked",
])
def test_malformed_requests(desk, lines):
    out = raw(desk.port, lines.encode("latin1") + b"\r\n\r\n", timeout=3)
    status = out.split(b" ")[1:2]
    assert not out or status[0] in (b"200", b"400", b"401", b"404", b"405", b"413", b"414", b"415",
                                    b"422", b"431", b"501", b"505"), out[:300]
    for word in (b"root:", b"passwd", b"SELECT", b"sqlite", b"src/console"):
        assert word not in out, out[:300]
    alive(desk)


def test_requests_are_not_smuggled(desk):
    """A request whose length two readers would see differently is refused, or ends the connection: what
    follows is never answered as a request of its own."""
    inner = f"GET {V1}/about HTTP/1.1\r\nHost: x\r\n\r\n"
    for head in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 0\r\nContent-Length: 60",
                 "Transfer-Encoding: chunked\r\nTransfer-Encoding: x", "Content-Length: 5 5",
                 "Transfer-Encoding : chunked", "Content-Length: +0"):
        out = raw(desk.port, (f"POST {V1}/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                              f"{head}\r\n\r\n0\r\n\r\n{inner}").encode(), timeout=3)
        assert b'"demo"' not in out, f"{head}: {out[:600]}"
    alive(desk)


@pytest.mark.parametrize("head", [
    "Content-Length : 2", "Content-Length\t: 2", "X: y\rContent-Length: 2", "X: y\r\rContent-Length: 2",
    "\rContent-Length: 2", "X: y\r\n Content-Length: 2", "X: y\r\n\tContent-Length: 2", "X y: z",
    "X(y): z", "X\x01: z", "Xé: z", "Transfer-Encoding : chunked\r\nContent-Length: 2",
    "Transfer-Encoding: chunked\r\nContent-Length: 2", "transfer-ENCODING:chunked\r\nContent-Length: 2",
    "Transfer-Encoding: \x0bchunked", "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 2",
    "Content-Length: 2\r\nContent-Length: 2"])
@pytest.mark.parametrize("where", ["POST " + V1 + "/session", "GET " + V1 + "/about", "GET /healthz", "GET /"])
def test_a_header_that_two_readers_see_differently_ends_the_connection(desk, where, head):
    inner = f"GET {V1}/about HTTP/1.1\r\nHost: x\r\n\r\n"
    out = raw(desk.port, f"{where} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                         f"{head}\r\n\r\n{{}}{inner}".encode("latin1"), timeout=3)
    assert out.startswith(b"HTTP/1.1 400 "), out[:300]
    assert b"\r\nConnection: close\r\n" in out and out.count(b"HTTP/1.1") == 1, out[:900]
    for name in HEADERS:
        assert f"\r\n{name}: ".encode() in out


def test_every_answer_has_the_security_headers(desk):
    paths = ["/", "/index.html", "/nothing", "/healthz", "/readyz", "/openapi.json", f"{V1}/about",
             f"{V1}/nothing", f"{V1}/cases", f"{V1}/openapi.json", "/api/", "/%00"]
    for method, path in itertools.product(("GET", "HEAD", "POST", "PUT"), paths):
        answer = desk.guest().raw(method, path)
        for name in HEADERS:
            assert name in answer.headers, f"{method} {path}: {name}"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers.get("Cache-Control") in ("no-store", "no-cache")
        assert "Server" not in answer.headers or "microhttpd" not in answer.headers["Server"].lower()


def test_cookies_keep_to_themselves(desk):
    answer = desk.guest().login(ADMIN, "a password for tests")
    parts = answer.headers["Set-Cookie"].split("; ")
    assert parts[0].startswith("xz_session=") and {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_a_wrong_password_tells_nothing(desk):
    slow = []
    for name in (ADMIN, "nobody-of-this-name"):
        began = time.monotonic()
        answer = desk.guest().post("/session", {"name": name, "password": "wrong password"})
        slow.append(time.monotonic() - began)
        assert answer.code == "unauthenticated"
        assert answer.json["error"]["message"] == "the name or the password is not right"
    assert max(slow) < 20 * min(slow) + 0.2
    client = desk.login("feed-own")
    answer = client.post("/session/password", {"old": "not this one", "new": "0123456789"})
    assert (answer.code, answer.json["error"]["field"]) == ("invalid", "old")
    assert client.get("/session").status == 200 # the session goes on


def test_what_is_refused_by_the_store_says_so_in_our_words(desk):
    admin = desk.user(ADMIN)
    answer = admin.post("/users", {"name": ADMIN, "password": "0123456789", "roles": "admin"})
    assert answer.code == "conflict"
    hold("Error", json.loads(answer.body))
    assert set(STATUS) >= {answer.code}


def test_many_shapes_of_lists_do_not_wear_the_store_out(desk):
    """Each form of a list is a statement of its own; there are more forms than a connection keeps."""
    client = desk.a("analyst")
    for limit, sort, severity, clock in itertools.product(
            range(1, 13), ("rank", "due", "news", "amount"), ("low", "medium", "high", "critical"),
            ("ok", "soon", "breached")):
        assert client.get("/cases", limit=limit, sort=sort, severity=severity,
                          clock=clock).status == 200
    alive(desk)
