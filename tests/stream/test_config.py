# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration: file, --set, secrets, and what is said of mistakes."""
import subprocess

import pytest
from broker import ROOT
from service import PROGRAM


def program(*arguments, environment=None, text=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=30, cwd=ROOT, env=environment, input=text)


def run(*arguments, environment=None):
    return program("run", *arguments, environment=environment)


# arguments, and what the message must hold
WRONG = {
    "unknown option": (["--sett", "x=y"], "--sett"),
    "unknown letter": (["-z"], "z"),
    "no value": (["--set"], "--set"),
    "not KEY=VALUE": (["--set", "state.dir"], "KEY=VALUE"),
    "unknown key": (["--set", "state.dri=x"], 'did you mean "state.dir"?'),
    "unknown topic": (["--set", "topics.alert=x"], 'did you mean "topics.alerts"?'),
    "nothing like it": (["--set", "zzzzzzzz=x"], "--print-config"),
    "not a number": (["--set", "topics.partitions=many"], "topics.partitions"),
    "number too small": (["--set", "topics.partitions=0"], "topics.partitions"),
    "not a duration": (["--set", "state.checkpoint=soon"], "state.checkpoint"),
    "no such format": (["--set", "alerts.format=xml"], "alerts.format"),
    "no such level": (["--set", "log.level=loud"], "log.level"),
    "no such log format": (["--set", "log.format=csv"], "log.format"),
    "no such role": (["--set", "roles=ingest,judge"], "judge"),
    "no role": (["--set", "roles="], "roles"),
    "unknown librdkafka property": (["--set", "kafka.no.such=1"], "kafka.no.such"),
    "an argument too many": (["events.jsonl"], "events.jsonl"),
    "no such file": (["-c", "/nonexistent/xiezhi.yaml"], "/nonexistent/xiezhi.yaml"),
    "no secret file": (["--set", "kafka.sasl.password_file=/nonexistent/secret"],
                       "/nonexistent/secret"),
    "no secret variable": (["--set", "kafka.sasl.password_env=XZ_NOT_SET"], "XZ_NOT_SET"),
    "not an address": (["--set", "http.listen=everywhere"], "http.listen"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_exits_with_2_and_says_why(name):
    arguments, said = WRONG[name]
    done = run(*arguments, "--set", "kafka.bootstrap.servers=127.0.0.1:1")
    assert said in done.stderr, done.stderr
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""


# a file, and what the message must hold: file, line, remedy
WRONG_FILES = {
    "unknown key": ("log:\n  level: info\nstate:\n  dri: x\n", ":4: ", 'did you mean "state.dir"?'),
    "unknown section": ("topics.alerts: a\nlogg:\n  level: info\n", ":3: ", 'log.level'),
    "a list": ("topics:\n  events: [a, b]\n", ":2: ", "comma separated"),
    "bad value": ("state:\n  checkpoint: soon\n", ":2: ", "soon"),
    "not YAML": ("state: {\n", ":", ""),
    "text only": ("state\n", ":1: ", "keys with values"),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_mistake_in_a_file_names_file_and_line(tmp_path, name):
    text, place, remedy = WRONG_FILES[name]
    config = tmp_path / "xiezhi.yaml"
    config.write_text(text)
    done = run("-c", config)
    assert f"{config}{place}" in done.stderr and remedy in done.stderr, done.stderr
    assert done.returncode == 2


def test_check_tells_every_mistake_of_a_file(tmp_path):
    """With its line, those that only librdkafka knows too; and what the configuration names is read
    as the service would read it."""
    config = tmp_path / "xiezhi.yaml"
    config.write_text("roles: judge\nstate:\n  dri: x\n  checkpoint: soon\nkafka:\n  no.such: 1\n"
                      f"http.listen: all\nreference: {tmp_path}/nowhere\npack: {tmp_path}/no-pack\n",
                      encoding="utf-8")
    done = program("check", "-c", config, "--set", "topics.alert=x")
    assert done.returncode == 1
    for line, said in ((1, "judge"), (3, "state.dir"), (4, "soon"), (6, "no.such"), (7, "all")):
        assert [text for text in done.stdout.splitlines()
                if text.startswith(f"{config}:{line}: ") and said in text], (line, done.stdout)
    for said in ("topics.alerts", f"{tmp_path}/nowhere", f"{tmp_path}/no-pack"):
        assert said in done.stdout, done.stdout
    assert "models/medical-insurance" not in done.stdout, "the pack is the one of the configuration"
    right = program("check", "-c", config, "--set", "pack=models/card-handbook/pack", "-r", ROOT / "ops")
    assert "models/card-handbook/pack: " in right.stdout and "nowhere" not in right.stdout


# of the desk's part: settings, and what check must say of them
WRONG_DESK = {
    "no calendar": (["console.calendar=/no.csv"], "/no.csv: console.calendar: "),
    "a key without its certificate": (["console.tls_key=/no.pem"], "give both"),
    "an issuer without a key": (["console.oidc_issuer=https://id"], "console.oidc_key: name the file"),
    "no such key": (["console.oidc_issuer=https://id", "console.oidc_key=/no.pem"], "/no.pem"),
    "no reference": (["reference=/no/folder"], "/no/folder"),
}


@pytest.mark.parametrize("case", WRONG_DESK)
def test_check_tells_what_is_wrong_with_the_desk(case):
    settings, said = WRONG_DESK[case]
    done = program("check", *(word for one in settings for word in ("--set", one)))
    assert done.returncode == 1 and said in done.stdout, done.stdout


def test_as_many_settings_as_there_are():
    """The last of two hundred counts."""
    many = [word for n in range(200) for word in ("--set", f"state.dir=d{n}")]
    for command in (["run"], ["check"], ["pack", "list"], ["score"], ["explain", "ID"]):
        done = program(*command, *many, "--set", "state.dri=x", text="")
        assert 'did you mean "state.dir"?' in done.stdout + done.stderr, (command, done)
        assert done.returncode == (1 if command == ["check"] else 2)


def test_score_takes_the_keys_of_the_service_and_no_others(tmp_path):
    done = program("score", "--set", "pack=models/card-handbook/pack", "--set", "topics.alerts=a", text="")
    assert done.returncode == 0 and "events=0" in done.stderr, done.stderr
    done = program("score", "--set", f"pack={tmp_path}/nowhere", text="")
    assert done.returncode == 1 and f"{tmp_path}/nowhere" in done.stderr, done.stderr
    done = program("score", "--set", "referenc=x", text="")
    assert done.returncode == 2 and 'did you mean "reference"?' in done.stderr, done.stderr


def test_help_of_pack():
    told = program("pack", "--help")
    assert told.returncode == 0 and "Usage: xiezhi pack activate" in told.stdout
    for words in (["activate", "--help"], ["activate", "-h"], ["list", "--help"]):
        assert program("pack", *words).stdout == told.stdout
    assert program("pack", "activate").returncode == 2
    refused = program("pack", "list", "--print-config")
    assert refused.returncode == 2 and refused.stdout == ""


def test_help_and_print_config(tmp_path):
    assert "Usage: xiezhi run" in run("--help").stdout
    printed = run("--print-config")
    assert printed.returncode == 0
    config = tmp_path / "xiezhi.yaml"
    config.write_text(printed.stdout)
    checked = subprocess.run([PROGRAM, "check", "-c", config], capture_output=True, text=True,
                             timeout=60, cwd=ROOT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_file_and_set_and_secrets_from_a_file(world, tmp_path):
    """The address comes from a secret's file, the topics from the configuration, and --set is over
    both. The secret is in no log."""
    secret, config = tmp_path / "secret", tmp_path / "xiezhi.yaml"
    secret.write_text("user-of-the-file\n")
    lines = [f"topics.{name}: {topic}" for name, topic in world.topics.items()]
    config.write_text("\n".join([*lines, "log.level: debug", "kafka:",
                                 f"  sasl.username_file: {secret}", "  client.id: from-the-file"]))
    service = world.start(config=config, settings={"kafka.client.id": "from-set"})
    assert "level=debug" in service.log()
    assert "user-of-the-file" not in service.log()
    assert "from-the-file" not in service.log()


def test_value_of_a_secret_is_used(world, tmp_path):
    """The broker's address as if it were a secret: without it nothing would connect."""
    secret = tmp_path / "secret"
    secret.write_text(f"{world.broker.bootstrap}\nanother line\n")
    settings = {"kafka.bootstrap.servers": "127.0.0.1:1",
                "kafka.bootstrap.servers_file": secret}
    assert world.start("file", settings).stop() == 0
    settings = {"kafka.bootstrap.servers": "127.0.0.1:1",
                "kafka.bootstrap.servers_env": "XZ_TEST_SECRET"}
    service = world.start("env", settings, environment={"XZ_TEST_SECRET": world.broker.bootstrap})
    assert service.stop() == 0
