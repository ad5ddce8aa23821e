"""Turn a question into SQL over the tables of `schema.py`. Pure.

What comes back is what `query_match.Matcher` and `ordering.ordered` say, which a property test holds it to. SQL
knows a third truth, NULL: every predicate here may be NULL where it does not hold, and `not` is written
`IS NOT TRUE`, so that NULL counts as false everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.google.files import ROLES
from local.google.items import TooDeepError
from local.google.large.schema import NEVER, microseconds
from local.google.query import And, Comparison, Constant, Expression, Member, Not, Or
from local.google.question import Order, Question
from local.google.words import name_prefixes, text_words

__all__ = ["Sql", "order_columns", "select"]

# SQLite's parser keeps a stack of a hundred entries, FTS5 a tree of 256; Google's limits are not known.
_MAX_NESTING = 20
_MAX_WORDS = 60
_TIMES = {"modifiedTime": "modified", "createdTime": "created", "viewedByMeTime": "viewed"}
_TRUTHS = {"trashed": "is_trashed", "starred": "is_starred"}
_TEXTS = {
    "name": "name",
    "mimeType": "mime_type",
    "visibility": "visibility",
    "shortcutDetails.targetId": "target",
    "shortcutDetails.targetMimeType": "target_mime_type",
}
_LOWEST = {"owners": "owner", "writers": "writer", "readers": "reader"}
# The column of each key, and whether it runs the other way: folders and stars come first when ascending.
_ORDER = {
    "createdTime": ("created", False),
    "folder": ("is_folder", True),
    "modifiedByMeTime": ("changed_by_me", False),
    "modifiedTime": ("modified", False),
    "name": ("folded_name", False),
    "name_natural": ("natural_name", False),
    "quotaBytesUsed": ("size", False),
    "recency": ("recency", False),
    "sharedWithMeTime": ("shared", False),
    "starred": ("is_starred", True),
    "viewedByMeTime": ("viewed", False),
}
_MILLISECOND = 1000
# Columns where thousands of files are equal, and the orders that begin with one and have an index to themselves. In
# another order SQLite would walk along an index of the first column only to sort nearly everything after all.
_MANY_EQUAL = frozenset({"is_folder", "is_starred", "viewed", "shared", "changed_by_me"})
_SORTED = frozenset(
    {
        (("is_folder", True), ("folded_name", False), ("modified", True)),
        *(((column, True), ("modified", True)) for column in _MANY_EQUAL),
    }
)
# How many of the files are so: without it SQLite thinks half of them, because there are two values.
_RARE = 0.02


@dataclass(slots=True)
class Sql:
    """A statement, and what stands for its question marks."""

    text: str
    arguments: list[object]


def order_columns(order: Order) -> list[tuple[str, bool]]:
    """The columns that decide the order, each with whether it descends; the position makes it total."""
    columns: dict[str, bool] = {}
    for key, descends in order:
        column, is_reversed = _ORDER[key]
        columns.setdefault(column, descends != is_reversed)
    columns.setdefault("modified", True)
    columns["position"] = False
    return list(columns.items())


def select(question: Question, *, shift: int, kinds: Iterable[str], after: Sequence[object] | None, limit: int) -> Sql:
    """Positions and ids of the next `limit` files.

    `shift`: microseconds by which the tables' times lag. `kinds`: every MIME type there is. `after`: the
    `order_columns` of the last file that was given. Raises `TooDeepError`.
    """
    writer = _Writer(question, shift, tuple(kinds))
    conditions = [writer.corpus()]
    if question.expression is not None:
        conditions.append(writer.holds(question.expression, 0))
    columns = order_columns(question.order)
    if columns[0][0] in _MANY_EQUAL and tuple(columns[:-1]) not in _SORTED:
        columns = [(f"+{column}", descends) for column, descends in columns]  # SQLite's word for "without an index"
    if after is not None:
        conditions.append(writer.beyond(columns, after))
    order = ", ".join(f"{column} DESC" if descends else column for column, descends in columns)
    where = " AND ".join(f"({condition})" for condition in conditions)
    text = f"SELECT position, id FROM files WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - our own words; values are arguments
    return Sql(text, [*writer.arguments, limit])


@dataclass(slots=True)
class _Writer:
    question: Question
    shift: int
    kinds: tuple[str, ...]
    arguments: list[object] = field(default_factory=list)

    def _with(self, text: str, *values: object) -> str:
        self.arguments += values
        return text

    def corpus(self) -> str:
        question = self.question
        if question.corpora == "domain":
            return "0"
        if question.corpora == "drive":
            return self._with("drive_id = ?", question.drive_id)
        ways = ["in_user"]
        if question.folders:
            marks = ", ".join("?" * len(question.folders))
            ways.append(self._with(f"parent IN ({marks})", *sorted(question.folders)))
        if question.corpora == "allDrives":
            ways.append("drive_id IS NOT NULL")
        reach = " OR ".join(ways)
        return reach if question.with_drives else f"({reach}) AND drive_id IS NULL"

    def holds(self, node: Expression, nesting: int) -> str:
        if nesting > _MAX_NESTING:
            raise TooDeepError
        match node:
            case And() | Or():
                word = " AND " if isinstance(node, And) else " OR "
                return word.join(f"({self.holds(each, nesting + 1)})" for each in _operands(node))
            case Not(inner):
                return f"({self.holds(inner, nesting + 1)}) IS NOT TRUE"
            case Constant(is_true):
                return "1" if is_true else "0"
            case Member(value, collection):
                return self._member(value, collection)
            case Comparison():
                return self._comparison(node)

    def _member(self, value: str, collection: str) -> str:
        if collection == "parents":
            return self._with("parent = ?", self.question.root if value == "root" else value)
        email = self.question.email if value == "me" else value.casefold()
        rank = ROLES.index(_LOWEST[collection])
        return self._with("access IN (SELECT id FROM access WHERE email = ? AND rank >= ?)", email, rank)

    def _comparison(self, test: Comparison) -> str:
        if isinstance(test.value, datetime):
            return self._time(_TIMES[test.term], test.operator, microseconds(test.value) - self.shift)
        if isinstance(test.value, bool):
            is_wanted = test.value == (test.operator == "=")
            if test.term == "sharedWithMe":
                return f"shared {'>' if is_wanted else '='} {NEVER}"
            return f"likelihood({_TRUTHS[test.term]} = {int(is_wanted)}, {_RARE if is_wanted else 1 - _RARE})"
        if test.term == "fullText":
            return self._text(test.value)
        if test.operator != "contains":
            is_same = "IS" if test.operator == "=" else "IS NOT"
            return self._with(f"{_TEXTS[test.term]} {is_same} ?", test.value)
        if test.term == "name":
            return self._name(test.value)
        kinds = [kind for kind in self.kinds if test.value.casefold() in kind]
        return self._with(f"mime_type IN ({', '.join('?' * len(kinds))})", *kinds)

    def _time(self, column: str, operator: str, value: int) -> str:
        # Files are compared by the millisecond they show: `value` lies in the one that begins at `start`.
        shown = self.shift % _MILLISECOND
        start = (value + shown) // _MILLISECOND * _MILLISECOND - shown
        is_whole = value == start
        following = start + _MILLISECOND
        never = f" AND {column} > {NEVER}"
        match operator:
            case ">=":
                return self._with(f"{column} >= ?", start if is_whole else following)
            case ">":
                return self._with(f"{column} >= ?", following)
            case "<":
                return self._with(f"{column} < ?{never}", start if is_whole else following)
            case "<=":
                return self._with(f"{column} < ?{never}", following)
            case "=":
                return self._with(f"{column} >= ? AND {column} < ?", start, following) if is_whole else "0"
            case _:
                outside = f"({column} < ? OR {column} >= ?){never}"
                return self._with(outside, start, following) if is_whole else f"{column} > {NEVER}"

    def _name(self, value: str) -> str:
        prefixes = name_prefixes(value)
        if prefixes is None:
            return "0"
        if not prefixes:
            return "1"
        wanted = " AND ".join(f'"{prefix}"*' for prefix in _some(prefixes))
        return self._with("position IN (SELECT rowid FROM names WHERE names MATCH ?)", wanted)

    def _text(self, value: str) -> str:
        words, phrases = text_words(value)
        if not words and not any(phrases):
            return "0"
        runs = [*words, *(" ".join(phrase) for phrase in phrases if phrase)]
        wanted = " AND ".join(f'"{run}"' for run in _some(runs))
        if self.question.names_only:
            wanted = f"name : ({wanted})"
        return self._with("position IN (SELECT rowid FROM texts WHERE texts MATCH ?)", wanted)

    def beyond(self, columns: Sequence[tuple[str, bool]], after: Sequence[object]) -> str:
        """The files that come later in the order: later in one column and the same in all before it."""
        ways = []
        for at, (column, descends) in enumerate(columns):
            same = "".join(f"{name} = ? AND " for name, _ in columns[:at])
            ways.append(self._with(f"({same}{column} {'<' if descends else '>'} ?)", *after[: at + 1]))
        first, descends = columns[0]
        # Says nothing new, but lets SQLite start in the middle of an index.
        bound = self._with(f" AND {first} {'<=' if descends else '>='} ?", after[0])
        return f"({' OR '.join(ways)}){bound}"


def _some(words: Sequence[str]) -> list[str]:
    different = list(dict.fromkeys(words))
    if len(different) > _MAX_WORDS:
        raise TooDeepError
    return different


def _operands(node: And | Or) -> list[Expression]:
    """What a chain of one connective joins, so that a long chain is no deep one."""
    waiting: list[Expression] = [node]
    found: list[Expression] = []
    while waiting:
        each = waiting.pop()
        if isinstance(each, And | Or) and type(each) is type(node):
            waiting += [each.right, each.left]
        else:
            found.append(each)
    return found
