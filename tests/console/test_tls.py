# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS by configuration: what changes with it, and what is said when it is not right."""
import subprocess

from client import Listener
from desk import Desk, ADMIN


def certificate(directory):
    key, cert = directory / "key.pem", directory / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                    "-days", "2", "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


def test_tls(own_world, tmp_path):
    key, cert = certificate(tmp_path)
    desk = Desk(own_world, "tls", f"sqlite:{tmp_path}/desk.db",
                **{"console.tls_key": key, "console.tls_certificate": cert})
    desk.start()
    desk.add_account(ADMIN, "admin")
    client = desk.guest()
    answer = client.login(ADMIN, "a password for tests")
    parts = answer.headers["Set-Cookie"].split("; ")
    assert parts[0].startswith("__Host-xz_session=") and "Secure" in parts and "Path=/" in parts
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert client.get("/users").status == 200
    plain = desk.guest()
    plain.cookie = client.cookie.replace("__Host-", "") # a name that another host could have set
    assert plain.get("/users").code == "unauthenticated"
    old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{desk.port}", "-tls1_1"],
                         input=b"", capture_output=True, timeout=20)
    assert b"Cipher is (NONE)" in old.stdout or old.returncode != 0
    assert desk.stop() == 0


def test_tls_that_is_not_right_is_refused(own_world, tmp_path):
    key, cert = certificate(tmp_path)
    for settings in ({"console.tls_key": key}, {"console.tls_certificate": cert},
                     {"console.tls_key": tmp_path / "no.pem", "console.tls_certificate": cert}):
        desk = Desk(own_world, "bad", f"sqlite:{tmp_path}/bad.db", **settings)
        service = own_world.start("bad", desk.settings, ready=False)
        assert service.ended() == 1
        assert "console.tls_" in service.log()


def test_streams_over_tls(own_world, tmp_path):
    key, cert = certificate(tmp_path)
    desk = Desk(own_world, "tls2", f"sqlite:{tmp_path}/desk2.db",
                **{"console.tls_key": key, "console.tls_certificate": cert})
    desk.start()
    desk.add_account("machine", "feed,investigator")
    listener = Listener(desk.user("machine"), after=0)
    assert listener.response.status == 200
    listener.close()
