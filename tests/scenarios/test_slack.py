"""The Slack app's whole story: a workspace, the second service, its agent and both clouds, over HTTP and sockets."""

import json
import os
import time
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from slack_sdk.signature import SignatureVerifier

from local.browser import Browser
from local.demo import choose_account
from local.people import PEOPLE, SLACK_TEAM_ID
from local.slack.workspace import APP
from local.stack import IAM_RUNTIME_ARN, REGION, Options, Ports, Stack

FIND = "find the budget"
MENTION = f"@{APP.name} {FIND}"
ALICE, BOB, CAROL = PEOPLE
# From "Allow" at Google to the first word in Slack. The budget is 1 s; a process that only asks now and then takes 3.
BUDGET_S, MOST_S = 1.0, 2.5
PATIENCE_S = 15.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory, _scrubbed_environment):
    options = Options(home=tmp_path_factory.mktemp("slack"), ports=Ports.free(), log_level="DEBUG", slack=True)
    with Stack(options, os.environ) as running:
        yield running


@dataclass
class Workspace:
    """The workspace, and what people do and see in it."""

    stack: Stack
    open: list = field(default_factory=list)

    def slack(self, method, path, **json):
        return self._json(method, self.stack.slack_url + path, json)

    def aws(self, method, path, **json):
        return self._json(method, self.stack.aws_url + path, json)

    def _json(self, method, url, json):
        answer = httpx.request(method, url, json=json or None, trust_env=False, timeout=20)
        assert answer.is_success, answer.text
        return answer.json()

    def act(self, person, do, **what):
        return self.slack("POST", "/_standin/act", **{"as": person.name, "do": do, **what})

    def say(self, person, text, channel="dm", thread_ts=""):
        return self.act(person, "say", channel=channel, text=text, thread_ts=thread_ts)

    def see(self, person, channel="dm", thread_ts="", **more):
        query = {"as": person.name, "channel": channel, "thread_ts": thread_ts, **more}
        answer = httpx.get(f"{self.stack.slack_url}/_standin/see", params=query, trust_env=False, timeout=20)
        return answer.json()

    def until(self, check, person, channel="dm", thread_ts=""):
        """What `check` finds in what the person sees there; looks again whenever there is something new."""
        deadline, seen = time.monotonic() + PATIENCE_S, self.see(person, channel, thread_ts)
        while not (found := check(seen)):
            assert time.monotonic() < deadline, json.dumps(seen, indent=1)
            seen = self.see(person, channel, thread_ts, heard=seen["changes"])
        return found

    def consent_button(self, person, thread_ts):
        """The button that asks for consent in this thread of direct messages, and the message that it stands in."""

        def find(seen):
            pairs = [(button, each) for each in seen["messages"] for button in each["buttons"]]
            return next((pair for pair in pairs if pair[0]["action_id"] == "connect"), None)

        return self.until(find, person, "dm", thread_ts)

    def answer(self, person, thread_ts, channel="dm", number=1):
        """The whole answer to the n-th question of a thread: the message under which one can say how good it is."""

        def find(seen):
            done = [each for each in seen["messages"] if any(b["action_id"] == "feedback" for b in each["buttons"])]
            return done[number - 1] if len(done) >= number else None

        return self.until(find, person, channel, thread_ts)

    def private_thread(self, person, number=1):
        """The n-th thread that the app has begun in somebody's direct messages."""

        def find(seen):
            heads = [each["ts"] for each in seen["messages"] if each["is_app"]]
            return heads[number - 1] if len(heads) >= number else None

        return self.until(find, person)

    def browser(self):
        browser = Browser()
        self.open.append(browser)
        return browser

    def to_google(self, link, person, browser=None):
        """Open the link, sign in with Slack, agree to connect, go as far as Google's question."""
        browser = browser or self.browser()
        browser.open(link)
        browser.press(person.display_name)
        browser.press("Connect")
        choose_account(browser, person)
        return browser

    def consent(self, link, person):
        return self.to_google(link, person).press("Allow")

    def connected(self, person, question=FIND):
        """A thread of direct messages in which somebody has given consent and was answered."""
        said = self.say(person, question)
        button, _ = self.consent_button(person, said["ts"])
        self.consent(button["url"], person)
        self.answer(person, said["ts"])
        return said["ts"]

    def runtime(self, person, action):
        """Ask the IAM runtime in somebody's name, as any client with its permission can."""
        runtime = f"{self.stack.aws_url}/runtimes/{quote(IAM_RUNTIME_ARN, safe='')}/invocations?qualifier=DEFAULT"
        user_id = f"slack:{SLACK_TEAM_ID}:{person.slack_id}"
        prefix = "X-Amzn-Bedrock-AgentCore-Runtime-"
        headers = {
            "Content-Type": "application/json",
            f"{prefix}Session-Id": f"story-{person.name}-0123456789-0123456789-0123456789",
            f"{prefix}User-Id": user_id,
            f"{prefix}Custom-User-Id": user_id,
        }
        asked = AWSRequest("POST", runtime, data=json.dumps({"action": action}).encode(), headers=headers)
        SigV4Auth(Credentials("sample", "sample"), "bedrock-agentcore", REGION).add_auth(asked)
        answer = httpx.post(runtime, content=asked.data, headers=dict(asked.headers), trust_env=False, timeout=20)
        assert answer.is_success, answer.text
        return answer.json()

    def vault(self):
        return self.aws("GET", "/_standin/vault")["tokens"]

    def calls(self, method):
        requests = self.slack("GET", "/_standin/requests")["requests"]
        return [entry for entry in requests if entry["method"] == method]


