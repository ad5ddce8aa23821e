"""A wrong token is named at the start; a Slack that has trouble does not keep the service from starting."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from callback.settings import SettingsError
from chat.slack.front_end import SlackApp
from chat.slack.settings import SlackSettings
from local.slack.workspace import APP

from .conftest import FakeDoor, Line, event


def start(world, **tokens):
    """Start and stop an app with these tokens."""
    settings = SlackSettings(**({"bot_token": APP.bot_token, "api_url": world.slack.api_url} | tokens))
    front_end = SlackApp(settings, lambda _: lambda member: Line(world.agent, member))

    async def run():
        async with front_end.running(FakeDoor(world.store, world.clock)):
            await asyncio.sleep(0)  # what was begun has begun

    asyncio.run(run())


def test_a_bot_token_that_slack_does_not_know_is_named(world):
    with pytest.raises(SettingsError, match="DRIVE_AGENT_SLACK_BOT_TOKEN") as refused:
        start(world, bot_token="xoxb-wrong", signing_secret="sample")
    assert "xoxb-wrong" not in str(refused.value)


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked"])
def test_a_bot_token_that_was_taken_back_is_named(world, code):
    world.slack.fault("auth.test", error=code)
    with pytest.raises(SettingsError, match=f"DRIVE_AGENT_SLACK_BOT_TOKEN .{code}"):
        start(world, signing_secret="sample")


@pytest.mark.parametrize("app_token", ["xapp-wrong", APP.bot_token])
def test_an_app_token_that_slack_does_not_know_is_named_and_nothing_hangs(world, app_token):
    with pytest.raises(SettingsError, match="DRIVE_AGENT_SLACK_APP_TOKEN") as refused:
        start(world, app_token=app_token)
    assert app_token not in str(refused.value)
    assert len(world.slack.calls("apps.connections.open")) == 1


def test_an_app_token_without_its_scope_is_named(world):
    world.slack.fault("apps.connections.open", error="missing_scope")
    with pytest.raises(SettingsError, match=r"missing_scope.*connections:write"):
        start(world, app_token=APP.app_token)


def test_while_slack_has_trouble_the_service_starts_and_says_so(world, caplog):
    world.slack.fault("auth.test", error="internal_error", times=None)
    start(world, signing_secret="sample")
    world.slack.fault("apps.connections.open", error="internal_error", times=None)
    start(world, app_token=APP.app_token)
    said = [one.getMessage() for one in caplog.records if one.name == "chat.slack.tokens"]
    assert [line.partition(" ")[0] for line in said] == ["code=internal_error"] * 3


def test_who_we_are_is_asked_once_for_all_that_wait_for_it(world):
    world.slack.fault("auth.test", error="internal_error")
    world.start()
    world.slack.fault("auth.test", "stall", seconds=0.5)
    before = len(world.slack.calls("auth.test"))
    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(lambda n: world.post(event(f"Ev{n}", type="other")).status_code, range(4)))
    assert statuses == [200] * 4
    assert len(world.slack.calls("auth.test")) - before == 1


def test_slack_is_refused_before_it_stops_waiting(world):
    world.slack.fault("auth.test", error="internal_error")
    world.start()
    world.slack.fault("auth.test", "stall", seconds=4, times=None)
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        statuses = list(threads.map(lambda n: world.post(event(f"Ev{n}", type="other")).status_code, range(4)))
    assert set(statuses) <= {500, 503}
    assert time.monotonic() - begun < 3
