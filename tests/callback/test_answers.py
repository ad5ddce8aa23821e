"""What the agent may answer, field by field, and what becomes of everything else."""

import contextlib
import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback.aws.answers import (
    AuthorizationNeeded,
    Connected,
    Conversation,
    MoreNeeded,
    read_answer,
    read_connect,
    read_connections,
    read_conversation,
    read_moment,
)
from callback.errors import CallbackError
from callback.records import BrowserSession, ConnectedAccount
from callback.service_errors import AgentRefusedError, NotOwnerError, RuntimeFailedError
from callback.web.languages import LANGUAGES
from callback.web.rendering import Pages

PAGES = Pages()
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SCOPE = "https://www.googleapis.com/auth/drive.readonly"
URI = "urn:ietf:params:oauth:request_uri:sample"
SESSION = BrowserSession(created=NOW, seen=NOW, csrf="sample")
READERS = (read_conversation, read_connect, read_connections)

# Texts with everything that has no place on a page, and the words of the contract, so that answers come close to it.
TEXTS = st.one_of(
    st.text(st.characters(), max_size=300),
    st.text(st.sampled_from("ab \t\r\n\x00\x1b\u202e\u200b\ufeff\u2028\ud800\udfff\U000e0041"), max_size=20),
    st.sampled_from(
        ["connected", "confirm", "auth_required", SCOPE, URI, "https://agentcore.example/", "not_owner", "a" * 100_000]
    ),
    st.sampled_from(["2026-11-20T09:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-20"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=25) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def like(**known: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Objects with these fields, each of which may be anything else as well, or missing."""
    return st.fixed_dictionaries({}, optional={name: kind | VALUES for name, kind in known.items()})


MOMENTS = st.datetimes(timezones=st.timezones()).map(datetime.isoformat) | TEXTS
ACCOUNTS = like(email=TEXTS, name=TEXTS)
CONNECTIONS = like(
    provider=TEXTS,
    connected=st.booleans(),
    insufficient=st.booleans(),
    account=ACCOUNTS,
    scopes=st.lists(TEXTS, max_size=3),
    last_used=MOMENTS,
)
ANSWERS = st.one_of(
    VALUES,
    like(connections=st.lists(CONNECTIONS, max_size=3)),
    like(conversation=like(client=TEXTS, started=MOMENTS), scopes=st.lists(TEXTS, max_size=3)),
    like(status=TEXTS, account=ACCOUNTS, scopes=st.lists(TEXTS, max_size=3), auth_url=TEXTS, session_uri=TEXTS),
    like(error=TEXTS, code=TEXTS),
)


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_in(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_in(getattr(value, each.name))


def moments_in(value: object) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from moments_in(item)
    elif is_dataclass(value):
        for each in fields(value):
            yield from moments_in(getattr(value, each.name))


def is_one_visible_line(text: str) -> bool:
    text.encode("utf-8")
    return not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for character in text)


def outcome(reader: Callable[[Any], object], content: bytes) -> object:
    try:
        return reader(read_answer(content))
    except CallbackError as error:
        return error


@given(ANSWERS)
def test_whatever_the_agent_says_is_read_or_is_an_error_of_ours(said):
    content = json.dumps(said).encode()
    for reader in READERS:
        found = outcome(reader, content)
        if isinstance(found, CallbackError):
            assert is_one_visible_line(found.code + found.own_sentence)
            continue
        assert all(is_one_visible_line(text) and len(text) <= 4096 for text in texts_in(found))
        assert all(2000 <= moment.year <= 2100 and moment.tzinfo is UTC for moment in moments_in(found))


@given(st.binary(max_size=200) | VALUES.map(lambda value: json.dumps(value).encode("utf-16")))
def test_whatever_comes_as_a_body_is_read_or_is_an_error_of_ours(content):
    with contextlib.suppress(CallbackError):
        assert isinstance(read_answer(content), dict)


@given(like(connections=st.lists(CONNECTIONS, max_size=3)), st.sampled_from(LANGUAGES))
def test_whatever_is_read_can_be_shown(said, language):
    try:
        found = read_connections(said)
    except CallbackError:
        return
    shown = [
        {
            "provider": each.provider,
            "is_connected": each.is_connected,
            "is_insufficient": each.is_insufficient,
            "account": each.account,
            "since": None,
            "last_used": each.last_used,
            "concern": "",
        }
        for each in found
    ]
    assert PAGES.show("connections", language, SESSION, connections=shown, now=NOW).body


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"x"', b"7", b"\xff", b"{", b"[" * 200_000, b"9" * 5_000])
def test_what_is_no_object_is_no_answer(content):
    with pytest.raises(RuntimeFailedError):
        read_answer(content)


def test_a_number_of_five_thousand_digits_in_an_answer_makes_it_none():
    with pytest.raises(RuntimeFailedError):
        read_answer(b'{"status": ' + b"9" * 5_000 + b"}")


# --- refusals


def test_a_refusal_has_the_agents_sentence_as_one_line_that_can_be_read():
    said = {"error": "No.\u202e\r\n  Not\x00 now.\ud800", "code": "drive_failed"}
    with pytest.raises(AgentRefusedError) as refusal:
        read_answer(json.dumps(said).encode())
    assert (refusal.value.code, refusal.value.own_sentence) == ("agent_drive_failed", "No. Not now.")


def test_a_refusal_without_a_code_is_one_and_a_known_code_has_its_error():
    with pytest.raises(AgentRefusedError) as refusal:
        read_answer(b'{"error": "No."}')
    assert refusal.value.code == "agent_refused"
    with pytest.raises(NotOwnerError):
        read_answer(b'{"error": "No.", "code": "not_owner"}')


@pytest.mark.parametrize(
    "said",
    [
        {"error": 7},
        {"error": ["No."]},
        {"error": {"a": "b"}},
        {"error": "No.", "code": 7},
        {"error": "No.", "code": "<b>"},
        {"error": "No.", "code": "a" * 41},
        {"error": "No.", "code": "no owner\n"},
    ],
)
def test_a_refusal_of_another_kind_is_no_answer(said):
    with pytest.raises(RuntimeFailedError) as refusal:
        read_answer(json.dumps(said).encode())
    assert not isinstance(refusal.value, AgentRefusedError)


def test_a_refusal_is_cut_where_it_becomes_too_long():
    with pytest.raises(AgentRefusedError) as refusal:
        read_answer(json.dumps({"error": "a" * 1_000_000}).encode())
    assert refusal.value.own_sentence == "a" * 300


# --- each answer


def test_an_answer_as_the_contract_has_it_is_read_to_the_letter():
    found = {
        "provider": "google-drive",
        "connected": True,
        "insufficient": False,
        "account": {"email": "alice@gmail.example", "name": "Alice  Ångström"},
        "scopes": [SCOPE],
        "missing_scopes": [],
        "last_used": "2026-11-20T18:00:00+09:00",
    }
    [connection] = read_connections({"connections": [found], "pending": False})
    assert (connection.provider, connection.is_connected, connection.is_insufficient) == ("google-drive", True, False)
    assert connection.account == ConnectedAccount("alice@gmail.example", "Alice Ångström", (SCOPE,))
    assert connection.last_used == NOW
    assert read_conversation({"conversation": {"client": "terminal", "started": None}, "scopes": [SCOPE]}) == (
        Conversation(is_begun=True, client="terminal", started=None, scopes=(SCOPE,))
    )
    assert not read_conversation({"conversation": None}).is_begun
    assert read_connect({"status": "confirm", "scopes": [SCOPE]}) == MoreNeeded((SCOPE,))
    assert read_connect({"status": "connected"}) == Connected(ConnectedAccount("", ""))
    needed = {"status": "auth_required", "auth_url": "https://agentcore.example/", "session_uri": URI}
    assert read_connect(needed) == AuthorizationNeeded("https://agentcore.example/", URI)


SOUND = {"provider": "google-drive", "connected": True, "account": {"email": "a@b.example", "name": "A"}}


@pytest.mark.parametrize(
    "changed",
    [
        {"provider": 7},
        {"provider": ["google-drive"]},
        {"provider": "a" * 201},
        {"provider": "google\u202edrive"},
        {"connected": "yes"},
        {"connected": 1},
        {"insufficient": []},
        {"account": 7},
        {"account": "alice@gmail.example"},
        {"account": False},
        {"account": {"email": 7}},
        {"account": {"email": {"a": "b"}}},
        {"account": {"email": "alice@gmail.example\n"}},
        {"account": {"email": "alice\u200b@gmail.example"}},
        {"account": {"email": "alice\ud800@gmail.example"}},
        {"account": {"email": "a" * 255}},
        {"account": {"name": ["Alice"]}},
        {"scopes": SCOPE},
        {"scopes": {}},
        {"scopes": [7]},
        {"scopes": [None, {"a": 7}]},
        {"scopes": [SCOPE] * 21},
        {"scopes": ["a" * 201]},
    ],
    ids=repr,
)
def test_one_field_of_another_kind_makes_an_answer_none(changed):
    assert read_connections({"connections": [SOUND]})
    with pytest.raises(RuntimeFailedError):
        read_connections({"connections": [SOUND | changed]})


@pytest.mark.parametrize("listed", [None, 7, "x", {}, [7], ["x"], [[]], [None], [SOUND] * 21, [SOUND] * 20_000])
def test_what_is_no_short_list_of_connections_is_no_answer(listed):
    with pytest.raises(RuntimeFailedError):
        read_connections({"connections": listed})


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"status": 7},
        {"status": "auth_required"},
        {"status": "another", "auth_url": "https://agentcore.example/", "session_uri": URI},
        {"status": "auth_required", "auth_url": 7, "session_uri": URI},
        {"status": "auth_required", "auth_url": "https://agentcore.example/\r\nx: y", "session_uri": URI},
        {"status": "auth_required", "auth_url": f"https://agentcore.example/{'a' * 4096}", "session_uri": URI},
        {"status": "auth_required", "auth_url": "https://agentcore.example/", "session_uri": [URI]},
        {"status": "auth_required", "auth_url": "https://agentcore.example/", "session_uri": "urn:other"},
        {"status": ["connected"]},
    ],
)
def test_what_is_no_answer_to_a_connect_is_none(said):
    with pytest.raises(RuntimeFailedError):
        read_connect(said)


@pytest.mark.parametrize("known", [7, "terminal", [], False, {"client": 7}, {"client": "a\nb"}, {"client": "a" * 201}])
def test_what_is_no_conversation_is_no_answer(known):
    with pytest.raises(RuntimeFailedError):
        read_conversation({"conversation": known})


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a" * 1_000_000, "a" * 200),
        ("\u202eAlice\u202c", "Alice"),
        ("Al\u200bice\x00\x1b[31m", "Alice[31m"),
        ("Alice\r\nBob\u2028Carol", "Alice Bob Carol"),
        ("\ud800Alice\udfff", "Alice"),
        ("\u3164\u2800", ""),
        ("  Alice  ", "Alice"),
        ("山田 太郎 👩", "山田 太郎 👩"),
        (None, ""),
    ],
    ids=ascii,
)
def test_a_name_is_one_line_without_what_nobody_sees(said, shown):
    [connection] = read_connections({"connections": [SOUND | {"account": {"name": said}}]})
    assert connection.account.name == shown


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-11-20T09:00:00Z", NOW),
        ("2026-11-20T18:00:00+09:00", NOW),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2000-01-01T00:00:00+00:01", None),
        ("2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2100-12-31T23:59:59-00:01", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2026-11-20T09:00:00", None),
        ("yesterday", None),
        (1_790_000_000, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_moment_is_one_of_this_century_or_none(said, moment):
    assert read_moment(said) == moment
