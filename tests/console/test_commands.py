# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands beside the service: accounts, the audit chain, evidence packs, keys."""
import io
import subprocess
import tarfile

import pytest

from broker import ROOT, free_port, wait_for
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
    done = desk.command("keys", "rotate")
    assert done.returncode == 0 and "version 2" in done.stdout
    # who comes before the restart gets the old version, and the new one at the restart
    desk.world.produce(alert_records([alert(2)]), topic=desk.world.topics["alerts"])
    subjects = lambda: {row["id"]: row["subject"] for row in
                        desk.a("analyst").good("GET", "/cases")["items"]}
    wait_for("the second case", lambda: len(subjects()) == 2)
    late = subjects()
    assert desk.stop() == 0
    desk.clients.clear()
    desk.start()
    assert subjects()[2] != late[2] and subjects()[1] == late[1]
    records = desk.a("auditor").good("GET", "/audit", action="keys.rotate")["items"]
    assert [record["object"] for record in records] == ["keys/2"]
    again = desk.command("keys", "rotate")
    assert again.returncode == 0 and "version 3" in again.stdout
    assert desk.stop() == 0
    desk.clients.clear()
    desk.start()
    after = desk.a("analyst").good("GET", "/cases")["items"][0]["subject"]
    assert before.startswith("P-") and after.startswith("P-") and after != before
    assert desk.a("analyst").good("GET", "/search", q=before)["cases"] == []
    assert desk.stop() == 0


def test_lost_keys_stop_the_service_and_make_no_others(own_desk):
    desk = desk_with_a_case(own_desk)
    assert desk.stop() == 0
    desk.clients.clear()
    keys = desk.settings["console.keys"]
    kept = keys.rename(f"{keys}.kept")
    for command in ("rotate", "public"):
        done = desk.command("keys", command)
        assert done.returncode == 1 and str(keys) in done.stderr and "bring it back" in done.stderr
    assert desk.command("user", "list").returncode == 0 # needs none
    service = desk.world.start("lost", desk.settings, ready=False)
    wait_for("its end", lambda: not service.alive())
    assert "bring it back" in service.log() and not keys.exists()
    kept.rename(keys)
    desk.start()
    assert desk.a("analyst").good("GET", "/cases")["items"]
    assert desk.stop() == 0


def test_two_processes_of_a_store_have_one_key_file(own_desk, tmp_path):
    desk = desk_with_a_case(own_desk)
    other = {**desk.settings, "console.keys": tmp_path / "other.keys",
             "console.listen": f"127.0.0.1:{free_port()}"}
    service = desk.world.start("other", other, ready=False)
    wait_for("its end", lambda: not service.alive())
    assert "console.keys" in service.log() and not (tmp_path / "other.keys").exists()
    assert desk.stop() == 0


@pytest.mark.parametrize("command", [("audit", "verify"), ("audit", "heads"), ("user", "list"),
                                     ("user", "password", "lin"), ("keys", "public"),
                                     ("keys", "rotate")], ids=" ".join)
def test_who_only_looks_makes_no_store(command, tmp_path):
    done = subprocess.run([PROGRAM, *command, "--set", f"state.dir={tmp_path}/none"], text=True,
                          capture_output=True, timeout=30, input=PASSWORD + "\n", cwd=ROOT)
    assert done.returncode == 1 and done.stdout == ""
    assert "console.database" in done.stderr and "state.dir" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_store_in_a_postgres(postgres):
    done = subprocess.run([PROGRAM, "audit", "verify", "--set", f"console.database={postgres.fresh()}"],
                          text=True, capture_output=True, timeout=30, cwd=ROOT)
    assert done.returncode == 1 and "console.database" in done.stderr
