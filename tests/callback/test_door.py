"""A front end on the service's origin: a small one that says who is there and hears who connects."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from fastapi import APIRouter, Request, Response

from callback.announcements import Announcements, Changed
from callback.door import Door
from callback.errors import SignInAgainError
from callback.records import UserProof

from .conftest import CONVERSATION, TLS


class FrontEnd:
    start_path = "/own/place"

    def __init__(self):
        self.router = APIRouter()
        self.heard = []
        self.is_running = False
        self.visitors = []
        self.door = None
        self.router.add_api_route("/", self.start_page)
        self.router.add_api_route("/own/{name}", self.own)
        self.router.add_api_route("/own", self.change, methods=["POST"])

    @contextlib.asynccontextmanager
    async def running(self, door):
        self.door, self.is_running = door, True
        unsubscribe = door.announcements.subscribe(self.heard.append)
        yield
        unsubscribe()
        self.is_running = False

    async def start_page(self, request: Request) -> Response:
        visitor = await Door.of(request).visitor(request)
        if visitor is None:
            return await Door.of(request).to_sign_in(request, "/own/place")
        return Response(visitor.name)

    async def own(self, request: Request, name: str) -> Response:
        visitor = await Door.of(request).acting(request)
        self.visitors.append(visitor)
        return Response(f"{name} of {visitor.name}")

    async def change(self, request: Request) -> Response:
        visitor = await Door.of(request).visitor(request)
        Door.of(request).require_own_page(request, visitor, request.headers.get("x-csrf"))
        return Response("changed")


@pytest.fixture
def front_end():
    return FrontEnd()


@pytest.fixture
def service(make_service, front_end):
    service = make_service()
    service.start(front_ends=[front_end])
    return service


def test_its_start_page_comes_before_the_services_own_and_signing_in_leads_back_to_it(service):
    browser = service.browser()
    service.cloud.who = "alice"
    page = browser.go("/")
    assert (page.status_code, page.text) == (200, "place of alice@example.com")
    assert browser.get("/").text == "alice@example.com"


def test_it_is_told_in_the_moment_in_which_somebody_has_connected_and_whose_account_it_is(service, front_end):
    browser = service.browser("alice")
    browser.get("/own/x")
    service.come_back(browser, *service.start_flow(browser))
    person = front_end.visitors[-1].key
    first, last = front_end.heard[0], front_end.heard[-1]
    assert (first.person_key, first.is_connected, first.runtime_session) == (person, True, CONVERSATION)
    assert last.account_email
    assert last.account_email not in repr(front_end.heard)


def test_with_a_rule_about_accounts_nobody_is_told_before_the_account_was_judged(make_service, front_end):
    service = make_service()
    service.start(front_ends=[front_end], google_domains=frozenset({"elsewhere.example"}))
    browser = service.browser("alice")
    service.come_back(browser, *service.start_flow(browser))
    assert not [changed for changed in front_end.heard if changed.is_connected]


def test_it_lives_as_long_as_the_service(service, front_end):
    assert front_end.is_running
    service.stop()
    assert not front_end.is_running


def test_only_a_page_of_this_sign_in_may_change_something(service, front_end):
    browser = service.browser("alice")
    browser.get("/own/x")
    csrf = front_end.visitors[-1].csrf
    for headers, status in (
        ({"x_csrf": csrf}, 200),
        ({}, 403),
        ({"x_csrf": "another"}, 403),
        ({"x_csrf": csrf, "sec_fetch_site": "cross-site"}, 403),
        ({"x_csrf": csrf, "origin": "https://evil.example"}, 403),
    ):
        assert browser.post("/own", {}, **headers).status_code == status


def test_a_proof_is_renewed_later_on_without_counting_as_a_visit_and_not_for_somebody_else(service, front_end):
    browser = service.browser("alice")
    browser.get("/own/x")
    visitor = front_end.visitors[-1]

    def proof():
        return service.stage.server.run(front_end.door.proof(visitor))

    assert proof() == visitor.proof
    service.clock.forward(minutes=20)
    proof()
    service.clock.forward(minutes=11)  # half an hour without a visit
    with pytest.raises(SignInAgainError):
        proof()
    again = service.browser("bob")
    again.get("/own/x")
    stolen = front_end.visitors[-1]
    with pytest.raises(SignInAgainError):
        service.stage.server.run(front_end.door.proof(type(visitor)(**(vars(visitor) | {"handle": stolen.handle}))))


def test_a_token_that_is_renewed_while_nobody_looks_does_not_keep_anybody_signed_in(make_service, provider, front_end):
    provider.token_life_s = 600
    service = make_service(DRIVE_AGENT_OIDC_DISCOVERY_URL=provider.discovery_url)
    service.start(front_ends=[front_end])
    browser = service.browser()
    assert browser.go("/sign-in").status_code == 200
    browser.get("/own/x")
    visitor = front_end.visitors[-1]
    proofs = {visitor.proof.value}
    for _ in range(3):
        service.clock.forward(minutes=9)
        provider.ahead_s += 540
        proofs.add(service.stage.server.run(front_end.door.proof(visitor)).value)
    assert len(proofs) == len(provider.refreshes) + 1 == 4
    service.clock.forward(minutes=4)  # half an hour without a visit
    with pytest.raises(SignInAgainError):
        service.stage.server.run(front_end.door.proof(visitor))


def test_its_clients_trust_what_the_service_trusts(front_end, service):
    assert front_end.door.tls is TLS


def test_its_records_are_encrypted_in_the_services_store(service, front_end, tmp_path):
    records = front_end.door.records("web-test", Changed)
    kept = Changed("key", is_connected=True, account_email="alice@gmail.example")
    service.stage.server.run(records.put("one", kept, timedelta(minutes=1)))
    assert service.stage.server.run(records.get("one")) == kept
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    assert not any(b"gmail" in path.read_bytes() for path in files)


def test_disconnecting_is_asked_of_the_agent_audited_and_announced(service, front_end):
    browser = service.browser("alice")
    browser.get("/own/x")
    visitor = front_end.visitors[-1]
    service.stage.server.run(front_end.door.disconnect(visitor.key, visitor.proof))
    assert service.cloud.invocations[-1].payload == {"action": "disconnect"}
    assert front_end.heard[-1] == Changed(visitor.key, is_connected=False)


def test_a_sleep_ends_early_for_the_person_who_connects_and_for_nobody_else():
    async def story():
        announcements = Announcements()
        alice = asyncio.create_task(announcements.sleeper("alice")(60))
        bob = asyncio.create_task(announcements.sleeper("bob")(60))
        await asyncio.sleep(0)
        announcements.announce(Changed("alice", is_connected=False))
        await asyncio.sleep(0)
        assert not alice.done()
        announcements.announce(Changed("alice", is_connected=True))
        await asyncio.wait_for(alice, 5)
        assert not bob.done()
        bob.cancel()
        await asyncio.gather(bob, return_exceptions=True)
        await announcements.sleeper("carol")(0.001)

    asyncio.run(story())


def test_who_has_slept_or_hears_no_more_is_no_longer_called():
    async def story():
        announcements, heard = Announcements(), []
        await announcements.sleeper("alice")(0.001)
        assert announcements.hearers == 0
        unsubscribe = announcements.subscribe(heard.append)
        announcements.subscribe(heard.append)
        unsubscribe()
        unsubscribe()
        assert announcements.hearers == 1
        announcements.announce(Changed("alice", is_connected=True))
        assert len(heard) == 1

    asyncio.run(story())


def test_a_person_of_a_trusted_backend_has_the_connections_that_the_agent_tells(service, front_end):
    with pytest.raises(SignInAgainError):  # this service has no runtime that takes user ids
        service.stage.server.run(front_end.door.connections("key", UserProof("userId", "slack:T1:U1")))
