"""Nothing that somebody asked, or was told, stands in what a log line or a traceback may show of a record."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime

import pytest

from callback.door import Visitor
from callback.records import UserProof
from chat.events import AuthRequired
from chat.web import records
from chat.web.line import Connected
from chat.web.records import ConsentPart, FilesPart, Head, Index, NotePart, Summary, TextPart, ToolPart, Turn

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "what nobody else may read"
PARTS = (
    TextPart(SECRET),
    ToolPart("1", SECRET, "done"),
    FilesPart(({"name": SECRET},)),
    ConsentPart("google", SECRET, SECRET, ("scope",), SECRET),
    NotePart("error", SECRET, "code"),
)
HELD = [
    *PARTS,
    Turn(0, "run-1", NOW, SECRET, PARTS),
    Head("conversation-1", SECRET, NOW, NOW),
    Index((Summary("conversation-1", SECRET, NOW, "idle"),)),
    Summary("conversation-1", SECRET, NOW, "idle"),
    records.Beat("run-1", NOW),
    records.Claim("run-1"),
    Connected(SECRET),
    AuthRequired("google", SECRET, SECRET, ("scope",)),
    Visitor("key", SECRET, SECRET, "oidc", SECRET, SECRET, UserProof("userToken", SECRET)),
]


@pytest.mark.parametrize("record", HELD, ids=lambda record: type(record).__name__)
def test_a_record_shows_nothing_of_what_it_holds(record):
    assert SECRET not in repr(record)


def test_no_record_is_left_out():
    ours = {each for each in vars(records).values() if is_dataclass(each) and isinstance(each, type)}
    assert ours <= {type(record) for record in HELD}
    assert {field.name for field in fields(Turn) if not field.repr} == {"question"}
