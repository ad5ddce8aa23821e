"""The web chat over HTTP: the page, its JSON API and AG-UI. docs/web.md tells the requests and their answers."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.staticfiles import StaticFiles

from agent.agui import AguiInput, InvalidInputError, read_input
from callback.aws.answers import Connection
from callback.door import Door, Visitor
from callback.errors import CallbackError, ForgedRequestError, SignInAgainError
from callback.records import sha256
from callback.web.languages import Language, choose_language
from callback.web.rendering import load_catalog
from chat.errors import ChatError
from chat.web.bodies import EventStream, Json, number_in, read_object, title_in
from chat.web.conversations import Conversations
from chat.web.errors import (
    BadRequestError,
    NoConversationError,
    NoRunError,
    NoSuchRequestError,
    TooLongError,
    WebError,
    problem_of,
)
from chat.web.limits import Limits
from chat.web.page import STATIC, show_page, words

__all__ = ["PAGE_PATH", "Routes"]

PAGE_PATH = "/chat"
_CONVERSATION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_RUN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_OWN_PATH = re.compile(rf"{PAGE_PATH}(?:/c/[A-Za-z0-9_-]{{8,64}})?")
# What identity providers call somebody of whom they tell nothing: a UUID.
_IS_A_NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# As much as the agent takes. AG-UI clients send the whole conversation with each question.
MAX_RUN_BODY_BYTES = 512 * 1024
MAX_QUESTION_CHARS = 32_000
# In UTF-8; so a turn fits its record whatever the script (`chat.web.answer`).
MAX_QUESTION_BYTES = 64 * 1024


class _JsonRoute(APIRoute):
    """Translates errors into JSON: what asks here is a program."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except (WebError, CallbackError, ChatError) as error:
                problem = problem_of(error, _words(request))
                return Json(problem.to_json(), problem.status)

        return answer


class Routes:
    """The routes of one web chat; `running` is what lives while its app does."""

    def __init__(self, running: Callable[[], Conversations], limits: Limits) -> None:
        self._running = running
        self._limits = limits
        self._static = StaticFiles(directory=STATIC)
        self.router = APIRouter()
        for path in ("/", PAGE_PATH, f"{PAGE_PATH}/c/{{conversation}}"):
            self.router.add_api_route(path, self.to_page if path == "/" else self.page, methods=["GET"])
        self.router.add_api_route(f"{PAGE_PATH}/sign-in", self.sign_in, methods=["GET"])
        self.router.add_api_route(f"{PAGE_PATH}/static/{{name}}", self.static, methods=["GET", "HEAD"])
        api = APIRouter(route_class=_JsonRoute)
        one = f"{PAGE_PATH}/api/conversations/{{conversation}}"
        api.add_api_route("/agui", self.run, methods=["POST"])
        api.add_api_route(f"{PAGE_PATH}/api/runs/{{run}}", self.follow, methods=["GET"])
        api.add_api_route(f"{PAGE_PATH}/api/conversations", self.list_all, methods=["GET"])
        api.add_api_route(one, self.show, methods=["GET"])
        api.add_api_route(one, self.rename, methods=["PATCH"])
        api.add_api_route(one, self.delete, methods=["DELETE"])
        api.add_api_route(f"{one}/stop", self.stop, methods=["POST"])
        api.add_api_route(f"{PAGE_PATH}/api/connections", self.connections, methods=["GET"])
        api.add_api_route(f"{PAGE_PATH}/api/disconnect", self.disconnect, methods=["POST"])
        api.add_api_route(f"{PAGE_PATH}/api/me", self.me, methods=["GET"])
        for path in ("/agui", f"{PAGE_PATH}/api", f"{PAGE_PATH}/api/{{rest:path}}"):  # behind all others
            api.add_api_route(path, _refuser(api.routes[:]), methods=_METHODS)
        self.router.include_router(api)

    # --- pages

    async def to_page(self) -> Response:
        """The service's start page is the chat."""
        return RedirectResponse(PAGE_PATH, 303)

    async def page(self, request: Request) -> Response:
        """The page, for a new conversation or one that there is: which one, its script looks up."""
        door = Door.of(request)
        visitor = await door.visitor(request)
        if visitor is None:
            return await door.to_sign_in(request, _own_path(request.url.path))
        language = _language(request)
        start = {
            "me": _me(visitor, language),
            "banner": _banner(door),
            "conversations": await self._running().summaries(visitor.key),
        }
        return show_page(start, language)

    async def sign_in(self, request: Request) -> Response:
        """Sign in and come back to where the page was."""
        return await Door.of(request).to_sign_in(request, _own_path(request.query_params.get("to", "")))

    async def static(self, request: Request, name: str) -> Response:
        """The page's script, style and icons. Looked at anew each time, and sent where they have changed."""
        response = await self._static.get_response(name, request.scope)
        response.headers["cache-control"] = "no-cache"
        return response

    # --- conversations

    async def list_all(self, request: Request) -> Response:
        """All conversations of who asks."""
        visitor = await _visitor(request)
        return Json({"conversations": await self._running().summaries(visitor.key)})

    async def show(self, request: Request, conversation: str) -> Response:
        """A page of one conversation."""
        visitor = await _visitor(request)
        before = number_in(request, "before")
        return Json(await self._running().show(visitor.key, _id(conversation), before, _words(request)))

    async def rename(self, request: Request, conversation: str) -> Response:
        """Give it another title."""
        visitor = await _acting(request, needs_proof=False)
        title = title_in(await read_object(request, self._limits.body_s))
        return Json(await self._running().rename(visitor.key, _id(conversation), title))

    async def delete(self, request: Request, conversation: str) -> Response:
        """Forget it, at the agent and here."""
        visitor = await _acting(request)
        await self._running().delete(visitor, _id(conversation))
        return Response(status_code=204)

    async def stop(self, request: Request, conversation: str) -> Response:
        """Stop what works on it."""
        visitor = await _acting(request)
        return Json({"stopped": await self._running().stop(visitor, _id(conversation))})

    # --- runs

    async def run(self, request: Request) -> Response:
        """Begin a run, and follow it."""
        visitor = await _acting(request)
        body = await read_object(request, self._limits.body_s, MAX_RUN_BODY_BYTES)
        run = await self._running().start(visitor, _read(body), _words(request))
        return EventStream(run.log.follow(0, self._limits.keep_alive_s))

    async def follow(self, request: Request, run: str) -> Response:
        """Follow a run that goes on already, from some event on."""
        visitor = await _visitor(request)
        found = self._running().find_run(visitor.key, run)
        if found is None:
            # Another process may be at it, or one that is gone. Who asks loads the conversation, and asks again.
            await asyncio.sleep(self._limits.elsewhere_s)
            raise NoRunError
        return EventStream(found.log.follow(number_in(request, "after") or 0, self._limits.keep_alive_s))

    # --- the person

    async def me(self, request: Request) -> Response:
        """Who is signed in, and the value against forged requests."""
        return Json(_me(await _visitor(request), _language(request)))

    async def connections(self, request: Request) -> Response:
        """What is connected, as the agent sees it now."""
        visitor = await Door.of(request).acting(request)
        found = await Door.of(request).connections(visitor.key, visitor.proof, visitor.source)
        return Json({"connections": [_connection_view(each) for each in found]})

    async def disconnect(self, request: Request) -> Response:
        """Have the grant revoked at Google."""
        visitor = await _acting(request)
        await Door.of(request).disconnect(visitor.key, visitor.proof, visitor.source)
        return Json({"status": "disconnected"})


