"""The wider scope: asked for when contents are first needed, and never at the cost of what the person has."""

import json

import pytest

from agent.events import AuthRequired, Done, Notice, ToolProgress
from tests.support.drive import SECRET_URL, TOKEN, WIDE_TOKEN, WIDE_URL
from tests.support.model import call, say
from tests.support.reading import LINK, Reading
from tests.support.world import of, text
from tools.scopes import CONTENTS, DETAILS

BOTH_VAULTS = pytest.mark.parametrize("by_scopes", [False, True])


def asked(events):
    return [(item.auth_url, tuple(item.scopes)) for item in of(events, AuthRequired)]


@BOTH_VAULTS
def test_names_never_ask_for_contents(by_scopes):
    world = Reading([call("look")], [say("Here.")], by_scopes=by_scopes, granted=False)
    assert asked(world.ask("list my files")) == [(LINK, DETAILS)]
    world.press()
    assert text(world.resume()) == "Here."
    assert world.tokens.vault.popitem()[1] == TOKEN


@BOTH_VAULTS
def test_reading_asks_for_contents_and_goes_on_by_itself(by_scopes):
    world = Reading([call("read")], [say("It says so.")], by_scopes=by_scopes)
    events = world.ask("what does it say?")
    assert asked(events) == [(LINK, CONTENTS)]
    assert "read what the files in your Google Drive contain" in text(events)
    assert len(world.model.requests) == 1
    assert world.press() is None
    assert text(world.resume()) == "It says so."
    assert world.results() == ["read done"]


@BOTH_VAULTS
def test_who_ignores_the_wider_link_keeps_names_and_loses_nothing(by_scopes):
    world = Reading([call("read")], [say("Not allowed.")], [call("look")], [say("Here.")], by_scopes=by_scopes)
    world.ask("what does it say?")
    world.resume()
    assert text(world.ask("never mind")) == "Not allowed."
    assert world.results()[0].startswith("Not allowed: the person has not allowed reading what files contain.")
    assert text(world.ask("list my files")) == "Here."
    assert world.results() == ["look done"]
    assert world.discarded() == []


@BOTH_VAULTS
def test_a_resume_before_the_wider_consent_gives_the_same_link_calls_no_model_and_soon_no_drive(by_scopes):
    world = Reading([call("read")], by_scopes=by_scopes)
    first = asked(world.ask("what does it say?"))
    assert asked(world.resume()) == first
    for _ in range(4):
        before = len(world.tokens.asked), len(world.drive.calls)
        assert asked(world.resume()) == first
        assert len(world.tokens.asked) == before[0] + 1
        assert len(world.drive.calls) == before[1], "Google has refused this very token already"
    assert len(world.model.requests) == 1


def test_where_the_vault_keeps_one_token_the_press_of_the_button_discards_it_and_nothing_else_does():
    world = Reading([call("read")])
    world.ask("what does it say?")
    world.resume()
    assert world.discarded() == []
    world.press()
    assert world.discarded() == [{"state": "s", "discard": True, "scopes": CONTENTS}]


def test_where_the_vault_keys_by_scopes_nothing_is_discarded():
    world = Reading([call("read")], [say("ok")], by_scopes=True)
    world.ask("what does it say?")
    world.press()
    world.resume()
    assert world.discarded() == []
    assert world.tokens.vault == {DETAILS: TOKEN, CONTENTS: WIDE_TOKEN}


@BOTH_VAULTS
def test_nothing_connected_and_contents_needed_is_one_consent(by_scopes):
    world = Reading([call("read", "t1")], [call("look", "t2")], [say("Both.")], by_scopes=by_scopes, granted=False)
    assert asked(world.ask("read it"))[0][1] == CONTENTS
    world.press()
    events = world.resume()
    assert text(events) == "Both."
    assert asked(events) == []


@BOTH_VAULTS
@pytest.mark.parametrize("granted", [False, True])
def test_a_tool_for_names_and_one_for_contents_that_wait_give_one_link_for_both(by_scopes, granted):
    calls = [call("look", "t1"), call("read", "t2"), call("look", "t3")]
    world = Reading(calls, [say("Both.")], by_scopes=by_scopes, granted=granted)
    assert asked(world.ask("both")) == [(LINK, CONTENTS)]
    world.press()
    events = world.resume()
    assert text(events) == "Both."
    assert [event.status for event in of(events, ToolProgress)].count("done") == 3


