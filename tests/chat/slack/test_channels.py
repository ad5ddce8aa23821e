"""Questions in channels: what comes out of somebody's Drive is for them alone, unless they choose otherwise."""

import json
import threading

import pytest

from chat.events import Text
from local.slack.workspace import APP

from .conftest import CONSENT, DONE, LINK, answer, event, until

SECRET = "Layoffs 2027"


def public(world, channel="general", who="bob"):
    """Everything that somebody else sees of the app in the channel, threads included."""
    seen = world.slack.see(who, channel)
    threads = [message for one in seen for message in world.slack.see(who, channel, one["ts"])]
    return [message for message in (*seen, *threads) if message["is_app"]]


def dm_thread(world, who="alice"):
    """The thread of direct messages that belongs to a question from a channel."""
    [head] = until(lambda: world.slack.from_app(who))
    return head


@pytest.fixture
def answered(world):
    """alice asked in the channel, and has her answer in private."""
    world.agent.answers = [answer(f"It is {SECRET}.")]
    asked = world.slack.mention("alice", "which file is it?")
    head = dm_thread(world)
    said = world.answered("alice", head)[-1]
    return asked, head, said


def test_a_mention_is_answered_in_private(world, answered):
    asked, head, said = answered
    assert said["text"] == f"It is {SECRET}."
    assert "which file is it?" in head["words"]
    until(lambda: public(world))
    assert SECRET not in json.dumps(public(world))
    assert "in private" in json.dumps(public(world))
    hints = until(lambda: [one for one in world.slack.from_app("alice", "general", asked["ts"]) if one["only_for"]])
    assert hints[0]["buttons"][0]["action_id"] == "answer_here"
    assert SECRET not in json.dumps(world.slack.calls("chat.postEphemeral"))
    streams = world.slack.calls("chat.startStream")
    assert {call["arguments"]["channel"] for call in streams} == {head["channel"]}


def test_a_lost_hint_changes_nothing(world):
    world.slack.fault("chat.postEphemeral", error="channel_not_found", times=None)
    world.agent.answers = [answer("Yes.")]
    world.slack.mention("alice", "is it there?")
    assert world.answered("alice", dm_thread(world))[-1]["text"] == "Yes."


def test_an_answer_is_shared_once_by_who_asked_and_under_their_name(world, answered):
    asked, _, said = answered
    button = next(button for button in said["buttons"] if button["action_id"] == "share")
    [block] = [block for block in said["blocks"] if block["type"] == "actions"]
    confirm = next(element["confirm"] for element in block["elements"] if element["action_id"] == "share")
    assert "Everybody in the channel" in confirm["text"]["text"]
    assert button["text"] == "Share in the thread"
    world.slack.press("alice", said, "share")
    [shared] = until(
        lambda: [one for one in world.slack.from_app("bob", "general", asked["ts"]) if SECRET in one["words"]]
    )
    assert "U0ALICE001" in json.dumps(shared["blocks"])
    assert not shared["unfurls"]
    world.slack.press("alice", said, "share")
    until(lambda: "Shared in the thread." in json.dumps(world.slack.from_app("alice", thread_ts=said["thread_ts"])))
    assert json.dumps(public(world)).count(SECRET) == json.dumps([shared]).count(SECRET)


def test_what_could_not_be_shared_can_be_shared_again(world, answered):
    asked, _, said = answered
    until(lambda: public(world))
    world.slack.fault("chat.postMessage", error="is_archived")
    world.slack.press("alice", said, "share")
    until(lambda: [call for call in world.slack.calls("chat.postMessage") if call.get("error") == "is_archived"])
    world.slack.press("alice", said, "share")
    until(lambda: [one for one in world.slack.from_app("bob", "general", asked["ts"]) if SECRET in one["words"]])


def test_nobody_else_can_share_or_repeat_somebodys_answer(world, answered):
    _, _, said = answered
    value = next(button["value"] for button in said["buttons"] if button["action_id"] == "share")
    for action in ("share", "retry"):
        click = {
            "type": "block_actions",
            "team": {"id": APP.team_id},
            "user": {"id": "U0BOB00001", "team_id": APP.team_id},
            "channel": {"id": "C0GENERAL1"},
            "container": {"message_ts": "1.1", "channel_id": "C0GENERAL1"},
            "actions": [{"action_id": action, "action_ts": f"{action}.1", "value": value}],
        }
        assert world.post(click).status_code == 200
    until(lambda: len([c for c in world.slack.calls("chat.postEphemeral") if "Only the person" in str(c)]) == 2)
    assert SECRET not in json.dumps(public(world))
    assert len(world.agent.turns()) == 1


