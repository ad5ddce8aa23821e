"""What a line beginning with a slash does, where it is a command."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from difflib import get_close_matches

from chat.errors import ChatError
from chat.events import Files, Text
from chat.terminal.cards import local_time
from chat.terminal.conversation import Conversation, Tools
from chat.terminal.history import Past
from chat.terminal.reading import Reader
from chat.terminal.standing import Standing, read_standing

__all__ = ["COMMANDS", "Commands"]

COMMANDS = ("/connections", "/connect", "/disconnect", "/new", "/history", "/help", "/quit")
_ALIASES = {"/status": "/connections", "/exit": "/quit"}
_SLIP = 0.7  # how like a command a line with more words must be to be a slip of the fingers
_AT_ONCE = 8  # conversations that the agent is asked to forget; each may have to be woken up for it
_MOST_LISTED, _MOST_SHOWN = 20, 10
_LONGEST_TITLE = 60


class Commands:
    """The commands of one conversation."""

    def __init__(self, tools: Tools, conversation: Conversation, reader: Reader) -> None:
        self._tools = tools
        self._words = tools.words
        self._say = tools.screen.say
        self._conversation = conversation
        self._reader = reader
        self.is_leaving = False

    async def run(self, line: str) -> bool:
        """Do what the line says; False where it is a question, as a path is, too."""
        name, _, rest = line.partition(" ")
        name = _ALIASES.get(name, name)
        doing: dict[str, Callable[[str], Awaitable[None]]] = {
            "/connections": self._connections,
            "/connect": self._connect,
            "/disconnect": self._disconnect,
            "/new": self._new,
            "/history": self._history,
            "/help": self._help,
            "/quit": self._quit,
        }
        if name in doing and (not rest.strip() or name == "/history"):
            try:
                await doing[name](rest.strip())
            except ChatError as error:
                self._say(self._words.error(error))
            finally:
                self._tools.screen.idle()
        elif _is_no_question(line):
            self._say(self._words("no_command", command=line))
        else:
            return False
        return True

    async def _connections(self, _: str) -> None:
        self._tools.screen.busy(self._words("thinking"))
        standing = await self._conversation.look()
        self._tools.screen.idle()
        for sentence in self._told(standing):
            self._say(sentence)

    def _told(self, standing: Standing) -> list[str]:
        words = self._words
        if standing.trouble:
            return [standing.trouble]
        told = [words("insufficient" if standing.is_insufficient else "not_connected")]
        if standing.is_connected:
            moment = local_time(standing.last_used, self._tools.settings.zone)
            told = [words("is_connected", account=standing.account or words("somebody"))]
            if standing.scopes:
                told.append(words("may", what="; ".join(dict.fromkeys(map(words.scope, standing.scopes)))))
            told.append(words("last_used", moment=moment) if moment else words("never_used"))
        if standing.missing_scopes:
            told.append(words("lacks", what="; ".join(map(words.scope, standing.missing_scopes))))
        return told

    async def _connect(self, _: str) -> None:
        page = self._tools.settings.connect_url
        if not page:
            self._say(self._words("connect_later"))
            return
        link = f"{page}?session={self._conversation.runtime_session}"
        self._say(self._words("connect"), link)
        if self._tools.open_page(link):
            self._say(self._words("opening"))

    async def _disconnect(self, _: str) -> None:
        if not await self._is_sure(self._words("sure")):
            return
        self._tools.screen.busy(self._words("thinking"))
        before = Standing()
        with contextlib.suppress(ChatError):  # it only makes the sentence below more exact
            before = await self._conversation.look()
        answer = await self._tools.client.action(self._conversation.runtime_session, "disconnect")
        self._tools.screen.idle()
        if answer.get("status") != "disconnected":
            for sentence in self._told(read_standing(answer)):
                self._say(sentence)
            return
        self._conversation.standing = Standing(is_known=True)
        if before.is_connected or before.is_insufficient:
            self._say(self._words("disconnected"))
        else:
            self._say(self._words("nothing_to_take_back" if before.is_known else "not_connected"))

    async def _is_sure(self, question: str) -> bool:
        """Ask back where somebody is there; a script that says it means it."""
        if not self._reader.is_person:
            return True
        is_sure = (await self._reader.confirm(question)).strip().lower() in self._words("yes").split()
        if not is_sure:
            self._say(self._words("kept"))
        return is_sure

    async def _new(self, _: str) -> None:
        self._conversation.begin()
        self._say(self._words("new"))

    async def _help(self, _: str) -> None:
        self._say(self._words("help"))
        for command in COMMANDS:
            self._say(f"{command:<14} {self._words(f'help {command}')}")

    async def _quit(self, _: str) -> None:
        self.is_leaving = True

    async def _history(self, which: str) -> None:
        if not self._tools.history.is_on:
            self._say(self._words("history_off"))
            return
        try:
            if which == "clear":
                await self._clear()
                return
            past = self._tools.history.conversations()
            if not past:
                self._say(self._words("no_history"))
            elif not which:
                self._list(past)
            elif which.isascii() and which.isdigit() and 0 < int(which) <= len(past):
                self._go_back(past[int(which) - 1])
            else:
                self._say(self._words("history_unknown", number=which))
        except OSError as error:
            self._say(self._words("history_trouble", reason=error.strerror or type(error).__name__))

    async def _clear(self) -> None:
        """Have the agent forget the conversations, then forget them here; what it has not forgotten stays listed."""
        words, history = self._words, self._tools.history
        past = [conversation.runtime_session for conversation in history.conversations()]
        if not past:
            history.clear()  # what could not be read
            self._say(words("no_history"))
            return
        if not await self._is_sure(words("sure_clear", count=len(past))):
            return
        self._tools.screen.busy(words("forgetting"))
        left, trouble = await self._forgotten(past)
        self._tools.screen.idle()
        history.clear(left)
        self._say(words("history_cleared", count=len(past) - len(left)))
        if left:
            self._say(words("history_left", count=len(left), reason=trouble))
        if self._conversation.runtime_session in set(past).difference(left):
            await self._new("")

    async def _forgotten(self, past: list[str]) -> tuple[list[str], str]:
        """Return the conversations that the agent has not forgotten, and why; the first trouble ends it, or Ctrl-C."""
        left, troubles = past, list[str]()

        def stop() -> bool:
            troubles.append(self._words("stopped"))
            return True

        with self._tools.interrupts.stopping(stop):
            while left and not troubles:
                asked = left[:_AT_ONCE]
                answers = await asyncio.gather(*map(self._forget, asked))
                left = [name for name, trouble in zip(asked, answers, strict=True) if trouble] + left[_AT_ONCE:]
                troubles += filter(None, answers)
        return left, next(iter(troubles), "")

    async def _forget(self, runtime_session: str) -> str:
        """Return "", or why the agent has not forgotten it. What is not this person's there is not theirs to forget."""
        try:
            answer = await self._tools.client.action(runtime_session, "forget")
        except ChatError as error:
            return self._words.error(error)
        if answer.get("status") == "forgotten" or answer.get("code") == "not_owner":
            return ""
        return read_standing(answer).trouble or self._words("unclear")

    def _list(self, past: list[Past]) -> None:
        for number, conversation in enumerate(past[:_MOST_LISTED], start=1):
            question = " ".join(conversation.first_question.split())
            title = question if len(question) <= _LONGEST_TITLE else f"{question[: _LONGEST_TITLE - 1]}…"
            self._say(f"{number:>3}  {self._moment(conversation.last)}  {title}")
        self._say(self._words("history_hint"))

    def _go_back(self, past: Past) -> None:
        screen = self._tools.screen
        said = self._tools.history.said(past.runtime_session)
        self._conversation.go_back(past.runtime_session)
        self._say(self._words("history_back", moment=self._moment(past.last)))
        if len(said) > _MOST_SHOWN:
            self._say(self._words("history_earlier", count=len(said) - _MOST_SHOWN))
        for turn in said[-_MOST_SHOWN:]:
            self._say(f"{self._words('you')}{turn.question}")
            if turn.answer:
                screen.show(Text(turn.answer))
            if turn.files:
                screen.show(Files(turn.files))
            screen.end_turn()

    def _moment(self, moment: datetime) -> str:
        return local_time(moment.astimezone(UTC).isoformat(), self._tools.settings.zone)


def _is_no_question(line: str) -> bool:
    """A slash and one word, or nearly a command; a path with a second slash, or with further words, is a question."""
    is_one_word = len(line.split()) == 1 and line.startswith("/") and line.count("/") == 1
    return is_one_word or bool(get_close_matches(line, (*COMMANDS, *_ALIASES), n=1, cutoff=_SLIP))
