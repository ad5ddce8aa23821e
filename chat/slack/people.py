"""How somebody reads: their language, their time zone, and what they are called (`users.info`)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from chat.slack.errors import SlackTroubleError
from chat.slack.settings import Language
from chat.slack.slack import Slack
from chat.slack.words import Words, words_in

__all__ = ["People", "Profile"]

_LIFE_S, _LIFE_OF_NOTHING_S = 3600.0, 60.0
_MOST = 5000


@dataclass(frozen=True)
class Profile:
    """`locale` (`ja-JP`) and `timezone` (IANA) are None where Slack does not say."""

    words: Words
    locale: str | None = None
    timezone: str | None = None
    name: str = field(default="", repr=False)


class People:
    """Asks Slack once an hour for each person. Where it does not tell (no `users:read`), `language` is everybody's."""

    def __init__(self, slack: Slack, language: Language, now: Callable[[], float] = time.monotonic) -> None:
        self._slack, self._language, self._now = slack, language, now
        self._known: OrderedDict[str, tuple[float, Profile]] = OrderedDict()

    async def profile(self, user: str) -> Profile:
        """How this person reads."""
        until, known = self._known.get(user, (0.0, None))
        if known is not None and self._now() < until:
            return known
        try:
            profile, life_s = self._read(await self._slack.user(user)), _LIFE_S
        except SlackTroubleError:
            profile, life_s = known or Profile(words_in(self._language)), _LIFE_OF_NOTHING_S
        self._known[user] = (self._now() + life_s, profile)
        self._known.move_to_end(user)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return profile

    def _read(self, user: Any) -> Profile:  # Any: JSON of Slack's
        details = user.get("profile") if isinstance(user.get("profile"), dict) else {}
        locale, zone = _text(user, "locale"), _text(user, "tz")
        language: Language = self._language
        if locale:
            language = "ja" if locale.lower().startswith("ja") else "en"
        return Profile(
            words=words_in(language),
            locale=locale or None,
            timezone=zone if zone in available_timezones() else None,
            name=_text(user, "real_name") or _text(details, "display_name") or _text(user, "name"),
        )


def _text(value: Any, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
