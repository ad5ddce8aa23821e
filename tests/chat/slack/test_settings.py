"""The Slack app's settings: every refusal is a sentence that names the variable."""

from types import SimpleNamespace

import pytest

from callback.settings import SettingsError
from chat.slack.settings import SlackSettings

SERVICE = SimpleNamespace(sign_in="slack", mode="cloud")
DESK = SimpleNamespace(sign_in="slack", mode="local")
BOT = {"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxb-sample", "DRIVE_AGENT_SLACK_SIGNING_SECRET": "sample"}


def test_without_any_there_is_no_slack_app() -> None:
    assert SlackSettings.load({}, SimpleNamespace(sign_in="oidc", mode="cloud")) is None


def test_the_bot_token_and_the_signing_secret_are_enough_for_http() -> None:
    settings = SlackSettings.load(BOT, SERVICE)
    assert settings is not None
    assert (settings.api_url, settings.app_token, settings.language) == ("https://slack.com/api/", "", "en")


def test_nothing_secret_is_in_what_is_printed() -> None:
    settings = SlackSettings.load(BOT | {"DRIVE_AGENT_SLACK_APP_TOKEN": "xapp-sample"}, SERVICE)
    assert "sample" not in repr(settings)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"DRIVE_AGENT_SLACK_BOT_TOKEN": ""}, "DRIVE_AGENT_SLACK_BOT_TOKEN"),
        ({"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxp-of-a-person"}, "DRIVE_AGENT_SLACK_BOT_TOKEN"),
        ({"DRIVE_AGENT_SLACK_APP_TOKEN": "xoxb-wrong"}, "DRIVE_AGENT_SLACK_APP_TOKEN"),
        ({"DRIVE_AGENT_SLACK_SIGNING_SECRET": ""}, "DRIVE_AGENT_SLACK_SIGNING_SECRET"),
        ({"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxb-"}, "DRIVE_AGENT_SLACK_BOT_TOKEN"),
        ({"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxb-…"}, "DRIVE_AGENT_SLACK_BOT_TOKEN"),
        ({"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxb-a\nb"}, "DRIVE_AGENT_SLACK_BOT_TOKEN"),
        ({"DRIVE_AGENT_SLACK_APP_TOKEN": "xapp-1 xapp-2"}, "DRIVE_AGENT_SLACK_APP_TOKEN"),
        ({"DRIVE_AGENT_SLACK_SIGNING_SECRET": "xoxb-1-a"}, "DRIVE_AGENT_SLACK_SIGNING_SECRET"),
        ({"DRIVE_AGENT_SLACK_SIGNING_SECRET": "xapp-1-a"}, "DRIVE_AGENT_SLACK_SIGNING_SECRET"),
        ({"DRIVE_AGENT_SLACK_SIGNING_SECRET": "a b"}, "DRIVE_AGENT_SLACK_SIGNING_SECRET"),
        ({"DRIVE_AGENT_SLACK_SIGNING_SECRET": "…"}, "DRIVE_AGENT_SLACK_SIGNING_SECRET"),
        ({"DRIVE_AGENT_SLACK_LANGUAGE": "de"}, "DRIVE_AGENT_SLACK_LANGUAGE"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://slack.com.example.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://notslack.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "http://slack.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "http://127.0.0.1:4568/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://somebody@slack.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://somebody:word@slack.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://@slack.com/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://slack.com:444/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://slack.com:x/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://slack.com/api/?x"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "https://slack.com/api/#"}, "DRIVE_AGENT_SLACK_API_URL"),
        ({"DRIVE_AGENT_SLACK_API_URL": "http://[::1/api/"}, "DRIVE_AGENT_SLACK_API_URL"),
    ],
)
def test_what_cannot_work_or_would_give_the_token_away_is_refused(changes, names) -> None:
    with pytest.raises(SettingsError, match=names) as refused:
        SlackSettings.load(BOT | changes, SERVICE)
    assert "sample" not in str(refused.value)


def test_another_kind_of_people_needs_another_service() -> None:
    with pytest.raises(SettingsError, match="DRIVE_AGENT_SIGN_IN=slack"):
        SlackSettings.load(BOT, SimpleNamespace(sign_in="oidc", mode="cloud"))


def test_socket_mode_needs_no_signing_secret() -> None:
    environ = {"DRIVE_AGENT_SLACK_BOT_TOKEN": "xoxb-sample", "DRIVE_AGENT_SLACK_APP_TOKEN": "xapp-sample"}
    settings = SlackSettings.load(environ, SERVICE)
    assert settings is not None
    assert settings.signing_secret == ""


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4568/api", "http://localhost:4568/api/", "https://slack-gov.com/api/"]
)
def test_a_stand_in_is_on_this_machine_in_local_mode(url) -> None:
    settings = SlackSettings.load(BOT | {"DRIVE_AGENT_SLACK_API_URL": url}, DESK)
    assert settings is not None
    assert settings.api_url == f"{url.rstrip('/')}/"


def test_even_in_local_mode_the_token_goes_to_no_other_machine() -> None:
    with pytest.raises(SettingsError, match="DRIVE_AGENT_SLACK_API_URL"):
        SlackSettings.load(BOT | {"DRIVE_AGENT_SLACK_API_URL": "https://collector.example.com/api/"}, DESK)