def test_who_chooses_the_thread_before_the_answer_is_there_gets_it_there(world):
    gate = threading.Event()
    world.agent.answers = [(Text("It is "), gate, Text(SECRET), DONE)]
    asked = world.slack.mention("alice", "which file is it?")
    [hint] = until(lambda: [one for one in world.slack.from_app("alice", "general", asked["ts"]) if one["only_for"]])
    world.slack.press("alice", hint, "answer_here")
    until(lambda: "everybody in the channel sees" in json.dumps(world.slack.from_app("alice", "general", asked["ts"])))
    assert SECRET not in json.dumps(public(world))
    gate.set()
    until(lambda: SECRET in json.dumps(public(world)))


def test_who_chooses_the_thread_later_gets_the_answer_there_and_the_next_ones_too(world, answered):
    asked, _, _ = answered
    [hint] = until(lambda: [one for one in world.slack.from_app("alice", "general", asked["ts"]) if one["only_for"]])
    world.slack.press("alice", hint, "answer_here")
    until(lambda: SECRET in json.dumps(public(world)))
    world.agent.answers = [answer("Another one.")]
    world.slack.mention("alice", "and another?", thread_ts=asked["ts"])
    said = until(
        lambda: [one for one in world.slack.from_app("bob", "general", asked["ts"]) if "Another one." in one["text"]]
    )
    assert said[0]["recipient"] == "U0ALICE001"
    assert len({turn.runtime_session for turn in world.agent.turns()}) == 1


def test_a_choice_is_one_persons_in_one_thread(world, answered):
    asked, _, _ = answered
    [hint] = until(lambda: [one for one in world.slack.from_app("alice", "general", asked["ts"]) if one["only_for"]])
    world.slack.press("alice", hint, "answer_here")
    until(lambda: SECRET in json.dumps(public(world)))
    world.agent.answers = [answer("Bob's own.")]
    world.slack.mention("bob", "and mine?", thread_ts=asked["ts"])
    assert world.answered("bob", dm_thread(world, "bob"))[-1]["text"] == "Bob's own."
    world.agent.answers = [answer("In private again.")]
    world.slack.mention("alice", "in another thread")
    until(
        lambda: (
            "In private again."
            in json.dumps(
                [m for h in world.slack.from_app("alice") for m in world.slack.see("alice", thread_ts=h["ts"])]
            )
        )
    )
    assert "Bob's own." not in json.dumps(public(world, who="alice"))
    assert "In private again." not in json.dumps(public(world))
    one, two, three = (turn.runtime_session for turn in world.agent.turns())
    assert len({one, two, three}) == 3


def test_who_goes_back_to_private_is_answered_in_private(world, answered):
    asked, head, _ = answered
    thread = ("alice", "general", asked["ts"])
    [hint] = until(lambda: [one for one in world.slack.from_app(*thread) if one["only_for"]])
    world.slack.press("alice", hint, "answer_here")
    [other] = until(
        lambda: [one for one in world.slack.from_app(*thread) if "answer_private" in json.dumps(one["buttons"])]
    )
    world.slack.press("alice", other, "answer_private")
    until(lambda: len([one for one in world.slack.from_app(*thread) if one["only_for"]]) == 3)
    world.agent.answers = [answer("Quietly.")]
    world.slack.mention("alice", "and this?", thread_ts=asked["ts"])
    until(lambda: "Quietly." in json.dumps(world.slack.from_app("alice", thread_ts=head["ts"])))
    assert "Quietly." not in json.dumps(public(world))


def test_in_the_private_thread_the_conversation_goes_on_without_a_mention(world, answered):
    _, head, _ = answered
    world.agent.answers = [answer("More of it.")]
    world.slack.say("alice", "tell me more", thread_ts=head["ts"])
    until(lambda: "More of it." in json.dumps(world.slack.from_app("alice", thread_ts=head["ts"])))
    assert len({turn.runtime_session for turn in world.agent.turns()}) == 1
    assert "More of it." not in json.dumps(public(world))


def test_two_questions_in_one_breath_have_one_private_thread(world):
    world.agent.answers = [answer("Both.")]
    world.slack.fault("conversations.open", "stall", seconds=0.3)
    asked = world.slack.mention("alice", "which file is it?")
    world.slack.mention("alice", "and the other one?", thread_ts=asked["ts"])
    head = dm_thread(world)
    texts = lambda: [said["text"] for said in world.slack.from_app("alice", thread_ts=head["ts"])]  # noqa: E731
    until(lambda: texts().count("Both.") == 2)
    assert len(world.slack.from_app("alice")) == 1


