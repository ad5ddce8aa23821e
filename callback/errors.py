"""Everything that can go wrong, each with a code, an HTTP status and a way on. Pure.

The base and what this service refuses by itself are here; what the agent or AWS refuse is in `service_errors`.
What a person reads stands in `words/`, as `errors.<code>.title` and `errors.<code>.sentence`.
`str()` of an error is its code: log lines and audit lines may hold it. Translated into pages in one place
(`callback.app`), from the attributes alone.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from callback.addresses import CONNECT_PATH, connect_path, is_runtime_session
from callback.binding import Reason


@dataclass(frozen=True)
class WayOn:
    """A link that helps: where the person can go from an error page. Its label in `words/` is `ways_on.<name>`."""

    name: str
    path: str


CONNECT_AGAIN = WayOn("connect_again", CONNECT_PATH)
SIGN_IN_AGAIN = WayOn("sign_in_again", "/sign-in")
SEE_CONNECTIONS = WayOn("see_connections", "/connections")
START_PAGE = WayOn("start_page", "/")
# An empty address is the page's own: the same request once more.
RELOAD = WayOn("reload", "")


def way_back(return_to: str) -> WayOn:
    """Where to begin again: with the conversation, or the page, that the person came from."""
    if return_to == SEE_CONNECTIONS.path:
        return SEE_CONNECTIONS
    return replace(CONNECT_AGAIN, path=return_to) if return_to.startswith(CONNECT_PATH) else CONNECT_AGAIN


class CallbackError(Exception):
    """Base of all refusals and failures. Cause: see each class."""

    status: int = 500
    code: str = "internal"
    # Whose words the page takes, where the code is not one of ours.
    words: str = ""
    # What somebody else has to say about it, shown as it is in place of our sentence.
    own_sentence: str = ""
    way_on: WayOn = START_PAGE

    def __init__(self) -> None:
        super().__init__(self.code)


class BadRequestError(CallbackError):
    """The address or the form is not one that this service hands out."""

    status = 400
    code = "bad_request"


class ForgedRequestError(CallbackError):
    """A POST that did not come from our own page: cross-site headers, or no valid CSRF value."""

    status = 403
    code = "forged_request"


class WrongHostError(CallbackError):
    """The `Host` header is not ours: DNS rebinding, or a proxy that is set up wrongly."""

    status = 400
    code = "wrong_host"


class NotFoundError(CallbackError):
    """No such page."""

    status = 404
    code = "not_found"


class MethodError(CallbackError):
    """A page asked for with another HTTP method."""

    status = 405
    code = "method_not_allowed"


# --- signing in


class SignInAgainError(CallbackError):
    """The access token is about to end, or the Runtime does not take it any more (401), or the session has ended.

    `return_to`: where to go on after signing in, for a browser without a session that could remember it.
    """

    status = 403
    code = "sign_in_again"
    way_on = SIGN_IN_AGAIN

    def __init__(self, return_to: str = "") -> None:
        self.return_to = return_to
        super().__init__()


class SignInRefusedError(CallbackError):
    """The identity provider answered with an error, or the answer does not belong to a sign-in of this browser."""

    status = 400
    code = "sign_in_refused"
    way_on = SIGN_IN_AGAIN


class SignInServiceError(CallbackError):
    """The identity provider is unreachable, or what it sent does not verify."""

    status = 502
    code = "sign_in_service"
    way_on = SIGN_IN_AGAIN


class WorkspaceRefusedError(CallbackError):
    """Slack has signed somebody in whose workspace is not in DRIVE_AGENT_SLACK_TEAMS."""

    status = 403
    code = "slack_workspace"
    way_on = SIGN_IN_AGAIN


class TokenUnusableError(CallbackError):
    """The access token (of the provider or of DRIVE_AGENT_TOKEN…) is no JWT with iss and sub."""

    status = 500
    code = "token_unusable"


class TokenFileError(CallbackError):
    """DRIVE_AGENT_TOKEN_FILE cannot be read."""

    status = 500
    code = "token_file"
    way_on = SIGN_IN_AGAIN


# --- finishing a consent


class ConsentRefusedError(CallbackError):
    """Google or AgentCore came back with `error=…`. Not seen on AWS so far; handled all the same."""

    status = 400
    code = "consent_refused"
    way_on = CONNECT_AGAIN


class BindingRefusedError(CallbackError):
    """The rules of session binding said no (`callback.binding`). Its code is the reason."""

    way_on = CONNECT_AGAIN
    statuses: ClassVar[dict[Reason, int]] = {
        Reason.INCOMPLETE_LINK: 400,
        Reason.NOT_SIGNED_IN: 403,
        Reason.OTHER_BROWSER: 403,
        Reason.UNKNOWN_FLOW: 400,
        Reason.UNDER_WAY: 409,
        Reason.OTHER_STATE: 400,
        Reason.OTHER_SESSION: 400,
        Reason.OTHER_USER: 403,
        Reason.EXPIRED: 400,
    }

    def __init__(self, reason: Reason, runtime_session: str = "") -> None:
        """`runtime_session`: the conversation of the flow, where this browser may be led back to it."""
        self.status, self.code = self.statuses[reason], str(reason)
        if reason is Reason.UNDER_WAY:
            self.way_on = RELOAD
        elif is_runtime_session(runtime_session):
            self.way_on = replace(CONNECT_AGAIN, path=connect_path(runtime_session))
        super().__init__()
