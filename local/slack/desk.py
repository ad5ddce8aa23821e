"""The workspace as a page, so that one can be alice, bob or carol without a Slack account. Translates only.

No script: what is said sits in a frame that loads itself anew, so that what one is writing stays. Slack's rules about
who sees what and what a click does are in `messages` and `acts`.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any  # template values
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.people import PEOPLE, Person
from local.slack import acts
from local.slack.acts import ActError
from local.slack.messages import Message
from local.slack.rendering import markdown_html, mrkdwn_html, rich_html
from local.slack.state import State
from local.slack.workspace import SLACKBOT, TEAM_NAME, USERS, Channel, user_named

__all__ = ["desk_routes"]

_PAGES = Path(__file__).parent / "pages"
_PERSON = "slack_standin_person"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_BUSY_S, _QUIET_S = 1, 2


class _Desk:
    """One method for each page and form."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._templates = Environment(
            # Not the strict kind of undefined: most members of a block may be missing.
            loader=FileSystemLoader(_PAGES),
            autoescape=True,
            auto_reload=False,
        )
        self._templates.filters |= {
            "mrkdwn": lambda text: mrkdwn_html(str(text), self._name),
            "markdown": markdown_html,
            "rich": lambda block: rich_html(block, self._name),
            "clock": lambda ts: datetime.fromtimestamp(float(ts), UTC).astimezone().strftime("%H:%M"),
        }

    def _show(self, name: str, status: int = 200, **values: Any) -> Response:
        return HTMLResponse(self._templates.get_template(name).render(values), status, _HEADERS)

    def _name(self, slack_id: str) -> str:
        """What a person or channel is called."""
        if slack_id == self._state.app.bot_user_id:
            return self._state.app.name
        channel = self._state.rooms.find(slack_id)
        person = USERS.get(slack_id)
        known = person.display_name if person else channel.name if channel else ""
        return known or ("Slackbot" if slack_id == SLACKBOT else slack_id)

    def _whose(self, request: Request) -> tuple[Person, Channel]:
        """Who looks, and where. Raises: `ActError`."""
        person = user_named(request.path_params["name"])
        if person is None:
            raise ActError("There is nobody of that name here.")
        return person, acts.channel_of(self._state, person, request.path_params.get("channel", "dm"))

    async def start(self, request: Request) -> Response:
        person = USERS.get(request.cookies.get(_PERSON, ""), PEOPLE[0])
        return RedirectResponse(f"/as/{person.name}/general", 303, _HEADERS)

    async def channel(self, request: Request) -> Response:
        """The whole page: who one is, where one can go, and the place to write."""
        person, channel = self._whose(request)
        tab = request.query_params.get("tab", "messages")
        if channel.is_im and "tab" in request.query_params:
            acts.open_home(self._state, person, tab)
        page = self._show(
            "channel.html",
            person=person,
            people=PEOPLE,
            channel=channel,
            channels=self._state.rooms.of(person.slack_id),
            here="dm" if channel.is_im else channel.name,
            tab=tab if channel.is_im else "messages",
            thread=request.query_params.get("thread", ""),
            problem=request.query_params.get("problem", ""),
            prompts=self._state.surfaces.prompts.get(channel.id),
            app=self._state.app,
            team=TEAM_NAME,
        )
        page.set_cookie(_PERSON, person.slack_id, path="/", httponly=True, samesite="lax")
        return page

    async def pane(self, request: Request) -> Response:
        """What was said: the frame that loads itself anew."""
        person, channel = self._whose(request)
        thread = request.query_params.get("thread", "")
        surfaces = self._state.surfaces
        threads = [self._thread(person, channel, root) for root in self._roots(person, channel, thread)]
        is_busy = any(each["session"] == "processing" or each["status"] for each in threads)
        page = self._show(
            "pane.html",
            person=person,
            channel=channel,
            here="dm" if channel.is_im else channel.name,
            threads=threads,
            is_one=bool(thread),
            name_of=self._name,
            modal=surfaces.modals.get(person.slack_id),
            warning=surfaces.warnings.get(person.slack_id, ""),
            app=self._state.app,
        )
        page.headers["refresh"] = str(_BUSY_S if is_busy else _QUIET_S)
        return page

    async def home(self, request: Request) -> Response:
        """The App Home, in the same frame."""
        person, channel = self._whose(request)
        surfaces = self._state.surfaces
        page = self._show(
            "home.html",
            person=person,
            channel=channel,
            here="dm",
            view=surfaces.homes.get(person.slack_id),
            modal=surfaces.modals.get(person.slack_id),
            warning=surfaces.warnings.get(person.slack_id, ""),
            app=self._state.app,
        )
        page.headers["refresh"] = str(_QUIET_S)
        return page

    def _roots(self, person: Person, channel: Channel, thread: str) -> list[Message]:
        if thread:
            root = self._state.messages.find(channel.id, thread, person.slack_id)
            return [root] if root else []
        return self._state.messages.seen_by(person.slack_id, channel.id)

    def _thread(self, person: Person, channel: Channel, root: Message) -> dict[str, Any]:
        surfaces, messages = self._state.surfaces, self._state.messages
        place = (channel.id, root.ts)
        replies = [each for each in messages.seen_by(person.slack_id, channel.id, root.ts) if each.ts != root.ts]
        status = surfaces.status(place, self._state.now)
        return {"root": root, "replies": replies, "status": status, "session": surfaces.sessions.get(place, "")}

    async def say(self, request: Request, form: FormData) -> Response:
        person, channel = self._whose(request)
        thread = str(form.get("thread", ""))
        acts.say(self._state, person, channel.id, str(form.get("text", "")), thread)
        return self._back(request, thread)

    async def press(self, request: Request, form: FormData) -> Response:
        """A button of a message or a view. A link button is opened in a window of its own, and told all the same."""
        person, channel = self._whose(request)
        action, block, value = (str(form.get(name, "")) for name in ("action_id", "block_id", "value"))
        where = str(form.get("view", ""))
        if where:
            done = await acts.press_in_view(self._state, person, where, action, block, value)
        else:
            done = await acts.press(self._state, person, channel.id, str(form.get("ts", "")), action, block, value)
        if done.url:
            return RedirectResponse(done.url, 303, _HEADERS)
        return RedirectResponse(str(form.get("back", "/")) if _is_ours(form) else "/", 303, _HEADERS)

    async def stop(self, request: Request, form: FormData) -> Response:
        person, channel = self._whose(request)
        acts.stop(self._state, person, channel.id, str(form.get("thread", "")))
        return RedirectResponse(str(form.get("back", "/")) if _is_ours(form) else "/", 303, _HEADERS)

    async def modal(self, request: Request, form: FormData) -> Response:
        person, _ = self._whose(request)
        if form.get("do") == "close":
            self._state.surfaces.modals.pop(person.slack_id, None)
        else:
            await acts.submit(self._state, person, {name: str(value) for name, value in form.items()})
        return RedirectResponse(str(form.get("back", "/")) if _is_ours(form) else "/", 303, _HEADERS)

    def _back(self, request: Request, thread: str, problem: str = "") -> Response:
        query = {name: value for name, value in (("thread", thread), ("problem", problem)) if value}
        address = f"/as/{request.path_params['name']}/{request.path_params['channel']}"
        return RedirectResponse(f"{address}?{urlencode(query)}" if query else address, 303, _HEADERS)

    def shown(self, page: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A page; who is not here gets a sentence."""

        async def endpoint(request: Request) -> Response:
            try:
                return await page(request)
            except ActError as error:
                return self._show("problem.html", 404, sentence=str(error))

        return endpoint

    def sent(self, act: Callable[[Request, FormData], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A form of ours; another site's page sends none."""

        async def endpoint(request: Request) -> Response:
            if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
                return self._show("problem.html", 403, sentence="This form came from another site.")
            async with request.form(max_files=0, max_fields=50) as form:
                try:
                    return await act(request, form)
                except ActError as error:
                    with contextlib.suppress(ActError):
                        self._whose(request)
                        return self._back(request, str(form.get("thread", "")), str(error))
                    return self._show("problem.html", 404, sentence=str(error))

        return endpoint


def _is_ours(form: FormData) -> bool:
    """Whether the way back is a path of this page."""
    back = str(form.get("back", ""))
    return back.startswith("/as/") and "//" not in back and "\\" not in back


async def _style(_: Request) -> Response:
    return Response((_PAGES / "style.css").read_bytes(), media_type="text/css")


def desk_routes(state: State) -> list[Route]:
    """The routes that browsers open."""
    desk = _Desk(state)
    here = "/as/{name}/{channel}"
    return [
        Route("/", desk.shown(desk.start)),
        Route("/style.css", _style),
        Route(here, desk.shown(desk.channel)),
        Route(f"{here}/pane", desk.shown(desk.pane)),
        Route(f"{here}/home", desk.shown(desk.home)),
        Route(f"{here}/say", desk.sent(desk.say), methods=["POST"]),
        Route(f"{here}/press", desk.sent(desk.press), methods=["POST"]),
        Route(f"{here}/stop", desk.sent(desk.stop), methods=["POST"]),
        Route(f"{here}/modal", desk.sent(desk.modal), methods=["POST"]),
    ]
