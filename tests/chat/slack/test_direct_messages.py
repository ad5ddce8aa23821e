"""Questions in direct messages, from what Slack delivers to what the person sees."""

import asyncio
import threading

import pytest

from callback.state.store import Records
from chat.errors import BrokenOffError, UnreachableError
from chat.events import Failure, FileCard, Files, Notice, Text, ToolProgress
from chat.slack.state import Answer
from local.slack.workspace import APP

from .conftest import DONE, answer, event, until

SHEET = FileCard(
    "Q3 budget", "Spreadsheet", "https://docs.google.com/sheet", "Finance / 2026", "2026-11-12T09:00:00Z", "Ben Ortiz"
)


def test_a_question_is_answered_in_its_thread_as_the_person(world):
    world.agent.answers = [answer("There are ", "**3** files.")]
    asked = world.slack.say("alice", "which files &amp; folders?")
    [said] = world.answered("alice", asked)
    assert (said["text"], said["recipient"]) == ("There are **3** files.", "U0ALICE001")
    [turn] = world.agent.turns()
    assert (turn.who, turn.text) == (f"slack:{APP.team_id}:U0ALICE001", "which files &amp; folders?")
    assert 33 <= len(turn.runtime_session) <= 256


def test_the_agent_learns_how_the_person_reads(world):
    world.answered("carol", world.slack.say("carol", "どのファイル?"))
    [turn] = world.agent.turns()
    [told] = world.slack.calls("users.info")
    assert told["arguments"]["include_locale"]
    assert turn.locale == "ja-JP"
    assert turn.timezone


def test_a_person_is_spoken_to_in_the_language_of_their_slack(world):
    [said] = world.answered("carol", world.slack.say("carol", "どのファイル?"))
    assert said["buttons"][0]["text"] == "もう一度試す"


def test_where_slack_does_not_tell_who_reads_what_the_question_is_answered_all_the_same(world):
    world.slack.change_app(scopes=sorted(APP.scopes - {"users:read"}))
    [said] = world.answered("carol", world.slack.say("carol", "どのファイル?"))
    assert said["buttons"][0]["text"] == "Try again"


def test_replies_in_a_thread_belong_to_one_conversation_and_another_thread_to_another(world):
    first = world.slack.say("alice", "which files?")
    world.answered("alice", first)
    world.slack.say("alice", "and folders?", thread_ts=first["ts"])
    until(lambda: len(world.agent.turns()) == 2)
    other = world.slack.say("alice", "something else")
    world.answered("alice", other)
    one, same, another = (turn.runtime_session for turn in world.agent.turns())
    assert one == same != another


def test_the_first_words_are_shown_before_the_answer_is_complete(world):
    gate = threading.Event()
    world.agent.answers = [(Text("There "), gate, Text("are 3."), DONE)]
    asked = world.slack.say("alice", "how many?")
    [said] = until(lambda: [one for one in world.slack.from_app("alice", thread_ts=asked["ts"]) if one["text"]])
    assert (said["text"], said["stream"]) == ("There ", "open")
    gate.set()
    [said] = world.answered("alice", asked)
    assert said["text"] == "There are 3."


def test_many_small_pieces_do_not_become_as_many_calls(world):
    world.agent.answers = [answer(*(f"word{n} " for n in range(400)))]
    [said] = world.answered("alice", world.slack.say("alice", "tell me"))
    assert said["text"] == "".join(f"word{n} " for n in range(400))
    assert len(world.slack.calls("chat.startStream", "chat.appendStream", "chat.stopStream")) <= 4


def test_what_a_tool_does_is_shown_as_a_task(world):
    running, done = (ToolProgress("t1", "search", "Searching Drive", status) for status in ("running", "done"))
    failed = ToolProgress("t2", "read", "Reading", "failed")
    world.agent.answers = [(running, done, failed, Text("Nothing."), DONE)]
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))
    shown = [(task["title"], task["status"]) for task in said["tasks"]]
    assert shown == [("Searching Drive", "complete"), ("Reading", "error")]


def test_files_that_an_answer_names_get_a_card_with_what_is_known_of_them(world):
    other = FileCard("Other", link="https://docs.google.com/other")
    text = Text(f"It is [Q3 budget]({SHEET.link}).")
    world.agent.answers = [(Files((SHEET, other)), text, Notice("I searched 2 drives."), DONE)]
    [said] = world.answered("alice", world.slack.say("alice", "the budget?"))
    assert "Q3 budget\n\nSpreadsheet · Finance / 2026 · 2026-11-12 · Ben Ortiz" in said["words"]
    assert "Other" not in said["words"]
    assert "I searched 2 drives." in said["words"]


