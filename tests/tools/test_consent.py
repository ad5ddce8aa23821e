from dataclasses import replace

import pytest
from bedrock_agentcore.runtime.context import BedrockAgentCoreContext

from tools.consent import AccessTokens, ConsentSettings
from tools.errors import ConsentRequired, NoWorkloadAccessTokenError
from tools.pause import with_access_token
from tools.scopes import CONTENTS, DETAILS

SETTINGS = ConsentSettings("google-drive-provider", "https://c.example/callback")
WITH_PAGE = replace(SETTINGS, has_connect_page=True)
NAMES_ONLY = replace(SETTINGS, contents=False)


@pytest.fixture(autouse=True)
def no_workload_access_token():
    BedrockAgentCoreContext.set_workload_access_token(None)


def test_without_a_workload_access_token_nothing_is_asked_and_nothing_is_made(tmp_path, monkeypatch):
    """The SDK would create a workload identity and a user, and write them into a file of the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    for ask in (AccessTokens(SETTINGS).read, AccessTokens(SETTINGS).require_consent):
        with pytest.raises(NoWorkloadAccessTokenError):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_the_authorization_url_is_in_no_text_of_the_exception():
    required = ConsentRequired("https://canary.example")
    assert "canary" not in f"{required} {required!r} {required.args}"
    assert required.authorization_url == "https://canary.example"


def test_work_is_given_the_token_and_its_answer_is_returned():
    class Tokens:
        def read(self):
            return "sample-token"

    assert with_access_token(Tokens(), str.upper) == "SAMPLE-TOKEN"


def test_a_grant_that_is_too_narrow_is_left_as_it_is_where_a_page_of_ours_can_discard_it():
    assert AccessTokens(WITH_PAGE).keeps_narrow
    assert AccessTokens(WITH_PAGE).contents().keeps_narrow
    assert not AccessTokens(SETTINGS).contents().keeps_narrow


def test_the_wide_scope_has_tokens_of_its_own_and_only_where_contents_are_on():
    tokens = AccessTokens(SETTINGS)
    assert (tokens.scopes, tokens.contents().scopes) == (DETAILS, CONTENTS)
    assert tokens.contents().contents() is tokens.contents()
    assert AccessTokens(NAMES_ONLY).contents().scopes == DETAILS
    assert [one.scopes for one in AccessTokens(NAMES_ONLY).every()] == [DETAILS, CONTENTS]
