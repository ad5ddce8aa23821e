"""Which conversation a message belongs to, and as whom its author is known."""

from hypothesis import given
from hypothesis import strategies as st

from callback.addresses import is_runtime_session
from callback.records import person_key
from chat.slack.conversations import Member, Place, conversation_in
from chat.slack.incoming import delivery_of, read_click, read_mention, read_message, read_opened, read_stopped

ID = st.text(min_size=1, max_size=20)
READERS = (read_message, read_mention, read_stopped, read_opened, read_click, delivery_of)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["event", "user", "actions", "container", "message", "channel", "ts", "id"]), inner
        )
    ),
    max_leaves=12,
)


def mention(**inside):
    event = {"type": "app_mention", "channel": "C1", "user": "U1", "team": "T1", "ts": "2.2", "text": "hello"}
    return {"team_id": "T1", "event": event | inside}


def test_somebody_from_another_workspace_is_who_they_are_at_home() -> None:
    question = read_mention(mention(user_team="T2", team="T1"))
    assert question is not None
    assert question.member.user_id == "slack:T2:U1"


def test_a_person_has_the_key_by_which_the_agent_and_the_service_know_them() -> None:
    assert Member("T1", "U1").key == person_key("user", "", "slack:T1:U1")


@given(st.tuples(ID, ID, ID, ID, ID), st.tuples(ID, ID, ID, ID, ID))
def test_another_workspace_channel_thread_or_person_is_another_conversation(one, other) -> None:
    sessions = [
        conversation_in(home, Place(channel, thread), Member(team, user), "sample-key").runtime_session
        for home, channel, thread, team, user in (one, other)
    ]
    assert (sessions[0] == sessions[1]) == (one == other)
    assert all(is_runtime_session(name) and 33 <= len(name) <= 256 for name in sessions)


def test_a_thread_is_named_by_its_first_message() -> None:
    first, reply = read_mention(mention()), read_mention(mention(ts="3.3", thread_ts="2.2"))
    assert first is not None
    assert reply is not None
    assert first.place == reply.place == Place("C1", "2.2")


def test_a_press_below_an_ephemeral_message_has_no_message_and_is_read_all_the_same() -> None:
    click = read_click(
        {
            "team": {"id": "T1"},
            "user": {"id": "U1"},
            "container": {"channel_id": "C1", "message_ts": "9.9", "is_ephemeral": True},
            "channel": {"id": "C1"},
            "actions": [{"action_id": "answer_here", "value": "C1 2.2", "action_ts": "1"}],
        }
    )
    assert click is not None
    assert (click.action, click.value, click.member) == ("answer_here", "C1 2.2", Member("T1", "U1"))


def test_who_does_not_have_the_services_key_cannot_work_out_a_conversations_name() -> None:
    one, other = (conversation_in("T1", Place("C1", "1.1"), Member("T1", "U1"), key) for key in ("key", "another"))
    assert one.runtime_session != other.runtime_session


@given(st.dictionaries(st.sampled_from(["event", "user", "actions", "team", "container", "message", "event_id"]), JSON))
def test_whatever_arrives_is_read_or_left(body) -> None:
    for read in READERS:
        read(body)
