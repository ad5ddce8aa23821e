"""A bearer token for one person, from the user pool.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
"""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from deploy.clients import sign_in_client
from deploy.errors import SignInError, explain
from deploy.settings import TokenSettings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_SENTENCES = {
    "NotAuthorizedException": "That e-mail address and password do not belong to anybody in the user pool.",
    "UserNotFoundException": "Nobody in the user pool has that e-mail address.",
    "UserNotConfirmedException": "That person has not been confirmed in the user pool yet.",
    "PasswordResetRequiredException": "That person has to set a new password first, in the web page.",
    "ResourceNotFoundException": "The user pool knows this app client no more: run `drive-agent setup` again.",
    "InvalidParameterException": "The app client does not allow passwords: run `drive-agent setup` again.",
}


def fetch(
    settings: TokenSettings,
    user: str,
    password: str,
    *,
    cognito: "CognitoIdentityProviderClient | None" = None,
) -> str:
    """Sign `user` in and return the access token.

    The access token, not the id token: its `client_id` is what the Runtime's authorizer compares.

    Raises:
        SignInError: wrong password, unknown person, something to be done first; the sentence says what.
        AwsRefusedError: Cognito could not be reached.
    """
    if not settings.cli_client_id:
        raise SignInError("There is no app client to sign in with: run `drive-agent setup` first.")
    if not user or not password:
        raise SignInError("An e-mail address and a password are needed: --user and DRIVE_AGENT_TEST_PASSWORD.")
    client = cognito or sign_in_client(settings.region, settings.endpoint_url)
    try:
        answer = client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=settings.cli_client_id,
            AuthParameters={"USERNAME": user, "PASSWORD": password},
        )
    except ClientError as error:
        sentence = _SENTENCES.get(error.response.get("Error", {}).get("Code", ""))
        if sentence is None:
            raise explain(error, settings.endpoint_url) from error
        raise SignInError(sentence) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise explain(error, settings.endpoint_url) from error
    access_token = answer.get("AuthenticationResult", {}).get("AccessToken")
    if access_token is None:
        raise SignInError(_challenge(answer.get("ChallengeName", "")))
    return access_token


def _challenge(name: str) -> str:
    if name == "NEW_PASSWORD_REQUIRED":
        return (
            "That person still has a temporary password: sign in once in the web page, or run setup with --test-user."
        )
    return f"That person has to answer {name or 'a challenge'} at sign-in, which a terminal cannot: use the web page."
