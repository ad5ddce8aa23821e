import asyncio

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from chat.terminal.commands import COMMANDS
from chat.terminal.prompt import PromptReader, typed_history
from chat.terminal.settings import ChatSettings
from chat.terminal.words import load_words


def typed(keys, **options):
    """What a person who presses these keys has typed."""

    async def read():
        with create_pipe_input() as terminal:
            reader = PromptReader(
                load_words("en"), COMMANDS, lambda: "below", terminal=(terminal, DummyOutput()), **options
            )
            terminal.send_text(keys)
            async with asyncio.timeout(10):
                return await reader.read(options.pop("unsent", ""))

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("which files?\r", "which files?"),
        ("one\x1b\rtwo\r", "one\ntwo"),
        ("予算の表はどこですか。\r", "予算の表はどこですか。"),
        ("\x1b[200~pasted\ntwice\x1b[201~ and more\r", "pasted\ntwice and more"),
        ("/Finance/2026\r", "/Finance/2026"),
        ("whicg\x7fh?\r", "which?"),
    ],
)
def test_keys_are_a_question(keys, line):
    assert typed(keys) == line


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("/con", ["/connections", "/connect"]),
        ("/", list(COMMANDS)),
        ("/Finance", []),
        ("what is /con", []),
        ("", []),
    ],
)
def test_commands_are_completed_and_nothing_else(line, offered):
    with create_pipe_input() as terminal:
        reader = PromptReader(load_words("en"), COMMANDS, lambda: "", terminal=(terminal, DummyOutput()))
        found = reader._line.completer.get_completions(Document(line), CompleteEvent())
        assert [completion.text for completion in found] == offered


@pytest.mark.parametrize(("key", "error"), [("\x03", KeyboardInterrupt), ("\x04", EOFError)])
def test_ctrl_c_and_ctrl_d_are_told_apart(key, error):
    with pytest.raises(error):
        typed(key)


def test_what_was_typed_before_comes_back_with_up_also_after_a_restart(tmp_path):
    settings = ChatSettings(runtime_url="https://r.example.com", runtime_arn="", state_dir=tmp_path / "state")
    assert typed("first\r", history=typed_history(settings)) == "first"

    async def again():
        with create_pipe_input() as terminal:
            reader = PromptReader(
                load_words("en"),
                COMMANDS,
                lambda: "",
                history=typed_history(settings),
                terminal=(terminal, DummyOutput()),
            )
            reading = asyncio.ensure_future(reader.read())
            await asyncio.sleep(0)
            terminal.send_text("\x1b[A")
            terminal.send_text("\r")
            async with asyncio.timeout(10):
                return await reading

    assert asyncio.run(again()) == "first"
    assert (tmp_path / "state" / "typed").stat().st_mode & 0o777 == 0o600


def test_what_was_typed_long_ago_is_forgotten(tmp_path):
    settings = ChatSettings(runtime_url="https://r.example.com", runtime_arn="", state_dir=tmp_path)
    entry = "\n# 2026-11-20\n+{}\n"
    (tmp_path / "typed").write_text("".join(entry.format(f"{number} {'x' * 1000}") for number in range(600)))
    kept = list(typed_history(settings).load_history_strings())
    assert 100 < len(kept) < 300
    assert kept[0].startswith("599 ")
    assert all(line.split()[1] == "x" * 1000 for line in kept)


def test_a_question_that_was_not_sent_is_in_the_line_again():
    async def read():
        with create_pipe_input() as terminal:
            reader = PromptReader(load_words("en"), COMMANDS, lambda: "", terminal=(terminal, DummyOutput()))
            terminal.send_text("\r")
            async with asyncio.timeout(10):
                return await reader.read("which files?")

    assert asyncio.run(read()) == "which files?"


def test_a_question_back_is_answered_and_not_remembered():
    async def confirm():
        with create_pipe_input() as terminal:
            reader = PromptReader(load_words("en"), COMMANDS, lambda: "", terminal=(terminal, DummyOutput()))
            terminal.send_text("y\r")
            async with asyncio.timeout(10):
                return await reader.confirm("Sure?")

    assert asyncio.run(confirm()) == "y"
