# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual pages against what the program itself says."""
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "ops/man"
CONFIG = PAGES / "xiezhi.conf.5"


def program(*arguments):
    done = subprocess.run([ROOT / "build/xiezhi", *arguments], capture_output=True, text=True,
                          encoding="utf-8", timeout=30, check=False)
    return done.stdout if done.returncode == 0 else ""


def commands():
    """Those that `xiezhi --help` lists."""
    return re.findall(r"^  ([a-z]+)  +\S", program("--help"), re.MULTILINE)


def options_of_help(text):
    """{(short or '', long, argument or '')}"""
    pattern = r"^ +(?:-(\w), |    )--([a-z-]+)(?: ([A-Z][A-Z=]*))?(?=[ \n])"
    return set(re.findall(pattern, text + "\n", re.MULTILINE))


def options_of_page(text):
    pattern = r"^\.It (?:Fl (\w) , )?Fl -([a-z-]+)(?: Ar (\S+))?$"
    return set(re.findall(pattern, text, re.MULTILINE))


def difference(said, documented):
    return ([f"{one}: the program has it, the page has not" for one in sorted(said - documented)]
            + [f"{one}: the page has it, the program has not"
               for one in sorted(documented - said)])


def check_options(count):
    page = (PAGES / "xiezhi.1").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\.It Cm ([a-z]+)$", page, re.MULTILINE))
    count.check("xiezhi.1: the commands", difference(set(commands()), listed)
                or (None if listed else "none"))
    for command in commands():
        path = PAGES / f"xiezhi-{command}.1"
        if not path.exists():
            count.check(f"{path.name}: is there", "no such page")
            continue
        said = options_of_help(program(command, "--help"))
        told = options_of_page(path.read_text(encoding="utf-8"))
        wrong = difference(said, told)
        if command != "version" and not said:
            wrong.append("--help has no options")
        count.check(f"{path.name}: the options", wrong)
    pages = {path.name for path in PAGES.glob("xiezhi-*.1")}
    wanted = {f"xiezhi-{command}.1" for command in commands()}
    count.check("ops/man: a page for each command", difference(wanted, pages))


def keys_of_program():
    """{key: default} of --print-config."""
    keys = {}
    for line in program("run", "--print-config").splitlines():
        match = re.fullmatch(r"([a-z._]+): (\"\"|\S+)(?: #.*)?", line)
        if match:
            keys[match.group(1)] = match.group(2)
    return keys


def keys_of_page(text):
    """{key: default} of the page; one with a default that is empty has '""'."""
    keys = {}
    for part in text.split("\n.It Ic ")[1:]:
        name = part.split("\n", 1)[0]
        default = re.search(r"Default:(?: empty\.|\n\.Li (\S+) \.)", part)
        if " " not in name:
            keys[name] = (default.group(1) or '""') if default else "none told"
    return keys


def check_keys(count):
    said = keys_of_program()
    told = keys_of_page(CONFIG.read_text(encoding="utf-8"))
    wrong = difference(set(said.items()), set(told.items()))
    count.check("xiezhi.conf.5: keys and defaults", wrong if said else "the program tells none")


def check_form(count):
    """Clean for mandoc, and for groff where it is installed."""
    tools = [["mandoc", "-T", "lint", "-W", "warning"]]
    if shutil.which("groff"):
        tools.append(["groff", "-ww", "-K", "utf8", "-mdoc", "-T", "utf8", "-z"])
    for path in sorted(PAGES.iterdir()):
        for tool in tools:
            done = subprocess.run([*tool, path], capture_output=True, text=True, check=False)
            said = done.stdout + done.stderr
            wrong = said or (f"exit code {done.returncode}" if done.returncode else None)
            count.check(f"{path.name}: {tool[0]}", wrong)


def check_all(count):
    check_options(count)
    check_keys(count)
    check_form(count)
