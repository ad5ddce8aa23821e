"""A conversation never shows anything of a Google account that the operator does not allow."""

from agent.events import AuthRequired, Failed, Files
from tests.support.drive import TOKEN, WIDE_TOKEN, MemoryDrive, file
from tests.support.model import call, say
from tests.support.world import SESSION, World, of, text
from tools.errors import AccessTokenRejectedError, DriveUnavailableError
from tools.google.drive_api import Account, FilePage

LINK = f"https://c.example/connect/google-drive?session={SESSION}"
ACCOUNTS = {TOKEN: "alice@gmail.example", WIDE_TOKEN: "alice@corp.example"}


class Google(MemoryDrive):
    def account(self, access_token):
        super().account(access_token)
        return Account(ACCOUNTS[access_token], "Alice Archer")


class Corp(World):
    """Only accounts of corp.example; TOKEN is of another one, WIDE_TOKEN is theirs."""

    def __init__(self, *turns, domains="corp.example", **values):
        super().__init__(*turns, DRIVE_AGENT_GOOGLE_DOMAINS=domains, **values)
        self.drive = Google(pages=[FilePage([file("Q3 budget")], "", incomplete=False)])
        self.restart()

    @property
    def looked(self):
        return [made["token"] for made in self.drive.calls if "query" in made]


def refuse(_access_token):
    raise AccessTokenRejectedError("no")


def asked(events):
    return [event.auth_url for event in of(events, AuthRequired)]


def test_a_waiting_conversation_never_shows_a_file_of_a_forbidden_account_and_goes_on_with_an_allowed_one():
    world = Corp([call("search_files", words="budget")], [say("One file.")], granted=False)
    assert asked(world.ask("find the budget")) == [LINK]
    world.tokens.vault[()] = TOKEN  # bound; the callback service has not given it back yet
    for restarts in (False, False, True):
        if restarts:
            world.restart()
        events = world.resume()
        assert asked(events) == [LINK]
        assert of(events, Files) == []
    assert world.looked == []
    assert len(world.model.requests) == 1
    assert "Q3 budget" not in world.stored()
    world.tokens.vault[()] = WIDE_TOKEN
    events = world.resume()
    assert text(events) == "One file."
    assert [card["name"] for card in of(events, Files)[0].files] == ["Q3 budget"]
    assert world.looked == [WIDE_TOKEN]


def test_an_account_that_was_connected_before_the_setting_is_asked_for_anew_in_a_turn():
    world = Corp([call("search_files", words="budget")], [say("Then not.")])
    events = world.ask("find the budget")
    assert asked(events) == [LINK]
    assert of(events, Files) == []
    assert text(world.ask("never mind")) == "Then not."
    [block] = [each for each in world.model.requests[-1]["messages"][-1]["content"] if "toolResult" in each]
    assert block["toolResult"]["content"][0]["text"].startswith("Not connected")
    assert world.looked == []
    assert world.tokens.granted, "the button of the page gives it up"
    assert world.service.connection.status().connection.account.email == ACCOUNTS[TOKEN]
    world.drive.account = refuse  # what was given back
    world.service.connection.disconnect()
    assert (world.drive.revoked, world.tokens.granted) == ([TOKEN], False)


def test_a_google_that_does_not_say_whose_a_token_is_ends_the_look_with_a_sentence():
    world = Corp([call("search_files")], [say("Later.")], granted=False)
    world.ask("find the budget")
    world.tokens.vault[()] = WIDE_TOKEN
    world.drive.errors = [DriveUnavailableError("no")]
    [failed] = of(world.resume(), Failed)
    assert (failed.code, "does not answer right now" in failed.message) == ("drive_failed", True)
    assert world.looked == []
    assert text(world.resume()) == "Later."


def test_where_any_account_may_be_connected_nobody_asks_whose_it_is():
    world = Corp([call("search_files", words="budget")], [say("One file.")], domains="")
    assert text(world.ask("find the budget")) == "One file."
    assert world.looked == [TOKEN]
    assert [made for made in world.drive.calls if "account" in made] == []
