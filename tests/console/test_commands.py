# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands beside the service: accounts, the audit chain, evidence packs, keys."""
import io
import subprocess
import tarfile

from broker import wait_for
from desk import PASSWORD, alert, alert_records
from service import PROGRAM


def evidence(*arguments):
    return subprocess.run([PROGRAM, "evidence", *map(str, arguments)], capture_output=True, text=True,
                          timeout=30)


def desk_with_a_case(own_desk):
    own_desk.world.produce(alert_records([alert(1)]), topic=own_desk.world.topics["alerts"])
    own_desk.start().add_everybody()
    wait_for("the case", lambda: own_desk.a("analyst").good("GET", "/cases")["items"])
    return own_desk


def test_accounts(own_desk):
    done = own_desk.command("user", "add", "lin", "--roles", "investigater", input=PASSWORD + "\n")
    assert done.returncode == 1 and "did you mean investigator" in done.stderr
    done = own_desk.command("user", "add", "lin", "--roles", "investigator", input="short\n")
    assert done.returncode == 1 and done.stdout == ""
    own_desk.add_account("lin", "investigator,analyst", "2101")
    done = own_desk.command("user", "add", "lin", "--roles", "analyst", input=PASSWORD + "\n")
    assert done.returncode == 1 and "already" in done.stderr
    listed = own_desk.command("user", "list").stdout.split()
    assert listed == ["lin", "analyst,investigator", "2101"]
    own_desk.start()
    client = own_desk.login("lin")
    done = own_desk.command("user", "password", "lin", input="another password\n")
    assert done.returncode == 0, done.stderr
    assert client.get("/cases").code == "unauthenticated"
    assert own_desk.guest().login("lin", "another password").status == 200
    assert own_desk.command("user", "password", "nobody", input=PASSWORD + "\n").returncode == 1
    assert own_desk.stop() == 0


def test_a_changed_record_is_found(own_desk):
    desk = desk_with_a_case(own_desk)
    desk.a("investigator").good("POST", "/cases/1/notes", {"text": "seen"})
    assert desk.stop() == 0
    whole = desk.command("audit", "verify")
    assert whole.returncode == 0 and whole.stdout.startswith("whole: ")
    assert whole.stdout.split()[-1] in desk.command("audit", "heads").stdout
    desk.change_store("UPDATE audit SET actor = 'somebody' WHERE seq = 2")
    broken = desk.command("audit", "verify")
    assert broken.returncode == 1 and broken.stdout.startswith("broken at record 2")


def test_an_evidence_pack_proves_itself(own_desk, tmp_path):
    desk = desk_with_a_case(own_desk)
    answer = desk.a("investigator").get("/cases/1/evidence")
    assert answer.status == 200
    pack = tmp_path / "case-1.tar"
    pack.write_bytes(answer.body)
    with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
        assert {"manifest.json", "manifest.sig", "case.json", "README.txt"} <= set(tar.getnames())
    key = desk.command("keys", "public").stdout.strip()
    assert evidence("--key", key, pack).returncode == 0
    assert key in evidence(pack).stdout
    assert evidence("--key", "0" * 64, pack).returncode == 1
    assert evidence("--key", "no key", pack).returncode == 2
    changed = answer.body.replace(b'"amount_fen": 50000', b'"amount_fen": 50001', 1)
    assert changed != answer.body
    pack.write_bytes(changed)
    done = evidence("--key", key, pack)
    assert done.returncode == 1 and done.stdout.startswith("not whole: ")
    assert desk.stop() == 0


def test_rotation_gives_new_pseudonyms(own_desk):
    desk = desk_with_a_case(own_desk)
    before = desk.a("analyst").good("GET", "/cases")["items"][0]["subject"]
    assert desk.stop() == 0
    done = desk.command("keys", "rotate")
    assert done.returncode == 0 and "version 2" in done.stdout
    desk.start()
    after = desk.a("analyst").good("GET", "/cases")["items"][0]["subject"]
    assert before.startswith("P-") and after.startswith("P-") and after != before
    assert desk.a("analyst").good("GET", "/search", q=before)["cases"] == []
    assert desk.stop() == 0
