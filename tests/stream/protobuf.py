# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of proto/xiezhi.proto, compiled by protoc for the tests alone."""
import datetime
import importlib
import subprocess
import sys

from broker import ROOT

EAST = datetime.timezone(datetime.timedelta(hours=8))
TIMES = {"at", "start", "end", "settled_at"}


def load(directory):
    subprocess.run(["protoc", f"--proto_path={ROOT / 'proto'}", f"--python_out={directory}",
                    str(ROOT / "proto" / "xiezhi.proto")], check=True)
    sys.path.insert(0, str(directory))
    return importlib.import_module("xiezhi_pb2")


def delimited(data):
    """The messages of a file where each stands after its length as a varint."""
    at = 0
    while at < len(data):
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        yield data[at:at + length]
        at += length


def plain(message):
    """A message as the contract's JSON would have it; what is not set is left out."""
    out = {}
    for field, value in message.ListFields():
        name = "zh-CN" if field.name == "zh_cn" else field.name
        repeated = field.label == field.LABEL_REPEATED
        if field.message_type is not None:
            out[name] = [plain(v) for v in value] if repeated else plain(value)
        elif name in TIMES:
            out[name] = datetime.datetime.fromtimestamp(value / 1000, EAST).isoformat()
        else:
            out[name] = list(value) if repeated else value
    return out