def _refuser(routes: Sequence[BaseRoute]) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    """What answers a program whose request is none of these."""

    async def refuse(request: Request) -> Response:
        if any(route.matches(request.scope)[0] is Match.PARTIAL for route in routes):
            raise NoSuchRequestError(405, "This path takes other methods: see docs/web.md.")
        raise NoSuchRequestError

    return refuse


async def _visitor(request: Request) -> Visitor:
    visitor = await Door.of(request).visitor(request)
    if visitor is None:
        raise SignInAgainError
    return visitor


async def _acting(request: Request, *, needs_proof: bool = True) -> Visitor:
    """Who changes something, from our own page. Raises: `ForgedRequestError`, `SignInAgainError`."""
    door = Door.of(request)
    visitor = await _visitor(request)
    values = request.headers.getlist("x-csrf")
    if len(values) != 1:
        raise ForgedRequestError
    door.require_own_page(request, visitor, values[0])
    return await door.acting(request) if needs_proof else visitor


def _read(body: Mapping[str, Any]) -> AguiInput:
    """A `RunAgentInput`, within our bounds. Raises: `BadRequestError`, `TooLongError`."""
    try:
        asked = read_input(body)
    except InvalidInputError as error:
        raise BadRequestError(str(error)) from error
    if not _CONVERSATION.fullmatch(asked.thread_id) or not _RUN.fullmatch(asked.run_id):
        raise BadRequestError('"threadId" must be 8 to 64, "runId" 1 to 128 letters, digits, "-" or "_".')
    if not asked.is_resume and not asked.prompt.strip():
        raise BadRequestError("Send a question.")
    # Half of a surrogate pair has no form in UTF-8, in which everything here is sent and kept.
    question = asked.prompt.encode("utf-8", "replace")
    if len(asked.prompt) > MAX_QUESTION_CHARS or len(question) > MAX_QUESTION_BYTES:
        raise TooLongError
    return replace(asked, prompt=question.decode())


def _id(conversation: str) -> str:
    if not _CONVERSATION.fullmatch(conversation):
        raise NoConversationError
    return conversation


def _own_path(path: str) -> str:
    """Where to come back to after signing in: a path of ours, or the chat."""
    return path if _OWN_PATH.fullmatch(path) else PAGE_PATH


def _language(request: Request) -> Language:
    return choose_language(request.headers.get("accept-language", ""))


def _words(request: Request) -> Mapping[str, str]:
    return words(_language(request))


def _me(visitor: Visitor, language: Language) -> dict[str, str]:
    """`id` names the person in this browser's own memory; it is not what they are known by elsewhere."""
    name = visitor.name
    if visitor.source == "local" or (visitor.source == "loopback" and _IS_A_NUMBER.fullmatch(name)):
        name = _unnamed(language, visitor.source)
    return {"id": sha256(f"web chat|{visitor.key}")[:16], "name": name, "csrf": visitor.csrf}


@cache
def _unnamed(language: Language, source: str) -> str:
    """What somebody is called whom no sign-in has named."""
    return load_catalog(language).texts[f"people.{source}"]


def _banner(door: Door) -> str:
    if door.settings.sign_in == "loopback":
        return "loopback"
    return "local" if door.settings.local_agent_url is not None else ""


def _connection_view(connection: Connection) -> dict[str, Any]:
    is_there = connection.is_connected or connection.is_insufficient
    return {
        "provider": connection.provider,
        "connected": connection.is_connected,
        "account": connection.account.email if is_there else "",
    }
