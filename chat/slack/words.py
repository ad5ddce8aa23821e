"""What the app says, in English and Japanese: the words of `words/`, with slots in braces."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from chat.slack.settings import Language

__all__ = ["LANGUAGES", "Words", "words_in"]

LANGUAGES: tuple[Language, ...] = ("en", "ja")

_FOLDER = Path(__file__).parent / "words"


class Words:
    """One language. Keys are dotted paths into the tables."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **values: str) -> str:
        """Return a text with its slots filled, as they are. Raises: `KeyError` where there is no such text or slot."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def all_in(self, table: str) -> tuple[str, ...]:
        """All texts of a table, in order."""
        return tuple(text for key, text in self.texts.items() if key.startswith(f"{table}."))


@cache
def words_in(language: Language) -> Words:
    """Read a language once."""
    text = (_FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Words(language, dict(_flat(tomllib.loads(text))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
