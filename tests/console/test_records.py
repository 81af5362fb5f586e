# SPDX-License-Identifier: GPL-3.0-or-later
"""Original records behind exhibits: the exhibit's own event, or none."""
import io
import json
import tarfile

from broker import wait_for
from desk import ADMIN, alert, alert_records, region
from service import key_of, records_of


def exhibit(number, msgid, person, **source):
    """An alert of one person with one exhibit, which names a place."""
    made = alert(number, subject={"kind": "insured", "id": person})
    made["exhibits"][0] |= {"msgid": msgid, "insured": person, "source": source}
    return made


def test_the_record_is_the_exhibits_own(own_desk):
    desk, world = own_desk, own_desk.world
    topic = world.topics["events"]
    events = [json.loads(line) for line in region(world.directory, people=200, days=1)[:3]]
    person, short = key_of(events[0]), "48151"
    events[1]["msgid"] = f"m-{key_of(events[1])}-1" # people's ids in it are shown as pseudonyms
    body = next(value for value in events[2].values() if isinstance(value, dict))
    body["psn_no"], events[2]["msgid"] = short, f"m-{short}-2" # too short to be found in a text
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in events]
    world.produce(records_of(lines))
    first, second = events[0]["msgid"], events[1]["msgid"]
    places = {
        "own": exhibit(1, first, person, topic=topic, partition=0, offset=0),
        "with a name": exhibit(2, second, key_of(events[1]), topic=topic, partition=0, offset=1),
        "with a short name": exhibit(3, events[2]["msgid"], short, topic=topic, partition=0, offset=2),
        "another's": exhibit(4, "MINE", person, topic=topic, partition=0, offset=0),
        "none": exhibit(5, "", person, topic=topic, partition=0, offset=0),
        "no offset": exhibit(6, first, person, topic=topic, partition=0),
        "texts": exhibit(7, first, person, topic=topic, partition="0", offset="0"),
        "a fraction": exhibit(8, first, person, topic=topic, partition=0, offset=0.0),
        "too large": exhibit(9, first, person, topic=topic, partition=4294967296, offset=0),
        "below": exhibit(10, first, person, topic=topic, partition=0, offset=-1),
    }
    good = {"own", "with a name", "with a short name"}
    refused = {"none", "no offset", "texts", "a fraction", "too large", "below"} # where they come in
    world.produce(alert_records(places.values()), topic=world.topics["alerts"])
    desk.start()
    for name, roles in ((ADMIN, "admin"), ("li", "investigator"), ("checker", "auditor")):
        desk.add_account(name, roles)
    li = desk.user("li")
    taken = lambda: list(li.pages("/alerts"))
    wait_for("the alerts", lambda: len(taken()) == len(places) - len(refused))
    for what, made in places.items():
        answer = li.get(f"/alerts/{made['alert_id']}/records/0")
        if what in good:
            assert answer.status == 200, (what, answer.body)
            for id in (person, key_of(events[1])):
                assert id.encode() not in answer.body, what
        else:
            assert answer.code == "not_found", what
    read = desk.user("checker").good("GET", "/audit", action="record.read")["items"]
    assert len(read) == len(good) # of the others nothing was read
    # and so in the pack: what is not there is said to be so
    packs = {}
    for row in li.good("GET", "/cases")["items"]:
        answer = li.get(f"/cases/{row['id']}/evidence")
        with tarfile.open(fileobj=io.BytesIO(answer.body)) as tar:
            packs |= {name: tar.extractfile(name).read() for name in tar.getnames()
                      if name.startswith("events/")}
            packs.setdefault("unavailable", []).extend(
                json.load(tar.extractfile("manifest.json"))["unavailable"])
    assert sorted(json.loads(packs[name])["infno"] for name in packs if name != "unavailable") == sorted(
        event["infno"] for event in events)
    assert packs["unavailable"] == ["MINE"]
    desk.audit()
