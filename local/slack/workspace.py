"""The workspace as it is at the start: who and which channels there are, and the one app in it. Pure data.

Every id, token and secret is a sample that opens nothing but this stand-in.
"""

from dataclasses import dataclass, field

from local.people import PEOPLE, SLACK_TEAM_ID, Person

__all__ = ["APP", "CHANNELS", "SLACKBOT", "TEAM_DOMAIN", "TEAM_NAME", "USERS", "App", "Channel", "dm_id", "user_named"]

TEAM_NAME, TEAM_DOMAIN = "Sample Workspace", "sample-workspace"
USERS: dict[str, Person] = {person.slack_id: person for person in PEOPLE}
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class App:
    """The app and what its manifest gives it. `redirect_urls` empty: any address on this machine.

    `request_url` takes events and interactivity alike; empty: Socket Mode only.
    """

    app_id: str = "A0AGENT001"
    bot_id: str = "B0AGENT001"
    bot_user_id: str = "U0AGENT001"
    name: str = "Drive Agent"
    team_id: str = SLACK_TEAM_ID
    bot_token: str = field(default="xoxb-sample-bot-token", repr=False)
    app_token: str = field(default="xapp-sample-app-token", repr=False)
    signing_secret: str = field(default="sample-signing-secret-of-the-stand-in", repr=False)
    client_id: str = "1000000000001.1000000000002"
    client_secret: str = field(default="sample-client-secret-of-the-stand-in", repr=False)
    request_url: str = ""
    redirect_urls: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset(
        {"app_mentions:read", "assistant:write", "chat:write", "im:history", "im:write", "users:read"}
    )
    events: frozenset[str] = frozenset(
        {"agent_session_stopped", "app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked"}
    )


@dataclass(frozen=True, slots=True)
class Channel:
    """A public channel, or the direct messages between one person and the app (`user`)."""

    id: str
    name: str
    members: frozenset[str]
    user: str = ""

    @property
    def is_im(self) -> bool:
        """Whether these are direct messages."""
        return bool(self.user)


APP = App()
_EVERYBODY = frozenset(USERS)
CHANNELS: tuple[Channel, ...] = (
    Channel("C0GENERAL1", "general", _EVERYBODY | {APP.bot_user_id}),
    Channel("C0PROJECT1", "project-apollo", frozenset({"U0ALICE001", "U0BOB00001", APP.bot_user_id})),
    Channel("C0RANDOM01", "random", _EVERYBODY),  # without the app
)


def dm_id(user_id: str) -> str:
    """The id of somebody's direct messages with the app, the same at every start."""
    return f"D{user_id[1:]}"


def user_named(name: str) -> Person | None:
    """A person by name, address or Slack id."""
    return next((person for person in PEOPLE if name in {person.name, person.email, person.slack_id}), None)
