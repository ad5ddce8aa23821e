"""Signing in with a code that is entered elsewhere (RFC 8628), as Auth0, Entra ID and Okta have it."""

import asyncio

import pytest

from chat.errors import ChatError, SignInNeededError
from chat.terminal.sign_in.sign_in import Who
from tests.chat.terminal.scripted_issuer import CLIENT_ID, DEVICE, Held, Issuer, app
from tests.chat.terminal.sign_in_kit import Terminal
from tests.support.serve import serve

PENDING = (403, {"error": "authorization_pending", "error_description": "User has yet to authorize device code."})
SLOW_DOWN = (429, {"error": "slow_down"})


@pytest.fixture(scope="module")
def served():
    held = Held(Issuer())
    with serve(app(held)) as url:
        yield held, url


@pytest.fixture
def issuer(served):
    held, url = served
    held.issuer = Issuer(url=url, metadata={"device_authorization_endpoint": f"{url}/device"})
    return held.issuer


@pytest.fixture
def terminal(issuer, tmp_path):
    made = Terminal(issuer, tmp_path, settings={"has_browser": False})
    issuer.now = made.now
    return made


def sign_in(terminal, way="device"):
    async def acting():
        async with terminal.person() as person:
            return await person.sign_in(way)

    return asyncio.run(acting())


def refused(terminal, kind=SignInNeededError, way="device"):
    with pytest.raises(kind) as raised:
        sign_in(terminal, way)
    return raised.value.user_message


def test_a_code_that_was_entered_elsewhere_signs_in(terminal, issuer):
    terminal.settings |= {"audience": "https://agent.example", "scopes": "openid email offline_access"}
    issuer.token_answers = [PENDING, PENDING]
    assert sign_in(terminal) == Who("Alice", "alice@example.com")
    assert issuer.device_asked == [
        {"client_id": CLIENT_ID, "scope": "openid email offline_access", "audience": "https://agent.example"}
    ]
    assert issuer.asked == [{"grant_type": DEVICE, "device_code": "sample-device-code", "client_id": CLIENT_ID}] * 3
    assert terminal.slept == [5, 5, 5]
    assert terminal.browser.opened == []


def test_the_whole_link_is_shown_alone_on_its_line_with_the_code_to_compare(terminal, issuer):
    sign_in(terminal)
    assert terminal.said[1] == f"{issuer.url}/activate?user_code=WDJB-MJHT"
    assert terminal.said[2] == "Go on there only if it shows the code WDJB-MJHT."


def test_a_provider_without_the_whole_link_has_the_code_typed_in(terminal, issuer):
    issuer.device_answer = {"verification_uri_complete": None}
    sign_in(terminal)
    assert terminal.said[1:3] == [f"{issuer.url}/activate", "Enter the code WDJB-MJHT there."]


def test_a_provider_that_asks_to_slow_down_is_asked_five_seconds_later_from_then_on(terminal, issuer):
    issuer.device_answer = {"interval": 3}
    issuer.token_answers = [PENDING, (400, {"error": "slow_down"}), PENDING, SLOW_DOWN]
    sign_in(terminal)
    assert terminal.slept == [3, 3, 8, 8, 13]


def test_a_provider_that_names_no_interval_is_asked_every_five_seconds(terminal, issuer):
    issuer.device_answer = {"interval": None}
    issuer.token_answers = [PENDING]
    sign_in(terminal)
    assert terminal.slept == [5, 5]


def test_a_provider_that_hiccups_is_asked_less_often(terminal, issuer):
    issuer.token_answers = [(503, ""), PENDING]
    sign_in(terminal)
    assert terminal.slept == [5, 10, 10]


def test_whoever_says_no_elsewhere_is_believed(terminal, issuer):
    issuer.token_answers = [PENDING, (403, {"error": "access_denied"})]
    assert refused(terminal) == "Signing in was refused at the identity provider."
    assert len(issuer.asked) == 2


def test_a_code_that_has_expired_is_said_and_asked_for_no_more(terminal, issuer):
    issuer.token_answers = [PENDING, (400, {"error": "expired_token"}), PENDING]
    assert "has expired" in refused(terminal)
    assert len(issuer.asked) == 2


def test_a_provider_that_never_says_so_is_not_asked_beyond_the_codes_life(terminal, issuer):
    issuer.device_answer = {"expires_in": 30}
    issuer.token_answers = [PENDING] * 20
    assert "has expired" in refused(terminal)
    assert len(issuer.asked) == 5


def test_another_refusal_ends_it(terminal, issuer):
    issuer.token_answers = [(401, {"error": "invalid_client"})]
    assert refused(terminal, ChatError) == "The identity provider refuses (invalid_client)."


@pytest.mark.parametrize(
    "answer",
    [
        {"device_code": None},
        {"user_code": "\x1b]0;x\x07"},
        {"user_code": 1},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": None},
    ],
)
def test_an_answer_without_a_code_or_a_link_is_of_no_use(terminal, issuer, answer):
    issuer.device_answer = answer
    assert "of no use" in refused(terminal, ChatError)
    assert terminal.said == []


def test_a_provider_without_it_says_so(terminal, issuer):
    issuer.metadata = {}
    assert "leave --device out" in refused(terminal, ChatError)


def test_it_is_chosen_where_no_browser_is_and_only_there(terminal, issuer):
    assert sign_in(terminal, "auto").name == "Alice"
    assert len(issuer.device_asked) == 1
    terminal.settings = {"has_browser": True}
    assert sign_in(terminal, "auto").name == "Alice"
    assert terminal.browser.done.wait(5)
    assert len(issuer.device_asked) == 1
    assert len(terminal.browser.opened) == 1


def test_its_sign_in_is_renewed_like_any_other(terminal, issuer):
    sign_in(terminal)

    async def acting():
        async with terminal.person() as person:
            terminal.clock[0] += 3600
            return await person.bearer()

    assert asyncio.run(acting())
    assert issuer.asked[-1]["grant_type"] == "refresh_token"
