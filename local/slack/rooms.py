"""Channels and direct messages, and who is in them. State."""

from local.slack.errors import SlackError
from local.slack.workspace import CHANNELS, USERS, App, Channel, dm_id

__all__ = ["Rooms"]


class Rooms:
    """The channels of the workspace, and the direct messages that were opened."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self.clear()

    def clear(self) -> None:
        """Back to the channels."""
        self._channels = {channel.id: channel for channel in CHANNELS}

    def direct(self, user: str, app: App) -> Channel:
        """Somebody's direct messages with the app, opened if they were not. Raises: `SlackError`."""
        if user not in USERS:
            raise SlackError("user_not_found")
        channel = Channel(dm_id(user), "", frozenset({user, app.bot_user_id}), user)
        return self._channels.setdefault(channel.id, channel)

    def is_open(self, user: str) -> bool:
        """Whether there are direct messages with this person already."""
        return dm_id(user) in self._channels

    def find(self, channel_id: str) -> Channel | None:
        """A channel by id or name."""
        named = (channel for channel in self._channels.values() if channel.name and channel.name == channel_id)
        return self._channels.get(channel_id) or next(named, None)

    def for_app(self, channel_id: str, app: App, *, writing: bool = True) -> Channel:
        """A channel by id, or the direct messages with a person by theirs. Raises: `SlackError`.

        An app that was not invited sees a public channel and cannot write there (chat:write without chat:write.public).
        """
        if channel_id in USERS and writing:
            return self.direct(channel_id, app)
        channel = self._channels.get(channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        if writing and app.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def of(self, user: str) -> list[Channel]:
        """The channels in which somebody is, without direct messages."""
        return [each for each in self._channels.values() if user in each.members and not each.is_im]
