"""Whole turns with a scripted model: pause, resume, new words, failures, limits; only the edges are replaced."""

import asyncio
import json
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError
from strands.storage import InMemoryStorage
from strands.types.exceptions import ModelThrottledException

from agent.audit import current_caller, name_in_audit, record_drive_call
from agent.build import Service
from agent.caller import Caller
from agent.errors import NotOwnerError
from agent.events import AuthRequired, Done, Failed, Files, Notice, Text, ToolProgress
from agent.request import Prompt, Resume
from agent.settings import Settings
from agent.store import ConversationStore
from tests.support.drive import SECRET_URL, TOKEN, MemoryDrive, MemoryTokens, file
from tests.support.model import ScriptedModel, call, say
from tools.drive_api import DriveCall, FilePage
from tools.errors import AccessTokenRejectedError, DriveBusyError, ScopeNotGrantedError

ALICE = Caller("jwt", "https://issuer.example", "alice")
BOB = Caller("jwt", "https://issuer.example", "bob")
BERLIN = ZoneInfo("Europe/Berlin")
SESSION = "chat-0123456789abcdef0123456789abcdef"
SETTINGS = {
    "DRIVE_AGENT_MODE": "local",
    "DRIVE_AGENT_RETURN_URL": "https://c.example/callback",
    "DRIVE_AGENT_CONNECT_URL": "https://c.example/connect/google-drive",
}


class World:
    """One store, one Drive, one vault; a service can be made again, as after a restart."""

    def __init__(self, *turns, granted=True, **settings):
        self.model = ScriptedModel(*turns)
        self.drive = MemoryDrive(pages=[FilePage([file("Q3 budget"), file("Hiring plan")], "", incomplete=False)])
        self.tokens = MemoryTokens(granted=granted)
        self.storage = InMemoryStorage()
        self.settings = Settings.load(SETTINGS | settings)
        self.restart()

    def restart(self):
        self.service = Service(
            self.settings,
            model=self.model,
            store=ConversationStore(self.storage),
            api=self.drive,
            tokens=self.tokens,
            now=lambda zone: datetime(2026, 11, 20, 9, tzinfo=zone),
            retry_delay_s=0,
        )

    def turn(self, request, caller=ALICE):
        async def run():
            conversation = await self.service.conversation(SESSION, caller)
            return [event async for event in conversation.run(request)]

        return asyncio.run(run())

    def ask(self, text, **values):
        return self.turn(Prompt(text=text, zone=BERLIN, locale=""), **values)

    def resume(self):
        return self.turn(Resume(zone=BERLIN, locale=""))

    def stored(self):
        keys = asyncio.run(self.storage.list(""))
        return b"".join(asyncio.run(self.storage.read(key)) for key in keys).decode()


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def text(events):
    return "".join(event.text for event in of(events, Text))


def test_a_question_is_answered_with_text_progress_cards_and_an_end():
    world = World([call("search_files", words="budget")], [say("Two files.")])
    events = world.ask("find the budget")
    assert text(events) == "Two files."
    assert [(event.status, event.label) for event in of(events, ToolProgress)] == [
        ("running", "Searching Drive for “budget” …"),
        ("done", "Searching Drive for “budget” …"),
    ]
    assert [card["name"] for card in of(events, Files)[0].files] == ["Q3 budget", "Hiring plan"]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.stop_reason, done.usage["totalTokens"]) == ("end_turn", 24)
    assert done.timings["total_ms"] >= done.timings["first_text_ms"]


def test_what_the_model_says_before_and_after_a_tool_are_two_paragraphs():
    world = World([say("I will look."), call("search_files")], [say("Here."), say(" Two files.")])
    assert text(world.ask("find")) == "I will look.\n\nHere. Two files."


def test_the_model_is_told_the_day_and_the_time_zone_of_the_person():
    world = World([say("Hello.")])
    world.ask("hi")
    system = world.model.requests[0]["system"]
    assert system.endswith("Today is Friday 2026-11-20. The person's time zone is Europe/Berlin.")


