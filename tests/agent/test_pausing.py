"""Turns that wait for consent, and what makes them go on."""

import contextlib
import json
import threading

import pytest

from agent.events import AuthRequired, Done, Notice, ToolProgress
from agent.request import Prompt
from tests.support.drive import SECRET_URL, TOKEN, WIDE_TOKEN, MemoryTokens, StubbornTokens
from tests.support.model import call, say
from tests.support.world import BERLIN, SESSION, World, of, text
from tools.errors import AccessTokenRejectedError, ScopeNotGrantedError
from tools.scopes import CONTENTS


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


def test_the_link_stands_apart_from_what_the_model_has_said_before_it():
    world = World([say("Let me look."), call("search_files")], granted=False)
    events = world.ask("find the budget")
    [asked] = of(events, AuthRequired)
    assert text(events) == f"Let me look.\n\n{asked.message}"


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
    asked = [{}, {}, {}, {"state": "", "discard": True}, {"scopes": CONTENTS}]
    assert world.tokens.asked == asked, "a wider grant, where the vault has one, would do as well"


@pytest.mark.parametrize("vault", [MemoryTokens, StubbornTokens])
def test_however_many_tools_meet_a_dead_grant_one_flow_is_forced_and_one_link_shown(vault):
    world = World([call("search_files", f"t{number}") for number in range(6)], [say("Here.")])
    world.tokens = vault()
    world.restart()
    dead = threading.Barrier(4)  # as many as run at once
    look = world.drive.list_page

    def refuse(access_token, **_):
        with contextlib.suppress(threading.BrokenBarrierError):
            dead.wait(timeout=0.5)
        raise AccessTokenRejectedError("no")

    world.drive.list_page = refuse
    assert len(of(world.ask("find six things"), AuthRequired)) == 1
    assert [question.get("discard") for question in world.tokens.asked].count(True) == 1
    world.drive.list_page = look
    world.tokens.granted = True
    assert text(world.resume()) == "Here."


def test_a_grant_without_the_scope_pauses_again_and_again_and_soon_costs_no_call_to_drive():
    world = World([call("search_files")], [say("Here.")], granted=False)
    first = of(world.ask("find the budget"), AuthRequired)
    world.tokens.granted = True  # but the box was left unticked
    world.drive.errors = [ScopeNotGrantedError("no")] * 100
    for _ in range(2):
        assert of(world.resume(), AuthRequired) == first
    for _ in range(5):
        before = len(world.tokens.asked), len(world.drive.calls)
        assert of(world.resume(), AuthRequired) == first
        assert (len(world.tokens.asked), len(world.drive.calls)) == (before[0] + 1, before[1])
    assert len(world.model.requests) == 1
    assert world.tokens.granted
    world.drive.errors = []
    world.tokens.vault[()] = WIDE_TOKEN  # another consent, another access token
    assert text(world.resume()) == "Here."


def test_a_missing_scope_is_asked_for_anew():
    world = World([call("search_files")])
    world.drive.errors = [ScopeNotGrantedError("no"), ScopeNotGrantedError("no")]
    assert len(of(world.ask("find the budget"), AuthRequired)) == 1
    assert world.tokens.granted, "the button of the page discards it, for the page says first what was missing"


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


def test_a_resume_without_consent_asks_the_vault_once_however_often_it_comes():
    world = World([call("search_files")], granted=False, DRIVE_AGENT_CONNECT_URL="")
    world.ask("find")
    for _ in range(5):
        before = len(world.tokens.asked)
        assert world.resume()
        assert len(world.tokens.asked) == before + 1
