"""AG-UI input read, and AG-UI events written, each held to the protocol's own types."""

import pytest
from ag_ui.core import Event, EventType
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agent.agui import AguiRun, InvalidInputError, read_input
from agent.errors import BadRequestError
from agent.events import AuthRequired, Done, Failed, Files, Notice, Text, ToolProgress
from agent.wire import to_wire

EVENT = TypeAdapter(Event)
SCOPES = ["https://www.googleapis.com/auth/drive.metadata.readonly"]
DONE = Done("end_turn", {"inputTokens": 10}, {"total_ms": 7})
LINK = "https://c.example/connect/google-drive?session=s"


def user(content, role="user"):
    return {"id": "m1", "role": role, "content": content}


def asked(*messages, **values):
    return {"threadId": "thread", "runId": "run", "messages": list(messages), **values}


def played(*events, run=None):
    """Everything that the run says about these events of ours, checked against the protocol's types."""
    run = run or AguiRun("thread", "run")
    said = [*run.begin(), *(item for event in events for item in run.feed(to_wire(event))), *run.end()]
    for item in said:
        EVENT.validate_python(item)
    return said


def kinds(said):
    return [item["type"] for item in said]


def customs(said):
    return [(item["name"], item["value"]) for item in said if item["type"] == "CUSTOM"]


def test_the_last_message_of_the_user_is_the_question():
    read = read_input(asked(user("old"), user("an answer", "assistant"), user("new"), user("a note", "system")))
    assert (read.thread_id, read.run_id, read.prompt) == ("thread", "run", "new")
    assert read.to_payload() == {"prompt": "new"}


def test_of_a_message_in_parts_the_texts_count():
    image = {"type": "image", "source": {"type": "url", "value": "https://x.example/a.png"}}
    parts = [{"type": "text", "text": "what is this"}, image, {"type": "text", "text": "and why?"}]
    assert read_input(asked(user(parts))).prompt == "what is this\nand why?"
    assert read_input(asked(user([image]))).prompt == "", "the limits of a prompt refuse it"


def test_where_the_person_is_comes_from_the_forwarded_props():
    props = {"timezone": "Asia/Tokyo", "locale": "ja", "client": "portal", "html": True}
    read = read_input(asked(user("hi"), forwardedProps=props))
    assert (read.timezone, read.locale, read.props) == ("Asia/Tokyo", "ja", props)
    assert read.to_payload() == {"prompt": "hi", "timezone": "Asia/Tokyo", "locale": "ja", "client": "portal"}
    assert read_input(asked(user("hi"), forwardedProps=["anything"])).props == {}


def test_a_resolved_interrupt_is_a_resume_and_the_old_question_is_not_asked_again():
    read = read_input(asked(user("old"), resume=[{"interruptId": "consent-1", "status": "resolved"}]))
    assert (read.is_resume, read.is_refused, read.prompt) == (True, False, "")
    assert read.to_payload() == {"action": "resume"}
    assert not read_input(asked(user("new"), resume=[])).is_resume


@pytest.mark.parametrize(
    ("locale", "words"),
    [(None, "do not want"), ("en-GB", "do not want"), ("ja", "たくありません"), ("ja-JP", "たくありません")],
)
def test_a_cancelled_interrupt_says_no_in_the_persons_language(locale, words):
    answers = [{"interruptId": "consent-1", "status": "cancelled", "payload": {"any": "thing"}}]
    read = read_input(asked(user("old"), resume=answers, forwardedProps={"locale": locale}))
    assert read.is_refused
    assert not read.is_resume
    assert words in read.prompt
    assert "old" not in read.prompt


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (asked(), "no message of the role"),
        (asked(user("hi", "assistant")), "no message of the role"),
        (asked() | {"messages": "hi"}, '"messages"'),
        (asked(user("hi")) | {"threadId": 1}, '"threadId"'),
        (asked(user("hi")) | {"threadId": "half \ud800"}, '"threadId"'),
        (asked(user("hi")) | {"runId": ""}, '"runId"'),
        (asked(user("hi")) | {"runId": "x" * 300}, '"runId"'),
        (asked(user("hi"), resume=[{"status": "resolved"}]), '"resume.0.interruptId"'),
        (asked(user("hi"), resume=[{"interruptId": "x", "status": "maybe"}]), '"resume.0.status"'),
        (asked(user("hi"), forwardedProps={"timezone": 9}), '"timezone"'),
    ],
)
def test_what_is_no_run_agent_input_is_refused_with_a_sentence_that_repeats_nothing_of_it(payload, said):
    with pytest.raises(InvalidInputError) as refused:
        read_input(payload)
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "maybe" not in str(refused.value)
    assert isinstance(refused.value, BadRequestError)
    assert isinstance(refused.value, ValueError)


