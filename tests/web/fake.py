"""A backend for the page alone: the contract of the web chat over real HTTP, with runs that play what a test writes.

It takes nothing from the product but the rendering of the page, so that states which are hard to reach (cut streams,
refusals, another person in the same browser) are one line in a test.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from callback.web.languages import choose_language
from callback.web.rendering import FOLDER
from chat.web.page import STATIC, show_page, words
from tests.callback.servers import Server

ALICE = {"id": "a" * 32, "name": "alice@example.com", "csrf": "csrf-of-alice"}
BOB = {"id": "b" * 32, "name": "bob@example.com", "csrf": "csrf-of-bob"}
FIRST = "conversation-00000001"
DETAILS = "https://www.googleapis.com/auth/drive.metadata.readonly"
CONNECT = "/connect/google-drive?session=conversation-00000001"
MESSAGE = (
    "I need your permission to look at your Google Drive (read-only, file names and details).\n"
    f"Connect Google Drive: http://localhost:9090{CONNECT}\n"
    "Google may show a box for it: tick it. I will carry on as soon as you are done."
)


@dataclass(frozen=True)
class Gate:
    """A step at which a run stands still until the test opens it."""

    name: str


@dataclass(frozen=True)
class Cut:
    """A step at which all streams of the run break off; the run goes on."""


@dataclass(frozen=True)
class Die:
    """A step at which the run is gone, as when its server was restarted."""


def text(message: str, *blocks: str) -> list[Any]:
    """One message of the answer that arrives block by block."""
    steps: list[Any] = [{"type": "TEXT_MESSAGE_START", "messageId": message, "role": "assistant"}]
    for index, block in enumerate(blocks):
        steps.append({"type": "TEXT_MESSAGE_CONTENT", "messageId": message, "delta": f"{block} "})
        steps.append(html(message, index, block))
    return [*steps, {"type": "TEXT_MESSAGE_END", "messageId": message}]


def html(message: str, index: int, *blocks: str) -> dict[str, Any]:
    return custom("html", messageId=message, **{"from": index}, blocks=list(blocks))


def custom(name: str, /, **value: Any) -> dict[str, Any]:
    return {"type": "CUSTOM", "name": f"drive-agent.{name}", "value": value}


def tool(status: str, label: str = "Searching Drive for “budget” …", called: str = "t1") -> dict[str, Any]:
    return custom("tool", id=called, name="search_files", label=label, status=status)


def done(stop_reason: str = "end_turn") -> dict[str, Any]:
    return {"type": "RUN_FINISHED", "threadId": "", "runId": "", "result": {"stopReason": stop_reason}}


def asks(interrupt: str = "consent-1") -> list[Any]:
    """How a turn ends where consent is missing."""
    metadata = {"provider": "google-drive-provider", "url": CONNECT, "scopes": [DETAILS]}
    waiting = {"id": interrupt, "reason": "oauth_consent", "message": MESSAGE, "metadata": metadata}
    outcome = {"type": "interrupt", "interrupts": [waiting]}
    finished = {"type": "RUN_FINISHED", "threadId": "", "runId": "", "outcome": outcome}
    return [finished]


def failed(message: str = "The model is busy.") -> dict[str, Any]:
    return {"type": "RUN_ERROR", "message": message, "code": "model_busy"}


@dataclass
class Run:
    id: str
    conversation: str
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    base: dict[str, Any] = field(default_factory=dict)
    is_waiting: bool = False
    cuts: int = 0
    is_over: bool = False
    is_gone: bool = False
    task: asyncio.Task[None] | None = None


class Fake:
    """`scripts` are the steps of the next runs, in turn. `requests` is what came: method, path, body."""

    def __init__(self) -> None:
        self.reset()
        self.server = Server(self.app())
        self.origin = f"http://localhost:{self.server.port}"

    def reset(self) -> None:
        self.me: Mapping[str, str] | None = ALICE
        self.banner = ""
        self.conversations: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, Run] = {}
        self.scripts: list[list[Any]] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.refusals: dict[tuple[str, str], tuple[int, str]] = {}
        self.connections = [{"provider": "google-drive-provider", "connected": False, "account": ""}]
        self.gates: dict[str, asyncio.Event] = {}
        self.vain_stops = 0

    # What a test does

    def open(self, name: str) -> None:
        async def set_gate() -> None:
            self.gates.setdefault(name, asyncio.Event()).set()

        self.server.run(set_gate())

    def keep(
        self, *turns: dict[str, Any], key: str = FIRST, title: str = "Budget", state: str = "idle", age_h: float = 1
    ) -> str:
        """Have a conversation from earlier."""
        updated = datetime.now(UTC) - timedelta(hours=age_h)
        kept = [turn_of(n, **turn) for n, turn in enumerate(turns)]
        self.conversations[key] = {"title": title, "updated": updated, "state": state, "turns": kept, "run": None}
        return key

    def start(self, conversation: str, script: list[Any], run_id: str = "run-kept-00001") -> Run:
        """Have something run already, as when it was asked on another device."""

        async def begin() -> Run:
            return self._begin(run_id, conversation, script, "?", is_new=False)

        return self.server.run(begin())

    def sent(self, method: str, path: str) -> list[Any]:
        return [body for verb, where, body in self.requests if verb == method and where.startswith(path)]

    # What the page sees

    def app(self) -> Starlette:
        api = [
            ("/chat/api/me", "GET", self._me),
            ("/chat/api/conversations", "GET", self._list),
            ("/chat/api/conversations/{id}", "GET", self._one),
            ("/chat/api/conversations/{id}", "PATCH", self._rename),
            ("/chat/api/conversations/{id}", "DELETE", self._delete),
            ("/chat/api/conversations/{id}/stop", "POST", self._stop),
            ("/chat/api/runs/{id}", "GET", self._run),
            ("/chat/api/connections", "GET", self._connections),
            ("/chat/api/disconnect", "POST", self._disconnect),
            ("/agui", "POST", self._agui),
        ]
        routes: list[Any] = [Route(path, self._guarded(answer), methods=[verb]) for path, verb, answer in api]
        routes += [Route(path, self._page) for path in ("/chat", "/chat/c/{id}")]
        routes += [
            Route("/chat/sign-in", self._sign_in),
            Route("/sign-out", self._signed_out, methods=["POST"]),
            Route("/connect/google-drive", lambda _: HTMLResponse('<link rel="icon" href="data:,"><h1>Connect</h1>')),
            Mount("/chat/static", StaticFiles(directory=STATIC)),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ]
        return Starlette(routes=routes)

    def _guarded(self, answer: Callable[[Request], Any]):
        async def handle(request: Request) -> Response:
            raw = await request.body()
            body = json.loads(raw) if raw else None
            self.requests.append((request.method, str(request.url).partition(request.url.netloc)[2], body))
            language = choose_language(request.headers["accept-language"])
            status, code = self._refusal(request)
            if status:
                return JSONResponse({"error": words(language)[f"errors.{code}"], "code": code}, status)
            return await answer(request)

        return handle

    def _refusal(self, request: Request) -> tuple[int, str]:
        for (method, path), refusal in self.refusals.items():
            if request.method == method and request.url.path.startswith(path):
                return refusal
        if self.me is None:
            return 401, "sign_in"
        if request.method != "GET" and request.headers.get("x-csrf") != self.me["csrf"]:
            return 403, "forged"
        conversation = request.path_params.get("id")
        if request.url.path.startswith("/chat/api/conversations/") and conversation not in self.conversations:
            return 404, "no_conversation"
        return 0, ""

    async def _page(self, request: Request) -> Response:
        if self.me is None:
            return RedirectResponse(f"/chat/sign-in?to={request.url.path}", 303)
        language = choose_language(request.headers["accept-language"])
        start = {"me": self.me, "banner": self.banner, "conversations": self._summaries()}
        return show_page(start, language)

    async def _sign_in(self, request: Request) -> Response:
        self.me = self.me or {**ALICE, "csrf": "csrf-of-alice-again"}
        return RedirectResponse(request.query_params["to"], 303)

    async def _signed_out(self, request: Request) -> Response:
        self.requests.append(("POST", "/sign-out", dict(await request.form())))
        return HTMLResponse('<link rel="icon" href="data:,"><h1>You are signed out</h1>')

    async def _me(self, _: Request) -> Response:
        return JSONResponse(self.me)

    def _summaries(self) -> list[dict[str, Any]]:
        kept = sorted(self.conversations.items(), key=lambda pair: pair[1]["updated"], reverse=True)
        return [
            {"id": key, "title": one["title"], "updated": one["updated"].isoformat(), "state": one["state"]}
            for key, one in kept
        ]

    async def _list(self, _: Request) -> Response:
        return JSONResponse({"conversations": self._summaries()})

    async def _one(self, request: Request) -> Response:
        one = self.conversations[request.path_params["id"]]
        until = int(request.query_params.get("before", len(one["turns"])))
        turns = one["turns"][max(0, until - 30) : until]
        if (run := self.runs.get(one["run"])) is not None:  # as it was before the first event of the run
            outcome = "waiting" if run.is_waiting else "running"
            turns = [*turns[:-1], {**run.base, "run": run.id, "outcome": outcome}]
        answer = {"id": request.path_params["id"], "earlier": until > 30, "turns": turns}
        return JSONResponse(answer | {name: one[name] for name in ("title", "state", "run")})

    async def _rename(self, request: Request) -> Response:
        title = (await request.json())["title"]
        self.conversations[request.path_params["id"]]["title"] = title
        return JSONResponse({"id": request.path_params["id"], "title": title})

    async def _delete(self, request: Request) -> Response:
        del self.conversations[request.path_params["id"]]
        return Response(status_code=204)

    async def _stop(self, request: Request) -> Response:
        if self.vain_stops:  # as while a run only begins
            self.vain_stops -= 1
            return JSONResponse({"stopped": False})
        run = self.runs.get(self.conversations[request.path_params["id"]]["run"])
        if run and run.task:
            run.task.cancel()
            await self._happen(run, done("cancelled"))
        return JSONResponse({"stopped": bool(run)})

    async def _connections(self, _: Request) -> Response:
        return JSONResponse({"connections": self.connections})

    async def _disconnect(self, _: Request) -> Response:
        self.connections = [{"provider": "google-drive-provider", "connected": False, "account": ""}]
        return JSONResponse({"status": "disconnected"})

    async def _agui(self, request: Request) -> Response:
        given = await request.json()
        thread = given["threadId"]
        known = self.conversations.get(thread)
        is_resume = given.get("resume", [{}])[0].get("status") == "resolved"
        if known and known["run"] and known["run"] == given["runId"]:
            return self._stream(self.runs[known["run"]], 0)
        if known and known["run"] and (is_resume or not self.runs[known["run"]].is_waiting):
            return JSONResponse({"error": words("en")["errors.busy"], "code": "busy"}, 409)
        if known and known["run"]:
            await self._make_way(self.runs[known["run"]])
        question = given["messages"][-1]["content"] if given["messages"] else ""
        script = self.scripts.pop(0) if self.scripts else [Gate("never")]
        run = self._begin(given["runId"], thread, script, question, is_new="resume" not in given)
        return self._stream(run, 0)

    async def _make_way(self, run: Run) -> None:
        if run.task:
            run.task.cancel()
        await self._happen(run, done("cancelled"))
        self.conversations[run.conversation]["turns"][-1]["outcome"] = "answered"

    async def _run(self, request: Request) -> Response:
        run = self.runs.get(request.path_params["id"])
        if run is None or run.is_gone:
            return JSONResponse({"error": "gone", "code": "no_run"}, 404)
        return self._stream(run, int(request.query_params["after"]))

    # Runs

    def _begin(self, run_id: str, thread: str, script: list[Any], question: str, *, is_new: bool) -> Run:
        empty = {"title": question[:60], "turns": [], "state": "running"}
        one = self.conversations.setdefault(thread, empty | {"updated": datetime.now(UTC)})
        if is_new:
            one["turns"].append(turn_of(len(one["turns"]), question=question, asked=datetime.now(UTC).isoformat()))
        turn = one["turns"][-1]
        is_waiting = not is_new and turn["outcome"] == "waiting"
        turn["parts"] = turn["parts"] if is_waiting else []  # what was cut off is answered anew
        run = self.runs[run_id] = Run(run_id, thread, base=deepcopy(turn), is_waiting=is_waiting)
        turn |= {"outcome": "waiting" if is_waiting else "running", "run": run_id}
        one |= {"run": run_id, "state": turn["outcome"], "updated": datetime.now(UTC)}
        run.events.append({"type": "RUN_STARTED", "threadId": thread, "runId": run_id})
        run.task = asyncio.get_running_loop().create_task(self._play(run, script))
        return run

    async def _play(self, run: Run, script: list[Any]) -> None:
        for step in script:
            if isinstance(step, Gate):
                await self.gates.setdefault(step.name, asyncio.Event()).wait()
            elif isinstance(step, float):
                await asyncio.sleep(step)
            elif isinstance(step, Cut):
                run.cuts += 1
                await self._wake(run)
            elif isinstance(step, Die):
                run.is_gone = True
                self.conversations[run.conversation] |= {"run": None, "state": "idle"}
                self.conversations[run.conversation]["turns"][-1]["outcome"] = "cut_off"
                await self._wake(run)
            else:
                await self._happen(run, step)

    async def _happen(self, run: Run, event: dict[str, Any]) -> None:
        run.events.append(event)
        run.is_waiting = run.is_waiting and event.get("name") != "drive-agent.connected"
        keep_part(self.conversations[run.conversation], event)
        run.is_over = event["type"] in {"RUN_FINISHED", "RUN_ERROR"}
        await self._wake(run)

    async def _wake(self, run: Run) -> None:
        async with run.changed:
            run.changed.notify_all()

    def _stream(self, run: Run, after: int) -> Response:
        cuts = run.cuts

        async def lines():
            sent = after
            yield ": here\n\n"
            while True:
                for event in run.events[sent:]:
                    sent += 1
                    yield f"id: {sent}\ndata: {json.dumps(event)}\n\n"
                if run.is_over or run.is_gone or run.cuts > cuts:
                    return
                async with run.changed:
                    if len(run.events) == sent and not run.is_gone and run.cuts == cuts:
                        await run.changed.wait()

        return StreamingResponse(lines(), media_type="text/event-stream")


def turn_of(n: int, **members: Any) -> dict[str, Any]:
    turn = {"n": n, "run": f"run-of-turn-{n}", "question": "?", "parts": [], "outcome": "answered"}
    asked = datetime.now(UTC) - timedelta(hours=1)
    return turn | {"asked": asked.isoformat()} | members


def keep_part(conversation: dict[str, Any], event: dict[str, Any]) -> None:
    """Write an event into the last turn, as the store of the real backend has it."""
    turn, name, value = conversation["turns"][-1], event.get("name", ""), event.get("value", {})
    parts = turn["parts"]
    if event["type"] == "TEXT_MESSAGE_START":
        parts.append({"kind": "text", "html": "", "markdown": ""})
    elif event["type"] == "TEXT_MESSAGE_CONTENT":
        parts[-1]["markdown"] += event["delta"]
    elif name == "drive-agent.html":
        parts[-1]["html"] += "".join(value["blocks"])
    elif name == "drive-agent.tool":
        kept = [part for part in parts if part.get("id") == value["id"]] or [{}]
        kept[0].update(kind="tool", **value)
        parts += [] if kept[0] in parts else kept
    elif name == "drive-agent.connected":
        next(part for part in reversed(parts) if part["kind"] == "consent")["account"] = value["account"]
    elif name in {"drive-agent.files", "drive-agent.notice"}:
        parts.append({"kind": name.removeprefix("drive-agent."), **value})
    elif event["type"] == "RUN_ERROR":
        parts.append({"kind": "error", "message": event["message"], "code": event["code"]})
        conversation |= {"run": None, "state": "idle"}
        turn["outcome"] = "failed"
    elif event["type"] == "RUN_FINISHED":
        waiting = event.get("outcome", {}).get("interrupts", [])
        if waiting and not any(part["kind"] == "consent" and part["account"] is None for part in parts):
            parts.append(
                {"kind": "consent", "message": waiting[0]["message"], "account": None, **waiting[0]["metadata"]}
            )
        conversation |= {"run": None, "state": "waiting" if waiting else "idle"}
        reason = event.get("result", {}).get("stopReason")
        turn["outcome"] = "waiting" if waiting else "stopped" if reason == "cancelled" else "answered"
