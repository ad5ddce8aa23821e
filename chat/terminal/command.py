"""`drive-agent chat`: puts the terminal, the person and the agent together, and holds the conversation."""

import asyncio
import contextlib
import errno
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rich.console import Console

from chat.callers import Caller, DirectCaller, JwtCaller
from chat.client import RuntimeClient
from chat.consent import Waiting
from chat.errors import ChatError, InvalidSettingError
from chat.terminal.arguments import ChatOptions
from chat.terminal.commands import COMMANDS
from chat.terminal.conversation import Conversation, Outcome, Tools, is_runtime_session
from chat.terminal.desk import Desk
from chat.terminal.history import History, KeptHistory, NoHistory
from chat.terminal.interrupts import Interrupts
from chat.terminal.live import LiveScreen
from chat.terminal.opener import Open, browser_opener
from chat.terminal.people import Person, SignedIn
from chat.terminal.reading import LineReader, Reader
from chat.terminal.screen import JsonScreen, LineScreen, Screen
from chat.terminal.settings import ChatSettings
from chat.terminal.words import Words, load_words

__all__ = ["main"]

OK, FAILED, MISUSED, NO_CONSENT = 0, 1, 2, 3
INTERRUPTED = 128 + signal.SIGINT
_CODES = {
    Outcome.ANSWERED: OK,
    Outcome.FAILED: FAILED,
    Outcome.UNANSWERED: FAILED,
    Outcome.NO_CONSENT: NO_CONSENT,
    Outcome.STOPPED: INTERRUPTED,
    Outcome.LEFT: INTERRUPTED,
}
_HANGUP = 1  # SIGHUP, which Windows does not know
_TERMINAL_GONE = {errno.EIO, errno.EPIPE, errno.EBADF}


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where all this happens; tests bring their own."""

    words: Words
    console: Console
    screen: Screen
    reader: Callable[[Desk], Reader]
    waiting: Waiting
    open_page: Open
    interrupts: Interrupts


def main(
    options: ChatOptions,
    settings: ChatSettings,
    *,
    signed_in: SignedIn | None = None,
    console: Console | None = None,
    reader: Callable[[Desk], Reader] | None = None,
    waiting: Waiting | None = None,
    open_page: Open | None = None,
) -> int:
    """Hold a conversation, or ask one question; return the exit code.

    0 answered, 1 failed, 2 wrong options, 3 no consent in time, 130 interrupted, 128 and the signal that ended it.
    Without `signed_in` only `is_direct` works.
    """
    words = load_words(settings.language)
    shown_on = console or Console(highlight=False)
    interrupts = Interrupts()
    may_open = options.may_open_browser and settings.has_browser and not options.is_json
    place = _Place(
        words=words,
        console=shown_on,
        screen=_screen(options, settings, words, shown_on),
        reader=reader or _reader(options, settings, words, shown_on, interrupts),
        waiting=waiting or Waiting(),
        open_page=open_page or browser_opener(is_wanted=may_open),
        interrupts=interrupts,
    )
    try:
        with place.interrupts.heard():
            return asyncio.run(_run(options, settings, signed_in, place))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return _ended(place.interrupts.ended_by or signal.SIGINT)
    except OSError as error:
        if error.errno not in _TERMINAL_GONE:
            raise
        return _ended(place.interrupts.ended_by or _HANGUP)


def _ended(number: int) -> int:
    if number == _HANGUP:  # what is left to be written has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + number


def _screen(options: ChatOptions, settings: ChatSettings, words: Words, console: Console) -> Screen:
    if options.is_json:
        return JsonScreen(console)
    kind = LiveScreen if console.is_terminal and not console.is_dumb_terminal else LineScreen
    return kind(console, words, settings.zone, opens_links=settings.opens_links)


def _reader(
    options: ChatOptions, settings: ChatSettings, words: Words, console: Console, interrupts: Interrupts
) -> Callable[[Desk], Reader]:
    """A prompt where both ends are a terminal; else lines, which a person edits where Python has readline."""

    def reader(desk: Desk) -> Reader:
        def read_line(prompt: str) -> str:
            with interrupts.raising():
                return input(prompt)

        if not sys.stdin.isatty() or options.is_json:
            return LineReader(read_line)
        if not console.is_terminal or console.is_dumb_terminal:
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401, PLC0415 - importing it is what switches it on
            return LineReader(read_line, words("you"), is_person=True)
        from chat.terminal.prompt import PromptReader, typed_history  # noqa: PLC0415 - costs 100 ms

        history = None
        with contextlib.suppress(OSError):
            history = typed_history(settings) if options.keeps_history else None
        return PromptReader(words, COMMANDS, desk.toolbar, history=history)

    return reader


async def _run(options: ChatOptions, settings: ChatSettings, signed_in: SignedIn | None, place: _Place) -> int:
    task = asyncio.current_task()
    assert task is not None
    with place.interrupts.ending(task):
        try:
            question = _question(options, place.words)
            async with _caller(options, settings, signed_in, place) as (caller, person):
                client = RuntimeClient(caller, kind="terminal", sleep=place.waiting.sleep)
                try:
                    return await _talk(options, settings, client, person, question, place)
                finally:
                    await client.close()
        except ChatError as error:
            place.screen.say(place.words.error(error))
            return MISUSED if isinstance(error, InvalidSettingError) else FAILED
        finally:
            place.screen.idle()


def _question(options: ChatOptions, words: Words) -> str | None:
    if options.runtime_session is not None and not is_runtime_session(options.runtime_session):
        raise InvalidSettingError(words("session_form"))
    if options.once != "-":
        return options.once
    question = sys.stdin.read().strip()
    if not question:
        raise InvalidSettingError(words("nothing_asked"))
    return question


@asynccontextmanager
async def _caller(
    options: ChatOptions, settings: ChatSettings, signed_in: SignedIn | None, place: _Place
) -> AsyncGenerator[tuple[Caller, Person | None]]:
    if options.is_direct:
        yield DirectCaller(settings.agent_url), None
        return
    if not settings.runtime_arn or signed_in is None:
        raise InvalidSettingError(place.words("no_agent"))
    is_somebody_there = sys.stdin.isatty() and place.console.is_terminal and not options.is_json
    async with signed_in(place.screen.say, is_somebody_there) as person:
        yield JwtCaller(settings.runtime_url, settings.runtime_arn, person.bearer, person.forget), person


async def _talk(
    options: ChatOptions,
    settings: ChatSettings,
    client: RuntimeClient,
    person: Person | None,
    question: str | None,
    place: _Place,
) -> int:
    who = "" if person else place.words("bar_direct")
    if person:
        await person.bearer()  # signs in, if need be, before anything is asked
        found = await person.who()
        who = (found.email or found.name) if found else ""
    tools = Tools(
        client=client,
        screen=place.screen,
        settings=settings,
        words=place.words,
        waiting=place.waiting,
        interrupts=place.interrupts,
        open_page=place.open_page,
        history=_history(options, settings, who),
        is_told=not options.is_json,
    )
    conversation = Conversation(tools, options.runtime_session)
    if question is not None:
        return _CODES[await conversation.ask(question)]
    desk = Desk(tools, conversation, who)
    return await desk.hold(place.reader(desk))


def _history(options: ChatOptions, settings: ChatSettings, who: str) -> History:
    """None for somebody who is not known: theirs would be mixed with others'. Scripts would push a person's out."""
    if not options.keeps_history or not who or options.is_json or options.once is not None:
        return NoHistory()
    agent = settings.agent_url if options.is_direct else settings.runtime_arn
    return KeptHistory(settings.state_dir, f"{who}\n{agent}")