@BOTH_VAULTS
def test_once_contents_have_worked_names_use_the_same_grant(by_scopes):
    world = Reading([call("read")], [say("a")], [call("look")], [say("b")], [say("c")], by_scopes=by_scopes)
    world.ask("read it")
    world.press()
    world.resume()
    world.restart()
    before = len(world.tokens.asked)
    assert text(world.ask("list my files")) == "b"
    assert world.tokens.asked[before:] == [{"scopes": CONTENTS}]
    assert world.drive.calls[-1] == ("look", WIDE_TOKEN)


@BOTH_VAULTS
def test_another_conversation_of_who_gave_the_wide_grant_alone_is_not_asked_for_the_narrow_one(by_scopes):
    turns = [[call("look", "t1")], [say("Here.")], [call("look", "t2")], [say("Again.")]]
    world = Reading(*turns, by_scopes=by_scopes, granted=False)
    world.tokens.consent(CONTENTS)
    assert text(world.ask("list my files")) == "Here."
    before = len(world.tokens.asked)
    assert text(world.ask("once more")) == "Again."
    assert len(world.tokens.asked) == before + 1, "by then it is known which token the vault has"


@BOTH_VAULTS
def test_a_wide_grant_that_was_taken_back_leaves_names_that_ask_for_names(by_scopes):
    world = Reading([call("read")], [say("a")], [call("look")], [say("Here.")], by_scopes=by_scopes)
    world.ask("read it")
    world.press()
    world.resume()
    world.drive.revoke("")
    assert asked(world.ask("list my files")) == [(LINK, DETAILS)]
    assert len(world.discarded()) == 1 + (not by_scopes), "for the wider press, where one token is kept, and for names"
    # Names never discard the wide grant, which whoever needs contents does.
    assert world.tokens.vault == ({CONTENTS: WIDE_TOKEN} if by_scopes else {})
    world.drive.revoked.clear()
    world.press()
    assert text(world.resume()) == "Here."


def test_a_wide_grant_that_was_cut_back_to_names_in_another_conversation_is_not_discarded_by_names():
    world = Reading([call("read")], [say("a")], [call("look")], [say("Here.")])
    world.ask("read it")
    world.press()
    world.resume()
    world.tokens.consent(DETAILS)
    before = len(world.discarded())
    assert text(world.ask("list my files")) == "Here."
    assert len(world.discarded()) == before


def test_new_words_with_the_narrow_consent_are_answered_though_contents_are_still_missing():
    world = Reading([call("read")], [say("Only names.")])
    world.ask("what does it say?")
    assert text(world.ask("and hurry")) == "Only names."
    assert world.results()[0].startswith("Not allowed:")
    assert world.model.requests[-1]["messages"][-1]["content"][-1] == {"text": "and hurry"}


@pytest.mark.parametrize(("by_scopes", "granted"), [(False, ()), (True, ()), (False, DETAILS), (True, DETAILS)])
def test_a_box_that_was_unticked_is_noticed_and_explained_and_the_next_press_asks_again(by_scopes, granted):
    world = Reading([call("read")], [say("Here.")], by_scopes=by_scopes)
    first = world.ask("read it")
    world.press(granted=granted)
    for _ in range(3):
        events = world.resume()
        assert asked(events) == asked(first)
        assert ": tick it." in text(events)
    assert len(world.model.requests) == 1
    assert world.press() is None
    assert text(world.resume()) == "Here."


def test_a_refusal_at_google_leaves_a_conversation_in_which_names_can_be_allowed_again():
    world = Reading([call("read")], [call("look")], [say("Here.")])
    world.ask("read it")
    world.press(consents=False)
    assert world.tokens.vault == {}
    events = world.ask("then just list them")
    assert world.results()[0].startswith("Not connected:")
    assert asked(events) == [(LINK, DETAILS)]
    world.press()
    assert text(world.resume()) == "Here."


@BOTH_VAULTS
def test_without_a_connect_page_the_tool_gets_agentcores_own_url_for_contents(by_scopes):
    world = Reading([call("read")], [say("Here.")], by_scopes=by_scopes, has_connect_page=False)
    assert asked(world.ask("read it")) == [(WIDE_URL, CONTENTS)]
    assert asked(world.resume()) == [(WIDE_URL, CONTENTS)]
    assert len(world.discarded()) == (0 if by_scopes else 1)
    world.tokens.consent(CONTENTS)
    assert text(world.resume()) == "Here."


@pytest.mark.parametrize("order", [["look", "read"], ["read", "look"]])
def test_without_a_connect_page_the_one_url_is_that_of_the_wide_scope(order):
    calls = [call(name, f"t{number}") for number, name in enumerate(order)]
    world = Reading(calls, has_connect_page=False, granted=False)
    assert asked(world.ask("both")) == [(WIDE_URL, CONTENTS)]


