"""How Drive compares words: prefixes of a name's words, whole words of a text. Pure.

A letter or digit belongs to a word, everything else separates, the underscore too. A run of Chinese, Japanese
or Korean characters is one word: Drive is reported not to find parts of it
(https://github.com/googleapis/google-api-dotnet-client/issues/1313).
"""

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["has_text", "has_word_prefixes", "name_prefixes", "text_words", "tokens"]

_CJK = "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_CJK}]+|(?:(?![{_CJK}_])\w)+")
_PHRASE = re.compile(r'"([^"]*)"')


def tokens(text: str) -> list[str]:
    """The words of `text`, folded for comparison."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def name_prefixes(value: str) -> list[str] | None:
    """What `name contains` looks for; None when nothing can match: a word that begins with a dot (".pdf")."""
    return None if any(word.startswith(".") for word in value.split()) else tokens(value)


def has_word_prefixes(name: str, value: str) -> bool:
    """`name contains`: every word of `value` begins some word of `name`, in any order.

    "HelloWorld" has "Hello" and not "World". A word that begins with a dot (".pdf") is reported never to match.
    """
    prefixes = name_prefixes(value)
    words = tokens(name)
    return prefixes is not None and all(any(word.startswith(prefix) for word in words) for prefix in prefixes)


def text_words(value: str) -> tuple[list[str], list[list[str]]]:
    """What `fullText contains` looks for: single words, and phrases word by word."""
    return tokens(_PHRASE.sub(" ", value)), [tokens(phrase) for phrase in _PHRASE.findall(value)]


def has_text(texts: Sequence[str], value: str) -> bool:
    """`fullText contains`: every word of `value` is a whole word of some text; "…" is a phrase of one text.

    A value without any word matches nothing.
    """
    single, phrases = text_words(value)
    if not single and not any(phrases):
        return False
    folded = [tokens(text) for text in texts]
    present = {word for words in folded for word in words}
    return set(single) <= present and all(any(_contains_run(words, phrase) for words in folded) for phrase in phrases)


def _contains_run(words: Sequence[str], run: Sequence[str]) -> bool:
    return any(list(words[start : start + len(run)]) == list(run) for start in range(len(words) - len(run) + 1))
