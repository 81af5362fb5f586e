# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Kafka node of this test run, and what an independent client sees in its topics."""
import itertools
import os
import pathlib
import socket
import subprocess
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
KAFKA = ROOT / "ops" / "kafka" / "kafka"
FIRST_PORT = int(os.environ.get("XZ_STREAM_PORT", "19300"))
PORTS = 500
DEADLINE_S = 30

# Begun elsewhere by each process: a port is free until somebody takes it, and two runs at once would
# take the same ones.
_begin = os.getpid() * 50 % PORTS
_ports = itertools.cycle(FIRST_PORT + (_begin + n) % PORTS for n in range(PORTS))


def free_port():
    """The next port of the range that nobody listens on."""
    for _ in range(PORTS):
        port = next(_ports)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}")


def wait_for(what, condition, deadline_s=DEADLINE_S, every_s=0.05):
    """Polls until condition() is true, and returns that; fails with `what` at the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline_s} s")
        time.sleep(every_s)


class Broker:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.bootstrap = None

    def start(self):
        command = [str(KAFKA), "start", str(self.directory)]
        if self.bootstrap is None:
            command += ["--port", str(free_port())]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        self.bootstrap = done.stdout.split()[-1]

    def stop(self, kill=False):
        command = [str(KAFKA), "stop", str(self.directory)] + (["--kill"] if kill else [])
        subprocess.run(command, check=True, timeout=60)

    def create(self, topic, partitions, **config):
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        made = admin.create_topics([NewTopic(topic, partitions, 1, config=config)])
        made[topic].result(timeout=20)

    def grow(self, topic, partitions):
        from confluent_kafka.admin import NewPartitions

        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        admin.create_partitions([NewPartitions(topic, partitions)])[topic].result(timeout=20)

    def truncate(self, topic, partition, before):
        """Records before an offset are gone, as after their retention."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        for done in admin.delete_records([TopicPartition(topic, partition, before)]).values():
            done.result(timeout=20)

    def partitions(self, topic):
        """How many, 0 when the topic is not there."""
        admin = AdminClient({"bootstrap.servers": self.bootstrap})
        there = admin.list_topics(timeout=10).topics
        return len(there[topic].partitions) if topic in there else 0

    def produce(self, topic, records, rate=None):
        """records: (key, value, headers or None[, partition]); returns when all are acknowledged.
        rate: records a second, as fast as it goes when None."""
        failed = []

        def report(error, _):
            if error is not None:
                failed.append(error)

        producer = Producer({"bootstrap.servers": self.bootstrap, "linger.ms": 5,
                             "enable.idempotence": True, "message.max.bytes": 8000000,
                             "log_level": 0}) # outages are on purpose
        began = time.monotonic()
        for sent, (key, value, headers, *where) in enumerate(records):
            more = {"partition": where[0]} if where else {}
            while True:
                try:
                    producer.produce(topic, key=key, value=value, headers=headers,
                                     on_delivery=report, **more)
                    break
                except BufferError: # the queue is full
                    producer.poll(0.1)
            producer.poll(0)
            while rate and sent / rate > time.monotonic() - began:
                producer.poll(0.005)
        left = producer.flush(60)
        assert left == 0 and not failed, f"{left} not acknowledged, {failed[:3]}"

    def read(self, topic, count=None):
        """Every record there is now, partition by partition in order."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "test-reader",
                             "enable.auto.commit": False, "enable.partition.eof": True,
                             "auto.offset.reset": "earliest", "fetch.wait.max.ms": 10})
        try:
            places = [TopicPartition(topic, p, 0) for p in range(count or self.partitions(topic))]
            for place in places:
                place.offset = consumer.get_watermark_offsets(place, 20, cached=False)[0]
            consumer.assign(places)
            messages, open_places = [], len(places)
            end = time.monotonic() + DEADLINE_S
            while open_places > 0:
                assert time.monotonic() < end, f"{topic} cannot be read to its end"
                for message in consumer.consume(1000, 0.2):
                    if message.error() is None:
                        messages.append(message)
                    elif message.error().code() == KafkaError._PARTITION_EOF:
                        open_places -= 1
                    else:
                        raise KafkaException(message.error())
            return sorted(messages, key=lambda m: (m.partition(), m.offset()))
        finally:
            consumer.close()

    def ends(self, topic):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "test-reader"})
        try:
            return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), 20, cached=False)[1]
                    for p in range(self.partitions(topic))}
        finally:
            consumer.close()

    def committed(self, group, topic):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": group})
        try:
            places = [TopicPartition(topic, p) for p in range(self.partitions(topic))]
            return {place.partition: place.offset for place in consumer.committed(places, 20)}
        finally:
            consumer.close()
