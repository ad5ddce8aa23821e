"""A question that waits for consent is answered by itself, once, whatever happens in between."""

import asyncio
import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from callback.state.store import Records
from chat.errors import RefusedError
from chat.events import AuthRequired, Text
from chat.slack.waits import Lease, Wait

from .conftest import ASKED, CONSENT, DONE, LINK, answer, until

CONTENTS = AuthRequired("google-drive", LINK, ASKED.message, ("https://www.googleapis.com/auth/drive.readonly",))


def thread(world, asked, who="alice"):
    return world.slack.from_app(who, thread_ts=asked["ts"])


@pytest.fixture
def waiting(world):
    """alice asked, and was asked for consent."""
    world.agent.answers = [CONSENT, answer("There are 3.")]
    asked = world.slack.say("alice", "how many files?")
    until(lambda: LINK in str(thread(world, asked)))
    return asked


def test_the_link_is_a_button_and_says_whose_it_is(world, waiting):
    [progress, request] = thread(world, waiting)
    assert [task["status"] for task in progress["tasks"]] == ["pending"]
    assert LINK not in progress["words"]
    assert "This link is yours" in request["words"]
    assert LINK not in request["words"]
    [button] = request["buttons"]
    assert (button["url"], button["style"]) == (LINK, "primary")
    assert world.slack.press("alice", request, "connect")["is_taken"]
    until(lambda: world.slack.look("alice", thread_ts=waiting["ts"])["session"] == "suspended")


def test_as_soon_as_consent_is_there_the_request_says_so_and_the_question_is_answered(world, waiting):
    world.connect()
    until(lambda: "There are 3." in str(thread(world, waiting)))
    _, request, said = thread(world, waiting)
    assert "Connected as alice@gmail.example." in request["words"]
    assert not request["buttons"]
    assert said["text"] == "There are 3."
    assert len(world.agent.turns()) == 1
    assert {turn.runtime_session for turn in world.agent.asked} == {world.agent.turns()[0].runtime_session}


def test_consent_that_only_the_agent_knows_of_is_noticed_too(world, waiting):
    world.door.account = "alice@gmail.example"
    world.agent.is_connected = True
    until(lambda: "There are 3." in str(thread(world, waiting)))
    assert "Connected as alice@gmail.example." in str(thread(world, waiting))


def test_somebody_elses_consent_answers_nobodys_question(world, waiting):
    resumed = len(world.agent.turns("resume"))
    world.connect("bob", "bob@gmail.example")
    until(lambda: len(world.agent.turns("resume")) > resumed)
    assert "bob@gmail.example" not in str(thread(world, waiting))
    assert LINK in str(thread(world, waiting))


def test_after_a_restart_the_question_is_answered_when_consent_comes(world, waiting):
    world.start()
    asked_before = len(world.agent.turns("resume"))
    world.connect(runtime_session=world.agent.turns()[0].runtime_session)
    until(lambda: "There are 3." in str(thread(world, waiting)))
    assert "Connected as alice@gmail.example." in str(thread(world, waiting))
    assert len(world.agent.turns("resume")) > asked_before


def test_after_a_restart_a_consent_from_anywhere_answers_all_that_waits(world, waiting):
    world.agent.answers = [CONSENT, answer("Answered.")]
    other = world.slack.say("alice", "and folders?")
    until(lambda: LINK in str(thread(world, other)))
    world.start()
    world.connect()
    for asked in (waiting, other):
        until(lambda asked=asked: "Answered." in str(thread(world, asked)))


@pytest.fixture
def of_another_process(world, waiting):
    """The question waits in a process that was killed a moment ago, or is somewhere else."""
    name = world.agent.turns()[0].runtime_session
    world.start()
    waits, leases = Records(world.store, "slack-waits", Wait), Records(world.store, "slack-leases", Lease)

    async def lease(seconds):
        kept = await waits.get(name)
        until = world.clock() + timedelta(seconds=seconds)
        await leases.put(name, Lease(kept.notice_ts, until), timedelta(hours=1))

    return lambda seconds: asyncio.run_coroutine_threadsafe(lease(seconds), world.loop).result()


def test_while_another_process_asks_for_the_answer_this_one_leaves_it_to_that(world, waiting, of_another_process):
    of_another_process(60)
    world.connect()
    until(lambda: "Connected as alice@gmail.example." in str(thread(world, waiting)))
    resumed = len(world.agent.turns("resume"))
    world.answered("bob", world.slack.say("bob", "hello"))
    assert len(world.agent.turns("resume")) == resumed


def test_what_a_process_that_was_killed_waited_for_is_taken_over_soon(world, waiting, of_another_process):
    of_another_process(0.5)
    world.connect()
    until(lambda: "There are 3." in str(thread(world, waiting)))


def test_a_planned_stop_gives_the_lease_up_so_that_nobody_waits_for_it(world, waiting):
    name = world.agent.turns()[0].runtime_session
    world.stop()
    lease = asyncio.run(Records(world.store, "slack-leases", Lease).get(name))
    assert lease.until <= world.clock()


