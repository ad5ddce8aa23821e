"""What is told of a connection, and its end, which has to be proved."""

import contextlib

import pytest

from tests.support.drive import SECRET_URL, TOKEN, WIDE_TOKEN, WIDE_URL, MemoryDrive, MemoryTokens, StubbornTokens
from tools.connection import DriveConnection, Standing
from tools.errors import (
    AccessTokenRejectedError,
    ConsentRequired,
    DriveForbiddenError,
    DriveTimeoutError,
    DriveUnavailableError,
    NotDisconnectedError,
    ScopeNotGrantedError,
)
from tools.scopes import CONTENTS, DETAILS

BOTH_VAULTS = pytest.mark.parametrize("by_scopes", [False, True])


class Google(MemoryDrive):
    """Answers 401 for what was revoked, as Google does, unless `confirms` is False: then nothing is revoked."""

    confirms = True

    def account(self, access_token):
        if access_token in self.revoked:
            raise AccessTokenRejectedError("no")
        return super().account(access_token)

    def revoke(self, access_token):
        if self.confirms:
            self.revoked.append(access_token)
        return self.confirms


class Keeping(MemoryTokens):
    """A vault that does not let go."""

    def require_consent(self, *, state="", discard=False):
        raise ConsentRequired(SECRET_URL)


@BOTH_VAULTS
def test_disconnected_means_that_a_drive_call_would_ask_for_consent(by_scopes):
    drive, tokens = Google(), MemoryTokens(by_scopes=by_scopes)
    tokens.consent(CONTENTS)
    DriveConnection(drive, tokens).disconnect()
    for each in tokens.every():
        assert tokens.asked[-1 if each.scopes == CONTENTS else -2].get("discard") is None, (
            "it was looked for afterwards"
        )
        with pytest.raises(ConsentRequired):
            each.read()


def test_where_nothing_is_connected_there_is_nothing_to_revoke():
    drive, tokens = Google(), MemoryTokens(granted=False)
    DriveConnection(drive, tokens).disconnect()
    assert drive.revoked == []


def test_a_revocation_that_google_knows_nothing_of_is_none_while_the_token_still_opens_the_drive():
    drive, tokens = Google(), MemoryTokens()
    drive.confirms = False
    with pytest.raises(NotDisconnectedError) as told:
        DriveConnection(drive, tokens).disconnect()
    assert "still connected" in told.value.user_message
    assert tokens.granted, "it can be tried again"


def test_a_grant_that_the_person_has_revoked_at_google_already_is_cleared_here():
    drive, tokens = Google(revoked=[TOKEN]), MemoryTokens()
    drive.confirms = False
    DriveConnection(drive, tokens).disconnect()
    assert not tokens.granted


def test_a_vault_that_keeps_what_google_has_revoked_would_ask_for_consent_all_the_same():
    DriveConnection(Google(), Keeping()).disconnect()


@pytest.mark.parametrize("still_says", [None, ScopeNotGrantedError("no"), DriveForbiddenError("domainPolicy")])
def test_a_vault_that_keeps_what_google_honours_is_not_called_disconnected(still_says):
    drive = MemoryDrive(errors=[still_says] if still_says else [])  # revokes, it says, and goes on answering
    with pytest.raises(NotDisconnectedError):
        DriveConnection(drive, Keeping()).disconnect()


def test_a_google_that_does_not_answer_the_proof_leaves_it_unproved():
    drive = MemoryDrive(errors=[DriveUnavailableError("no")])
    with pytest.raises(DriveUnavailableError):
        DriveConnection(drive, Keeping()).disconnect()


@BOTH_VAULTS
def test_a_grant_that_covers_nothing_we_use_is_told_and_left_for_the_button(by_scopes):
    drive, tokens = MemoryDrive(errors=[ScopeNotGrantedError("no")] * 2), MemoryTokens(by_scopes=by_scopes)
    connection = DriveConnection(drive, tokens)
    assert connection.status() == Standing(None, is_insufficient=True)
    assert tokens.granted
    drive.errors = [ScopeNotGrantedError("no")]
    with pytest.raises(ConsentRequired) as required:
        connection.connect(DETAILS, state="s", force=False)
    assert required.value.authorization_url == SECRET_URL
    assert not tokens.granted


@pytest.mark.parametrize("error", [AccessTokenRejectedError("no"), None])
def test_no_grant_and_one_that_google_does_not_honour_are_not_called_insufficient(error):
    drive = MemoryDrive(errors=[error] * 4 if error else [])
    tokens = MemoryTokens(granted=error is not None)
    assert DriveConnection(drive, tokens).status() == Standing(None)


def test_one_grant_that_is_enough_makes_up_for_another_that_is_not():
    tokens = MemoryTokens(by_scopes=True)
    tokens.consent(CONTENTS, granted=())
    drive = MemoryDrive(errors=[ScopeNotGrantedError("no")])
    standing = DriveConnection(drive, tokens).status()
    assert standing.connection is not None
    assert not standing.is_insufficient


@pytest.mark.parametrize(("needed", "url"), [(DETAILS, SECRET_URL), (CONTENTS, WIDE_URL)])
def test_another_account_replaces_every_grant_so_that_two_never_mix(needed, url):
    tokens = MemoryTokens(by_scopes=True)
    tokens.consent(CONTENTS)
    drive = MemoryDrive()
    with pytest.raises(ConsentRequired) as required:
        DriveConnection(drive, tokens).connect(needed, state="s", force=True)
    assert required.value.authorization_url == url
    assert tokens.vault == {}
    assert drive.revoked == [TOKEN, WIDE_TOKEN], "Google would honour it on"