def test_a_name_in_a_question_is_the_persons_name_for_the_agent(world):
    asked = world.slack.say("alice", "hello")
    world.answered("alice", asked)
    text = "<@U0AGENT001> files of <@U0BOB00001> &amp; others"
    assert world.post(event(text=text, thread_ts=asked["ts"], ts="7.7")).status_code == 200
    turn = until(lambda: world.agent.turns()[1:])[0]
    assert turn.text == "files of Bob Brandt & others"


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (UnreachableError("Is `make up` running?"), "I cannot be reached at the moment."),
        (BrokenOffError("broken"), "The answer broke off before its end."),
        (Failure("This conversation is too long.", "conversation_too_long"), "This conversation is too long."),
    ],
)
def test_what_was_said_before_an_error_stays_and_can_be_tried_again(world, trouble, sentence):
    world.agent.answers = [(Text("I found "), trouble), answer("All of it.")]
    asked = world.slack.say("alice", "which files?")
    [said] = world.answered("alice", asked)
    assert said["text"] == "I found "
    assert sentence in said["words"]
    assert "make up" not in said["words"]
    world.slack.press("alice", said, "retry")
    until(lambda: "All of it." in world.slack.from_app("alice", thread_ts=asked["ts"])[-1]["text"])
    assert [turn.text for turn in world.agent.turns()] == ["which files?"] * 2
    assert len({turn.runtime_session for turn in world.agent.turns()}) == 1


def test_a_second_question_in_a_conversation_waits_for_the_first_ones_answer(world):
    gate = threading.Event()
    world.agent.answers = [(Text("one"), gate, DONE), answer("two")]
    first = world.slack.say("alice", "first")
    until(world.agent.turns)
    world.slack.say("alice", "second", thread_ts=first["ts"])
    other = world.slack.say("bob", "meanwhile")
    world.answered("bob", other)
    assert [said["text"] for said in world.slack.from_app("alice", thread_ts=first["ts"])] == ["one"]
    gate.set()
    until(lambda: [said["text"] for said in world.slack.from_app("alice", thread_ts=first["ts"])] == ["one", "two"])


def test_who_asks_without_end_is_asked_for_a_moment(world):
    gate = threading.Event()
    world.agent.answers = [(Text("one"), gate, DONE)]
    first = world.slack.say("alice", "first")
    until(world.agent.turns)
    for n in range(5):
        world.slack.say("alice", f"question {n}", thread_ts=first["ts"])
    until(
        lambda: any(
            "still at your earlier questions" in said["words"]
            for said in world.slack.from_app("alice", thread_ts=first["ts"])
        )
    )
    gate.set()


def test_a_message_without_words_gets_a_hint(world):
    asked = world.slack.say("alice", "@Drive Agent")
    [said] = until(lambda: world.slack.from_app("alice", thread_ts=asked["ts"]))
    assert "Ask me something about your Google Drive" in said["words"]
    assert not world.agent.turns()


@pytest.mark.parametrize(
    "inside",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "message_changed", "hidden": True},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"user": APP.bot_user_id},
        {"user": ""},
        {"channel_type": "channel", "channel": "C0GENERAL1"},
        {"type": "app_mention"},  # in direct messages that is the message over again
        {"type": "reaction_added"},
    ],
)
def test_what_nobody_asked_is_taken_and_left(world, inside):
    assert (
        world.post(event(text="which files?") | {"event": event(text="which files?")["event"] | inside}).status_code
        == 200
    )
    world.answered("alice", world.slack.say("alice", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["hello"]


def test_somebody_whom_the_service_does_not_sign_in_is_told_so(world):
    asked = world.slack.say("alice", "hello")
    world.answered("alice", asked)
    stranger = event(
        text="which files?", user_team="T0OTHER001", channel=asked["channel"], ts="7.7", thread_ts=asked["ts"]
    )
    assert world.post(stranger).status_code == 200
    until(lambda: "another workspace" in str(world.slack.from_app("alice", thread_ts=asked["ts"])))
    assert [turn.text for turn in world.agent.turns()] == ["hello"]


def test_of_an_answer_that_cannot_be_shared_nothing_is_kept(world):
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))
    assert "share" not in str(said["buttons"])
    reading = Records(world.store, "slack-answers", Answer).get(said["buttons"][0]["value"])
    kept = asyncio.run_coroutine_threadsafe(reading, world.loop).result()
    assert (kept.question, kept.text) == ("which files?", "")


def test_the_session_is_at_work_and_then_not(world):
    gate = threading.Event()
    world.agent.answers = [(Text("one"), gate, DONE)]
    asked = world.slack.say("alice", "which files?")
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "processing")
    gate.set()
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")


def test_stopping_in_slack_stops_at_the_runtime_too_and_says_so(world):
    gate = threading.Event()
    world.agent.answers = [(Text("one "), gate, Text("two"), DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: [one for one in world.slack.from_app("alice", thread_ts=asked["ts"]) if one["text"]])
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "processing")
    world.slack.act("alice", "stop", channel="dm", thread_ts=asked["ts"])
    [said] = world.answered("alice", asked)
    assert "one" in said["words"]
    assert "Stopped." in said["words"]
    assert "two" not in said["words"]
    [(_, runtime_session, name)] = world.agent.cancelled
    assert (name, runtime_session) == ("cancel", world.agent.turns()[0].runtime_session)
    assert world.agent.hung_up == 1
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")


