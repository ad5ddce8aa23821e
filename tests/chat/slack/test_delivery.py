"""What Slack delivers is checked, taken once, and acknowledged at once."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from callback.state.store import Records
from chat.events import Text
from chat.slack.app import web_client
from chat.slack.settings import SlackSettings
from chat.slack.state import Deliveries, Delivery
from local.slack.workspace import APP

from .conftest import DONE, answer, event, until


@pytest.mark.parametrize("how", [{"secret": "another-secret"}, {"age_s": 600}])
def test_what_slack_has_not_signed_is_refused_and_not_written_down(world, how, caplog):
    caplog.set_level("DEBUG")
    response = world.post(event(text="a secret question"), **how)
    assert response.status_code == 401
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()] == ["hello"]
    assert "a secret question" not in caplog.text


def test_a_press_that_slack_has_not_signed_is_refused(world):
    click = {"type": "block_actions", "actions": [{"action_id": "disconnect", "action_ts": "1"}]}
    assert world.post(click, secret="another-secret").status_code == 401
    assert not world.door.disconnected


def test_the_address_proves_itself_when_it_is_set_up(world):
    assert world.slack._post("/verify", {})["verified"]


def test_a_delivery_that_comes_again_is_answered_once(world):
    gate = threading.Event()
    world.agent.answers = [(gate, Text("Once."), DONE)]
    asked = world.slack.say("alice", "which files?")
    until(world.agent.turns)
    world.slack.deliver(asked["event_id"])
    until(lambda: len([one for one in world.slack.deliveries() if one["event_id"] == asked["event_id"]]) == 2)
    gate.set()
    world.answered("alice", asked)
    world.slack.deliver(asked["event_id"])
    until(lambda: len([one for one in world.slack.deliveries() if one["event_id"] == asked["event_id"]]) == 3)
    assert {one["outcome"] for one in world.slack.deliveries()} == {"taken"}
    world.answered("bob", world.slack.say("bob", "hello"))
    assert len([turn for turn in world.agent.turns() if turn.text == "which files?"]) == 1


def test_many_at_the_same_time_are_one(world):
    asked = world.slack.say("alice", "hello")
    world.answered("alice", asked)
    body = event(text="again", ts="7.7", thread_ts=asked["ts"], channel=asked["channel"])
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _: world.post(body).status_code, range(8)))
    assert 200 in statuses
    assert set(statuses) <= {200, 503}
    until(lambda: len(world.agent.turns()) == 2)
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()].count("again") == 1


def test_after_a_restart_a_delivery_is_still_known(world):
    asked = world.slack.say("alice", "which files?")
    world.answered("alice", asked)
    world.start()
    world.slack.deliver(asked["event_id"])
    until(lambda: len([one for one in world.slack.deliveries() if one["event_id"] == asked["event_id"]]) == 2)
    world.answered("bob", world.slack.say("bob", "hello"))
    assert len(world.agent.turns()) == 2


def test_a_delivery_whose_taker_died_is_refused_for_a_moment_and_then_handled(world):
    async def die_after_taking(name):
        records = Records(world.store, "slack-deliveries", Delivery)
        assert await Deliveries(records, world.clock).take(name) == "new"

    asked = world.slack.say("alice", "hello")
    world.answered("alice", asked)
    body = event(text="which files?", channel=asked["channel"], ts="7.7", thread_ts=asked["ts"])
    asyncio.run_coroutine_threadsafe(die_after_taking(f"message {asked['channel']} 7.7"), world.loop).result()
    assert world.post(body).status_code == 503
    world.clock.ahead = timedelta(minutes=1)
    assert world.post(body, retry=2).status_code == 200
    until(lambda: [turn for turn in world.agent.turns() if turn.text == "which files?"])
    assert world.post(body, retry=3).status_code == 200
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()].count("which files?") == 1


def test_while_the_store_fails_slack_is_asked_to_come_again(world):
    world.memory.broken = ("slack-deliveries",)
    body = event(text="which files?")
    assert world.post(body).status_code == 500
    world.memory.broken = ()
    asked = world.slack.say("alice", "hello")
    world.answered("alice", asked)
    body["event"] |= {"channel": asked["channel"], "thread_ts": asked["ts"]}
    assert world.post(body, retry=1).status_code == 200
    until(lambda: [turn for turn in world.agent.turns() if turn.text == "which files?"])


def test_slack_has_its_answer_before_ours_is_there(world):
    gate = threading.Event()
    world.agent.answers = [(gate, Text("At last."), DONE)]
    world.slack.pace(answer_within_s=0.5)
    asked = world.slack.say("alice", "which files?")
    until(lambda: [one for one in world.slack.deliveries() if one["outcome"] == "taken"])
    gate.set()
    assert world.answered("alice", asked)[-1]["text"] == "At last."
    assert {one["outcome"] for one in world.slack.deliveries()} == {"taken"}


def test_a_press_that_comes_again_is_done_once(world):
    world.agent.answers = [answer("one")]
    asked = world.slack.say("alice", "which files?")
    [said] = world.answered("alice", asked)
    value = said["buttons"][0]["value"]
    click = {
        "type": "block_actions",
        "team": {"id": APP.team_id},
        "user": {"id": "U0ALICE001", "team_id": APP.team_id},
        "channel": {"id": said["channel"]},
        "container": {"message_ts": said["ts"], "thread_ts": asked["ts"], "channel_id": said["channel"]},
        "actions": [{"action_id": "retry", "action_ts": "5.1", "value": value}],
    }
    assert world.post(click).status_code == 200
    until(lambda: len(world.agent.turns()) == 2)
    assert world.post(click).status_code == 200
    world.answered("bob", world.slack.say("bob", "hello"))
    assert [turn.text for turn in world.agent.turns()].count("which files?") == 2


def test_socket_mode_needs_no_address_of_ours(world):
    world.start(socket=True, http=False)
    assert world.post(event(text="which files?")).status_code == 404
    world.slack.switch(delivery="socket")
    world.agent.answers = [answer("Over the socket.")]
    asked = world.slack.say("alice", "which files?")
    [said] = world.answered("alice", asked)
    assert said["text"] == "Over the socket."
    assert world.slack.press("alice", said, "feedback", "positive")["is_taken"]


def test_socket_mode_comes_back_after_its_connection_was_lost(world):
    world.start(socket=True)
    world.slack.switch(delivery="socket")
    world.slack.pace(retry_after_s=[0.2] * 40)  # what comes while there is no connection comes again
    world.slack._post("/sockets", {"do": "refresh"})
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))
    assert said["text"] == "Hello."


def test_nothing_that_anybody_wrote_is_in_the_log(world, caplog):
    caplog.set_level("DEBUG")
    world.agent.answers = [answer("Answer 4711")]
    world.slack.fault("chat.appendStream", error="invalid_arguments")
    world.slack.fault("chat.stopStream", error="internal_error", times=3)
    world.answered("alice", world.slack.say("alice", "Question 4711"))
    world.post(event("EvOther", type="reaction_added", text="Question 4711"))
    world.post(
        {"type": "view_submission", "view": {"secret": "Question 4711"}, "user": {"id": "U"}, "team": {"id": "T"}}
    )
    ours = [
        record
        for record in caplog.records
        if record.name.split(".")[0] in {"chat", "slack_bolt", "slack_sdk", "callback"}
    ]
    text = "\n".join(record.getMessage() + (record.exc_text or "") for record in ours)
    assert ours
    assert "4711" not in text
    assert "xoxb" not in text
    assert "ALICE" not in text


def test_of_what_slacks_libraries_report_only_the_place_is_written_down(world, caplog):
    logger = web_client(SlackSettings(bot_token="xoxb-sample", api_url=world.slack.api_url)).logger
    logger.error("Question 4711 of %s", "alice", exc_info=ValueError("Question 4711"))
    [record] = [one for one in caplog.records if one.name == logger.name]
    assert "4711" not in caplog.text
    assert "module=test_delivery" in record.getMessage()


def test_what_bolt_would_read_from_the_environment_changes_nothing(world, monkeypatch):
    names = ("BOT_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET", "VERIFICATION_TOKEN", "APP_TOKEN")
    for name in names:
        monkeypatch.setenv(f"SLACK_{name}", "of-something-else")
    world.start()
    assert world.post(event(text="which files?"), secret="of-something-else").status_code == 401
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))
    assert said["text"] == "Hello."


def test_a_turn_that_a_restart_interrupts_says_so_and_can_be_tried_again(world):
    gate = threading.Event()
    world.agent.answers = [(Text("It begins"), gate), answer("All of it.")]
    asked = world.slack.say("alice", "which files?")
    until(lambda: [one for one in world.slack.from_app("alice", thread_ts=asked["ts"]) if one["text"]])
    world.stop()
    [said] = world.slack.from_app("alice", thread_ts=asked["ts"])
    assert said["text"] == "It begins"
    assert "I was restarted" in said["words"]
    assert world.slack.look("alice", thread_ts=asked["ts"])["session"] == "active"
    world.start()
    world.slack.press("alice", said, "retry")
    until(lambda: "All of it." in json.dumps(world.slack.from_app("alice", thread_ts=asked["ts"])))