def test_without_consent_the_turn_ends_with_our_link_and_no_model_call_after_the_tool():
    world = World([call("search_files")], granted=False)
    events = world.ask("find the budget")
    asked = of(events, AuthRequired)
    assert [item.auth_url for item in asked] == [f"https://c.example/connect/google-drive?session={SESSION}"]
    assert asked[0].auth_url in text(events)
    assert events[-1] == Done("consent_required", events[-1].usage, events[-1].timings)
    assert len(world.model.requests) == 1


def test_two_tools_that_wait_ask_once():
    world = World([call("search_files", "t1"), call("list_files", "t2")], granted=False)
    assert len(of(world.ask("both"), AuthRequired)) == 1


def test_after_consent_a_resume_answers_the_question_without_asking_again():
    world = World([call("search_files", "t1"), call("list_files", "t2")], [say("Here.")], granted=False)
    world.ask("both")
    world.tokens.granted = True
    events = world.resume()
    assert text(events) == "Here."
    assert [event.status for event in of(events, ToolProgress)] == ["running", "running", "done", "done"]
    last = world.model.requests[-1]["messages"][-1]
    assert sorted(block["toolResult"]["toolUseId"] for block in last["content"]) == ["t1", "t2"]


def test_after_a_restart_too():
    world = World([call("search_files")], [say("Here.")], granted=False)
    world.ask("find the budget")
    world.tokens.granted = True
    world.restart()
    assert text(world.resume()) == "Here."


def test_a_resume_without_consent_gives_the_same_link_and_calls_no_model():
    world = World([call("search_files")], granted=False)
    first = of(world.ask("find the budget"), AuthRequired)
    assert of(world.resume(), AuthRequired) == first
    assert len(world.model.requests) == 1


def test_a_resume_of_nothing_says_so():
    world = World()
    assert [type(event) for event in world.resume()] == [Notice, Done]


def test_new_words_while_waiting_reach_the_model_behind_the_tool_result():
    world = World([call("search_files")], [say("Never mind then.")], granted=False)
    world.ask("find the budget")
    events = world.ask("never mind")
    assert text(events) == "Never mind then."
    content = world.model.requests[-1]["messages"][-1]["content"]
    assert content[0]["toolResult"]["content"][0]["text"].startswith("Not connected:")
    assert content[1] == {"text": "never mind"}


def test_new_words_after_consent_are_answered_together_with_the_question():
    world = World([call("search_files")], [say("Both.")], granted=False)
    world.ask("find the budget")
    world.tokens.granted = True
    assert text(world.ask("only this year's please")) == "Both."
    content = world.model.requests[-1]["messages"][-1]["content"]
    assert content[0]["toolResult"]["status"] == "success"
    assert content[1] == {"text": "only this year's please"}


def test_asked_again_while_not_connected_the_link_comes_again():
    world = World([call("search_files", "t1")], [call("search_files", "t2")], granted=False)
    world.ask("find the budget")
    assert len(of(world.ask("try again"), AuthRequired)) == 1


def test_consent_that_vanishes_between_check_and_tool_pauses_again():
    world = World([call("search_files")], [say("Here.")], granted=False)
    world.ask("find the budget")
    world.tokens.granted = True
    world.drive.errors = [AccessTokenRejectedError("no"), AccessTokenRejectedError("no")]
    events = world.resume()
    assert len(of(events, AuthRequired)) == 1
    assert len(world.model.requests) == 1
    world.tokens.granted = True
    assert text(world.resume()) == "Here."


def test_an_expired_access_token_is_read_once_more_without_discarding():
    world = World([call("search_files")], [say("Here.")])
    world.drive.errors = [AccessTokenRejectedError("no")]
    assert text(world.ask("find the budget")) == "Here."
    assert world.tokens.asked == [{}, {}]


def test_a_revoked_grant_is_discarded_and_asked_for_anew():
    world = World([call("search_files")])
    world.drive.errors = [AccessTokenRejectedError("no"), AccessTokenRejectedError("no")]
    assert len(of(world.ask("find the budget"), AuthRequired)) == 1
    assert world.tokens.asked == [{}, {}, {"state": "", "discard": True}]


def test_a_missing_scope_is_asked_for_anew():
    world = World([call("search_files")])
    world.drive.errors = [ScopeNotGrantedError("no")]
    assert len(of(world.ask("find the budget"), AuthRequired)) == 1