@pytest.mark.parametrize("code", ["unknown_method", "not_allowed_token_type"])
def test_without_slacks_own_stop_button_there_is_one_of_ours_while_a_turn_takes_long(world, code):
    world.slack.fault("agents.sessions.setStatus", error=code, times=None)
    gate = threading.Event()
    world.agent.answers = [(Text("one "), gate, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "is looking" in str(world.slack.calls("assistant.threads.setStatus")))
    buttons = until(
        lambda: [
            one
            for one in world.slack.from_app("alice", thread_ts=asked["ts"])
            if any(button["action_id"] == "stop" for button in one["buttons"])
        ]
    )
    world.slack.press("alice", buttons[0], "stop")
    until(
        lambda: (
            not [one for one in world.slack.from_app("alice", thread_ts=asked["ts"]) if one["ts"] == buttons[0]["ts"]]
        )
    )
    [said] = world.slack.from_app("alice", thread_ts=asked["ts"])
    assert "Stopped." in said["words"]


@pytest.mark.parametrize("collection", ["slack-members", "slack-waits"])
def test_a_store_that_fails_is_an_apology(world, collection):
    world.memory.broken = (collection,)
    asked = world.slack.say("alice", "which files?")
    until(lambda: "Something went wrong." in str(world.slack.from_app("alice", thread_ts=asked["ts"])))


def test_a_store_that_fails_at_the_end_loses_nothing_of_the_answer(world):
    world.memory.broken = ("slack-answers",)
    world.agent.answers = [answer("There are 3.")]
    asked = world.slack.say("alice", "which files?")
    until(lambda: "done" in [one["stream"] for one in world.slack.from_app("alice", thread_ts=asked["ts"])])
    assert "There are 3." in str(world.slack.from_app("alice", thread_ts=asked["ts"]))


def test_an_answer_that_cannot_be_kept_ends_without_an_apology(world):
    gate = threading.Event()
    world.agent.answers = [(Text("There are 3."), gate, DONE)]
    asked = world.slack.say("alice", "which files?")
    until(world.agent.turns)
    world.memory.broken = ("slack-answers", "slack-running")
    gate.set()
    until(lambda: world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active")
    world.memory.broken = ()
    world.answered("bob", world.slack.say("bob", "hello"))
    [said] = world.slack.from_app("alice", thread_ts=asked["ts"])
    assert said["words"].startswith("There are 3.")
    assert [button["action_id"] for button in said["buttons"]] == ["feedback"]


def test_a_stop_button_of_ours_goes_even_where_the_status_cannot_be_set(world):
    world.slack.change_app(events=["message.im", "app_mention"])
    gate = threading.Event()
    world.agent.answers = [(Text("one "), gate, DONE)]
    asked = world.slack.say("alice", "tell me")
    until(lambda: "'stop'" in str(world.slack.from_app("alice", thread_ts=asked["ts"])))
    world.slack.fault("agents.sessions.setStatus", error="session_not_found", times=None)
    gate.set()
    until(lambda: "'stop'" not in str(world.slack.from_app("alice", thread_ts=asked["ts"])))


def test_a_question_that_waits_behind_another_is_not_lost_in_a_planned_stop(world):
    gate = threading.Event()
    world.agent.answers = [(Text("It begins"), gate), answer("All of it.")]
    asked = world.slack.say("alice", "first?")
    until(lambda: "It begins" in str(world.slack.from_app("alice", thread_ts=asked["ts"])))
    world.slack.say("alice", "second?", thread_ts=asked["ts"])
    until(lambda: len([one for one in world.memory.kept if one[0] == "slack-running"]) == 2)
    world.stop()
    gate.set()
    first, second = world.slack.from_app("alice", thread_ts=asked["ts"])
    for said in (first, second):
        assert "I was restarted" in said["words"]
    assert not [one for one in world.memory.kept if one[0] == "slack-running"]
    world.start()
    world.slack.press("alice", second, "retry")
    until(lambda: "All of it." in str(world.slack.from_app("alice", thread_ts=asked["ts"])))
    assert world.agent.turns()[-1].text == "second?"


def test_buttons_of_somebody_whom_the_service_does_not_sign_in_do_nothing(world):
    click = {
        "type": "block_actions",
        "user": {"id": "U0ALICE001", "team_id": "T0OTHER001"},
        "container": {"type": "view"},
        "actions": [{"action_id": "ask_0", "action_ts": "1.1", "value": "which files?"}],
    }
    assert world.post(click).status_code == 200
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["hello"]


def test_feedback_is_a_line_without_words(world, caplog):
    caplog.set_level("INFO", logger="chat.slack.feedback")
    world.agent.answers = [answer("Secret budget")]
    [said] = world.answered("alice", world.slack.say("alice", "the budget?"))
    world.slack.press("alice", said, "feedback", "negative")
    [record] = until(lambda: [one for one in caplog.records if one.name == "chat.slack.feedback"])
    line = record.getMessage()
    assert "opinion=negative" in line
    assert not any(secret in line for secret in ("ALICE", "budget", "alice"))
