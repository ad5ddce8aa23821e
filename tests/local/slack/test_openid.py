"""Sign in with Slack: the page, the code, the ID token."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.browser import Browser
from local.slack.workspace import APP
from tests.local.slack.conftest import ALICE, BOB, TEAM, error

REDIRECT = "http://127.0.0.1:9/sign-in/callback"


def asked(standin, **more):
    query = {
        "response_type": "code",
        "client_id": APP.client_id,
        "scope": "openid profile email",
        "redirect_uri": REDIRECT,
        "state": "s1",
        "nonce": "n1",
        **more,
    }
    query = {name: value for name, value in query.items() if value}
    return f"{standin.url}/openid/connect/authorize?{urlencode(query)}"


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


def answer_of(browser, button):
    """What the application is told: nobody listens at its address."""
    with pytest.raises(httpx.ConnectError) as caught:
        browser.press(button)
    url = str(caught.value.request.url)
    assert url.startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def code_for(standin, browser, name="Alice", **more):
    browser.open(asked(standin, **more))
    return answer_of(browser, name)["code"]


def redeem(standin, code, **more):
    secret = {"client_id": APP.client_id, "client_secret": APP.client_secret}
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": code, **secret, **more}
    return httpx.post(f"{standin.url}/api/openid.connect.token", data=form, trust_env=False).json()


def test_discovery_has_the_members_of_slacks_own(standin):
    said = httpx.get(f"{standin.url}/.well-known/openid-configuration", trust_env=False).json()
    assert said["issuer"] == standin.url
    assert said["token_endpoint"] == f"{standin.url}/api/openid.connect.token"
    assert said["token_endpoint_auth_methods_supported"] == ["client_secret_post", "client_secret_basic"]
    assert "code_challenge_methods_supported" not in said


def test_a_person_signs_in_and_the_token_names_them(standin, browser):
    page = browser.open(asked(standin))
    assert "This is not Slack" in page.text
    answer = answer_of(browser, "Bob")
    assert answer["state"] == "s1"
    tokens = redeem(standin, answer["code"])
    assert (tokens["ok"], tokens["token_type"]) == (True, "Bearer")
    keys = KeySet.import_key_set(httpx.get(f"{standin.url}/openid/connect/keys", trust_env=False).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["nonce"], claims["sub"]) == (standin.url, APP.client_id, "n1", BOB)
    assert (claims["https://slack.com/team_id"], claims["https://slack.com/user_id"]) == (TEAM, BOB)
    assert claims["exp"] - claims["iat"] == 300
    assert claims["email"] == "bob@example.com"
    info = standin.client(tokens["access_token"]).openid_connect_userInfo()
    assert (info["sub"], info["https://slack.com/team_name"]) == (BOB, "Sample Workspace")
    assert error(standin.client().api_call, api_method="openid.connect.userInfo") == "not_allowed_token_type"


def test_scopes_decide_what_is_told(standin, browser):
    tokens = redeem(standin, code_for(standin, browser, scope="openid"))
    said = json.loads(base64.urlsafe_b64decode(tokens["id_token"].split(".")[1] + "=="))
    assert "email" not in said
    assert "name" not in said


def test_the_browser_remembers_who_it_was(standin, browser):
    code_for(standin, browser, "Carol")
    page = browser.open(asked(standin))
    buttons = [text for _, _, text in page.form("Carol").buttons]
    assert buttons[0].startswith("C Continue as Carol")


def test_a_code_is_good_once_and_for_ten_minutes(standin, browser):
    code = code_for(standin, browser)
    assert redeem(standin, code)["ok"] is True
    assert redeem(standin, code) == {"ok": False, "error": "invalid_code"}
    code = code_for(standin, browser)
    standin.clock.pass_(minutes=10)
    assert redeem(standin, code)["error"] == "invalid_code"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"client_secret": "other"}, "bad_client_secret"),
        ({"redirect_uri": REDIRECT + "/"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
        ({"code_verifier": "of nothing"}, "invalid_grant"),
    ],
)
def test_a_code_is_redeemed_by_its_client_alone(standin, browser, more, code):
    assert redeem(standin, code_for(standin, browser), **more) == {"ok": False, "error": code}


def test_the_client_may_prove_itself_in_the_header(standin, browser):
    form = {"code": code_for(standin, browser), "redirect_uri": REDIRECT}
    url = f"{standin.url}/api/openid.connect.token"
    assert httpx.post(url, data=form, auth=(APP.client_id, "other"), trust_env=False).json()["ok"] is False
    answer = httpx.post(url, data=form, auth=(APP.client_id, APP.client_secret), trust_env=False)
    assert answer.json()["ok"] is True


def test_a_challenge_needs_its_verifier(standin, browser):
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()
    ask = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert redeem(standin, code_for(standin, browser, **ask))["error"] == "invalid_grant"
    assert redeem(standin, code_for(standin, browser, **ask), code_verifier="v" * 43)["ok"] is True


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"response_type": "token"}, "invalid_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid chat:write"}, "invalid_scope"),
        ({"team": "T0OTHER"}, "team_not_found"),
        ({"redirect_uri": "https://elsewhere.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_trusted_leads_nowhere(standin, browser, more, said):
    page = browser.open(asked(standin, **more))
    assert page.status == 400
    assert said in page.text


def test_only_registered_addresses_and_what_is_below_them_are_led_back_to(standin, browser):
    standin.admin("/app", "PUT", redirect_urls=["http://127.0.0.1:9"])
    assert browser.open(asked(standin)).status == 200
    assert browser.open(asked(standin, redirect_uri="http://127.0.0.1:90/callback")).status == 400


def test_saying_no_is_told_to_the_application(standin, browser):
    browser.open(asked(standin))
    assert answer_of(browser, "Cancel") == {"error": "access_denied", "state": "s1"}


def test_the_page_of_one_browser_is_of_no_use_in_another(standin, browser):
    authorize = f"{standin.url}/openid/connect/authorize"
    for is_known in (False, True):
        browser.open(asked(standin))
        form = dict(browser.page.form("Alice").fields) | {"user": ALICE}
        with httpx.Client(trust_env=False) as another:
            if is_known:
                another.get(asked(standin))
            answer = another.post(authorize, data=form)
        assert answer.status_code == 400
        assert "another browser" in answer.text


def test_faults_reach_the_page_too(standin, browser):
    standin.admin("/faults", target="authorize", kind="status", status=503)
    assert browser.open(asked(standin)).status == 503
    standin.admin("/faults", target="authorize", kind="error", error="server_error")
    with pytest.raises(httpx.ConnectError) as caught:
        browser.open(asked(standin))
    assert "error=server_error" in str(caught.value.request.url)
