"""How long the proof of somebody lives, against a provider over real HTTP and with a clock of the test."""

import json
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from starlette.responses import Response, StreamingResponse

from callback.errors import SignInAgainError, SignInServiceError
from callback.records import MIN_TOKEN_LIFE, Flow, Person, UserProof, sha256
from callback.settings import Settings
from callback.sign_in.oidc import Oidc
from callback.sign_in.renewal import FLOW_PROOF_LIFE, has_hope, renew
from callback.sign_in.tokens import local_person, person_of
from callback.state.flows import Flows
from callback.state.folder import FolderStore
from callback.state.sessions import ABSOLUTE_LIFE, Sessions
from callback.state.store import encrypted
from callback.web.browser import Browser
from tests.callback.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.callback.test_settings import LOCAL, LOOPBACK

TLS = ssl.create_default_context()
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
INVALID_GRANT = (400, {"error": "invalid_grant"})


@dataclass
class Desk:
    """One session of alice's, signed in a moment ago, and what renews it."""

    provider: Provider
    settings: Settings
    oidc: Oidc
    sessions: Sessions
    flows: Flows
    now: datetime
    handle: str
    person: Person

    async def renew(self, after: timedelta, life: timedelta = FLOW_PROOF_LIFE) -> Person:
        browser = await self.browser(after)
        self.provider.ahead_s = after.total_seconds()
        return await renew(self.settings, self.sessions, self.oidc, browser, life, self.now + after)

    async def browser(self, after: timedelta) -> Browser:
        """The session is looked at every quarter of an hour, so that it does not end for want of a visit."""
        at = self.now
        while at < self.now + after:
            await self.sessions.find(self.handle, at)
            at += 15 * MINUTE
        return Browser(self.handle, await self.sessions.find(self.handle, self.now + after))

    async def in_session(self, after: timedelta) -> Person:
        found = await self.sessions.find(self.handle, self.now + after)
        assert found is not None
        assert found.person is not None
        return found.person