def test_older_messages_may_be_of_any_version():
    odd = [{"role": "oracle"}, "text", None, user([{"type": "binary", "data": "AA=="}])]
    assert read_input(asked(*odd, user("new"))).prompt == "new"


def test_an_answer_is_one_message_between_start_and_finish():
    said = played(Text("One "), Text("file."), DONE)
    assert said == [
        {"type": "RUN_STARTED", "threadId": "thread", "runId": "run", "protocolVersion": "1.0"},
        {"type": "TEXT_MESSAGE_START", "messageId": "run-1", "role": "assistant"},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "run-1", "delta": "One "},
        {"type": "TEXT_MESSAGE_CONTENT", "messageId": "run-1", "delta": "file."},
        {"type": "TEXT_MESSAGE_END", "messageId": "run-1"},
        {
            "type": "RUN_FINISHED",
            "threadId": "thread",
            "runId": "run",
            "outcome": {"type": "success"},
            "result": {"stopReason": "end_turn", "usage": {"inputTokens": 10}, "timings": {"total_ms": 7}},
        },
    ]


def test_a_tool_is_a_call_with_a_result_and_its_label_beside_it():
    said = played(
        Text("Let me look."),
        ToolProgress("t1", "search_files", "Searching for “budget”", "running"),
        ToolProgress("t1", "search_files", "Searching for “budget”", "done"),
        Text("\n\nOne file."),
        DONE,
    )
    message = ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END"]
    tool = ["TOOL_CALL_START", "TOOL_CALL_END", "CUSTOM", "TOOL_CALL_RESULT", "CUSTOM"]
    assert kinds(said) == ["RUN_STARTED", *message, *tool, *message, "RUN_FINISHED"]
    assert {item["toolCallId"] for item in said if "toolCallId" in item} == {"t1"}
    assert next(item for item in said if item["type"] == "TOOL_CALL_RESULT")["content"] == "done"
    label = {"id": "t1", "name": "search_files", "label": "Searching for “budget”"}
    assert customs(said) == [
        ("drive-agent.tool", {**label, "status": "running"}),
        ("drive-agent.tool", {**label, "status": "done"}),
    ]
    assert [item["delta"] for item in said if "delta" in item] == ["Let me look.", "One file."], "no gap in front"


def test_cards_and_notices_are_custom_events():
    cards = [{"name": "Q3 budget", "type": "spreadsheet", "link": "https://docs.google.com/x"}]
    assert customs(played(Files(cards), Notice("The model is busy."), DONE)) == [
        ("drive-agent.files", {"files": cards}),
        ("drive-agent.notice", {"message": "The model is busy."}),
    ]


def test_consent_that_is_missing_is_an_interrupt_at_the_end_and_the_waiting_call_stays_open():
    said = played(
        ToolProgress("t1", "search_files", "Searching", "running"),
        Text("I need your permission."),
        AuthRequired("google-drive", LINK, "I need your permission.", SCOPES),
        Done("consent_required"),
    )
    assert said[-1]["outcome"] == {
        "type": "interrupt",
        "interrupts": [
            {
                "id": "consent-run",
                "reason": "oauth_consent",
                "message": "I need your permission.",
                "metadata": {"provider": "google-drive", "url": LINK, "scopes": SCOPES},
            }
        ],
    }
    assert "TOOL_CALL_RESULT" not in kinds(said)
    assert [item["delta"] for item in said if "delta" in item] == ["I need your permission."]


def test_a_run_that_waits_in_itself_and_goes_on_ends_with_success():
    asks = AuthRequired("google-drive", LINK, "Please.", SCOPES)
    assert played(asks, Text("Here."), DONE)[-1]["outcome"] == {"type": "success"}


def test_a_call_without_a_result_is_answered_before_success_or_a_client_would_make_it():
    said = played(ToolProgress("t1", "search_files", "Searching", "running"), Done("limit_turns"))
    assert [item["content"] for item in said if item["type"] == "TOOL_CALL_RESULT"] == ["failed"]


