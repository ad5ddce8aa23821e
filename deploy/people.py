"""Test users in the user pool."""

from typing import TYPE_CHECKING

from deploy.report import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


def ensure(
    cognito: "CognitoIdentityProviderClient", pool_id: str, cli_client_id: str, email: str, password: str
) -> Step:
    """Make sure that `email` exists, verified, and can sign in with `password`."""
    what = f"test user {email}"
    try:
        person = cognito.admin_get_user(UserPoolId=pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        _set_password(cognito, pool_id, email, password)
        return Step(what, Outcome.CREATED)
    outcome = Outcome.UNCHANGED
    attributes = {attribute["Name"]: attribute.get("Value") for attribute in person.get("UserAttributes", [])}
    if attributes.get("email_verified") != "true":
        cognito.admin_update_user_attributes(
            UserPoolId=pool_id, Username=email, UserAttributes=[{"Name": "email_verified", "Value": "true"}]
        )
        outcome = Outcome.UPDATED
    if not _signs_in(cognito, cli_client_id, email, password):
        _set_password(cognito, pool_id, email, password)
        outcome = Outcome.UPDATED
    return Step(what, outcome)


def _set_password(cognito: "CognitoIdentityProviderClient", pool_id: str, email: str, password: str) -> None:
    # Permanent: the person is not asked for a new one, which a terminal could not answer.
    cognito.admin_set_user_password(UserPoolId=pool_id, Username=email, Password=password, Permanent=True)


def _signs_in(cognito: "CognitoIdentityProviderClient", cli_client_id: str, email: str, password: str) -> bool:
    """Compare the password in the only way there is: use it. One attempt locks nobody out."""
    try:
        answer = cognito.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=cli_client_id,
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except (
        cognito.exceptions.NotAuthorizedException,
        cognito.exceptions.PasswordResetRequiredException,
        cognito.exceptions.UserNotConfirmedException,
    ):
        return False
    return "AuthenticationResult" in answer
