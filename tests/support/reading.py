"""A conversation whose tools need names (`look`) or contents (`read`).

Behind it: a Drive that knows what each access token may do, and a vault of either kind; it can be restarted.
"""

import asyncio
from datetime import UTC, date, datetime

from strands import Agent, ToolContext, tool
from strands.storage import InMemoryStorage
from strands.types.tools import ToolResult

from agent.conversation import ConsentLink, Conversation
from agent.hooks import TurnHooks
from agent.last_used import LastUsed
from agent.ownership import Beginning
from agent.request import Prompt, Resume
from agent.store import ConversationStore
from tests.support.drive import TOKENS, WIDE_TOKEN, MemoryTokens
from tests.support.model import ScriptedModel
from tests.support.world import ALICE, BERLIN, SESSION
from tools.connection import DriveConnection
from tools.errors import AccessTokenRejectedError, ConsentRequired, ScopeNotGrantedError
from tools.google.drive_api import Account
from tools.pause import CONTENTS_KEY, pausing
from tools.scopes import CONTENTS, DETAILS

LINK = f"https://c.example/connect/google-drive?session={SESSION}"


class ScopedDrive:
    """Drive, as far as scopes matter. `calls` are (what, access token); a token in `revoked` is answered with 401."""

    def __init__(self):
        self.calls = []
        self.revoked = []

    def ask(self, what, access_token, *allowed):
        self.calls.append((what, access_token))
        if access_token in self.revoked:
            raise AccessTokenRejectedError("no")
        if access_token not in [TOKENS[scopes] for scopes in allowed]:
            raise ScopeNotGrantedError("no")
        return f"{what} done"

    def account(self, access_token):
        self.ask("account", access_token, DETAILS, CONTENTS)
        return Account(email="alice@gmail.example", name="Alice Archer")

    def drives(self, access_token):
        self.ask("drives", access_token, CONTENTS)
        return []

    def revoke(self, access_token):
        self.calls.append(("revoke", access_token))
        known, self.revoked = access_token not in self.revoked, [*TOKENS.values()]
        return known


class Reading:
    """One store, one Drive, one vault."""

    def __init__(self, *turns, has_connect_page=True, **vault):
        self.model = ScriptedModel(*turns)
        self.drive = ScopedDrive()
        self.tokens = MemoryTokens(has_connect_page=has_connect_page, **vault)
        self.connection = DriveConnection(self.drive, self.tokens)
        self.provider = "google-drive"
        self.link = ConsentLink("google-drive", LINK if has_connect_page else "")
        self.storage = InMemoryStorage()
        self.last_used = LastUsed(ConversationStore(self.storage), lambda: datetime(2026, 11, 20, 9, tzinfo=UTC))
        self.restart()

    def restart(self):
        session_manager = ConversationStore(self.storage).session_manager(SESSION, ALICE)
        agent = Agent(
            model=self.model,
            tools=self._tools(),
            plugins=[TurnHooks(save=lambda agent: session_manager.save_snapshot(agent, is_latest=True))],
            session_manager=session_manager,
            agent_id="drive",
            callback_handler=None,
        )
        self.agent = agent
        self.conversation_now = Conversation(
            agent, None, self.connection, self.link, today=lambda _: date(2026, 11, 20)
        )

    async def conversation(self, _runtime_session, _caller, *, client=""):
        return self.conversation_now

    existing = conversation

    async def beginning(self, _runtime_session, _caller):
        return Beginning("terminal", datetime(2026, 11, 20, 9, tzinfo=UTC))

    def _tools(self):
        drive, tokens = self.drive, self.tokens

        @tool(context=True)
        def look(tool_context: ToolContext) -> ToolResult:
            """Names; and those of shared drives where the conversation has the wide scope, as the real tools do."""

            def work(token):
                if tool_context.agent.state.get(CONTENTS_KEY):
                    drive.drives(token)
                return drive.ask("look", token, DETAILS, CONTENTS)

            return pausing(tool_context, tokens, work)

        @tool(context=True)
        def read(tool_context: ToolContext) -> ToolResult:
            """Contents."""
            return pausing(tool_context, tokens, lambda token: drive.ask("read", token, CONTENTS), scope="contents")

        return [look, read]

    def turn(self, request):
        async def run():
            return [event async for event in self.conversation_now.run(request)]

        return asyncio.run(run())

    def ask(self, words, locale=""):
        return self.turn(Prompt(text=words, zone=BERLIN, locale=locale))

    def resume(self):
        return self.turn(Resume(zone=BERLIN, locale=""))

    def press(self, *, consents=True, granted=None):
        """Open the link and press the button; at Google, agree to what is asked, or to `granted` of it."""
        needed = self.conversation_now.scopes_to_connect
        try:
            return self.connection.connect(needed, state="s", force=False)
        except ConsentRequired:
            if consents:
                self.tokens.consent(self.connection.asked_for(needed), granted=granted)
            return None

    def results(self):
        """What the tools said in the model's latest request."""
        content = self.model.requests[-1]["messages"][-1]["content"]
        return [block["toolResult"]["content"][0]["text"] for block in content if "toolResult" in block]

    def stored(self):
        keys = asyncio.run(self.storage.list(""))
        return b"".join(asyncio.run(self.storage.read(key)) for key in keys).decode()

    def discarded(self):
        return [question for question in self.tokens.asked if question.get("discard")]


__all__ = ["LINK", "WIDE_TOKEN", "Reading", "ScopedDrive"]