@pytest.mark.parametrize("needed", [DETAILS, CONTENTS])
def test_a_grant_that_is_replaced_is_revoked_before_it_is_forgotten_and_once(needed):
    tokens = MemoryTokens()
    held = []

    class Watching(MemoryDrive):
        def revoke(self, access_token):
            held.append((access_token, tokens.granted))
            return True

    with pytest.raises(ConsentRequired) as required:
        DriveConnection(Watching(), tokens).connect(needed, state="s", force=True)
    assert held == [(TOKEN, True)]
    assert not tokens.granted
    assert required.value.authorization_url == (WIDE_URL if needed == CONTENTS else SECRET_URL)
    [forced] = [question for question in tokens.asked if question.get("discard")]
    assert forced["state"] == "s"


@pytest.mark.parametrize(("error", "tries"), [(DriveUnavailableError("no"), 2), (DriveTimeoutError("no"), 1)])
def test_a_google_that_revokes_nothing_keeps_nobody_from_connecting_anew_and_it_is_logged(error, tries, caplog):
    tokens, asked = MemoryTokens(by_scopes=True), []
    tokens.consent(CONTENTS)

    class Failing(MemoryDrive):
        def revoke(self, access_token):
            asked.append(access_token)
            raise error

    with pytest.raises(ConsentRequired):
        DriveConnection(Failing(), tokens).connect(DETAILS, state="s", force=True)
    assert tokens.vault == {}
    assert asked == [TOKEN, WIDE_TOKEN][:tries]
    assert f"error={type(error).__name__} | a grant that is being replaced was not revoked" in caplog.text
    assert TOKEN not in caplog.text


def test_each_set_of_scopes_is_discarded_once_whatever_comes_of_it():
    tokens = StubbornTokens()
    with pytest.raises(ConsentRequired):
        DriveConnection(MemoryDrive(), tokens).connect(DETAILS, state="s", force=True)
    assert [question["state"] for question in tokens.asked if question.get("discard")] == ["s", ""]


def test_a_grant_that_is_only_widened_is_not_revoked():
    drive, tokens = MemoryDrive(), MemoryTokens()
    with pytest.raises(ConsentRequired):
        DriveConnection(drive, tokens).connect(CONTENTS, state="s", force=False)
    assert not tokens.granted
    assert drive.revoked == []


def test_with_doubts_drive_is_asked_whether_names_can_be_seen():
    drive, tokens = MemoryDrive(), MemoryTokens()
    connection = DriveConnection(drive, tokens)
    assert connection.missing_consent(DETAILS) is None
    assert drive.calls == []
    drive.errors = [ScopeNotGrantedError("no")]
    assert connection.missing_consent(DETAILS, ask_drive=True) == ""
    assert tokens.granted
    assert (connection.missing_consent(DETAILS, ask_drive=True), len(drive.calls)) == ("", 1), "it was refused for good"
    tokens.vault[()] = WIDE_TOKEN
    assert (connection.missing_consent(DETAILS, ask_drive=True), len(drive.calls)) == (None, 2)


def test_a_token_that_is_refused_for_contents_still_opens_names():
    drive, tokens = MemoryDrive(), MemoryTokens()
    connection = DriveConnection(drive, tokens)
    assert [connection.missing_consent(CONTENTS) for _ in range(3)] == [""] * 3
    assert drive.calls == [{"token": TOKEN, "drives": True}]
    assert connection.missing_consent(DETAILS, ask_drive=True) is None


@pytest.mark.parametrize("error", [AccessTokenRejectedError("no"), DriveUnavailableError("no")])
def test_only_a_refusal_for_scope_is_remembered(error):
    drive, tokens = MemoryDrive(errors=[error] * 2), MemoryTokens()
    connection = DriveConnection(drive, tokens)
    with contextlib.suppress(DriveUnavailableError):
        connection.missing_consent(DETAILS, ask_drive=True)
    drive.errors = []
    tokens.consent()
    assert connection.missing_consent(DETAILS, ask_drive=True) is None


@pytest.mark.parametrize("still_says", [ScopeNotGrantedError("no"), DriveForbiddenError("domainPolicy")])
def test_a_revocation_that_google_knows_nothing_of_is_none_for_a_token_without_scopes_either(still_says):
    drive, tokens = Google(errors=[still_says]), MemoryTokens()
    drive.confirms = False
    with pytest.raises(NotDisconnectedError):
        DriveConnection(drive, tokens).disconnect()
    assert tokens.granted


def test_a_token_that_the_vault_has_refreshed_meanwhile_counts_as_connected():
    standing = DriveConnection(MemoryDrive(errors=[AccessTokenRejectedError("expired")]), MemoryTokens()).status()
    assert standing.connection is not None


def test_an_administrators_no_to_shared_drives_is_no_missing_consent_to_contents():
    tokens = MemoryTokens()
    tokens.consent(CONTENTS)

    class Administered(MemoryDrive):
        def drives(self, access_token):
            raise DriveForbiddenError("domainPolicy")

    standing = DriveConnection(Administered(), tokens).status()
    assert standing.connection is not None
    assert standing.connection.scopes == CONTENTS
