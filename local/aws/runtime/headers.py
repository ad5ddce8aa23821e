"""Which headers cross the Runtime's edge, in each direction. Pure.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-header-allowlist.html
"""

from collections.abc import Iterable, Mapping

PREFIX = "x-amzn-bedrock-agentcore-runtime-"
SESSION = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
REQUEST_ID = "X-Amzn-Bedrock-AgentCore-Runtime-Request-Id"
USER_ID = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"
CUSTOM = PREFIX + "custom-"
WORKLOAD_ACCESS_TOKEN = "WorkloadAccessToken"
CALLBACK_URL = "OAuth2CallbackUrl"

# Members of InvokeAgentRuntime (botocore `bedrock-agentcore`), in and out.
_MEMBERS_IN = {
    "content-type",
    "accept",
    "mcp-session-id",
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "x-amzn-trace-id",
    "traceparent",
    "tracestate",
    "baggage",
}
_MEMBERS_OUT = {
    "content-type",
    "mcp-session-id",
    "mcp-protocol-version",
    "x-amzn-trace-id",
    "traceparent",
    "tracestate",
    "baggage",
}
_NEVER_ALLOWED = {
    "cookie",
    "set-cookie",
    "origin",
    "host",
    "user-agent",
    "referer",
    "forwarded",
    "via",
    "connection",
    "workloadaccesstoken",
    "oauth2callbackurl",
}
_NEVER_ALLOWED_STARTS = ("x-amz-", "x-amzn-", "accept", "content-", "cache-", "x-forwarded-", "sec-", "proxy-")


def may_be_allowlisted(name: str, *, with_jwt: bool) -> bool:
    """May this header stand on a runtime's allowlist? `Authorization` only beside a JWT authorizer."""
    lower = name.lower()
    if lower == "authorization":
        return with_jwt
    if lower.startswith(CUSTOM):
        return True
    return lower not in _NEVER_ALLOWED and not lower.startswith(_NEVER_ALLOWED_STARTS)


def to_container(incoming: Iterable[tuple[str, str]], allowlist: Iterable[str]) -> list[tuple[str, str]]:
    """What the caller's headers become, without those that the Runtime itself adds."""
    passed = _MEMBERS_IN | {name.lower() for name in allowlist}
    return [(name, value) for name, value in incoming if name.lower() in passed or name.lower().startswith(CUSTOM)]


def to_caller(outgoing: Mapping[str, str], session_id: str) -> dict[str, str]:
    """What the container's headers become."""
    passed = {name: value for name, value in outgoing.items() if name.lower() in _MEMBERS_OUT}
    return {**passed, SESSION: session_id}
