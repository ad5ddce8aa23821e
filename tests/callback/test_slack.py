"""People whom Slack proves: signing in, and what the agent is asked in their name.

Over HTTP; Slack and AWS are stood in for by what checks all that it gets (`tests.callback.slack`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from agent.caller import Caller
from callback.aws.identity import Identity
from callback.records import Person, UserProof
from callback.sign_in.slack import slack_person
from callback.sign_in_settings import SlackPeople
from tests.callback.browser import Browser, code, form_fields, heading, tagless
from tests.callback.cloud import CLIENT_ID, CLIENT_SECRET, Cloud
from tests.callback.conftest import CONVERSATION, Service
from tests.callback.servers import Server, Stage
from tests.callback.slack import CUSTOM_USER_ID, SESSION_ID, TEAM, TEAM_NAME, USER, USER_ID, SlackCloud

ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent_slack"
CONNECT = "/connect/google-drive"
DISCONNECT = "/connections/disconnect"
ALICE = "slack:T0ACME:U0ALICE"


@pytest.fixture(scope="module")
def _slack() -> Iterator[SlackCloud]:
    made = SlackCloud()
    server = Server(made.app())
    made.url = f"http://127.0.0.1:{server.port}"
    yield made
    server.stop()


@pytest.fixture
def slack(_slack: SlackCloud, stage: Stage, monkeypatch) -> SlackCloud:
    _slack.reset()
    _slack.return_url = f"{stage.origin}/callback"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample-secret-of-the-service")
    return _slack


@pytest.fixture(scope="module")
def slack_identity(_slack: SlackCloud) -> Identity:
    return Identity(region="us-west-2", endpoint_url=_slack.url)


@pytest.fixture
def slack_environ(slack: SlackCloud, stage: Stage, tmp_path: Path) -> dict[str, str]:
    return {
        "DRIVE_AGENT_MODE": "local",
        "DRIVE_AGENT_CALLBACK_URL": stage.origin,
        "DRIVE_AGENT_SIGN_IN": "slack",
        "DRIVE_AGENT_RUNTIME_AUTH": "iam",
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{slack.url}/.well-known/openid-configuration",
        "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "DRIVE_AGENT_RUNTIME_ARN": ARN,
        "DRIVE_AGENT_CALLBACK_STATE": str(tmp_path / "state"),
        "DRIVE_AGENT_SESSION_KEY": "sample-session-key-sample-session-key",
        "AWS_ENDPOINT_URL": slack.url,
    }


@pytest.fixture
def start(
    make_service: Callable[..., Service], slack: SlackCloud, slack_identity: Identity, slack_environ: dict[str, str]
) -> Callable[..., Service]:
    def start(**variables: str) -> Service:
        return make_service(slack, slack_identity, **slack_environ | variables)

    return start


@pytest.fixture
def service(start: Callable[..., Service]) -> Service:
    return start()


@pytest.fixture
def alice(service: Service) -> Browser:
    return service.browser("alice")


def name(browser: Browser) -> str:
    """Who a page's head says is signed in; empty for nobody."""
    found = re.search(r"Signed in as (.*?) Sign out", tagless(browser.get("/")))
    return found.group(1) if found else ""


def said(slack: SlackCloud) -> list[tuple[str, str]]:
    return [(asked.payload["action"], asked.headers[USER_ID]) for asked in slack.invocations]


# --- signing in


def test_slack_is_asked_for_who_somebody_is_and_for_nothing_else(alice, slack):
    [asked] = slack.authorize_requests
    assert asked["response_type"] == "code"
    assert asked["scope"] == "openid profile"
    assert len(asked["state"]) >= 30
    assert len(asked["nonce"]) >= 20
    assert asked.keys() == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
    assert slack.token_requests[0].keys() == {"grant_type", "code", "redirect_uri"}


def test_pkce_is_used_as_soon_as_slack_says_that_it_understands_it(service, slack):
    slack.has_pkce = True
    alice = service.browser("alice")
    assert name(alice) == "Alice in Acme (Slack)"
    assert slack.authorize_requests[0]["code_challenge_method"] == "S256"
    assert len(slack.token_requests[0]["code_verifier"]) >= 43