@pytest.fixture
def world(stack):
    world = Workspace(stack)
    world.slack("POST", "/_standin/reset")
    world.slack("PUT", "/_standin/app", request_url=f"{stack.slack_service_url}/slack/events")
    world.aws("DELETE", "/_standin/model-script")
    if world.vault():
        for person in PEOPLE:
            world.runtime(person, "disconnect")
    assert world.vault() == []
    yield world
    for client in world.open:
        client.close()


def says(message, text):
    return text in message["words"]


def test_a_mention_is_answered_in_private_after_consent_and_without_asking_again(world, record_property, capsys):
    asked = world.say(ALICE, MENTION, "general")
    thread = world.private_thread(ALICE)
    button, request = world.consent_button(ALICE, thread)
    assert request["unfurls"] is False
    assert "session=slack-" in button["url"]
    browser = world.to_google(button["url"], ALICE)
    assert "Alice Archer" in browser.page.text
    began = time.time()
    page = browser.press("Allow")
    assert "Connected as alice@gmail.example" in page.text
    answer = world.answer(ALICE, thread)
    assert says(answer, "Q3 budget")
    took = answer["first_text_at"] - began
    record_property("allow_to_first_word_s", round(took, 3))
    with capsys.disabled():
        print(f"\nfrom Allow at Google to the first word in Slack: {took * 1000:.0f} ms (budget {BUDGET_S:.0f} s)")  # noqa: T201
    assert took < MOST_S
    known = world.see(ALICE, "dm", thread)["messages"]
    updated = next(each for each in known if each["ts"] == request["ts"])
    assert says(updated, "Connected as alice@gmail.example.")
    assert updated["buttons"] == []
    channel = world.see(BOB, "general", asked["ts"])["messages"]
    assert any(says(each, "in private") for each in channel)
    assert not any(says(each, "Q3 budget") for each in channel), "what comes out of her Drive is hers"
    [token] = world.vault()
    assert (token["kind"], token["user"]) == ("user_id", f"slack:{SLACK_TEAM_ID}:{ALICE.slack_id}")
    deliveries = world.slack("GET", "/_standin/deliveries")["deliveries"]
    assert {(entry["attempt"], entry["outcome"]) for entry in deliveries} == {(0, "taken")}


def test_a_private_answer_is_shared_by_the_person_who_asked_alone(world):
    world.connected(ALICE)
    asked = world.say(ALICE, MENTION, "general")
    thread = world.private_thread(ALICE)
    answer = world.answer(ALICE, thread)
    world.act(ALICE, "press", channel="dm", ts=answer["ts"], action_id="share")

    def shared(seen):
        return any(says(each, "Q3 budget") for each in seen["messages"])

    assert world.until(shared, BOB, "general", asked["ts"])


def test_answer_here_brings_the_answer_into_the_channel(world):
    asked = world.say(ALICE, MENTION, "general")
    thread = world.private_thread(ALICE)
    button, request = world.consent_button(ALICE, thread)
    world.act(ALICE, "press", channel="dm", ts=request["ts"], action_id="answer_here")
    world.until(
        lambda seen: any(says(each, "for everybody in the channel") for each in seen["messages"]), ALICE, "dm", thread
    )
    world.consent(button["url"], ALICE)
    answer = world.answer(BOB, asked["ts"], "general")
    assert says(answer, "Q3 budget")
    assert answer["recipient"] == ALICE.slack_id
    known = world.see(ALICE, "dm", thread)["messages"]
    assert any(says(each, "Connected as alice@gmail.example.") for each in known)


