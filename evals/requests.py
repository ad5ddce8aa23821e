"""Everyday requests as typed data: what a person types, which tool calls answer it, and which files those must give.

The tools are tested on the calls alone; the evals say the same requests to the agent. A request is one turn, or
several `turns`:

    say            what the person types
    call, calls    {"tool": name, "arguments": {...}}, or a list of them
    files          as in cases.json; a name that occurs twice is listed twice; "Notes @ Personal" also tells the folder
    close          the files that come near when nothing fits, in the same form
    says           each entry is a text, or a list of texts of which one is said: by the tool and by the agent
    says_not       texts that neither may say

`person` (alice), `timezone` (UTC), `locale` (en) and `alone` (false; the evals hold no other conversation at the same
time: for what is asked for consent first) may be left out. In `say` and in arguments, `{last_thursday}`,
`{20_days_ago}`, `{4_months_ago}`, `{1_quarter_ago}` and `{4_years_ago}` are told from today; in arguments,
`{handle:NAME}` stands for the handle under which an earlier turn showed a file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from evals.cases import (
    CaseError,
    EvalCase,
    FilesExpected,
    Turn,
    parse_alternatives,
    parse_files,
    parse_object,
    parse_texts,
    require,
)
from evals.days import said

__all__ = ["REQUESTS_FILE", "Call", "Request", "RequestTurn", "as_case", "load_requests", "parse_request"]

REQUESTS_FILE = Path(__file__).with_name("requests.json")
_REQUEST_KEYS = {"id", "person", "timezone", "locale", "alone", "turns"}
_TURN_KEYS = {"say", "call", "calls", "files", "close", "says", "says_not"}


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call as a model should make it. Days are filled in; handles are not."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RequestTurn:
    """One thing a person types, the calls that answer it, and what these must give."""

    say: str
    calls: tuple[Call, ...]
    files: FilesExpected | None = None
    close: FilesExpected | None = None
    says: tuple[tuple[str, ...], ...] = ()
    says_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One conversation of a single request, or of one and its follow-ups."""

    id: str
    turns: tuple[RequestTurn, ...]
    person: str = "alice@example.com"
    timezone: str = "UTC"
    locale: str = "en"
    alone: bool = False


def load_requests(now: date, path: Path = REQUESTS_FILE) -> tuple[Request, ...]:
    """Read the requests of all groups, with the days told from `now`. Raises `CaseError`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(f"{path.name} cannot be read: {error}") from error
    groups = raw.get("groups") if isinstance(raw, dict) else None
    if not isinstance(groups, list) or not groups:
        raise CaseError(f'{path.name} must hold {{"groups": [group, …]}} with at least one group')
    found = [parse_request(request, now) for group in groups for request in _requests(group, path.name)]
    ids = [request.id for request in found]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    require(not twice, f"these ids are used more than once: {', '.join(twice)}")
    return tuple(found)


def _requests(group: object, where: str) -> list[object]:
    requests = parse_object(group, {"about", "requests"}, f"{where}, a group").get("requests")
    if not isinstance(requests, list) or not requests:
        raise CaseError(f"{where}: a group must have requests")
    return requests


def parse_request(raw: object, now: date) -> Request:
    """Read one request. Raises `CaseError`."""
    name = raw.get("id", "?") if isinstance(raw, dict) else "?"
    found = parse_object(raw, _REQUEST_KEYS | _TURN_KEYS, f"request {name}")
    require(isinstance(found.get("id"), str) and bool(found["id"]), f"request {name}: id must be a text")
    about = {key: found[key] for key in ("person", "timezone", "locale", "alone") if key in found}
    single = {key: value for key, value in found.items() if key in _TURN_KEYS}
    require(bool(single) != ("turns" in found), f"request {name}: give either say and call, or turns")
    turns = found.get("turns", [single])
    require(isinstance(turns, list) and bool(turns), f"request {name}: turns must be a list of at least one turn")
    parsed = (
        _turn(turn, now, about.get("locale", "en"), f"request {name}, turn {number}")
        for number, turn in enumerate(turns, start=1)
    )
    return Request(name, tuple(parsed), **about)


def as_case(request: Request) -> EvalCase:
    """Return the request as a conversation to grade: by the names that are shown, and by what must be said."""
    turns = tuple(
        Turn(
            say=turn.say,
            files=_names_only(turn.files),
            must_say=turn.says,
            must_not_say=turn.says_not,
            gives_consent=True,
        )
        for turn in request.turns
    )
    return EvalCase(request.id, request.person, turns, request.timezone, request.locale, request.alone)


def _turn(raw: object, now: date, locale: str, where: str) -> RequestTurn:
    found = parse_object(raw, _TURN_KEYS, where)
    require(isinstance(found.get("say"), str) and bool(found["say"].strip()), f"{where}: say must be a text")
    require(("call" in found) != ("calls" in found), f"{where}: give either call or calls")
    calls = found["calls"] if "calls" in found else [found["call"]]
    require(isinstance(calls, list) and bool(calls), f"{where}: calls must be a list of at least one call")
    return RequestTurn(
        say=said(found["say"], now, locale),
        calls=tuple(_call(call, now, where) for call in calls),
        files=parse_files(found["files"], where) if "files" in found else None,
        close=parse_files(found["close"], where) if "close" in found else None,
        says=parse_alternatives(found.get("says", []), where),
        says_not=tuple(parse_texts(found.get("says_not", []), where)),
    )


def _call(raw: object, now: date, where: str) -> Call:
    found = parse_object(raw, {"tool", "arguments"}, where)
    arguments = found.get("arguments")
    if not isinstance(found.get("tool"), str) or not isinstance(arguments, dict):
        raise CaseError(f"{where}: a call needs a tool and its arguments")
    filled = {name: said(value, now) if isinstance(value, str) else value for name, value in arguments.items()}
    return Call(found["tool"], filled)


def _names_only(files: FilesExpected | None) -> FilesExpected | None:
    # An agent's listing shows names; where a file is, only its link would tell.
    return files and FilesExpected(files.rule, tuple(name.partition(" @ ")[0] for name in files.names))
