"""What a front end tells a person when the agent cannot be reached or says no."""


class ChatError(Exception):
    """Base of what `chat` raises; `user_message` is safe to show. `is_passing`: it may work in a moment."""

    retry_after_s = 0.0

    def __init__(self, user_message: str, *, is_passing: bool = False) -> None:
        super().__init__(user_message)
        self.user_message = user_message
        self.is_passing = is_passing


class InvalidSettingError(ChatError):
    """An option or environment variable cannot be used as it is."""


class SignInNeededError(ChatError):
    """There is no bearer token, or the Runtime does not accept it. A `bearer` callable raises this."""


class RefusedError(ChatError):
    """The Runtime or the agent answered with an HTTP error. `status` is its status code."""

    def __init__(self, user_message: str, status: int, *, is_passing: bool = False) -> None:
        super().__init__(user_message, is_passing=is_passing)
        self.status = status


class UnreachableError(ChatError):
    """Nothing answered; the request did not arrive."""


class BrokenOffError(ChatError):
    """The request arrived and its answer did not end as it should. It may have had its effect."""
