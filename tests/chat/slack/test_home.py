"""The Home tab and the suggested questions."""

import json

from .conftest import ORIGIN, answer, until


def home(world, who="alice"):
    return json.dumps(world.slack.look(who)["home"], ensure_ascii=False)


def test_who_is_not_connected_finds_the_way(world):
    world.slack.act("alice", "open_home", tab="home")
    until(lambda: "Not connected yet." in home(world))
    assert f'"url": "{ORIGIN}/connect/google-drive"' in home(world)


def test_it_changes_by_itself_when_the_person_connects(world):
    world.slack.act("alice", "open_home", tab="home")
    until(lambda: "Not connected yet." in home(world))
    world.connect()
    until(lambda: "Connected as alice@gmail.example" in home(world))


def test_disconnecting_is_asked_once_more_and_done(world):
    world.door.account = "alice@gmail.example"
    world.slack.act("alice", "open_home", tab="home")
    until(lambda: "Connected as" in home(world))
    assert "Disconnect Google Drive?" in home(world)
    world.slack.act("alice", "press_in_view", view="home", action_id="disconnect")
    until(lambda: "Not connected yet." in home(world))
    [who] = world.door.disconnected
    assert who.endswith(":U0ALICE001")


def test_it_speaks_japanese(world):
    world.slack.act("carol", "open_home", tab="home")
    until(lambda: "まだ接続していません。" in home(world, "carol"))


def test_a_suggested_question_is_asked_in_direct_messages(world):
    world.agent.answers = [answer("These ones.")]
    world.slack.act("alice", "open_home", tab="home")
    until(lambda: "ask_0" in home(world))
    world.slack.act("alice", "press_in_view", view="home", action_id="ask_0")
    [head] = until(lambda: world.slack.from_app("alice"))
    assert world.answered("alice", head)[-1]["text"] == "These ones."
    assert world.agent.turns()[0].text == "Which files in my Drive changed in the last seven days?"


def test_questions_are_suggested_when_the_messages_are_opened(world):
    world.slack.act("alice", "open_home", tab="messages")
    prompts = until(lambda: world.slack.look("alice")["prompts"])
    assert "What changed lately?" in json.dumps(prompts)
    assert len(world.slack.calls("assistant.threads.setSuggestedPrompts")[0]["arguments"]["prompts"]) <= 4
