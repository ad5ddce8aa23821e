"""Who is asking, told wrongly: forged tokens, headers and payloads at the Runtime's edge and behind it."""

import json
import time

import httpx
import pytest
from joserfc.jwk import RSAKey

from local.stack import IAM_RUNTIME_ARN
from local.talk import SESSION_HEADER
from tests.attacks import forgery
from tests.attacks.world import FIND, WORDS

OWN_KEY = RSAKey.generate_key(2048, {"kid": "dummy"})
POOLS = forgery.pools_key()


def _signed(claims, key=POOLS, **header):
    return forgery.signed(claims, key, **{"kid": "dummy", **header})


FORGERIES = {
    "no signature": forgery.unsigned,
    "no signature, spelled otherwise": lambda claims: forgery.unsigned(claims, alg="NONE", kid="dummy"),
    "the signature left out": lambda claims: forgery.unsigned(claims, alg="RS256", kid="dummy"),
    "HS256 with the public key as PEM": lambda claims: forgery.with_secret(
        claims, POOLS.as_pem(private=False), kid="dummy"
    ),
    "HS256 with the public key as JSON": lambda claims: forgery.with_secret(
        claims, json.dumps(POOLS.as_dict(private=False)).encode(), kid="dummy"
    ),
    "HS256 with nothing": lambda claims: forgery.with_secret(claims, b"", kid="dummy"),
    "another key under the same id": lambda claims: _signed(claims, OWN_KEY),
    "another key in its header": lambda claims: _signed(claims, OWN_KEY, jwk=OWN_KEY.as_dict(private=False)),
    "another key at an address": lambda claims: _signed(claims, OWN_KEY, jku="http://127.0.0.1:1/jwks.json"),
    "another issuer": lambda claims: _signed(claims | {"iss": "https://evil.example/pool"}),
    "another pool of the same cloud": lambda claims: _signed(claims | {"iss": f"{claims['iss']}x"}),
    "another client": lambda claims: _signed(claims | {"client_id": "client-of-somebody-else"}),
    "no client": lambda claims: _signed({name: value for name, value in claims.items() if name != "client_id"}),
    "an ID token's audience in place of a client": lambda claims: _signed(
        {name: value for name, value in claims.items() if name != "client_id"} | {"aud": claims["client_id"]}
    ),
    "expired": lambda claims: _signed(claims | {"exp": int(time.time()) - 1}),
    "without an end": lambda claims: _signed({name: value for name, value in claims.items() if name != "exp"}),
    "not yet valid": lambda claims: _signed(claims | {"nbf": int(time.time()) + 600}),
    "nobody": lambda claims: _signed(claims | {"sub": ""}),
    "another person, with the old signature": lambda claims: "",
}


