"""Invariant 1: no secret is anywhere but where the protocol puts it. Runs after all other stories of this folder.

It plays a story of its own first, with everything in it that hands secrets around, so that it works alone, too.
"""

import base64
import json
import re
from urllib.parse import quote

import httpx
import pytest

from local.people import SAMPLE_PASSWORD
from tests.scenarios.conftest import FIND
from tests.scenarios.evidence import IN_ADDRESSES, Secret, findings, kept_by, secrets_of
from tests.scenarios.test_wrong_person import returning_url

STATE_OF_A_FRONT_END = "canary-state-of-a-flow"
# A second net for secrets that no stand-in tells of, over what the product writes.
SHAPES = {
    "a Google access token": re.compile(r"ya29\."),
    "a Google refresh token": re.compile(r"1//[\w-]{20,}"),
    "a JWT": re.compile(r"eyJ[\w-]{10,}\.eyJ"),
    "a session URI": re.compile(r"request_uri(?:%3A|:)[\w-]+"),
    "an Authorization header": re.compile(r"Bearer [\w.-]{8,}"),
}
OURS = ("logs/agent.log", "logs/callback.log", "logs/setup.log", "state/", "callback/", "audit")
KINDS = {
    "Google authorization code",
    "Google access token",
    "Google refresh token",
    "Google client secret",
    "PKCE verifier for Google",
    "PKCE verifier for Cognito",
    "Cognito authorization code",
    "Cognito ID token",
    "Cognito refresh token",
    "Cognito client secret",
    "session URI",
    "state of the caller",
    "state between AgentCore and Google",
    "user token",
    "workload access token",
}


def play(world):
    """Consent is given, refused, replayed, revoked, and things fail; everything is logged at DEBUG."""
    talk = world.talk()
    browser = world.to_google(talk.ask(FIND).auth_urls[0])
    came_back = returning_url(world, browser)
    browser.open(came_back)
    talk.resume()
    world.google("POST", "/_standin/revoke", account=world.alice.google.email)
    asked = talk.ask(FIND)
    browser.open(came_back)  # a replay, which is refused and logged
    world.google("POST", "/_standin/faults", target="token", kind="invalid_grant", times=1)
    world.consent(asked.auth_urls[0], browser=browser)
    world.consent(asked.auth_urls[0], browser=browser)
    talk.resume()
    world.google("POST", "/_standin/faults", target="drive", kind="status", status=500, times=3)
    talk.ask(FIND)
    world.google("POST", "/_standin/expire", account=world.alice.google.email)
    world.aws("POST", "/_standin/vault/expire")  # the refresh token is used
    talk.ask(FIND)
    talk.action("connect", state=STATE_OF_A_FRONT_END, force=True)
    talk.action("status")
    stranger = world.browser()
    stranger.open(came_back)
    errors(world, talk)
    talk.action("disconnect")


def errors(world, talk):
    """Requests that are refused with a good token, and with one that is good but for its end."""
    bearer = world.bearer(world.alice)
    for body, token in (
        (b'{"prompt": ', bearer),
        (b'{"action": "explode"}', bearer),
        (b"{}", bearer[:-8] + "AAAAAAAA"),
    ):
        headers = {**talk.headers, "authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = httpx.post(talk.url, content=body, headers=headers, trust_env=False)
        assert answer.status_code >= 400
        world.evidence.answer("errors of the Runtime", answer)
    world.talk(world.bob, runtime_session=talk.runtime_session).ask(FIND)


@pytest.fixture
def told(world):
    """Every secret that the stand-ins know of, once the story has been played."""
    if not world.evidence.is_complete:
        play(world)
        world.evidence.model_requests(world.model_requests())
        world.evidence.is_complete = True
    return [*secrets_of(world.stack), Secret("password", SAMPLE_PASSWORD)]


def test_no_secret_is_in_a_log_a_file_a_model_request_a_page_an_address_or_an_answer(world, told):
    seen = world.evidence
    assert {secret.kind for secret in told} >= KINDS
    assert {"model requests", "answers to a turn", "errors of the Runtime", "bodies of pages at /callback"} <= set(
        seen.texts
    )
    kept = kept_by(world.stack)
    assert {"logs/agent.log", "logs/callback.log", "logs/aws.log", "logs/google.log"} <= set(kept)
    print(  # noqa: T201 - figures, for `pytest -s`
        f"\n{len(told)} secrets of {len({secret.kind for secret in told})} kinds; {len(seen.texts) + len(kept)} places,"
        f" {sum(len(text) for texts in (*seen.texts.values(), *kept.values()) for text in texts) / 1e6:.1f} MB"
    )
    assert findings(told, kept) == []
    assert findings(told, seen.texts, seen.allowed) == []


def test_nothing_in_the_shape_of_a_secret_is_in_what_the_product_writes(world, told):
    texts = {place: text for place, text in kept_by(world.stack).items() if place.startswith(OURS)}
    texts["model requests"] = world.evidence.texts["model requests"]
    assert len(texts) > 6
    for place, pieces in texts.items():
        for what, shape in SHAPES.items():
            found = [
                piece[max(0, hit.start() - 120) : hit.start()]
                for piece in pieces
                for hit in [shape.search(piece)]
                if hit
            ]
            assert not found, f"{what} is in {place}: …{found[0]}…"


def test_where_the_protocol_carries_a_secret_it_was_seen(world, told):
    """Else the search would look for the wrong thing, or the list of exceptions would be longer than it has to be."""
    seen = world.evidence
    for path, kinds in IN_ADDRESSES.items():
        place = f"addresses of {path}"
        assert findings(told, {place: seen.texts[place]}) == sorted(f"{kind} in {place}" for kind in kinds)
    connect = findings(told, {"connect": seen.texts["answers to connect"]})
    assert connect == ["session URI in connect"]


@pytest.mark.parametrize(
    "hide",
    [
        str,
        lambda text: quote(text, safe=""),
        lambda text: quote(quote(text, safe=""), safe=""),
        json.dumps,
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(f"x: {text}".encode()).decode(),
        lambda text: base64.b64encode(f"ab{text}".encode()).decode(),
    ],
    ids=[
        "as it is",
        "in a URL",
        "in a URL in a URL",
        "in JSON",
        "in base64",
        "in base64 behind 3",
        "in base64 behind 2",
    ],
)
def test_a_secret_that_is_planted_in_a_log_is_found(world, told, hide):
    log = world.stack.log("agent")
    for kind, secret in {secret.kind: secret for secret in told}.items():
        planted = f"{log}\n2026-11-20 INFO agent | value={hide(secret.value)} | said too much\n"
        assert findings([secret], {"log": [log]}) == []
        assert findings([secret], {"log": [planted]}) == [f"{kind} in log"]
