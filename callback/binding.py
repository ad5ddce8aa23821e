"""The rules for finishing a consent: who may, with what, until when. Pure; every rule of session binding is here.

A completion is accepted only when the browser that returns from Google

1. is signed in,
2. holds the cookie of a flow that it started itself and that is still open,
3. brings that flow's own `state` and `session_id`,
4. is signed in as the person who started it, and
5. comes within ten minutes.

Anything else binds nothing, and a return that comes to another browser ends its flow for everybody. Without these, a
link that A sends to B would give A the contents of B's Drive:
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/oauth2-authorization-url-session-binding.html
"""

import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from callback.records import Flow, sha256

# AWS: authorization URL and session URI are valid for ten minutes (same page, "Additional considerations").
FLOW_LIFE = timedelta(minutes=10)

# botocore's model of CompleteResourceTokenAuth: pattern and length of `sessionUri`.
_SESSION_URI = re.compile(r"urn:ietf:params:oauth:request_uri:[A-Za-z0-9._~-]{1,990}")
_STATE = re.compile(r"[A-Za-z0-9_-]{20,256}")


class Reason(StrEnum):
    """Why a completion was refused. The values are for the audit line."""

    NOT_SIGNED_IN = "not_signed_in"
    INCOMPLETE_LINK = "incomplete_link"
    OTHER_BROWSER = "other_browser"
    UNKNOWN_FLOW = "unknown_flow"
    UNDER_WAY = "under_way"
    OTHER_STATE = "other_state"
    OTHER_SESSION = "other_session"
    OTHER_USER = "other_user"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Return:
    """What a browser brought back. `flow` is what its cookie opened; None when it opens nothing (any more)."""

    state: str | None = field(repr=False)
    session_uri: str | None = field(repr=False)
    user_key: str | None
    has_flow_cookie: bool
    flow: Flow | None


@dataclass(frozen=True)
class Accepted:
    """This browser may complete this flow, once."""

    flow: Flow


@dataclass(frozen=True)
class Refused:
    """Nothing may be bound."""

    reason: Reason


Verdict = Accepted | Refused


def judge(returned: Return, now: datetime) -> Verdict:
    """Apply every rule to one return from Google. The caller still has to consume an accepted flow, atomically."""
    if not is_state(returned.state) or not is_session_uri(returned.session_uri):
        return Refused(Reason.INCOMPLETE_LINK)
    if returned.user_key is None:
        return Refused(Reason.NOT_SIGNED_IN)
    if not returned.has_flow_cookie:
        return Refused(Reason.OTHER_BROWSER)
    flow = returned.flow
    if flow is None:
        return Refused(Reason.UNKNOWN_FLOW)
    # Constant time, so that the answer's timing tells nothing about how much of a guess was right.
    if not same(sha256(returned.state or ""), flow.state_sha256):
        return Refused(Reason.OTHER_STATE)
    if not same(returned.session_uri or "", flow.session_uri):
        return Refused(Reason.OTHER_SESSION)
    if not same(returned.user_key, flow.user_key):
        return Refused(Reason.OTHER_USER)
    return Accepted(flow) if _is_open(flow, now) else Refused(Reason.EXPIRED)


def judge_departure(flow: Flow | None, user_key: str | None, now: datetime) -> Verdict:
    """Say whether a browser may be sent to the authorization URL of the flow that its cookie opens.

    Nothing is bound by going there; but the URL is a secret of whoever started the flow.
    """
    if user_key is None:
        return Refused(Reason.NOT_SIGNED_IN)
    if flow is None:
        return Refused(Reason.UNKNOWN_FLOW)
    if not same(user_key, flow.user_key):
        return Refused(Reason.OTHER_USER)
    return Accepted(flow) if _is_open(flow, now) else Refused(Reason.EXPIRED)


def _is_open(flow: Flow, now: datetime) -> bool:
    return flow.created <= now < flow.created + FLOW_LIFE


def is_state(text: str | None) -> bool:
    """Whether the text can be a `state` of ours."""
    return text is not None and _STATE.fullmatch(text) is not None


def is_session_uri(text: str | None) -> bool:
    """Whether the text can be a session URI of AgentCore Identity."""
    return text is not None and _SESSION_URI.fullmatch(text) is not None


def same(left: str, right: str) -> bool:
    """Constant-time equality of any two texts."""
    return hmac.compare_digest(left.encode(), right.encode())