@pytest.fixture
def at_desk(provider: Provider, tmp_path: Path) -> Callable[..., Any]:
    def run(
        work: Callable[[Desk], Awaitable[Any]], *, refreshable: bool = True, deadline_s: float = 10, **variables: str
    ) -> Any:
        found = {
            "DRIVE_AGENT_OIDC_DISCOVERY_URL": provider.discovery_url,
            "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
            "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }
        settings = Settings.load(LOCAL | found | variables)
        assert settings.oidc is not None
        client = Oidc(settings.oidc, "http://localhost:9090/sign-in/callback", TLS, deadline_s=deadline_s)

        async def opened() -> Any:
            async with FolderStore(tmp_path / "state") as folder:
                store = encrypted(folder, settings.session_key)
                refresh_token = provider.refresh_token("alice") if refreshable else ""
                person = person_of(provider.access_token("alice"), "oidc", {}, refresh_token)
                sessions, now = Sessions(store), datetime.now(UTC)
                handle, _ = await sessions.begin(now, person)
                return await work(Desk(provider, settings, client, sessions, Flows(store), now, handle, person))

        return anyio.run(opened)

    return run


# --- with a refresh token


def test_a_proof_that_lives_long_enough_is_left_alone(at_desk, provider):
    async def work(desk):
        return desk.person, await desk.renew(HOUR - 13 * MINUTE)

    person, renewed = at_desk(work)
    assert renewed == person
    assert provider.refreshes == []


def test_a_proof_that_would_not_outlive_a_flow_is_refreshed_and_kept(at_desk, provider):
    async def work(desk):
        renewed = await desk.renew(50 * MINUTE)
        return desk.person, renewed, await desk.in_session(50 * MINUTE)

    person, renewed, kept = at_desk(work)
    assert renewed == kept
    assert renewed.proof != person.proof
    assert provider.refresh_tokens == {renewed.refresh_token: "alice"}
    assert len(provider.refreshes) == 1


def test_two_tabs_do_not_use_one_refresh_token_twice(at_desk, provider):
    """The provider rotates: the second use of a refresh token would be refused."""

    async def work(desk):
        got = []
        await desk.browser(50 * MINUTE)

        async def tab():
            got.append(await desk.renew(50 * MINUTE))

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(tab)
        return got

    got = at_desk(work)
    assert len(provider.refreshes) == 1
    assert len(got) == 5
    assert len({person.proof.value for person in got}) == 1


def test_a_refresh_never_changes_the_proof_of_an_open_flow(at_desk, provider):
    async def work(desk):
        started = await desk.renew(timedelta(0))
        flow = Flow(
            state_sha256=sha256("state"),
            session_uri="urn:ietf:params:oauth:request_uri:sample",
            auth_url="https://bedrock-agentcore.example/authorize",
            ask="details",
            user_key=started.key,
            proof=started.proof,
            runtime_session="conversation-0123456789",
            created=desk.now,
        )
        handle = await desk.flows.open(flow)
        renewed = [await desk.renew(after) for after in (55 * MINUTE, 56 * MINUTE)]
        return started, renewed, await desk.flows.find(handle), await desk.flows.take(handle, desk.now + 56 * MINUTE)

    started, renewed, found, taken = at_desk(work)
    assert provider.refreshes
    assert all(person.proof != started.proof for person in renewed)
    assert found.proof == taken.proof == started.proof


def test_a_provider_that_is_away_costs_nothing_while_the_proof_still_lasts(at_desk, provider):
    provider.refresh_answer = (503, "")

    async def work(desk):
        life = FLOW_PROOF_LIFE
        lasting = await desk.renew(HOUR - life - MINUTE / 2, life)
        with pytest.raises(SignInServiceError):
            await desk.renew(HOUR - life + MINUTE / 2, life)
        shorter = await desk.renew(HOUR - life + MINUTE / 2, MIN_TOKEN_LIFE)
        return desk.person, lasting, shorter

    person, lasting, shorter = at_desk(work)
    assert lasting == shorter == person
    assert len(provider.refreshes) == 2


def test_a_refresh_token_that_is_not_taken_any_more_means_to_sign_in_again(at_desk, provider):
    provider.refresh_answer = INVALID_GRANT

    async def work(desk):
        with pytest.raises(SignInAgainError):
            await desk.renew(50 * MINUTE)

    at_desk(work)


def test_where_another_process_was_faster_its_result_counts(at_desk, provider):
    """It has used the refresh token and has written the session, between our reading and the provider's refusal."""

    async def work(desk):
        faster = replace(
            desk.person, proof=UserProof("userToken", "of the other process"), expires_at=desk.now + 9 * HOUR
        )
        elsewhere = Sessions(desk.sessions._records._store)

        async def overtaken(person):
            async def theirs(_):
                return faster

            await elsewhere.change_person(desk.handle, desk.now + 50 * MINUTE, theirs)
            raise SignInAgainError

        desk.oidc.refresh = overtaken
        return faster, await desk.renew(50 * MINUTE)

    faster, renewed = at_desk(work)
    assert renewed == faster


def test_tokens_that_never_outlive_a_flow_are_as_good_as_it_gets(at_desk, provider):
    async def work(desk):
        renewed = await desk.renew(9 * MINUTE)
        return renewed, renewed.expires_at - desk.now, await desk.in_session(9 * MINUTE)

    provider.token_life_s = 600
    renewed, ends, kept = at_desk(work)
    assert renewed == kept
    assert 18 * MINUTE < ends < 20 * MINUTE
    assert len(provider.refreshes) == 1


def test_tokens_that_have_run_out_when_they_come_are_none(at_desk, provider):
    """A clock that is wrong, here or there."""

    async def work(desk):
        provider.token_life_s = -60
        with pytest.raises(SignInAgainError):
            await desk.renew(55 * MINUTE)

    at_desk(work)
    assert len(provider.refreshes) == 1


def test_no_refresh_puts_off_the_absolute_end(at_desk, provider):
    async def work(desk):
        at = timedelta(0)
        while at < ABSOLUTE_LIFE:
            await desk.renew(at)
            at += 20 * MINUTE
        with pytest.raises(SignInAgainError):
            await desk.renew(ABSOLUTE_LIFE)

    at_desk(work)
    assert len(provider.refreshes) == 7, "one for each hour but the first"


class Slow:
    """An answer of the token endpoint that begins, and goes on when the test says so."""

    def __init__(self) -> None:
        self.is_asked, self.may_go_on = threading.Event(), threading.Event()
        self.content = b"{}"

    def __call__(self) -> Response:
        self.is_asked.set()
        return StreamingResponse(self._drops(), media_type="application/json")

    async def _drops(self) -> AsyncIterator[bytes]:
        while not self.may_go_on.is_set():
            yield b" "
            await anyio.sleep(0.01)
        yield self.content

    async def begun(self) -> None:
        assert await anyio.to_thread.run_sync(self.is_asked.wait, 10)


def test_a_refresh_that_comes_drop_by_drop_ends_with_the_time_and_lets_others_go_on(at_desk, provider):
    provider.instead["token"] = Slow()

    async def work(desk):
        with anyio.fail_after(5), pytest.raises(SignInServiceError):
            await desk.renew(50 * MINUTE)
        provider.instead = {}
        return desk.person, await desk.renew(50 * MINUTE)

    person, renewed = at_desk(work, deadline_s=0.2)
    assert renewed.proof != person.proof


def test_neither_a_page_nor_a_sign_out_waits_for_a_refresh(at_desk, provider):
    provider.instead["token"] = slow = Slow()

    async def work(desk):
        await desk.browser(50 * MINUTE)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(desk.renew, 50 * MINUTE)
            await slow.begun()
            with anyio.fail_after(5):
                # Longer ago than what a visit does not write down.
                seen = await desk.sessions.find(desk.handle, desk.now + 55 * MINUTE)
                await desk.sessions.end(desk.handle, desk.now + 55 * MINUTE)
                gone = await desk.sessions.find(desk.handle, desk.now + 55 * MINUTE)
            tasks.cancel_scope.cancel()
        return seen, gone

    seen, gone = at_desk(work, deadline_s=60)
    assert seen.person
    assert gone is None


def test_a_visit_that_did_not_wait_is_written_down_by_the_next_one(at_desk, provider):
    provider.instead["token"] = slow = Slow()

    async def work(desk):
        await desk.browser(25 * MINUTE)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(desk.renew, 25 * MINUTE, 50 * MINUTE)
            await slow.begun()
            during = await desk.sessions.find(desk.handle, desk.now + 40 * MINUTE)
            tasks.cancel_scope.cancel()
        after = await desk.sessions.find(desk.handle, desk.now + 40 * MINUTE)
        return [found.seen - desk.now for found in (during, after)]

    assert at_desk(work, deadline_s=60) == [25 * MINUTE, 40 * MINUTE]


def test_a_visit_that_is_written_down_leaves_the_session_to_others(at_desk, provider):
    async def work(desk):
        lock = desk.sessions._records.lock(desk.handle)
        seen = (await desk.sessions.find(desk.handle, desk.now + 25 * MINUTE)).seen
        return seen - desk.now, lock.locked()

    assert at_desk(work) == (25 * MINUTE, False)


def test_a_sign_out_during_a_refresh_ends_the_refresh_token_that_comes_back(at_desk, provider):
    provider.instead["token"] = slow = Slow()

    async def work(desk):
        await desk.browser(50 * MINUTE)
        newer = provider.refresh_token("alice")
        tokens = {"access_token": provider.access_token("alice"), "token_type": "Bearer", "refresh_token": newer}
        slow.content = json.dumps(tokens).encode()

        async def renewing():
            with pytest.raises(SignInAgainError):
                await desk.renew(50 * MINUTE)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(renewing)
            await slow.begun()
            await desk.sessions.end(desk.handle, desk.now + 50 * MINUTE)
            await desk.oidc.revoke(desk.person)
            slow.may_go_on.set()
        return desk.person.refresh_token, newer

    older, newer = at_desk(work)
    assert [asked["token"] for asked in provider.revocations] == [older, newer]
    assert provider.refresh_tokens == {}


# --- without


@pytest.mark.parametrize(
    ("after", "life", "works"),
    [
        (HOUR - 12 * MINUTE, FLOW_PROOF_LIFE, True),
        (HOUR - 10 * MINUTE, FLOW_PROOF_LIFE, False),
        (HOUR - 10 * MINUTE, MIN_TOKEN_LIFE, True),
        (HOUR - MINUTE, MIN_TOKEN_LIFE, False),
    ],
)
def test_without_a_refresh_token_a_proof_lasts_or_one_signs_in_again(at_desk, provider, after, life, works):
    async def work(desk):
        browser = await desk.browser(after)
        hope = has_hope(browser.browser_session, desk.person, life, desk.now + after)
        try:
            return hope, await desk.renew(after, life) == desk.person
        except SignInAgainError:
            return hope, False

    assert at_desk(work, refreshable=False) == (works, works)
    assert provider.refreshes == []


@pytest.mark.parametrize(("after", "works"), [(timedelta(0), True), (MINUTE, True), (2 * MINUTE, False)])
def test_who_has_just_signed_in_goes_on_with_whatever_the_provider_gives(at_desk, provider, after, works):
    provider.token_life_s = 300

    async def work(desk):
        if works:
            return await desk.renew(after) == desk.person
        with pytest.raises(SignInAgainError):
            await desk.renew(after)
        return True

    assert at_desk(work, refreshable=False)


def test_a_session_without_anybody_has_nothing_to_renew(at_desk):
    async def work(desk):
        handle, empty = await desk.sessions.begin(desk.now)
        for browser in (Browser(None, None), Browser(handle, empty)):
            with pytest.raises(SignInAgainError):
                await renew(desk.settings, desk.sessions, desk.oidc, browser, MIN_TOKEN_LIFE, desk.now)

    at_desk(work)


def test_the_person_at_this_computer_and_the_owner_of_a_token_file_need_no_provider(at_desk, provider, tmp_path):
    async def local(desk):
        handle, session = await desk.sessions.begin(desk.now, local_person("local"))
        later = desk.now + 9 * MINUTE
        return await renew(
            desk.settings, desk.sessions, None, Browser(handle, session), FLOW_PROOF_LIFE, later
        ) == local_person("local")

    assert at_desk(local, DRIVE_AGENT_LOCAL_AGENT_URL="http://127.0.0.1:8080")

    file = tmp_path / "token"
    file.write_text(provider.access_token("alice"), encoding="utf-8")

    async def loopback(desk):
        person = person_of(file.read_text(encoding="utf-8"), "loopback")
        handle, session = await desk.sessions.begin(desk.now, person)
        provider.token_life_s = 300
        file.write_text(provider.access_token("alice"), encoding="utf-8")
        renewed = await renew(
            desk.settings, desk.sessions, None, Browser(handle, session), FLOW_PROOF_LIFE, desk.now + MINUTE
        )
        return renewed.proof.value == file.read_text(encoding="utf-8")

    assert at_desk(loopback, **LOOPBACK | {"DRIVE_AGENT_TOKEN": "", "DRIVE_AGENT_TOKEN_FILE": str(file)})
    assert provider.refreshes == []
