"""Who a person is in Slack, from the verified ID token of Sign in with Slack. Pure.

The agent knows them as `slack:<workspace>:<user>`, as the Slack app names whom Slack has signed a message for. A user's
id is unique within a workspace only, so both parts are needed:
https://docs.slack.dev/authentication/sign-in-with-slack/
"""

import re
from collections.abc import Mapping
from typing import Any

from callback.errors import WorkspaceRefusedError
from callback.records import Person, UserProof, person_key
from callback.sign_in.tokens import verified_email
from callback.sign_in_settings import SlackPeople
from callback.texts import one_line

__all__ = ["is_at_home", "needs_profile", "slack_person"]

_TEAM_ID = "https://slack.com/team_id"
_USER_ID = "https://slack.com/user_id"
_TEAM_NAME = "https://slack.com/team_name"

# Ids are upper case letters and digits, and grow; both together, with what is around them, stay below AgentCore's 128.
_ID = re.compile(r"[A-Z0-9]{1,40}")
_MAX_NAME_CHARS = 80


def slack_person(claims: Mapping[str, Any], settings: SlackPeople, profile: Mapping[str, Any]) -> Person:
    """The person of a verified ID token.

    `profile` is what Slack's userInfo says, for a workspace's name that the token does not hold; it counts only where
    it is about the same person. Raises: `ValueError` for a token that names nobody, `WorkspaceRefusedError`.
    """
    team, user = _id(claims, _TEAM_ID), _id(claims, _USER_ID)
    if settings.teams and team not in settings.teams:
        raise WorkspaceRefusedError
    is_theirs = (profile.get(_TEAM_ID), profile.get(_USER_ID)) == (team, user)
    told = profile if is_theirs else {}
    user_id = f"slack:{team}:{user}"
    return Person(
        key=person_key("user", "", user_id),
        name=_name(claims.get("name")) or user,
        source="slack",
        proof=UserProof("userId", user_id),
        expires_at=None,
        email=verified_email(claims),
        workspace=_name(claims.get(_TEAM_NAME)) or _name(told.get(_TEAM_NAME)) or team,
    )


def needs_profile(claims: Mapping[str, Any]) -> bool:
    """Whether userInfo must be asked for the workspace's name: the token has it at times."""
    return not _name(claims.get(_TEAM_NAME))


def is_at_home(person: Person, settings: SlackPeople) -> bool:
    """Whether somebody who has signed in with Slack is of a workspace that counts (still)."""
    _, _, rest = person.proof.value.partition(":")
    team, _, _ = rest.partition(":")
    return not settings.teams or team in settings.teams


def _id(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError(name)
    return value


def _name(value: object) -> str:
    """A name that its owner has chosen, and which is no address: that would look as if Slack had verified it."""
    text = one_line(value, _MAX_NAME_CHARS) if isinstance(value, str) else ""
    return "" if "@" in text else text
