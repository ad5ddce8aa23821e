"""The reader of transcripts, which must not find everything true."""

import pytest

from tests.clients.transcripts import DOCUMENT, is_told, transcripts

SAMPLE = """\
Prose.

    $ first --option
    one

    two
    $ # alice does something
    $ second
    …

More prose with `$ code`.

    $ third
    three"""


def test_a_transcript_is_commands_and_what_each_prints():
    assert list(transcripts(SAMPLE)) == [
        ("first --option", ["one", "", "two"]),
        ("# alice does something", [""]),
        ("second", ["…"]),
        ("third", ["three"]),
    ]


@pytest.mark.parametrize(
    ("expected", "said", "told"),
    [
        (["one"], ["one"], True),
        (["one"], ["one "], True),
        (["one"], ["one", "two"], False),
        (["one", "two"], ["one"], False),
        (["a … d"], ["a b c d"], True),
        (["a … d"], ["a b c"], False),
        (["a …"], ["a b", "c"], False),
        (["…"], ["any", "", "lines"], True),
        (["first", "…", "last"], ["first", "last"], True),
        (["first", "…", "last"], ["first", "x", "y", "last"], True),
        (["first", "…", "last"], ["first", "last", "more"], False),
        (["a.c"], ["abc"], False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_nothing_else_does(expected, said, told):
    assert is_told(expected, said) is told


def test_the_document_shows_invoke_and_dev_from_the_link_to_the_answer():
    shown = list(transcripts(DOCUMENT.read_text(encoding="utf-8")))
    for command in ("agentcore invoke", "agentcore dev"):
        answers = ["\n".join(expected) for run, expected in shown if run.startswith(command)]
        assert any("/connect/google-drive?session=" in answer for answer in answers)
        assert any("[Roadmap 2026](" in answer for answer in answers)
    commands = " ".join(run for run, _ in shown)
    for option in ("--bearer-token", "--session-id", "--stream", "--json", '{"action": "resume"}'):
        assert option in commands
