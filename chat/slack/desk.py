"""What the parts of the app work with: one frozen bundle, made by `chat.slack.front_end` while the service runs."""

from collections.abc import Callable
from dataclasses import dataclass, field

from callback.door import Door
from callback.records import UserProof
from chat.client import RuntimeClient
from chat.slack.conversations import Conversation, Member, Place
from chat.slack.people import People, Profile
from chat.slack.slack import Slack
from chat.slack.state import State
from chat.slack.work import Turnstile, Work

__all__ = ["Desk", "Turn", "proof_of"]


@dataclass(frozen=True)
class Desk:
    """The collaborators of one app. `runtime` makes a person's line to the agent."""

    door: Door
    slack: Slack
    state: State
    people: People
    work: Work
    turnstile: Turnstile
    runtime: Callable[[Member], RuntimeClient]
    stop_button_after_s: float

    def welcomes(self, member: Member) -> bool:
        """Whether somebody of that workspace can sign in to this service's pages (DRIVE_AGENT_SLACK_TEAMS)."""
        oidc = self.door.settings.oidc
        teams = oidc.slack.teams if oidc and oidc.slack else frozenset()
        return not teams or member.team in teams


@dataclass(frozen=True)
class Turn:
    """A question on its way. `shown` is where its answer appears; `is_from_channel`: it was asked in one."""

    conversation: Conversation
    shown: Place
    question: str = field(repr=False)
    profile: Profile
    is_from_channel: bool = False


def proof_of(member: Member) -> UserProof:
    """What tells AWS who somebody in Slack is: the runtime user id, which only our role may send."""
    return UserProof("userId", member.user_id)
