"""The parsers' own process: a file on standard input, what it says as JSON on standard output.

`extract` starts it as `python -I -S -c …`, with no environment, and ends it if it takes too long. Its own limits on
memory, processor time, files and processes hold for whatever a file makes a parser do.
"""

import importlib
import json
import resource
import signal
import sys
from contextlib import suppress
from typing import Any

from tools.errors import UnreadableFileError
from tools.extraction.cleaning import clean
from tools.extraction.draft import MAX_CHARACTERS, Draft, DraftFullError, Reader

__all__ = ["main"]


class _OutOfTime(BaseException):  # no Exception: a parser that goes on after those must not catch it
    """The time for reading is over; what has been read by then is the answer."""


def main(kind: str, reading_s: float, cpu_s: int, memory_bytes: int) -> None:
    """Read standard input as a file of this kind (a module of this package) and write an answer or a reason.

    `{"text": …, "notes": […]}` or `{"reason": …}`. After `reading_s` seconds the answer is what was read by then.
    """
    reader: Reader = importlib.import_module(f"tools.extraction.{kind}").read
    _limit(cpu_s, memory_bytes)
    answer = _read(reader, sys.stdin.buffer.read(), reading_s)
    sys.stdout.write(json.dumps(answer))


def _raise_out_of_time(*_: Any) -> None:
    raise _OutOfTime


def _limit(cpu_s: int, memory_bytes: int) -> None:
    limits = {
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),  # SIGXCPU at the first, SIGKILL at the second
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_NPROC: (0, 0),
    }
    for which, values in limits.items():
        with suppress(OSError, ValueError):  # macOS has not all of them
            resource.setrlimit(which, values)


def _read_in_time(reader: Reader, content: bytes, draft: Draft, reading_s: float) -> None:
    signal.signal(signal.SIGALRM, _raise_out_of_time)
    signal.setitimer(signal.ITIMER_REAL, reading_s)
    try:
        reader(content, draft)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read(reader: Reader, content: bytes, reading_s: float) -> dict[str, Any]:
    draft = Draft()
    try:
        _read_in_time(reader, content, draft, reading_s)
    except UnreadableFileError as error:
        return {"reason": error.reason}
    except DraftFullError:
        draft.note(f"the text is longer than {MAX_CHARACTERS:,} characters, the first of them are here")
    except _OutOfTime:
        if not draft.text.strip():
            return {"reason": "too slow"}
        draft.note("reading it took too long; only a beginning of it is here")
    except MemoryError:
        return {"reason": "too large"}
    except Exception:  # noqa: BLE001 - a parser may raise anything over a file made by a stranger
        return {"reason": "damaged"}
    text = clean(draft.text[:MAX_CHARACTERS])
    return {"text": text, "notes": draft.notes} if text else {"reason": "no text"}
