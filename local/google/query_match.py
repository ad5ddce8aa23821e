"""Decide whether a file, as one person sees it, matches a query's tree. Pure."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from local.google.files import ROLES, Sight
from local.google.query import And, Comparison, Constant, Expression, Member, Not, Or
from local.google.words import has_text, has_word_prefixes

__all__ = ["Matcher"]

_COMPARE: dict[str, Callable[[datetime, datetime], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_LOWEST = {"owners": "owner", "writers": "writer", "readers": "reader"}


@dataclass(frozen=True, slots=True)
class Matcher:
    """A query's tree, ready for files. `texts_of` gives what full text search looks through."""

    expression: Expression
    root: str
    texts_of: Callable[[Sight], Sequence[str]]

    def matches(self, sight: Sight) -> bool:
        """Whether the file is an answer."""
        return self._holds(self.expression, sight)

    def _holds(self, node: Expression, sight: Sight) -> bool:
        match node:
            case And(left, right):
                return self._holds(left, sight) and self._holds(right, sight)
            case Or(left, right):
                return self._holds(left, sight) or self._holds(right, sight)
            case Not(inner):
                return not self._holds(inner, sight)
            case Constant(is_true):
                return is_true
            case Member(value, collection):
                return self._is_member(value, collection, sight)
            case Comparison():
                return self._compares(node, sight)

    def _is_member(self, value: str, collection: str, sight: Sight) -> bool:
        if collection == "parents":
            return sight.parent is not None and sight.parent == (self.root if value == "root" else value)
        # Roles count upwards: who may write may read. 'me' is widely used and in no table of Google's.
        email = sight.email if value == "me" else value.casefold()
        lowest = ROLES.index(_LOWEST[collection])
        return any(grant.email == email and ROLES.index(grant.role) >= lowest for grant in sight.grants)

    def _compares(self, test: Comparison, sight: Sight) -> bool:
        if isinstance(test.value, datetime):
            found = _time_of(test.term, sight)
            return found is not None and _COMPARE[test.operator](found, test.value)
        if isinstance(test.value, bool):
            return (_truth_of(test.term, sight) == test.value) == (test.operator == "=")
        if test.term == "fullText":
            return has_text(self.texts_of(sight), test.value)
        if test.operator == "contains":
            if test.term == "name":
                return has_word_prefixes(sight.item.name, test.value)
            return test.value.casefold() in sight.item.mime_type
        return (_text_of(test.term, sight) == test.value) == (test.operator == "=")


def _time_of(term: str, sight: Sight) -> datetime | None:
    times = {"modifiedTime": sight.item.modified, "createdTime": sight.item.created, "viewedByMeTime": sight.viewed}
    found = times[term]
    # Answers show milliseconds; a time copied from one must be equal to it.
    return found.replace(microsecond=found.microsecond // 1000 * 1000) if found else None


def _truth_of(term: str, sight: Sight) -> bool:
    if term == "trashed":
        return sight.is_trashed
    return sight.is_starred if term == "starred" else sight.shared_with_me is not None


def _text_of(term: str, sight: Sight) -> str | None:
    match term:
        case "name":
            return sight.item.name
        case "mimeType":
            return sight.item.mime_type
        case "visibility":
            return sight.visibility
        case "shortcutDetails.targetId":
            return sight.item.target
        case _:
            return sight.item.target_mime_type
