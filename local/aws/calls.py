"""Which service and operation a request asks for. Pure.

A signed request names its service in the credential scope of Signature Version 4, as moto reads it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
An unsigned one (a browser, a bearer token, Cognito's public calls) is told by its path or `X-Amz-Target`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

OURS = frozenset({"bedrock-agentcore", "bedrock"})
_CREDENTIAL = re.compile(r"^AWS4-HMAC-SHA256\s+Credential=[^/,\s]+/\d{8}/[^/,\s]+/([^/,\s]+)/aws4_request\b")
_COGNITO_TARGET = "AWSCognitoIdentityProviderService."
_COGNITO_PATHS = {
    "/oauth2/authorize": "Authorize",
    "/oauth2/token": "Token",
    "/oauth2/userInfo": "UserInfo",
    "/oauth2/revoke": "Revoke",
    "/login": "Login",
    "/logout": "Logout",
}


@dataclass(frozen=True)
class Call:
    """`service`: admin, identity, identity-front, runtime, bedrock, cognito, or AWS's own name of another one."""

    service: str
    operation: str


def signing_service(authorization: str | None) -> str | None:
    """The service that a SigV4 `Authorization` header is signed for; None without one."""
    match = _CREDENTIAL.match(authorization or "")
    return match.group(1).lower() if match else None


def classify(method: str, path: str, headers: Mapping[str, str], identity_paths: Mapping[str, str]) -> Call:
    """Name the call. `headers` has lower-case keys; `identity_paths` maps a path to its operation."""
    target = headers.get("x-amz-target", "")
    service = signing_service(headers.get("authorization"))
    if target.startswith(_COGNITO_TARGET):
        return Call("cognito", target.removeprefix(_COGNITO_TARGET))
    if service and service not in OURS:
        return Call(service, target.rpartition(".")[2] or method)
    if path == "/_standin" or path.startswith("/_standin/"):
        return Call("admin", path)
    if path in identity_paths:
        return Call("identity", identity_paths[path])
    return _by_path(method, path, service)


def _by_path(method: str, path: str, service: str | None) -> Call:
    if path.startswith("/identities/oauth2/"):
        return Call("identity-front", "Authorize" if path.endswith("/authorize") else "Callback")
    if path.startswith("/runtimes/"):
        operation = {"invocations": "InvokeAgentRuntime", "stopruntimesession": "StopRuntimeSession"}
        return Call("runtime", operation.get(path.rpartition("/")[2], "GetProtectedResourceMetadata"))
    if path.startswith("/model/"):
        return Call("bedrock", "ConverseStream" if path.endswith("-stream") else "Converse")
    if path in _COGNITO_PATHS:
        return Call("cognito", _COGNITO_PATHS[path])
    if path.endswith("/.well-known/openid-configuration"):
        return Call("cognito", "OpenIdConfiguration")
    if path.endswith("/.well-known/jwks.json"):
        return Call("cognito", "Jwks")
    return Call(service or "other", method)
