"""Frames of `application/vnd.amazon.eventstream`. Pure.

A frame is: total length, header length, CRC-32 of those eight bytes, headers, payload, CRC-32 of everything before.
Header values are strings (type 7). https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import json
import struct
from binascii import crc32
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"
_STRING = 7
_OVERHEAD_BYTES = 16


def event(name: str, payload: Mapping[str, Any]) -> bytes:
    """Encode one event of the stream; `name` is a member of `ConverseStreamOutput`."""
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, _json(payload))


def exception(name: str, message: str) -> bytes:
    """Encode an error in the middle of a stream, such as `modelStreamErrorException`; nothing may follow it."""
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, _json({"message": message}))


def frame(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Encode one frame."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack("!II", _OVERHEAD_BYTES + len(head) + len(payload), len(head))
    body = prelude + struct.pack("!I", crc32(prelude)) + head + payload
    return body + struct.pack("!I", crc32(body))


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack("!B", len(key)) + key + struct.pack("!BH", _STRING, len(text)) + text


def _json(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()
