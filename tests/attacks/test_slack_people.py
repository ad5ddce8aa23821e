"""Whom Slack proves, told wrongly: forged ID tokens, stolen codes, links to colleagues, names without a signature."""

import json
import socket
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from starlette.responses import JSONResponse

from callback.app import create_app
from callback.settings import Settings
from local import children
from local.people import PEOPLE
from local.stack import IAM_RUNTIME_ARN
from tests.attacks import forgery
from tests.attacks.conftest import Field
from tests.attacks.stage import Serving
from tests.attacks.test_id_tokens import BY_SIGNATURE, FORGERIES, KEY
from tests.attacks.world import CONNECT, FIND
from tests.callback.cloud import CLIENT_ID, CLIENT_SECRET
from tests.callback.servers import Server
from tests.callback.slack import CUSTOM_USER_ID, SESSION_ID, USER_ID, SlackCloud

ALICE, BOB = "slack:T0ACME:U0ALICE", "slack:T0ACME:U0BOB"


class LyingSlack(SlackCloud):
    """Hands out what `forge` makes of an honest ID token's claims."""

    forge = None

    async def token(self, request):
        answer = await super().token(request)
        tokens = json.loads(answer.body)
        if self.forge is None or "id_token" not in tokens:
            return answer
        return JSONResponse(tokens | {"id_token": self.forge(forgery.claims_of(tokens["id_token"]))})


@pytest.fixture(scope="module")
def liar():
    people = {
        name: ("T0ACME", f"U0{name.upper()}", person.display_name, "Acme")
        for name, person in (("alice", PEOPLE[0]), ("bob", PEOPLE[1]))
    }
    cloud = LyingSlack(key=KEY, algorithm="ES256", people=people)
    server = Server(cloud.app())
    cloud.url = f"http://127.0.0.1:{server.port}"
    yield cloud
    server.stop()


@pytest.fixture(scope="module")
def slack_field(stack, liar, tmp_path_factory):
    """A callback service for people of Slack on the same stack, before the runtime for backends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://localhost:{port}"
    environ = stack.service_environ | {
        "DRIVE_AGENT_CALLBACK_URL": origin,
        "DRIVE_AGENT_CALLBACK_BIND": "",
        "DRIVE_AGENT_CALLBACK_STATE": str(tmp_path_factory.mktemp("slack")),
        "DRIVE_AGENT_SIGN_IN": "slack",
        "DRIVE_AGENT_RUNTIME_AUTH": "iam",
        "DRIVE_AGENT_RUNTIME_ARN": IAM_RUNTIME_ARN,
        "DRIVE_AGENT_LOCAL_AGENT_URL": "",
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": f"{liar.url}/.well-known/openid-configuration",
        "DRIVE_AGENT_OIDC_SCOPES": "",
        "DRIVE_AGENT_OIDC_CLIENT_ID": CLIENT_ID,
        "DRIVE_AGENT_OIDC_CLIENT_SECRET": CLIENT_SECRET,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, environ[name])
        app = create_app(Settings.load(environ), now=stack.clock)
        child = children.Child(
            "callback", Serving(app, port), f"{origin}/healthz", stack.options.home / "logs" / "slack.log"
        )
        children.wait_until_ready(child)
        yield Field(stack, origin)
        children.stop(child)


class Signature(httpx.Auth):
    """Signs as the service would, and then says `afterwards`, which no signature covers."""

    requires_request_body = True

    def __init__(self, **afterwards):
        self.afterwards = afterwards

    def auth_flow(self, request):
        headers = {name: request.headers[name] for name in (SESSION_ID, USER_ID, CUSTOM_USER_ID)}
        asked = AWSRequest(request.method, str(request.url), headers, request.content)
        SigV4Auth(Credentials("sample", "sample"), "bedrock-agentcore", "us-west-2").add_auth(asked)
        request.headers.update(asked.headers.items())
        request.headers.update(self.afterwards)
        yield request


def backend(world, person, user_id, auth=None, **values):
    """A conversation through the runtime for backends, as whoever `user_id` names."""
    talk = world.talk(person, bearer="", runtime_arn=IAM_RUNTIME_ARN, **values)
    talk.headers |= {USER_ID: user_id, CUSTOM_USER_ID: user_id}
    talk._client.auth = auth or Signature()
    return talk


def signing_in(liar, name):
    def attack(world):
        liar.who, liar.forge = "alice", FORGERIES.get(name)
        world.others_here.add(liar.url)
        attackers = world.attackers()
        return [attackers.page, attackers.go("/")]

    return attack


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_id_token_of_slack_signs_nobody_in(slack_field, liar, name):
    outcome = slack_field.withstands(signing_in(liar, name))
    assert outcome.statuses == (502, 200)


def test_an_honest_id_token_of_slack_signs_in(slack_field, liar):
    outcome = slack_field.play(signing_in(liar, ""))
    assert "revealed the name" in outcome.harm, "else the tests beside this one would show nothing"


@pytest.mark.parametrize("name", BY_SIGNATURE)
def test_without_the_check_of_the_signature_a_forged_id_token_of_slack_signs_in(slack_field, liar, name):
    slack_field.falls_to(signing_in(liar, name), without="the ID token's signature")


def stolen_code(liar):
    """Without PKCE a code fits into anybody's request to the token endpoint; what it was made for, the nonce says."""

    def attack(world):
        liar.who, liar.forge = "alice", None
        world.others_here.add(liar.url)
        returns = f"{world.origin}/sign-in/callback"
        victims, attackers = world.victims(signed_in=False), world.attackers(signed_in=False)
        stolen = parse_qs(urlsplit(victims.held(returns, victims.sign_in)).query)["code"]
        own = parse_qs(urlsplit(attackers.held(returns, attackers.sign_in)).query)["state"]
        link = f"{returns}?{urlencode({'code': stolen[0], 'state': own[0]})}"
        return [attackers.open(link), attackers.go("/")]

    return attack


