# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the console: screenshots.py FOLDER."""
import pathlib
import signal
import socket
import subprocess
import sys

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[1]
LANGUAGES = {"en": "en-US", "zh-CN": "zh-CN"}
PAGES = ["overview", "queue", "case", "feed", "patterns"]
DARK = {"feed"} # one of them shows the other theme


def demo(address):
    """A demo whose region has been read to its end."""
    process = subprocess.Popen(
        [ROOT / "build/xiezhi", "demo", "--listen", address, "--people", "20000", "--days", "60",
         "--seconds", "60", "--stay"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if "stays open" in line:
            return process
    sys.exit("the demo ended")


def best_case(page):
    """The case of a run of cards at a counter that is worth most: it has the most to show."""
    found = page.evaluate("() => fetch('/api/v1/cases?pattern=T09&limit=1').then(a => a.json())")
    return found["items"][0]["id"]


def shoot(browser, address, language, folder):
    for name in PAGES:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale=LANGUAGES[language],
            color_scheme="dark" if name in DARK else "light", reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"http://{address}/#as=investigator")
        page.locator("main h1").first.wait_for()
        where = f"case/{best_case(page)}" if name == "case" else name
        page.goto(f"http://{address}/#/{where}")
        page.locator("main h1").first.wait_for()
        page.wait_for_timeout(3000)
        page.screenshot(path=folder / f"{name}-{language}.png")
        context.close()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    process = demo(address)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                             args=["--no-sandbox"])
        for language in LANGUAGES:
            shoot(browser, address, language, folder)
        browser.close()
    process.send_signal(signal.SIGINT)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
