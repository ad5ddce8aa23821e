"""The chat's own words, by language. What the agent says comes in the person's language already."""

import tomllib
from collections.abc import Mapping
from importlib import resources

from chat.errors import ChatError

__all__ = ["LANGUAGES", "Words", "load_words"]

LANGUAGES = ("en", "ja")


class Words:
    """Sentences by key; braces in them are filled by name."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence. Raises: `KeyError` for a key or a value that is missing."""
        return self._sentences[key].format(**values)

    def scope(self, scope: str) -> str:
        """Say what a scope allows; one that has no words is shown as it is."""
        return self._sentences.get(f"scope {scope.rpartition('/')[2]}", scope)

    def error(self, error: ChatError) -> str:
        """Return the error's sentence; English ones are the errors' own."""
        sentence = self._sentences.get(f"error {type(error).__name__}")
        return sentence.format(detail=error.user_message) if sentence else error.user_message


def load_words(language: str) -> Words:
    """Read the words of a language, English where there are none of it."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    path = resources.files("chat.terminal") / "words" / f"{name}.toml"
    return Words(tomllib.loads(path.read_text(encoding="utf-8")))
