"""Drive's answers, read from JSON objects of any kind. Pure.

Files, people and drives are read as far as they can be (`tools.files`). What decides whether an answer is whole is not
guessed: where `files` is no list, or a page token no text, the answer raises `ValueError` and is unreadable.
"""

from typing import Any

from tools.files import File, Permission, SharedDrive, parse_drive, parse_file, parse_permission, parse_person
from tools.google.drive_files import Account, FilePage

__all__ = ["account", "drives", "file", "file_page", "page_token", "permissions"]


def file_page(answer: dict[str, Any]) -> FilePage:
    """Read an answer of `files.list`. A file without an id can be neither shown nor opened: it counts as not found."""
    items = _items(answer, "files")
    files = [each for each in map(parse_file, items) if each.id]
    return FilePage(
        files=files,
        next_page_token=page_token(answer),
        incomplete=bool(answer.get("incompleteSearch")) or len(files) < len(items),
    )


def file(answer: dict[str, Any]) -> File:
    """Read an answer of `files.get`."""
    found = parse_file(answer)
    if not found.id:
        raise ValueError("a file without an id")
    return found


def permissions(answer: dict[str, Any]) -> list[Permission]:
    """Read an answer of `permissions.list`; an account that was deleted since has no access."""
    items = _items(answer, "permissions")
    return [parse_permission(raw) for raw in items if not (isinstance(raw, dict) and raw.get("deleted") is True)]


def drives(answer: dict[str, Any]) -> list[SharedDrive]:
    """Read an answer of `drives.list`."""
    return [each for each in map(parse_drive, _items(answer, "drives")) if each.id]


def account(answer: dict[str, Any]) -> Account:
    """Read an answer of `about.get`."""
    person = parse_person(answer.get("user"))
    if person is None:
        raise ValueError("nobody's account")
    return Account(email=person.email, name=person.name)


def page_token(answer: dict[str, Any]) -> str:
    """Return where the next page begins; empty on the last one."""
    token = answer.get("nextPageToken")
    if token is None:
        return ""
    if not isinstance(token, str):
        raise ValueError("a page token that is no text")  # noqa: TRY004 - what came is at fault, not the caller
    return token


def _items(answer: dict[str, Any], name: str) -> list[Any]:
    items = answer.get(name)
    if items is None:
        return []
    if not isinstance(items, list):
        raise ValueError(name)  # noqa: TRY004 - as above
    return items
