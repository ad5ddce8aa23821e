import re
import string
from pathlib import Path

import pytest

from chat.consent import ConsentTimeoutError
from chat.errors import ChatError, SignInNeededError, UnreachableError
from chat.terminal.commands import COMMANDS
from chat.terminal.words import LANGUAGES, Words, load_words

ROOT = Path(__file__).resolve().parents[3]


def sentences(language):
    return load_words(language)._sentences


def braces(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_to_fill_in(language):
    ours = {key: braces(text) for key, text in sentences(language).items() if not key.startswith("error ")}
    assert ours == {key: braces(text) for key, text in sentences("en").items()}


def test_every_word_is_used_and_every_used_word_is_there():
    source = "\n".join(path.read_text() for path in (ROOT / "chat" / "terminal").glob("*.py"))
    assert set(re.findall(r"words\(\s*\"([a-z_]+)\"", source)) <= set(sentences("en"))
    for key in sentences("en"):
        assert " " in key or f'"{key}"' in source, key


def test_every_command_says_what_it_does():
    assert {f"help {command}" for command in COMMANDS} <= set(sentences("en"))


def test_another_language_gets_english():
    assert load_words("xx")("new") == load_words("en")("new")


def test_an_error_is_told_in_the_persons_language_and_keeps_what_it_knows():
    japanese, english = load_words("ja"), load_words("en")
    assert english.error(SignInNeededError("Sign in again.")) == "Sign in again."
    assert "Sign in again." in japanese.error(SignInNeededError("Sign in again."))
    assert "つながりません" in japanese.error(UnreachableError("x", is_passing=True))
    assert "待つのをやめました" in japanese.error(ConsentTimeoutError("x"))
    assert japanese.error(ChatError("As it is.")) == "As it is."


def test_braces_in_what_is_filled_in_stay_as_they_are():
    assert Words({"a": "<{b}>"})("a", b="{c}") == "<{c}>"
