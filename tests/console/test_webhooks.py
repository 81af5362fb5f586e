# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: signed, tried again, without redirects, and to no private address unless it is allowed."""
import contextlib
import hashlib
import hmac
import http.server
import json
import signal
import threading
import time

from broker import free_port, wait_for
from client import hold
from desk import ADMIN, FOREIGN, alert, alert_records
from test_work import with_cases


@contextlib.contextmanager
def receiver(answers):
    """A server that keeps what it is sent; answers: status of each, by path, the last for ever."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self): # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, dict(self.headers), body))
            left = answers[self.path]
            status = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, got
    finally:
        server.shutdown()
        server.server_close()


def test_deliveries_are_signed_and_tried_again(own_desk):
    own_desk.settings["console.private_webhooks"] = "yes"
    answers = {"/all": [200], "/flaky": [500, 503, 200], "/moved": [302], "/foreign": [200], "/elsewhere": [200]}
    with receiver(answers) as (port, got):
        desk = with_cases(own_desk, 2)
        admin = desk.user(ADMIN)
        made = {path: admin.good("POST", "/webhooks", {"url": f"http://127.0.0.1:{port}{path}",
                                                       "events": ["alert", "case"], **more})
                for path, more in (("/all", {}), ("/flaky", {}), ("/moved", {}), ("/foreign", {"region": FOREIGN}))}
        desk.world.produce(alert_records([alert(50), alert(51, region=FOREIGN + "01")]),
                           topic=desk.world.topics["alerts"])
        of = lambda path: [g for g in got if g[0] == path]
        wait_for("deliveries", lambda: len(of("/all")) >= 4 and len(of("/foreign")) >= 2 and len(of("/flaky")) >= 6
                 and len(of("/moved")) >= 2, deadline_s=60)
        for path, headers, body in got:
            text = headers["X-Xiezhi-Timestamp"].encode() + b"." + body
            secret = made[path]["secret"].encode()
            assert headers["X-Xiezhi-Signature"] == "v1=" + hmac.new(secret, text, hashlib.sha256).hexdigest()
            assert abs(int(headers["X-Xiezhi-Timestamp"]) - time.time()) < 60
            change = json.loads(body)
            assert headers["X-Xiezhi-Event"] == change["kind"]
            assert headers["X-Xiezhi-Delivery"] == str(change.pop("delivery"))
            hold("Change", change)
            assert "9000000000000050" not in body.decode() # a person's id
            if path == "/foreign":
                assert change.get("alert", change.get("row"))["region"].startswith(FOREIGN)
        assert not of("/elsewhere") # a redirect is not followed
        ids = [h["X-Xiezhi-Delivery"] for _, h, _ in of("/all")]
        assert len(ids) == len(set(ids)) # what was taken is not sent again
        flaky = [h["X-Xiezhi-Delivery"] for _, h, _ in of("/flaky")]
        assert len(set(flaky)) < len(flaky) # and what was not, is
        listed = {hook["url"].rsplit("/", 1)[1]: hook for hook in admin.good("GET", "/webhooks")["items"]}
        assert listed["all"]["last_ok"] and listed["moved"]["failures"] and "redirect" in listed["moved"]["last_error"]
        assert made["/all"]["secret"] not in json.dumps(listed)
        hook = f"/webhooks/{listed['all']['id']}"
        before = len(of("/all"))
        admin.good("POST", f"{hook}/test")
        wait_for("the test", lambda: any(h["X-Xiezhi-Event"] == "test" for _, h, _ in of("/all")[before:]))
        done = next(d for d in admin.good("GET", f"{hook}/deliveries")["items"] if d["status"] == 200)
        admin.good("POST", f"{hook}/deliveries/{done['id']}")
        again = lambda: sum(h["X-Xiezhi-Delivery"] == str(done["id"]) for _, h, _ in of("/all")) == 2
        wait_for("it again", again)
        admin.good("DELETE", hook)
        assert admin.get(f"{hook}/deliveries").code == "not_found"


def test_a_stop_does_not_wait_for_a_receiver(own_desk):
    """What is on its way then is sent again, and did not count as a try."""
    own_desk.settings["console.private_webhooks"] = "yes"
    got, hangs = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self): # noqa: N802
            self.rfile.read(int(self.headers["Content-Length"]))
            got.append(self.headers["X-Xiezhi-Delivery"])
            if len(got) == 1:
                hangs.wait(60)
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        desk = with_cases(own_desk, 1)
        made = desk.user(ADMIN).good("POST", "/webhooks", {
            "url": f"http://127.0.0.1:{server.server_port}/x", "events": ["alert"]})
        desk.user(ADMIN).good("POST", f"/webhooks/{made['id']}/test")
        wait_for("a delivery on its way", lambda: got)
        for client in desk.clients.values():
            client.close()
        desk.service.send(signal.SIGTERM)
        assert desk.service.ended(deadline_s=6) == 0 # a delivery may take ten
        desk.clients.clear()
        desk.start()
        listed = lambda: desk.user(ADMIN).good("GET", f"/webhooks/{made['id']}/deliveries")["items"]
        wait_for("it again", lambda: listed()[0]["state"] == "done", deadline_s=20) # a claim lasts sixty
        assert got == [got[0]] * 2 and listed()[0]["tries"] == 1
    finally:
        hangs.set()
        server.shutdown()
        server.server_close()


def test_private_addresses_are_refused(own_desk):
    with receiver({"/x": [200]}) as (port, got):
        desk = with_cases(own_desk, 1)
        admin = desk.user(ADMIN)
        urls = [f"https://127.0.0.1:{port}/x", f"https://localhost:{port}/x", f"https://[::1]:{port}/x",
                f"https://[::ffff:127.0.0.1]:{port}/x", "https://10.0.0.1/x", "https://100.64.0.1/x",
                "https://169.254.169.254/x", f"https://0.0.0.0:{port}/x", f"https://2130706433:{port}/x"]
        for url in urls:
            answer = admin.post("/webhooks", {"url": url, "events": ["alert"]})
            if answer.code == "invalid":
                continue
            hook = f"/webhooks/{answer.json['id']}"
            admin.good("POST", f"{hook}/test")
            errors = lambda h=hook: [d["error"] for d in admin.good("GET", f"{h}/deliveries")["items"]
                                     if d["error"]]
            said = wait_for(f"a try of {url}", errors, deadline_s=40)
            assert "private network" in said[0] or "resolve" in said[0], (url, said)
            admin.good("DELETE", hook)
        for url in (f"http://127.0.0.1:{port}/x", "ftp://example.com/x", "file:///etc/passwd", "gopher://x/",
                    "https://user:word@example.com/", "https://", "x", "https://exa mple.com/"):
            answer = admin.post("/webhooks", {"url": url, "events": ["alert"]})
            assert (answer.code, answer.json["error"]["field"]) == ("invalid", "url"), url
        assert not got
