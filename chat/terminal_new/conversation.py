"""`drive-agent chat`: a conversation in the terminal."""

import contextlib
import re
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from rich.console import Console

from chat.client import RuntimeClient
from chat.consent import ConsentTimeoutError, Waiting, until_consent
from chat.errors import ChatError, InvalidSettingError
from chat.events import AuthRequired, Event, Failure
from chat.screen import JsonScreen, PlainScreen, Screen
from chat.settings import ChatSettings

__all__ = ["ChatOptions", "main"]

OK, FAILED, MISUSED, NO_CONSENT = 0, 1, 2, 3
INTERRUPTED = 128 + signal.SIGINT

# The Runtime wants 33 characters at least: InvokeAgentRuntime, runtimeSessionId.
_RUNTIME_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{32,255}")
_HELP = "Type a question. /status  /disconnect  /new (another conversation)  /help  /quit"
_LEAVING = frozenset({"/quit", "/exit"})
_ACTIONS = frozenset({"/status", "/disconnect"})
_COMMANDS = _ACTIONS | {"/new", "/help"}
_SLIP = 0.7  # how like a command a line must be to be a slip of the fingers; other lines are questions


@dataclass(frozen=True, kw_only=True)
class ChatOptions:
    """Arguments of the command. `is_direct`: talk to an agent on this machine, without the Runtime."""

    once: str | None = None
    is_json: bool = False
    runtime_session: str | None = None
    is_direct: bool = False


@dataclass
class _Chat:
    """One run of the command."""

    client: RuntimeClient
    screen: Screen
    settings: ChatSettings
    waiting: Waiting
    runtime_session: str
    outcome: int = field(default=OK)


def main(
    options: ChatOptions,
    settings: ChatSettings,
    *,
    bearer: Callable[[], str] | None = None,
    console: Console | None = None,
    read_line: Callable[[str], str] | None = None,
    waiting: Waiting | None = None,
) -> int:
    """Hold a conversation, or ask one question; return the exit code.

    0 answered, 1 failed, 2 wrong options, 3 no consent in time, 130 interrupted.
    `bearer` is asked before every request; without one only `direct` works.
    """
    screen_console = console or Console(highlight=False)
    screen: Screen = (
        JsonScreen(screen_console) if options.is_json else PlainScreen(screen_console, opens_links=settings.opens_links)
    )
    try:
        wait = waiting or Waiting()
        client = _client(options, settings, bearer, wait)
    except ChatError as error:
        screen.say(error.user_message)
        return MISUSED
    try:
        chat = _Chat(client, screen, settings, wait, options.runtime_session or _new_runtime_session())
        if options.once is not None:
            _ask(chat, options.once)
            return chat.outcome
        return _converse(chat, read_line or _line_reader())
    finally:
        client.close()


def _client(
    options: ChatOptions, settings: ChatSettings, bearer: Callable[[], str] | None, waiting: Waiting
) -> RuntimeClient:
    if options.runtime_session is not None and not _RUNTIME_SESSION.fullmatch(options.runtime_session):
        raise InvalidSettingError("--session takes 33 to 256 letters, digits, '-' or '_'.")
    if options.is_direct:
        return RuntimeClient.direct(settings.agent_url, sleep=waiting.sleep)
    if not settings.runtime_arn or bearer is None:
        raise InvalidSettingError(
            "There is no agent to talk to: run `drive-agent setup`, or `make up` for a local one."
        )
    return RuntimeClient(settings.runtime_url, settings.runtime_arn, bearer, sleep=waiting.sleep)


def _new_runtime_session() -> str:
    return f"chat-{secrets.token_hex(16)}"


def _line_reader() -> Callable[[str], str]:
    """`input`, with editing and history where Python was built with readline."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - importing it is what switches it on
    return input


def _converse(chat: _Chat, read_line: Callable[[str], str]) -> int:
    """Read and answer until the person leaves. Ctrl-C twice in a row leaves, too."""
    chat.screen.say(_HELP)
    was_interrupted = False
    while True:
        try:
            line = read_line("you> ").strip()
        except EOFError:
            chat.screen.say("")
            return OK
        except KeyboardInterrupt:
            chat.screen.say("")
            if was_interrupted:
                return OK
            was_interrupted = True
            chat.screen.say("Ctrl-C again, Ctrl-D or /quit leaves.")
            continue
        was_interrupted = False
        if line in _LEAVING:
            return OK
        if line in _COMMANDS or get_close_matches(line, _COMMANDS | _LEAVING, n=1, cutoff=_SLIP):
            _command(chat, line)
        elif line:  # a path such as /Finance/2026, too
            _ask(chat, line)


def _command(chat: _Chat, line: str) -> None:
    if line == "/new":
        chat.runtime_session = _new_runtime_session()
        chat.screen.say("A new conversation.")
    elif line in _ACTIONS:
        try:
            chat.screen.say(_told(chat.client.action(chat.runtime_session, line[1:])))
        except ChatError as error:
            chat.screen.say(error.user_message)
    elif line == "/help":
        chat.screen.say(_HELP)
    else:
        chat.screen.say(f"There is no command {line}; /help names those there are.")


def _told(answer: Mapping[str, Any]) -> str:
    """Say in a sentence what `status` or `disconnect` answered."""
    if "error" in answer:
        return str(answer["error"])
    if answer.get("status") == "disconnected":
        return "Google Drive is not connected any more, and Google has forgotten the permission, if there was one."
    connections = answer.get("connections")
    for connection in connections if isinstance(connections, list) else []:
        if isinstance(connection, dict) and connection.get("connected"):
            account = connection.get("account")
            email = account.get("email") if isinstance(account, dict) else None
            return f"Google Drive is connected as {email or 'somebody'}."
    return "Google Drive is not connected."


def _ask(chat: _Chat, question: str) -> None:
    """Run one turn, waiting for consent where it is asked for."""
    where = (chat.settings.timezone, chat.settings.locale)
    chat.outcome = OK
    # Bytes that are no UTF-8 come from a terminal as lone surrogates, which JSON cannot carry.
    prompt = question.encode("utf-8", "replace").decode("utf-8")
    try:
        asked = _show(chat, chat.client.turn(chat.runtime_session, prompt, *where))
        while asked is not None:
            chat.screen.say("Waiting for you to connect Google Drive … (Ctrl-C: type something else)")
            resumed = until_consent(lambda: chat.client.resume(chat.runtime_session, *where), asked, chat.waiting)
            asked = _show(chat, resumed)
    except ChatError as error:
        chat.outcome = NO_CONSENT if isinstance(error, ConsentTimeoutError) else FAILED
        chat.screen.show(Failure(error.user_message, "client"))
        chat.screen.end_turn()
    except KeyboardInterrupt:
        chat.outcome = INTERRUPTED
        _stop(chat)


def _show(chat: _Chat, events: Iterator[Event]) -> AuthRequired | None:
    """Show a stream to its end; return the consent it asks for."""
    asked: AuthRequired | None = None
    for event in events:
        chat.screen.show(event)
        if isinstance(event, AuthRequired):
            asked = event
        elif isinstance(event, Failure):
            chat.outcome = FAILED
    chat.screen.end_turn()
    return asked


def _stop(chat: _Chat) -> None:
    """Leave the turn. Closing the stream alone would let it run on."""
    chat.screen.end_turn()
    chat.screen.say("Stopped.")
    try:
        chat.client.action(chat.runtime_session, "cancel")
    except (ChatError, KeyboardInterrupt):
        # Nobody waits for this turn any more; the Runtime ends it by itself in time.
        return