def test_a_busy_drive_is_explained_by_the_model():
    world = World([call("search_files")], [say("Drive is busy.")])
    world.drive.errors = [DriveBusyError("Drive is rate limiting.")]
    events = world.ask("find the budget")
    assert text(events) == "Drive is busy."
    assert of(events, ToolProgress)[-1].status == "failed"


def test_the_authorization_url_reaches_neither_model_nor_store_nor_events():
    world = World([call("search_files")], [say("ok")], granted=False)
    events = world.ask("find the budget") + world.ask("never mind")
    world.restart()
    seen = repr(events) + json.dumps(world.model.requests, default=str) + world.stored()
    assert "request_uri" not in seen
    assert SECRET_URL not in seen


def test_the_access_token_reaches_neither_model_nor_store_nor_events():
    world = World([call("search_files")], [say("ok")])
    seen = repr(world.ask("find")) + json.dumps(world.model.requests, default=str) + world.stored()
    assert TOKEN not in seen


def test_without_a_callback_the_message_carries_agentcores_own_url():
    world = World([call("search_files")], granted=False, DRIVE_AGENT_CONNECT_URL="")
    assert of(world.ask("find"), AuthRequired)[0].auth_url == SECRET_URL
    assert of(world.resume(), AuthRequired)[0].auth_url == SECRET_URL
    assert len(world.model.requests) == 1
    assert "request_uri" not in world.stored()


def test_the_link_speaks_the_persons_language():
    world = World([call("search_files")], granted=False)
    events = world.turn(Prompt(text="予算を探して", zone=BERLIN, locale="ja-JP"))
    assert "許可が必要です" in text(events)


def test_a_conversation_has_one_owner_also_after_a_restart():
    world = World([say("Hello Alice.")], [say("Hello Bob.")])
    world.ask("hi")
    with pytest.raises(NotOwnerError):
        world.ask("hi", caller=BOB)
    world.restart()
    with pytest.raises(NotOwnerError):
        world.ask("hi", caller=BOB)
    assert len(world.model.requests) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "secret-canary"}}, "ConverseStream"),
            "model_not_allowed",
        ),
        (ClientError({"Error": {"Code": "ServiceUnavailableException"}}, "ConverseStream"), "model_unavailable"),
        (ConnectionError("secret-canary"), "model_unavailable"),
        (RuntimeError("secret-canary"), "internal"),
    ],
)
def test_a_failed_model_is_explained_and_the_next_turn_works(error, code):
    world = World(error, [say("Here I am again.")])
    failed = world.ask("first")[-1]
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert "canary" not in failed.message
    assert text(world.ask("second")) == "Here I am again."
    roles = [message["role"] for message in world.model.requests[-1]["messages"]]
    assert roles == ["user"], "two user messages in a row are joined for the model"
    assert [block["text"] for block in world.model.requests[-1]["messages"][0]["content"]] == ["first", "second"]


def test_a_throttled_model_is_tried_again_and_said():
    world = World(ModelThrottledException("slow down"), [say("Here.")])
    events = world.ask("hi")
    assert any("busy" in event.message for event in of(events, Notice))
    assert text(events) == "Here."


def test_a_model_that_never_stops_calling_is_stopped_with_a_sentence():
    world = World(*[[call("search_files", f"t{n}")] for n in range(20)])
    events = world.ask("loop")
    assert len(world.model.requests) == 12
    assert "too many steps" in text(events)


def test_a_tool_that_crashes_tells_the_model_nothing_of_the_exception():
    world = World([call("search_files")], [say("Sorry.")])
    world.drive.errors = [RuntimeError(f"boom {TOKEN} {SECRET_URL}")]
    world.ask("find")
    seen = json.dumps(world.model.requests[-1], default=str)
    assert TOKEN not in seen
    assert "request_uri" not in seen


