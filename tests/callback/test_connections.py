"""What somebody has connected: the account and whether it is the expected one, partial consent, disconnecting."""

from datetime import timedelta

import pytest

from tests.callback.browser import code, form_fields, heading, tagless
from tests.callback.conftest import CONVERSATION, csrf

CONNECT = "/connect/google-drive"
DISCONNECT = "/connections/disconnect"


def connect(browser):
    return browser.press(browser.get(f"{CONNECT}?session={CONVERSATION}"), CONNECT)


def actions(cloud):
    return [asked.payload["action"] for asked in cloud.invocations]


def test_the_overview_tells_since_when_and_when_last(service, alice, cloud):
    connect(alice)
    cloud.last_used = (service.clock() + timedelta(days=2)).isoformat()
    service.clock.forward(days=3)
    cloud.token_life_s = 4 * 86_400
    again = service.browser("alice")
    cloud.bound.append(list(cloud.access_tokens)[-1])
    page = tagless(again.get("/connections"))
    assert "3 days ago" in page
    assert "1 day ago" in page


def test_a_connection_that_nobody_has_seen_begin_has_no_since(service, alice, cloud):
    cloud.bound.append(list(cloud.access_tokens)[-1])
    assert "Connected as alice@gmail.example" in tagless(alice.get("/connections"))


def test_disconnecting_asks_the_agent_and_says_what_is_so_now(service, alice, cloud):
    connect(alice)
    done = alice.press(alice.get("/connections"), DISCONNECT)
    assert (done.status_code, done.url.path) == (200, "/disconnected")
    assert actions(cloud)[-1] == "disconnect"
    assert cloud.bound == []
    assert "Not connected." in alice.get("/connections").text


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"status": "connected"}),
        (200, {"error": "Google does not answer.", "type": "error", "code": "drive_failed"}),
        (500, {}),
    ],
)
def test_nobody_is_told_that_they_are_disconnected_when_they_may_not_be(service, alice, cloud, answer):
    connect(alice)
    cloud.answers["disconnect"] = answer
    page = alice.press(alice.get("/connections"), DISCONNECT)
    assert page.status_code == 502
    assert "alice@gmail.example" in alice.get("/connections").text


def test_disconnecting_needs_a_press_of_our_own_button(service, alice, cloud):
    connect(alice)
    fields = form_fields(alice.get("/connections"), DISCONNECT)
    assert alice.post(DISCONNECT, {"csrf": "x" * 43}).status_code == 403
    assert alice.post(DISCONNECT, fields, origin="https://evil.example", sec_fetch_site="cross-site").status_code == 403
    assert service.browser("bob").post(DISCONNECT, fields).status_code == 403
    assert service.browser().post(DISCONNECT, fields).status_code == 403
    assert alice.get(DISCONNECT).status_code == 405
    assert "disconnect" not in actions(cloud)


def test_reconnecting_gives_up_what_is_there_and_asks_for_the_same_again(service, alice, cloud):
    connect(alice)
    assert 'href="/connect/google-drive?again=1"' in alice.get("/connections").text
    alice.post(CONNECT, form_fields(alice.get(f"{CONNECT}?again=1"), CONNECT))
    assert cloud.invocations[-1].payload["force"] is True


def test_a_box_that_was_left_unticked_is_explained_and_leads_to_another_try(service, alice, cloud):
    cloud.insufficient = True
    page = connect(alice)
    assert "ticked" in tagless(page)
    assert "Connected as" not in page.text
    assert form_fields(page, CONNECT)["force"] == "1"
    assert "ticked" in tagless(alice.get("/connections"))
    cloud.insufficient = False
    assert heading(alice.press(page, CONNECT)) == "Connected as alice@gmail.example."


