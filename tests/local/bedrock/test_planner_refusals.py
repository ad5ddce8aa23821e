"""Every fixed error sentence of the tools is worded for a person, in both languages."""

import ast
import re
from pathlib import Path

import pytest

import tools
from local.aws.bedrock.planner.refusals import in_english, in_japanese, is_known
from tools import errors
from tools.errors import ToolError, UnreadableFileError
from tools.extraction.plans import why_unreadable
from tools.finding.references import InvalidReferenceError, parse_reference
from tools.pause import CONTENTS_NOT_ALLOWED

FOLDER = Path(tools.__file__).parent
FOR_A_MODEL = re.compile(
    r"the person\b(?! who)|\bthem\b|\b[Cc]all\b|[Hh]andle|scope|_|bytes|open ones|\byou has\b|`|\broot\b|\[\d",
    re.IGNORECASE,
)
LATIN = re.compile(r"[A-Za-z]{2,}")
WITH_OWN_TEXT = [
    *(UnreadableFileError(reason) for reason in UnreadableFileError.REASONS),
    errors.DriveForbiddenError("accessNotConfigured"),
    errors.FilePermissionError("insufficientFilePermissions"),
    errors.NotDownloadableError("fileNotExportable"),
    errors.AnswerTooLargeError(10_485_760),
    errors.QuotaSpentError(12.5),
]
UNREADABLE = ("application/msword", "image/png", "application/zip", "application/x-unknown")
ADDRESSES = (
    "https://mail.google.com/mail/u/0/#inbox",
    "https://calendar.google.com/x",
    "https://meet.google.com/abc",
    "https://chat.google.com/room/1",
    "https://photos.google.com/photo/1",
    "https://sites.google.com/view/x",
    "https://lookerstudio.google.com/x",
    "https://www.google.com/search?q=x",
    "https://bit.ly/x",
    "https://elsewhere.example/x",
    "https://drive.google.com/drive/recent",
    "https://drive.google.com/drive/shared-drives",
    "https://docs.google.com/document/d/e/2PACX-1vabcdefgh/pub",
    "https://docs.google.com/document/",
    "https://drive.google.com:99999/x",
    "https://drive.google.com/a https://drive.google.com/b",
    "x" * 2001,
    "",
)


def sentence(node):
    """Return the text that an expression makes, with 7 in the place of every value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(sentence(part) or "7" for part in node.values)
    return ""


def raised():
    """Return the sentence of every error that is made in `tools`, by where it is."""
    kinds = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, ToolError)}
    kinds = kinds - {"UnreadableFileError"} | {"InvalidReferenceError"}
    made = {}
    for path in sorted(FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            text = sentence(node.args[0])
            if node.func.id in kinds and " " in text and text.strip("7 "):
                made[f"{path.stem}: {text}"] = text
    return made


def of_references():
    for address in ADDRESSES:
        with pytest.raises(InvalidReferenceError) as caught:
            parse_reference(address)
        yield str(caught.value)


SAID = [
    *(text for text in raised().values() if not text.startswith(("7", "The person can see no 7"))),
    *map(str, WITH_OWN_TEXT),
    *map(why_unreadable, UNREADABLE),
    *of_references(),
    CONTENTS_NOT_ALLOWED,
    'The person can see no file called "x \\"y\\"". Search for it by a word of its name.',
    "The tool failed with an internal error. Tell the person; do not call it again.",
    "Wrong arguments. There is no colour; there are: words. Call again with them mended.",
    'modified: give a day (2026-11-09), or a period such as "yesterday".',
    "modified: a date in figures may be read with the day or the month first. Write it as 2026-11-09.",
    "modified is empty: give a day (2026-11-09)",
]


def test_the_sentences_are_found():
    assert len(SAID) > 60


@pytest.mark.parametrize("failure", SAID)
def test_an_error_is_worded_for_a_person_in_both_languages(failure):
    assert is_known(failure), "refusal_texts.py has no words for it"
    assert not FOR_A_MODEL.search(in_english(failure)), in_english(failure)
    japanese = in_japanese(failure)
    products = {"Google", "AgentCore", "Office", "Gmail", "Calendar", "Meet", "Chat", "Photos", "Looker", "Studio"}
    assert japanese
    assert set(LATIN.findall(japanese)) <= products


@pytest.mark.parametrize(
    ("failure", "english"),
    [
        ("Not allowed: the person has not allowed reading what files contain.", "You have not allowed me to read"),
        ("There is no [99] in this conversation; given out: [1] to [4].", "I do not know which file you mean."),
        ("This is larger than 10485760 bytes, the most that can be read.", "That file is larger than I can read."),
        ('The person can see no file called "a \\"b\\" {c}". Search.', 'I see no file called “a "b" {c}” in your'),
        ("Quite new: the person has a problem. Ask them to call again.", "Quite new: you have a problem."),
        ("Something that the person is not allowed; call again.", "Something that you are not allowed"),
        ("Ask the person which one.", "It cannot be done that way."),
    ],
)
def test_an_error_in_english(failure, english):
    assert in_english(failure).startswith(english)


def test_an_error_that_is_not_known_is_left_out_in_japanese():
    assert in_japanese("Quite new: the person has a problem.") == ""
