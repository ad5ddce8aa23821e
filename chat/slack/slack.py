"""What we ask of Slack's Web API. Decides nothing.

Every message is posted with unfurling off: Slack's servers must fetch no address that somebody has put into a file's
name. (`chat.startStream`, `chat.update` and `chat.postEphemeral` have no such argument and do not unfurl:
https://github.com/slackapi/node-slack-sdk/pull/2389.)
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from chat.slack.blocks import Block
from chat.slack.conversations import Member, Place
from chat.slack.errors import SlackTroubleError
from chat.slack.views import Message

__all__ = ["Bot", "Chunk", "Slack", "open_connection"]

# Any: what is streamed, as JSON: https://docs.slack.dev/messaging/sending-and-scheduling-messages#text-streaming
Chunk = Mapping[str, Any]

# Slack has trouble, or has had enough of us: the same call may work in a moment.
_PASSING = {
    "connection",
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
}


# Slack waits for 3 s until a delivery is acknowledged, and nothing can be before we know who we are.
_LONGEST_AUTH_S = 2.0


@dataclass(frozen=True)
class Bot:
    """The app in its workspace."""

    team: str
    user: str
    bot: str


class Slack:
    """One workspace's. Every method raises `SlackTroubleError`, and nothing else."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._bot: Bot | None = None
        self._asking = asyncio.Lock()

    async def bot(self) -> Bot:
        """Who we are; asked once, and known within two seconds or not at all."""
        try:
            async with asyncio.timeout(_LONGEST_AUTH_S):
                return await self._known()
        except TimeoutError as error:
            raise SlackTroubleError("connection", is_passing=True) from error

    async def _known(self) -> Bot:
        async with self._asking:
            if self._bot is None:
                found = await _answer(self._client.auth_test())
                self._bot = Bot(str(found["team_id"]), str(found["user_id"]), str(found["bot_id"]))
            return self._bot

    async def post(self, channel: str, message: Message, thread: str | None = None) -> str:
        """Post a message and return its ts."""
        answer = await _answer(
            self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                text=message.text,
                blocks=list(message.blocks) or None,
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(answer["ts"])

    async def whisper(self, place: Place, member: Member, message: Message) -> None:
        """Show somebody something in a channel that they alone see. It may get lost: a hint, never more."""
        await _answer(
            self._client.chat_postEphemeral(
                channel=place.channel,
                thread_ts=place.thread,
                user=member.user,
                text=message.text,
                blocks=list(message.blocks) or None,
            )
        )

    async def update(self, channel: str, ts: str, message: Message) -> None:
        """Put something else in a message's place."""
        blocks = list(message.blocks) or None
        await _answer(self._client.chat_update(channel=channel, ts=ts, text=message.text, blocks=blocks))

    async def delete(self, channel: str, ts: str) -> None:
        """Take a message of ours away."""
        await _answer(self._client.chat_delete(channel=channel, ts=ts))

    async def direct_messages(self, member: Member) -> str:
        """The channel of somebody's direct messages with us."""
        answer = await _answer(self._client.conversations_open(users=member.user))
        return str(answer["channel"]["id"])

    async def start_stream(self, place: Place, member: Member, chunks: Sequence[Chunk]) -> str:
        """Begin a message that grows, and return its ts."""
        answer = await _answer(
            self._client.chat_startStream(
                channel=place.channel,
                thread_ts=place.thread,
                recipient_team_id=member.team,
                recipient_user_id=member.user,
                chunks=[dict(chunk) for chunk in chunks],
            )
        )
        return str(answer["ts"])

    async def append(self, channel: str, ts: str, chunks: Sequence[Chunk]) -> None:
        """Let it grow."""
        await _answer(self._client.chat_appendStream(channel=channel, ts=ts, chunks=[dict(chunk) for chunk in chunks]))

    async def stop_stream(self, channel: str, ts: str, chunks: Sequence[Chunk], blocks: Sequence[Block]) -> None:
        """End it, with what is still to come and what stands under it."""
        await _answer(
            self._client.chat_stopStream(
                channel=channel,
                ts=ts,
                chunks=[dict(chunk) for chunk in chunks] or None,
                blocks=list(blocks) or None,
            )
        )

    async def set_session_status(self, place: Place, status: str, title: str | None = None) -> bool:
        """Say what the agent is doing; return whether the person has a stop button for it.

        https://docs.slack.dev/reference/methods/agents.sessions.setStatus/ warns where nobody hears that button.
        """
        answer = await _answer(
            self._client.agents_sessions_setStatus(
                channel_id=place.channel, thread_ts=place.thread, status=status, title=title
            )
        )
        return "missing_agent_session_stopped_event_subscription" not in str(answer.get("warning") or "")

    async def set_thread_status(self, place: Place, status: str) -> None:
        """Say so in the older way: `<name> <status>`, until something is posted."""
        await _answer(
            self._client.assistant_threads_setStatus(channel_id=place.channel, thread_ts=place.thread, status=status)
        )

    async def suggest(self, channel: str, prompts: Sequence[Mapping[str, str]]) -> None:
        """Offer questions in somebody's direct messages."""
        await _answer(
            self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, prompts=[dict(prompt) for prompt in prompts]
            )
        )

    async def publish_home(self, member: Member, view: Block) -> None:
        """Show somebody the Home tab."""
        await _answer(self._client.views_publish(user_id=member.user, view=view))

    async def user(self, user_id: str) -> Mapping[str, Any]:
        """What `users.info` tells of somebody."""
        answer = await _answer(self._client.users_info(user=user_id, include_locale=True))
        found = answer.get("user")
        return found if isinstance(found, dict) else {}


async def open_connection(client: AsyncWebClient, app_token: str) -> None:
    """Ask for a connection of Socket Mode, and leave it unused. Raises: `SlackTroubleError`."""
    await _answer(client.apps_connections_open(app_token=app_token))


async def _answer(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Translate whatever can go wrong. Slack's text may repeat what was sent, so its error code alone is kept."""
    try:
        return await call
    except SlackApiError as error:
        # What is no JSON of Slack's comes from something in between, or from a Slack that has trouble.
        code = error.response.get("error") if isinstance(error.response, AsyncSlackResponse) else None
        code = code if isinstance(code, str) else "connection"
        raise SlackTroubleError(code, is_passing=code in _PASSING) from error
    except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError, ValueError) as error:
        raise SlackTroubleError("connection", is_passing=True) from error
