"""Bring events and interactions to the app: signed requests to its address, or envelopes over its sockets.

An event that is not taken within three seconds is sent again at once, after a minute and after five:
https://docs.slack.dev/apis/events-api/#retries
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any  # JSON payloads
from urllib.parse import urlencode

import httpx

from local.slack.clock import Clock
from local.slack.journal import Journal
from local.slack.payloads import event_callback
from local.slack.signing import signed_headers
from local.slack.sockets import NotAcknowledgedError, Sockets
from local.slack.switches import Switches
from local.slack.workspace import App

__all__ = ["Delivery", "NotTakenError", "Pace"]

logger = logging.getLogger(__name__)
_KEPT_EVENTS = 500
_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots) (a stand-in for Slack, on this machine)"


class NotTakenError(Exception):
    """The app did not take it. The text is Slack's word for why: http_timeout, http_error, connection_failed, …."""


@dataclass(slots=True)
class Pace:
    """How long the app may take, and how long Slack waits before it tries again, once for each number."""

    answer_within_s: float = 3.0
    retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)


class Delivery:
    """`app` gives the app as it is now."""

    def __init__(self, app: Callable[[], App], clock: Clock, journal: Journal, switches: Switches) -> None:
        self._app = app
        self._clock = clock
        self._journal = journal
        self._switches = switches
        self._http: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent: dict[str, dict[str, Any]] = {}
        self.pace = Pace()
        self.sockets = Sockets()

    def clear(self) -> None:
        """Forget what was sent; what is on its way is not sent again. Connections stay."""
        for task in self._tasks:
            task.cancel()
        self._sent.clear()
        self.pace = Pace()

    async def close(self) -> None:
        """End everything."""
        self.clear()
        await self.sockets.drop()
        if self._http is not None:
            await self._http.aclose()

    def event(self, event: Mapping[str, Any]) -> str:
        """Send an event, in its own time; returns its id, or nothing where the app has not subscribed to it."""
        if not self._is_subscribed(event):
            return ""
        event_id = f"Ev{secrets.token_hex(5).upper()}"
        body = event_callback(self._app(), event, event_id, int(self._clock().timestamp()))
        self._sent[event_id] = body
        while len(self._sent) > _KEPT_EVENTS:
            del self._sent[next(iter(self._sent))]
        self._start(self._until_taken(body))
        return event_id

    def again(self, event_id: str) -> bool:
        """Send an event that was sent before once more, as a retry. False where it is not known."""
        body = self._sent.get(event_id)
        if body is not None:
            self._start(self._attempt_quietly(body, 1, "http_timeout"))
        return body is not None

    async def interaction(self, payload: Mapping[str, Any]) -> Any:
        """Send what somebody did to a button or a view; returns the JSON of the answer. Raises: `NotTakenError`."""
        if self._by_socket():
            try:
                return await self.sockets.send("interactive", payload, self.pace.answer_within_s)
            except NotAcknowledgedError as error:
                raise NotTakenError(str(error)) from error
        form = urlencode({"payload": json.dumps(payload)}).encode()
        answer = await self._post(form, "application/x-www-form-urlencoded", {})
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if is_json and answer.content else None

    async def verify(self) -> bool:
        """Ask the request URL for the challenge's echo, as Slack does when it is saved."""
        challenge = secrets.token_urlsafe(24)
        asked = {"type": "url_verification", "token": "sample-verification-token", "challenge": challenge}
        try:
            answer = await self._post(json.dumps(asked).encode(), "application/json", {})
        except NotTakenError:
            return False
        return challenge in answer.text

    def _is_subscribed(self, event: Mapping[str, Any]) -> bool:
        kind = str(event["type"])
        name = f"message.{event.get('channel_type', 'im')}" if kind == "message" else kind
        return name in self._app().events

    def _by_socket(self) -> bool:
        wanted = self._switches.delivery
        return wanted == "socket" or (wanted == "auto" and self.sockets.count > 0)

    def _start(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _until_taken(self, body: Mapping[str, Any]) -> None:
        reason = await self._attempt_quietly(body, 0, "")
        for number, wait_s in enumerate(self.pace.retry_after_s, start=1):
            if not reason:
                return
            await asyncio.sleep(wait_s)
            reason = await self._attempt_quietly(body, number, reason)
        if reason:
            logger.warning("event_id=%s reason=%s | the app did not take an event", body["event_id"], reason)

    async def _attempt_quietly(self, body: Mapping[str, Any], number: int, reason: str) -> str:
        """One attempt; returns why it is to be repeated, or nothing."""
        try:
            await self._attempt(body, number, reason)
            outcome, is_final = "", True
        except NotTakenError as error:
            outcome, is_final = str(error), "no_retry" in str(error)
        self._journal.delivery(
            event_id=body["event_id"],
            type=body["event"]["type"],
            attempt=number,
            outcome=outcome or "taken",
            at=self._clock().timestamp(),
        )
        return "" if is_final else outcome

    async def _attempt(self, body: Mapping[str, Any], number: int, reason: str) -> None:
        if self._by_socket():
            try:
                await self.sockets.send(
                    "events_api", body, self.pace.answer_within_s, attempt=number, reason=reason if number else ""
                )
            except NotAcknowledgedError as error:
                raise NotTakenError(str(error)) from error
            return
        retry = {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason} if number else {}
        await self._post(json.dumps(body).encode(), "application/json", retry)

    async def _post(self, content: bytes, content_type: str, more: Mapping[str, str]) -> httpx.Response:
        app = self._app()
        if not app.request_url:
            raise NotTakenError("no_request_url")
        if self._http is None:
            self._http = httpx.AsyncClient(trust_env=False)
        headers = {"content-type": content_type, "user-agent": _AGENT, **more}
        headers |= signed_headers(content, app.signing_secret, int(self._clock().timestamp()))
        try:
            async with asyncio.timeout(self.pace.answer_within_s):
                answer = await self._http.post(app.request_url, content=content, headers=headers, timeout=None)
        except TimeoutError as error:
            raise NotTakenError("http_timeout") from error
        except httpx.TransportError as error:
            raise NotTakenError("connection_failed") from error
        if not answer.is_success:
            no_retry = answer.headers.get("x-slack-no-retry") == "1"
            raise NotTakenError("http_error no_retry" if no_retry else "http_error")
        return answer
