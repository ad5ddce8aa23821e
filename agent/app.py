"""The Runtime's entry point: an HTTP request comes in, a turn or an action runs, the wire contract goes out.

A malformed request gets a 4xx. One that is understood and refused gets the contract's error object with 200, because
the Runtime answers a container's 4xx with a 424 that says nothing. See docs/decisions/002.md.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from bedrock_agentcore.runtime import BedrockAgentCoreApp, RequestContext
from bedrock_agentcore.runtime.context import BedrockAgentCoreContext
from bedrock_agentcore.runtime.models import ACCESS_TOKEN_HEADER, IDENTITY_WAT_HEADER
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response

from agent import wire
from agent.actions import act
from agent.audit import NOBODY, AuditedCaller, current_caller, record_refusal
from agent.body import BodyGuard
from agent.caller import USER_ID_HEADERS, Caller, derive_caller
from agent.errors import AgentError, BadRequestError, NoIdentityError, NotOwnerError, SettingsError
from agent.events import NOTHING_PENDING
from agent.last_used import current_person
from agent.loading import without_collecting
from agent.request import Action, Prompt, Resume, Turn, check_runtime_session, is_agui, parse_payload
from agent.settings import Settings
from agent.stream import EventStream

if TYPE_CHECKING:  # importing it for real takes a second; see _Lazy
    from agent.agui import AguiInput, AguiRun
    from agent.build import Service

# A sync tool and a model stream each hold a thread for as long as they run.
WORKER_THREADS = 64
BUILD_AFTER_S = 0.05

# What says who is asking.
_ONE_EACH = ("authorization", *USER_ID_HEADERS, IDENTITY_WAT_HEADER, ACCESS_TOKEN_HEADER)

logger = logging.getLogger(__name__)

Answer = Response | dict[str, Any]
Objects = AsyncGenerator[dict[str, Any]]


def create_app(settings: Settings, build: "Callable[[Settings], Service] | None" = None) -> BedrockAgentCoreApp:
    """Return the ASGI application of the Runtime contract: `POST /invocations`, `GET /ping`.

    `build` makes the service on first use, in a thread; the default is `agent.build.Service`.
    """
    lazy = _Lazy(lambda: (build or _build)(settings))
    loops: WeakSet[asyncio.AbstractEventLoop] = WeakSet()  # the SDK makes its loop when the first request comes

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # Not before the port is open, which it soon is: a thread that loads libraries would hold up the first /ping.
        beginning = asyncio.get_running_loop().call_later(BUILD_AFTER_S, lazy.start)
        yield
        beginning.cancel()

    app = BedrockAgentCoreApp(lifespan=lifespan, middleware=[Middleware(BodyGuard, is_local=settings.is_local)])

    @app.entrypoint
    async def invoke(payload: Any, context: RequestContext) -> Answer:
        _use_worker_threads(loops)
        try:
            runtime_session = check_runtime_session(context.session_id)
            request, run = await _read(payload)
        except BadRequestError as error:
            return JSONResponse(wire.error(str(error), error.code), status_code=error.status)
        audited, started = NOBODY, time.monotonic()
        try:
            headers = _headers(context)
            caller = _caller(headers, settings)
            audited = AuditedCaller.of(caller.key, settings.audit_key)
            person = caller.key if isinstance(request, Prompt | Resume) else ""
            enter = partial(_enter, audited, headers, person)
            enter()
            service = await lazy.get()
            if isinstance(request, Prompt | Resume):
                objects = await _turn(service, request, runtime_session, enter, caller)
                return _stream(objects, run)
            return await act(service, request, runtime_session, caller)
        except (AgentError, SettingsError) as error:
            code = error.code if isinstance(error, AgentError) else "misconfigured"
            logger.info("code=%s | request refused", code)
            if isinstance(error, NoIdentityError | NotOwnerError):
                record_refusal(code, audited, started)
            refusal = wire.error(str(error), code)
        except Exception as error:  # the SDK would send its text, whatever it holds, to the client
            logger.error("error=%s | request failed", type(error).__name__, exc_info=True)  # noqa: G201 - through the redacting formatter
            refusal = wire.error("Something went wrong on my side. Please try again.", AgentError.code)
        if isinstance(request, Prompt | Resume):
            return _stream(_stream_of(refusal), run)
        return refusal

    return app


async def _read(payload: Any) -> "tuple[Turn | Action, AguiRun | None]":  # whatever JSON the client sent
    """Return what is asked for, and for an AG-UI input the run in whose events it is answered.

    Raises: `BadRequestError`.
    """
    if not is_agui(payload):
        return parse_payload(payload), None
    given, run = await asyncio.to_thread(_read_agui, payload)
    request = parse_payload(given.to_payload())
    if isinstance(request, Prompt):
        request = replace(request, is_refusal=given.is_refused)
    return request, run


def _read_agui(payload: Mapping[str, Any]) -> "tuple[AguiInput, AguiRun]":
    from agent.agui import AguiRun, read_input  # noqa: PLC0415 - takes a tenth of a second the first time

    given = read_input(payload)
    return given, AguiRun(given.thread_id, given.run_id)


def _stream(objects: Objects, run: "AguiRun | None") -> EventStream:
    return EventStream(objects if run is None else _agui_events(objects, run))


async def _agui_events(objects: Objects, run: "AguiRun") -> Objects:
    async with contextlib.aclosing(objects):
        for event in run.begin():
            yield event
        async for value in objects:
            for event in run.feed(value):
                yield event
        for event in run.end():
            yield event


async def _turn(
    service: "Service", turn: Turn, runtime_session: str, enter: Callable[[], None], caller: Caller
) -> Objects:
    if isinstance(turn, Prompt) and not turn.is_refusal:
        conversation = await service.conversation(runtime_session, caller, client=turn.client)
    else:
        existing = await service.existing(runtime_session, caller)
        if existing is None:
            return _stream_of(*(wire.to_wire(event) for event in NOTHING_PENDING))
        conversation = existing

    async def events() -> AsyncGenerator[dict[str, Any]]:
        enter()  # runs in another task than the handler
        try:
            async with contextlib.aclosing(conversation.run(turn)) as happened:
                async for event in happened:
                    yield wire.to_wire(event)
        finally:
            service.last_used.keep_soon(caller.key)

    return events()


def _headers(context: RequestContext) -> Mapping[str, str]:
    """Return this request's own headers, with names in lower case.

    What the SDK keeps in context variables is not asked: it leaves out the user id, and with HTTP pipelining the web
    server runs a request in the context of the one before it.
    """
    if context.request is None:
        return {}
    headers = context.request.headers
    # Of two, whoever stands before this process may have proven one, and this process would believe the other.
    if any(len(headers.getlist(name)) > 1 for name in _ONE_EACH):
        raise NoIdentityError("I cannot tell who is asking: the request names more than one caller.")
    return {name.lower(): value for name, value in headers.items()}


def _caller(headers: Mapping[str, str], settings: Settings) -> Caller:
    return derive_caller(
        headers,
        has_workload_token=_workload_token(headers) is not None,
        local_user=settings.local_user if settings.is_local else None,
    )


def _workload_token(headers: Mapping[str, str]) -> str | None:
    return headers.get(IDENTITY_WAT_HEADER.lower()) or headers.get(ACCESS_TOKEN_HEADER.lower()) or None


def _enter(audited: AuditedCaller, headers: Mapping[str, str], person: str) -> None:
    """Say in the context of this task, from which tools and audit read it, for whom and with what it works."""
    current_caller.set(audited)
    current_person.set(person)
    token: Any = _workload_token(headers)  # None as well, so that no other request's stays
    BedrockAgentCoreContext.set_workload_access_token(token)


def _use_worker_threads(loops: "WeakSet[asyncio.AbstractEventLoop]") -> None:
    """Give the SDK's worker loop, on which this runs, more threads than its default of a few."""
    loop = asyncio.get_running_loop()
    if loop not in loops:
        loops.add(loop)
        loop.set_default_executor(ThreadPoolExecutor(WORKER_THREADS, thread_name_prefix="drive-agent"))


async def _stream_of(*values: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    for value in values:
        yield value


def _build(settings: Settings) -> "Service":
    from agent.build import build  # noqa: PLC0415 - see _Lazy

    return build(settings)


class _Lazy:
    """Builds the service once, in a thread of its own, so that /ping is answered before the imports are done."""

    def __init__(self, build: "Callable[[], Service]") -> None:
        self._build = build
        self._lock = threading.Lock()
        self._future: Future[Service] | None = None

    def start(self) -> "Future[Service]":
        """Begin building, or return what is being built. A failure is kept for this request only."""
        with self._lock:
            if self._future is None or (self._future.done() and self._future.exception()):
                self._future = Future()
                threading.Thread(target=self._run, args=(self._future,), daemon=True, name="drive-agent-build").start()
            return self._future

    async def get(self) -> "Service":
        """Return the service when it is built. Raises: what building raised."""
        return await asyncio.wrap_future(self.start())

    def _run(self, future: "Future[Service]") -> None:
        try:
            with without_collecting():
                service = self._build()
            future.set_result(service)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            future.set_exception(error)
