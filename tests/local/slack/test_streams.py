"""Messages that grow: chat.startStream, chat.appendStream, chat.stopStream, and Stop."""

import pytest

from tests.local.slack.conftest import ALICE, BOB, GENERAL, TEAM, error

FOR_ALICE = {"recipient_team_id": TEAM, "recipient_user_id": ALICE}


@pytest.fixture
def thread(question):
    return {"channel": GENERAL, "thread_ts": question}


def reply(standin, thread):
    return standin.see("bob", "general", thread_ts=thread["thread_ts"])["messages"][-1]


def text(words):
    return {"type": "markdown_text", "text": words}


def task(status):
    return {"type": "task_update", "id": "t1", "title": "Searching Drive", "status": status}


def test_slacks_own_helper_streams_text_and_tasks(standin, client, thread):
    stream = client.chat_stream(**thread, **FOR_ALICE, buffer_size=1)
    stream.append(chunks=[task("in_progress")])
    assert reply(standin, thread)["tasks"][0]["status"] == "in_progress"
    stream.append(markdown_text="Two ")
    stream.append(markdown_text="files.")
    assert (reply(standin, thread)["text"], reply(standin, thread)["stream"]) == ("Two files.", "open")
    divider = {"type": "divider"}
    stream.stop(chunks=[task("complete"), {"type": "blocks", "blocks": [divider]}], blocks=[divider])
    done = reply(standin, thread)
    assert (done["stream"], done["tasks"][0]["status"], done["recipient"]) == ("done", "complete", ALICE)


def test_the_moment_of_the_first_word_is_kept(standin, client, thread):
    ts = client.chat_startStream(**thread, **FOR_ALICE, chunks=[task("in_progress")])["ts"]
    assert reply(standin, thread)["first_text_at"] is None
    client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[text("Word")])
    first = reply(standin, thread)["first_text_at"]
    client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[text(" and more")])
    assert reply(standin, thread)["first_text_at"] == first


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "missing_recipient_team_id"),
        ({"recipient_team_id": TEAM}, "missing_recipient_user_id"),
        ({"recipient_team_id": "T0OTHER", "recipient_user_id": ALICE}, "team_not_found"),
        ({"recipient_team_id": TEAM, "recipient_user_id": "U0NOBODY"}, "user_not_found"),
        (FOR_ALICE | {"markdown_text": "a", "chunks": []}, "cannot_provide_both_markdown_text_and_chunks"),
        (FOR_ALICE | {"chunks": [{"type": "x"}]}, "invalid_chunks"),
        (FOR_ALICE | {"markdown_text": "x" * 12_001}, "msg_too_long"),
        (FOR_ALICE | {"task_display_mode": "wheel"}, "invalid_arguments"),
        (FOR_ALICE | {"thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
def test_a_stream_that_cannot_begin_is_refused(client, thread, more, code):
    assert error(client.chat_startStream, **(thread | more)) == code


def test_direct_messages_need_no_recipient(standin, client):
    said = standin.act("bob", "say", channel="dm", text="hello")
    client.chat_startStream(channel=said["channel"], thread_ts=said["ts"], markdown_text="Hi")
    assert standin.see("bob", "dm", thread_ts=said["ts"])["messages"][-1]["recipient"] == BOB


def test_a_stream_goes_on_in_the_way_it_began(client, thread):
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    append = client.chat_appendStream
    assert error(append, channel=GENERAL, ts=ts, chunks=[text("b")]) == "streaming_mode_mismatch"
    assert error(append, channel=GENERAL, ts=ts) == "markdown_text_or_chunks_required"
    assert error(append, channel=GENERAL, ts="1.000001", markdown_text="b") == "message_not_found"
    assert error(append, channel=GENERAL, ts=thread["thread_ts"], markdown_text="b") == "message_not_owned_by_app"


def test_a_message_that_streams_cannot_be_edited_and_one_that_has_ended_cannot_grow(client, thread):
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    assert error(client.chat_update, channel=GENERAL, ts=ts, text="b") == "streaming_state_conflict"
    client.chat_stopStream(channel=GENERAL, ts=ts)
    assert client.chat_update(channel=GENERAL, ts=ts, text="b")["ok"]
    append = client.chat_appendStream
    assert error(append, channel=GENERAL, ts=ts, markdown_text="c") == "message_not_in_streaming_state"
    posted = client.chat_postMessage(channel=GENERAL, text="no stream")["ts"]
    assert error(append, channel=GENERAL, ts=posted, markdown_text="c") == "message_not_in_streaming_state"


@pytest.mark.parametrize(("life", "is_over"), [("started", True), ("appended", False)])
def test_a_stream_ends_after_five_minutes(standin, client, thread, life, is_over):
    standin.admin("/switches", stream_life=life)
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    standin.clock.pass_(minutes=4)
    client.chat_appendStream(channel=GENERAL, ts=ts, markdown_text="b")
    standin.clock.pass_(minutes=2)
    if is_over:
        assert error(client.chat_appendStream, channel=GENERAL, ts=ts, markdown_text="c") == (
            "message_not_in_streaming_state"
        )
    else:
        client.chat_appendStream(channel=GENERAL, ts=ts, markdown_text="c")


def test_streams_can_be_made_to_end_at_once(standin, client, thread):
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    assert standin.admin("/streams/expire") == {"expired": 1}
    assert error(client.chat_stopStream, channel=GENERAL, ts=ts) == "message_not_in_streaming_state"


def test_stop_ends_the_streams_of_its_thread_and_tells_the_app(standin, client, thread):
    session = {"channel_id": GENERAL, "thread_ts": thread["thread_ts"]}
    answer = client.agents_sessions_setStatus(**session, status="processing", title="New files")
    assert (answer["status"], answer["title"], answer.get("warning")) == ("processing", "New files", None)
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    standin.act("alice", "stop", channel="general", thread_ts=thread["thread_ts"])
    event = standin.app.wait()[-1].event
    assert (event["type"], event["streaming_message_ts"], event["user"]) == ("agent_session_stopped", [ts], ALICE)
    assert error(client.chat_appendStream, channel=GENERAL, ts=ts, markdown_text="b") == "stopped_by_user"
    see = standin.see("alice", thread_ts=thread["thread_ts"])
    assert see["session"] == "processing", "the app itself moves the status"
    client.agents_sessions_setStatus(**session, status="active")


def test_the_end_of_a_stream_moves_the_session(standin, client, thread):
    session = {"channel_id": GENERAL, "thread_ts": thread["thread_ts"]}
    client.agents_sessions_setStatus(**session, status="processing")
    ts = client.chat_startStream(**thread, **FOR_ALICE, markdown_text="a")["ts"]
    assert error(client.chat_stopStream, channel=GENERAL, ts=ts, session_status="asleep") == "invalid_status"
    client.chat_stopStream(channel=GENERAL, ts=ts, session_status="suspended")
    assert standin.see("alice", thread_ts=thread["thread_ts"])["session"] == "suspended"


def test_an_app_that_does_not_listen_for_stop_is_warned(standin, client, thread):
    standin.admin("/app", "PUT", events=["app_mention"])
    answer = client.agents_sessions_setStatus(channel_id=GENERAL, thread_ts=thread["thread_ts"], status="processing")
    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
