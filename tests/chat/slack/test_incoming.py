"""What Slack delivers: under which name, from whom, and what of it is a question."""

import pytest

from chat.slack.conversations import Member
from chat.slack.incoming import delivery_of, read_click, read_mention, read_message

from .conftest import event, until

ACTION = {"action_id": "share", "action_ts": "5.1", "value": "x"}


def mention(asked, name, text, **inside):
    body = event(name, type="app_mention", text=f"<@U0AGENT001> {text}", ts=asked["ts"], channel=asked["channel"])
    body["event"].pop("channel_type")
    return body | {"event": body["event"] | inside}


def test_a_press_is_by_the_person_of_the_workspace_where_they_are_at_home():
    body = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": "T2"}, "actions": [ACTION]}
    click = read_click(body)
    assert click is not None
    assert click.member == Member("T2", "U1")


def test_a_press_that_names_no_home_is_of_the_workspace_where_it_was():
    click = read_click({"team": {"id": "T1"}, "user": {"id": "U1"}, "actions": [ACTION]})
    assert click is not None
    assert click.member == Member("T1", "U1")


def test_a_question_is_named_by_its_message_and_other_news_by_its_event():
    assert delivery_of(event("Ev1", text="x", ts="2.1")) == "message D0ALICE001 2.1"
    assert delivery_of(mention({"ts": "2.1", "channel": "C1"}, "Ev2", "x")) == "message C1 2.1"
    assert delivery_of(event("Ev3", subtype="message_changed")) == "event Ev3"
    assert delivery_of(event("Ev4", type="app_home_opened")) == "event Ev4"


def test_a_reply_that_is_shown_in_the_channel_too_is_a_question():
    question = read_message(event(subtype="thread_broadcast", text="two", thread_ts="1.0"))
    assert question is not None
    assert (question.text, question.place.thread) == ("two", "1.0")


@pytest.mark.parametrize(
    ("edited", "is_asked"), [("100.5", True), ("86500.0", True), ("86501.5", False), ("later", False), (7, True)]
)
def test_a_mention_that_comes_by_an_edit_asks_for_a_day(edited, is_asked):
    body = mention({"ts": "100.1", "channel": "C1"}, "Ev1", "x", edited={"user": "U1", "ts": edited})
    assert (read_mention(body) is not None) is is_asked


def test_a_mention_that_is_edited_is_answered_once(world):
    asked = world.slack.mention("alice", "which files?")
    until(world.agent.turns)
    edit = mention(asked, "EvEdit", "which files, please?", edited={"user": "U0ALICE001", "ts": asked["ts"]})
    assert world.post(edit).status_code == 200
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["which files?", "hello"]


def test_a_message_that_mentions_the_app_only_since_its_edit_is_answered(world):
    said = world.slack.say("alice", "which files?", "general")
    edit = mention(said, "EvEdit", "which files?", edited={"user": "U0ALICE001", "ts": said["ts"]})
    assert world.post(edit).status_code == 200
    until(world.agent.turns)
    assert world.post(edit | {"event_id": "EvEditTwice"}).status_code == 200
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["which files?", "hello"]
