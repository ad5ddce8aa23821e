"""How long a call waits where Slack has had enough of us. https://docs.slack.dev/apis/web-api/rate-limits."""

import asyncio

from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

__all__ = ["ShortWaits"]

_LIMITED = 429
_LONGEST_S = 30
# What an answer does without rather than wait for: how somebody reads, and what is shown beside the answer.
_LONGEST_OF_EXTRAS_S = 2
_EXTRAS = {"users.info", "agents.sessions.setStatus", "assistant.threads.setStatus"}


class ShortWaits(AsyncRateLimitErrorRetryHandler):
    """Tries again after a limit, as long after it as Slack says. A conversation waits for half a minute at most."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 - the SDK's signature
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - likewise
    ) -> bool:
        if response is None or response.status_code != _LIMITED:
            return False
        method = request.url.partition("?")[0].rpartition("/")[2]
        longest = _LONGEST_OF_EXTRAS_S if method in _EXTRAS else _LONGEST_S
        return _seconds(response) <= longest

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - the SDK's signature
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002 - likewise
    ) -> None:
        """Wait. The SDK's own reads the first digit of the header alone (of 30 seconds, 3)."""
        state.next_attempt_requested = True
        await asyncio.sleep(_seconds(response) if response is not None else 1)
        state.increment_current_attempt()


def _seconds(response: HttpResponse) -> int:
    """Slack's `Retry-After`, at least a second; without one, one second."""
    value = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "1")
    text = value if isinstance(value, str) else "".join(value[:1])
    return max(1, int(text[:9])) if text.isascii() and text.isdigit() else 1
