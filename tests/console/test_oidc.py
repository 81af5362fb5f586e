# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in by an id token of OpenID Connect: who is let in, and every way in which a token is wrong."""
import base64
import hashlib
import hmac
import json
import subprocess
import time

import pytest

from desk import OWN, Desk

ISSUER, AUDIENCE = "https://id.example", "xiezhi-tests"


def encoded(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=")


def raw_ecdsa(der):
    """r and s, 32 bytes each, of a DER sequence of two numbers."""
    out, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        out += int.from_bytes(der[at + 2:at + 2 + length], "big").to_bytes(32, "big")
        at += 2 + length
    return out


class Issuer:
    def __init__(self, directory, kind):
        self.kind, self.key = kind, directory / f"{kind}.pem"
        self.public = directory / f"{kind}.pub"
        how = {"RS256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
               "ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}[kind]
        subprocess.run(["openssl", "genpkey", "-algorithm", *how, "-out", self.key], check=True,
                       capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-out", self.public], check=True)

    def token(self, algorithm=None, **claims):
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 300, "sub": "17",
                  "preferred_username": "li", **claims}
        claims = {k: v for k, v in claims.items() if v is not None}
        text = encoded({"alg": algorithm or self.kind, "typ": "JWT"}) + b"." + encoded(claims)
        if algorithm == "none":
            return (text + b".").decode()
        if algorithm == "HS256": # with the public key as the secret
            mac = hmac.new(self.public.read_bytes(), text, hashlib.sha256).digest()
            return (text + b"." + encoded(mac)).decode()
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=text,
                                   capture_output=True, check=True).stdout
        return (text + b"." + encoded(raw_ecdsa(signature) if self.kind == "ES256" else signature)).decode()


@pytest.mark.parametrize("kind", ["RS256", "ES256"])
def test_id_tokens(own_world, tmp_path, kind):
    issuer, other = Issuer(tmp_path, kind), tmp_path / "other"
    other.mkdir()
    other = Issuer(other, kind)
    desk = Desk(own_world, "oidc", f"sqlite:{tmp_path}/desk.db",
                **{"console.oidc_issuer": ISSUER, "console.oidc_audience": AUDIENCE,
                   "console.oidc_key": issuer.public})
    desk.start()
    desk.add_account("li", "investigator", OWN)
    assert desk.guest().good("GET", "/about")["oidc"] is True

    def enter(token):
        return desk.guest().post("/session/oidc", {"id_token": token})

    for good in (issuer.token(), issuer.token(aud=["a", AUDIENCE]), issuer.token(nbf=int(time.time())),
                 issuer.token(preferred_username=None, sub="li")):
        answer = enter(good)
        assert answer.status == 200, answer.body
        client = desk.guest()
        client.take(answer)
        session = client.good("GET", "/session")
        assert (session["name"], session["roles"], session["regions"]) == ("li", ["investigator"], OWN)
    now, good = int(time.time()), issuer.token()
    head, body, signature = good.split(".")
    wrong = {"another key": other.token(), "none": issuer.token("none"), "a public secret": issuer.token("HS256"),
             "another issuer": issuer.token(iss="https://evil.example"), "no issuer": issuer.token(iss=None),
             "another audience": issuer.token(aud="x"), "audiences": issuer.token(aud=["x", "y"]),
             "no audience": issuer.token(aud=None), "expired": issuer.token(exp=now - 1),
             "for ever": issuer.token(exp=None), "tomorrow": issuer.token(nbf=now + 3600),
             "from the future": issuer.token(iat=now + 3600), "of no time": issuer.token(iat=None),
             "nobody": issuer.token(preferred_username="nobody"), "no name": issuer.token(preferred_username="", sub=None),
             "long name": issuer.token(preferred_username="l" * 64), "half": good[:-10], "empty": "",
             "dots": "..", "no signature": f"{head}.{body}.", "changed": f"{head}.{body[:-2]}AA.{signature}",
             "huge": "a" * 20000, "text times": issuer.token(exp=str(now + 300))}
    for name, token in wrong.items():
        answer = enter(token)
        assert answer.code == "unauthenticated" and "Set-Cookie" not in answer.headers, name
    assert enter(None).code in ("unauthenticated", "invalid")
    assert desk.stop() == 0
    desk.audit()


def test_without_an_issuer_there_is_no_such_way(desk):
    assert desk.guest().post("/session/oidc", {"id_token": "x"}).code == "not_found"


def test_an_issuer_without_a_key_is_refused(own_world, tmp_path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("-----BEGIN CERTIFICATE-----\n")
    for key in ("", tmp_path / "no.pem", wrong):
        desk = Desk(own_world, "bad", f"sqlite:{tmp_path}/bad.db",
                    **{"console.oidc_issuer": ISSUER, "console.oidc_key": key})
        service = own_world.start("bad", desk.settings, ready=False)
        assert service.ended() == 1 and "console.oidc_key" in service.log()