def test_an_account_of_another_domain_is_given_back_at_once(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example, Other.example")
    alice = service.browser("alice")
    page = connect(alice)
    assert "alice@gmail.example" in page.text
    assert "corp.example" in tagless(page)
    assert "other.example" in tagless(page)
    assert actions(cloud)[-1] == "disconnect"
    assert cloud.bound == []
    cloud.google_email = "alice@corp.example"
    assert heading(alice.press(page, CONNECT)) == "Connected as alice@corp.example."


def test_an_account_is_given_back_with_the_very_proof_that_it_was_bound_with(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example")
    alice = service.browser("alice")
    flow = service.start_flow(alice)
    first = cloud.invocations[-1].headers["authorization"]
    alice.go("/sign-in")  # in between, the browser gets a newer token
    service.come_back(alice, *flow)
    assert actions(cloud)[-1] == "disconnect"
    assert cloud.invocations[-1].headers["authorization"] == first


def test_an_account_that_is_not_the_persons_own_is_given_back_where_it_must_be(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_EMAIL="same")
    alice = service.browser("alice")
    page = connect(alice)
    assert "alice@example.com" in tagless(page)
    assert cloud.bound == []
    cloud.google_email = "alice@example.com"
    assert heading(alice.press(page, CONNECT)) == "Connected as alice@example.com."


def test_an_account_that_is_not_the_persons_own_is_kept_with_a_warning_where_it_should_be(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_EMAIL="warn")
    alice = service.browser("alice")
    page = connect(alice)
    assert "alice@gmail.example" in heading(page)
    assert "not the address" in tagless(page)
    assert form_fields(page, CONNECT)["force"] == "1", "use another account"
    assert len(cloud.bound) == 1
    assert "not the address" in tagless(alice.get("/connections"))


def test_what_was_connected_already_is_judged_as_well(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example")
    alice = service.browser("alice")
    account = {"email": "alice@gmail.example", "name": "A"}
    cloud.answers["connect"] = (200, {"status": "connected", "account": account})
    connect(alice)
    assert actions(cloud)[-1] == "disconnect"


def test_a_conversation_that_somebody_else_has_taken_over_does_not_keep_a_forbidden_account(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example")
    alice = service.browser("alice")
    flow = service.start_flow(alice)
    cloud.not_owned = {CONVERSATION}
    done = alice.follow(service.come_back(alice, *flow))
    assert "alice@gmail.example" in tagless(done)
    assert cloud.bound == []


@pytest.mark.parametrize(
    "answer", [(429, {}), (500, {}), (200, "not json"), (200, {"connections": [{"connected": True}]})]
)
def test_what_cannot_be_named_is_given_back_where_only_some_may_be_connected(make_service, cloud, answer):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example")
    alice = service.browser("alice")
    flow = service.start_flow(alice)
    cloud.answers["status"] = answer
    done = alice.follow(service.come_back(alice, *flow))
    assert "could not find out" in tagless(done)
    assert cloud.bound == []


def test_a_disconnect_whose_sign_in_has_run_out_leads_back_to_the_overview(service, alice, cloud):
    fields = {"csrf": csrf(alice.get("/connections"))}
    for _ in range(3):
        service.clock.forward(minutes=19, seconds=30)
        alice.get("/")
    assert heading(alice.post(DISCONNECT, fields)) == "Please sign in again"
    service.clock.ahead = timedelta()
    assert alice.go("/sign-in").url.path == "/connections"


def test_after_disconnecting_no_page_says_connected(service, alice, cloud):
    connect(alice)
    alice.press(alice.get("/connections"), DISCONNECT)
    assert alice.get("/connected").headers["location"] == "/connections"


def test_after_some_minutes_the_overview_says_what_is_and_not_what_was(service, alice, cloud):
    connect(alice)
    assert alice.get("/connected").status_code == 200
    service.clock.forward(minutes=3)
    assert alice.get("/connected").headers["location"] == "/connections"


def test_a_last_use_of_an_earlier_account_is_not_this_ones(service, alice, cloud):
    cloud.last_used = (service.clock() - timedelta(days=9)).isoformat()
    connect(alice)
    assert "9 days ago" not in alice.get("/connections").text


def test_an_account_that_cannot_be_given_back_is_said_to_be_there_still(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_DOMAINS="corp.example")
    alice = service.browser("alice")
    cloud.answers["disconnect"] = (500, {})
    page = connect(alice)
    assert (page.status_code, code(page)) == (502, "not_given_back")
    assert 'href="/connections"' in page.text


def test_an_account_that_nobody_can_name_is_not_called_the_right_one(make_service, cloud):
    service = make_service()
    alice = service.browser("alice")
    flow = service.start_flow(alice)
    cloud.answers["status"] = (500, {})
    done = alice.follow(service.come_back(alice, *flow))
    assert "could not find out" in tagless(done)
    assert "Connected as" not in done.text
    assert len(cloud.bound) == 1


def test_the_page_after_disconnecting_is_for_who_is_signed_in_and_not_connected_again(service, alice, cloud):
    assert service.browser().get("/disconnected").headers["location"] == "/"
    assert alice.get("/disconnected").headers["location"] == "/connections"
    connect(alice)
    alice.press(alice.get("/connections"), DISCONNECT)
    assert alice.get("/disconnected").status_code == 200
    connect(alice)
    assert alice.get("/disconnected").headers["location"] == "/connections"


def test_without_a_vouched_for_address_nobody_passes_as_the_same_person(make_service, cloud):
    service = make_service(DRIVE_AGENT_GOOGLE_EMAIL="same")
    cloud.id_token_changes = {"email_verified": False}
    cloud.google_email = "alice@example.com"
    connect(service.browser("alice"))
    assert cloud.bound == []


def test_a_disconnect_that_was_pressed_too_late_leads_back_to_the_overview(service, alice):
    connect(alice)
    fields = form_fields(alice.get("/connections"), DISCONNECT)
    service.clock.forward(minutes=31)
    assert code(alice.post(DISCONNECT, fields)) == "sign_in_again"
    service.clock.ahead = timedelta()
    assert alice.go("/sign-in").url.path == "/connections"