def test_the_wider_link_speaks_the_persons_language():
    world = Reading([call("read")])
    assert "内容を読む許可が必要です" in text(world.ask("何と書いてある", locale="ja-JP"))


@BOTH_VAULTS
def test_connect_says_connected_only_when_the_grant_covers_what_the_turn_needs(by_scopes):
    world = Reading([call("read")], by_scopes=by_scopes)
    assert world.press().scopes == DETAILS
    world.ask("read it")
    assert world.press() is None
    assert world.press().scopes == CONTENTS


@BOTH_VAULTS
def test_disconnecting_leaves_nothing_behind(by_scopes):
    world = Reading(by_scopes=by_scopes)
    world.tokens.consent(CONTENTS)
    world.connection.disconnect()
    assert world.tokens.vault == {}
    assert world.connection.status().connection is None
    revoked = [token for what, token in world.drive.calls if what == "revoke"]
    assert revoked == ([TOKEN, WIDE_TOKEN] if by_scopes else [WIDE_TOKEN])


@pytest.mark.parametrize(("by_scopes", "granted", "scopes"), [
    (False, DETAILS, DETAILS), (True, DETAILS, DETAILS), (False, CONTENTS, CONTENTS), (True, CONTENTS, CONTENTS),
])  # fmt: skip
def test_status_tells_what_the_grant_covers_and_changes_nothing(by_scopes, granted, scopes):
    world = Reading(by_scopes=by_scopes, granted=False)
    world.tokens.consent(granted)
    assert world.connection.status().connection.scopes == scopes
    assert world.discarded() == []


def test_a_grant_without_any_scope_is_no_connection():
    world = Reading()
    world.tokens.consent(DETAILS, granted=())
    assert world.connection.status().connection is None


def test_with_contents_switched_off_nothing_ever_asks_for_the_wide_scope():
    world = Reading([call("look")], [say("a")], granted=False, contents=False)
    world.ask("list my files")
    world.press()
    assert text(world.resume()) == "a"
    assert world.connection.status().connection.scopes == DETAILS
    assert all("scopes" not in question for question in world.tokens.asked)


@BOTH_VAULTS
def test_with_contents_switched_off_disconnecting_clears_an_older_wide_grant_too(by_scopes):
    world = Reading(by_scopes=by_scopes, contents=False)
    world.tokens.consent(CONTENTS)
    world.connection.disconnect()
    assert world.tokens.vault == {}


def test_neither_tokens_nor_authorization_urls_reach_model_store_or_events():
    world = Reading([call("read")], [say("ok")])
    events = world.ask("read it") + world.resume()
    world.press()
    events += world.resume()
    seen = repr(events) + json.dumps(world.model.requests, default=str) + world.stored()
    for secret in (TOKEN, WIDE_TOKEN, SECRET_URL, WIDE_URL, "request_uri"):
        assert secret not in seen


def test_a_pause_that_cannot_be_saved_still_shows_its_link_and_goes_on():
    world = Reading([call("read")], [say("Here.")])
    write, writes = world.storage.write, []

    async def failing(key, data):
        writes.append(key)
        if len(writes) > 1:  # the question was saved; the pause is not
            raise OSError("full")
        await write(key, data)

    world.storage.write = failing
    events = world.ask("read it")
    assert asked(events) == [(LINK, CONTENTS)]
    assert events[-1].stop_reason == "consent_required"
    world.storage.write = write
    world.press()
    assert text(world.resume()) == "Here."


def test_a_pause_that_was_not_saved_is_asked_of_the_model_anew_after_a_restart():
    world = Reading([call("read")], [call("read")])
    write, writes = world.storage.write, []

    async def failing(key, data):
        writes.append(key)
        if len(writes) > 1:
            raise OSError("full")
        await write(key, data)

    world.storage.write = failing
    world.ask("read it")
    world.storage.write = write
    world.restart()
    assert len(asked(world.resume())) == 1
    assert world.model.requests[-1]["messages"][0]["content"] == [{"text": "read it"}]


def test_a_pause_stored_before_there_were_two_scopes_means_names():
    world = Reading([call("look")], [say("Here.")], granted=False)
    world.ask("list my files")
    snapshot = world.agent.take_snapshot(include=["interrupt_state"])
    for item in snapshot.data["interrupt_state"]["interrupts"].values():
        item["reason"] = {"type": "google_drive_consent"}
    world.agent.load_snapshot(snapshot)
    assert asked(world.resume()) == [(LINK, DETAILS)]
    world.press()
    assert text(world.resume()) == "Here."
    assert [type(event) for event in world.resume()] == [Notice, Done]
