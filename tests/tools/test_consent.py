import pytest
from bedrock_agentcore.runtime.context import BedrockAgentCoreContext

from tools.consent import AccessTokens, ConsentSettings
from tools.errors import ConsentRequired, NoWorkloadAccessTokenError
from tools.pause import with_access_token

SETTINGS = ConsentSettings("google-drive-provider", "https://c.example/callback")


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
