"""Everything that can go wrong, each with a sentence for a person, an HTTP status and a way on. Pure.

The base and what this service refuses by itself are here; what the agent or AWS refuse is in `service_errors`.
`str()` of an error is its code: log lines and audit lines may hold it. Translated into pages in one place
(`callback.app`), from the attributes alone.
"""

from dataclasses import dataclass
from typing import ClassVar

from callback.binding import Reason


@dataclass(frozen=True)
class WayOn:
    """A link that helps: where the person can go from an error page."""

    label: str
    path: str


CONNECT_AGAIN = WayOn("Start connecting again", "/connect/google-drive")
SIGN_IN_AGAIN = WayOn("Sign in again", "/sign-in")
SEE_CONNECTIONS = WayOn("See what is connected", "/connections")
START_PAGE = WayOn("Go to the start page", "/")


class CallbackError(Exception):
    """Base of all refusals and failures. Cause: see each class."""

    status: int = 500
    code: str = "internal"
    title: str = "Something went wrong"
    user_message: str = "Something went wrong on our side. Nothing was connected. Please try again in a moment."
    way_on: WayOn = START_PAGE

    def __init__(self) -> None:
        super().__init__(self.code)


class BadRequestError(CallbackError):
    """The address or the form is not one that this service hands out."""

    status = 400
    code = "bad_request"
    title = "This link is not complete"
    user_message = (
        "Something is missing in this link, or it was changed on its way. Please open it again from your chat."
    )


class ForgedRequestError(CallbackError):
    """A POST that did not come from our own page: cross-site headers, or no valid CSRF value."""

    status = 403
    code = "forged_request"
    title = "Please press the button again"
    user_message = (
        "This request did not come from our own page, or the page had been open for too long. Nothing was changed."
    )


class WrongHostError(CallbackError):
    """The `Host` header is not ours: DNS rebinding, or a proxy that is set up wrongly."""

    status = 400
    code = "wrong_host"
    title = "Wrong address"
    user_message = "This service is not reachable under the address that you opened."


class NotFoundError(CallbackError):
    """No such page."""

    status = 404
    code = "not_found"
    title = "There is no such page"
    user_message = "Perhaps the link was cut off on its way. Please open it again from your chat."


class MethodError(CallbackError):
    """A page asked for with another HTTP method."""

    status = 405
    code = "method_not_allowed"
    title = "This page works differently"
    user_message = "Please open the page and use its buttons."


# --- signing in


class SignInAgainError(CallbackError):
    """The access token is about to end, or the Runtime does not take it any more (401)."""

    status = 403
    code = "sign_in_again"
    title = "Please sign in again"
    user_message = "Your sign-in has run out. Sign in again, and we go on from there."
    way_on = SIGN_IN_AGAIN


class SignInRefusedError(CallbackError):
    """The identity provider answered with an error, or the answer does not belong to a sign-in of this browser."""

    status = 400
    code = "sign_in_refused"
    title = "You are not signed in"
    user_message = "The sign-in was not finished, or it was started in another browser. Please sign in again."
    way_on = SIGN_IN_AGAIN


class SignInServiceError(CallbackError):
    """The identity provider is unreachable, or what it sent does not verify."""

    status = 502
    code = "sign_in_service"
    title = "Signing in does not work right now"
    user_message = "The sign-in service did not answer as it should. Please try again in a moment."
    way_on = SIGN_IN_AGAIN


class TokenUnusableError(CallbackError):
    """The access token (of the provider or of DRIVE_AGENT_TOKEN…) is no JWT with iss and sub, or cannot be read."""

    status = 500
    code = "token_unusable"
    title = "This sign-in cannot be used"
    user_message = (
        "Signing in worked, but what came back cannot be used with the agent: it is not a JWT access token."
        " Please tell the person who runs this service."
    )


# --- finishing a consent


class ConsentRefusedError(CallbackError):
    """Google or AgentCore came back with `error=…`. Not seen on AWS so far; handled all the same."""

    status = 400
    code = "consent_refused"
    title = "Google Drive was not connected"
    user_message = "The permission was not given, so nothing was connected. You can start again at any time."
    way_on = CONNECT_AGAIN


@dataclass(frozen=True)
class _Refusal:
    status: int
    title: str
    user_message: str


_STALE = _Refusal(
    400,
    "This link cannot be used any more",
    "It was used already, or more than ten minutes have passed. If you have just finished, everything is fine.",
)
_MIXED_UP = _Refusal(
    400,
    "This link does not fit",
    "It does not belong to the connection that you started here. Nothing was connected. Please start again.",
)
_OTHER_BROWSER = _Refusal(
    403,
    "This is another browser",
    "A connection must be finished in the browser where it was started. Nothing was connected."
    " If somebody sent you this link, do not go on.",
)


class BindingRefusedError(CallbackError):
    """The rules of session binding said no (`callback.binding`)."""

    way_on = CONNECT_AGAIN
    refusals: ClassVar[dict[Reason, _Refusal]] = {
        Reason.INCOMPLETE_LINK: _Refusal(
            400, BadRequestError.title, "Please start the connection again from your chat."
        ),
        Reason.NOT_SIGNED_IN: _Refusal(
            403,
            "You are not signed in",
            "Nothing was connected, because you are not signed in here. Please start again and sign in first.",
        ),
        Reason.OTHER_BROWSER: _OTHER_BROWSER,
        Reason.UNKNOWN_FLOW: _STALE,
        Reason.OTHER_STATE: _MIXED_UP,
        Reason.OTHER_SESSION: _MIXED_UP,
        Reason.OTHER_USER: _Refusal(
            403,
            "You are signed in as somebody else now",
            "This connection was started by another person in this browser. Nothing was connected.",
        ),
        Reason.EXPIRED: _STALE,
    }

    def __init__(self, reason: Reason) -> None:
        refusal = self.refusals[reason]
        self.code = str(reason)
        self.status, self.title, self.user_message = refusal.status, refusal.title, refusal.user_message
        super().__init__()
