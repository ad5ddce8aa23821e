"""A service with a scripted model, a Drive and a vault in memory; it can be made again, as after a restart."""

import asyncio
from datetime import datetime
from zoneinfo import ZoneInfo

from strands.storage import InMemoryStorage

from agent.build import Service
from agent.caller import Caller
from agent.events import Text
from agent.request import Prompt, Resume
from agent.settings import Settings
from agent.store import ConversationStore
from tests.support.drive import MemoryDrive, MemoryTokens, file
from tests.support.model import ScriptedModel
from tools.google.drive_api import FilePage

ALICE = Caller("jwt", "https://issuer.example", "alice")
BOB = Caller("jwt", "https://issuer.example", "bob")
BERLIN = ZoneInfo("Europe/Berlin")
SESSION = "chat-0123456789abcdef0123456789abcdef"
SETTINGS = {
    "DRIVE_AGENT_MODE": "local",
    "DRIVE_AGENT_RETURN_URL": "https://c.example/callback",
    "DRIVE_AGENT_CONNECT_URL": "https://c.example/connect/google-drive",
}


class World:
    """One store, one Drive, one vault; a service can be made again, as after a restart."""

    def __init__(self, *turns, granted=True, **settings):
        self.model = ScriptedModel(*turns)
        self.drive = MemoryDrive(pages=[FilePage([file("Q3 budget"), file("Hiring plan")], "", incomplete=False)])
        self.tokens = MemoryTokens(granted=granted)
        self.storage = InMemoryStorage()
        self.settings = Settings.load(SETTINGS | settings)
        self.restart()

    def restart(self):
        self.service = Service(
            self.settings,
            model=self.model,
            store=ConversationStore(self.storage),
            api=self.drive,
            tokens=self.tokens,
            now=lambda zone: datetime(2026, 11, 20, 9, tzinfo=zone),
            retry_delay_s=0,
        )

    def turn(self, request, caller=ALICE):
        async def run():
            conversation = await self.service.conversation(SESSION, caller)
            return [event async for event in conversation.run(request)]

        return asyncio.run(run())

    def ask(self, text, **values):
        return self.turn(Prompt(text=text, zone=BERLIN, locale=""), **values)

    def resume(self):
        return self.turn(Resume(zone=BERLIN, locale=""))

    def stored(self):
        keys = asyncio.run(self.storage.list(""))
        return b"".join(asyncio.run(self.storage.read(key)) for key in keys).decode()


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def text(events):
    return "".join(event.text for event in of(events, Text))
