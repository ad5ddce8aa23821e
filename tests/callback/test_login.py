from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey

from tests.callback.browser import form_fields, heading
from tests.callback.conftest import CONVERSATION, Service, csrf


def test_signing_in_uses_pkce_state_and_nonce_and_a_confidential_client(service, cloud):
    service.browser("alice")
    [asked] = cloud.authorize_requests
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{service.origin}/sign-in/callback"
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert len(asked["state"]) >= 30
    assert len(asked["nonce"]) >= 20
    assert len(cloud.token_requests[0]["code_verifier"]) >= 43


def test_the_session_handle_is_renewed_at_sign_in_and_the_old_one_is_dead(service):
    browser, attacker = service.browser(), service.browser()
    browser.get("/connections")
    attacker.copy_cookies(browser)
    browser.go("/sign-in")
    assert attacker.cookie("__Host-session") != browser.cookie("__Host-session")
    assert "alice@example.com" in browser.get("/").text
    assert "alice@example.com" not in attacker.get("/").text

    attacker.copy_cookies(browser)
    browser.go("/sign-in")
    assert "alice@example.com" in browser.get("/").text
    assert "alice@example.com" not in attacker.get("/").text


def test_a_planted_handle_is_not_taken_over(service):
    browser = service.browser()
    headers = {"cookie": "__Host-session=planted-by-somebody-else"}
    answer = browser.client.get(f"{service.origin}/connections", headers=headers)
    assert "planted" not in answer.headers["set-cookie"]


def test_cookies_are_host_only_secure_unreadable_and_lax(service, cloud):
    browser = service.browser("alice")
    page = browser.get("/connect/google-drive")
    answer = browser.post("/connect/google-drive", form_fields(page, "/connect/google-drive"))
    begun = service.browser().get("/connections")
    for response, prefix, age in ((answer, "__Host-flow-", True), (begun, "__Host-session=", False)):
        [cookie] = response.headers.get_list("set-cookie")
        assert cookie.startswith(prefix)
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert attributes == {"httponly", "secure", "samesite=lax", "path=/"} | ({"max-age=600"} if age else set())


def test_an_answer_of_the_provider_in_another_browser_signs_nobody_in(service, cloud):
    alice, mallory = service.browser(), service.browser()
    start = mallory.get("/sign-in/start")
    back = mallory.get(start.headers["location"]).headers["location"]
    alice.get("/connections")
    answer = alice.get(back, "cross-site")
    assert (answer.status_code, heading(answer)) == (400, "This sign-in was not finished")
    assert cloud.token_requests == []


def test_an_answer_of_the_provider_works_once(service, cloud):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    assert browser.get(back, "cross-site").status_code == 303
    assert browser.get(back, "cross-site").status_code == 400
    assert len(cloud.token_requests) == 1


def test_two_tabs_can_sign_in_at_the_same_time(service):
    browser = service.browser()
    first = browser.get("/sign-in/start").headers["location"]
    second = browser.get("/sign-in/start").headers["location"]
    assert browser.follow(browser.get(second)).status_code == 200
    assert browser.follow(browser.get(first)).status_code == 400, "the first tab's session has ended with the sign-in"
    assert "alice@example.com" in browser.get("/").text


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied&state=y"])
def test_an_answer_that_nobody_asked_for_signs_nobody_in(service, query):
    browser = service.browser()
    browser.get("/sign-in")
    answer = browser.get(f"/sign-in/callback{query}", "cross-site")
    assert (answer.status_code, heading(answer)) == (400, "This sign-in was not finished")


def test_a_sign_in_that_failed_cannot_be_tried_again_with_another_code(service, cloud):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    asked = parse_qs(urlsplit(back).query)
    wrong = browser.get(f"/sign-in/callback?code=guessed&state={asked['state'][0]}", "cross-site")
    assert (wrong.status_code, heading(wrong)) == (400, "This sign-in was not finished")
    assert browser.get(back, "cross-site").status_code == 400
    assert len(cloud.token_requests) == 1


def test_an_answer_with_an_error_is_no_sign_in_even_with_a_code(service, cloud):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    assert browser.get(f"{back}&error=server_error", "cross-site").status_code == 400
    assert cloud.token_requests == []


def test_a_refusal_of_the_provider_is_told(service):
    browser = service.browser()
    asked = parse_qs(urlsplit(browser.get("/sign-in").headers["location"]).query)
    answer = browser.get(f"/sign-in/callback?error=access_denied&state={asked['state'][0]}", "cross-site")
    assert (answer.status_code, heading(answer)) == (400, "This sign-in was not finished")


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of-another-request"},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": "sample-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"at_hash": "x"},
    ],
)
def test_an_id_token_that_does_not_verify_signs_nobody_in(service, cloud, changes):
    cloud.id_token_changes = changes
    browser = service.browser()
    answer = browser.go("/sign-in")
    assert (answer.status_code, heading(answer)) == (502, "Signing in does not work right now")
    assert browser.get("/connections").headers["location"] == "/sign-in"