def test_somebody_else_in_a_private_thread_has_a_conversation_of_their_own(world, answered):
    _, head, _ = answered
    text = event(text="go on", user="U0BOB00001", channel=head["channel"], thread_ts=head["ts"], ts=head["ts"])
    assert world.post(text).status_code == 200
    turn = until(lambda: world.agent.turns()[1:])[0]
    assert turn.runtime_session != world.agent.turns()[0].runtime_session


def test_stopping_in_the_private_thread_stops_the_conversation_from_the_channel(world):
    gate = threading.Event()
    world.agent.answers = [(Text("one "), gate, DONE)]
    world.slack.mention("alice", "tell me")
    head = dm_thread(world)
    until(lambda: world.slack.look("alice", thread_ts=head["ts"])["session"] == "processing")
    world.slack.act("alice", "stop", channel="dm", thread_ts=head["ts"])
    until(lambda: "Stopped." in str(world.slack.from_app("alice", thread_ts=head["ts"])))
    [(_, runtime_session, _)] = world.agent.cancelled
    assert runtime_session == world.agent.turns()[0].runtime_session


def test_consent_is_asked_for_in_private_and_the_link_is_never_in_the_channel(world):
    world.agent.answers = [CONSENT, answer(f"It is {SECRET}.")]
    asked = world.slack.mention("alice", "which file is it?")
    head = dm_thread(world)
    [request] = until(lambda: [one for one in world.slack.from_app("alice", thread_ts=head["ts"]) if LINK in str(one)])
    assert [button["url"] for button in request["buttons"] if button["action_id"] == "connect"] == [LINK]
    assert "The answer will come here, to you alone." in request["words"]
    world.slack.press("alice", request, "answer_here")
    until(lambda: "for everybody in the channel" in json.dumps(world.slack.from_app("alice", thread_ts=head["ts"])))
    world.connect()
    said = until(lambda: [one for one in world.slack.from_app("bob", "general", asked["ts"]) if SECRET in one["text"]])
    assert said[0]["stream"]
    updated = world.slack.from_app("alice", thread_ts=head["ts"])
    assert "Connected as alice@gmail.example." in json.dumps(updated)
    assert "/connect/" not in json.dumps(public(world))
    assert "/connect/" not in json.dumps(updated)


def test_where_the_thread_was_chosen_before_it_says_only_that_there_is_a_private_message(world, answered):
    asked, head, _ = answered
    [hint] = until(lambda: [one for one in world.slack.from_app("alice", "general", asked["ts"]) if one["only_for"]])
    world.slack.press("alice", hint, "answer_here")
    until(lambda: SECRET in json.dumps(public(world)))
    world.agent.answers = [CONSENT, answer("With contents.")]
    world.slack.mention("alice", "read it to me", thread_ts=asked["ts"])
    until(lambda: "I have sent you a private message" in json.dumps(public(world)))
    until(lambda: LINK in json.dumps(world.slack.from_app("alice", thread_ts=head["ts"])))
    assert "/connect/" not in json.dumps(public(world))
    world.connect()
    until(lambda: "With contents." in json.dumps(public(world)))


def test_only_mentions_are_questions_in_a_channel(world, answered):
    asked, _, _ = answered
    world.slack.say("alice", "thanks, I will look", "general", asked["ts"])
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["which file is it?", "hello"]


def test_an_empty_mention_is_told_how_to_ask(world):
    asked = world.slack.mention("alice", "")
    until(
        lambda: "Mention me together with a question" in json.dumps(world.slack.from_app("bob", "general", asked["ts"]))
    )
    assert not world.agent.turns()


def test_no_message_unfurls(world, answered):
    asked, _, said = answered
    world.slack.press("alice", said, "share")
    until(lambda: SECRET in json.dumps(public(world)))
    world.agent.answers = [CONSENT]
    world.slack.mention("alice", "and this?", thread_ts=asked["ts"])
    world.slack.mention("alice", "")
    until(lambda: LINK in str(world.slack.calls("chat.postMessage")))
    posts = world.slack.calls("chat.postMessage")
    assert len(posts) >= 5
    for post in posts:
        assert post["arguments"]["unfurl_links"] is False
        assert post["arguments"]["unfurl_media"] is False
