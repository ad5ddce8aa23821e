"""A list or a search as the tools are asked for it, as a value and in words. Pure."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, get_args

from tools.days.periods import Period, resolve
from tools.errors import InvalidFilterError
from tools.listing import one_line
from tools.query import KINDS, Trash, plural_kind

View = Literal["search", "recent", "shared_with_me", "starred", "trash"]

# What the person calls it -> Drive's sort keys. https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
ORDERS = {
    "changed": "modifiedTime desc",
    "opened": "viewedByMeTime desc",
    "created": "createdTime desc",
    "name": "folder,name_natural",
    "oldest": "modifiedTime",
    "size": "quotaBytesUsed desc",
    "shared": "sharedWithMeTime desc",
    "relevance": "",
}
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What to find. Texts are the model's; periods are texts, resolved in the person's time zone.

    `view` is "search" for `search_files`, else what `list_files` lists. `any_word` and `anywhere` are how a search is
    widened: one of `words` is enough; `words` may stand inside of words.
    """

    view: View = "search"
    words: str = ""
    content: str = ""
    phrase: str = ""
    kind: str = "any"
    owner: str = ""
    changed_by: str = ""
    modified: str = ""
    created: str = ""
    opened: str = ""
    folder: str = ""
    shared_with_me: bool = False
    starred: bool = False
    trash: Trash = "exclude"
    order: str = ""
    limit: int = 20
    any_word: bool = False
    anywhere: bool = False

    def checked(self) -> "Request":
        """Return it with the limit in range. Raises: `InvalidFilterError` for a value that does not exist."""
        for name, value, known in (
            ("order", self.order, ("", *ORDERS)),
            ("kind", self.kind, KINDS),
            ("trash", self.trash, get_args(Trash)),
        ):
            if value not in known:
                raise InvalidFilterError(f"{name} must be one of: {', '.join(filter(None, known))}.")
        limit = max(1, min(self.limit, MAX_LIMIT))
        return replace(self, limit=limit)

    @property
    def is_in_folder(self) -> bool:
        """Whether it names a folder."""
        return bool(self.folder.strip())

    @property
    def is_recent(self) -> bool:
        """Whether it asks for what the person opened last, wherever that is."""
        return self.view == "recent" and not self.is_in_folder

    @property
    def looks_inside(self) -> bool:
        """Whether Drive has to look at what files contain."""
        return bool(self.content.strip() or self.phrase.strip())

    @property
    def is_deep(self) -> bool:
        """Whether the folders below a folder count as well: a search does, a list shows what is directly in it."""
        return self.view == "search"

    @property
    def sorted_by(self) -> str:
        """The key of `ORDERS`: what was asked for, or what is natural for this view."""
        if self.looks_inside:
            return "relevance"
        if self.order and self.order != "relevance":
            return self.order
        if self.view == "recent":
            return "name" if self.is_in_folder else "opened"
        return "shared" if self.view == "shared_with_me" else "changed"

    def spans(self, today: date) -> "Spans":
        """Return its periods, resolved. Raises: `InvalidFilterError`."""
        return Spans(
            *(resolve(text, today, name) if (text := getattr(self, name).strip()) else None for name in _SPANS)
        )

    def dump(self) -> dict[str, Any]:
        """Return JSON values, only what differs from an empty request."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) != field.default}


@dataclass(frozen=True, slots=True)
class Spans:
    """The days that a request is about; None where it does not say."""

    modified: Period | None = None
    created: Period | None = None
    opened: Period | None = None


_SPANS = ("modified", "created", "opened")


def describe(request: Request, spans: Spans, zone: str) -> str:
    """Say in words what is looked for, with the resolved days."""
    what = "files" if request.kind == "any" else plural_kind(request.kind)
    parts = [what, *_marks(request), *_words(request)]
    parts += [f"{said} {one_line(who)}" for said, who in _people(request) if who.strip()]
    for said, span in (("modified", spans.modified), ("created", spans.created), ("opened by you", spans.opened)):
        if span:
            parts.append(f"{said} {span} ({zone})")
    return ", ".join(parts)


def _marks(request: Request) -> list[str]:
    marks = (
        (request.is_recent, "opened by you"),
        (request.shared_with_me or request.view == "shared_with_me", "shared with you"),
        (request.starred or request.view == "starred", "starred by you"),
        (request.trash == "only" or request.view == "trash", "in the trash"),
    )
    return [said for holds, said in marks if holds]


def _words(request: Request) -> list[str]:
    parts = []
    if request.words.strip():
        how = "any word of " if request.any_word else ""
        where = "anywhere in the name" if request.anywhere else "in the name"
        parts.append(f"with {how}{_quoted(request.words)} {where}")
    if request.content.strip():
        parts.append(f"with the words {_quoted(request.content)} inside or in the name")
    if request.phrase.strip():
        parts.append(f"with the phrase {_quoted(request.phrase)} inside or in the name")
    return parts


def _people(request: Request) -> tuple[tuple[str, str], ...]:
    return ("owned by", request.owner), ("last changed by", request.changed_by)


def _quoted(words: str) -> str:
    return f'"{one_line(words)}"'


__all__ = ["MAX_LIMIT", "ORDERS", "Request", "Spans", "View", "describe"]
