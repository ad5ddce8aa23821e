import base64
import hmac
import json
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from moto.utilities.utils import load_resource

MISMATCH = "Authorization method mismatch. The agent is configured for a different authorization method"
SIGV4 = (
    "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=x"
)


@dataclass(frozen=True)
class FromNow:
    """A moment after the test begins: tests are collected long before they run."""

    seconds: int


@pytest.fixture(scope="module")
def pool_key():
    """The key with which moto signs; it is public, like everything of the stand-in."""
    return RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


@pytest.fixture
def claims(pool):
    now = int(time.time())
    return {
        "iss": pool.issuer,
        "sub": "somebody",
        "client_id": pool.cli,
        "token_use": "access",
        "iat": now,
        "exp": now + 3600,
    }


@pytest.fixture
def invoke(http, path, runtime):
    def call(token):
        return http.post(path, json={}, headers={"Authorization": f"Bearer {token}"})

    return call


def sign(claims, key, alg="RS256", kid="dummy"):
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def test_token_of_the_pool_is_accepted(invoke, claims, pool_key, container):
    assert invoke(sign(claims, pool_key)).status_code == 200
    assert len(container.seen) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"iss": "https://cognito-idp.us-west-2.amazonaws.com/us-west-2_other"}, "another issuer"),
        ({"exp": 1}, "has expired"),
        ({"exp": FromNow(45)}, "expires within a minute"),
        ({"nbf": FromNow(600)}, "not valid yet"),
        ({"exp": "soon"}, "does not say when"),
        ({"sub": ""}, "no issuer or no subject"),
    ],
)
def test_token_that_proves_nothing_is_a_401_with_a_sentence(invoke, claims, pool_key, container, change, sentence):
    now = int(time.time())
    told = {name: now + value.seconds if isinstance(value, FromNow) else value for name, value in change.items()}
    answer = invoke(sign({**claims, **told}, pool_key))
    assert answer.status_code == 401
    assert sentence in answer.json()["message"]
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert container.seen == []


def test_token_expires_while_the_clock_goes_on(invoke, pool, clock):
    token = pool.token()
    assert invoke(token).status_code == 200
    clock.ahead = timedelta(minutes=59, seconds=30)
    assert invoke(token).status_code == 401


def test_token_of_another_client_is_a_403(invoke, claims, pool_key, pool):
    answer = invoke(sign({**claims, "client_id": pool.web}, pool_key))
    assert (answer.status_code, answer.json()["message"]) == (403, "Claim 'client_id' mismatch")
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_audience_is_checked_when_it_is_configured(http, invoke, claims, pool_key):
    wish = {"allowedClients": [], "allowedAudience": ["drive"]}
    http.put("/_standin/runtimes/drive_agent", json=wish).raise_for_status()
    answer = invoke(sign({**claims, "aud": "other"}, pool_key))
    assert (answer.status_code, answer.json()["message"]) == (403, "Claim 'aud' value mismatch.")
    assert invoke(sign({**claims, "aud": ["x", "drive"]}, pool_key)).status_code == 200


def encode(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def by_hand(claims, alg, secret=None):
    """What no library agrees to make: no signature, or an HMAC with the public key as its secret."""
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": alg, "kid": "dummy"}, claims))
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), 'sha256')) if secret else ''}"


def test_forged_signatures_are_refused(invoke, claims, pool_key, container):
    without_alg = RSAKey.import_key({k: v for k, v in pool_key.as_dict(private=True).items() if k != "alg"})
    other = RSAKey.generate_key(2048)
    good = sign(claims, pool_key)
    for forged in (
        by_hand(claims, "none"),
        by_hand(claims, "HS256", pool_key.as_pem(private=False)),
        sign(claims, other),
        sign(claims, other, kid="unknown"),
        sign(claims, without_alg, "RS512"),
        good[:-4] + "AAAA",
        "not-a-token",
    ):
        assert invoke(forged).status_code == 401
    assert container.seen == []


def test_missing_token_is_a_401_that_says_where_to_get_one(http, path, runtime, pool):
    answer = http.post(path, json={})
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (401, "UnauthorizedException")
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer resource_metadata="http://127.0.0.1:')
    metadata = http.get(challenge.split('"')[1]).json()
    assert metadata["authorization_servers"] == [pool.issuer]


def test_method_of_the_other_kind_of_runtime_is_a_403(http, path, runtime, pool):
    answer = http.post(path, json={}, headers={"Authorization": SIGV4})
    assert answer.status_code == 403
    assert answer.json()["message"].startswith(MISMATCH)
    iam = path.replace("drive_agent", "drive_agent_iam")
    answer = http.post(iam, json={}, headers={"Authorization": f"Bearer {pool.token()}"})
    assert answer.status_code == 403
    assert answer.json()["message"].startswith(MISMATCH)


def test_iam_runtime_without_credentials_is_a_403_without_a_challenge(http, path):
    answer = http.post(path.replace("drive_agent", "drive_agent_iam"), json={})
    assert answer.status_code == 403
    assert "WWW-Authenticate" not in answer.headers


def test_jwt_runtime_that_nobody_configured_yet_says_how_and_is_worth_another_try(http, path):
    answer = http.post(path, json={}, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.headers["x-amzn-ErrorType"]) == (503, "ServiceUnavailableException")
    assert "/_standin/runtimes/drive_agent" in answer.json()["message"]


def test_discovery_url_may_be_cognitos_public_address(http, invoke, pool, claims, pool_key):
    wish = {"discoveryUrl": f"{pool.issuer}/.well-known/openid-configuration"}
    http.put("/_standin/runtimes/drive_agent", json=wish).raise_for_status()
    assert invoke(sign(claims, pool_key)).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"discoveryUrl": "http://x/", "allowedClients": []},
        {"headerAllowlist": ["Cookie"]},
        {"headerAllowlist": ["x-amz-anything"]},
        {"headerAllowlist": "Authorization"},
        {"authorizer": "iam"},
        {"agentUrl": 5},
    ],
)
def test_configuration_that_aws_would_refuse_is_refused(http, wish):
    answer = http.put("/_standin/runtimes/drive_agent", json=wish)
    assert answer.status_code == 400
    assert answer.text
