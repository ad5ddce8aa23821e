"""The whole way of a consent, as a browser walks it."""

import contextlib
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi import APIRouter

from tests.callback.browser import code, form_fields, heading, tagless
from tests.callback.cloud import ARN, URN
from tests.callback.conftest import CONVERSATION

CONNECT = "/connect/google-drive"
NAMES = "https://www.googleapis.com/auth/drive.metadata.readonly"
CONTENTS = "https://www.googleapis.com/auth/drive.readonly"


def test_alice_signs_in_confirms_consents_and_is_connected(service, cloud):
    browser = service.browser()
    page = browser.go(f"{CONNECT}?session={CONVERSATION}")
    assert heading(page) == "Connect Google Drive for alice@example.com?"

    done = browser.press(page, CONNECT)

    assert str(done.url) == f"{service.origin}/connected"
    assert heading(done) == "Connected as alice@gmail.example."
    assert "You can go back to the conversation." in done.text
    assert browser.get("/connected").text == done.text, "reloading is harmless"


def test_the_agent_is_asked_with_the_browsers_own_token_on_the_conversation(service, alice, cloud):
    service.start_flow(alice)
    looked, asked = cloud.invocations
    [token] = cloud.access_tokens
    assert looked.payload == {"action": "conversation"}
    assert looked.headers["authorization"] == f"Bearer {token}"
    assert asked.raw_path == f"/runtimes/{quote(ARN, safe='')}/invocations"
    assert asked.query == "qualifier=DEFAULT"
    assert asked.headers["authorization"] == f"Bearer {token}"
    assert asked.headers["x-amzn-bedrock-agentcore-runtime-session-id"] == CONVERSATION
    assert asked.headers["content-type"] == "application/json"
    state = asked.payload["state"]
    assert asked.payload == {"action": "connect", "state": state, "scopes": [NAMES], "force": False}
    assert len(asked.payload["state"]) == 43


