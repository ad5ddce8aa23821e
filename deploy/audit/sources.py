"""Where audit lines are read from: files, rotated and compressed ones as well, and standard input."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from deploy.errors import InvalidOptionError

__all__ = ["STANDARD_INPUT", "Source", "left_out", "lines_of"]

STANDARD_INPUT = "-"
# Ours have less than 1 KB; a container's log may hold anything.
LONGEST_LINE = 64 * 1024


class Source(Protocol):
    """Anything open for reading bytes."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line, or `size` bytes of it; nothing at the end."""


def lines_of(paths: Sequence[str], standard_input: Source) -> Iterator[str]:
    """Yield the lines of every source, one after the other; of a longer one its first 64 KB.

    Raises: `InvalidOptionError` where a source cannot be read to its end.
    """
    for path in dict.fromkeys(paths):
        with _opened(path, standard_input) as file:
            is_middle = False
            while piece := file.readline(LONGEST_LINE):
                if not is_middle:
                    yield piece.decode(errors="replace")
                is_middle = not piece.endswith(b"\n")


def left_out(paths: Sequence[str]) -> list[str]:
    """Return the rotated files beside the given ones that were not given, by name."""
    given = {Path(path).resolve() for path in paths if path != STANDARD_INPUT}
    beside = {
        found for path in given for found in path.parent.iterdir() if _is_rotated(found, path) and found.is_file()
    }
    return sorted(path.name for path in beside - given)


def _is_rotated(found: Path, path: Path) -> bool:
    """`audit.jsonl` becomes `audit.jsonl.1`, `audit.jsonl-20261120` or `audit-20261120.jsonl`, perhaps with .gz."""
    name = found.name.removesuffix(".gz")
    return name.startswith(path.name) or (name.startswith(f"{path.stem}-") and name.endswith(path.suffix))


@contextmanager
def _opened(path: str, standard_input: Source) -> Iterator[Source]:
    if path == STANDARD_INPUT:
        yield standard_input
        return
    try:
        with gzip.GzipFile(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as file:
            yield file
    except (OSError, EOFError, zlib.error, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is damaged"
        raise InvalidOptionError(
            f"{path} cannot be read ({why}): nothing is reported of the other files either."
        ) from error