def test_who_asks_for_an_older_question_of_the_conversation_stops_asking(world, waiting):
    name = world.agent.turns()[0].runtime_session
    waits, leases = Records(world.store, "slack-waits", Wait), Records(world.store, "slack-leases", Lease)

    async def newer():
        kept = await waits.get(name)
        await leases.put(name, Lease("9.9", world.clock() + timedelta(minutes=5)), timedelta(hours=1))
        await waits.put(name, replace(kept, notice_ts="9.9"), timedelta(hours=1))

    asyncio.run_coroutine_threadsafe(newer(), world.loop).result()
    resumed = len(world.agent.turns("resume"))
    world.connect()
    until(lambda: [one for one in world.slack.calls("chat.update") if one["arguments"]["ts"] == "9.9"])
    world.answered("bob", world.slack.say("bob", "hello"))
    assert len(world.agent.turns("resume")) <= resumed + 1  # one may have been on its way
    assert "There are 3." not in str(thread(world, waiting))


def test_a_consent_of_somebody_else_for_this_conversation_says_nothing_here(world, waiting):
    world.connect("bob", "bob@gmail.example", runtime_session=world.agent.turns()[0].runtime_session)
    world.answered("bob", world.slack.say("bob", "hello"))
    assert "Connected" not in str(thread(world, waiting))
    assert LINK in str(thread(world, waiting))


def test_of_two_questions_before_consent_the_last_one_is_answered_and_the_first_card_says_so(world):
    gate = threading.Event()
    world.agent.answers = [(gate, *CONSENT), CONSENT, answer("The second one's.")]
    asked = world.slack.say("alice", "first?")
    until(world.agent.turns)
    world.slack.say("alice", "second?", thread_ts=asked["ts"])
    until(lambda: len(world.slack.deliveries()) == 2)
    gate.set()
    cards = lambda: [one for one in thread(world, asked) if one["buttons"]]  # noqa: E731
    until(lambda: len(cards()) == 2)
    first, second = cards()
    assert "You have asked something else since" in first["words"]
    assert "This link is yours" in second["words"]
    world.connect()
    until(lambda: "The second one's." in str(thread(world, asked)))
    assert str(thread(world, asked)).count("Connected as alice@gmail.example.") >= 1


def test_the_account_is_the_one_of_this_consent_and_not_of_an_earlier_one(world):
    world.connect(email="old@gmail.example")
    world.agent.is_connected = False
    world.agent.answers = [CONSENT, answer("There are 3.")]
    asked = world.slack.say("alice", "how many files?")
    until(lambda: LINK in str(thread(world, asked)))
    world.door.account, world.agent.is_connected = "new@gmail.example", True
    until(lambda: "There are 3." in str(thread(world, asked)))
    assert "Connected as new@gmail.example." in str(thread(world, asked))
    assert "old@gmail.example" not in str(thread(world, asked))


def test_something_else_asked_meanwhile_takes_the_place_of_what_waits(world, waiting):
    world.agent.answers = [answer("I can search."), answer("not to be seen")]
    world.slack.say("alice", "what can you do?", thread_ts=waiting["ts"])
    until(lambda: "I can search." in str(thread(world, waiting)))
    assert "You have asked something else since" in str(thread(world, waiting))
    world.connect()
    world.answered("bob", world.slack.say("bob", "hello"))
    assert "There are 3." not in str(thread(world, waiting))


def test_a_conversation_can_be_asked_for_more_later(world, waiting):
    world.agent.answers = [(Text(CONTENTS.message), CONTENTS), answer("It says: hello.")]
    world.connect()
    until(lambda: "and read them" in str(thread(world, waiting)))
    until(lambda: "It says: hello." in str(thread(world, waiting)))


def test_an_agent_that_can_no_longer_be_asked_is_an_error_in_the_thread(world, waiting):
    world.agent.answers = [(RefusedError("no such agent", 404),)]
    world.agent.is_connected = True
    until(lambda: "Something went wrong." in str(thread(world, waiting)))
    assert "no such agent" not in str(thread(world, waiting))


def test_the_answer_of_another_process_is_not_said_twice(world, waiting):
    world.agent.answers = [(Text(""), DONE.__class__("nothing_pending", {}, {}))]
    before = len(thread(world, waiting))
    world.connect()
    until(lambda: "Connected as" in str(thread(world, waiting)))
    until(lambda: world.slack.look("alice", thread_ts=waiting["ts"])["session"] == "active")
    assert len(thread(world, waiting)) == before


def test_who_takes_the_question_out_of_the_store_answers_it_and_nobody_else_does(world, waiting, caplog):
    gate = threading.Event()
    world.agent.answers = [(gate, Text("There are 3."), DONE)]
    before = len(world.agent.turns("resume"))
    world.connect()
    until(lambda: len(world.agent.turns("resume")) > before)
    taking = Records(world.store, "slack-waits", Wait).take(world.agent.turns()[0].runtime_session)
    assert asyncio.run_coroutine_threadsafe(taking, world.loop).result() is not None
    hung_up = world.agent.hung_up
    gate.set()
    until(lambda: world.agent.hung_up > hung_up)
    world.agent.answers = [answer("Hello.")]
    world.answered("bob", world.slack.say("bob", "hello"))
    assert "There are 3." not in str(thread(world, waiting))
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_link_of_drives_in_the_same_breath_stays_and_the_agents_own_is_left_out(world):
    world.agent.answers = [(Text("See [it](https://docs.google.com/a)."), Text(ASKED.message), ASKED)]
    asked = world.slack.say("alice", "read it")
    until(lambda: LINK in str(thread(world, asked)))
    assert [said["text"] for said in thread(world, asked) if said["stream"]] == ["See [it](https://docs.google.com/a)."]
    assert LINK not in json.dumps(world.slack.calls("chat.startStream", "chat.appendStream", "chat.stopStream"))
