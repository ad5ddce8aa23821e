import base64
import json

import pytest

from deploy import setup, token
from deploy.clients import sign_in_client
from deploy.errors import AwsRefusedError, SignInError
from deploy.settings import TokenSettings

PASSWORD = "sample-password-of-nobody"


@pytest.fixture
def settings(clients, options):
    told = options({"DRIVE_AGENT_TEST_PASSWORD": PASSWORD}, test_users=("alice@example.com",))
    return TokenSettings.load(setup.run(told, clients=clients, out=lambda _: None))


def test_a_person_of_the_pool_gets_an_access_token_of_the_terminals_client(settings):
    bearer = token.fetch(settings, "alice@example.com", PASSWORD)
    claims = bearer.split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert found["token_use"] == "access"
    assert found["client_id"] == settings.cli_client_id


@pytest.mark.parametrize(("user", "password"), [("alice@example.com", "wrong"), ("mallory@example.com", PASSWORD)])
def test_wrong_password_and_unknown_person_are_said_without_naming_them(settings, user, password):
    with pytest.raises(SignInError) as caught:
        token.fetch(settings, user, password)
    assert user not in str(caught.value)
    assert password not in str(caught.value)


def test_a_temporary_password_cannot_be_answered_in_a_terminal(settings, clients):
    pool = clients.cognito.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    clients.cognito.admin_create_user(
        UserPoolId=pool, Username="dora@example.com", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS"
    )
    with pytest.raises(SignInError, match="temporary password"):
        token.fetch(settings, "dora@example.com", PASSWORD)


def test_without_settings_setup_is_named():
    with pytest.raises(SignInError, match="drive-agent setup"):
        token.fetch(TokenSettings(), "alice@example.com", PASSWORD)


def test_without_a_password_it_is_asked_for():
    with pytest.raises(SignInError, match="DRIVE_AGENT_TEST_PASSWORD"):
        token.fetch(TokenSettings(cli_client_id="x"), "alice@example.com", "")


def test_throttling_is_said_in_a_sentence(aws, settings):
    from botocore.config import Config

    aws.faults["InitiateAuth"] = (400, "TooManyRequestsException", "raw words of AWS")
    hurried = sign_in_client("us-west-2", aws.url, Config(retries={"mode": "standard", "total_max_attempts": 1}))
    with pytest.raises(AwsRefusedError, match="throttling"):
        token.fetch(settings, "alice@example.com", PASSWORD, cognito=hurried)


def test_a_client_that_is_gone_sends_to_setup(aws, settings):
    aws.faults["InitiateAuth"] = (400, "ResourceNotFoundException", "raw words of AWS")
    with pytest.raises(SignInError, match="run `drive-agent setup` again"):
        token.fetch(settings, "alice@example.com", PASSWORD)
