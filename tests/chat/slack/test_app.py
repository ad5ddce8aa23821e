"""How Slack is called, and what keeps a delivery away."""

import asyncio
import json
import time
from datetime import UTC, datetime

import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.signature import SignatureVerifier

from callback.state.store import Records
from chat.slack.app import bolt_app, web_client
from chat.slack.retries import ShortWaits
from chat.slack.settings import SlackSettings
from chat.slack.slack import Slack
from chat.slack.state import Deliveries, Delivery
from chat.slack.work import Work
from local.slack.workspace import APP

from .conftest import answer, event, until


@pytest.mark.parametrize(("most", "status", "is_kept"), [(0, 503, False), (1, 200, True)])
def test_who_has_enough_to_do_has_slack_come_again_and_takes_nothing(world, most, status, is_kept):
    settings = SlackSettings(bot_token=APP.bot_token, signing_secret="sample", api_url=world.slack.api_url)
    body, stamp = json.dumps(event(text="which files?")), str(int(time.time()))
    signature = SignatureVerifier("sample").generate_signature(timestamp=stamp, body=body) or ""
    headers = {"content-type": "application/json", "x-slack-signature": signature, "x-slack-request-timestamp": stamp}
    deliveries = Deliveries(Records(world.store, "slack-deliveries", Delivery), lambda: datetime.now(UTC))

    async def dispatch():
        app = bolt_app(settings, Slack(web_client(settings)), deliveries, Work(most))

        @app.event("message")
        async def on_message():
            pass

        return await app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))

    assert asyncio.run(dispatch()).status == status
    assert any(collection == "slack-deliveries" for collection, _ in world.memory.kept) == is_kept


def test_a_stand_in_on_this_machine_is_not_called_through_a_proxy_and_slack_is(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    here = SlackSettings(bot_token="xoxb-sample", api_url="http://127.0.0.1:4568/api/")
    assert web_client(here).proxy is None
    assert web_client(SlackSettings(bot_token="xoxb-sample")).proxy == "http://proxy.example.com:3128"


def test_socket_mode_of_a_stand_in_goes_through_no_proxy_either(world, monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    world.start(socket=True, http=False)
    world.slack.switch(delivery="socket")
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))
    assert said["text"] == "Hello."


@pytest.mark.parametrize(
    ("method", "header", "is_tried_again"),
    [
        ("chat.postMessage", "30", True),
        ("chat.postMessage", "31", False),
        ("chat.appendStream", "9" * 20, False),
        ("users.info", "2", True),
        ("users.info", "3", False),
        ("agents.sessions.setStatus", "3", False),
        ("assistant.threads.setStatus", "3", False),
        ("chat.postMessage", "soon", True),
    ],
)
def test_a_conversation_waits_for_slack_half_a_minute_and_for_what_it_can_do_without_two_seconds(
    method, header, is_tried_again
):
    request = HttpRequest(method="POST", url=f"https://slack.com/api/{method}", headers={})
    for value in (header, [header]):
        response = HttpResponse(status_code=429, headers={"retry-after": value})
        can = ShortWaits(3).can_retry_async(state=RetryState(), request=request, response=response)
        assert asyncio.run(can) is is_tried_again


def test_only_a_limit_is_waited_for_so():
    request = HttpRequest(method="POST", url="https://slack.com/api/chat.postMessage", headers={})
    for response in (None, HttpResponse(status_code=503, headers={"retry-after": "1"})):
        assert not asyncio.run(ShortWaits(3).can_retry_async(state=RetryState(), request=request, response=response))


def test_all_the_seconds_are_waited_and_not_their_first_digit_alone(world):
    world.slack.fault("conversations.open", "rate_limit", seconds=2)
    world.agent.answers = [answer("one")]
    begun = time.monotonic()
    asked = world.slack.mention("alice", "which files?")
    until(lambda: world.slack.from_app("alice"))
    assert asked
    assert time.monotonic() - begun >= 2


def test_a_person_of_whom_slack_does_not_tell_for_a_long_time_is_answered_meanwhile(world):
    world.slack.fault("users.info", "rate_limit", seconds=600, times=None)
    world.slack.fault("agents.sessions.setStatus", "rate_limit", seconds=600, times=None)
    world.slack.fault("assistant.threads.setStatus", "rate_limit", seconds=600, times=None)
    [said] = world.answered("alice", world.slack.say("alice", "which files?"))[:1]
    assert said["text"] == "Hello."
