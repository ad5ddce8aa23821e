"""Consent in the browser, from the application's link to the redirect back."""

import re
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from googleapiclient.errors import HttpError

AUTH = "https://www.googleapis.com/auth/"
METADATA, READ = f"{AUTH}drive.metadata.readonly", f"{AUTH}drive.readonly"


def answer(response):
    assert response.status_code == 303
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def test_choosing_an_account_and_allowing_comes_back_with_a_code_and_the_granted_scope(browser):
    page = browser.open()
    assert page.status_code == 200
    assert 'data-account="alice@gmail.example"' in page.text
    page = browser.choose(page, "alice@gmail.example")
    assert "Alice Archer" in page.text
    assert METADATA in page.text
    back = answer(browser.decide(page, "allow"))
    assert back["code"].startswith("4/")
    assert {**back, "code": ""} == {
        "state": "s-1", "code": "", "scope": METADATA, "authuser": "0", "prompt": "none",
    }  # fmt: skip


def test_denying_comes_back_with_access_denied_and_no_code(browser):
    page = browser.choose(browser.open(), "bob@gmail.example")
    assert answer(browser.decide(page, "deny")) == {"state": "s-1", "error": "access_denied"}


def test_a_scope_that_is_unticked_is_not_granted(browser, exchange):
    back = browser.consent("alice@gmail.example", untick={READ}, scope=f"{METADATA} {READ}")
    assert back["scope"] == METADATA
    assert exchange(back["code"]).json()["scope"] == METADATA


def test_unticking_drive_leaves_the_sign_in_scopes(browser):
    back = browser.consent("alice@gmail.example", untick={METADATA}, scope=f"openid email {METADATA}")
    assert set(back["scope"].split()) == {"openid", f"{AUTH}userinfo.email"}


def test_allowing_with_nothing_ticked_is_a_refusal(browser):
    page = browser.choose(browser.open(), "alice@gmail.example")
    assert answer(browser.decide(page, "allow", untick={METADATA}))["error"] == "access_denied"


def test_login_hint_goes_straight_to_the_consent_of_that_account(browser):
    page = browser.open(login_hint="carol@gmail.example")
    assert "Carol Castillo" in page.text
    assert answer(browser.decide(page, "allow"))["code"]


def test_select_account_shows_the_accounts_in_spite_of_the_hint(browser):
    assert "Choose an account" in browser.open(login_hint="carol@gmail.example", prompt="select_account").text


def test_two_prompts_ask_for_the_account_and_then_for_consent_in_spite_of_an_earlier_one(browser, exchange):
    both = {"prompt": "consent select_account", "access_type": "offline", "login_hint": "alice@gmail.example"}
    for _ in range(2):
        page = browser.open(**both)
        assert "Choose an account" in page.text
        page = browser.choose(page, "alice@gmail.example")
        assert "wants access" in page.text
        back = answer(browser.decide(page, "allow"))
        assert exchange(back["code"]).json()["refresh_token"], "each consent gives one"


