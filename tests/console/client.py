# SPDX-License-Identifier: GPL-3.0-or-later
"""Who talks to the API: each answer is held against the description, wherever it comes from."""
import functools
import http.client
import json
import re
import ssl
import time
import urllib.parse

import jsonschema
import referencing
import referencing.jsonschema

from broker import ROOT

V1 = "/api/v1"
KEPT_S = 10 # an idle connection; the server keeps it longer
DESCRIPTION = json.loads((ROOT / "src/console/openapi.json").read_text(encoding="utf-8"))
REGISTRY = referencing.Registry().with_resource("urn:api", referencing.Resource(
    DESCRIPTION, referencing.jsonschema.DRAFT202012))
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options",
           "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")
# What no answer may hold: words of a database, of a stack, of the machine. ("SELECT" alone may be
# part of what somebody sent.)
NEVER = re.compile(rb"SELECT .* FROM|sqlite|postgres|libpq|SQLSTATE|constraint|src/console|\.c:\d|"
                   rb"/tmp/|0x[0-9a-f]{8}", re.IGNORECASE)
STATUS = {"malformed": 400, "unauthenticated": 401, "forbidden": 403, "csrf": 403, "not_found": 404, "method": 405,
          "stale": 409, "conflict": 409, "second_person_needed": 409, "too_large": 413,
          "media_type": 415, "invalid": 422, "rate_limited": 429, "internal": 500, "busy": 503}


def resolve(node):
    """The node that a $ref of the description stands for."""
    while "$ref" in node:
        at = DESCRIPTION
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        node = at
    return node


@functools.cache
def validator(schema):
    return jsonschema.Draft202012Validator(
        {"$ref": f"urn:api#/components/schemas/{schema}"}, registry=REGISTRY,
        format_checker=jsonschema.FormatChecker())


def hold(schema, value):
    """Fails when the value is not what the description says."""
    error = jsonschema.exceptions.best_match(validator(schema).iter_errors(value))
    assert error is None, f"{schema}: {error.json_path}: {error.message}"[:600]


def operations():
    """(method, path, operation) of everything that is described."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


@functools.cache
def shapes():
    """Paths with parameters last, so that /cases/next is not a case."""
    paths = sorted(DESCRIPTION["paths"], key=lambda p: (p.count("{"), p))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


def operation_of(method, path):
    for shape, name in shapes():
        if shape.fullmatch(path) and method.lower() in DESCRIPTION["paths"][name]:
            return name, DESCRIPTION["paths"][name][method.lower()]
    return None, None


class Answer:
    def __init__(self, method, path, response, body):
        self.method, self.path = method, path
        self.status, self.headers, self.body = response.status, response.headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """Of an error; "" of what was done."""
        return self.json["error"]["code"] if self.status != 200 else ""

    def check(self):
        """Is it an answer that the description allows?"""
        for name in HEADERS:
            assert name in self.headers, f"{self.path} lacks {name}"
        name, operation = operation_of(self.method, self.path)
        kind = self.headers["Content-Type"].split(";")[0]
        if self.status != 200:
            assert kind == "application/json"
            hold("Error", self.json)
            assert self.status == STATUS[self.code]
            assert self.json["error"]["request_id"] == self.headers["X-Request-Id"]
            if self.code != "invalid": # which may say back what was sent
                assert not NEVER.search(self.body), self.body
            return self
        if operation is None:
            return self
        content = resolve(operation["responses"]["200"])["content"]
        assert kind in content, f"{self.path} is {kind}"
        ref = content[kind]["schema"].get("$ref")
        if ref is not None:
            hold(ref.rsplit("/", 1)[1], self.json)
            assert not NEVER.search(self.body), self.body[:500]
        return self


class Client:
    """One who asks: a browser with a session, a machine with a token, or nobody."""

    def __init__(self, port, tls=False, token=None, host="127.0.0.1"):
        self.port, self.tls, self.token, self.host = port, tls, token, host
        self.cookie = self.csrf = self.name = None
        self.used = 0.0
        self.connection = None

    def connect(self, timeout=30):
        if not self.tls:
            return http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=context)

    def headers(self, method, more=None):
        out = {}
        if self.token is not None:
            out["Authorization"] = f"Bearer {self.token}"
        if self.cookie is not None:
            out["Cookie"] = self.cookie
        if self.csrf is not None and method not in ("GET", "HEAD"):
            out["X-CSRF-Token"] = self.csrf
        return {**out, **(more or {})}

    def raw(self, method, target, body=None, headers=None):
        """The answer as it comes, over a connection that is kept for a while."""
        if self.connection is None or time.monotonic() - self.used > KEPT_S:
            self.close()
            self.connection = self.connect()
        try:
            self.connection.request(method, target, body, self.headers(method, headers))
            response = self.connection.getresponse()
            answer = Answer(method, target.split("?")[0], response, response.read())
        except (http.client.HTTPException, OSError):
            self.close()
            raise
        self.used = time.monotonic()
        if response.will_close:
            self.close()
        return answer

    def call(self, method, path, body=None, headers=None, content=None, **query):
        """path below /api/v1. body: an object, sent as JSON; content: bytes."""
        target = V1 + path + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            content = json.dumps(body).encode()
        return self.raw(method, target, content, headers).check()

    def get(self, path, headers=None, **query):
        return self.call("GET", path, headers=headers, **query)

    def post(self, path, body=None, headers=None):
        return self.call("POST", path, {} if body is None else body, headers)

    def delete(self, path, headers=None):
        return self.call("DELETE", path, headers=headers)

    def good(self, method, path, body=None, **more):
        """The value of what must work."""
        answer = self.call(method, path, {} if method == "POST" and body is None else body, **more)
        assert answer.status == 200, f"{method} {path}: {answer.status} {answer.body[:400]}"
        return answer.json

    def login(self, name, password):
        answer = self.post("/session", {"name": name, "password": password})
        if answer.status == 200:
            self.take(answer)
        return answer

    def take(self, answer):
        """The session that an answer begins."""
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.csrf, self.name = answer.json["csrf"], answer.json["name"]

    def pages(self, path, **query):
        """Every item of a list."""
        while True:
            page = self.good("GET", path, **query)
            yield from page["items"]
            if page["next"] is None:
                return
            query["cursor"] = page["next"]

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Listener:
    """A stream of events, read until somebody has seen enough."""

    def __init__(self, client, after=None, last_id=None):
        self.connection = client.connect(timeout=20)
        query = f"?after={after}" if after is not None else ""
        headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
        self.connection.request("GET", f"{V1}/stream{query}", headers=client.headers("GET", headers))
        self.response = self.connection.getresponse()
        self.ended = False # by the other side

    def events(self):
        """Changes, until the stream ends."""
        event = {}
        while True:
            try:
                line = self.response.readline()
            except (OSError, http.client.HTTPException, AttributeError):
                return
            if not line:
                self.ended = True
                return
            line = line.rstrip(b"\n")
            if line == b"" and "data" in event:
                change = json.loads(event["data"])
                hold("Change", change)
                assert event["id"].decode() == change["mark"] and event["event"].decode() == change["kind"]
                yield change
            if line == b"":
                event = {}
            elif not line.startswith(b":"):
                name, _, value = line.partition(b": ")
                event[name.decode()] = value

    def close(self):
        self.connection.close()
