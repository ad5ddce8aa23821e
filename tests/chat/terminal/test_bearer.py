import asyncio
import base64
import json

import pytest

from chat.errors import SignInNeededError
from chat.terminal.bearer import bearer_for
from chat.terminal.people import TokenPerson, person_of
from chat.terminal.settings import ChatSettings

PLAIN = {"runtime_url": "https://r.example.com", "runtime_arn": "arn"}


def jwt(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.sample"


def source(settings, fetch=None, **options):
    """The bearer token's source, without `await`."""
    bearer, forget = bearer_for(settings, fetch, **options)
    return lambda: asyncio.run(bearer()), forget


def test_a_given_token_wins():
    bearer, forget = source(ChatSettings(bearer_token="sample", **PLAIN), lambda: "fetched")
    assert bearer() == "sample"
    assert forget() is False


def test_a_token_file_is_read_anew_each_time(tmp_path):
    file = tmp_path / "token"
    bearer, _ = source(ChatSettings(bearer_token_file=file, **PLAIN))
    file.write_text("first\n")
    assert bearer() == "first"
    file.write_text("second\n")
    assert bearer() == "second"


@pytest.mark.parametrize("content", [b"", b"\n", "é".encode(), None])
def test_an_unusable_token_file_is_said(tmp_path, content):
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SignInNeededError, match="token file"):
        source(ChatSettings(bearer_token_file=file, **PLAIN))[0]()


def test_a_fetched_token_is_kept_until_shortly_before_it_expires():
    clock = [1000.0]
    fetched = []

    def fetch():
        fetched.append(jwt(exp=clock[0] + 3600))
        return fetched[-1]

    bearer, forget = source(ChatSettings(**PLAIN), fetch, now=lambda: clock[0])
    assert forget() is False
    assert bearer() == bearer() == fetched[0]
    clock[0] += 3600 - 121
    bearer()
    assert len(fetched) == 1
    clock[0] += 1
    assert bearer() == fetched[1]
    assert forget() is True
    assert bearer() == fetched[2]


@pytest.mark.parametrize("token", ["opaque", "a.b.c", jwt(), jwt(exp="soon")])
def test_a_token_of_unknown_lifetime_is_fetched_again_after_five_minutes(token):
    clock = [0.0]
    fetched = []
    bearer, _ = source(ChatSettings(**PLAIN), lambda: fetched.append(1) or token, now=lambda: clock[0])
    for clock[0] in (0.0, 299.0, 300.0):
        bearer()
    assert len(fetched) == 2


def test_without_any_source_a_person_has_to_be_named():
    with pytest.raises(SignInNeededError, match="--user"):
        bearer_for(ChatSettings(**PLAIN), None)


def test_two_requests_at_once_sign_in_once():
    fetched = []
    bearer, _ = bearer_for(ChatSettings(**PLAIN), lambda: fetched.append(1) or jwt(), now=lambda: 0.0)

    async def both():
        return await asyncio.gather(bearer(), bearer())

    assert asyncio.run(both()) == [jwt(), jwt()]
    assert len(fetched) == 1


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (jwt(email="alice@example.com", sub="1"), "alice@example.com"),
        (jwt(username="alice\x1b[2J"), "alice[2J"),
        (jwt(sub="1"), "1"),
        (jwt(sub=1), None),
        ("opaque", None),
    ],
)
def test_a_person_is_called_what_their_token_says(token, name):
    async def who():
        async with person_of(ChatSettings(bearer_token=token, **PLAIN), None)(print, False) as person:
            assert isinstance(person, TokenPerson)
            return await person.who()

    found = asyncio.run(who())
    assert (found.name if found else None) == name


def test_whoever_was_named_is_who_it_is_and_nobody_else_has_to_sign_in():
    async def who():
        async with person_of(ChatSettings(**PLAIN), None, "bob@example.com", jwt)(print, False) as person:
            return await person.who(), await person.bearer()

    found, token = asyncio.run(who())
    assert (found.name, token) == ("bob@example.com", jwt())
