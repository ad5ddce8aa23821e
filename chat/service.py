"""The composition root of the service for people: the callback service, and on its origin the front ends.

The web chat is there unless it is switched off, the Slack app where its settings are given.
"""

from collections.abc import Sequence

from callback.door import FrontEnd
from callback.serving import serve
from callback.settings import Settings
from chat.slack.settings import SlackSettings
from chat.web.front_end import WebChat
from chat.web.settings import WebSettings

__all__ = ["main"]


def main() -> None:
    """Run until told to stop. Raises: `SystemExit` with a sentence where a setting is wrong."""
    serve(_front_ends)


def _front_ends(settings: Settings) -> Sequence[FrontEnd]:
    """Choose by the environment. Raises: `SettingsError`."""
    chosen: list[FrontEnd] = []
    web, slack = WebSettings.from_environment(), SlackSettings.from_environment(settings)
    if web.is_on:
        chosen.append(WebChat())
    if slack is not None:
        from chat.slack.front_end import SlackApp  # noqa: PLC0415 - half a second, for who has Slack

        chosen.append(SlackApp(slack))
    return chosen