def invoke(world, payload, conversation, **headers):
    """One request to the Runtime with headers of the attacker's choice, in the order given."""
    sent = [(SESSION_HEADER, conversation), ("accept", "application/json, text/event-stream")]
    sent += [
        (name.replace("_", "-"), one)
        for name, value in headers.items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    answer = httpx.post(world.talk(world.attacker).url, json=payload, headers=sent, trust_env=False, timeout=30)
    world.heard.append(answer.text)
    return answer


def refused(answer):
    """Whether anything but an error came back."""
    return answer.status_code >= 400 or '"error"' in answer.text


def in_the_victims_place(world, conversation, **headers):
    """Everything that Alice could ask for, asked by somebody else in the conversation that is hers."""
    answers = []
    for payload in (
        {"action": "status"},
        {"action": "conversation"},
        {"action": "resume"},
        {"prompt": "what did I ask?"},
        {"action": "disconnect"},
    ):
        answers.append(invoke(world, payload, conversation, **headers))
        if not refused(answers[-1]):
            world.note(f"answered {payload}: {answers[-1].text[:300]}")
    return answers


def connected_victim(world):
    world.connect(world.victim)
    talk = world.talk(world.victim)
    assert talk.ask(f"find the {WORDS}").stop_reason == "end_turn"
    return talk


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_does_not_pass_the_runtime(field, name):
    def attack(world):
        victims = world.bearer(world.victim)
        token = FORGERIES[name](forgery.claims_of(victims))
        if not token:
            head, _, signature = world.bearer(world.attacker).split(".")
            token = f"{head}.{victims.split('.')[1]}.{signature}"
        talk = world.victims_conversation()
        return in_the_victims_place(world, talk.runtime_session, authorization=f"Bearer {token}")

    outcome = field.withstands(attack)
    assert set(outcome.statuses) <= {401, 403}


def test_a_token_signed_by_the_pool_passes(field):
    """Else the tests above would show nothing."""

    def attack(world):
        token = _signed(forgery.claims_of(world.bearer(world.victim)))
        return invoke(
            world, {"action": "status"}, "conversation-of-a-forger-0123456789", authorization=f"Bearer {token}"
        )

    assert field.play(attack).statuses == (200,)


def names_of_somebody_else(world):
    """Bob's own token, and Alice's name wherever a name could stand."""
    claims = forgery.claims_of(world.bearer(world.victim))
    who = claims["sub"]
    unsigned = forgery.unsigned(claims)
    return {
        "X-Amzn-Bedrock-AgentCore-Runtime-User-Id": who,
        "X-Amzn-Bedrock-AgentCore-Runtime-Custom-User-Id": who,
        "x_amzn_bedrock_agentcore_runtime_custom_authorization": f"Bearer {unsigned}",
        "X-Amzn-Bedrock-AgentCore-Runtime-Custom-WorkloadAccessToken": unsigned,
        "WorkloadAccessToken": unsigned,
        "X-Amz-Bedrock-AgentCore-Identity-WAT": unsigned,
        "X-Forwarded-User": who,
        "X-User-Id": who,
        "Cookie": f"user={who}",
        "X-Amzn-Oidc-Identity": who,
        "X-Amzn-Oidc-Data": unsigned,
        "OAuth2CallbackUrl": "https://evil.example/",
    }


def test_no_header_beside_a_token_makes_somebody_else_of_the_caller(field):
    def attack(world):
        talk = connected_victim(world)
        own = f"Bearer {world.bearer(world.attacker)}"
        answers = []
        for name, value in names_of_somebody_else(world).items():
            answers += in_the_victims_place(world, talk.runtime_session, authorization=own, **{name: value})
        return answers

    field.withstands(attack)


def workload_token_from_outside(world):
    """What the Runtime gives a turn, brought along: without a token that proves a person there is no turn."""
    talk = connected_victim(world)
    claims = forgery.unsigned(forgery.claims_of(world.bearer(world.victim)))
    return in_the_victims_place(world, talk.runtime_session, WorkloadAccessToken=claims)


def test_a_workload_access_token_from_outside_is_worth_nothing(field):
    outcome = field.withstands(workload_token_from_outside)
    assert set(outcome.statuses) == {401}


@pytest.mark.parametrize("order", ["own first", "own last"])
def test_two_tokens_in_one_request_are_no_way_to_be_two_people(field, order):
    """The Runtime proves one of them; whoever reads the other believes in somebody who was never proven."""

    def attack(world):
        talk = connected_victim(world)
        own = f"Bearer {world.bearer(world.attacker)}"
        forged = f"Bearer {forgery.unsigned(forgery.claims_of(world.bearer(world.victim)))}"
        both = [own, forged] if order == "own first" else [forged, own]
        answers = in_the_victims_place(world, talk.runtime_session, authorization=both)
        return answers + in_the_victims_place(world, talk.runtime_session, authorization=", ".join(both))

    field.withstands(attack)


PAYLOADS = [
    "user",
    "userId",
    "user_id",
    "actor",
    "caller",
    "sub",
    "subject",
    "owner",
    "email",
    "on_behalf_of",
    "headers",
]


def test_no_field_of_a_payload_names_the_caller(field):
    def attack(world):
        talk = connected_victim(world)
        claims = forgery.claims_of(world.bearer(world.victim))
        own = f"Bearer {world.bearer(world.attacker)}"
        answers = []
        for name in PAYLOADS:
            for who in (claims["sub"], world.victim.email, {"sub": claims["sub"], "iss": claims["iss"]}):
                answers.append(invoke(world, {"action": "status", name: who}, talk.runtime_session, authorization=own))
                if not refused(answers[-1]):
                    world.note(f"{name} was believed")
        everything = dict.fromkeys(PAYLOADS, claims["sub"])
        own_conversation = "conversation-of-the-attacker-0123456789"
        answers.append(invoke(world, {"prompt": FIND, **everything}, own_conversation, authorization=own))
        return answers

    outcome = field.withstands(attack)
    assert outcome.statuses[-1] == 200


def state_with_a_name(world):
    """`state` is for the callback service; who is in it does not matter."""
    sub = forgery.claims_of(world.bearer(world.victim))["sub"]
    started = world.talk(world.attacker).action("connect", state=f"{sub}|{world.victim.email}|user={sub}")
    attackers = world.attackers(signed_in=False)
    attackers.open(started["auth_url"])
    return attackers.allow()


def test_a_name_in_the_state_makes_nobody_of_whoever_comes_back(field):
    outcome = field.withstands(state_with_a_name)
    assert outcome.statuses[0] in {400, 403}


def backend_without_a_name(world):
    """The runtime for backends takes signatures of AWS alone, no tokens, and no name without the right to give it."""
    talk = world.talk(world.attacker, runtime_arn=IAM_RUNTIME_ARN)
    answers = [talk.send({"action": "status"})]
    if answers[0].status < 400:
        world.note("a token was taken for a signature")
    return answers


def test_a_persons_token_does_not_open_the_runtime_for_backends(field):
    field.withstands(backend_without_a_name, status=403)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer ."},
        {"authorization": "Basic YWxpY2U6eA=="},
        {"authorization": "Bearer ../../etc/passwd"},
        {"authorization": "Bearer " + "a" * 20_000},
        {"authorization": "Negotiate x"},
        {"cookie": "authorization=Bearer x"},
    ],
)
def test_without_a_token_there_is_no_turn(field, headers):
    def attack(world):
        talk = world.victims_conversation()
        return in_the_victims_place(world, talk.runtime_session, **headers)

    outcome = field.withstands(attack)
    assert all(400 <= status < 500 for status in outcome.statuses)