def test_the_very_same_token_that_started_a_flow_completes_it(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    first_token = cloud.invocations[0].headers["authorization"].removeprefix("Bearer ")
    alice.go("/sign-in")  # in between, the browser gets a newer token
    assert len(cloud.access_tokens) == 2

    answer = service.come_back(alice, session_uri, state)

    assert (answer.status_code, answer.headers["location"]) == (303, "/connected")
    assert cloud.completions == [{"userIdentifier": {"userToken": first_token}, "sessionUri": session_uri}]
    assert cloud.invocations[-1].payload == {"action": "status"}
    assert cloud.invocations[-1].headers["authorization"] == f"Bearer {first_token}"


def test_without_a_conversation_the_persons_own_runtime_session_is_used(service, alice, cloud):
    done = alice.press(alice.get(CONNECT), CONNECT)
    assert heading(done) == "Connected as alice@gmail.example."
    used = {asked.headers["x-amzn-bedrock-agentcore-runtime-session-id"] for asked in cloud.invocations}
    assert len(used) == 1
    assert used.pop().startswith("connections-")


def test_somebody_who_is_connected_already_is_told_so_without_consenting_again(service, alice, cloud):
    cloud.answers["connect"] = (200, {"status": "connected", "account": {"email": "alice@gmail.example", "name": "A"}})
    done = alice.press(alice.get(CONNECT), CONNECT)
    assert heading(done) == "Connected as alice@gmail.example."
    assert cloud.completions == []


def test_the_browser_is_sent_on_by_a_page_because_a_redirect_after_a_form_is_blocked(service, alice, cloud):
    page = alice.get(CONNECT)
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    path = answer.headers["refresh"].removeprefix("0; url=")
    assert answer.status_code == 200
    assert path.startswith("/connect/google-drive/continue?flow=")
    assert f'href="{path}"' in answer.text


def test_the_authorization_url_is_in_a_redirect_of_the_flows_own_browser_and_on_no_page(service, alice, cloud):
    answer = alice.post(CONNECT, form_fields(alice.get(CONNECT), CONNECT))
    [session_uri] = cloud.sessions
    path = answer.headers["refresh"].partition("url=")[2]
    on_the_way = alice.get(path)
    url = f"{cloud.url}/identities/oauth2/authorize?request_uri={quote(session_uri, safe='')}"
    assert (on_the_way.status_code, on_the_way.headers["location"]) == (303, url)
    assert session_uri.rpartition(":")[2] not in answer.text + on_the_way.text
    assert alice.get(path).status_code == 303, "pressing the button on the page works as well"


def test_nobody_else_is_sent_to_an_authorization_url(service, alice, cloud):
    answer = alice.post(CONNECT, form_fields(alice.get(CONNECT), CONNECT))
    path = answer.headers["refresh"].partition("url=")[2]
    bob = service.browser("bob")
    assert code(bob.get(path)) == "unknown_flow"
    bob.copy_cookies(alice, "__Host-flow-")
    assert code(bob.get(path)) == "other_user"
    assert code(alice.get(f"{path}0")) == "unknown_flow"
    assert code(alice.get("/connect/google-drive/continue")) == "unknown_flow"
    service.clock.forward(minutes=10)
    assert code(alice.get(path)) == "expired"
    alice.drop_cookies("__Host-session")
    assert code(alice.get(path)) == "not_signed_in"


@pytest.mark.parametrize(
    "auth_url",
    [
        "https://evil.example/identities/oauth2/authorize?request_uri=x",
        "https://bedrock-agentcore.us-west-2.amazonaws.com@evil.example/",
        "https://bedrock-agentcore.us-west-2.amazonaws.com.evil.example/",
        "http://bedrock-agentcore.us-west-2.amazonaws.com/",
        "https://bedrock-agentcore.eu-west-1.amazonaws.com/",
        "javascript:alert(1)",
        "//evil.example",
        "https://bedrock-agentcore.us-west-2.amazonaws.com/\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_an_agent_cannot_send_the_browser_anywhere_but_to_agentcore(service, alice, cloud, auth_url):
    cloud.answers["connect"] = (200, {"status": "auth_required", "auth_url": auth_url, "session_uri": f"{URN}x"})
    page = alice.get(CONNECT)
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    assert answer.status_code == 502
    assert "refresh" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_looking_at_the_confirmation_page_starts_nothing(service, alice, cloud):
    for headers in ({}, {"sec_purpose": "prefetch"}, {"purpose": "prefetch"}):
        assert alice.get(f"{CONNECT}?session={CONVERSATION}", **headers).status_code == 200
    assert {asked.payload["action"] for asked in cloud.invocations} == {"conversation"}
    assert alice.cookie("__Host-flow-") is None


@pytest.mark.parametrize(
    "bad", ["short", "a" * 257, "with space 0123456789", "//evil.example/0123456789", "<b>0123456789abcdef", "%00" * 20]
)
def test_a_conversation_that_cannot_exist_is_refused(service, alice, cloud, bad):
    assert alice.get(f"{CONNECT}?session={bad}").status_code == 400
    page = alice.get(CONNECT)
    assert alice.post(CONNECT, form_fields(page, CONNECT) | {"session": bad}).status_code == 400
    assert {asked.payload["action"] for asked in cloud.invocations} == {"status"}


def test_a_parameter_that_comes_twice_is_refused(service, alice):
    assert alice.get(f"{CONNECT}?session={CONVERSATION}&session={CONVERSATION}").status_code == 400
    assert alice.get("/callback?state=a&state=b&session_id=c").status_code == 400


def test_somebody_elses_conversation_is_not_connected(service, alice, cloud):
    refusal = {"error": "This conversation is not yours.", "type": "error", "code": "not_owner"}
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    cloud.answers["connect"] = cloud.answers["conversation"] = (200, refusal)
    for answer in (alice.get(f"{CONNECT}?session={CONVERSATION}"), alice.press(page, CONNECT)):
        assert answer.status_code == 403
        assert heading(answer) == "This link belongs to somebody else's conversation"
        assert "alice@example.com" in answer.text, "who is told that it is not theirs can see who they are here"
    assert alice.cookie("__Host-flow-") is None
    assert cloud.completions == []


@pytest.mark.parametrize(
    ("from_runtime", "status", "words"),
    [
        ((401, {"message": "expired"}), 403, "Please sign in again"),
        ((403, {"message": "Claim 'client_id' mismatch"}), 403, "You may not use this agent"),
        ((404, {"message": "no such runtime"}), 502, "The agent was not found"),
        ((409, {"message": "Session operation in progress"}), 503, "The agent is busy"),
        ((429, {"message": "slow down"}), 503, "The agent is busy"),
        ((424, {"message": "container failed"}), 502, "The agent did not answer"),
        ((500, {"message": "?"}), 502, "The agent did not answer"),
        ((302, {}), 502, "The agent did not answer"),
        ((200, "not json"), 502, "The agent did not answer"),
        ((200, "[1]"), 502, "The agent did not answer"),
        ((200, {"status": "auth_required"}), 502, "The agent did not answer"),
        ((200, {"status": "auth_required", "auth_url": "x", "session_uri": "y"}), 502, "The agent did not answer"),
        ((200, {"error": "Try <b>later</b>.", "type": "error", "code": "x"}), 502, "The agent cannot do this"),
        ((200, {"error": "Who?", "type": "error", "code": "no_identity"}), 403, "The agent does not know who you are"),
    ],
)
def test_each_failure_of_the_runtime_has_its_page_and_a_way_on(service, alice, cloud, from_runtime, status, words):
    cloud.answers["connect"] = from_runtime
    page = alice.get(CONNECT)
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    assert (answer.status_code, heading(answer)) == (status, words)
    assert 'class="button" href="/' in answer.text
    assert "<b>" not in answer.text
    assert alice.cookie("__Host-flow-") is None


def test_an_agent_that_cannot_be_reached_has_its_page(make_service):
    service = make_service(DRIVE_AGENT_RUNTIME_URL="http://127.0.0.1:1")
    alice = service.browser("alice")
    answer = alice.get(CONNECT)
    assert (answer.status_code, heading(answer)) == (502, "The agent did not answer")


def test_a_token_in_its_last_minutes_starts_nothing_and_leads_back_after_a_new_sign_in(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    for _ in range(3):  # half an hour of idling would end the session
        service.clock.forward(minutes=19, seconds=30)
        alice.get("/")
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    assert (answer.status_code, heading(answer)) == (403, "Please sign in again")
    assert cloud.sessions == {}
    service.clock.ahead = timedelta()
    back = alice.go("/sign-in")
    assert str(back.url) == f"{service.origin}{CONNECT}?session={CONVERSATION}"


def test_a_provider_whose_tokens_end_at_once_leads_to_a_page_and_not_in_circles(service, cloud):
    cloud.token_life_s = 30
    alice = service.browser()
    assert heading(alice.go(CONNECT)) == "Please sign in again"
    assert cloud.invocations == []


def test_an_old_sign_in_whose_token_is_over_is_renewed_on_the_way_to_the_page(service, cloud):
    cloud.token_life_s = 600
    alice = service.browser("alice")
    service.clock.forward(minutes=9)
    assert alice.get(CONNECT).headers["location"] == "/sign-in"
    assert alice.get("/connections").headers["location"] == "/sign-in"


def test_the_account_is_left_out_when_the_agent_does_not_tell_it(service, alice, cloud):
    session_uri, state = service.start_flow(alice)
    cloud.answers["status"] = (500, {})
    done = alice.follow(service.come_back(alice, session_uri, state))
    assert heading(done) == "Google Drive is connected."


def test_connections_are_told_in_words(service, alice, cloud):
    assert "Not connected." in alice.get("/connections").text
    alice.press(alice.get(CONNECT), CONNECT)
    page = alice.get("/connections")
    assert "Connected as <strong>alice@gmail.example</strong>" in page.text
    assert "See the names and details of your files, read-only" in page.text


def test_connections_ask_for_a_sign_in_first_and_return_there(service):
    browser = service.browser()
    page = browser.go("/connections")
    assert (page.status_code, page.url.path) == (200, "/connections")


def test_a_conversation_that_nobody_has_begun_is_none(service, alice, cloud):
    """Whoever begins it later would own it, and what is connected could not be looked at there any more."""
    cloud.conversation = None
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert form_fields(page, CONNECT)["session"] == ""
    assert "Asked for in" not in page.text


def test_who_is_connected_and_comes_without_a_question_sees_what_is_connected(service, alice, cloud):
    cloud.bound.append(list(cloud.access_tokens)[-1])
    assert alice.get(CONNECT).headers["location"] == "/connections"


def test_before_somebody_reconnects_the_page_says_what_they_give_up(service, alice, cloud):
    cloud.bound.append(list(cloud.access_tokens)[-1])
    cloud.grants = [CONTENTS]
    page = alice.get(f"{CONNECT}?again=1")
    assert "alice@gmail.example is disconnected" in tagless(page)
    assert form_fields(page, CONNECT) | {"csrf": ""} == {
        "csrf": "",
        "session": "",
        "client": "",
        "ask": "contents",
        "force": "1",
    }
    cloud.insufficient = True
    page = alice.get(f"{CONNECT}?again=1")
    assert "what is connected now is disconnected" in tagless(page)
    assert form_fields(page, CONNECT)["ask"] == "details"


def test_who_is_connected_for_names_reads_what_asking_for_contents_risks(service, alice, cloud):
    cloud.bound.append(list(cloud.access_tokens)[-1])
    cloud.asks = [CONTENTS]
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert "alice@gmail.example is connected for names and details. With the button, that ends." in tagless(page)
    assert "force" not in form_fields(page, CONNECT)
    assert [asked.payload["action"] for asked in cloud.invocations] == ["conversation", "status"]
    asked_in = {asked.headers["x-amzn-bedrock-agentcore-runtime-session-id"] for asked in cloud.invocations}
    assert asked_in == {CONVERSATION}, "which is awake"


def test_who_risks_nothing_reads_of_no_risk(service, alice, cloud):
    cloud.asks = [CONTENTS]
    assert "that ends" not in tagless(alice.get(f"{CONNECT}?session={CONVERSATION}")), "nothing is connected"
    cloud.bound.append(list(cloud.access_tokens)[-1])
    cloud.grants = [CONTENTS]
    assert "that ends" not in tagless(alice.get(f"{CONNECT}?session={CONVERSATION}")), "contents are allowed already"
    cloud.asks, cloud.grants, cloud.invocations = [], [NAMES], []
    assert "that ends" not in tagless(alice.get(f"{CONNECT}?session={CONVERSATION}")), "names are asked for"
    assert [asked.payload["action"] for asked in cloud.invocations] == ["conversation"]


def test_a_page_about_more_names_what_is_risked_as_well(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    cloud.bound.append(list(cloud.access_tokens)[-1])
    cloud.answers["connect"] = (200, {"status": "confirm", "scopes": [CONTENTS]})
    told = alice.press(page, CONNECT)
    assert "alice@gmail.example is connected for names and details. With the button, that ends." in tagless(told)


@pytest.mark.parametrize(("client", "is_led"), [("web", True), ("terminal", False)])
def test_who_comes_from_the_chat_of_this_service_is_led_back_there(service, cloud, client, is_led):
    service.start(front_ends=[_Chat()])
    cloud.conversation = {"client": client, "started": "2026-11-20T09:00:00Z"}
    alice = service.browser("alice")
    done = alice.press(alice.get(f"{CONNECT}?session={CONVERSATION}"), CONNECT)
    assert heading(done) == "Connected as alice@gmail.example."
    assert ('href="/own-chat">Back to the chat' in done.text) == is_led


class _Chat:
    start_path = "/own-chat"

    def __init__(self):
        self.router = APIRouter()

    @contextlib.asynccontextmanager
    async def running(self, door):
        yield


def test_a_wish_to_replace_survives_a_page_about_more(service, alice, cloud):
    cloud.bound.append(list(cloud.access_tokens)[-1])
    page = alice.get(f"{CONNECT}?again=1")
    cloud.answers["connect"] = (200, {"status": "confirm", "scopes": [CONTENTS]})
    told = alice.press(page, CONNECT)
    assert form_fields(told, CONNECT)["force"] == "1"


def test_after_connecting_without_a_question_the_page_speaks_of_none(service, alice, cloud):
    done = alice.press(alice.get(CONNECT), CONNECT)
    assert "ask something" in tagless(done)
    assert "goes on with your question" not in tagless(done)


def test_connected_without_a_connection_leads_to_the_overview(service, alice):
    assert alice.get("/connected").headers["location"] == "/connections"


def test_health_is_json_and_needs_nobody(service):
    answer = service.browser().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_a_conversation_that_needs_names_says_names_before_and_after(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert "see the names and details of your files" in page.text
    assert "see what your files contain" in page.text.partition('class="may-not"')[2]
    done = alice.press(page, CONNECT)
    assert "See the names and details of your files, read-only" in done.text
    assert "contents" not in done.text


def test_the_page_says_where_and_when_the_conversation_began(service, alice, cloud):
    started = service.clock() - timedelta(minutes=3, seconds=20)
    cloud.conversation = {"client": "slack", "started": started.isoformat()}
    assert "in Slack 3 minutes ago" in tagless(alice.get(f"{CONNECT}?session={CONVERSATION}"))
    cloud.conversation = {"client": "", "started": started.isoformat()}
    assert "the conversation that you started 3 minutes ago" in tagless(alice.get(f"{CONNECT}?session={CONVERSATION}"))
    cloud.conversation = {"client": "<b>x", "started": "yesterday"}
    assert "Asked for in" not in alice.get(f"{CONNECT}?session={CONVERSATION}").text


def test_a_conversation_that_needs_contents_says_so_before_at_and_after_the_way_to_google(service, alice, cloud):
    cloud.asks = cloud.grants = [CONTENTS]
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert "read what your files contain" in page.text
    on_the_way = alice.post(CONNECT, form_fields(page, CONNECT))
    assert cloud.invocations[-1].payload["scopes"] == [CONTENTS]
    assert "See the names, details and contents of your files, read-only" in on_the_way.text
    done = alice.press(page, CONNECT)
    assert "See the names, details and contents of your files, read-only" in done.text
    assert "See the names, details and contents of your files, read-only" in alice.get("/connections").text


def test_who_has_to_sign_in_first_still_reads_what_will_be_asked(service, cloud):
    cloud.asks = [CONTENTS]
    page = service.browser().go(f"{CONNECT}?session={CONVERSATION}")
    assert "read what your files contain" in page.text


def test_a_page_of_a_conversation_that_now_needs_more_is_explained_before_anything_happens(service, alice, cloud):
    cloud.answers["connect"] = (200, {"status": "confirm", "scopes": [CONTENTS]})
    told = alice.press(alice.get(f"{CONNECT}?session={CONVERSATION}"), CONNECT)
    assert "Your question needs more than names and details." in told.text
    assert "read what your files contain" in told.text
    assert cloud.sessions == {}
    del cloud.answers["connect"]
    assert heading(alice.press(told, CONNECT)) == "Connected as alice@gmail.example."
    second = [asked for asked in cloud.invocations if asked.payload["action"] == "connect"][1]
    assert second.payload["scopes"] == [CONTENTS]
    assert second.headers["x-amzn-bedrock-agentcore-runtime-session-id"] == CONVERSATION


@pytest.mark.parametrize(
    ("needed", "wanted"), [([CONTENTS], [CONTENTS]), ([NAMES], ["https://www.googleapis.com/auth/drive"])]
)
def test_an_agent_that_wants_more_than_there_are_words_for_gets_nothing(service, alice, cloud, needed, wanted):
    cloud.asks = needed
    cloud.answers["connect"] = (200, {"status": "confirm", "scopes": wanted})
    answer = alice.press(alice.get(f"{CONNECT}?session={CONVERSATION}"), CONNECT)
    assert (answer.status_code, heading(answer)) == (502, "The agent did not answer")


def test_what_the_page_says_is_asked_of_the_agent_and_not_of_the_link(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}&ask=contents&client=Slack")
    assert form_fields(page, CONNECT)["ask"] == "details"
    assert "Slack" not in page.text


def test_an_agent_that_cannot_tell_about_the_conversation_has_its_page(service, alice, cloud):
    cloud.answers["conversation"] = (409, {"message": "Session operation in progress"})
    answer = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert (answer.status_code, heading(answer)) == (503, "The agent is busy")


def test_a_button_that_was_pressed_too_late_leads_back_to_the_conversation(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    service.clock.forward(minutes=31)
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    assert (answer.status_code, code(answer)) == (403, "sign_in_again")
    service.clock.ahead = timedelta()
    back = alice.go("/sign-in")
    assert str(back.url) == f"{service.origin}{CONNECT}?session={CONVERSATION}"


def test_a_page_from_before_another_sign_in_leads_back_to_the_conversation(service, alice, cloud):
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    alice.go("/sign-in")
    answer = alice.post(CONNECT, form_fields(page, CONNECT))
    assert (answer.status_code, code(answer)) == (403, "forged_request")
    assert 'class="button" href="/connect/google-drive' in answer.text


def test_who_replaces_an_account_and_leaves_half_way_reads_nowhere_that_it_is_connected(service, alice, cloud):
    alice.press(alice.get(CONNECT), CONNECT)
    alice.post(CONNECT, form_fields(alice.get(f"{CONNECT}?again=1"), CONNECT))
    assert alice.get("/connected").headers["location"] == "/connections"
