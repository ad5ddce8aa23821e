"""What can go wrong between us and Slack, and how any trouble of a turn is said in the person's language. Pure."""

from chat.errors import BrokenOffError, ChatError, RefusedError, SignInNeededError, UnreachableError

__all__ = ["SlackTroubleError", "TooManyError", "word_for"]

# The person has pressed Slack's own stop button.
_STOPPED = "stopped_by_user"

# What `chat.appendStream` and `chat.stopStream` say once Slack has ended a stream: after about five minutes, or
# when the message is gone or full.
# https://github.com/slackapi/python-slack-sdk/issues/1859
_STREAM_IS_OVER = {"message_not_in_streaming_state", "message_not_found", "msg_too_long", "msg_blocks_too_long"}

# What says that a message is not there as a stream, whatever it has in it.
_NO_STREAM = {"message_not_in_streaming_state", "message_not_found"}

_TOO_LONG, _BUSY = 413, {409, 429}


class SlackTroubleError(Exception):
    """Slack refused a call or did not answer it. `code` is Slack's error, or ours for a connection that failed."""

    def __init__(self, code: str, *, is_passing: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_passing = is_passing

    @property
    def is_stopped(self) -> bool:
        """Whether the person wants no more of this answer."""
        return self.code == _STOPPED

    @property
    def is_stream_over(self) -> bool:
        """Whether the message can no longer be added to, and another one can."""
        return self.code in _STREAM_IS_OVER

    @property
    def is_about_content(self) -> bool:
        """Whether the same call may be taken with other blocks."""
        return not self.is_passing and not self.is_stopped and self.code not in _NO_STREAM


class TooManyError(Exception):
    """A person has more questions waiting in one conversation than are kept."""


def word_for(error: ChatError) -> str:
    """Return the key of the sentence for an error of the Runtime; its own words are for people at a terminal."""
    match error:
        case RefusedError() if error.status == _TOO_LONG:
            return "errors.too_long"
        case RefusedError() if error.status in _BUSY:
            return "errors.busy"
        case UnreachableError():
            return "errors.unreachable"
        case BrokenOffError():
            return "errors.broken_off"
        case SignInNeededError():
            return "errors.not_accepted"
    return "errors.failed"