def test_an_id_token_signed_by_somebody_else_signs_nobody_in(service, cloud):
    cloud.id_token_key = ECKey.generate_key("P-256", {"kid": "sample"})
    assert service.browser().go("/sign-in").status_code == 502


def test_an_id_token_without_a_signature_signs_nobody_in_although_the_provider_lists_none(service, cloud):
    cloud.unsigned_id_token = True
    assert service.browser().go("/sign-in").status_code == 502


def test_an_access_token_that_is_no_jwt_cannot_be_used(service, cloud):
    cloud.opaque_access_token = True
    answer = service.browser().go("/sign-in")
    assert (answer.status_code, heading(answer)) == (500, "This sign-in cannot be used")


def test_a_provider_that_is_away_has_its_page(make_service: Callable[..., Service]):
    service = make_service(DRIVE_AGENT_OIDC_DISCOVERY_URL="http://127.0.0.1:1/.well-known/openid-configuration")
    answer = service.browser().go("/sign-in")
    assert (answer.status_code, heading(answer)) == (502, "Signing in does not work right now")


@pytest.mark.parametrize("name", ["return_to", "next", "return", "redirect_uri", "session"])
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "/connections"])
def test_no_address_can_say_where_a_sign_in_returns_to(service, name, target):
    browser = service.browser()
    page = browser.follow(browser.get(f"/sign-in?{name}={target}"))
    assert str(page.url) == f"{service.origin}/"


def test_a_sign_in_returns_to_the_page_that_asked_for_it(service):
    page = service.browser().go(f"/connect/google-drive?session={CONVERSATION}")
    assert str(page.url) == f"{service.origin}/connect/google-drive?session={CONVERSATION}"


def test_signing_out_ends_the_session_on_the_server(service):
    alice = service.browser("alice")
    thief = service.browser()
    thief.copy_cookies(alice)
    assert "alice@example.com" in thief.get("/").text
    alice.press(alice.get("/"), "/sign-out")
    assert alice.cookie("__Host-session") is None
    assert "alice@example.com" not in thief.get("/").text


def test_after_a_sign_out_the_provider_must_ask_again_until_somebody_has_signed_in(service, cloud):
    alice = service.browser("alice")
    page = alice.press(alice.get("/"), "/sign-out")
    assert heading(page) == "You are signed out"
    assert "ask for a password all the same" in page.text

    alice.get("/sign-in")
    location = alice.get("/sign-in").headers["location"]
    alice.go("/sign-in")
    alice.go("/sign-in")
    asked = [request.get("prompt") for request in cloud.authorize_requests]
    assert parse_qs(urlsplit(location).query)["prompt"] == ["login"], "asking once does not use it up"
    assert asked == [None, "login", None]
    assert alice.cookie("__Host-signed-out") is None


def test_the_note_of_a_sign_out_is_host_only_secure_and_unreadable(service):
    alice = service.browser("alice")
    answer = alice.post("/sign-out", {"csrf": csrf(alice.get("/"))})
    [note] = [cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("__Host-signed-out=")]
    attributes = {part.strip().lower() for part in note.split(";")[1:]}
    assert attributes == {"httponly", "secure", "samesite=lax", "path=/", "max-age=86400"}


def test_a_sign_out_is_not_said_to_somebody_who_is_signed_in(service, alice):
    assert alice.get("/signed-out").headers["location"] == "/"
    assert "ask for a password" not in service.browser().get("/signed-out").text


def test_half_an_hour_without_a_visit_ends_a_session(service):
    alice = service.browser("alice")
    service.clock.forward(minutes=29)
    assert "alice@example.com" in alice.get("/").text
    service.clock.forward(minutes=29)
    assert "alice@example.com" in alice.get("/").text
    service.clock.forward(minutes=30)
    assert "alice@example.com" not in alice.get("/").text


def test_eight_hours_end_a_session_whatever_happens(service):
    alice = service.browser("alice")
    for _ in range(24):
        assert "alice@example.com" in alice.get("/").text
        service.clock.forward(minutes=20)
    assert "alice@example.com" not in alice.get("/").text


def test_the_local_person_is_not_offered_where_there_is_no_local_agent(service, cloud):
    browser = service.browser()
    assert browser.get("/sign-in").headers["location"].startswith(f"{cloud.url}/oidc/authorize")
    browser.get("/connections")
    alice = service.browser("alice")
    answer = alice.post("/sign-in", {"csrf": csrf(alice.get("/")), "who": "local"})
    assert (answer.status_code, heading(answer)) == (403, "Please sign in again")


