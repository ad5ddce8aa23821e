"""Which conversation a message belongs to, and as whom its author is known to the agent. Pure.

A runtime session belongs to one person: two people in one thread must not share a microVM that holds what one of them
may see. AgentCore does not enforce that, so the person is part of the name.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-security-best-practices.html
"""

import hashlib
import hmac
import json
from dataclasses import dataclass

from callback.records import person_key

__all__ = ["Conversation", "Member", "Place", "conversation_in"]


@dataclass(frozen=True)
class Member:
    """Somebody in Slack, in the workspace where they are at home: with Slack Connect, that may be another one."""

    team: str
    user: str

    @property
    def user_id(self) -> str:
        """The runtime user id. Sign in with Slack proves the same one in a browser."""
        return f"slack:{self.team}:{self.user}"

    @property
    def key(self) -> str:
        """Who it is for the agent and the callback service."""
        return person_key("user", "", self.user_id)


@dataclass(frozen=True)
class Place:
    """A thread. `thread` is its first message's ts; `is_private`: in somebody's direct messages with the app."""

    channel: str
    thread: str
    is_private: bool = False


@dataclass(frozen=True)
class Conversation:
    """One person's conversation with the agent, and the thread where it was begun."""

    member: Member
    place: Place
    runtime_session: str


def conversation_in(home_team: str, place: Place, member: Member, secret: str) -> Conversation:
    """The conversation that somebody has in a thread; `home_team` is the workspace in which the app is installed.

    Its runtime session has 70 characters; the Runtime wants 33 to 256. It is keyed with the service's session key,
    because a runtime session belongs to whoever uses it first: who could work it out would shut the person out.
    """
    name = json.dumps([home_team, place.channel, place.thread, member.team, member.user])
    key = hashlib.sha256(f"drive-agent slack|{secret}".encode()).digest()
    return Conversation(member, place, f"slack-{hmac.new(key, name.encode(), hashlib.sha256).hexdigest()}")
