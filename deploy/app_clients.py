"""The two app clients of the user pool: the web page's and the terminal's.

UpdateUserPoolClient resets whatever it is not given, so an update sends everything that is there, with our
settings over it.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPoolClient.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deploy.report import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

WEB = "drive-agent-web"
CLI = "drive-agent-cli"
# Where the terminal waits for the browser. Cognito compares them letter by letter, port included, and takes http for
# this machine only, so there are a few to choose from: chat/terminal/sign_in/issuer.py.
CLI_CALLBACK_URLS = tuple(f"http://127.0.0.1:{port}/signed-in" for port in (17631, 18631, 19631))
_RETRY_S = 30
# Any: members of the request, checked by botocore's model when they are sent.
_Members = dict[str, Any]
# What DescribeUserPoolClient returns and UpdateUserPoolClient does not take.
_READ_ONLY = {"ClientSecret", "CreationDate", "LastModifiedDate"}
_URL_LISTS = {"CallbackURLs", "LogoutURLs"}


@dataclass(frozen=True)
class AppClient:
    """An app client as it is now."""

    step: Step
    client_id: str
    client_secret: str = field(default="", repr=False)


def ensure_web(cognito: "CognitoIdentityProviderClient", pool_id: str, callback_url: str) -> AppClient:
    """The confidential client of the callback service: authorization code flow only."""
    wanted: _Members = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": [f"{callback_url}/sign-in/callback"],
        "LogoutURLs": [f"{callback_url}/"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    return _ensure(cognito, pool_id, WEB, wanted, has_secret=True)


def ensure_cli(cognito: "CognitoIdentityProviderClient", pool_id: str) -> AppClient:
    """The public client of the terminal, which can keep no secret: code flow with PKCE, and `drive-agent token`.

    Its refresh tokens rotate, as those of public clients must (RFC 9700, 2.2.2), where the pool's plan has that.
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html
    """
    wanted: _Members = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "profile"],
        "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": list(CLI_CALLBACK_URLS),
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    # The flow REFRESH_TOKEN_AUTH of InitiateAuth does not go together with rotation.
    rotating = {
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": _RETRY_S},
    }
    try:
        return _ensure(cognito, pool_id, CLI, wanted | rotating, has_secret=False)
    except cognito.exceptions.FeatureUnavailableInTierException:
        fixed = {"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}
        return _ensure(cognito, pool_id, CLI, wanted | fixed, has_secret=False)


def _ensure(
    cognito: "CognitoIdentityProviderClient", pool_id: str, name: str, wanted: _Members, *, has_secret: bool
) -> AppClient:
    client_id = _find(cognito, pool_id, name)
    if client_id is None:
        created: Mapping[str, Any] = cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName=name, GenerateSecret=has_secret, **wanted
        )["UserPoolClient"]
        return _client(name, created, Outcome.CREATED)
    found: Mapping[str, Any] = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)[
        "UserPoolClient"
    ]
    merged = _merge(found, wanted)
    if merged is None:
        return _client(name, found, Outcome.UNCHANGED)
    cognito.update_user_pool_client(**merged)
    return _client(name, found, Outcome.UPDATED)


def _find(cognito: "CognitoIdentityProviderClient", pool_id: str, name: str) -> str | None:
    pages = cognito.get_paginator("list_user_pool_clients").paginate(
        UserPoolId=pool_id, PaginationConfig={"PageSize": 60}
    )
    ids = [client["ClientId"] for page in pages for client in page["UserPoolClients"] if client["ClientName"] == name]
    return min(ids, default=None)


def _merge(found: Mapping[str, Any], wanted: _Members) -> _Members | None:
    """Return the whole update request, or None when nothing differs."""
    target = {
        # Addresses that somebody else registered stay: one pool can serve several deployments.
        key: list(dict.fromkeys([*found.get(key, []), *value])) if key in _URL_LISTS else value
        for key, value in wanted.items()
    }
    if all(_same(found.get(key), value) for key, value in target.items()):
        return None
    return {key: value for key, value in found.items() if key not in _READ_ONLY} | target


def _same(present: object, wanted: object) -> bool:
    """Lists of flows, scopes and addresses are sets: AWS returns them in any order."""
    if isinstance(present, list) and isinstance(wanted, list):
        return sorted(present) == sorted(wanted)
    return present == wanted


def _client(name: str, description: Mapping[str, Any], outcome: Outcome) -> AppClient:
    client_id = str(description["ClientId"])
    return AppClient(
        Step(f"app client {name}", outcome, client_id), client_id, str(description.get("ClientSecret", ""))
    )
