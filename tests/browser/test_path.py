# SPDX-License-Identifier: GPL-3.0-or-later
"""From an alert to a decision: by keyboard alone, by two people, on paper."""
import re

import pytest


def case_of(visitor):
    return int(re.search(r"#/case/(\d+)", visitor.page.url).group(1))


def api(visitor, path):
    return visitor.page.evaluate("path => fetch('/api/v1' + path).then(a => a.json())", path)


def wait_for_state(visitor, case, state):
    visitor.page.wait_for_function(
        "([case_id, state]) => fetch('/api/v1/cases/' + case_id).then(a => a.json())"
        ".then(c => c.state === state)", arg=[case, state], polling=250)


def press(visitor, *keys):
    for key in keys:
        visitor.page.keyboard.press(key)


def say_why(visitor, text):
    """In the dialog that is open, whose reason has the focus."""
    visitor.page.locator("dialog[open]").wait_for()
    visitor.page.keyboard.insert_text(text)
    press(visitor, "Control+Enter")
    visitor.page.locator("dialog[open]").wait_for(state="detached")


def open_from_feed(visitor, row):
    visitor.go("queue")
    press(visitor, "g", "f")
    visitor.page.wait_for_url(re.compile("#/feed"))
    visitor.page.get_by_role("row").nth(2).wait_for()
    visitor.settled()
    press(visitor, *["j"] * row, "Enter")
    visitor.page.wait_for_url(re.compile(r"#/case/\d+"))
    visitor.page.locator("main h1").first.wait_for()
    visitor.settled()
    return case_of(visitor)


@pytest.mark.parametrize("language,row,reason", [("en", 1, "asked the pharmacy: it was the wife"),
                                                 ("zh", 6, "已核实:系误报")])
def test_from_the_feed_to_a_closed_case_by_keyboard(visit, language, row, reason):
    visitor = visit("investigator", language)
    case = open_from_feed(visitor, row)
    press(visitor, "2")
    say_why(visitor, reason)
    wait_for_state(visitor, case, "closed")
    closed = api(visitor, f"/cases/{case}")
    assert closed["outcome"] == "false_positive"
    assert any(one["text"] == reason for one in closed["history"])
    press(visitor, "u") # and it can be taken back
    visitor.page.wait_for_function(
        "case_id => fetch('/api/v1/cases/' + case_id).then(a => a.json())"
        ".then(c => c.state !== 'closed')", arg=case, polling=250)


def test_help_tells_the_keys_and_search_finds(visit):
    visitor = visit()
    visitor.go("queue")
    press(visitor, "?")
    dialog = visitor.page.locator("dialog[open]")
    dialog.wait_for()
    assert dialog.locator("kbd").count() > 10
    press(visitor, "Escape")
    dialog.wait_for(state="detached")
    press(visitor, "/")
    visitor.page.keyboard.insert_text("1")
    visitor.page.get_by_role("option").first.wait_for()
    press(visitor, "Enter")
    visitor.page.wait_for_url(re.compile(r"#/case/1\b"))


def test_a_grave_action_takes_a_second_person(visit):
    """Proposed by one, approved by another, then closed."""
    investigator, approver = visit("colleague"), visit("approver")
    case = open_from_feed(investigator, 9)
    csrf = api(investigator, "/session")["csrf"]
    answer = investigator.page.evaluate(
        "([id, csrf]) => fetch(`/api/v1/cases/${id}/close`, {method: 'POST', headers: "
        "{'Content-Type': 'application/json', 'X-CSRF-Token': csrf}, body: JSON.stringify("
        "{outcome: 'confirmed', action: 4, reason: 'alone'})}).then(a => a.json())", [case, csrf])
    assert answer["error"]["code"] == "second_person_needed"
    investigator.errors.clear() # which told of that one
    press(investigator, "1")
    dialog = investigator.page.locator("dialog[open]")
    dialog.wait_for()
    dialog.locator("select, [role=radio], input[type=radio]").first.wait_for()
    choose_action(dialog, 4)
    investigator.page.locator("dialog[open] textarea").focus()
    say_why(investigator, "seen at the counter by two inspectors")
    wait_for_state(investigator, case, "proposed")
    approver.go(f"case/{case}")
    approver.page.get_by_role("button", name="Approve").first.click()
    if approver.page.locator("dialog[open]").count():
        say_why(approver, "the two reports agree")
    wait_for_state(approver, case, "approved")


def choose_action(dialog, action):
    """A1 .. A6, by whatever the dialog offers them."""
    if dialog.locator("select option[value='%d']" % action).count():
        dialog.locator("select:has(option[value='%d'])" % action).select_option(str(action))
    else:
        dialog.get_by_text(re.compile(rf"^A{action}\b")).first.click()


def test_a_case_on_paper_is_a_report(visit, tmp_path):
    visitor = visit()
    visitor.go("case/1")
    path = tmp_path / "case.pdf"
    visitor.page.emulate_media(media="print")
    text = visitor.page.locator("main").inner_text()
    assert "xiezhi explain" in text
    visitor.page.pdf(path=path, format="A4")
    assert path.stat().st_size > 20000
