"""ID tokens that are not the identity provider's, or not for us, or not for now: of an issuer of our own that lies."""

import json
import socket

import pytest
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse

from callback.app import create_app
from callback.settings import Settings
from local import children
from tests.attacks import forgery
from tests.attacks.conftest import Field
from tests.attacks.stage import Serving
from tests.attacks.world import CONNECT
from tests.callback.cloud import CLIENT_ID, CLIENT_SECRET, Cloud
from tests.callback.servers import Server

KEY = ECKey.generate_key("P-256", {"kid": "sample"})
OTHER = ECKey.generate_key("P-256", {"kid": "sample"})


class LyingCloud(Cloud):
    """Hands out what `forge` makes of an honest ID token's claims."""

    forge = None

    async def token(self, request):
        answer = await super().token(request)
        if self.forge is None or answer.status_code != 200:
            return answer
        tokens = json.loads(answer.body)
        return JSONResponse(tokens | {"id_token": self.forge(forgery.claims_of(tokens["id_token"]))})


@pytest.fixture(scope="module")
def liar():
    cloud = LyingCloud(key=KEY, id_token_changes={"email_verified": True})
    server = Server(cloud.app())
    cloud.url = f"http://127.0.0.1:{server.port}"
    yield cloud
    server.stop()


@pytest.fixture(scope="module")
def lying_field(stack, liar, tmp_path_factory):
    """A second callback service on the same stack, whose people sign in at the liar."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://localhost:{port}"
    environ = stack.service_environ | {
        "DRIVE_AGENT_CALLBACK_URL": origin,
        "DRIVE_AGENT_CALLBACK_STATE": str(tmp_path_factory.mktemp("liar")),
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{liar.url}/oidc/.well-known/openid-configuration",
        "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    app = create_app(Settings.load(environ), now=stack.clock)
    log = stack.options.home / "logs" / "liar.log"
    child = children.Child("callback", Serving(app, port), f"{origin}/healthz", log)
    children.wait_until_ready(child)
    yield Field(stack, origin)
    children.stop(child)


def sign(claims, key=KEY, **header):
    return forgery.signed(claims, key, "ES256", **{"kid": "sample", **header})


PUBLIC = json.dumps(KEY.as_dict(private=False)).encode()
FORGERIES = {
    "no signature": forgery.unsigned,
    "no signature, spelled otherwise": lambda claims: forgery.unsigned(claims, alg="nOnE"),
    "the signature left out": lambda claims: forgery.unsigned(claims, alg="ES256", kid="sample"),
    "a signature of zeros": lambda claims: forgery.unsigned(claims, "ES256", forgery.encoded(bytes(64)), kid="sample"),
    "HS256 with the public key": lambda claims: forgery.with_secret(claims, PUBLIC, kid="sample"),
    "HS256 with the public key as PEM": lambda claims: forgery.with_secret(claims, KEY.as_pem(private=False)),
    "HS256 with the client secret": lambda claims: forgery.with_secret(claims, CLIENT_SECRET.encode()),
    "HS256 with nothing": lambda claims: forgery.with_secret(claims, b""),
    "another key": lambda claims: sign(claims, OTHER),
    "another key in its header": lambda claims: sign(claims, OTHER, jwk=OTHER.as_dict(private=False)),
    "another issuer": lambda claims: sign(claims | {"iss": "https://evil.example"}),
    "no issuer": lambda claims: sign({name: value for name, value in claims.items() if name != "iss"}),
    "another audience": lambda claims: sign(claims | {"aud": "another-client"}),
    "an audience that begins like ours": lambda claims: sign(claims | {"aud": f"{CLIENT_ID}-2"}),
    "another client's, with ours beside it": lambda claims: sign(claims | {"aud": [CLIENT_ID, "b"], "azp": "b"}),
    "expired": lambda claims: sign(claims | {"exp": claims["iat"] - 600}),
    "not yet valid": lambda claims: sign(claims | {"nbf": claims["iat"] + 3600}),
    "without an end": lambda claims: sign({name: value for name, value in claims.items() if name != "exp"}),
    "another nonce": lambda claims: sign(claims | {"nonce": "of-another-sign-in"}),
    "no nonce": lambda claims: sign({name: value for name, value in claims.items() if name != "nonce"}),
    "another access token's": lambda claims: sign(claims | {"at_hash": "x"}),
}
BY_SIGNATURE = [name for name in FORGERIES if "signature" in name or "HS256" in name or "another key" in name]


def signing_in(liar, name):
    def attack(world):
        liar.who, liar.forge = "alice", FORGERIES.get(name)
        world.others_here.add(liar.url)
        attackers = world.attackers()
        return [attackers.page, attackers.go("/")]

    return attack


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_id_token_signs_nobody_in(lying_field, liar, name):
    outcome = lying_field.withstands(signing_in(liar, name))
    assert outcome.statuses == (502, 200)


def test_an_honest_id_token_signs_in(lying_field, liar):
    outcome = lying_field.play(signing_in(liar, ""))
    assert "revealed the work e-mail address" in outcome.harm, "else the tests beside this one would show nothing"


@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_without_the_check_of_the_signature_a_forged_id_token_signs_in(lying_field, liar, name):
    lying_field.falls_to(signing_in(liar, name), without="the ID token's signature")


def test_without_the_comparison_of_the_nonce_an_id_token_of_another_sign_in_signs_in(lying_field, liar):
    lying_field.falls_to(signing_in(liar, "another nonce"), without="the nonce")


def answer_of_another_issuer(liar):
    """Mix-up (RFC 9207): the browser comes back with the name of another identity provider."""

    def attack(world):
        liar.who, liar.forge = "alice", None
        world.others_here.add(liar.url)
        attackers = world.attackers(signed_in=False)
        link = attackers.held(f"{world.origin}/sign-in/callback", attackers.sign_in)
        return [attackers.open(f"{link}&iss=https://evil.example"), attackers.go("/")]

    return attack


def test_an_answer_in_the_name_of_another_issuer_signs_nobody_in(lying_field, liar):
    outcome = lying_field.withstands(answer_of_another_issuer(liar))
    assert outcome.statuses[0] in {400, 502}


def address_that_nobody_has_checked(liar):
    """At many providers people change their own address, and it counts as unverified until they prove it.

    Bob takes Alice's. Shown as his name, it would make the pages of a session that he planted look like hers.
    """

    def attack(world):
        liar.who = "bob"
        liar.forge = lambda claims: sign(claims | {"email": world.victim.email, "email_verified": False})
        world.others_here.add(liar.url)
        attackers = world.attackers()
        return [attackers.page, attackers.go("/"), attackers.go(CONNECT)]

    return attack


def test_an_address_that_the_identity_provider_has_not_verified_is_nobodys_name(lying_field, liar):
    lying_field.withstands(address_that_nobody_has_checked(liar))
