import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from local.people import SAMPLE_PASSWORD

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Cookies of its own, and no redirect followed unseen."""

    def __init__(self, aws, pool):
        self.http = httpx.Client(base_url=aws, trust_env=False)
        self.pool = pool

    def authorize(self, **more):
        query = {
            "client_id": self.pool.web,
            "response_type": "code",
            "redirect_uri": self.pool.redirect_uri,
            "scope": "openid email",
            "state": "st",
            "nonce": "no",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return self.http.get("/oauth2/authorize", params={k: v for k, v in {**query, **more}.items() if v is not None})

    def form(self, **more):
        answer = self.authorize(**more)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"], self.http.get(answer.headers["location"]).text

    def submit(self, location, html, username="alice@example.com", password=SAMPLE_PASSWORD, csrf=None):
        csrf = csrf if csrf is not None else re.search(r'name="_csrf" value="([^"]+)"', html).group(1)
        form = {"username": username, "password": password, "_csrf": csrf}
        return self.http.post(location, data=form)

    def sign_in(self, username="alice@example.com", **more):
        return back(self.submit(*self.form(**more), username=username))

    def tokens(self, code, **more):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.pool.redirect_uri,
            "code_verifier": VERIFIER,
            **more,
        }
        return self.http.post("/oauth2/token", data=form, auth=(self.pool.web, self.pool.web_secret))


def back(answer):
    """The query of a redirect to the client."""
    assert answer.status_code == 302, answer.text
    location = answer.headers["location"]
    assert location.startswith("http://localhost:9090/login/callback?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@pytest.fixture
def browser(aws, pool):
    made = Browser(aws, pool)
    yield made
    made.http.close()


@pytest.fixture
def verified(http, pool):
    keys = KeySet.import_key_set(http.get(f"/{pool.pool_id}/.well-known/jwks.json").json())

    def verify(token):
        return jwt.decode(token, keys, algorithms=["RS256"]).claims

    return verify


def test_code_with_pkce_becomes_tokens_that_the_pools_keys_verify(browser, pool, verified):
    answer = browser.sign_in()
    assert answer["state"] == "st"
    tokens = browser.tokens(answer["code"]).json()
    assert tokens.keys() == {"access_token", "id_token", "refresh_token", "expires_in", "token_type"}
    claims = verified(tokens["id_token"])
    assert claims["nonce"] == "no"
    assert (claims["iss"], claims["aud"], claims["token_use"]) == (pool.issuer, pool.web, "id")
    assert (claims["email"], claims["email_verified"]) == ("alice@example.com", True)
    access = verified(tokens["access_token"])
    assert (access["client_id"], access["token_use"], access["scope"]) == (pool.web, "access", "openid email")
    assert access["exp"] - access["iat"] == 3600
    assert "aud" not in access


def test_person_has_one_subject_and_every_login_its_own_token(browser, pool, verified):
    by_code = verified(browser.tokens(browser.sign_in()["code"]).json()["access_token"])
    first, second = verified(pool.token()), verified(pool.token())
    assert by_code["sub"] == first["sub"] == second["sub"]
    assert len({by_code["jti"], first["jti"], second["jti"]}) == 3
    assert first["client_id"] == pool.cli
    assert first["exp"] - first["iat"] == 3600


def test_second_authorization_is_silent_unless_a_login_is_asked_for(browser):
    browser.sign_in()
    assert "code" in back(browser.authorize())
    assert browser.authorize(prompt="login").headers["location"].startswith("/login?")


def test_nobody_signed_in_and_no_prompt_allowed_is_login_required(browser):
    assert back(browser.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize(
    ("username", "password"),
    [("alice@example.com", "wrong"), ("nobody@example.com", SAMPLE_PASSWORD), ("", ""), ("alice@example.com", "")],
)
def test_wrong_name_or_password_get_one_and_the_same_answer(browser, username, password):
    answer = browser.submit(*browser.form(), username=username, password=password)
    assert answer.status_code == 400
    assert "Incorrect username or password." in answer.text


def test_form_without_its_own_csrf_value_signs_nobody_in(browser):
    assert browser.submit(*browser.form(), csrf="").status_code == 403
    assert browser.submit(*browser.form(), csrf="forged").status_code == 403
    assert back(browser.authorize(prompt="none"))["error"] == "login_required"


def test_page_says_what_it_is_and_escapes_what_it_is_given(browser):
    _, html = browser.form(state='"><script>alert(1)</script>')
    assert "stand-in for Amazon Cognito" in html
    assert "alice@example.com" in html
    assert "<script>" not in html


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "http://localhost:9090/login/callback/"},
        {"redirect_uri": "http://localhost:9090/login/callback?x=1"},
        {"redirect_uri": None},
        {"client_id": "unknown"},
    ],
)
def test_browser_is_sent_nowhere_that_is_not_registered(browser, change):
    answer = browser.authorize(**change)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid admin"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
    ],
)
def test_other_mistakes_are_told_to_the_client(browser, change, error):
    answer = back(browser.authorize(**change))
    assert (answer["error"], answer["state"]) == (error, "st")


def test_code_is_worth_something_once(browser):
    code = browser.sign_in()["code"]
    assert browser.tokens(code).status_code == 200
    again = browser.tokens(code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "change", [{"code_verifier": "w" * 64}, {"redirect_uri": "http://localhost:9090/"}, {"code": "unknown"}]
)
def test_code_needs_its_verifier_and_its_redirect_uri(browser, change):
    answer = browser.tokens(**{"code": browser.sign_in()["code"], **change})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})


def test_client_has_to_prove_itself_in_one_of_two_ways(browser, pool, http):
    form = {
        "grant_type": "authorization_code",
        "code": browser.sign_in()["code"],
        "redirect_uri": pool.redirect_uri,
        "code_verifier": VERIFIER,
        "client_id": pool.web,
    }
    for secret in ({}, {"client_secret": "wrong"}):
        assert http.post("/oauth2/token", data={**form, **secret}).json() == {"error": "invalid_client"}
    assert http.post("/oauth2/token", data={**form, "client_secret": pool.web_secret}).status_code == 200


def test_refresh_token_gives_new_tokens_until_it_is_revoked(browser, pool, http, verified):
    first = browser.tokens(browser.sign_in()["code"]).json()
    client = {"client_id": pool.web, "client_secret": pool.web_secret}
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], **client}
    second = http.post("/oauth2/token", data=refresh).json()
    assert second["access_token"] != first["access_token"]
    assert verified(second["access_token"])["scope"] == "openid email"
    assert http.post("/oauth2/revoke", data={"token": first["refresh_token"], **client}).status_code == 200
    assert http.post("/oauth2/token", data=refresh).json() == {"error": "invalid_grant"}


@pytest.fixture
def rotating(pool):
    """A public client of the terminal's kind, whose refresh tokens rotate."""
    described = pool.cognito.create_user_pool_client(
        UserPoolId=pool.pool_id,
        ClientName="rotating",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=["http://127.0.0.1:17631/signed-in"],
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
    )["UserPoolClient"]
    yield described["ClientId"]
    pool.cognito.delete_user_pool_client(UserPoolId=pool.pool_id, ClientId=described["ClientId"])


