"""What a search for files asks: query, corpus and order, taken out of the call. Pure."""

from dataclasses import dataclass
from typing import Literal

from local.google.query import Expression

__all__ = ["START", "Corpora", "Order", "Question"]

Corpora = Literal["user", "domain", "drive", "allDrives"]
Order = tuple[tuple[str, bool], ...]
START = -1  # the position before the first file


@dataclass(frozen=True, slots=True)
class Question:
    """One search, whichever page of it is wanted.

    `email` is who asks, `root` what the alias `root` means for them. `folders` are the ids that the query names as
    parents. `order` has pairs of a key of `orderBy` and whether it descends. `names_only`: full text search
    sees names alone.
    """

    email: str
    root: str
    expression: Expression | None = None
    order: Order = ()
    corpora: Corpora = "user"
    drive_id: str = ""
    with_drives: bool = False
    folders: frozenset[str] = frozenset()
    names_only: bool = False