def test_a_local_session_ends_when_the_local_agent_is_switched_off(make_service: Callable[..., Service], cloud):
    service = make_service(DRIVE_AGENT_LOCAL_AGENT_URL=cloud.url)
    browser = service.browser()
    page = browser.go("/sign-in")
    assert "Sign in with your account" in page.text
    browser.post("/sign-in", {"csrf": csrf(page), "who": "local"})
    assert browser.get("/connections").status_code == 200
    service.start(local_agent_url=None)
    assert browser.get("/connections").headers["location"] == "/sign-in"


def test_loopback_signs_in_with_the_token_of_a_file_and_reads_it_again_for_each_flow(
    make_service: Callable[..., Service], cloud, tmp_path
):
    file = tmp_path / "token"
    file.write_text(cloud.access_token("alice") + "\n", encoding="utf-8")
    service = make_service(DRIVE_AGENT_SIGN_IN="loopback", DRIVE_AGENT_TOKEN_FILE=str(file))
    browser = service.browser()
    page = browser.go("/connect/google-drive")
    assert "Sign in with your account" not in page.text
    confirm = browser.follow(browser.post("/sign-in", {"csrf": csrf(page), "who": "loopback"}))
    assert "Loopback mode" in confirm.text

    newer = cloud.access_token("alice")
    file.write_text(newer, encoding="utf-8")
    done = browser.press(confirm, "/connect/google-drive")
    assert heading(done) == "Connected as alice@gmail.example."
    assert cloud.completions[0]["userIdentifier"] == {"userToken": newer}

    file.write_text(cloud.access_token("bob"), encoding="utf-8")
    assert heading(browser.get("/connect/google-drive")) == "Please sign in again"
    file.unlink()
    assert heading(browser.get("/connect/google-drive")) == "The token of this computer cannot be read"
    assert len(cloud.completions) == 1


def test_settings_of_loopback_hide_the_token(make_service: Callable[..., Service]):
    service = make_service(DRIVE_AGENT_SIGN_IN="loopback", DRIVE_AGENT_TOKEN="sample-bearer")
    assert "sample-bearer" not in repr(replace(service.settings))
    assert "sample-session-key" not in repr(service.settings)


def test_signing_out_ends_the_refresh_token_at_the_provider_too(make_service: Callable[..., Service], provider):
    service = make_service(DRIVE_AGENT_OIDC_DISCOVERY_URL=provider.discovery_url)
    browser = service.browser()
    browser.go("/sign-in")
    [refresh_token] = provider.refresh_tokens
    browser.press(browser.get("/"), "/sign-out")
    assert [asked["token"] for asked in provider.revocations] == [refresh_token]
    assert provider.refresh_tokens == {}


def test_a_refresh_token_never_comes_to_the_browser_or_lies_readable_on_the_disk(
    make_service: Callable[..., Service], provider
):
    service = make_service(DRIVE_AGENT_OIDC_DISCOVERY_URL=provider.discovery_url)
    browser = service.browser()
    page = browser.go("/sign-in")
    token = list(provider.refresh_tokens)[-1].encode()
    assert token not in page.content + str(page.headers).encode()
    stored = [path.read_bytes() for path in service.settings.state_dir.rglob("*") if path.is_file()]
    assert stored
    assert not any(token in content for content in stored)


def test_an_answer_that_names_another_issuer_signs_nobody_in(service, cloud):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    answer = browser.get(f"{back}&iss=https%3A%2F%2Fevil.example", "cross-site")
    assert (answer.status_code, heading(answer)) == (400, "This sign-in was not finished")
    assert cloud.token_requests == []
    assert browser.get(back, "cross-site").status_code == 400, "it is used up"


def test_an_answer_that_takes_longer_than_ten_minutes_signs_nobody_in(service, cloud):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    service.clock.forward(minutes=10)
    assert browser.get(back, "cross-site").status_code == 400
    assert cloud.token_requests == []


def test_a_restart_between_asking_and_answering_loses_no_sign_in(service):
    browser = service.browser()
    browser.get(f"/connect/google-drive?session={CONVERSATION}")
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    service.start()
    page = browser.follow(browser.get(back, "cross-site"))
    assert str(page.url) == f"{service.origin}/connect/google-drive?session={CONVERSATION}"


def test_a_browser_that_begins_to_sign_in_again_and_again_keeps_the_last_five(service):
    browser = service.browser()
    browser.get("/connections")
    backs = [browser.get(browser.get("/sign-in/start").headers["location"]).headers["location"] for _ in range(6)]
    assert browser.get(backs[0], "cross-site").status_code == 400
    assert browser.get(backs[1], "cross-site").status_code == 303
