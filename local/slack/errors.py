"""Slack's refusals, spelled as Slack spells them. Pure.

Nearly all of them come with status 200: https://docs.slack.dev/apis/web-api/#responses
"""

from collections.abc import Sequence
from typing import Any  # JSON bodies

__all__ = ["RateLimitedError", "SlackError", "invalid_arguments"]


class SlackError(Exception):
    """A call that cannot be done. Cause: what `code` says; `more` stands beside it in the answer."""

    status = 200

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        return {"ok": False, "error": self.code, **self.more}

    def headers(self) -> dict[str, str]:
        """What goes with it."""
        return {}


class RateLimitedError(SlackError):
    """Too many calls: https://docs.slack.dev/apis/web-api/rate-limits. The only refusal with a status of its own."""

    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("ratelimited")
        self._retry_after_s = retry_after_s

    def headers(self) -> dict[str, str]:
        """When to come back."""
        return {"retry-after": str(self._retry_after_s)}


def invalid_arguments(messages: Sequence[str], code: str = "invalid_arguments") -> SlackError:
    """A refusal that says what is wrong with which argument."""
    said = [f"[ERROR] {message}" for message in messages]
    return SlackError(code, response_metadata={"messages": said})
