"""The `fields` parameter: parse it, check it against the schema, cut an answer to it. Pure.

Grammar: `a,b`, `a/b`, `a(b,c)`, `*`, nested at will:
https://developers.google.com/workspace/drive/api/guides/fields-parameter
"""

import re
from collections.abc import Mapping
from typing import Any  # JSON: a schema and an answer are as free as Google's document makes them

__all__ = ["EVERYTHING", "Mask", "MaskError", "check", "cut", "names", "parse"]


class Mask(dict[str, "Mask"]):
    """Chosen names with the mask for what is under each. An empty mask takes everything."""


EVERYTHING = Mask()
_TOKEN = re.compile(r"[\w$.@-]+|[(),/*]")


class MaskError(Exception):
    """A field that does not exist, or a selection that cannot be read. `field` is what Google names."""

    def __init__(self, field: str) -> None:
        super().__init__(f"field selection {field!r}")
        self.field = field


def parse(text: str) -> Mask:
    """The mask that `text` writes. Raises `MaskError`."""
    compact = "".join(text.split())
    tokens = _TOKEN.findall(compact)
    if not tokens or "".join(tokens) != compact:
        raise MaskError(text)
    mask, rest = _list(tokens, text)
    if rest:
        raise MaskError(text)
    return mask


def _list(tokens: list[str], text: str) -> tuple[Mask, list[str]]:
    mask = Mask()
    while True:
        tokens = _one(tokens, mask, text)
        if tokens[:1] != [","]:
            return mask, tokens
        tokens = tokens[1:]


def _one(tokens: list[str], into: Mask, text: str) -> list[str]:
    if not tokens or tokens[0] in "(),/":
        raise MaskError(text)
    name, rest = tokens[0], tokens[1:]
    inner = Mask()
    if rest[:1] == ["/"]:
        rest = _one(rest[1:], inner, text)
    elif rest[:1] == ["("]:
        inner, rest = _list(rest[1:], text)
        if rest[:1] != [")"]:
            raise MaskError(text)
        rest = rest[1:]
    if name in into and (not inner or not into[name]):
        into[name] = EVERYTHING
    elif name in into:
        into[name].update(inner)
    else:
        into[name] = inner
    return rest


Schemas = Mapping[str, Mapping[str, Any]]


def check(mask: Mask, schema: Mapping[str, Any], schemas: Schemas) -> None:
    """Raise `MaskError` for the first name that `schema` (of the discovery document) does not have."""
    while "$ref" in schema or schema.get("type") == "array":
        schema = schemas[schema["$ref"]] if "$ref" in schema else schema["items"]
    if "additionalProperties" in schema:
        return
    properties = schema.get("properties", {})
    for name, inner in mask.items():
        if name == "*":
            for each in properties.values() if inner else ():
                check(inner, each, schemas)
        elif name not in properties:
            raise MaskError(name)
        else:
            check(inner, properties[name], schemas)


def cut(value: Any, mask: Mask) -> Any:
    """What `mask` leaves of a JSON value; lists are cut element by element."""
    if not mask:
        return value
    if isinstance(value, list):
        return [cut(each, mask) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, each in value.items():
        if name in mask:
            kept[name] = cut(each, mask[name])
        elif "*" in mask:
            kept[name] = cut(each, mask["*"])
    return kept


def names(mask: Mask) -> frozenset[str] | None:
    """The names chosen at this level; None when that is all of them."""
    return None if not mask or "*" in mask else frozenset(mask)
