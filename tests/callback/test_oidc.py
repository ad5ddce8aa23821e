"""The provider's side of a sign-in, over real HTTP: `callback.sign_in.oidc` against a small provider."""

import logging
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest

from agent.caller import Caller
from callback.errors import CallbackError, SignInAgainError, SignInRefusedError, SignInServiceError, TokenUnusableError
from callback.records import Person, sha256
from callback.settings import OidcSettings
from callback.sign_in.oidc import Oidc, SignInStart
from tests.callback.provider import CLIENT_ID, CLIENT_SECRET, Provider

TLS = ssl.create_default_context()
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HANDLE = "handle-of-the-browser"


def oidc(provider: Provider, **changes: Any) -> Oidc:
    made = OidcSettings(provider.discovery_url, CLIENT_ID, CLIENT_SECRET, **changes)
    return Oidc(made, "https://drive.example.com/sign-in/callback", TLS)


async def begun(provider: Provider, client: Oidc) -> tuple[SignInStart, dict[str, str]]:
    """Begin to sign in, and what the browser comes back with."""
    start = await client.start("/", handle=HANDLE, now=NOW)
    async with httpx.AsyncClient() as browser:
        back = (await browser.get(start.url)).headers["location"]
    return start, {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def signed_in(provider: Provider, client: Oidc) -> Person:
    start, back = await begun(provider, client)
    return await client.finish(start.pending, back["code"], back.get("iss"))


def sign_in(provider: Provider, **changes: Any) -> Person:
    return anyio.run(signed_in, provider, oidc(provider, **changes))


def after_sign_in(provider: Provider, work: Callable[[Oidc, Person], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        client = oidc(provider)
        return await work(client, await signed_in(provider, client))

    return anyio.run(run)


# --- asking


def test_scopes_and_audience_are_those_of_the_settings(provider):
    sign_in(provider)
    sign_in(provider, scopes="openid offline_access", audience="https://agent.example")
    plain, asked = provider.authorize_requests
    assert (plain["scope"], plain.get("audience")) == ("openid email", None)
    assert (asked["scope"], asked["audience"]) == ("openid offline_access", "https://agent.example")


def test_what_is_kept_of_a_sign_in_names_the_browser_by_a_hash_and_prints_no_secret(provider):
    start, _ = anyio.run(begun, provider, oidc(provider))
    assert start.pending.browser_sha256 == sha256(HANDLE)
    assert start.pending.created == NOW
    for secret in (start.state, start.pending.nonce, start.pending.code_verifier, HANDLE):
        assert secret not in repr(start)


# --- the answer


def test_the_person_has_the_key_by_which_the_agent_knows_them(provider):
    person = sign_in(provider)
    assert person.key == Caller("jwt", f"{provider.url}/oidc", "alice-sub").key
    assert person.name == "alice@example.com"


def test_a_refresh_token_is_kept_and_not_printed(provider):
    person = sign_in(provider)
    assert provider.refresh_tokens == {person.refresh_token: "alice"}
    assert person.refresh_token not in repr(person)


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email_verified": True}, "alice@example.com"),
        ({"email_verified": "true"}, "alice@example.com"),
        ({"email_verified": "True"}, "alice@example.com"),
        ({"xms_edov": 1}, "alice@example.com"),
        ({"xms_edov": "1"}, "alice@example.com"),
        ({"email_verified": False}, ""),
        ({"email_verified": "false"}, ""),
        ({"email_verified": None}, ""),
        ({"email_verified": False, "xms_edov": True}, ""),
        ({"email_verified": ["true"]}, ""),
        ({"email": 7, "email_verified": True}, ""),
        ({"email": "alice", "email_verified": True}, ""),
        ({"email": None, "email_verified": True}, ""),
    ],
)
def test_an_e_mail_address_counts_only_where_the_provider_vouches_for_it(provider, claims, email):
    provider.id_token_changes = claims
    assert sign_in(provider).email == email


@pytest.mark.parametrize("always", [True, False])
def test_an_answer_that_names_this_provider_is_taken(provider, always):
    provider.metadata = {"authorization_response_iss_parameter_supported": always}
    provider.iss = f"{provider.url}/oidc"
    assert sign_in(provider).name == "alice@example.com"


@pytest.mark.parametrize(("always", "iss"), [(True, None), (False, "https://evil.example"), (True, "")])
def test_an_answer_of_another_provider_is_refused_before_its_code_goes_anywhere(provider, always, iss):
    provider.metadata = {"authorization_response_iss_parameter_supported": always}

    async def run() -> None:
        client = oidc(provider)
        start, back = await begun(provider, client)
        await client.finish(start.pending, back["code"], iss)

    with pytest.raises(SignInRefusedError):
        anyio.run(run)
    assert provider.token_requests == []


def test_a_provider_of_many_tenants_signs_in_the_people_of_each(provider):
    provider.metadata = {"issuer": f"{provider.url}/{{tenantid}}/v2.0"}
    provider.id_token_changes = {"tid": "tenant-a", "iss": f"{provider.url}/tenant-a/v2.0"}
    assert sign_in(provider).key
    provider.id_token_changes = {"tid": "tenant-b", "iss": f"{provider.url}/tenant-a/v2.0"}
    with pytest.raises(SignInServiceError):
        sign_in(provider)


@pytest.mark.parametrize(
    "metadata", [{"issuer": None}, {"issuer": 7}, {"authorization_endpoint": None}, {"token_endpoint": None}]
)
def test_a_discovery_document_that_lacks_something_is_the_providers_trouble(provider, metadata):
    provider.metadata = metadata
    with pytest.raises(SignInServiceError):
        sign_in(provider)


# --- refreshing


def refreshed(provider: Provider, prepare: Callable[[], None] = lambda: None) -> tuple[Person, Person]:
    async def work(client: Oidc, person: Person) -> tuple[Person, Person]:
        prepare()
        return person, await client.refresh(person)

    before, after = after_sign_in(provider, work)
    return before, after


def test_a_refresh_brings_a_new_proof_of_the_same_person_and_a_new_refresh_token(provider):
    provider.id_token_changes = {"email_verified": True}
    before, after = refreshed(provider)
    assert after.proof != before.proof
    assert provider.access_tokens[after.proof.value] == "alice"
    assert (after.key, after.name, after.email) == (before.key, before.name, "alice@example.com")
    assert provider.refresh_tokens == {after.refresh_token: "alice"}
    assert after.refresh_token != before.refresh_token
    [asked] = provider.refreshes
    assert asked == {"grant_type": "refresh_token", "refresh_token": before.refresh_token}


def test_a_provider_that_does_not_rotate_leaves_the_refresh_token_as_it_is(provider):
    provider.rotates = False
    before, after = refreshed(provider)
    assert after.refresh_token == before.refresh_token
    assert after.proof != before.proof


def test_a_refresh_token_that_is_not_taken_any_more_means_to_sign_in_again(provider):
    with pytest.raises(SignInAgainError):
        refreshed(provider, provider.refresh_tokens.clear)


@pytest.mark.parametrize("changed", ["somebody else", "another issuer"])
def test_a_refresh_that_brings_somebody_else_means_to_sign_in_again(provider, changed):
    def swap() -> None:
        if changed == "somebody else":
            provider.refresh_tokens.update(dict.fromkeys(provider.refresh_tokens, "bob"))
        else:
            other = Provider(url="http://127.0.0.1:9", key=provider.key)
            provider.refresh_answer = (200, {"access_token": other.access_token("alice"), "token_type": "Bearer"})

    with pytest.raises(SignInAgainError):
        refreshed(provider, swap)


@pytest.mark.parametrize(
    "answer",
    [
        (503, ""),
        (500, {"error": "invalid_grant"}),
        (400, {"error": "invalid_client"}),
        (400, {"error": "temporarily_unavailable"}),
        (200, "no json"),
        (200, []),
        (200, "null"),
    ],
)
def test_a_refresh_that_fails_otherwise_is_the_providers_trouble(provider, answer):
    with pytest.raises(SignInServiceError):
        refreshed(provider, lambda: setattr(provider, "refresh_answer", answer))


@pytest.mark.parametrize("tokens", [{}, {"access_token": "opaque"}, {"access_token": 7}, {"access_token": "a.b.c"}])
def test_a_refresh_without_a_usable_access_token_is_told(provider, tokens):
    with pytest.raises(TokenUnusableError):
        refreshed(provider, lambda: setattr(provider, "refresh_answer", (200, tokens)))


# --- revoking


def test_a_refresh_token_is_revoked_at_the_provider(provider):
    person = sign_in(provider)
    anyio.run(oidc(provider).revoke, person)
    assert provider.revocations == [{"token": person.refresh_token, "token_type_hint": "refresh_token"}]
    assert provider.refresh_tokens == {}


@pytest.mark.parametrize("trouble", ["refused", "no endpoint", "away", "no refresh token"])
def test_a_revocation_that_is_not_possible_hurts_nobody(provider, caplog, trouble):
    person = sign_in(provider)
    provider.revocation_status = 503 if trouble == "refused" else 200
    if trouble == "no endpoint":
        provider.without = frozenset({"revocation_endpoint"})
    elif trouble == "away":
        provider.metadata = {"revocation_endpoint": "http://127.0.0.1:1/"}
    elif trouble == "no refresh token":
        person = Person(person.key, person.name, "oidc", person.proof, person.expires_at)
    with caplog.at_level(logging.WARNING, "callback.sign_in.oidc"):
        anyio.run(oidc(provider).revoke, person)
    assert (len(caplog.records) == 1) is (trouble in {"refused", "away"})
    assert person.refresh_token == "" or person.refresh_token not in caplog.text


def test_a_provider_that_is_away_fails_as_the_service_does(provider):
    away = Provider(url="http://127.0.0.1:1")
    with pytest.raises(CallbackError) as refusal:
        sign_in(away)
    assert isinstance(refusal.value, SignInServiceError)
