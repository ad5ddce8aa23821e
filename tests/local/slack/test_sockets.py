"""Socket Mode, with Slack's own client on the other end."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import websockets
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from local.slack.workspace import APP
from tests.local.slack.conftest import error


@asynccontextmanager
async def connected(standin, *, acknowledges=True):
    """Slack's client, and the requests that it gets."""
    web = AsyncWebClient(base_url=f"{standin.url}/api/")
    client = SocketModeClient(app_token=APP.app_token, web_client=web, ping_interval=0.2)
    requests = asyncio.Queue()

    async def listen(client, request):
        if acknowledges:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        await requests.put(request)

    client.socket_mode_request_listeners.append(listen)
    await client.connect()
    try:
        yield client, requests
    finally:
        await client.close()
        await client.aiohttp_client_session.close()
        client.message_processor.cancel()


async def inside(call, *arguments, **more):
    return await asyncio.to_thread(call, *arguments, **more)


async def next_of(requests):
    return await asyncio.wait_for(requests.get(), 5)


def test_events_and_clicks_come_over_the_socket_once(standin):
    async def story():
        async with connected(standin) as (_, requests):
            said = await inside(standin.act, "alice", "say", channel="dm", text="hello")
            request = await next_of(requests)
            assert (request.type, request.payload["event_id"]) == ("events_api", said["event_id"])
            assert (request.retry_attempt, request.accepts_response_payload) == (0, False)
            assert standin.app.told == [], "nothing goes to the request URL meanwhile"
            button = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}
            blocks = [{"type": "actions", "elements": [button]}]
            posted = await inside(standin.client().chat_postMessage, channel=said["channel"], text="x", blocks=blocks)
            await next_of(requests)  # what the app says itself
            done = await inside(standin.act, "alice", "press", channel="dm", ts=posted["ts"], action_id="a")
            assert done["is_taken"] is True
            click = await next_of(requests)
            assert (click.type, click.payload["type"]) == ("interactive", "block_actions")

    asyncio.run(story())


def test_an_envelope_without_acknowledgement_comes_again(standin):
    async def story():
        async with connected(standin, acknowledges=False) as (_, requests):
            await inside(standin.admin, "/pace", answer_within_s=0.1, retry_after_s=[0])
            await inside(standin.act, "alice", "say", channel="dm", text="hello")
            first, again = await next_of(requests), await next_of(requests)
            assert first.payload == again.payload
            assert (again.retry_attempt, again.retry_reason) == (1, "timeout")
            assert first.envelope_id != again.envelope_id

    asyncio.run(story())


@pytest.mark.parametrize("how", ["refresh", "drop"])
def test_a_connection_that_slack_ends_is_made_anew(standin, how):
    async def story():
        async with connected(standin) as (client, requests):
            before = await client.session_id()
            assert (await inside(standin.admin, "/sockets", do=how)) == {"sockets": 1}
            for _ in range(500):
                if await client.session_id() != before and await client.is_connected():
                    break
                await asyncio.sleep(0.01)
            said = await inside(standin.act, "alice", "say", channel="dm", text="still there?")
            assert (await next_of(requests)).payload["event_id"] == said["event_id"]

    asyncio.run(story())


def test_a_ticket_is_good_once_and_for_half_a_minute(standin):
    client = standin.client(APP.app_token)
    url = client.apps_connections_open(app_token=APP.app_token)["url"]
    late = client.apps_connections_open(app_token=APP.app_token)["url"]

    async def hello(url):
        async with websockets.connect(url, proxy=None) as socket:
            return await socket.recv()

    assert '"type":"hello"' in asyncio.run(hello(url))
    for bad in (url, url.partition("?")[0], late):
        if bad == late:
            standin.clock.pass_(seconds=31)
        with pytest.raises(websockets.InvalidStatus):
            asyncio.run(hello(bad))


def test_the_eleventh_connection_is_one_too_many(standin):
    client = standin.client(APP.app_token)

    async def story():
        async with AsyncExitStack() as open_:
            said = []
            for _ in range(11):
                url = (await inside(client.apps_connections_open, app_token=APP.app_token))["url"]
                socket = await open_.enter_async_context(websockets.connect(url, proxy=None))
                said.append(json.loads(await socket.recv()))
        return said

    *hellos, last = asyncio.run(story())
    assert [each["num_connections"] for each in hellos] == list(range(1, 11))
    assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")


def test_a_connection_needs_the_apps_own_token(standin):
    assert error(standin.client().api_call, api_method="apps.connections.open") == "not_allowed_token_type"
