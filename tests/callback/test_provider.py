"""A provider whose answers are wrong for a while, too long or too slow: over real HTTP, with a clock of the test."""

import base64
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey
from starlette.responses import JSONResponse, Response

from callback.bounded import MAX_BYTES
from callback.errors import SignInServiceError, TokenUnusableError
from callback.records import Person
from callback.settings import OidcSettings
from callback.sign_in.metadata import ForeignIssuerError, read_keys, read_metadata
from callback.sign_in.oidc import Oidc
from callback.sign_in.provider import LIFE_S, PAUSE_S
from tests.callback.floods import KINDS, Flood
from tests.callback.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.callback.test_oidc import signed_in

TLS = ssl.create_default_context()
DISCOVERY = "https://id.example/.well-known/openid-configuration"
DOCUMENT = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/authorize",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://id.example/keys",
}


class Desk:
    """One `Oidc` at a provider, and how far its clock has come."""

    def __init__(self, provider: Provider, deadline_s: float = 10) -> None:
        self.provider, self.at = provider, 1000.0
        settings = OidcSettings(provider.discovery_url, CLIENT_ID, CLIENT_SECRET)
        self.oidc = Oidc(settings, "https://drive.example.com/back", TLS, clock=lambda: self.at, deadline_s=deadline_s)

    async def sign_in(self) -> Person:
        return await signed_in(self.provider, self.oidc)

    async def fails(self) -> None:
        with pytest.raises(SignInServiceError):
            await self.sign_in()

    def times(self, name: str) -> int:
        return [asked for asked, _ in self.provider.requests].count(name)


def at_desk(provider: Provider, work: Callable[[Desk], Awaitable[None]], **options: Any) -> None:
    anyio.run(work, Desk(provider, **options))


def another_key(kid: str = "sample") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


def published(*keys: Any) -> Callable[[], Response]:
    return lambda: JSONResponse(
        {"keys": [key.as_dict(private=False) if hasattr(key, "as_dict") else key for key in keys]}
    )


def saying(content: object) -> Callable[[], Response]:
    return lambda: JSONResponse(content)


# --- wrong for a while

NO_POINT = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA", "kid": "sample"}
BAD_FIELDS: list[dict[str, Any]] = [
    {"issuer": None},
    {"issuer": 7},
    {"issuer": ["https://id.example"]},
    {"issuer": "https://evil.example"},
    {"issuer": "\ud800"},
    {"jwks_uri": None},
    {"jwks_uri": 7},
    {"jwks_uri": "keys"},
    {"jwks_uri": "http://id.example/keys"},
    {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": "https://"},
    {"jwks_uri": "http://127.0.0.1:1/keys"},
    {"token_endpoint": None},
    {"token_endpoint": ["https://id.example/token"]},
    {"token_endpoint": "https://id.example:99999/token"},
    {"token_endpoint": "https://somebody@id.example/token"},
    {"token_endpoint": "https://id.example/to ken"},
    {"authorization_endpoint": None},
    {"authorization_endpoint": {}},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"authorization_endpoint": "https://[/"},
    {"authorization_endpoint": "https://id.example/\r\nSet-Cookie: a=b"},
    {"authorization_endpoint": f"https://id.example/{'a' * 3000}"},
    {"revocation_endpoint": 7},
    {"id_token_signing_alg_values_supported": 7},
    {"id_token_signing_alg_values_supported": "ES256"},
    {"id_token_signing_alg_values_supported": [7]},
    {"id_token_signing_alg_values_supported": ["ES256"] * 51},
    {"authorization_response_iss_parameter_supported": "yes"},
]


def test_a_document_with_all_its_fields_is_taken():
    found = read_metadata(DOCUMENT | {"id_token_signing_alg_values_supported": ["HS256", "none", "ES256"]}, DISCOVERY)
    assert (found.issuer, found.jwks_uri) == ("https://id.example", "https://id.example/keys")
    assert found.signatures == ("ES256",)
    assert read_metadata(DOCUMENT, DISCOVERY).signatures == ("RS256",)


@pytest.mark.parametrize("field", BAD_FIELDS, ids=repr)
def test_a_document_with_one_field_that_is_not_as_it_must_be_is_none(field):
    with pytest.raises(ValueError):
        read_metadata(DOCUMENT | field, DISCOVERY)


@pytest.mark.parametrize("said", [None, [], "text", 7, {}])
def test_what_is_no_document_is_none(said):
    with pytest.raises(ValueError):
        read_metadata(said, DISCOVERY)


def test_a_document_that_names_a_foreign_issuer_is_told_apart():
    with pytest.raises(ForeignIssuerError):
        read_metadata(DOCUMENT | {"issuer": "https://evil.example"}, DISCOVERY)


ANYTHING_BUT_A_DOCUMENT = [{}, [], None, 7, "text"]


