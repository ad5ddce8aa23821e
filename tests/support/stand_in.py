"""The stand-in for Google on a loopback port, and the Drive tools as a model calls them against it."""

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from strands import Agent

from agent.hooks import TurnHooks
from local.google.app import create_app
from local.google.asks import Ask
from local.google.state import build_state
from tests.support.drive import MemoryTokens
from tests.support.model import ScriptedModel, call, say
from tests.support.serve import serve
from tools.desk import Desk
from tools.drive import drive_tools
from tools.google.drive_api import DriveApi
from tools.scopes import CONTENTS, DETAILS

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)  # a Friday


@dataclass
class StandIn:
    """A running stand-in with everybody's seeded Drive."""

    url: str
    state: object

    def access_token(self, email, *scopes, now=NOW):
        """Return an access token of somebody who has allowed `scopes`."""
        client = {"client_id": "client-1", "redirect_uri": "http://127.0.0.1:9/callback"}
        ask = Ask(
            **client, scopes=scopes, state=None, is_offline=True, prompts=frozenset({"consent"}), login_hint="",
            challenge="", challenge_method="", nonce=None, includes_granted=False,
        )  # fmt: skip
        code = self.state.grants.allow(ask, email, frozenset(scopes), now)
        issued = self.state.grants.redeem(code, **client, client_secret="sample-secret", verifier="", now=now)
        return issued.access_token

    def tools(self, person="alice", *, wide=True, **values):
        """Return the tools of one new conversation of `person`, who has allowed names and details, or contents too."""
        scopes = CONTENTS if wide else DETAILS
        return ToolRunner(self, self.access_token(f"{person}@gmail.example", *scopes), wide=wide, **values)


@contextlib.contextmanager
def stand_in(now=NOW, **values):
    state = build_state(now, clock=lambda: now, **values)
    with serve(create_app(state)) as url:
        yield StandIn(url, state)


@dataclass
class Answer:
    """What one tool call gave the model (`text`) and the person (`cards`)."""

    text: str
    status: str
    cards: list = field(default_factory=list)

    @property
    def names(self):
        return [card["name"] for card in self.cards]


class _Vault(MemoryTokens):
    """Holds one access token for every scope, until it is discarded."""

    def __init__(self, access_token):
        super().__init__()
        self.token = access_token
        self._wide.token = access_token

    def _answer(self, question):
        super()._answer(question)
        return self.token


class ToolRunner:
    """Calls tools through a Strands agent, as a model does, so that arguments are checked and state is kept."""

    def __init__(self, running, access_token, *, wide=True, zone="UTC", today=None, api=None, contents=True):
        self.zone = ZoneInfo(zone)
        self.today = today or NOW.astimezone(self.zone).date()
        self.api = api or DriveApi(running.url, f"{running.url}/revoke", sleep=lambda _: None)
        self.model = ScriptedModel()
        self.vault = _Vault(access_token)
        self.desk = Desk(self.api.for_conversation(), self.vault, contents=contents)
        self.agent = Agent(
            model=self.model,
            tools=drive_tools(contents=contents),
            plugins=[TurnHooks(save=_nowhere)],  # so that an exception reads as it does for a real model
            callback_handler=None,
        )
        if wide:
            self.agent.state.set("contents", True)

    @property
    def state(self):
        """What a turn hands to its tools."""
        return {"desk": self.desk, "zone": self.zone, "today": self.today, "show_files": lambda _: None}

    def __call__(self, name, **arguments) -> Answer:
        self.model.turns += [[call(name, **arguments)], [say("done")]]
        cards: list = []
        state = self.state | {"show_files": cards.extend}
        paused = self.agent("go", invocation_state=state).interrupts
        if paused:  # for consent; the person says something else instead
            answer = [{"interruptResponse": {"interruptId": each.id, "response": {"wait": False}}} for each in paused]
            self.agent(answer, invocation_state=state)
        (result,) = [block["toolResult"] for block in self.agent.messages[-2]["content"] if "toolResult" in block]
        assert "internal error" not in result["content"][0]["text"]
        return Answer(result["content"][0]["text"], result["status"], cards)


async def _nowhere(_agent):
    pass


def day(text):
    return date.fromisoformat(text)
