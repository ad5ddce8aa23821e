"""A person, or a pipe, at the conversation: reads line after line, and tells beside it who is connected."""

import asyncio
import contextlib

from chat.errors import ChatError
from chat.terminal.commands import Commands
from chat.terminal.conversation import Conversation, Outcome, Tools
from chat.terminal.reading import Reader

__all__ = ["Desk"]

OK, INTERRUPTED = 0, 130


class Desk:
    """Holds one conversation after another until the person leaves."""

    def __init__(self, tools: Tools, conversation: Conversation, who: str) -> None:
        """`who` is the person's name or address, "" where it is not known."""
        self._tools = tools
        self._words = tools.words
        self._conversation = conversation
        self._who = who
        self._looking: asyncio.Task[None] | None = None

    def toolbar(self) -> str:
        """Return what stands below the prompt."""
        standing = self._conversation.standing
        drive = self._words("bar_unknown")
        if standing.is_known:
            drive = self._words("bar_not_connected")
        if standing.is_connected:
            drive = self._words("bar_connected", account=standing.account or self._words("somebody"))
        return " · ".join(filter(None, [self._who, drive, self._words("bar_hints")]))

    async def hold(self, reader: Reader) -> int:
        """Read and answer until the person leaves; return the exit code. Ctrl-C twice in a row leaves, too."""
        with reader.at_ease(), self._tools.interrupts.stopping(reader.interrupt):
            return await self._hold(reader)

    async def _hold(self, reader: Reader) -> int:
        commands = Commands(self._tools, self._conversation, reader)
        self._tools.screen.say(self._words("welcome"))
        was_interrupted, unsent = False, ""
        try:
            while not commands.is_leaving:
                try:
                    self._look(reader)
                    line, unsent = (await reader.read(unsent)).strip(), ""
                except EOFError:
                    return OK
                except KeyboardInterrupt:
                    if was_interrupted:
                        return OK
                    was_interrupted = True
                    self._tools.screen.say(self._words("leave_hint"))
                    continue
                was_interrupted = False
                await self._stop_looking()
                if not line:
                    continue
                outcome = await self._do(commands, line, reader)
                if outcome is Outcome.LEFT:
                    return INTERRUPTED
                if outcome is Outcome.UNANSWERED and reader.is_person:
                    unsent = line
                    self._tools.screen.say(self._words("unsent"))
        finally:
            await self._stop_looking()
        return OK

    async def _do(self, commands: Commands, line: str, reader: Reader) -> Outcome:
        try:
            if await commands.run(line):
                return Outcome.ANSWERED
        except (EOFError, KeyboardInterrupt):  # at a question of the command's
            return Outcome.ANSWERED
        return await self._conversation.ask(line, may_go_on=reader.is_person)

    def _look(self, reader: Reader) -> None:
        """Find out beside the prompt what is connected; it also has the Runtime start the agent, if it sleeps."""
        if reader.is_person and not self._conversation.standing.is_known and self._looking is None:
            self._looking = asyncio.ensure_future(self._find_out(reader))

    async def _find_out(self, reader: Reader) -> None:
        with contextlib.suppress(ChatError):
            await self._conversation.look()
            reader.refresh()

    async def _stop_looking(self) -> None:
        looking, self._looking = self._looking, None
        if looking:
            looking.cancel()
            await asyncio.wait({looking})
