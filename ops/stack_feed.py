# SPDX-License-Identifier: GPL-3.0-or-later
"""Feeds a file of events to xiezhi.events at a rate and prints alerts from xiezhi.alerts."""
import json
import sys
import time

from confluent_kafka import Consumer, Producer


def key_of(event):
    body = next(value for value in event.values() if isinstance(value, dict))
    return body.get("psn_no") or body.get("giver_psn_no") or ""


def show(consumer, wait):
    message = consumer.poll(wait)
    if message is None or message.error():
        return
    alert = json.loads(message.value())
    if alert["rev"] == 1:
        subject = alert["subject"]
        print(alert["window"]["end"][:16].replace("T", " "), alert["pattern"]["id"],
              subject["kind"], subject["id"], alert["score"], alert["explanation"]["en"][:100],
              flush=True)


def main():
    bootstrap, path, rate = sys.argv[1], sys.argv[2], float(sys.argv[3])
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5})
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"stack-{time.time()}",
                         "auto.offset.reset": "latest"})
    consumer.subscribe(["xiezhi.alerts"])
    began, sent = time.time(), 0
    with open(path, "rb") as events:
        for line in events:
            producer.produce("xiezhi.events", key=key_of(json.loads(line)), value=line.strip())
            sent += 1
            producer.poll(0)
            while sent / rate > time.time() - began:
                show(consumer, 0.01)
    producer.flush()
    while True:
        show(consumer, 1.0)


if __name__ == "__main__":
    main()
