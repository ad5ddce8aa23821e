"""What the person types at a prompt that edits, remembers and completes."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from chat.terminal.history import private_file
from chat.terminal.settings import ChatSettings
from chat.terminal.words import Words

__all__ = ["PromptReader", "typed_history"]

_STYLE = Style.from_dict({"prompt": "bold", "bottom-toolbar": "noreverse italic", "bottom-toolbar.text": "noreverse"})
_MOST_TYPED_BYTES = 500_000


class PromptReader:
    """A line, or several, at a terminal. Enter sends, Alt-Enter begins a new line."""

    is_person = True

    def __init__(
        self,
        words: Words,
        commands: Iterable[str],
        toolbar: Callable[[], str],
        *,
        history: History | None = None,
        terminal: tuple[Input, Output] | None = None,
    ) -> None:
        """`terminal` is this process's own where it is not given."""
        given, shown = terminal or (None, None)
        self._words = words
        self._line: PromptSession[str] = PromptSession(
            history=history or InMemoryHistory(),
            multiline=True,
            prompt_continuation=words("more"),
            key_bindings=_keys(),
            completer=_Commands(words, tuple(commands)),
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            reserve_space_for_menu=4,
            bottom_toolbar=toolbar,
            style=_STYLE,
            input=given,
            output=shown,
        )
        self._given, self._shown = given, shown
        self._is_interrupted = False

    async def read(self, unsent: str = "") -> str:
        """Read a question."""
        prompt: StyleAndTextTuples = [("class:prompt", self._words("you"))]
        return await self._line.prompt_async(prompt, default=unsent, pre_run=self._begin)

    def _begin(self) -> None:
        # From here on the prompt hears Ctrl-C itself.
        if self._is_interrupted:
            self._is_interrupted = False
            self._line.app.exit(exception=KeyboardInterrupt())

    async def confirm(self, question: str) -> str:
        """Ask on a line of its own, which is not remembered."""
        asking: PromptSession[str] = PromptSession(input=self._given, output=self._shown)
        return await asking.prompt_async(question)

    def refresh(self) -> None:
        """Draw the line below the prompt again, if there is a prompt."""
        self._line.app.invalidate()

    def interrupt(self) -> bool:
        """Leave the prompt, if it has begun meanwhile, else remember it."""
        app = self._line.app
        if app.is_running and not app.is_done:
            app.exit(exception=KeyboardInterrupt())
        else:
            self._is_interrupted = True
        return True

    def at_ease(self) -> contextlib.AbstractContextManager[None]:
        """Keep what is typed from being shown in the middle of an answer."""
        return contextlib.nullcontext() if self._given else _without_echo()


class _Commands(Completer):
    """Completes a command at the beginning of the line; a path such as `/Finance` is left alone."""

    def __init__(self, words: Words, commands: tuple[str, ...]) -> None:
        self._words = words
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Return the commands that begin like the line."""
        del complete_event
        typed = document.text_before_cursor
        if typed.startswith("/") and not document.text_after_cursor:
            for command in self._commands:
                if command.startswith(typed):
                    about = self._words(f"help {command}")
                    yield Completion(command, start_position=-len(typed), display_meta=about)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        completing = event.current_buffer.complete_state
        if completing and completing.current_completion:
            event.current_buffer.apply_completion(completing.current_completion)
        else:
            event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    @keys.add("escape", "c-j")  # the same, typed while an answer came
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def typed_history(settings: ChatSettings) -> History:
    """What was typed at earlier times, in a file of its owner's. Raises: `OSError`."""
    path = private_file(settings.state_dir / "typed")
    if path.stat().st_size > _MOST_TYPED_BYTES:
        path.write_bytes(path.read_bytes()[-_MOST_TYPED_BYTES // 2 :].partition(b"\n\n")[2])
    return _Typed(path)


class _Typed(FileHistory):
    """A disk that is full is no reason not to answer."""

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError):
            super().store_string(string)


@contextlib.contextmanager
def _without_echo() -> Iterator[None]:
    """Keys show nothing inside; Ctrl-C works. What was typed is there for whoever reads next."""
    try:
        import termios  # noqa: PLC0415 - Windows has none
    except ImportError:
        yield
        return
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    quiet = [*before]
    # Not line by line, so that Ctrl-D is a key like others; Ctrl-C does not throw away what was typed before it.
    quiet[3] = (before[3] & ~(termios.ECHO | termios.ICANON)) | termios.NOFLSH
    termios.tcsetattr(handle, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal has gone away
            termios.tcsetattr(handle, termios.TCSANOW, before)
