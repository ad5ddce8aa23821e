"""Answers that are not as Drive's documents say: what is right in them is taken, and no grant is lost over them."""

import pytest

from tests.support.drive import MemoryTokens
from tests.support.google import batch_answer, google_error, scripted_google
from tools.errors import (
    ConsentRequired,
    DriveForbiddenError,
    DriveUnreadableError,
    FileNotVisibleError,
    FilePermissionError,
    NotDownloadableError,
    ScopeNotGrantedError,
    ToolError,
)
from tools.files import SharedDrive
from tools.google.drive_api import DriveApi
from tools.pause import with_access_token

ONE, TWO = "sample-file-id-1", "sample-file-id-2"
SCOPE = google_error(403, "insufficientPermissions")
ACCOUNT = (200, {"user": {"displayName": "Alice", "emailAddress": "a@gmail.example"}}, {})
DEEP = (200, b'{"files": ' + b"[" * 200_000, {})


@pytest.fixture
def google():
    with scripted_google() as server:
        yield server


@pytest.fixture
def calls():
    return []


@pytest.fixture
def api(google, calls):
    return DriveApi(google.root, f"{google.root}/revoke", sleep=lambda _: None, record=calls.append)


def paths(google):
    return [asked.path.split("?")[0].removeprefix("/drive/v3/") for asked in google.asked]


# Ids


@pytest.mark.parametrize(
    "word",
    ["generateIds", "generateCseToken", "trash", "appDataFolder", "photos", "x" * 14, "x" * 201, "permissions"],
)
def test_a_word_that_is_another_method_or_too_short_for_an_id_is_not_sent_anywhere(api, google, word):
    for ask in (api.get, api.permissions, lambda *args: api.export(*args, "text/plain")):
        with pytest.raises(FileNotVisibleError):
            ask("sample-token", word)
    assert api.get_many("sample-token", [word]) == {}
    assert google.asked == []


def test_the_words_of_other_methods_are_googles_own(api):
    assert {"generateIds", "generateCseToken", "trash", "copy", "export", "permissions"} <= api._client.path_words
    assert "root" not in api._client.path_words


# A scope that is missing, or that one file's refusal speaks of


ASKS = {
    "get": lambda api, token: api.get(token, ONE),
    "get one of many": lambda api, token: api.get_many(token, [ONE]),
    "permissions": lambda api, token: api.permissions(token, ONE),
    "get many": lambda api, token: api.get_many(token, [ONE, TWO]),
    "export": lambda api, token: api.export(token, ONE, "text/plain"),
    "download": lambda api, token: api.download(token, ONE, max_bytes=9),
}
CONTENTS = ("export", "download")


def refused(name):
    return batch_answer(lambda _: SCOPE) if name == "get many" else SCOPE


@pytest.mark.parametrize("name", ASKS)
def test_a_missing_scope_is_believed_when_a_call_that_names_no_file_is_refused_too(api, google, name):
    google.answers = [refused(name), SCOPE]
    with pytest.raises(ScopeNotGrantedError):
        ASKS[name](api, "sample-token")
    assert paths(google)[1:] == ["drives" if name in CONTENTS else "about"]


@pytest.mark.parametrize("name", [name for name in ASKS if name != "get one of many"])
def test_one_files_refusal_discards_no_grant(api, google, name):
    google.answers = [refused(name), (200, {"drives": []}, {}) if name in CONTENTS else ACCOUNT]
    tokens = MemoryTokens()
    with pytest.raises(NotDownloadableError if name in CONTENTS else FilePermissionError):
        with_access_token(tokens, lambda access_token: ASKS[name](api, access_token))
    assert tokens.asked == [{}]
    assert tokens.granted


def test_one_place_that_is_refused_is_missing(api, google):
    google.answers = [SCOPE, ACCOUNT]
    assert api.get_many("sample-token", [ONE]) == {}


def test_a_grant_without_the_scope_is_still_asked_for_anew(api, google):
    google.answers = [SCOPE] * 2
    tokens = MemoryTokens(has_connect_page=False)
    with pytest.raises(ConsentRequired):
        with_access_token(tokens, lambda access_token: api.get(access_token, ONE))
    assert not tokens.granted


def test_an_administrators_no_to_the_second_call_is_no_missing_scope(api, google):
    google.answers = [SCOPE, google_error(403, "domainPolicy")]
    with pytest.raises(DriveForbiddenError):
        api.get("sample-token", ONE)


# JSON of other kinds


def test_one_odd_file_fails_no_list_and_the_list_says_that_it_is_not_whole(api, google):
    odd = [3, None, [], {"id": 4}, {"id": ONE, "name": None, "size": "9" * 400, "modifiedTime": "2026-01-01"}]
    google.answers = [(200, {"files": [*odd, {"id": TWO, "name": "Q3"}]}, {})]
    page = api.list_page("sample-token", query="")
    assert [(file.id, file.name, file.size_bytes) for file in page.files] == [(ONE, "", None), (TWO, "Q3", None)]
    assert page.incomplete


def test_a_list_that_is_null_is_empty(api, google):
    google.answers = [(200, {"files": None, "nextPageToken": None, "incompleteSearch": None}, {})]
    page = api.list_page("sample-token", query="")
    assert (page.files, page.next_page_token, page.incomplete) == ([], "", False)


def test_odd_drives_and_permissions_hide_no_others(api, google):
    google.answers = [(200, {"drives": [None, {"id": []}, {"id": "0A-1", "name": 3}]}, {})]
    assert api.drives("sample-token") == [SharedDrive("0A-1", "")]
    google.answers = [(200, {"permissions": [None, {"type": "user", "deleted": "no"}]}, {})]
    assert len(api.permissions("sample-token", ONE)) == 2


def test_a_place_without_an_id_is_missing(api, google):
    google.answers = [batch_answer(lambda name: (200, {"id": name if name == ONE else None}, {}))]
    assert list(api.get_many("sample-token", [ONE, TWO])) == [ONE]


ODD_REFUSALS = [
    (403, {"error": {"errors": []}}, {}),
    (403, {"error": {"message": 3, "errors": [{"reason": []}]}}, {}),
    (400, [{"error": 3}], {}),
    (400, b"[" * 200_000, {}),
]


@pytest.mark.parametrize("answer", [DEEP, (200, b'{"files": [], "x": ' + b"9" * 5000 + b"}", {}), *ODD_REFUSALS])
def test_json_of_any_depth_or_size_is_a_drive_error_and_recorded_as_one(api, google, calls, answer):
    google.answers = [answer] * 3
    with pytest.raises(ToolError) as raised:
        api.list_page("sample-token", query="")
    assert [call.outcome for call in calls] == [type(raised.value).__name__]


def test_a_part_of_a_batch_of_any_depth_is_a_drive_error(api, google, calls):
    google.answers = [batch_answer(lambda _: (200, "[" * 200_000, {}))] * 3
    with pytest.raises(DriveUnreadableError):
        api.get_many("sample-token", [ONE, TWO])
    assert [call.outcome for call in calls] == ["DriveUnreadableError"]


def test_a_call_that_ends_in_an_error_of_our_own_is_not_recorded_as_ok(api, calls):
    def fail(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        api._calls.execute("files.list", fail)
    assert [call.outcome for call in calls] == ["ZeroDivisionError"]
