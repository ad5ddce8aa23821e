"""Which language a page speaks, and how counts, times and choices are said in it. Pure.

The words themselves are data (`words/<language>.toml`) and come in as a mapping.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, get_args

from markupsafe import Markup, escape

__all__ = ["LANGUAGES", "Catalog", "Language", "choose_language"]

Language = Literal["en", "ja"]

# The first one is for everybody who reads none of them.
LANGUAGES: tuple[Language, ...] = get_args(Language)

# RFC 9110, 12.5.4 and 12.4.2: a language range, and how much it is liked.
_RANGE = re.compile(r"\s*(\*|[A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[Qq]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?")
# Nobody reads more languages than that; a longer header is not worth the time.
_MAX_RANGES = 32

_MINUTE, _HOUR, _DAY, _MONTH, _YEAR = 60, 3600, 86_400, 30 * 86_400, 365 * 86_400
_UNITS = (("years", _YEAR), ("months", _MONTH), ("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE))


def choose_language(accept_language: str) -> Language:
    """Return the language that the browser likes best among ours, from its `Accept-Language`; English if none.

    Regions do not matter (`ja-JP` is Japanese); what is malformed is passed over. RFC 9110, 12.5.4.
    """
    liked: dict[str, float] = {}
    for item in accept_language.split(",")[:_MAX_RANGES]:
        if (found := _RANGE.fullmatch(item)) is not None:
            primary = found[1].lower()
            liked[primary] = max(liked.get(primary, 0.0), float(found[2] or 1))
    order = {primary: position for position, primary in enumerate(liked) if liked[primary]}
    others = liked.get("*", 0.0)
    # Liked equally: what the browser names first.
    return max(LANGUAGES, key=lambda ours: (liked.get(ours, others), -order.get(ours, len(order))))


class Catalog:
    """The words of one language. Keys are dotted paths into the tables; slots are `{names}` in braces."""

    def __init__(self, language: Language, words: Mapping[str, object]) -> None:
        self.language = language
        self._texts = {key: (text, escape(text)) for key, text in _flat(words)}

    @property
    def texts(self) -> Mapping[str, str]:
        """Every text by its key, slots unfilled."""
        return {key: plain for key, (plain, _) in self._texts.items()}

    def text(self, key: str, **values: object) -> Markup:
        """Return a text as HTML, with its slots filled. Values are escaped unless they are `Markup` themselves.

        Raises: `KeyError` for a text or a slot that is not there.
        """
        _, html = self._texts[key]
        return html.format(**values) if values else html

    def named(self, table: str, name: str, otherwise: str) -> str:
        """Return the text for a name from outside, or `otherwise` where we have no word for it."""
        plain, _ = self._texts.get(f"{table}.{name}", (otherwise, None))
        return plain

    def counted(self, key: str, count: int) -> str:
        """Return a text that goes with a whole number, in the plural form of this language (Unicode CLDR)."""
        form = "one" if self.language == "en" and count == 1 else "other"
        plain, _ = self._texts[f"{key}.{form}"]
        return plain.format(count=count)

    def ago(self, moment: datetime, now: datetime) -> str:
        """Say how long ago something was, in its largest whole unit. What lies ahead (another clock) is just now."""
        seconds = int((now - moment).total_seconds())
        for unit, length in _UNITS:
            if seconds >= length:
                return self.counted(f"ago.{unit}", seconds // length)
        return self._texts["ago.now"][0]

    def any_of(self, choices: Sequence[str]) -> str:
        """Join choices as a sentence does: "a", "a or b", "a, b or c"."""
        if len(choices) <= 1:
            return "".join(choices)
        comma, last = self._texts["any_of.comma"][0], self._texts["any_of.last"][0]
        return f"{comma.join(choices[:-1])}{last}{choices[-1]}"


def iso(moment: datetime) -> str:
    """Return a moment for the `datetime` attribute of `<time>`: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def absolute(moment: datetime) -> str:
    """Return a moment in digits that all our languages read alike: `2026-11-20 09:00 UTC`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
