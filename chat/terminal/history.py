"""The conversations of one person with one agent that are kept on this machine: one file of JSON lines for each.

Files are 0600 in folders that are 0700. Kept are questions, answers and files as they were shown, never a token and
never the message that asks for consent, whose link may be AgentCore's own.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from chat.events import FileCard

__all__ = ["History", "KeptHistory", "NoHistory", "Past", "Said"]

MOST_CONVERSATIONS = 100
_LONGEST_ANSWER = 50_000
_LARGEST_BYTES = 2_000_000  # of one conversation; what is said after that is not kept
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Said:
    """A question and what was answered. `asked` is a time in UTC, ISO 8601."""

    asked: str
    question: str
    answer: str = ""
    files: tuple[FileCard, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier conversation: its first question, and when something was last said in it."""

    runtime_session: str
    first_question: str
    last: datetime


class History(Protocol):
    """What is kept of conversations. Every method raises `OSError` where the disk does not do it."""

    is_on: bool

    def add(self, runtime_session: str, said: Said) -> None:
        """Keep what was said."""

    def conversations(self) -> list[Past]:
        """Return the conversations, the latest first."""

    def said(self, runtime_session: str) -> list[Said]:
        """Return what was said in a conversation, in order."""

    def clear(self, keep: Collection[str] = ()) -> int:
        """Forget all conversations of this person but those in `keep`; return how many they were."""


class NoHistory:
    """Keeps nothing."""

    is_on = False

    def add(self, runtime_session: str, said: Said) -> None:
        """Keep nothing."""

    def conversations(self) -> list[Past]:
        """Return nothing."""
        return []

    def said(self, runtime_session: str) -> list[Said]:
        """Return nothing."""
        del runtime_session
        return []

    def clear(self, keep: Collection[str] = ()) -> int:
        """Forget nothing."""
        del keep
        return 0


class KeptHistory:
    """Keeps the last 100 conversations below `state`. `who` names the person and the agent."""

    is_on = True

    def __init__(self, state: Path, who: str) -> None:
        self._state = state
        self._who = who

    def add(self, runtime_session: str, said: Said) -> None:
        """Append a line; a new conversation may push the oldest out."""
        folder = _private(self._folder())
        path = _path(folder, runtime_session)
        is_new = not path.exists()
        lines = [{"conversation": runtime_session}] if is_new else []
        lines.append(asdict(said) | {"answer": said.answer[:_LONGEST_ANSWER]})
        # In one write, so that two terminals do not mix their lines.
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        if not is_new and path.stat().st_size + len(text) > _LARGEST_BYTES:
            return
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE_FILE)
        try:
            os.write(handle, text)
        finally:
            os.close(handle)
        if is_new:
            for _, old in self._files()[MOST_CONVERSATIONS:]:
                old.unlink(missing_ok=True)

    def conversations(self) -> list[Past]:
        """Read the beginning of every file; one that cannot be understood is left out."""
        found = []
        for changed, path in self._files():
            lines = _objects(path)
            runtime_session = next(lines, {}).get("conversation")
            first = _said(next(lines, {}))
            if isinstance(runtime_session, str) and first is not None:
                found.append(Past(runtime_session, first.question, datetime.fromtimestamp(changed, UTC)))
        return found

    def said(self, runtime_session: str) -> list[Said]:
        """Read a file."""
        return [said for said in map(_said, _objects(_path(self._folder(), runtime_session))) if said is not None]

    def clear(self, keep: Collection[str] = ()) -> int:
        """Delete the files."""
        kept = {_path(self._folder(), runtime_session) for runtime_session in keep}
        files = [path for _, path in self._files() if path not in kept]
        for path in files:
            path.unlink(missing_ok=True)
        return len(files)

    def _folder(self) -> Path:
        return self._state / "conversations" / _name(self._who)

    def _files(self) -> list[tuple[float, Path]]:
        """All files of this person, the latest first."""
        found = []
        for path in self._folder().glob("*.jsonl"):
            with contextlib.suppress(FileNotFoundError):  # another terminal has pushed it out
                found.append((path.stat().st_mtime, path))
        return sorted(found, reverse=True)


def private_file(path: Path) -> Path:
    """Make a file that only its owner reads, if there is none, and return it. Raises: `OSError`."""
    _private(path.parent)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, _PRIVATE_FILE))
    return path


def _private(folder: Path) -> Path:
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            place.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    return folder


def _path(folder: Path, runtime_session: str) -> Path:
    return folder / f"{_name(runtime_session)}.jsonl"


def _name(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()[:32]


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines that are JSON objects; a line that was cut off by a full disk is not."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict):
                yield value


def _said(line: dict[str, Any]) -> Said | None:
    try:
        cards = tuple(FileCard(**{name: str(value) for name, value in card.items()}) for card in line.get("files", ()))
        return Said(str(line["asked"]), str(line["question"]), str(line.get("answer", "")), cards)
    except (KeyError, TypeError, AttributeError):
        return None