@pytest.mark.parametrize("said", ANYTHING_BUT_A_DOCUMENT, ids=repr)
def test_what_is_no_document_costs_no_later_sign_in(provider, said):
    provider.instead["discovery"] = saying(said)

    async def work(desk: Desk) -> None:
        await desk.fails()
        provider.instead = {}
        await desk.sign_in()

    at_desk(provider, work)


@pytest.mark.parametrize("field", [field for field in BAD_FIELDS if field != {"issuer": "\ud800"}], ids=repr)
def test_one_bad_field_costs_no_later_sign_in(provider, field):
    provider.metadata = field

    async def work(desk: Desk) -> None:
        await desk.fails()
        provider.metadata = {}
        await desk.sign_in()

    at_desk(provider, work)


BAD_KEYS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "none": lambda own: [],
    "a text": lambda own: "keys",
    "an object": lambda own: {},
    "junk": lambda own: [7, "key", None, {}, {"kty": []}, {"kty": "EC"}, NO_POINT],
    "another key under the same name": lambda own: [another_key().as_dict(private=False)],
    "a secret": lambda own: [OctKey.generate_key(256, {"kid": "sample"}).as_dict(private=True)],
    "a key for encryption": lambda own: [own | {"use": "enc"}],
    "a key of a use that is no text": lambda own: [own | {"use": ["sig"]}],
    "a key whose name is no text": lambda own: [own | {"kid": 7}],
    "too many": lambda own: [own] * 51,
}


@pytest.mark.parametrize("kind", BAD_KEYS)
def test_bad_keys_cost_no_later_sign_in(provider, kind):
    provider.instead["jwks"] = saying({"keys": BAD_KEYS[kind](provider.key.as_dict(private=False))})

    async def work(desk: Desk) -> None:
        await desk.fails()
        provider.instead = {}
        await desk.sign_in()

    at_desk(provider, work)


def test_keys_that_only_the_provider_has_are_left_and_nothing_else():
    own = another_key().as_dict(private=False)
    secret = OctKey.generate_key(256, {"kid": "sample"}).as_dict(private=True)
    assert read_keys({"keys": [secret, own, NO_POINT, own | {"use": "enc"}]}) == {"keys": [own]}


@pytest.mark.parametrize("said", [None, 7, [], {}, {"keys": None}, {"keys": []}, {"keys": [NO_POINT]}])
def test_where_no_key_is_left_there_are_none(said):
    with pytest.raises(ValueError):
        read_keys(said)


PARTS = st.one_of(
    st.none(),
    st.integers(),
    st.lists(st.text(max_size=3), max_size=2),
    st.text(max_size=20),
    st.binary(max_size=70).map(lambda number: base64.urlsafe_b64encode(number).decode().rstrip("=")),
    st.sampled_from(["RSA", "EC", "OKP", "P-256", "P-521", "secp256k1", "Ed25519", "X25519", "AQAB", "sig", "ES256"]),
)


@given(
    st.dictionaries(
        st.sampled_from(["kid", "use", "alg", "key_ops", "n", "e", "d", "x", "y", "x5c"]), PARTS, max_size=6
    ),
    st.sampled_from(["RSA", "EC", "OKP"]),
    PARTS,
)
def test_whatever_a_key_says_it_is_used_or_left_out(said, kind, curve):
    key = said | {"kty": kind, "crv": curve}
    own = another_key("own").as_dict(private=False)
    assert own in read_keys({"keys": [key, own]})["keys"]


def test_a_usable_key_beside_others_is_used(provider):
    provider.instead["jwks"] = published({"kty": "AKP", "kid": "later"}, 7, NO_POINT, provider.key)
    at_desk(provider, Desk.sign_in)


# --- for how long


def test_the_document_and_the_keys_are_asked_for_every_ten_minutes(provider):
    async def work(desk: Desk) -> None:
        for after in (0.0, 1.0, LIFE_S - 2):
            desk.at += after
            await desk.sign_in()
        assert (desk.times("discovery"), desk.times("jwks")) == (1, 1)
        desk.at += 1
        await desk.sign_in()
        assert (desk.times("discovery"), desk.times("jwks")) == (2, 2)

    at_desk(provider, work)


def test_a_document_that_has_gone_bad_meanwhile_is_not_made_up_for_by_the_old_one(provider):
    async def work(desk: Desk) -> None:
        await desk.sign_in()
        provider.metadata = {"jwks_uri": 7}
        desk.at += LIFE_S
        await desk.fails()
        provider.metadata = {}
        await desk.sign_in()

    at_desk(provider, work)


def test_a_withdrawn_key_counts_no_longer_than_the_keys_are_kept(provider):
    withdrawn = provider.key

    async def work(desk: Desk) -> None:
        await desk.sign_in()
        provider.instead["jwks"] = published(another_key("newer"))
        provider.id_token_key = withdrawn
        desk.at += LIFE_S - 1
        await desk.sign_in()
        desk.at += 1
        await desk.fails()

    at_desk(provider, work)