def test_the_person_is_the_user_in_the_workspace_whom_the_agent_knows_by_the_same_key(service, alice, slack):
    alice.get("/connections")
    [asked] = slack.invocations
    known = Person(Caller("user", "", ALICE).key, "", "slack", UserProof("userId", ALICE), expires_at=None)
    assert asked.headers[SESSION_ID] == known.runtime_session(service.settings.session_key)


@pytest.mark.parametrize("said", [Response(status_code=500), Response("no JSON"), Response("[" * 100_000), None])
def test_without_names_people_are_called_by_their_ids(service, slack, said):
    slack.id_token_changes = {"name": None}
    slack.profile_changes = {TEAM_NAME: None}
    if said is not None:
        slack.instead["profile"] = lambda: said
    assert name(service.browser("alice")) == "U0ALICE in T0ACME (Slack)"
    assert [route for route, _ in slack.requests].count("profile") == 1


def test_a_name_that_looks_like_an_address_is_not_shown(service, slack):
    slack.id_token_changes = {"name": "boss@example.com", TEAM_NAME: "<b>Acme</b>\u202e & sons"}
    assert name(service.browser("alice")) == "U0ALICE in <b>Acme</b> & sons (Slack)"
    assert ("profile", "identity") not in slack.requests


@pytest.mark.parametrize("changes", [{USER: "U0BOB"}, {TEAM: "T0OTHER"}, {USER: None}])
def test_what_userinfo_says_about_somebody_else_is_not_shown_and_decides_nothing(service, slack, changes):
    slack.profile_changes = changes | {"sub": "U0BOB", TEAM_NAME: "Wrong"}
    alice = service.browser("alice")
    assert name(alice) == "Alice in T0ACME (Slack)"
    alice.get("/connections")
    assert said(slack) == [("status", ALICE)]


