"""Parse Drive's `q` into a tree. Pure.

In: a query such as `name contains 'plan' and (trashed = false or starred = true)`.
Out: an `Expression`. `and` and `or` have the same precedence and are read from left to right:
https://developers.google.com/workspace/drive/api/guides/search-shareddrives
Raises `QueryError` for everything that the table of terms and operators does not allow:
https://developers.google.com/workspace/drive/api/guides/ref-search-terms
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

__all__ = [
    "And",
    "Comparison",
    "Constant",
    "Expression",
    "Member",
    "Not",
    "Or",
    "QueryError",
    "parse",
    "predicates",
]


class QueryError(Exception):
    """The query is not one. Drive answers 400 `invalid` and never says which part it minds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`term operator value`; the value is a text, a truth or a time, as the term demands."""

    term: str
    operator: str
    value: str | bool | datetime


@dataclass(frozen=True, slots=True)
class Member:
    """`'value' in collection`."""

    value: str
    collection: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A predicate on what no file here has (labels, properties): the same answer for every file."""

    is_true: bool


@dataclass(frozen=True, slots=True)
class Not:
    """Negation of one predicate or group."""

    inner: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """Both."""

    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Or:
    """Either."""

    left: "Expression"
    right: "Expression"


Expression = Comparison | Member | Constant | Not | And | Or

# Keywords are written in both cases in Google's examples; terms are not.
_GRAMMAR = r"""
start: chain
chain: unary ((AND | OR) unary)*
?unary: NOT unary -> negation
      | "(" chain ")"
      | predicate
?predicate: TERM OPERATOR value -> comparison
      | TERM -> bare
      | STRING IN TERM -> member
      | STRING NOT IN TERM -> not_member
      | TERM HAS "{" TERM "=" STRING AND TERM "=" STRING "}" -> property
      | LABEL_FIELD (OPERATOR | STARTS) (STRING | BOOLEAN | NUMBER) -> label
      | LABEL_FIELD IS NOT? NULL -> label_null
      | STRING NOT? IN LABEL_FIELD -> label_member
?value: STRING | BOOLEAN
STRING: /'(?:[^'\\]|\\['\\])*'/s
NUMBER: /-?\d+(\.\d+)?/
LABEL_FIELD: /labels\/[\w-]+(\.[\w-]+)?/
AND.3: /and\b/i
OR.3: /or\b/i
NOT.3: /not\b/i
IN.3: /in\b/i
HAS.3: /has\b/i
IS.3: /is\b/i
NULL.3: /null\b/i
STARTS.3: /starts\s+with\b/i
BOOLEAN.3: /(true|false)\b/i
OPERATOR.3: /contains\b|<=|>=|!=|<|>|=/i
TERM: /[A-Za-z]+(\.[A-Za-z]+)?/
%ignore /\s+/
"""

_EQUALITY = frozenset({"=", "!="})
_ORDER = frozenset({"<=", "<", "=", "!=", ">", ">="})
_TEXTS = {
    "name": _EQUALITY | {"contains"},
    "fullText": frozenset({"contains"}),
    "mimeType": _EQUALITY | {"contains"},
    "visibility": _EQUALITY,
    "shortcutDetails.targetId": _EQUALITY,
    "shortcutDetails.targetMimeType": _EQUALITY,
}
_TIMES = frozenset({"modifiedTime", "viewedByMeTime", "createdTime"})
_TRUTHS = frozenset({"trashed", "starred", "sharedWithMe"})
_COLLECTIONS = frozenset({"parents", "owners", "writers", "readers"})
_VISIBILITIES = frozenset({"anyoneCanFind", "anyoneWithLink", "domainCanFind", "domainWithLink", "limited"})
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?")
# Google's limit is not known; ours keeps a hostile query from exhausting the stack.
_MAX_DEPTH = 400
_ESCAPE = re.compile(r"\\(['\\])")


def _text(token: str) -> str:
    return _ESCAPE.sub(r"\1", token[1:-1])


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise QueryError(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise QueryError(text) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@v_args(inline=True)
class _Tree(Transformer[Token, Expression]):
    """From lark's tree to ours, refusing what the grammar alone lets through."""

    def start(self, inner: Expression) -> Expression:
        return inner

    def chain(self, first: Expression, *rest: Expression | Token) -> Expression:
        tree = first
        for connective, right in zip(rest[::2], rest[1::2], strict=True):
            assert isinstance(connective, Token)
            assert not isinstance(right, Token)
            tree = And(tree, right) if connective.type == "AND" else Or(tree, right)
        return tree

    def negation(self, _not: Token, inner: Expression) -> Expression:
        return Not(inner)

    def comparison(self, term: Token, operator: Token, value: Token) -> Expression:
        sign = operator.lower()
        if term in _TRUTHS and sign in _EQUALITY and value.type == "BOOLEAN":
            return Comparison(str(term), sign, value.lower() == "true")
        if value.type != "STRING":
            raise QueryError(term)
        text = _text(value)
        if term in _TIMES and sign in _ORDER:
            return Comparison(str(term), sign, _time(text))
        if sign not in _TEXTS.get(str(term), ()) or (term == "visibility" and text not in _VISIBILITIES):
            raise QueryError(term)
        return Comparison(str(term), sign, text)

    def bare(self, term: Token) -> Expression:
        # https://developers.google.com/workspace/drive/api/guides/search-files has it for this one only.
        if term != "sharedWithMe":
            raise QueryError(term)
        return Comparison("sharedWithMe", "=", value=True)

    def member(self, value: Token, _in: Token, collection: Token) -> Expression:
        if collection == "labels":
            return Constant(is_true=False)
        if collection not in _COLLECTIONS:
            raise QueryError(collection)
        return Member(_text(value), str(collection))

    def not_member(self, _value: Token, _not: Token, _in: Token, collection: Token) -> Expression:
        if collection != "labels":
            raise QueryError(collection)
        return Constant(is_true=True)

    def property(self, term: Token, *parts: Token) -> Expression:
        names = [part for part in parts if part.type == "TERM"]
        if term not in {"properties", "appProperties"} or names != ["key", "value"]:
            raise QueryError(term)
        return Constant(is_true=False)

    def label(self, *_parts: Token) -> Expression:
        return Constant(is_true=False)

    def label_null(self, *parts: Token) -> Expression:
        return Constant(is_true=all(part.type != "NOT" for part in parts))

    def label_member(self, *parts: Token) -> Expression:
        return Constant(is_true=any(part.type == "NOT" for part in parts))


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", transformer=_Tree(), maybe_placeholders=False)


def parse(q: str) -> Expression:
    """The tree of a query that is not empty. Raises `QueryError`."""
    try:
        tree = _parser().parse(q)
    except (LarkError, RecursionError) as error:
        raise QueryError("not a query") from error
    # The transformer runs inside the parser, which declares a tree as its result.
    assert isinstance(tree, Expression)
    if _depth(tree) > _MAX_DEPTH:
        raise QueryError("too long")
    return tree


def _depth(tree: Expression) -> int:
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(node, Not):
            waiting.append((node.inner, depth + 1))
        elif isinstance(node, And | Or):
            waiting += [(node.left, depth + 1), (node.right, depth + 1)]
    return deepest


def predicates(expression: Expression) -> Iterator[Comparison | Member | Constant]:
    """Every predicate in the tree, from left to right."""
    match expression:
        case And(left, right) | Or(left, right):
            yield from predicates(left)
            yield from predicates(right)
        case Not(inner):
            yield from predicates(inner)
        case _:
            yield expression
