# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "xiezhi"
CHROMIUM = "/usr/bin/chromium"
AXE = ROOT / "src/console/web/node_modules/axe-core/axe.min.js"
WIDTHS = {1280: 800, 1920: 1080}
# Asked before anybody has signed in; the browser tells it as an error, whatever the page makes of it.
EXPECTED = re.compile(r"status of 401")


def pytest_addoption(parser):
    parser.addoption("--pictures", help="leave pictures of the pages in this folder")


def pytest_configure(config):
    signal.signal(signal.SIGTERM, signal.default_int_handler) # ended by a runner, fixtures still end


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def demo():
    """Where the console of a demo is whose region has been read to its end."""
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [PROGRAM, "demo", "--listen", address, "--people", "4000", "--days", "25", "--seconds", "10",
         "--seed", "3", "--stay"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    told = []
    for line in process.stdout:
        told.append(line)
        if "stays open" in line:
            break
    else:
        pytest.fail("the demo ended:\n" + "".join(told))
    yield f"http://{address}"
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """One person at one browser."""

    def __init__(self, browser, demo, who, language, theme, width=1280):
        self.demo, self.language = demo, language
        self.context = browser.new_context(
            viewport={"width": width, "height": WIDTHS[width]}, color_scheme=theme,
            locale={"zh": "zh-CN", "en": "en-US"}[language], reduced_motion="reduce")
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{demo}/#as={who}")
        self.page.locator("main h1").first.wait_for()

    def note(self, message):
        if message.type == "error" and not EXPECTED.search(message.text):
            self.errors.append(message.text)

    def go(self, name):
        self.page.goto(f"{self.demo}/#/{name}")
        self.page.locator("main h1").first.wait_for()
        self.settled()

    def settled(self):
        """What it asked for has come, and nothing says that it is still loading."""
        self.page.wait_for_function(
            "() => document.querySelector('[aria-busy=true], .skeleton') === null", timeout=15000)
        self.page.wait_for_timeout(300) # a drawing's first frame

    def ask(self, path):
        """What the service answers to a reading, as this person."""
        return self.page.evaluate(
            """path => fetch(`/api/v1${path}`, {headers: {'X-Xiezhi-Purpose': 'verification'}})
                .then((answer) => answer.json())""", path)

    def axe(self):
        """What axe finds, a line each."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
                for one in found["violations"] for node in one["nodes"]]

    def close(self):
        self.context.close()


@pytest.fixture
def visit(chromium, demo):
    """visit(who, language, theme, width): a Visitor, closed at the end, who saw no error."""
    visitors = []

    def enter(who="investigator", language="en", theme="light", width=1280):
        visitors.append(Visitor(chromium, demo, who, language, theme, width))
        return visitors[-1]

    yield enter
    errors = [error for visitor in visitors for error in visitor.errors]
    for visitor in visitors:
        visitor.close()
    assert errors == []


@pytest.fixture
def picture(request):
    folder = request.config.getoption("--pictures")

    def take(visitor, name):
        if folder:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            visitor.page.screenshot(path=pathlib.Path(folder) / f"{name}.png")

    return take