@pytest.mark.parametrize("kid", ["newer", "sample"])
def test_a_rotated_key_works_at_once_also_under_the_same_name(provider, kid):
    async def work(desk: Desk) -> None:
        await desk.sign_in()
        provider.id_token_key = another_key(kid)
        provider.instead["jwks"] = published(provider.id_token_key)
        await desk.sign_in()
        await desk.sign_in()
        assert desk.times("jwks") == 2

    at_desk(provider, work)


def test_many_sign_ins_with_a_rotated_key_ask_for_it_once(provider):
    async def work(desk: Desk) -> None:
        await desk.sign_in()
        provider.id_token_key = another_key("newer")
        provider.instead["jwks"] = published(provider.id_token_key)
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(desk.sign_in)
        assert desk.times("jwks") == 2

    at_desk(provider, work)


def test_tokens_that_never_verify_do_not_make_us_ask_all_the_time(provider):
    provider.id_token_key = another_key("unknown")

    async def work(desk: Desk) -> None:
        for _ in range(10):
            await desk.fails()
        assert desk.times("jwks") <= 3
        assert desk.times("discovery") <= 2
        before, desk.at = desk.times("jwks"), desk.at + PAUSE_S
        await desk.fails()
        assert desk.times("jwks") > before, "but it is asked again, for it may have been mended"

    at_desk(provider, work)


# --- too long, too slow

AS_MANY_AS_A_SOCKET_HOLDS = 12 * 1024 * 1024


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["discovery", "jwks", "token"])
def test_an_answer_without_measure_ends_a_sign_in_and_no_later_one(provider, name, kind):
    flood = Flood()
    provider.instead[name] = lambda: KINDS[kind](flood)

    async def work(desk: Desk) -> None:
        with anyio.fail_after(5):
            await desk.fails()
        assert flood.sent < MAX_BYTES + AS_MANY_AS_A_SOCKET_HOLDS
        provider.instead = {}
        await desk.sign_in()

    at_desk(provider, work, deadline_s=0.3 if kind == "dripping" else 10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_without_measure_is_the_providers_trouble(provider, kind):
    flood = Flood()

    async def work(desk: Desk) -> None:
        person = await desk.sign_in()
        provider.instead["token"] = lambda: KINDS[kind](flood)
        with anyio.fail_after(5), pytest.raises(SignInServiceError):
            await desk.oidc.refresh(person)
        assert flood.sent < MAX_BYTES + AS_MANY_AS_A_SOCKET_HOLDS

    at_desk(provider, work, deadline_s=0.3 if kind == "dripping" else 10)


@pytest.mark.parametrize("kind", ["long", "compressed"])
def test_a_revocation_without_measure_hurts_nobody(provider, kind, caplog):
    flood = Flood()

    async def work(desk: Desk) -> None:
        person = await desk.sign_in()
        provider.instead["revoke"] = lambda: KINDS[kind](flood)
        with caplog.at_level(logging.WARNING, "callback.sign_in.oidc"):
            await desk.oidc.revoke(person)
        assert len(caplog.records) == 1
        assert flood.sent < MAX_BYTES + AS_MANY_AS_A_SOCKET_HOLDS

    at_desk(provider, work)


def test_no_answer_is_asked_for_in_a_compressed_form(provider):
    async def work(desk: Desk) -> None:
        await desk.oidc.revoke(await desk.oidc.refresh(await desk.sign_in()))

    at_desk(provider, work)
    asked = [(name, encoding) for name, encoding in provider.requests if name != "authorize"]
    assert asked == [(name, "identity") for name in ("discovery", "token", "jwks", "token", "revoke")]


@pytest.mark.parametrize("text", ["a.b\n.c", "a.b.c\ud800", "ä.b.c", ["a.b.c"], {"a": "b"}, None])
def test_an_access_token_of_the_wrong_kind_is_told(provider, text):
    async def work(desk: Desk) -> None:
        person = await desk.sign_in()
        provider.refresh_answer = (200, {"access_token": text})
        with pytest.raises(TokenUnusableError):
            await desk.oidc.refresh(person)

    at_desk(provider, work)


@pytest.mark.parametrize("text", ["\ud800", "a\nb", "ä", 7, ["a"], {"a": "b"}, None, ""])
def test_a_refresh_token_of_the_wrong_kind_is_none(provider, text):
    async def work(desk: Desk) -> None:
        person = await desk.sign_in()
        provider.refresh_answer = (200, {"access_token": provider.access_token("alice"), "refresh_token": text})
        assert (await desk.oidc.refresh(person)).refresh_token == person.refresh_token

    at_desk(provider, work)
