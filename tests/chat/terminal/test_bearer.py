import base64
import json

import pytest

from chat.terminal.bearer import bearer_for
from chat.errors import SignInNeededError
from chat.terminal.settings import ChatSettings

PLAIN = {"runtime_url": "https://r.example.com", "runtime_arn": "arn"}


def jwt(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.sample"


def test_a_given_token_wins():
    assert bearer_for(ChatSettings(bearer_token="sample", **PLAIN), lambda: "fetched")() == "sample"


def test_a_token_file_is_read_anew_each_time(tmp_path):
    file = tmp_path / "token"
    bearer = bearer_for(ChatSettings(bearer_token_file=file, **PLAIN), None)
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
        bearer_for(ChatSettings(bearer_token_file=file, **PLAIN), None)()


def test_a_fetched_token_is_kept_until_shortly_before_it_expires():
    clock = [1000.0]
    fetched = []

    def fetch():
        fetched.append(jwt(exp=clock[0] + 3600))
        return fetched[-1]

    bearer = bearer_for(ChatSettings(**PLAIN), fetch, now=lambda: clock[0])
    assert bearer() == bearer() == fetched[0]
    clock[0] += 3600 - 121
    bearer()
    assert len(fetched) == 1
    clock[0] += 1
    assert bearer() == fetched[1]


@pytest.mark.parametrize("token", ["opaque", "a.b.c", jwt(), jwt(exp="soon")])
def test_a_token_of_unknown_lifetime_is_fetched_again_after_five_minutes(token):
    clock = [0.0]
    fetched = []
    bearer = bearer_for(ChatSettings(**PLAIN), lambda: fetched.append(1) or token, now=lambda: clock[0])
    for clock[0] in (0.0, 299.0, 300.0):
        bearer()
    assert len(fetched) == 2


def test_without_any_source_a_person_has_to_be_named():
    with pytest.raises(SignInNeededError, match="--user"):
        bearer_for(ChatSettings(**PLAIN), None)