def test_a_snapshot_that_cannot_be_read_is_set_aside_and_the_conversation_begins_anew():
    world = World([say("one")], [say("two")])
    world.ask("hi")
    keys = [key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json")]
    asyncio.run(world.storage.write(keys[0], b'{"cut'))
    world.restart()
    assert text(world.ask("hi again")) == "two"
    assert asyncio.run(world.storage.list("unreadable/"))


def test_cancelling_ends_the_running_turn_and_nothing_else():
    world = World([call("search_files")], [say("never said")])

    async def run():
        conversation = await world.service.conversation(SESSION, ALICE)
        assert not conversation.cancel()
        events = []
        async for event in conversation.run(Prompt(text="hi", zone=BERLIN, locale="")):
            events.append(event)
            conversation.cancel()
        return events

    assert asyncio.run(run())[-1].stop_reason == "cancelled"


def test_hundreds_of_conversations_are_forgotten_from_memory_and_come_back():
    world = World(*[[say("hi")] for _ in range(302)])

    async def run():
        for number in range(300):
            conversation = await world.service.conversation(f"{SESSION}{number}", ALICE)
            async for _ in conversation.run(Prompt(text=f"question {number}", zone=BERLIN, locale="")):
                pass
        first = await world.service.conversation(f"{SESSION}0", ALICE)
        async for _ in first.run(Prompt(text="again", zone=BERLIN, locale="")):
            pass

    asyncio.run(run())
    assert world.model.requests[-1]["messages"][0]["content"] == [{"text": "question 0"}]


def stop_in_the_tool(world, turn, leave):
    """Run `turn` and stop it, or go away, while its tool is at work."""
    at_work, go_on = threading.Event(), threading.Event()
    list_page = world.drive.list_page

    def slow(*args, **values):
        at_work.set()
        assert go_on.wait(10)
        return list_page(*args, **values)

    world.drive.list_page = slow

    async def run():
        conversation = await world.service.conversation(SESSION, ALICE)
        events = conversation.run(turn)
        reading = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(at_work.wait, 10)
        await reading
        if leave:
            await events.aclose()
        else:
            assert conversation.cancel()
        go_on.set()
        async for _ in events:
            pass
        async with conversation._turn_lock:  # the turn comes to its end, whoever reads
            pass

    asyncio.run(run())
    world.drive.list_page = list_page


@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("turn", [Resume(zone=BERLIN, locale=""), Prompt(text="and PDFs", zone=BERLIN, locale="")])
@pytest.mark.parametrize("tools", [1, 2])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_resumed_turn_that_is_stopped_in_its_tool_leaves_a_conversation_that_works(tools, turn, leave, restarted):
    calls = [call("search_files", "t1"), call("list_files", "t2")][:tools]
    world = World(calls, [say("Here.")], [say("Next.")], granted=False)
    world.ask("find the budget")
    world.tokens.granted = True
    stop_in_the_tool(world, turn, leave)
    if restarted:
        world.restart()
    if leave or restarted:
        assert text(world.resume()) == "Here.", "a resume takes up what was cut off"
    else:
        assert [type(event) for event in world.resume()] == [Notice, Done], "the person has stopped it"
        world.model.turns.pop(0)
    assert text(world.ask("something else")) == "Next."
    messages = world.model.requests[-1]["messages"]
    results = [
        block["toolResult"]["toolUseId"]
        for message in messages
        for block in message["content"]
        if "toolResult" in block
    ]
    assert sorted(results) == ["t1", "t2"][:tools]
    assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
    assert [block["text"] for block in messages[-1]["content"]] == ["something else"]


def test_a_resume_after_a_failed_model_asks_it_again():
    world = World(RuntimeError("boom"), [say("Here.")])
    world.ask("find the budget")
    assert text(world.resume()) == "Here."


def test_half_a_surrogate_pair_from_a_model_does_not_poison_the_conversation():
    world = World([say("bad \ud800 half"), call("search_files", words="\ud83d")], [say("Here.")], [say("Again.")])
    world.ask("find the budget")
    world.restart()
    assert text(world.ask("again")) == "Again."
    assert len(world.model.requests[-1]["messages"]) == 5


def test_a_question_survives_a_crash_in_the_middle_of_its_turn():
    world = World([say("never finished")], [say("Here.")])
    model_stream = world.model.stream

    async def crash(*_, **__):
        world.restart()  # the process that ran the turn is gone; another opens what is stored
        raise asyncio.CancelledError
        yield

    world.model.stream = crash
    with pytest.raises((asyncio.CancelledError, TimeoutError)):
        asyncio.run(asyncio.wait_for(_first(world, "find the budget"), 2))
    world.model.stream = model_stream
    world.model.turns.pop(0)
    world.restart()
    assert text(world.resume()) == "Here."
    assert world.model.requests[-1]["messages"][0]["content"][0]["text"] == "find the budget"


async def _first(world, words):
    conversation = await world.service.conversation(SESSION, ALICE)
    async for _ in conversation.run(Prompt(text=words, zone=BERLIN, locale="")):
        pass
    raise asyncio.CancelledError


def test_a_failure_where_nobody_expects_one_is_an_event_too():
    world = World([call("search_files")], granted=False)
    world.ask("find the budget")
    world.tokens.read = lambda: {}["canary"]
    assert [type(event) for event in world.resume()] == [Failed]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"kind": "sheetz"}, "kind: Input should be"),
        ({"limit": "ten"}, "limit: Input should be a valid integer"),
        ({"modified_from": 2026}, "modified_from: Input should be a valid string"),
        ({"modified_to": "9999-12-31"}, "leave a day out"),
    ],
)
def test_a_slip_of_the_model_is_told_how_to_call_again(arguments, says):
    world = World([call("search_files", **arguments)], [say("ok")])
    world.ask("find")
    result = world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]
    assert result["status"] == "error"
    assert says in result["content"][0]["text"]
    assert "sheetz" not in result["content"][0]["text"]


