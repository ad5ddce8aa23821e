"""What is kept of an answer."""

import json
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from chat.events import AuthRequired, Done, Failure, FileCard, Files, Notice, Text, ToolProgress
from chat.web.answer import MAX_ANSWER_BYTES, Answer
from chat.web.records import ConsentPart, FilesPart, NotePart, TextPart, ToolPart

ASKED = AuthRequired("google", "https://drive.example.com/connect", "May I?", ("scope",))
EVENTS = st.one_of(
    st.builds(Text, st.text(max_size=30)),
    st.builds(Text, st.sampled_from(["x" * 20_000, "\U0001f600" * 5000])),
    st.builds(
        ToolProgress, st.sampled_from("ab"), st.just("n"), st.text(max_size=9), st.sampled_from(["running", "done"])
    ),
    st.builds(Files, st.lists(st.builds(FileCard, st.text(max_size=2000)), max_size=9).map(tuple)),
    st.just(ASKED),
    st.builds(Notice, st.text(max_size=9)),
    st.builds(Failure, st.text(max_size=5000), st.text(max_size=100)),
    st.just(Done("end_turn", {}, {})),
)


def parts(*events, before=()):
    answer = Answer(before)
    for event in events:
        answer.feed(event)
    return answer.parts


def test_text_goes_on_in_one_part_until_a_tool_works():
    tool = ToolProgress("t1", "list", "Looking", "running")
    assert parts(
        Text("Let "), Text("me see."), tool, Text("\n\n"), Text("\nFound."), Notice("Busy."), Text(" It.")
    ) == (
        TextPart("Let me see."),
        ToolPart("t1", "Looking", "running"),
        TextPart("Found. It."),
        NotePart("notice", "Busy."),
    )


def test_a_tool_ends_where_it_began():
    began, ended = (ToolProgress("t1", "list", "Looking", status) for status in ("running", "done"))
    other = ToolProgress("t2", "list", "Reading", "running")
    assert parts(began, other, ended) == (ToolPart("t1", "Looking", "done"), ToolPart("t2", "Reading", "running"))


def test_the_message_of_a_card_is_not_kept_as_text_as_well():
    card = ConsentPart("google", "https://drive.example.com/connect", "May I?", ("scope",))
    assert parts(Text("May I?"), ASKED) == (card,)
    assert parts(Text("I will look. "), Text("May I?"), ASKED) == (TextPart("I will look."), card)
    assert parts(Text("Something else."), ASKED) == (TextPart("Something else."), card)
    assert parts(ASKED, ASKED) == (card,)


def test_what_is_known_of_a_file_is_kept():
    card = FileCard(name="Budget", type="sheet", link="https://docs.google.com/d/1")
    assert parts(Files((card,))) == (
        FilesPart(({"name": "Budget", "type": "sheet", "link": "https://docs.google.com/d/1"},)),
    )


def test_consent_is_noted_at_its_card_and_the_name_as_soon_as_it_is_known():
    answer = Answer(parts(ASKED))
    answer.connect("")
    assert answer.parts[0].account == ""
    answer.connect("alice@gmail.example")
    answer.connect("bob@gmail.example")
    assert answer.parts[0].account == "alice@gmail.example"


def test_what_was_at_work_at_the_end_has_failed():
    answer = Answer(
        parts(ToolProgress("t1", "list", "Looking", "running"), ToolProgress("t2", "list", "Reading", "done"))
    )
    answer.close()
    assert [part.status for part in answer.parts] == ["failed", "done"]


def test_a_card_and_an_error_are_kept_however_long_the_answer_is():
    kept = parts(Text("x" * 90_000), Text("y" * 90_000), Text("z"), ASKED, Failure("Sorry.", "internal"))
    assert [(part.kind, getattr(part, "code", "")) for part in kept] == [
        ("text", ""),
        ("notice", "answer_too_long"),
        ("consent", ""),
        ("error", "internal"),
    ]


@given(st.lists(EVENTS, max_size=30))
def test_an_answer_never_outgrows_its_record(events):
    failures = sum(isinstance(event, Failure) for event in events)
    kept = parts(*events)
    assert len(json.dumps([asdict(part) for part in kept])) < MAX_ANSWER_BYTES + 4096 + failures * 7000 + len(kept) * 80
    assert sum(getattr(part, "code", "") == "answer_too_long" for part in kept) <= 1
    assert Answer(kept).parts == kept