def test_a_refresh_token_that_rotates_is_over_after_its_time_to_try_again(browser, http, rotating, clock):
    terminal = {"client_id": rotating, "redirect_uri": "http://127.0.0.1:17631/signed-in"}
    location = browser.submit(*browser.form(**terminal)).headers["location"]
    code = parse_qs(urlsplit(location).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, **terminal}
    first = http.post("/oauth2/token", data=form).json()
    refresh = {"grant_type": "refresh_token", "client_id": rotating, "refresh_token": first["refresh_token"]}
    second = http.post("/oauth2/token", data=refresh).json()
    assert second["refresh_token"] != first["refresh_token"]
    clock.ahead = timedelta(seconds=20)
    assert "refresh_token" in http.post("/oauth2/token", data=refresh).json()
    clock.ahead = timedelta(seconds=31)
    assert http.post("/oauth2/token", data=refresh).json() == {"error": "invalid_grant"}
    assert (
        "refresh_token" in http.post("/oauth2/token", data=refresh | {"refresh_token": second["refresh_token"]}).json()
    )


@pytest.mark.parametrize("port", [17632, 18631])
def test_a_redirect_url_counts_with_its_port(browser, rotating, port):
    asked = browser.authorize(client_id=rotating, redirect_uri=f"http://127.0.0.1:{port}/signed-in")
    assert asked.status_code == 400
    assert "redirect_mismatch" in asked.text


def test_user_info_tells_who_the_token_is_for(browser, http):
    tokens = browser.tokens(browser.sign_in()["code"]).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.get("/oauth2/userInfo", headers=headers).json()["email"] == "alice@example.com"
    assert http.get("/oauth2/userInfo", headers={"Authorization": "Bearer x"}).status_code == 401


def test_sign_out_ends_the_session_and_leads_only_to_a_registered_address(browser, pool):
    browser.sign_in()
    refused = browser.http.get("/logout", params={"client_id": pool.web, "logout_uri": "http://evil.example/"})
    assert refused.status_code == 400
    assert "code" in back(browser.authorize())
    left = browser.http.get("/logout", params={"client_id": pool.web, "logout_uri": "http://localhost:9090/"})
    assert left.headers["location"] == "http://localhost:9090/"
    assert back(browser.authorize(prompt="none"))["error"] == "login_required"


def test_session_of_one_pool_is_nothing_in_another(browser, pool):
    browser.sign_in()
    other = pool.cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    client = pool.cognito.create_user_pool_client(
        UserPoolId=other,
        ClientName="c",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        CallbackURLs=[pool.redirect_uri],
    )["UserPoolClient"]["ClientId"]
    assert back(browser.authorize(client_id=client, scope="openid", prompt="none"))["error"] == "login_required"


def test_discovery_names_the_issuer_of_the_tokens_and_endpoints_here(http, pool, aws):
    document = http.get(urlsplit(pool.discovery_url).path).json()
    assert document["issuer"] == pool.issuer
    assert document["authorization_endpoint"] == f"{aws}/oauth2/authorize"
    assert document["end_session_endpoint"] == f"{aws}/logout"
    keys = http.get(document["jwks_uri"]).json()
    assert KeySet.import_key_set(keys).keys
    assert http.get("/us-west-2_unknown/.well-known/openid-configuration").status_code == 404
