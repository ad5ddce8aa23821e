"""Batches: many calls in one multipart request, each answered in one part. Pure.

https://developers.google.com/workspace/drive/api/guides/performance#batch-requests
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from local.google.calls import Answer, Call

__all__ = ["BatchError", "Part", "batch_boundary", "join", "split"]

_MAX_CALLS = 100
_PREFIX = "/drive/v3/"


class BatchError(Exception):
    """The request is not a batch that Drive takes. The text says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One call of a batch."""

    content_id: str
    call: Call


def split(content_type: str, body: bytes, outer: Mapping[str, str]) -> Sequence[Part]:
    """The calls in a batch. A part without its own `Authorization` uses the batch's. Raises `BatchError`."""
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    if message.get_content_type() != "multipart/mixed" or not message.is_multipart():
        raise BatchError("Failed to parse batch request, error: the content type is not multipart/mixed.")
    parts = list(message.iter_parts())
    if len(parts) > _MAX_CALLS:
        raise BatchError(f"The batch request has {len(parts)} calls; at most {_MAX_CALLS} are allowed.")
    return [_part(str(part.get("content-id", "")), str(part.get_payload()), outer) for part in parts]


def _part(content_id: str, text: str, outer: Mapping[str, str]) -> Part:
    request_line, _, rest = text.lstrip().partition("\n")
    words = request_line.split()
    if len(words) < 2:
        raise BatchError("Failed to parse batch request, error: a part has no request line.")
    target = urlsplit(words[1])
    headers = {"authorization": outer.get("authorization", "")}
    for line in rest.split("\n\n", 1)[0].replace("\r", "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    # A path that is not Drive's becomes one that no method has.
    path = target.path.removeprefix(_PREFIX) if target.path.startswith(_PREFIX) else f"/{target.path}"
    parameters = dict(parse_qsl(target.query, keep_blank_values=True))
    return Part(content_id, Call(words[0].upper(), path, parameters, headers))


def batch_boundary(body: bytes) -> str:
    """The boundary of the answer to this body."""
    return f"batch_{hashlib.sha256(body).hexdigest()[:32]}"


def join(answers: Iterable[tuple[str, Answer]], boundary: str) -> bytes:
    """The answer: a part for each call, named `response-` and the call's own name."""
    pieces = []
    for content_id, answer in answers:
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        name = content_id.replace("<", "<response-", 1)
        headers = {"Content-Type": answer.content_type, **answer.headers, "Content-Length": str(len(body))}
        lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items() if key != "content-length")
        status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        start = f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: {name}\r\n\r\n"
        pieces.append((start + status + lines + "\r\n").encode() + body + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode()
