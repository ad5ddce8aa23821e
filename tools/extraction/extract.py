"""The text of a file: text formats are read here, everything that needs a parser in a process of its own."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from tools.errors import ReadingBusyError, UnreadableFileError
from tools.extraction import plain
from tools.extraction.cleaning import clean
from tools.extraction.draft import MAX_CHARACTERS, Draft, Extracted
from tools.extraction.plans import kind_of
from tools.extraction.process import TooSlowError, run

__all__ = ["MAX_BYTES", "Extracted", "Limits", "extract"]

MAX_BYTES = 25_000_000  # of one file; exports end at Drive's own 10 MB
_ROOT = Path(__file__).resolve().parents[2]
_MAX_PROCESSES = 2
_PROCESSES = BoundedSemaphore(_MAX_PROCESSES)
# Who waits holds a worker thread, which other conversations need. A few may, as most files are read within a second;
# a model that asks for more at once is told to ask for fewer.
_CALLS = BoundedSemaphore(_MAX_PROCESSES + 6)
# -I and -S: no user's site, no start-up files, no PYTHON… settings; hence our own path, which is where modules are.
_START = (
    "import json, sys; order = json.loads(sys.argv[1]); sys.path[:] = order.pop('path'); "
    "from tools.extraction.worker import main; main(**order)"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. After `reading_s` it ends with what it has; at `timeout_s` it is killed."""

    reading_s: float = 15.0
    timeout_s: float = 20.0
    memory_bytes: int = 1 << 30
    waiting_s: float = 10.0


def extract(content: bytes, content_type: str, limits: Limits = Limits()) -> Extracted:
    """Read a file of a type that `plans.plan_of` plans. Blocks; two files are parsed at once, a few others wait.

    The same bytes give the same text, so that a place in it stays one from call to call; when time ran out (a note
    says so) it may end earlier or later. Raises: `UnreadableFileError`, also for a type that cannot be read;
    `ReadingBusyError`.
    """
    kind = kind_of(content_type)
    if not kind:
        raise UnreadableFileError("no text")
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("too large")
    if kind in plain.READERS:
        return _read_plain(kind, content)
    with _place(_CALLS, 0), _place(_PROCESSES, limits.waiting_s):
        return _read_apart(kind, content, limits)


@contextmanager
def _place(places: BoundedSemaphore, waiting_s: float) -> Iterator[None]:
    if not places.acquire(timeout=waiting_s):
        raise ReadingBusyError
    try:
        yield
    finally:
        places.release()


def _read_plain(kind: str, content: bytes) -> Extracted:
    draft = Draft(limit=sys.maxsize)  # no longer than the file is
    try:
        plain.READERS[kind](content, draft)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnreadableFileError("damaged") from error
    text = draft.text
    if len(text) > MAX_CHARACTERS:
        draft.note(f"the text is longer than {MAX_CHARACTERS:,} characters, the first of them are here")
    text = clean(text[:MAX_CHARACTERS])
    if not text:
        raise UnreadableFileError("no text")
    return Extracted(text, tuple(draft.notes))


def _read_apart(kind: str, content: bytes, limits: Limits) -> Extracted:
    order = {
        "path": [str(_ROOT), *(str(Path(each).resolve()) for each in sys.path if each)],
        "kind": kind,
        "reading_s": limits.reading_s,
        "cpu_s": max(1, round(limits.timeout_s)),
        "memory_bytes": limits.memory_bytes,
    }
    command = [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, json.dumps(order)]
    try:
        status, output = run(command, content, limits.timeout_s)
    except TooSlowError as error:
        raise UnreadableFileError("too slow") from error
    if status:  # nobody but the kernel kills it here, when memory is short
        reasons = {-signal.SIGXCPU: "too slow", -signal.SIGKILL: "too large"}
        raise UnreadableFileError(reasons.get(status, "damaged"))
    answer = json.loads(output)
    if "reason" in answer:
        raise UnreadableFileError(answer["reason"])
    return Extracted(answer["text"], tuple(answer["notes"]))