@pytest.mark.parametrize(
    "changes",
    [
        {TEAM: None},
        {USER: None},
        {TEAM: ""},
        {USER: "u0alice"},
        {USER: "U0ALICE:T1"},
        {USER: "U0ALICE\n"},
        {TEAM: "T0ACME:U0BOB"},
        {TEAM: "T" + "0" * 40},
        {USER: ["U0ALICE"]},
        {TEAM: 7},
        {USER: "Ｕ０ＡＬＩＣＥ"},  # noqa: RUF001 - full-width letters
        {"iss": "https://slack.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"nonce": "another-nonce"},
        {"nonce": None},
        {"nonce": ""},
        {"exp": 1_700_000_000},
    ],
)
def test_a_token_that_names_nobody_or_is_not_for_this_sign_in_signs_nobody_in(service, slack, changes):
    slack.id_token_changes = changes
    slack.who, browser = "alice", service.browser()
    page = browser.go("/sign-in")
    assert (page.status_code, code(page)) == (502, "sign_in_service")
    assert name(browser) == ""
    assert slack.invocations == []


def test_a_refusal_of_slack_ends_on_a_page(service, slack):
    browser = service.browser()
    back = browser.get(browser.get("/sign-in").headers["location"]).headers["location"]
    slack.codes.clear()
    page = browser.get(back, "cross-site")
    assert (page.status_code, code(page)) == (400, "sign_in_refused")


def test_after_signing_out_slack_is_not_told_which_workspace_so_that_it_asks(start, slack):
    service = start(DRIVE_AGENT_SLACK_TEAMS="T0ACME")
    alice = service.browser("alice")
    page = alice.press(alice.get("/"), "/sign-out")
    assert "Slack may still remember you" in tagless(page)
    assert name(alice) == ""
    alice.go("/sign-in")
    first, second = slack.authorize_requests
    assert (first["team"], "team" in second) == ("T0ACME", False)
    assert "prompt" not in second


def test_what_slack_gives_out_is_not_kept(service, alice, slack):
    assert slack.profiles
    service.stop()
    stored = b"".join(path.read_bytes() for path in service.settings.state_dir.rglob("*") if path.is_file())
    assert stored
    for secret in {*slack.secrets_seen, ALICE, "Alice"}:
        assert secret.encode() not in stored


# --- workspaces


def test_only_people_of_the_workspaces_that_count_are_signed_in(start, slack):
    service = start(DRIVE_AGENT_SLACK_TEAMS="T0ACME, T0THIRD")
    assert name(service.browser("alice")) == "Alice in Acme (Slack)"
    assert "team" not in slack.authorize_requests[0], "Slack must ask which"
    slack.who, browser = "eve", service.browser()
    page = browser.go("/sign-in")
    assert (page.status_code, code(page)) == (403, "slack_workspace")
    assert heading(page) == "This is another Slack workspace"
    assert '"/sign-in"' in page.text
    assert name(browser) == ""


def test_a_workspace_that_counts_no_more_signs_its_people_out(service, alice, slack):
    assert name(alice) == "Alice in Acme (Slack)"
    assert service.settings.oidc is not None
    service.start(oidc=replace(service.settings.oidc, slack=SlackPeople(frozenset({"T0OTHER"}))))
    assert name(alice) == ""
    assert alice.get("/connections").headers["location"] == "/sign-in"
    assert slack.invocations == []


def test_the_same_user_id_in_two_workspaces_is_two_people(service, slack):
    for who in ("alice", "eve"):
        service.browser(who).get("/connections")
    assert said(slack) == [("status", ALICE), ("status", "slack:T0OTHER:U0ALICE")]


# --- connecting


def test_the_page_names_the_person_and_the_workspace_and_where_they_have_asked(service, alice, slack):
    slack.conversation = {"client": "slack", "started": (service.clock() - timedelta(minutes=3)).isoformat()}
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert heading(page) == "Connect Google Drive for Alice in Acme (Slack)?"
    assert "Asked for in the conversation that you started in Slack 3 minutes ago." in tagless(page)
    japanese = alice.get(f"{CONNECT}?session={CONVERSATION}", accept_language="ja")
    assert heading(japanese) == "Google ドライブを Acme の Alice (Slack) に接続しますか？"  # noqa: RUF001
    assert "Slack で始めた会話" in tagless(japanese)


def test_a_slack_person_connects_sees_and_disconnects(service, alice, slack):
    """Each request is signed by the service, and names the person twice under the signature (`SlackCloud.invoke`)."""
    done = alice.press(alice.go(f"{CONNECT}?session={CONVERSATION}"), CONNECT)
    assert heading(done) == "Connected as alice@gmail.example."
    assert [body["userIdentifier"] for body in slack.completions] == [{"userId": ALICE}]
    assert "alice@gmail.example" in tagless(alice.get("/connections"))
    gone = alice.press(alice.get("/connections"), DISCONNECT)
    assert gone.url.path == "/disconnected"
    assert slack.bound == []
    assert {user for _, user in said(slack)} == {ALICE}
    assert {action for action, _ in said(slack)} == {"conversation", "connect", "status", "disconnect"}
    for asked in slack.invocations:
        assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDSAMPLE/")
        assert "drive_agent_slack" in asked.raw_path
        assert asked.query == "qualifier=DEFAULT"
        assert not any("xoxp" in value for value in asked.headers.values())


def test_no_parameter_field_or_header_names_the_person(service, alice, slack):
    bob = "slack:T0ACME:U0BOB"
    named = {"user_id": bob, "userId": bob, "user": "U0BOB", "team": "T0ACME", TEAM: "T0ACME", USER: "U0BOB"}
    query = "&".join(f"{key}={value}" for key, value in named.items())
    headers = {USER_ID: bob, CUSTOM_USER_ID: bob}
    page = alice.get(f"{CONNECT}?session={CONVERSATION}&{query}", **headers)
    assert heading(page) == "Connect Google Drive for Alice in Acme (Slack)?"
    alice.follow(alice.post(CONNECT, form_fields(page, CONNECT) | named, **headers))
    alice.get(f"/connections?{query}", **headers)
    assert {user for _, user in said(slack)} == {ALICE}
    assert [body["userIdentifier"] for body in slack.completions] == [{"userId": ALICE}]


def test_a_flow_is_finished_by_the_slack_person_who_began_it_alone(service, alice, slack):
    bob = service.browser("bob")
    session_uri, state = service.start_flow(alice)
    bob.copy_cookies(alice, "__Host-flow-")
    page = bob.follow(service.come_back(bob, session_uri, state))
    assert (page.status_code, code(page)) == (403, "other_user")
    assert slack.completions == []


# --- what goes wrong


def test_without_aws_credentials_a_page_says_so(service, alice, slack, monkeypatch, tmp_path):
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable)
    for variable in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(variable, str(tmp_path / "none"))
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert (page.status_code, code(page)) == (500, "aws_no_credentials")
    assert slack.invocations == []


