# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays, what is said once, and what has room, while others work at the same cases."""
from test_path import api, press


def change(visitor, case, what, body):
    """As somebody else does it: nothing of it passes through the page."""
    return visitor.page.evaluate(
        "([id, what, body]) => fetch('/api/v1/session').then(a => a.json())"
        ".then(s => fetch(`/api/v1/cases/${id}/${what}`, {method: 'POST', headers: "
        "{'Content-Type': 'application/json', 'X-CSRF-Token': s.csrf}, body: JSON.stringify(body)}))"
        ".then(a => a.status)", [case, what, body])


def open_cases(visitor):
    return [one for one in api(visitor, "/cases?limit=200")["items"] if one["state"] == "new"]


def drawn(visitor):
    visitor.page.mouse.move(1, 1)
    visitor.page.wait_for_timeout(300)
    return visitor.page.locator(".area canvas").first.evaluate("canvas => canvas.toDataURL()")


def test_new_data_leave_a_map_where_it_was_dragged(visit):
    visitor = visit()
    visitor.page.clock.install()
    visitor.go("overview")
    visitor.page.locator(".area canvas").first.scroll_into_view_if_needed()
    at_first = drawn(visitor)
    box = visitor.page.locator(".area canvas").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 30, y + 40, steps=5)
    visitor.page.mouse.up()
    dragged = drawn(visitor)
    assert dragged != at_first
    with visitor.page.expect_response(lambda answer: "/api/v1/overview" in answer.url):
        assert change(visitor, open_cases(visitor)[-1]["id"], "notes", {"text": "heard of it"}) == 200
        visitor.page.wait_for_timeout(1000) # the stream tells
        visitor.page.clock.fast_forward(21000)
    visitor.settled()
    assert drawn(visitor) == dragged


def test_a_number_of_parties_leaves_room_for_the_button(visit):
    visitor = visit()
    most = max((api(visitor, f"/cases/{one['id']}") for one in open_cases(visitor)[:20]),
               key=lambda case: len(case["parties"]))
    assert len(most["parties"]) >= 10
    visitor.go(f"case/{most['id']}")
    header = visitor.page.locator("section[aria-labelledby=case-parties] > header")
    number, button, outer = header.evaluate("""header => {
        const words = document.createRange();
        words.selectNodeContents(header.querySelector('h2 + span'));
        return [words, header.querySelector('button'), header]
            .map(one => one.getBoundingClientRect()).map(one => one.toJSON());
    }""")
    assert button["left"] >= number["right"] + 8 or button["top"] >= number["bottom"], "no space between them"
    assert button["right"] <= outer["right"], "over the edge"


def test_a_version_conflict_is_told_once(visit):
    visitor, other = visit("investigator"), visit("colleague")
    case = open_cases(visitor)[-2]["id"]
    visitor.go(f"case/{case}")
    press(visitor, "2")
    dialog = visitor.page.locator("dialog[open]")
    dialog.wait_for()
    assert change(other, case, "start", {"version": api(other, f"/cases/{case}")["version"]}) == 200
    visitor.page.wait_for_timeout(1000) # the stream tells
    visitor.page.keyboard.insert_text("asked the counter")
    press(visitor, "Control+Enter")
    dialog.get_by_role("alert").wait_for()
    visitor.errors.clear() # which told of the conflict
    text = visitor.page.locator("body").inner_text()
    assert text.count("meanwhile") == 1 and "changed elsewhere" not in text
    press(visitor, "Escape")
    visitor.page.get_by_role("button", name="Show what is new").wait_for()