@pytest.mark.parametrize("asked", [METADATA, f"openid email {METADATA}", f"{METADATA} {READ}"])
def test_a_grant_without_drives_scopes_can_be_asked_for(browser, exchange, standin, drive_for, asked):
    fault = {"target": "auth", "kind": "fewer_scopes"}
    with standin.http() as http:
        assert http.post("/_standin/faults", json=fault).is_success
        denied = browser.choose(browser.open(scope=asked), "alice@gmail.example")
        assert answer(browser.decide(denied, "deny"))["error"] == "access_denied"
        tokens = exchange(browser.consent("alice@gmail.example", scope=asked)["code"]).json()
        assert "drive" not in tokens["scope"]
        assert http.get("/v1/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}).is_success
        with pytest.raises(HttpError, match="insufficient"):
            drive_for(tokens["access_token"]).about().get(fields="user").execute()
        back = browser.consent("alice@gmail.example", scope=asked, prompt="consent")
        assert METADATA in back["scope"], "it strikes once"


def test_another_account_can_be_taken_from_the_consent_page(browser):
    page = browser.open(login_hint="carol@gmail.example")
    link = re.search(r'href="(/o/oauth2/v2/auth/chooser[^"]+)"', page.text)[1]
    page = browser.choose(browser.http.get(link), "bob@gmail.example")
    assert "Bob Brandt" in page.text


def test_what_was_allowed_before_is_not_asked_again_unless_prompt_says_so(browser):
    browser.consent("alice@gmail.example")
    assert answer(browser.choose(browser.open(), "alice@gmail.example"))["code"]
    assert answer(browser.open(login_hint="alice@gmail.example", prompt="none"))["code"]
    page = browser.choose(browser.open(prompt="consent"), "alice@gmail.example")
    assert "wants access" in page.text
    page = browser.choose(browser.open(scope=READ), "alice@gmail.example")
    assert "wants access" in page.text


def test_prompt_none_without_an_earlier_consent_needs_interaction(browser):
    back = answer(browser.open(prompt="none", login_hint="alice@gmail.example"))
    assert back == {"state": "s-1", "error": "interaction_required"}


def test_earlier_scopes_come_along_when_asked_for(browser, exchange):
    browser.consent("alice@gmail.example")
    back = browser.consent("alice@gmail.example", scope=READ, include_granted_scopes="true")
    assert set(exchange(back["code"]).json()["scope"].split()) == {METADATA, READ}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://attacker.example/callback"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1@attacker.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://localhost.attacker.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1:99999/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "http://127.0.0.1/#x"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_request"),
        ({"scope": f"{AUTH}drive.everything"}, "invalid_scope"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"access_type": "forever"}, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_request_that_cannot_be_trusted_is_a_page_and_no_redirect(browser, changes, code):
    response = browser.open(**changes)
    assert response.status_code == 400
    assert f'id="error-code">{code}<' in response.text


def test_a_form_from_another_browser_is_refused(browser, standin):
    page = browser.choose(browser.open(), "alice@gmail.example")
    with standin.http() as stranger:
        assert stranger.get(page.url.path, params=dict(page.url.params)).status_code == 400
        cookies, browser.http = browser.http, stranger
        assert browser.decide(page, "allow").status_code == 400
        browser.http = cookies
    assert answer(browser.decide(page, "allow"))["code"]


def test_a_form_with_a_wrong_csrf_value_is_refused(browser):
    page = browser.choose(browser.open(), "alice@gmail.example")
    flow = re.search(r'name="flow" value="([^"]+)"', page.text)[1]
    form = {"flow": flow, "csrf": "guess", "decision": "allow", "scope": METADATA}
    assert browser.http.post("/o/oauth2/v2/auth/consent", data=form).status_code == 400


def test_a_consent_form_can_be_sent_once(browser):
    page = browser.choose(browser.open(), "alice@gmail.example")
    browser.decide(page, "allow")
    assert browser.decide(page, "allow").status_code == 400


def test_a_consent_page_is_over_after_half_an_hour(browser, standin):
    page = browser.choose(browser.open(), "alice@gmail.example")
    standin.clock.pass_(minutes=31)
    assert browser.decide(page, "allow").status_code == 400


def test_pages_say_what_they_are_and_keep_their_policy(browser, standin):
    page = browser.open(client_id="<script>alert(1)</script>")
    assert "stand-in for Google, on this machine" in page.text
    assert "<script" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert browser.http.get("/o/style.css").headers["content-type"].startswith("text/css")


def test_a_redirect_address_keeps_its_own_query(browser):
    page = browser.choose(browser.open(redirect_uri="http://localhost:9/cb?a=1", state=None), "alice@gmail.example")
    back = answer(browser.decide(page, "deny"))
    assert back == {"a": "1", "error": "access_denied"}


def test_an_account_that_does_not_exist_cannot_be_chosen(browser):
    page = browser.open()
    hidden = dict(re.findall(r'name="(flow|csrf)" value="([^"]+)"', page.text))
    response = browser.http.post("/o/oauth2/v2/auth/account", data={**hidden, "account": "mallory@attacker.example"})
    assert response.status_code == 400


def test_other_host_names_are_refused(standin):
    response = httpx.get(f"{standin.url}/_standin", headers={"host": "attacker.example"}, trust_env=False)
    assert response.status_code == 421
