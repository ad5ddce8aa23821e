"""The `orderBy` parameter. Pure.

Keys: https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list. Files without a time come
first when ascending. Ties keep the order they came in.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from local.google.contents import size_bytes
from local.google.files import Sight
from local.google.items import FOLDER
from local.google.question import Order

__all__ = ["OrderError", "natural_key", "ordered", "parse_order", "recency"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_NUMBER = re.compile(r"(\d+)")

Key = tuple[int | str | datetime, ...]


class OrderError(Exception):
    """`orderBy` has a key that does not exist."""


def natural_key(name: str) -> Key:
    """A name with its numbers as numbers."""
    # The pieces alternate: text, number, text, …; so two names never compare a text with a number.
    pieces = _NUMBER.split(name.casefold())
    return tuple(int(piece) if at % 2 else piece for at, piece in enumerate(pieces))


def recency(sight: Sight) -> datetime:
    """The latest thing that happened to a file."""
    times = (sight.item.modified, sight.item.created, sight.viewed, sight.shared_with_me)
    return max(time for time in times if time is not None)


_KEYS: dict[str, Callable[[Sight], Key]] = {
    "createdTime": lambda sight: (sight.item.created,),
    "folder": lambda sight: (0 if sight.item.mime_type == FOLDER else 1,),
    "modifiedByMeTime": lambda sight: (sight.changed_by_me or _NEVER,),
    "modifiedTime": lambda sight: (sight.item.modified,),
    "name": lambda sight: (sight.item.name.casefold(),),
    "name_natural": lambda sight: natural_key(sight.item.name),
    "quotaBytesUsed": lambda sight: (size_bytes(sight.item) or 0,),
    "recency": lambda sight: (recency(sight),),
    "sharedWithMeTime": lambda sight: (sight.shared_with_me or _NEVER,),
    "starred": lambda sight: (0 if sight.is_starred else 1,),
    "viewedByMeTime": lambda sight: (sight.viewed or _NEVER,),
}


def parse_order(order_by: str) -> Order:
    """The keys of `orderBy`, each with whether it descends. Raises `OrderError`."""
    order: list[tuple[str, bool]] = []
    for part in order_by.split(",") if order_by.strip() else []:
        match part.split():
            case [key] if key in _KEYS:
                order.append((key, False))
            case [key, "desc"] if key in _KEYS:
                order.append((key, True))
            case _:
                raise OrderError(part)
    return tuple(order)


def ordered(sights: Iterable[Sight], order: Order) -> list[Sight]:
    """The files in the order asked for; most recently changed first when nothing is asked."""
    result = sorted(sights, key=lambda sight: sight.item.modified, reverse=True)
    for key, descends in reversed(order):
        result.sort(key=_KEYS[key], reverse=descends)
    return result