@pytest.mark.parametrize(
    ("status", "error"), [(403, "AccessDeniedException"), (401, "UnrecognizedClientException:http://internal/")]
)
def test_a_refused_signature_is_the_operators_business_and_no_reason_to_sign_in_again(
    service, alice, slack, caplog, status, error
):
    slack.refusal = (status, error)
    page = alice.get(f"{CONNECT}?session={CONVERSATION}")
    assert (page.status_code, code(page)) == (500, "runtime_not_allowed")
    assert heading(page) == "This service may not call the agent"
    assert f"code={error.partition(':')[0]} |" in caplog.text
    assert "internal" not in caplog.text
    assert name(alice) == "Alice in Acme (Slack)"


def test_wrong_credentials_are_refused_by_the_runtime(service, alice, slack, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    page = alice.get("/connections")
    assert code(page) == "runtime_not_allowed"
    assert slack.invocations == []


# --- two kinds of identity


def test_a_slack_session_is_none_once_people_are_signed_in_otherwise(service, alice, slack):
    assert name(alice) == "Alice in Acme (Slack)"
    service.start(sign_in="oidc", runtime_auth="jwt")
    assert name(alice) == ""
    assert alice.get("/connections").headers["location"] == "/sign-in"
    assert slack.invocations == []


def test_a_session_from_before_the_change_to_slack_is_none(
    make_service, slack, slack_identity, slack_environ, identity: Identity, cloud: Cloud
):
    before = make_service()
    alice = before.browser("alice")
    assert name(alice) == "alice@example.com"
    session_uri, state = before.start_flow(alice)
    before.stop()
    service = make_service(slack, slack_identity, **slack_environ)
    assert name(alice) == ""
    assert alice.get("/connections").headers["location"] == "/sign-in"
    page = service.come_back(alice, session_uri, state)
    assert (page.status_code, code(page)) == (403, "not_signed_in")
    slack.who = "alice"
    alice.go("/sign-in")
    assert name(alice) == "Alice in Acme (Slack)"
    page = service.come_back(alice, session_uri, state)
    assert (page.status_code, code(page)) == (403, "other_user")
    assert slack.completions == cloud.completions == []
    assert said(slack) == [("status", ALICE)], "the page to which the sign-in has led"


# --- the token's claims

ids = st.from_regex(r"[A-Z0-9]{1,40}", fullmatch=True)
claims_of_anything = st.one_of(st.none(), st.integers(), st.text(max_size=50), st.lists(ids, max_size=1))


@given(ids, ids, st.text(max_size=200), st.text(max_size=200))
def test_every_person_is_known_to_the_agent_by_workspace_and_user_alone(team, user, called, workspace):
    claims = {TEAM: team, USER: user, "name": called, TEAM_NAME: workspace, "sub": "X", "email": "x@example.com"}
    person = slack_person(claims, SlackPeople(), {})
    user_id = f"slack:{team}:{user}"
    assert person.key == Caller("user", "", user_id).key
    assert person.proof == UserProof("userId", user_id)
    assert (person.source, person.email, person.refresh_token, person.expires_at) == ("slack", "", "", None)
    assert len(user_id) <= 128, "AgentCore's userId"
    assert 0 < len(person.name) <= 80
    assert 0 < len(person.workspace) <= 80
    assert "@" not in person.name + person.workspace


@given(claims_of_anything, claims_of_anything)
def test_whatever_is_no_pair_of_ids_is_nobody(team, user):
    both = [isinstance(value, str) and re.fullmatch(r"[A-Z0-9]{1,40}", value) for value in (team, user)]
    if all(both):
        assert slack_person({TEAM: team, USER: user}, SlackPeople(), {}).proof.value == f"slack:{team}:{user}"
    else:
        with pytest.raises(ValueError, match=r"team_id|user_id"):
            slack_person({TEAM: team, USER: user}, SlackPeople(), {TEAM: "T1", USER: "U1"})
