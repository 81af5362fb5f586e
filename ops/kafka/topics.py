# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates the service's topics on a broker; what is there already must be as asked."""
import argparse
import sys

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

COMPACTED = {"cleanup.policy": "compact"}

# name: (one partition only, configuration). Packs are few and read whole by everybody.
TOPICS = {
    "events": (False, {}),
    "observations": (False, {}),
    "state": (False, COMPACTED),
    "packs": (True, COMPACTED),
    "alerts": (False, {}),
    "rejects": (False, {}),
    "dispositions": (False, {}),
}


def create(bootstrap, prefix, partitions):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    wanted = {
        f"{prefix}.{name}": NewTopic(
            f"{prefix}.{name}", 1 if single else partitions, 1, config=dict(config)
        )
        for name, (single, config) in TOPICS.items()
    }
    there = admin.list_topics(timeout=10).topics
    wrong = [
        f"{name} has {len(there[name].partitions)} partitions, not {topic.num_partitions}"
        for name, topic in wanted.items()
        if name in there and len(there[name].partitions) != topic.num_partitions
    ]
    if wrong:
        raise SystemExit("topics: " + "; ".join(wrong))
    missing = [topic for name, topic in wanted.items() if name not in there]
    if missing:
        for created in admin.create_topics(missing, operation_timeout=10).values():
            created.result(timeout=20)
    for name, topic in wanted.items():
        print(name, topic.num_partitions)


def main():
    parser = argparse.ArgumentParser(prog="kafka topics", description=__doc__)
    parser.add_argument("bootstrap")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--prefix", default="xiezhi")
    args = parser.parse_args()
    try:
        create(args.bootstrap, args.prefix, args.partitions)
    except KafkaException as error:
        sys.exit(f"topics: {error}")


if __name__ == "__main__":
    main()