def test_a_turn_that_was_stopped_is_cancelled():
    said = played(ToolProgress("t1", "search_files", "Searching", "running"), Done("cancelled"))
    assert said[-1]["outcome"] == {"type": "cancelled"}


def test_a_failure_is_a_run_error_with_its_sentence_and_code():
    said = played(Text("So far"), Failed("The model is busy.", "model_busy"), DONE)
    assert kinds(said)[-2:] == ["TEXT_MESSAGE_END", "RUN_ERROR"]
    assert said[-1] == {"type": "RUN_ERROR", "message": "The model is busy.", "code": "model_busy"}


def test_a_stream_that_breaks_off_is_a_run_error():
    said = played(Text("So far"))
    assert kinds(said)[-2:] == ["TEXT_MESSAGE_END", "RUN_ERROR"]
    assert said[-1]["code"] == "cut_off"


def test_half_a_surrogate_pair_of_a_model_breaks_nothing():
    said = played(Text("half \ud800"), ToolProgress("t\ud800", "n", "l\ud800", "running"), DONE)
    assert said[2]["delta"] == "half \ud800", "`agent.stream` writes it as UTF-8"
    assert kinds(said)[-1] == "RUN_FINISHED"


words = st.text(st.characters() | st.just("\ud800"), max_size=8)
ids = st.sampled_from(["t1", "t2", "t3"])
status = st.sampled_from(["running", "done", "failed"])
wire = st.one_of(
    st.builds(Text, words).map(to_wire),
    st.builds(ToolProgress, ids, words, words, status).map(to_wire),
    st.builds(Files, st.lists(st.dictionaries(ids, words, max_size=2), max_size=2)).map(to_wire),
    st.builds(AuthRequired, words, words, words, st.lists(words, max_size=2)).map(to_wire),
    st.builds(Notice, words).map(to_wire),
    st.builds(Failed, words, words).map(to_wire),
    st.builds(Done, st.sampled_from(["end_turn", "consent_required", "cancelled", "limit_turns"])).map(to_wire),
    st.dictionaries(st.sampled_from(["type", "event", "id", "status", "files", "error"]), st.none() | words),
)


@given(st.lists(wire, max_size=20))
def test_whatever_is_fed_every_event_is_of_the_protocol_and_in_a_legal_order(fed):
    run = AguiRun("thread", "run")
    said = [*run.begin(), *(item for value in fed for item in run.feed(value)), *run.end()]
    assert run.feed({"type": "done"}) == run.end() == []
    open_message, open_calls, ids = None, set(), []
    for item in said:
        event = EVENT.validate_python(item)
        assert event.model_dump(mode="json", by_alias=True) == item
        match event.type:
            case EventType.TEXT_MESSAGE_START:
                assert open_message is None
                open_message = event.message_id
                ids.append(open_message)
            case EventType.TEXT_MESSAGE_CONTENT:
                assert event.message_id == open_message
            case EventType.TEXT_MESSAGE_END:
                assert event.message_id == open_message
                open_message = None
            case EventType.TOOL_CALL_START:
                assert event.tool_call_id not in open_calls
                open_calls.add(event.tool_call_id)
            case EventType.TOOL_CALL_RESULT:
                open_calls.remove(event.tool_call_id)
                ids.append(event.message_id)
    assert open_message is None
    assert len(set(ids)) == len(ids)
    assert kinds(said)[0] == "RUN_STARTED"
    assert [kind for kind in kinds(said) if kind in {"RUN_FINISHED", "RUN_ERROR"}] == kinds(said)[-1:]
    if said[-1].get("outcome") == {"type": "success"}:
        assert not open_calls


@given(st.lists(st.text(max_size=5), max_size=8))
def test_no_word_of_an_answer_is_lost(pieces):
    said = played(*(Text(piece) for piece in pieces), DONE)
    assert "".join(item["delta"] for item in said if "delta" in item) == "".join(pieces).lstrip("\n")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
members = ["threadId", "runId", "messages", "resume", "forwardedProps"]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(members, json_values)))
def test_whatever_is_read_is_read_or_refused(payload):
    try:
        read = read_input(payload)
    except InvalidInputError:
        return
    assert read.thread_id
    assert read.run_id