def test_bob_in_alices_thread_gives_his_own_consent_and_gets_his_own_files(world):
    world.connected(ALICE)
    asked = world.say(ALICE, MENTION, "general")
    alices = world.answer(ALICE, world.private_thread(ALICE))
    world.say(BOB, MENTION, "general", asked["ts"])
    thread = world.private_thread(BOB)
    button, _ = world.consent_button(BOB, thread)
    world.consent(button["url"], BOB)
    bobs = world.answer(BOB, thread)
    assert bobs["text"] != alices["text"]
    assert len(world.vault()) == 2
    assert world.see(BOB)["messages"][0]["channel"] != alices["channel"]


def test_alices_link_gets_bob_nowhere(world):
    said = world.say(ALICE, FIND)
    button, _ = world.consent_button(ALICE, said["ts"])
    browser = world.browser()
    browser.open(button["url"])
    page = browser.press(BOB.display_name)
    assert page.status == 403
    assert not any("Connect" in text for form in page.forms for _, _, text in form.buttons)
    assert world.vault() == []
    assert world.consent_button(ALICE, said["ts"])
    world.consent(button["url"], ALICE)
    assert says(world.answer(ALICE, said["ts"]), "Q3 budget")


def test_an_event_that_comes_twice_is_answered_once(world):
    thread = world.connected(ALICE)
    said = world.say(ALICE, FIND, thread_ts=thread)
    world.answer(ALICE, thread, number=2)
    world.slack("POST", "/_standin/deliver", event_id=said["event_id"])
    world.say(ALICE, FIND, thread_ts=thread)
    world.answer(ALICE, thread, number=3)
    outcomes = [entry for entry in world.slack("GET", "/_standin/deliveries")["deliveries"] if entry["attempt"]]
    assert [(entry["event_id"], entry["outcome"]) for entry in outcomes] == [(said["event_id"], "taken")]
    answers = [each for each in world.see(ALICE, "dm", thread)["messages"] if says(each, "Q3 budget")]
    assert len(answers) == 3


@pytest.mark.parametrize(
    ("secret", "age_s"), [("another secret", 0), (APP.signing_secret, 6 * 60), (APP.signing_secret, -6 * 60)]
)
def test_what_slack_has_not_signed_now_is_refused(world, stack, secret, age_s):
    event = {"type": "message", "channel_type": "im", "channel": "D0ALICE001", "user": ALICE.slack_id, "text": FIND}
    body = json.dumps({"type": "event_callback", "team_id": SLACK_TEAM_ID, "event_id": "Ev1", "event": event})
    stamp = str(int(time.time()) - age_s)
    headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or "",
    }
    url = f"{stack.slack_service_url}/slack/events"
    assert httpx.post(url, content=body, headers=headers, trust_env=False).status_code == 401
    assert httpx.post(url, content=body, trust_env=False).status_code == 401
    assert world.slack("GET", "/_standin/requests")["requests"] == []


def test_a_service_that_was_restarted_while_somebody_gave_consent_still_answers(world, stack):
    said = world.say(ALICE, FIND)
    button, request = world.consent_button(ALICE, said["ts"])
    stack.restart_slack_service()
    world.consent(button["url"], ALICE)
    assert says(world.answer(ALICE, said["ts"]), "Q3 budget")
    known = world.see(ALICE, "dm", said["ts"])["messages"]
    updated = next(each for each in known if each["ts"] == request["ts"])
    assert says(updated, "Connected as alice@gmail.example.")
    assert sum(says(each, "Q3 budget") for each in known) == 1


def test_stop_ends_the_answer_and_the_agents_work(world):
    thread = world.connected(ALICE)
    words = [{"text": f"word {n} "} for n in range(400)]
    world.aws("POST", "/_standin/model-script", turns=[{"content": words, "delay_s": 0.05}])
    world.say(ALICE, "tell me a lot", thread_ts=thread)
    world.until(lambda seen: any(says(each, "word 1") for each in seen["messages"]), ALICE, "dm", thread)
    world.act(ALICE, "stop", channel="dm", thread_ts=thread)
    stopped = world.until(
        lambda seen: next((each for each in seen["messages"] if says(each, "Stopped.")), None), ALICE, "dm", thread
    )
    assert not any(says(each, "word 399") for each in world.see(ALICE, "dm", thread)["messages"])
    assert any(button["action_id"] == "retry" for button in stopped["buttons"])
    world.until(lambda seen: seen["session"] == "active", ALICE, "dm", thread)
    world.aws("DELETE", "/_standin/model-script")
    world.say(ALICE, FIND, thread_ts=thread)
    assert says(world.answer(ALICE, thread, number=2), "Q3 budget"), "the conversation goes on"