def test_a_tool_that_does_not_exist_is_told_apart_from_one_that_failed():
    world = World([call("delete_files")], [say("ok")])
    world.ask("delete everything")
    assert "no such tool" in world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]["content"][0]["text"]


def test_a_resume_without_consent_asks_the_vault_once_however_often_it_comes():
    world = World([call("search_files")], granted=False, DRIVE_AGENT_CONNECT_URL="")
    world.ask("find")
    for _ in range(5):
        before = len(world.tokens.asked)
        assert world.resume()
        assert len(world.tokens.asked) == before + 1


def test_the_newest_conversation_is_never_the_one_that_is_forgotten():
    world = World([say("hi")], [say("hi")])
    world.service = Service(
        world.settings,
        model=world.model,
        store=ConversationStore(world.storage),
        api=world.drive,
        tokens=world.tokens,
        max_conversations=1,
    )

    async def run():
        busy = await world.service.conversation(SESSION, ALICE)
        await busy._turn_lock.acquire()
        other = await world.service.conversation(SESSION + "-2", ALICE)
        assert await world.service.conversation(SESSION + "-2", ALICE) is other
        assert await world.service.conversation(SESSION, ALICE) is busy, "a busy one stays"

    asyncio.run(run())


@pytest.mark.parametrize("stored", [b"[]", b'{"data": 1}', b'{"scope": "agent", "data": {"messages": 7}}', b""])
def test_a_snapshot_of_another_shape_is_set_aside_too(stored):
    world = World([say("one")], [say("two")])
    world.ask("hi")
    key = next(key for key in asyncio.run(world.storage.list("session/")) if key.endswith("latest.json"))
    asyncio.run(world.storage.write(key, stored))
    world.restart()
    assert text(world.ask("hi again")) == "two"


def test_every_drive_call_leaves_one_line_that_names_nobody(caplog):
    caplog.set_level("INFO", logger="drive_agent.audit")
    current_caller.set("0123456789abcdef")
    record_drive_call(DriveCall(method="files.list", outcome="ok", files=3, elapsed_ms=12))
    assert [json.loads(record.message) for record in caplog.records] == [
        {
            "event": "drive_call",
            "caller": "0123456789abcdef",
            "method": "files.list",
            "outcome": "ok",
            "files": 3,
            "elapsed_ms": 12,
        }
    ]


def test_a_person_in_the_audit_is_a_keyed_hash():
    names = {
        name_in_audit(ALICE.key, "sample-key"),
        name_in_audit(ALICE.key, "other-key"),
        name_in_audit(BOB.key, "sample-key"),
    }
    assert len(names) == 3
    assert name_in_audit(ALICE.key, "sample-key") in names
