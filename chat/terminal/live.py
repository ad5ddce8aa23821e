"""A terminal that can move its cursor: tool progress as it goes on, files as a table."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo

from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text as Styled

from chat.events import ToolProgress
from chat.plain import plain_line
from chat.terminal.cards import FileRow
from chat.terminal.screen import LineScreen
from chat.terminal.spinner import FRAME_S, Spinner
from chat.terminal.words import Words

__all__ = ["LiveScreen"]

_NARROW, _WIDE = 72, 110
_SOON_S = 0.02
_PAUSE_S = 0.6  # without a word of the answer, until the line comes back
_SLOW_S = 3.0  # from here on the line tells for how long it has been going on


class LiveScreen(LineScreen):
    """Lines for a person, and below them one that moves while they wait. Works inside a running event loop."""

    def __init__(self, console: Console, words: Words, zone: tzinfo, *, opens_links: bool = True) -> None:
        super().__init__(console, words, zone, opens_links=opens_links)
        self._spinner = Spinner(has_colour=not console.no_color)
        self._doing: tuple[str, str] | None = None
        self._since = 0.0
        self._has_shown = False
        self._running: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def busy(self, sentence: str, hint: str = "", *, is_said: bool = False) -> None:
        """Show a line that moves until `idle`, out of the way of all else."""
        del is_said
        self._break_line()
        self._doing = sentence, f"({hint})" if hint else ""
        self._since = asyncio.get_running_loop().time()
        self._draw()

    def idle(self) -> None:
        """Take it away."""
        self._doing = None
        self._running = {}
        self._stop_timer()
        self._wipe()

    def good(self, sentence: str) -> None:
        """Say that something has come about."""
        self._marked("✓", "green", plain_line(sentence), "")

    def end_turn(self) -> None:
        """Finish the line, list the files, and leave a blank line below."""
        self.idle()
        super().end_turn()
        if self._has_shown:
            self._console.out("")
            self._has_shown = False

    def _break_line(self) -> None:
        had_shown = self._has_shown or self._answer.is_mid_line
        super()._break_line()
        self._has_shown = had_shown

    def _write(self, text: str) -> None:
        super()._write(text)
        self._since = asyncio.get_running_loop().time()
        self._draw_in(_PAUSE_S)  # not between two words

    def _tool(self, event: ToolProgress) -> None:
        label = plain_line(event.label or event.name).removesuffix("…").rstrip()
        if event.status == "running":
            self._running[event.id] = label
            self._break_line()
            self._since = asyncio.get_running_loop().time()
        else:
            self._running.pop(event.id, None)
            if event.status == "failed":
                self._marked("✗", "yellow", self._words("label_failed", label=label), "dim")
            else:
                self._marked("✓", "green", self._ended(label), "dim")
        self._draw_in(_SOON_S)

    def _ended(self, label: str) -> str:
        """Say it of a tool that has ended, where the language has another form for that and the label allows it."""
        doing = self._words("label_doing")
        return label.removesuffix(doing) + self._words("label_done") if label.endswith(doing) else label

    def _list(self, title: str, rows: list[tuple[int, FileRow]]) -> None:
        if not self._opens_links or self._console.width < _NARROW:
            self._short_list(title, rows)
            return
        is_wide = self._console.width >= _WIDE
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("", justify="right", style="dim", no_wrap=True, min_width=3)
        table.add_column(self._words("column_name"), overflow="fold")
        table.add_column(self._words("column_type"), overflow="fold")
        table.add_column(self._words("column_modified"), no_wrap=True)
        table.add_column(self._words("column_owner"), overflow="fold")
        if is_wide:
            table.add_column(self._words("column_path"), overflow="fold")
        for number, row in rows:
            title_cell = Styled.assemble((row.name, _linked(row.link)))  # the name alone, not the whole cell
            if row.path and not is_wide:
                title_cell = Styled.assemble(title_cell, "\n", (row.path, "dim"))
            cells: list[str | Styled] = [str(number), title_cell, row.kind, row.modified, row.owner]
            table.add_row(*(_cell(cell) for cell in [*cells, *([row.path] if is_wide else [])]))
        self._line(f"{title}:", "bold")
        with self._cleared():
            self._console.print(table, highlight=False)

    def _short_list(self, title: str, rows: list[tuple[int, FileRow]]) -> None:
        """One file after another; each link whole and in plain sight where the terminal does not open it."""
        self._line(f"{title}:", "bold")
        for number, row in rows:
            with self._cleared():
                name = Styled.assemble((f"{number:>3}  ", "dim"), (row.name, _linked(row.link, self._opens_links)))
                self._console.print(name, highlight=False)
                if row.facts:
                    facts = Styled(" · ".join(row.facts), style="dim")
                    self._console.print(Padding(facts, (0, 0, 0, 5), expand=False), highlight=False)
            if row.link and not self._opens_links:
                self._line(f"     {row.link}", "dim", is_link=True)

    def _link_line(self, link: str) -> None:
        self._line("", "")
        self._line(link, f"cyan underline link {link}" if self._opens_links else "cyan", is_link=True)
        self._line("", "")

    def _marked(self, mark: str, colour: str, text: str, style: str) -> None:
        with self._cleared():
            self._answer.break_line()
            self._console.print(Styled.assemble((f"{mark} ", colour), (text, style)), highlight=False)

    @contextmanager
    def _cleared(self) -> Iterator[None]:
        self._wipe()
        yield
        self._has_shown = True
        self._draw_in(_SOON_S)  # not between two lines

    def _wipe(self) -> None:
        if self._spinner.is_shown:
            self._console.out(self._spinner.wipe(self._console.width), end="", highlight=False)

    def _draw(self) -> None:
        """Draw the line that moves, if there is one, and come back for its next frame."""
        self._stop_timer()
        if self._doing is None or self._answer.is_mid_line:
            return
        sentence, hint = self._doing
        if self._running:
            sentence, *others = self._running.values()
            hint = ""
            if others:
                sentence = self._words("more_tools", label=sentence, count=len(others))
        elapsed_s = asyncio.get_running_loop().time() - self._since
        if elapsed_s >= _SLOW_S and not hint:
            hint = self._words("seconds", count=int(elapsed_s))
        self._console.out(self._spinner.draw(f"{sentence} …", hint, self._console.width), end="", highlight=False)
        self._draw_in(FRAME_S)

    def _draw_in(self, seconds: float) -> None:
        self._stop_timer()
        if self._doing is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._draw)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None


def _linked(link: str, opens_links: bool = True) -> Style:  # noqa: FBT001, FBT002 - reads as a claim
    return Style(link=link, underline=True) if link and opens_links else Style()


def _cell(content: str | Styled) -> Styled:
    """Keep rich from reading markup in a name."""
    return content if isinstance(content, Styled) else Styled(content)