def test_somebody_elses_code_of_slack_does_not_fit_into_a_sign_in(slack_field, liar):
    outcome = slack_field.withstands(stolen_code(liar))
    assert outcome.statuses == (502, 200)


def test_without_the_comparison_of_the_nonce_somebody_elses_code_of_slack_signs_in(slack_field, liar):
    slack_field.falls_to(stolen_code(liar), without="the nonce")


def link_to_a_colleague(liar):
    """Bob opens the link that the agent gave to Alice, and presses the button all the same."""

    def attack(world):
        liar.who, liar.forge = "bob", None
        world.others_here.add(liar.url)
        conversation = backend(world, world.victim, ALICE)
        assert conversation.ask(FIND).auth_urls
        attackers = world.attackers()
        seen = attackers.confirm(conversation.runtime_session)
        fields = {"csrf": attackers.csrf(), "session": conversation.runtime_session, "ask": "details"}
        pressed = attackers.hop(CONNECT, "POST", fields, site="same-origin", origin=world.origin)
        if conversation.action("status")["connections"][0]["connected"]:
            world.note("alice is connected")
        return [seen, pressed]

    return attack


def test_a_link_of_a_slack_conversation_is_worth_nothing_to_a_colleague(slack_field, liar):
    outcome = slack_field.withstands(link_to_a_colleague(liar))
    assert outcome.codes == ("agent_not_owner", "agent_not_owner")


def test_the_link_of_ones_own_slack_conversation_leads_to_the_button(slack_field, liar):
    """Else the test above would show nothing."""

    def attack(world):
        liar.who, liar.forge = "bob", None
        world.others_here.add(liar.url)
        conversation = backend(world, world.attacker, BOB)
        assert conversation.ask(FIND).auth_urls
        return [world.attackers().confirm(conversation.runtime_session)]

    outcome = slack_field.play(attack)
    assert (outcome.statuses, outcome.codes) == ((200,), ())


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic x", "AWS4-HMAC-SHA256", "own token"])
def test_a_name_without_a_signature_does_not_open_the_runtime_for_backends(field, authorization):
    def attack(world):
        conversation = backend(world, world.victim, ALICE)
        assert conversation.ask(FIND).auth_urls
        own = world.talk(world.attacker, conversation.runtime_session, IAM_RUNTIME_ARN, bearer="")
        said = f"Bearer {world.bearer(world.attacker)}" if authorization == "own token" else authorization
        own.headers |= {USER_ID: ALICE, CUSTOM_USER_ID: ALICE} | ({"authorization": said} if said else {})
        return [own.send({"action": action}) for action in ("status", "conversation", "disconnect")]

    outcome = field.withstands(attack)
    assert set(outcome.statuses) == {403}


@pytest.mark.parametrize("names", [(USER_ID,), (CUSTOM_USER_ID,), (USER_ID, CUSTOM_USER_ID)])
def test_a_name_that_was_changed_under_a_signature_does_not_open_the_runtime_for_backends(field, names):
    def attack(world):
        conversation = backend(world, world.victim, ALICE)
        assert conversation.ask(FIND).auth_urls
        changed = Signature(**dict.fromkeys(names, ALICE))
        own = backend(world, world.attacker, BOB, changed, runtime_session=conversation.runtime_session)
        return [own.send({"action": action}) for action in ("status", "conversation", "disconnect")]

    outcome = field.withstands(attack)
    assert set(outcome.statuses) == {403}
