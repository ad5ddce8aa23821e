"""What the web chat refuses or fails at: each with an HTTP status, a code and a sentence. Pure.

Sentences stand in `words/`, as `errors.<code>`; the docstrings' first lines are for developers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from callback.errors import CallbackError, ForgedRequestError, SignInAgainError
from callback.service_errors import AgentRefusedError, StateUnavailableError
from chat.errors import BrokenOffError, ChatError, RefusedError, SignInNeededError, UnreachableError

__all__ = [
    "AgentSilentError",
    "AgentUnreachableError",
    "AnswerTooLongError",
    "BadRequestError",
    "BusyError",
    "NoConversationError",
    "NoRunError",
    "NoSuchRequestError",
    "NothingWaitingError",
    "Problem",
    "TitleTooLongError",
    "TooLongError",
    "TooManyError",
    "WebError",
    "problem_of",
]


class WebError(Exception):
    """Base of what the web chat says no with."""

    status = 500
    code = "internal"


class BadRequestError(WebError):
    """Not of the form that docs/web.md tells. `detail` says what is wrong, for who writes a client."""

    status = 400
    code = "bad_request"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class TooLongError(WebError):
    """A question or a body beyond the bounds."""

    status = 413
    code = "too_long"


class TitleTooLongError(WebError):
    """A conversation's title beyond the bounds."""

    status = 413
    code = "title_too_long"


class NoSuchRequestError(BadRequestError):
    """A path that the API does not have, or has for other methods."""

    def __init__(self, status: int = 404, detail: str = "There is no such path: see docs/web.md.") -> None:
        super().__init__(detail)
        self.status = status


class NoConversationError(WebError):
    """Nothing is kept of this conversation for this person."""

    status = 404
    code = "no_conversation"


class NoRunError(WebError):
    """No such run of this person's lives in this process."""

    status = 404
    code = "no_run"


class BusyError(WebError):
    """A run works on this conversation."""

    status = 409
    code = "busy"


class NothingWaitingError(WebError):
    """A resume where no turn waits or was cut off: it was answered meanwhile."""

    status = 409
    code = "nothing_waiting"


class TooManyError(WebError):
    """More runs of one person, or readers of one run, than anybody has use for."""

    status = 429
    code = "too_many"


class AgentUnreachableError(WebError):
    """The agent did not do what had to come first, so nothing was done."""

    status = 502
    code = "unreachable"


class AgentSilentError(WebError):
    """A run took longer than any turn, or its answer ended in the middle."""

    status = 504
    code = "broken_off"


class AnswerTooLongError(WebError):
    """An answer grew beyond what a run holds."""

    status = 502
    code = "answer_too_long"


@dataclass(frozen=True)
class Problem:
    """An error as people read it. `detail` is what somebody else has to say about it, in whichever language."""

    status: int
    code: str
    sentence: str
    detail: str = ""

    def to_json(self) -> dict[str, str]:
        """The body of a response."""
        body = {"error": self.sentence, "code": self.code}
        return body | {"detail": self.detail} if self.detail else body


def problem_of(error: Exception, words: Mapping[str, str], *, goes_on: bool = False) -> Problem:
    """Translate an error of the web chat, of the callback service or of the client library.

    `goes_on`: what has failed is tried again by itself, so nobody is told to.
    """
    status, code = _kind(error)
    detail = error.own_sentence if isinstance(error, AgentRefusedError) else getattr(error, "detail", "")
    if goes_on and code != "sign_in":
        return Problem(status, code, words["notice.waiting"], detail)
    return Problem(status, code, words.get(f"errors.{code}") or words["errors.internal"], detail)


def _kind(error: Exception) -> tuple[int, str]:
    match error:
        case WebError():
            return error.status, error.code
        case SignInAgainError() | SignInNeededError():
            return 401, "sign_in"
        case ForgedRequestError():
            return 403, "forged"
        case StateUnavailableError():
            return 503, "state_unavailable"
        case UnreachableError() | BrokenOffError():
            return 502, "unreachable" if isinstance(error, UnreachableError) else "broken_off"
        case RefusedError():
            return 502, "agent_busy" if error.is_passing else "agent_failed"
        case CallbackError() | ChatError():
            return 502, "agent_failed"
    return 500, "internal"
