"""What `drive-agent setup` and `drive-agent token` tell a person when something goes wrong.

`explain` is the one place that turns an error of boto3 into a sentence. Messages of AWS are quoted, except
for calls that carry a secret: a ValidationException repeats the offending value.
"""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

_DENIED = {"AccessDenied", "AccessDeniedException", "NotAuthorizedException", "UnauthorizedOperation"}
_STALE = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnauthorizedException",
    "UnrecognizedClientException",
}
_THROTTLED = {"Throttling", "ThrottlingException", "TooManyRequestsException"}
_QUOTA = {"LimitExceededException", "ResourceLimitExceededException", "ServiceQuotaExceededException"}
_SECRET_CALLS = {
    "AdminCreateUser",
    "AdminSetUserPassword",
    "CreateOauth2CredentialProvider",
    "InitiateAuth",
    "UpdateOauth2CredentialProvider",
}


class DeployError(Exception):
    """Base of what `deploy` raises; `user_message` is safe to print."""

    def __init__(self, user_message: str) -> None:
        super().__init__(user_message)
        self.user_message = user_message


class InvalidOptionError(DeployError):
    """An argument or environment variable cannot be used as it is."""


class AwsRefusedError(DeployError):
    """AWS could not be reached or said no.

    Cause: the boto3 error, as `__cause__`. `code` is the AWS error code, or the class name for errors
    that never reached AWS.
    """

    def __init__(self, user_message: str, code: str) -> None:
        super().__init__(user_message)
        self.code = code


class ConflictingResourceError(DeployError):
    """Something of that name exists and is not ours to change."""


class SignInError(DeployError):
    """The user pool gave no access token for that person."""


def explain(error: ClientError | BotoCoreError | ResponseParserError, endpoint_url: str | None) -> AwsRefusedError:
    """Say in one sentence what went wrong and what to do next."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        return AwsRefusedError(_refusal(error, code), code)
    return AwsRefusedError(_unreachable(error, endpoint_url), type(error).__name__)


def _refusal(error: ClientError, code: str) -> str:
    operation = error.operation_name
    if code in _DENIED:
        return (
            f"Your AWS identity may not call {operation}: ask for the permission {_action(operation)}, "
            "then run the command again."
        )
    if code in _STALE:
        return "AWS does not accept your credentials (expired or wrong): sign in again, then run the command again."
    if code in _THROTTLED:
        return f"AWS is throttling {operation}: wait a minute, then run the command again; it goes on where it was."
    if code in _QUOTA:
        return f"A quota of the account is used up ({operation}): raise it or delete what is unused, then run again."
    if code == "InvalidPasswordException":
        return "The test password is too weak for the user pool: use at least 14 characters."
    if operation in _SECRET_CALLS:
        return f"AWS refused {operation} ({code}); its message may repeat a secret and is not shown."
    return f"AWS refused {operation} ({code}): {error.response.get('Error', {}).get('Message', '')}"


def _action(operation: str) -> str:
    """The IAM action of an operation; we call two services only."""
    agentcore = ("Oauth2CredentialProvider", "WorkloadIdentity", "AgentRuntimes")
    service = "bedrock-agentcore" if operation.endswith(agentcore) else "cognito-idp"
    return f"{service}:{operation}"


def _unreachable(error: BotoCoreError | ResponseParserError, endpoint_url: str | None) -> str:
    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return "No AWS credentials were found: set AWS_PROFILE, or run `aws configure` or `aws sso login` first."
    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError, HTTPClientError)):
        if endpoint_url:
            return f"Nothing answers at {endpoint_url}: is `make up` running, and is AWS_ENDPOINT_URL right?"
        return "AWS cannot be reached: check the network, the proxy and the region."
    if isinstance(error, ResponseParserError):
        return f"What answers at {endpoint_url or 'AWS'} does not speak like AWS: check AWS_ENDPOINT_URL and the proxy."
    if isinstance(error, ParamValidationError):
        return "AWS would not accept one of the values given: check names and URLs."
    return f"The AWS library gave up ({type(error).__name__}): check the AWS profile and the region."
