# SPDX-License-Identifier: GPL-3.0-or-later
"""What the checks of this folder share: which files, and C without its comments and strings."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# src/ from the trust boundary to the commands: data flows down this list, includes go up it.
ORDER = (
    "base event pack stats state evidence engine alert stream cases console simulate cli".split()
)
# These link into replay, fuzzing and benchmarks: no socket, clock, thread or environment.
PURE = ORDER[: ORDER.index("alert") + 1]


def tracked(*patterns):
    """Tracked files that match, as paths from the root; a deleted one is no longer checked."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def c_files():
    return tracked(*(f"{top}/*.{kind}" for top in ("src", "tests", "benchmarks") for kind in "ch"))


def folder(name):
    """The folder of src/ a file is in, '' for others and for src/main.c."""
    parts = name.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else ""


TOKENS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def code(text):
    """The text with comments and the insides of strings blanked; lines stay where they are."""

    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[-1]
        return re.sub(r"[^\n]", " ", token)

    return TOKENS.sub(blank, text)


def finish(findings):
    """Prints findings, one a line, and ends the program."""
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
