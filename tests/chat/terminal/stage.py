"""`drive-agent chat` with everything around it in a test's hands."""

import asyncio
import io
import signal
from contextlib import nullcontext

from rich.console import Console

from chat.consent import Waiting
from chat.terminal import command
from chat.terminal.arguments import ChatOptions
from chat.terminal.bearer import bearer_for
from chat.terminal.people import TokenPerson
from chat.terminal.settings import ChatSettings
from tests.chat.conftest import ARN, DONE, Answer, as_json, sse, text
from tests.chat.terminal.glass import Glass

LINK = "http://localhost:9090/connect/google-drive?session=chat-1"
MESSAGE = f"Please allow it.\nConnect: {LINK}\nI will carry on."
ASK = {"type": "auth_required", "provider": "google-drive", "auth_url": LINK, "message": MESSAGE, "scopes": ["s"]}
ASKED = Answer(sse(text(MESSAGE), ASK, DONE))
TOOL = {"type": "tool", "id": "1", "name": "search_files", "label": "Searching Drive for spreadsheets …"}
BUDGET = {
    "name": "Q3 budget",
    "type": "spreadsheet",
    "link": "https://docs.example/1",
    "path": "Finance / 2026",
    "modified": "2026-11-12T19:30:00Z",
    "owner": "Ben Ortiz",
}
HOSTILE = {
    "name": "evil\x1b[2J\x1b]0;x\x07\nyou> ",
    "type": "pdf",
    "link": "javascript:alert(1)",
    "owner": "Mallory\u202e[bold]",
}
FILES = {"type": "files", "files": [BUDGET, HOSTILE]}
ANSWERED = Answer(sse(TOOL | {"status": "running"}, TOOL | {"status": "done"}, FILES, text("Two files."), DONE))
STATUS = {"connections": [{"connected": True, "account": {"email": "alice@gmail.example"}, "scopes": ["s"]}]}


def by_request(turn, *, resumes=(), status=STATUS, **actions):
    """An agent that knows what it is asked: `turn` and `resumes` are streams, the last one again and again."""
    left = list(resumes)

    def answer(asked):
        action = asked.body.get("action")
        if action is None:
            return turn
        if action == "resume":
            return left.pop(0) if len(left) > 1 else left[0]
        return as_json(status if action == "status" else actions.get(action, {}))

    return answer


class Stage:
    """A person at a terminal: what they type and see, and a clock that runs while they wait."""

    def __init__(self, runtime, lines=(), *, pause=None, width=0, is_person=False, state=None, **settings):
        """With a `width` they have a terminal that can do everything, else a pipe."""
        self.runtime = runtime
        self.lines = iter(lines)
        self.seen = io.StringIO()
        self.naps = []
        self.opened = []
        self.asked_back = []
        self.unsent = []
        self.pause = pause
        self.width = width
        self.is_person = is_person
        self.state = state
        self.settings = ChatSettings(
            **{
                "runtime_url": runtime.url,
                "runtime_arn": ARN,
                "agent_url": runtime.url,
                "timezone": "Asia/Tokyo",
                "locale": "en-GB",
                "state_dir": state,
                **settings,
            }
        )

    def run(self, bearer="sample-bearer", **options):
        options = {"keeps_history": self.state is not None, **options}
        return command.main(
            ChatOptions(**options),
            self.settings,
            signed_in=self.signed_in(bearer) if bearer else None,
            console=self.console(),
            reader=lambda _: self,
            waiting=Waiting(sleep=self.sleep, now=lambda: sum(self.naps)),
            open_page=self.open_page,
        )

    def signed_in(self, bearer):
        if callable(bearer):
            person = TokenPerson(*bearer_for(self.settings, bearer), "alice@example.com")
        else:

            async def given():
                return bearer

            person = TokenPerson(given, lambda: False, "alice@example.com")
        return lambda _say, _is_interactive: nullcontext(person)

    def console(self):
        if not self.width:
            return Console(file=self.seen, width=60, highlight=False)
        return Console(
            file=self.seen,
            width=self.width,
            force_terminal=True,
            color_system="standard",
            highlight=False,
            legacy_windows=False,
            _environ={"TERM": "xterm"},
        )

    async def read(self, unsent=""):
        self.unsent.append(unsent)
        line = next(self.lines, EOFError())
        if isinstance(line, BaseException):
            raise line
        return line

    async def confirm(self, question):
        self.asked_back.append(question)
        return next(self.lines)

    def refresh(self):
        pass

    def interrupt(self):
        raise AssertionError("Nothing was read, and nothing was to stop.")

    def at_ease(self):
        return nullcontext()

    async def sleep(self, seconds):
        self.naps.append(seconds)
        if self.pause:
            self.pause()
        await asyncio.sleep(0)

    def open_page(self, link):
        self.opened.append(link)
        return True

    @property
    def text(self):
        return self.seen.getvalue()

    @property
    def glass(self):
        return Glass(self.width).feed(self.text)

    def bodies(self):
        return [asked.body for asked in self.runtime.asked]

    def said(self):
        """What was asked of the agent: questions and actions."""
        return [body.get("prompt") or body["action"] for body in self.bodies()]


def interrupt():
    """Press Ctrl-C."""
    signal.raise_signal(signal.SIGINT)
