"""What can go wrong between a request and a turn. `agent.app` alone translates these to the wire. Pure.

`str()` of every class is a sentence for a person, safe to show to anybody.
"""

from typing import ClassVar


class AgentError(Exception):
    """Something that a person must be told. `code` is stable and documented in docs/wire.md."""

    code: ClassVar[str] = "internal"


class BadRequestError(AgentError):
    """The request is malformed: a bug of the client's. Answered with `status`, a 4xx."""

    code = "bad_request"
    status: ClassVar[int] = 400


class EmptyPromptError(BadRequestError):
    """A turn without words."""

    code = "empty_prompt"


class PromptTooLongError(BadRequestError):
    """More words than a turn takes."""

    code = "prompt_too_long"
    status = 413


class UnknownActionError(BadRequestError):
    """An `action` that the wire contract does not have."""

    code = "unknown_action"


class InvalidRuntimeSessionError(BadRequestError):
    """The runtime session header is missing, or not of the form that a conversation's name may have."""

    code = "invalid_session"


class NoIdentityError(AgentError):
    """Nobody could be derived from what the Runtime verified. Cause: no JWT and no user id. Fails closed."""

    code = "no_identity"


class NotOwnerError(AgentError):
    """The conversation belongs to another caller."""

    code = "not_owner"

    def __init__(self) -> None:
        super().__init__("This conversation belongs to somebody else. Start a new one to ask about your own Drive.")


class DriveFailedError(AgentError):
    """A Drive or Identity error outside a turn, in the words of its `user_message`."""

    code = "drive_failed"


class NotKeptError(AgentError):
    """A turn could not be saved. Cause: the storage is full, or does not answer; `__cause__` is what it raised."""

    def __init__(self) -> None:
        super().__init__(
            "I cannot keep this conversation at the moment, so I may forget what was said last. Please try again later."
        )


class NotForgottenError(AgentError):
    """A conversation could not be deleted, or not all of it. Cause: the storage does not answer, or refuses."""

    def __init__(self) -> None:
        super().__init__("I could not delete this conversation. Please try again later.")


class SettingsError(Exception):
    """A setting is missing, of the wrong form, or not allowed in this mode. The text names the variable."""
