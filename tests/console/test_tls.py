# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS by configuration: what changes with it, and what is said when it is not right."""
import socket
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
    (tmp_path / "other").mkdir()
    other, _ = certificate(tmp_path / "other")
    junk = tmp_path / "junk.pem"
    junk.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    locked = tmp_path / "locked.pem"
    subprocess.run(["openssl", "pkey", "-in", key, "-out", locked, "-aes256", "-passout", "pass:x"],
                   check=True, capture_output=True)
    wrong = [(key, "", "give both"), ("", cert, "give both"), (tmp_path / "no.pem", cert, "No such file"),
             (other, cert, "console.tls_key: the key is not that of"), (cert, key, "console.tls_certificate: "),
             (junk, cert, "console.tls_key: "), (locked, cert, "without a password"),
             (key, junk, "console.tls_certificate: ")]
    for key_file, certificate_file, said in wrong:
        desk = Desk(own_world, "bad", f"sqlite:{tmp_path}/bad.db",
                    **{"console.tls_key": key_file, "console.tls_certificate": certificate_file})
        service = own_world.start("bad", desk.settings, ready=False)
        assert service.ended() == 1
        last = service.log().splitlines()[-2:]
        assert said in "\n".join(last) and "listened" not in "\n".join(last), last
        checked = desk.command("check")
        assert checked.returncode == 1 and said in checked.stdout


def test_where_it_cannot_listen_is_told(own_world, tmp_path):
    for key in ("http.listen", "console.listen"):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            for place, said in ((f"127.0.0.1:{taken.getsockname()[1]}", "Address already in use"),
                                ("192.0.2.1:9480", "Cannot assign requested address")):
                desk = Desk(own_world, "nowhere", f"sqlite:{tmp_path}/nowhere.db", **{key: place})
                service = own_world.start("nowhere", desk.settings, ready=False)
                assert service.ended() == 1
                assert f"{key}: {place} cannot be listened on: {said}" in service.log()


def test_streams_over_tls(own_world, tmp_path):
    key, cert = certificate(tmp_path)
    desk = Desk(own_world, "tls2", f"sqlite:{tmp_path}/desk2.db",
                **{"console.tls_key": key, "console.tls_certificate": cert})
    desk.start()
    desk.add_account("machine", "feed,investigator")
    listener = Listener(desk.user("machine"), after=0)
    assert listener.response.status == 200
    listener.close()
