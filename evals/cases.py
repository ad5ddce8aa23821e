"""Cases as typed data, and the loader that says what is wrong with them.

A case is one conversation of one person. Expectations hold turn by turn:

    say            what the person says
    files          {"set": [names]} | {"first": [names]} | {"includes": [names]} | {"none": true}; absent: not graded
    must_say       each entry is a text, or a list of texts of which one must be said
    must_not_say   texts
    consent        whether the turn must end by asking for consent (false)
    gives_consent  whether the person gives it where they are asked, and the turn is graded as it goes on (false)
    tool_calls     a number, or [least, most]; absent: not graded

`{last_monday}` … `{last_sunday}` stand for that day of the previous Monday-to-Sunday week in any usual form, and
`{last_monday_day}` for its day of the month alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from evals.days import fill

CASES_FILE = Path(__file__).with_name("cases.json")
FilesRule = Literal["set", "first", "includes", "none"]
_CASE_KEYS = {"id", "person", "timezone", "locale", "turns"}
_TURN_KEYS = {"say", "files", "must_say", "must_not_say", "consent", "gives_consent", "tool_calls"}


class CaseError(ValueError):
    """The cases cannot be used; `str()` says which and why."""


@dataclass(frozen=True, slots=True)
class FilesExpected:
    """Which files a turn must show. `first` also fixes their order; `names` is empty for `none`."""

    rule: FilesRule
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a person says, and what is expected of the answer."""

    say: str
    files: FilesExpected | None = None
    must_say: tuple[tuple[str, ...], ...] = ()
    must_not_say: tuple[str, ...] = ()
    consent: bool = False
    gives_consent: bool = False
    tool_calls: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class EvalCase:
    """One conversation. `person` is the e-mail address that the person signs in with.

    `alone`: no other conversation goes on at the same time, so that what came before it and what comes after is known.
    """

    id: str
    person: str
    turns: tuple[Turn, ...]
    timezone: str = "UTC"
    locale: str = "en"
    alone: bool = True


def load_cases(now: date, path: Path = CASES_FILE) -> tuple[EvalCase, ...]:
    """Read the cases, with the days told from `now`. Raises `CaseError`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CaseError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("cases"), list) or not raw["cases"]:
        raise CaseError(f'{path.name} must hold {{"cases": [case, …]}} with at least one case')
    cases = tuple(parse_case(case, now) for case in raw["cases"])
    ids = [case.id for case in cases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CaseError(f"these ids are used more than once: {', '.join(twice)}")
    return cases


def parse_case(raw: object, now: date) -> EvalCase:
    """Read one case. Raises `CaseError`."""
    name = raw.get("id", "?") if isinstance(raw, dict) else "?"
    found = parse_object(raw, _CASE_KEYS, f"case {name}")
    for key in ("id", "person"):
        require(isinstance(found.get(key), str) and bool(found[key]), f"case {name}: {key} must be a text")
    turns = found.get("turns")
    if not isinstance(turns, list) or not turns:
        raise CaseError(f"case {name}: turns must be a list of at least one turn")
    parsed = tuple(_turn(turn, now, f"case {name}, turn {number}") for number, turn in enumerate(turns, start=1))
    return EvalCase(name, found["person"], parsed, found.get("timezone", "UTC"), found.get("locale", "en"))


def _turn(raw: object, now: date, where: str) -> Turn:
    found = parse_object(raw, _TURN_KEYS, where)
    require(isinstance(found.get("say"), str) and bool(found["say"].strip()), f"{where}: say must be a text")
    for key in ("consent", "gives_consent"):
        require(isinstance(found.get(key, False), bool), f"{where}: {key} must be true or false")
    must_not = [text for entry in parse_texts(found.get("must_not_say", []), where) for text in fill(entry, now)]
    return Turn(
        say=found["say"],
        files=parse_files(found["files"], where) if "files" in found else None,
        must_say=tuple(
            tuple(text for entry in group for text in fill(entry, now))
            for group in parse_alternatives(found.get("must_say", []), where)
        ),
        must_not_say=tuple(must_not),
        consent=found.get("consent", False),
        gives_consent=found.get("gives_consent", False),
        tool_calls=_range(found["tool_calls"], where) if "tool_calls" in found else None,
    )


def parse_files(raw: object, where: str) -> FilesExpected:
    """Read which files are expected. Raises `CaseError`."""
    rules = get_args(FilesRule)
    if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in rules:
        raise CaseError(f"{where}: files must have exactly one of: {', '.join(rules)}")
    [(rule, names)] = raw.items()
    if rule == "none":
        require(names is True, f"{where}: files.none must be true")
        return FilesExpected("none")
    listed = parse_texts(names, where)
    require(bool(listed), f"{where}: files.{rule} must name at least one file")
    return FilesExpected(rule, tuple(listed))


def parse_alternatives(raw: object, where: str) -> tuple[tuple[str, ...], ...]:
    """Read a list whose entries are a text, or texts of which one will do. Raises `CaseError`."""
    if not isinstance(raw, list):
        raise CaseError(f"{where}: what must be said must be a list")
    groups = tuple(tuple(parse_texts([entry] if isinstance(entry, str) else entry, where)) for entry in raw)
    require(all(groups), f"{where}: an entry of what must be said is empty")
    return groups


def _range(raw: object, where: str) -> tuple[int, int]:
    match raw:
        case int(exactly) if not isinstance(raw, bool):
            least, most = exactly, exactly
        case [int(least), int(most)]:
            pass
        case _:
            raise CaseError(f"{where}: tool_calls must be a number or [least, most]")
    require(0 <= least <= most, f"{where}: tool_calls must be 0 <= least <= most")
    return least, most


def parse_object(raw: object, keys: set[str], where: str) -> Mapping[str, Any]:
    """Return an object that has no other fields than `keys`. Raises `CaseError`."""
    if not isinstance(raw, dict):
        raise CaseError(f"{where}: must be an object")
    unknown = sorted(raw.keys() - keys)
    require(not unknown, f"{where}: unknown fields {', '.join(unknown)}")
    return raw


def parse_texts(raw: object, where: str) -> list[str]:
    """Return a list of texts, none of them empty. Raises `CaseError`."""
    if not isinstance(raw, list) or not all(isinstance(text, str) and text for text in raw):
        raise CaseError(f"{where}: expected a list of texts, found {json.dumps(raw, ensure_ascii=False)[:60]}")
    return raw


def require(holds: object, message: str) -> None:
    """Raise `CaseError` unless something holds."""
    if not holds:
        raise CaseError(message)
