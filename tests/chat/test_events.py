import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent import events as written
from agent.wire import error, to_wire
from chat.events import AuthRequired, Done, Failure, FileCard, Files, Notice, Text, ToolProgress, parse, to_object


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (written.Text("hi"), Text("hi")),
        (
            written.ToolProgress("1", "list_files", "Listing …", "done"),
            ToolProgress("1", "list_files", "Listing …", "done"),
        ),
        (
            written.Files(
                [
                    {
                        "name": "A",
                        "type": "pdf",
                        "link": "https://d/1",
                        "path": "B / C",
                        "modified": "2026-11-12T10:00:00Z",
                    }
                ]
            ),
            Files((FileCard("A", "pdf", "https://d/1", "B / C", "2026-11-12T10:00:00Z"),)),
        ),
        (
            written.AuthRequired("google-drive", "https://c/x", "Please.", ["s"]),
            AuthRequired("google-drive", "https://c/x", "Please.", ("s",)),
        ),
        (written.Notice("busy"), Notice("busy")),
        (written.Failed("No.", "not_owner"), Failure("No.", "not_owner")),
        (
            written.Done("end_turn", {"inputTokens": 3}, {"total_ms": 5}),
            Done("end_turn", {"inputTokens": 3}, {"total_ms": 5}),
        ),
    ],
)
def test_everything_the_agent_writes_is_read_back(sent, read):
    assert parse(json.dumps(to_wire(sent))) == read
    assert to_object(read) == to_wire(sent)


def test_errors_of_the_agent_and_of_the_sdk_are_failures():
    assert parse(json.dumps(error("No.", "x"))) == Failure("No.", "x")
    sdk = {"error": "boom", "error_type": "ValueError", "message": "An error occurred during streaming"}
    assert parse(json.dumps(sdk)) == Failure("boom", "")


def test_a_bare_string_is_text():
    assert parse('"hello"') == Text("hello")


@pytest.mark.parametrize(
    "data", ["", "not json", "[1]", "3", "null", '{"type": "new-in-a-later-version"}', "{}", '{"event": 1}']
)
def test_what_is_not_known_is_skipped(data):
    assert parse(data) is None


MEMBERS = ["type", "error", "event", "files", "name", "contentBlockDelta", "delta", "text"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "error", "event", "files", "name", "contentBlockDelta", "delta", "text"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["tool", "files", "auth_required", "notice", "done"]))
def test_no_shape_of_json_is_a_surprise(value, kind):
    parse(json.dumps(value))
    parse(json.dumps({"type": kind, "files": value, "usage": value, "scopes": value, "label": value}))


def test_a_card_has_what_the_wire_has_and_nothing_more():
    wire = (Path(__file__).parents[2] / "docs" / "wire.md").read_text(encoding="utf-8")
    [row] = [line for line in wire.splitlines() if line.startswith("| `files` |")]
    documented = re.findall(r'"(\w+)"', row.partition("[{")[2].partition("}]")[0])
    assert [member.name for member in fields(FileCard)] == documented
