"""Google's batches: many GETs in one multipart request, each answered in one part. Pure.

https://developers.google.com/workspace/drive/api/guides/performance#batch-requests. The official client's own batch is
not used: it sends again, by itself and uncounted, what was answered with 401, and needs credentials for it. Here a
part holds a path only, so that it cannot name another host; the batch's `Authorization` counts for all of them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

# "You're limited to 100 calls in a single batch request."
MAX_CALLS = 100

_BOUNDARY = "drive-agent-batch"
_TARGET = re.compile(r"/[\x21-\x7e]+")
_CONTENT_ID = re.compile(rb"^content-id:\s*<?response-(\d+)>?\s*$", re.IGNORECASE | re.MULTILINE)
_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """The answer to one call. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def write_batch(targets: Sequence[str]) -> tuple[str, str]:
    """Return the content type and the body of a batch that GETs `targets`, each a path with its query.

    Raises: `ValueError` for a target that is no path, or where there are more than `MAX_CALLS`.
    """
    if len(targets) > MAX_CALLS:
        raise ValueError(f"a batch holds at most {MAX_CALLS} calls")
    parts = []
    for number, target in enumerate(targets):
        if not _TARGET.fullmatch(target) or target.startswith("//"):
            raise ValueError("a call in a batch has a path, and no host")
        parts.append(
            f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
            f"GET {target} HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
        )
    return f"multipart/mixed; boundary={_BOUNDARY}", "".join(parts) + f"--{_BOUNDARY}--\r\n"


def read_batch(content_type: str, body: bytes) -> dict[int, PartAnswer]:
    """Return the answers by the position of their call; a call that was not answered is missing.

    Raises: `ValueError` for what is no answer to a batch.
    """
    head = Message()
    head["content-type"] = content_type
    boundary = head.get_boundary()
    if head.get_content_maintype() != "multipart" or not boundary:
        raise ValueError("not a batch")
    pieces = re.split(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("ascii", "replace")), body)
    return dict(filter(None, map(_read_part, pieces[1:])))


def _read_part(piece: bytes) -> tuple[int, PartAnswer] | None:
    """Read one part: its own headers, then a status line and headers, then the body. The closing `--` is none."""
    outer, *rest = _BLANK_LINE.split(piece, maxsplit=2)
    number = _CONTENT_ID.search(outer)
    if not number or not rest:
        return None
    start, *lines = rest[0].split(b"\n")
    status = _STATUS_LINE.match(start.lstrip())
    if not status:
        return None
    headers = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(number[1]), PartAnswer(int(status[1]), headers, rest[1].strip() if len(rest) > 1 else b"")


__all__ = ["MAX_CALLS", "PartAnswer", "read_batch", "write_batch"]
