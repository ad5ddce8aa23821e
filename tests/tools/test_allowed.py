"""Google accounts outside the operator's domains: no token of theirs is ever handed out."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.drive import SECRET_URL, TOKEN, WIDE_TOKEN, WIDE_URL, MemoryDrive, MemoryTokens, StubbornTokens
from tools.allowed import AllowedTokens, is_of_domains
from tools.connection import DriveConnection
from tools.errors import (
    AccessTokenRejectedError,
    ConsentRequired,
    DriveUnavailableError,
    IdentityUnavailableError,
    ScopeNotGrantedError,
)
from tools.google.drive_api import Account
from tools.pause import with_access_token
from tools.scopes import CONTENTS, DETAILS

CORP = frozenset({"corp.example"})
INSIDE, OUTSIDE = "alice@corp.example", "alice@gmail.example"
TOOLS = 8
BOTH_VAULTS = pytest.mark.parametrize("by_scopes", [False, True])


class Accounts(MemoryDrive):
    """A Google that knows whose each access token is; a token that is none of theirs gets 401."""

    def __init__(self, *errors, **whose):
        super().__init__(errors=list(errors))
        self.whose = {TOKEN: whose.get("narrow", OUTSIDE), WIDE_TOKEN: whose.get("wide", OUTSIDE)}

    def account(self, access_token):
        super().account(access_token)
        if access_token in self.revoked:
            raise AccessTokenRejectedError("no")
        return Account(email=self.whose[access_token], name="Alice Archer")

    def drives(self, access_token):
        if access_token in self.revoked:
            raise AccessTokenRejectedError("no")
        return super().drives(access_token)


def guard(drive, tokens):
    return AllowedTokens(tokens, drive, CORP)


def discarded(tokens):
    return [question for question in tokens.asked if question.get("discard")]


def test_an_allowed_account_costs_one_call_for_each_access_token():
    drive, tokens = Accounts(narrow=INSIDE, wide=INSIDE), MemoryTokens(by_scopes=True)
    tokens.consent(CONTENTS)
    allowed = guard(drive, tokens)
    for _ in range(3):
        assert (allowed.read(), allowed.contents().read()) == (TOKEN, WIDE_TOKEN)
        assert allowed.require_consent(state="s") == TOKEN
    assert drive.calls == [{"token": TOKEN, "account": True}, {"token": WIDE_TOKEN, "account": True}]


@BOTH_VAULTS
def test_a_token_of_a_forbidden_account_is_missing_consent_and_left_for_the_button(by_scopes):
    drive, tokens = Accounts(), MemoryTokens(by_scopes=by_scopes)
    tokens.consent(CONTENTS)
    allowed = guard(drive, tokens)
    for each in (*allowed.every(), *allowed.every()):
        with pytest.raises(ConsentRequired) as required:
            each.read()
        assert required.value.authorization_url == ""
    assert tokens.granted
    assert discarded(tokens) == []
    assert drive.revoked == []
    assert len(drive.calls) == 1 + by_scopes


@BOTH_VAULTS
@pytest.mark.parametrize("needed", [DETAILS, CONTENTS])
def test_the_button_gives_the_forbidden_account_up_and_starts_a_flow(by_scopes, needed):
    drive, tokens = Accounts(), MemoryTokens(by_scopes=by_scopes)
    tokens.consent(CONTENTS)
    connection = DriveConnection(drive, tokens, guard(drive, tokens))
    with pytest.raises(ConsentRequired) as required:
        connection.connect(needed, state="s", force=False)
    assert required.value.authorization_url == (WIDE_URL if needed == CONTENTS else SECRET_URL)
    assert discarded(tokens)[0]["state"] == "s"
    assert tokens.vault == {}
    assert drive.revoked == ([TOKEN, WIDE_TOKEN] if by_scopes else [WIDE_TOKEN])


def test_after_it_another_account_is_connected():
    drive, tokens = Accounts(), MemoryTokens()
    connection = DriveConnection(drive, tokens, guard(drive, tokens))
    with pytest.raises(ConsentRequired):
        connection.connect(DETAILS, state="s", force=False)
    tokens.vault[()] = "sample-other-token"
    drive.whose["sample-other-token"] = INSIDE
    assert connection.connect(DETAILS, state="s", force=False).account.email == INSIDE
    assert connection.missing_consent(DETAILS) is None


@pytest.mark.parametrize("force", [False, True])
def test_a_vault_that_does_not_let_go_of_a_forbidden_account_gives_it_to_nobody(force):
    class Keeping(MemoryTokens):
        def require_consent(self, *, state="", discard=False):
            return super().require_consent(state=state)

    drive, tokens = Accounts(), Keeping()
    drive.revoke = lambda _: True
    with pytest.raises(ConsentRequired):
        DriveConnection(drive, tokens, guard(drive, tokens)).connect(DETAILS, state="s", force=force)


def test_polling_for_a_forbidden_account_asks_the_vault_and_nobody_else():
    drive, tokens = Accounts(), MemoryTokens()
    connection = DriveConnection(drive, tokens, guard(drive, tokens))
    for needed in (DETAILS, CONTENTS):
        assert [connection.missing_consent(needed, ask_drive=True) for _ in range(3)] == [""] * 3
    assert len(drive.calls) == 1


@BOTH_VAULTS
def test_a_forbidden_account_is_named_and_given_back_all_the_same(by_scopes):
    drive, tokens = Accounts(), MemoryTokens(by_scopes=by_scopes)
    tokens.consent(CONTENTS)
    connection = DriveConnection(drive, tokens, guard(drive, tokens))
    assert connection.status().connection.account.email == OUTSIDE
    connection.disconnect()
    assert tokens.vault == {}
    assert WIDE_TOKEN in drive.revoked


def test_where_google_does_not_say_whose_it_is_nobody_gets_the_token_and_it_is_asked_again():
    drive, tokens = Accounts(DriveUnavailableError("no"), narrow=INSIDE), MemoryTokens()
    allowed = guard(drive, tokens)
    with pytest.raises(DriveUnavailableError):
        allowed.read()
    assert allowed.read() == TOKEN
    assert len(drive.calls) == 2


def test_a_missing_consent_that_cannot_be_judged_is_an_error_and_no_consent():
    drive, tokens = Accounts(*[DriveUnavailableError("no")] * 9), MemoryTokens()
    with pytest.raises(DriveUnavailableError):
        DriveConnection(drive, tokens, guard(drive, tokens)).missing_consent(DETAILS)


def test_tools_that_come_with_a_new_token_at_once_ask_google_once():
    together = threading.Barrier(TOOLS)
    asked = threading.Event()

    class Slow(Accounts):
        def account(self, access_token):
            asked.wait(0.1)  # the others come meanwhile
            return super().account(access_token)

    drive = Slow(narrow=INSIDE)
    allowed = guard(drive, MemoryTokens())

    def tool(_):
        together.wait(timeout=10)
        return allowed.read()

    with ThreadPoolExecutor(TOOLS) as threads:
        assert set(threads.map(tool, range(TOOLS))) == {TOKEN}
    assert len(drive.calls) == 1


def test_a_token_without_any_scope_is_refused_once_and_then_known():
    drive, tokens = Accounts(*[ScopeNotGrantedError("no")] * 9), MemoryTokens()
    connection = DriveConnection(drive, tokens, guard(drive, tokens))
    assert [connection.missing_consent(DETAILS) for _ in range(3)] == [""] * 3
    assert len(drive.calls) == 1
    assert tokens.granted
    with pytest.raises(ConsentRequired) as required:
        connection.connect(DETAILS, state="s", force=False)
    assert required.value.authorization_url == SECRET_URL
    assert not tokens.granted


@pytest.mark.parametrize("vault", [MemoryTokens, StubbornTokens])
def test_a_grant_that_google_no_longer_honours_is_discarded_once_as_without_domains(vault):
    drive, tokens = Accounts(narrow=INSIDE), vault()
    drive.revoked.append(TOKEN)
    with pytest.raises(ConsentRequired) as required:
        with_access_token(guard(drive, tokens), drive.account)
    assert required.value.authorization_url == SECRET_URL
    assert len(discarded(tokens)) == 1


def test_an_access_token_that_expired_heals():
    drive, tokens = Accounts(AccessTokenRejectedError("no"), narrow=INSIDE), MemoryTokens()
    assert with_access_token(guard(drive, tokens), str.upper) == TOKEN.upper()
    assert discarded(tokens) == []


def test_without_a_connect_page_tools_that_meet_a_forbidden_account_give_it_up_once():
    others = threading.Event()

    class Slow(Accounts):
        def revoke(self, access_token):
            others.wait(0.1)  # they all hold the forbidden token by now
            return super().revoke(access_token)

    drive, tokens = Slow(), MemoryTokens(has_connect_page=False)
    allowed = guard(drive, tokens)
    together = threading.Barrier(TOOLS)

    def tool(_):
        together.wait(timeout=10)
        with pytest.raises(ConsentRequired) as required:
            allowed.read()
        return required.value.authorization_url

    with ThreadPoolExecutor(TOOLS) as threads:
        assert set(threads.map(tool, range(TOOLS))) == {SECRET_URL}
    assert len(discarded(tokens)) == 1
    assert drive.revoked == [TOKEN]


def test_an_identity_service_that_fails_is_no_verdict():
    class Failing(MemoryTokens):
        def read(self):
            raise IdentityUnavailableError("no")

    drive = Accounts()
    with pytest.raises(IdentityUnavailableError):
        guard(drive, Failing()).read()
    assert drive.calls == []


def test_contents_that_are_switched_off_stay_off():
    tokens = MemoryTokens(contents=False)
    allowed = guard(Accounts(narrow=INSIDE), tokens)
    assert allowed.contents() is allowed
    assert [each.scopes for each in allowed.every()] == [DETAILS, CONTENTS]
    wide = guard(Accounts(), MemoryTokens()).contents()
    assert wide.contents() is wide
    assert (allowed.keeps_narrow, guard(Accounts(), MemoryTokens(has_connect_page=False)).keeps_narrow) == (True, False)


@pytest.mark.parametrize(
    ("email", "is_inside"),
    [
        ("alice@corp.example", True),
        ("Alice@Corp.Example", True),
        ("alice@gmail.example@corp.example", True),
        ("alice@corp.example@gmail.example", False),
        ("alice@sub.corp.example", False),
        ("alice@notcorp.example", False),
        ("corp.example", False),
        ("", False),
    ],
)
def test_the_part_behind_the_last_at_sign_decides(email, is_inside):
    assert is_of_domains(email, CORP) is is_inside


@given(st.text())
def test_no_address_elsewhere_ever_passes(email):
    assert not is_of_domains(email, CORP) or email.lower().endswith("@corp.example")
