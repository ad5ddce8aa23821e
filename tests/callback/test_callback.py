"""Attacks and accidents on the way back from Google. In each of them nothing may be bound."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from key_value.aio.protocols.key_value import AsyncKeyValue
from key_value.aio.wrappers.base import BaseWrapper

from callback.aws.identity import Identity
from callback.state.folder import FolderStore
from tests.callback.browser import Browser, code, heading
from tests.callback.cloud import URN
from tests.callback.conftest import CONVERSATION, Service

STALE = "This link cannot be used any more"
MIXED_UP = "This link does not fit"


def refused(service: Service, answer: httpx.Response, status: int, words: str) -> None:
    assert (answer.status_code, heading(answer)) == (status, words)
    assert 'class="button" href="/connect/google-drive' in answer.text
    assert service.cloud.completions == []
    assert service.cloud.bound == []


def test_a_flow_works_once(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    assert service.come_back(alice, session_uri, state).status_code == 303
    again = service.come_back(alice, session_uri, state)
    assert again.headers["location"] == "/connected", "the browser that finished it sees how it ended"
    assert len(cloud.completions) == 1
    alice.press(alice.get("/"), "/sign-out")
    alice.go("/sign-in")
    later = service.come_back(alice, session_uri, state)
    assert (later.status_code, heading(later)) == (400, STALE)
    assert len(cloud.completions) == 1


class SimultaneousReads(BaseWrapper):
    """A store in which the first two readers of a flow wait for each other: the closest race there can be."""

    def __init__(self, key_value: AsyncKeyValue) -> None:
        self.key_value = key_value
        self.barrier = asyncio.Barrier(2)

    async def get(self, key: str, *, collection: str | None = None) -> dict[str, Any] | None:
        found = await super().get(key, collection=collection)
        if collection == "flows":
            await self.barrier.wait()
        return found


async def opened(folder: Path) -> FolderStore:
    return await FolderStore(folder).__aenter__()


def test_of_two_returns_at_once_one_completes(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    twin = service.browser()
    twin.copy_cookies(alice)
    service.stop()
    folder = service.stage.server.run(opened(service.settings.state_dir))
    service.start(store=SimultaneousReads(folder))
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda who=who: answers.append(service.come_back(who, session_uri, state).status_code))
        for who in (alice, twin)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    service.stop()
    service.stage.server.run(folder.close())
    assert sorted(answers) == [303, 409]
    assert len(cloud.completions) == 1


def test_parallel_flows_of_one_browser_complete_in_any_order(service, alice, cloud):
    first, second = service.start_flow(alice), service.start_flow(alice, "another-conversation-0123456789abcdef")
    assert service.come_back(alice, *second).status_code == 303
    assert service.come_back(alice, *first).status_code == 303
    assert [body["sessionUri"] for body in cloud.completions] == [second[0], first[0]]


def test_state_and_session_of_two_flows_cannot_be_mixed(service, alice):
    (first_uri, first_state), (second_uri, second_state) = service.start_flow(alice), service.start_flow(alice)
    refused(service, service.come_back(alice, second_uri, first_state), 400, MIXED_UP)
    refused(service, service.come_back(alice, first_uri, second_state), 400, MIXED_UP)


def test_a_refused_return_does_not_use_the_flow_up(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    refused(service, service.come_back(alice, f"{URN}other", state), 400, MIXED_UP)
    assert service.come_back(alice, session_uri, state).status_code == 303


def test_a_flow_that_alice_started_cannot_be_finished_in_bobs_browser(service, alice):
    bob = service.browser("bob")
    refused(service, service.come_back(bob, *service.start_flow(alice)), 403, "This is another browser")


def test_a_return_that_came_to_another_browser_is_over_for_its_own_as_well(service, alice):
    flow = service.start_flow(alice)
    refused(service, service.come_back(service.browser(), *flow), 403, "You are not signed in")
    refused(service, service.come_back(alice, *flow), 400, STALE)


@pytest.mark.parametrize(
    ("more", "headers"),
    [
        ("", {"sec_purpose": "prefetch"}),
        ("", {"sec_fetch_dest": "iframe"}),
        ("", {"sec_fetch_dest": "image", "sec_fetch_mode": "no-cors"}),
        ("&error=access_denied", {}),
        ("&state=second", {}),
        ("&session_id=second", {}),
    ],
)
def test_however_a_return_looks_in_another_browser_it_is_over(service, alice, more, headers):
    session_uri, state = service.start_flow(alice)
    query = httpx.QueryParams({"session_id": session_uri, "state": state})
    service.browser().get(f"/callback?{query}{more}", "cross-site", **headers)
    refused(service, service.come_back(alice, session_uri, state), 400, STALE)


def test_a_return_that_another_browser_only_asks_about_is_over(service, alice):
    session_uri, state = service.start_flow(alice)
    stranger = service.browser()
    query = httpx.QueryParams({"session_id": session_uri, "state": state})
    stranger._send(stranger.client.build_request("HEAD", f"{service.origin}/callback?{query}"))
    refused(service, service.come_back(alice, session_uri, state), 400, STALE)


def test_a_return_to_somebody_else_in_the_same_browser_is_over_for_who_started_it_as_well(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.who = "bob"
    alice.go("/sign-in")
    refused(service, service.come_back(alice, *flow), 403, "You are signed in as somebody else now")
    cloud.who = "alice"
    alice.go("/sign-in")
    refused(service, service.come_back(alice, *flow), 400, STALE)


def test_a_return_of_ones_own_browser_that_is_refused_ends_nothing(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    before = alice.cookie("__Host-session")
    alice.drop_cookies("__Host-session")
    refused(service, service.come_back(alice, session_uri, state), 403, "You are not signed in")
    alice.go("/sign-in")
    assert alice.cookie("__Host-session") not in {None, before}
    assert service.come_back(alice, session_uri, state).headers["location"] == "/connected"


def test_bobs_own_open_flow_does_not_help_with_alices_link(service, alice):
    bob = service.browser("bob")
    session_uri, state = service.start_flow(alice)
    _, bobs_state = service.start_flow(bob)
    refused(service, service.come_back(bob, session_uri, state), 400, STALE)
    refused(service, service.come_back(bob, session_uri, bobs_state), 400, MIXED_UP)


def test_alices_flow_cookie_in_bobs_browser_does_not_make_it_bobs(service, alice):
    bob = service.browser("bob")
    flow = service.start_flow(alice)
    bob.copy_cookies(alice, "__Host-flow-")
    refused(service, service.come_back(bob, *flow), 403, "You are signed in as somebody else now")


def test_a_flow_cookie_under_the_name_of_another_flow_opens_nothing(service, alice):
    bob = service.browser("bob")
    bobs_uri, bobs_state = service.start_flow(bob)
    alices_uri, alices_state = service.start_flow(alice)
    for mine in list(alice.jar):
        if mine.name.startswith("__Host-flow-"):
            mine.value = bob.cookie("__Host-flow-")
    refused(service, service.come_back(alice, alices_uri, alices_state), 400, MIXED_UP)
    refused(service, service.come_back(alice, bobs_uri, alices_state), 400, MIXED_UP)
    refused(service, service.come_back(alice, bobs_uri, bobs_state), 400, STALE)


def test_signing_in_as_somebody_else_meanwhile_stops_the_flow(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.who = "bob"
    alice.go("/sign-in")
    refused(service, service.come_back(alice, *flow), 403, "You are signed in as somebody else now")


def test_the_same_person_in_a_browser_without_the_flow_cookie_is_refused(service, alice):
    flow = service.start_flow(alice)
    refused(service, service.come_back(service.browser("alice"), *flow), 403, "This is another browser")


def test_without_being_signed_in_nothing_is_bound(service, alice):
    flow = service.start_flow(alice)
    alice.drop_cookies("__Host-session")
    refused(service, service.come_back(alice, *flow), 403, "You are not signed in")


def test_after_signing_out_nothing_is_bound(service, alice):
    flow = service.start_flow(alice)
    alice.press(alice.get("/"), "/sign-out")
    refused(service, service.come_back(alice, *flow), 403, "You are not signed in")


def test_after_ten_minutes_nothing_is_bound(service, alice):
    flow = service.start_flow(alice)
    service.clock.forward(minutes=10)
    refused(service, service.come_back(alice, *flow), 400, STALE)


@pytest.mark.parametrize(
    "query",
    ["", "?state=abc", f"?session_id={URN}x", "?session_id=x&state=y", f"?session_id={URN}x&state=%3Cb%3E" + "a" * 30],
)
def test_an_incomplete_return_has_a_page_that_says_what_to_do(service, alice, query):
    service.start_flow(alice)
    refused(service, alice.get(f"/callback{query}", "cross-site"), 400, "This link is not complete")


def test_a_made_up_state_is_unknown(service, alice):
    session_uri, _ = service.start_flow(alice)
    refused(service, service.come_back(alice, session_uri, "m" * 43), 400, STALE)


def test_a_refusal_at_google_binds_nothing(service, alice):
    session_uri, state = service.start_flow(alice)
    query = httpx.QueryParams({"error": "access_denied", "session_id": session_uri, "state": state})
    refused(service, alice.get(f"/callback?{query}", "cross-site"), 400, "Google Drive was not connected")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"sec_fetch_dest": "iframe"},
        {"sec_fetch_dest": "image"},
    ],
)
def test_a_return_that_nobody_looks_at_changes_nothing(service, alice, cloud, headers):
    session_uri, state = service.start_flow(alice)
    query = httpx.QueryParams({"session_id": session_uri, "state": state})
    answer = alice.get(f"/callback?{query}", "cross-site", **headers)
    assert answer.status_code in {400, 403}
    assert cloud.completions == []
    assert service.come_back(alice, session_uri, state).status_code == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "DELETE"])
def test_other_methods_do_not_complete(service, alice, cloud, method):
    session_uri, state = service.start_flow(alice)
    query = httpx.QueryParams({"session_id": session_uri, "state": state})
    request = alice.client.build_request(method, f"{service.origin}/callback?{query}")
    assert alice._send(request).status_code == 405
    assert cloud.completions == []


@pytest.mark.parametrize(
    ("from_aws", "status", "words"),
    [
        ((403, "AccessDeniedException", "Invalid or expired session"), 410, "This connection has run out"),
        ((400, "ValidationException", "Invalid or expired session"), 410, "This connection has run out"),
        (
            (
                403,
                "AccessDeniedException",
                "User: x is not authorized to perform: bedrock-agentcore:CompleteResourceTokenAuth",
            ),
            500,
            "This service may not finish the connection",
        ),
        ((401, "UnauthorizedException", "no"), 500, "This service may not finish the connection"),
        ((404, "ResourceNotFoundException", "no"), 502, "AWS does not know this connection"),
        ((400, "ValidationException", "Failed to retrieve token"), 502, "The connection was not accepted"),
        ((500, "InternalServerException", "?"), 503, "AWS did not answer"),
    ],
)
def test_each_error_of_aws_has_its_page_and_a_way_on(service, alice, cloud, from_aws, status, words):
    flow = service.start_flow(alice)
    cloud.identity_error = from_aws
    answer = service.come_back(alice, *flow)
    assert (answer.status_code, heading(answer)) == (status, words)
    assert 'class="button" href="/' in answer.text
    assert len(cloud.completions) == 1
    cloud.identity_error = None
    again = code(service.come_back(alice, *flow))
    assert again == ("under_way" if status == 503 else "unknown_flow"), "the flow was used up before AWS was asked"


def test_when_aws_is_too_busy_the_same_address_works_in_a_moment(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.identity_error = (429, "ThrottlingException", "slow down")
    for _ in range(2):
        answer = service.come_back(alice, *flow)
        assert (answer.status_code, heading(answer)) == (503, "Too many people at once")
    cloud.identity_error = None
    assert service.come_back(alice, *flow).headers["location"] == "/connected"
    assert len(cloud.completions) == 3


def test_who_got_no_answer_from_aws_can_try_once_more_and_is_told_how_it_stands(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.identity_error = (500, "InternalServerException", "?")
    assert code(service.come_back(alice, *flow)) == "aws_unreachable"
    assert code(service.come_back(alice, *flow)) == "under_way", "the first try may still be"
    for _ in range(2):  # as often as it takes
        service.clock.forward(seconds=20)
        assert code(service.come_back(alice, *flow)) == "aws_unreachable"
    service.clock.forward(seconds=20)
    cloud.identity_error = None
    assert service.come_back(alice, *flow).headers["location"] == "/connected"
    assert cloud.completions[0] == cloud.completions[-1]
    asked = len(cloud.completions)
    service.clock.forward(seconds=25)
    assert service.come_back(alice, *flow).headers["location"] == "/connected", "finished is finished"
    assert len(cloud.completions) == asked


def test_a_second_try_that_comes_too_late_because_the_first_came_through_says_connected(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.identity_error = (500, "InternalServerException", "?")
    service.come_back(alice, *flow)
    cloud.bound.append(cloud.sessions[flow[0]]["proof"])  # AWS has done it, and only its answer was lost
    cloud.identity_error = (403, "AccessDeniedException", "Invalid or expired session")
    service.clock.forward(seconds=20)
    assert heading(alice.follow(service.come_back(alice, *flow))) == "Connected as alice@gmail.example."


def test_a_second_try_that_aws_refuses_says_so_where_nothing_is_connected(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.identity_error = (500, "InternalServerException", "?")
    service.come_back(alice, *flow)
    cloud.identity_error = (403, "AccessDeniedException", "Invalid or expired session")
    service.clock.forward(seconds=20)
    assert code(service.come_back(alice, *flow)) == "aws_session_over"
    service.clock.forward(seconds=20)
    assert code(service.come_back(alice, *flow)) == "unknown_flow"


def test_a_first_try_that_aws_calls_over_is_not_taken_for_a_success_of_somebody_who_is_connected(service, alice, cloud):
    flow = service.start_flow(alice)
    cloud.bound.append(cloud.sessions[flow[0]]["proof"])
    cloud.identity_error = (403, "AccessDeniedException", "Invalid or expired session")
    assert code(service.come_back(alice, *flow)) == "aws_session_over"


@pytest.mark.parametrize("end", ["success", "refusal", "throttle"])
def test_a_flow_that_has_ended_does_not_come_back_after_its_lease(service, alice, cloud, end):
    flow = service.start_flow(alice)
    if end == "refusal":
        cloud.identity_error = (400, "ValidationException", "Failed to retrieve token")
    elif end == "throttle":
        cloud.identity_error = (429, "ThrottlingException", "slow down")
        service.come_back(alice, *flow)
        cloud.identity_error = None
    service.come_back(alice, *flow)
    asked = len(cloud.completions)
    cloud.identity_error = None
    service.clock.forward(seconds=25)
    alice.go("/sign-in")  # a new browser session, which has not seen how it ended
    assert code(service.come_back(alice, *flow)) == "unknown_flow"
    assert len(cloud.completions) == asked


def test_a_way_on_leads_back_to_the_conversation(service, alice, cloud):
    flow = service.start_flow(alice)
    alice.drop_cookies("__Host-session")
    assert f'href="/connect/google-drive?session={CONVERSATION}"' in service.come_back(alice, *flow).text


def test_no_network_to_aws_has_its_page(service, alice, cloud):
    service.start(identity=Identity(region="us-west-2", endpoint_url="http://127.0.0.1:1"))
    answer = service.come_back(alice, *service.start_flow(alice))
    assert (answer.status_code, heading(answer)) == (503, "AWS did not answer")
    assert "/connections" in answer.text


def test_a_restart_keeps_sessions_and_an_open_flow(service, alice, cloud):
    flow = service.start_flow(alice)
    service.start()
    done = alice.follow(service.come_back(alice, *flow))
    assert heading(done) == "Connected as alice@gmail.example."


def test_another_session_key_ends_all_sessions_quietly(service, alice: Browser, cloud):
    flow = service.start_flow(alice)
    service.start(session_key="another-sample-key-another-sample-key")
    refused(service, service.come_back(alice, *flow), 403, "You are not signed in")


def test_nothing_readable_lies_in_the_store(service, alice, cloud):
    flow = service.start_flow(alice)
    handles = {cookie.value for cookie in alice.jar}
    service.stop()
    stored = b"".join(path.read_bytes() for path in service.settings.state_dir.rglob("*") if path.is_file())
    assert stored
    for secret in {*cloud.access_tokens, *flow, *handles, "alice@example.com"}:
        assert secret.encode() not in stored
    assert service.settings.state_dir.stat().st_mode & 0o077 == 0


def test_the_person_at_this_computer_connects_without_a_token(make_service: Callable[..., Service], cloud):
    service = make_service(DRIVE_AGENT_LOCAL_AGENT_URL=cloud.url)
    browser = service.browser()
    page = browser.go("/connect/google-drive?session=local-dev-session")
    assert heading(page) == "Who is there?"
    confirm = browser.follow(
        browser.post("/sign-in", {"csrf": page.text.partition('csrf" value="')[2][:43], "who": "local"})
    )
    assert heading(confirm) == "Connect Google Drive for the person at this computer?"

    done = browser.press(confirm, "/connect/google-drive")

    assert heading(done) == "Connected as alice@gmail.example."
    assert "anybody who uses the computer" in done.text
    asked = cloud.invocations[0]
    assert asked.raw_path == "/invocations"
    assert "authorization" not in asked.headers
    assert asked.headers["x-amzn-bedrock-agentcore-runtime-session-id"] == "local-dev-session"
    assert [body["userIdentifier"] for body in cloud.completions] == [{"userId": "local"}]
