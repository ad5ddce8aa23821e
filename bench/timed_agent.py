"""`python -m bench.timed_agent TIMINGS`: the agent as it is, its parts wrapped in clocks.

Answers on `PORT` as `main.py` does and appends a JSON line to the file TIMINGS for each call of a part:
`{"part": "model" | "identity" | "drive" | "snapshot", "ms": …}`. A model call lasts until its stream has been read.
"""

import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

from strands.models import Model

from agent.app import create_app
from agent.audit import record_drive_call
from agent.build import Service
from agent.logs import configure_logging
from agent.model import build_model
from agent.settings import Settings
from agent.store import ConversationStore, open_storage
from tools.consent import AccessTokens, ConsentSettings
from tools.google.drive_api import DriveApi, FilePage

Answer = TypeVar("Answer")
Note = Callable[[str, float], None]


class _Tokens(AccessTokens):
    """Times the reads of the vault."""

    note: Note

    def read(self) -> str:
        started = time.perf_counter()
        try:
            return super().read()
        finally:
            self.note("identity", started)


class _Api(DriveApi):
    """Times `files.list`."""

    note: Note

    def list_page(self, access_token: str, **values: Any) -> FilePage:
        started = time.perf_counter()
        try:
            return super().list_page(access_token, **values)
        finally:
            self.note("drive", started)


class _Storage:
    """Times what is written; reads happen when a conversation is opened, and for its owner."""

    def __init__(self, inner: Any, note: Note) -> None:
        self._inner = inner
        self._note = note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def write(self, key: str, data: bytes) -> None:
        started = time.perf_counter()
        await self._inner.write(key, data)
        self._note("snapshot", started)


def _timed(model: Model, note: Note) -> Model:
    inner = model.stream

    async def stream(*arguments: Any, **named: Any) -> AsyncIterator[Any]:
        started = time.perf_counter()
        async for event in inner(*arguments, **named):
            yield event
        note("model", started)

    model.stream = stream  # type: ignore[method-assign]  # the same signature, passed through
    return model


def _service(settings: Settings, note: Note) -> Service:
    tokens = _Tokens(
        ConsentSettings(
            provider=settings.provider,
            return_url=settings.return_url,
            has_connect_page=bool(settings.connect_url),
            contents=settings.contents,
        )
    )
    api = _Api(settings.google_api_url, settings.google_revoke_url, record=record_drive_call)
    tokens.note = api.note = note
    return Service(
        settings,
        model=_timed(build_model(settings.model, settings.region), note),
        store=ConversationStore(_Storage(open_storage(settings.state, settings.region), note)),
        api=api,
        tokens=tokens,
    )


def main(timings: Path, port: int, settings: Settings) -> None:
    """Serve until the process is ended."""

    def note(part: str, started: float) -> None:
        elapsed_ms = (time.perf_counter() - started) * 1000
        with timings.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"part": part, "ms": elapsed_ms}) + "\n")

    configure_logging(settings.log_level)
    create_app(settings, lambda ready: _service(ready, note)).run(port=port)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(os.environ["PORT"]), Settings.load(os.environ))
