"""User stories over the real stack: one stack for the session, a clean slate for each story."""

import os
from dataclasses import dataclass, field

import httpx
import pytest

from local.browser import Browser
from local.demo import bearer_token, choose_account, give_consent, sign_in
from local.people import PEOPLE
from local.stack import RUNTIME_ARN, Options, Ports, Stack
from tests.scenarios.evidence import Evidence, WatchedTalk

FIND = "find the budget"


@pytest.fixture(scope="session")
def stack(tmp_path_factory, _scrubbed_environment):
    # DEBUG, because one story searches everything that was logged for secrets.
    options = Options(home=tmp_path_factory.mktemp("stack"), ports=Ports.free(), log_level="DEBUG")
    with Stack(options, os.environ) as running:
        yield running


def pytest_collection_modifyitems(items):
    """The search for secrets comes last: it looks through what all other stories have left behind."""
    here = [item for item in items if item.path.parent.name == "scenarios"]
    if here:
        place = items.index(here[0])
        for item in here:
            items.remove(item)
        items[place:place] = sorted(here, key=lambda item: item.path.name == "test_canary.py")


@pytest.fixture(scope="session")
def evidence():
    """What everybody in every story has received."""
    return Evidence()


@dataclass
class World:
    """The stack and who is in this story."""

    stack: Stack
    evidence: Evidence
    alice, bob, carol = PEOPLE
    bearers: dict = field(default_factory=dict)
    open: list = field(default_factory=list)

    def bearer(self, person):
        if person.email not in self.bearers:
            self.bearers[person.email] = bearer_token(self.stack, person)
        return self.bearers[person.email]

    def talk(self, person=None, **values):
        """A conversation through the Runtime; a fresh one unless `runtime_session` is given."""
        values.setdefault("bearer", self.bearer(person or self.alice))
        talk = WatchedTalk(self.evidence, self.stack.aws_url, RUNTIME_ARN, **values)
        self.open.append(talk)
        return talk

    def direct(self, **values):
        """A conversation with the agent's own port, as `agentcore dev` has it."""
        talk = WatchedTalk(self.evidence, self.stack.agent_url, **values)
        self.open.append(talk)
        return talk

    def browser(self):
        browser = Browser(self.evidence.page)
        self.open.append(browser)
        return browser

    def consent(self, link, person=None, browser=None):
        """Give consent as the person would; return the page at its end."""
        return give_consent(browser or self.browser(), person or self.alice, link)

    def to_google(self, link, person=None, browser=None):
        """Go as far as Google's consent page; return the browser."""
        browser = browser or self.browser()
        browser.open(link)
        sign_in(browser, person or self.alice)
        browser.press("Connect")
        choose_account(browser, person or self.alice)
        return browser

    def connected(self, person=None):
        """A conversation of somebody who has given consent."""
        talk = self.talk(person)
        self.consent(talk.ask(FIND).auth_urls[0], person)
        assert talk.resume().stop_reason == "end_turn"
        return talk

    def vault(self):
        return self.aws("GET", "/_standin/vault")["tokens"]

    def aws(self, method, path, **json):
        return _json(method, self.stack.aws_url + path, json)

    def google(self, method, path, **json):
        return _json(method, self.stack.google_url + path, json)

    def calls(self, operation):
        """When the AWS stand-in was asked for an operation, as far as its journal goes back."""
        journal = self.aws("GET", "/_standin/requests")["requests"]
        return {entry["at"] for entry in journal if entry["operation"] == operation}

    def model_requests(self):
        return self.aws("GET", "/_standin/model-requests")["requests"]


def _json(method, url, json):
    answer = httpx.request(method, url, json=json or None, trust_env=False, timeout=10)
    answer.raise_for_status()
    return answer.json() if answer.content else {}


_bearers: dict = {}


@pytest.fixture
def world(stack, evidence):
    world = World(stack, evidence, _bearers)
    world.aws("DELETE", "/_standin/faults")
    world.google("DELETE", "/_standin/faults")
    world.aws("DELETE", "/_standin/model-script")
    if world.vault():
        for talk in (*(world.talk(person) for person in PEOPLE), world.direct()):
            assert talk.action("disconnect") == {"status": "disconnected"}
    assert world.vault() == []
    world.aws("DELETE", "/_standin/model-requests")
    yield world
    evidence.model_requests(world.model_requests())
    for client in world.open:
        client.close()