def test_the_home_shows_the_connection_and_ends_it(world):
    world.connected(ALICE)
    world.act(ALICE, "open_home", tab="home")

    def home_says(text):
        return lambda seen: text in json.dumps(seen["home"] or {})

    world.until(home_says("Connected as alice@gmail.example"), ALICE)
    world.act(ALICE, "press_in_view", view="home", action_id="disconnect")
    world.until(home_says("Not connected yet."), ALICE)
    assert world.vault() == []
    world.connected(ALICE)  # it asks for consent again


def test_an_answer_is_whole_although_slack_asks_to_slow_down(world):
    thread = world.connected(ALICE)
    long = " ".join(f"word{n}" for n in range(300))
    world.aws("POST", "/_standin/model-script", turns=[{"content": [{"text": long}], "delay_s": 0.01}])
    world.slack("POST", "/_standin/faults", target="chat.appendStream", kind="rate_limit", seconds=1, times=2)
    world.say(ALICE, "tell me a lot", thread_ts=thread)
    assert long in world.answer(ALICE, thread, number=2)["words"]
    refused = [entry for entry in world.calls("chat.appendStream") if entry["status"] == 429]
    assert refused


def test_an_answer_is_whole_although_its_stream_was_ended(world):
    thread = world.connected(ALICE)
    long = " ".join(f"word{n}" for n in range(300))
    world.aws("POST", "/_standin/model-script", turns=[{"content": [{"text": long}], "delay_s": 0.02}])
    world.say(ALICE, "tell me a lot", thread_ts=thread)
    world.until(lambda seen: any(says(each, "word1") for each in seen["messages"]), ALICE, "dm", thread)
    world.slack("POST", "/_standin/streams/expire")
    world.answer(ALICE, thread, number=2)
    # The second message goes on where the first one was cut, which may be within a word.
    said = "".join(each["text"] for each in world.see(ALICE, "dm", thread)["messages"])
    assert long.replace(" ", "") in said.replace(" ", "")


def test_carol_is_asked_and_answered_in_japanese(world):
    said = world.say(CAROL, "予算のファイルを探して")
    button, request = world.consent_button(CAROL, said["ts"])
    assert "Google ドライブ" in request["words"]
    world.consent(button["url"], CAROL)
    assert world.answer(CAROL, said["ts"])


def test_over_socket_mode_the_story_is_the_same(world, stack):
    stack.restart_slack_service(socket_mode=True)
    try:
        about = world.slack("GET", "/_standin")
        assert about["sockets"] == 1
        world.slack("PUT", "/_standin/app", request_url="")
        said = world.say(ALICE, FIND)
        button, _ = world.consent_button(ALICE, said["ts"])
        world.consent(button["url"], ALICE)
        answer = world.answer(ALICE, said["ts"])
        assert says(answer, "Q3 budget")
        assert world.act(ALICE, "press", channel="dm", ts=answer["ts"], action_id="feedback")["is_taken"]
        world.slack("POST", "/_standin/sockets", do="refresh")
        world.say(ALICE, FIND, thread_ts=said["ts"])
        assert says(world.answer(ALICE, said["ts"], number=2), "Q3 budget")
    finally:
        stack.restart_slack_service()


def test_no_secret_of_slack_is_in_any_log_or_message(world, stack):
    world.connected(ALICE)
    seen = json.dumps([world.see(person, channel) for person in PEOPLE for channel in ("general", "dm")])
    logs = {path.name: path.read_text(errors="replace") for path in (stack.options.home / "logs").glob("*")}
    assert {"slack.log", "slack-agent.log", "slack-service.log"} <= logs.keys()
    secrets = world.slack("GET", "/_standin/secrets")["secrets"]
    assert {"bot token", "signing secret", "authorization code", "ID token"} <= {each["kind"] for each in secrets}
    for secret in secrets:
        assert secret["value"] not in seen
        assert not [name for name, text in logs.items() if secret["value"] in text], secret["kind"]
