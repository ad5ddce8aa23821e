"""The stand-in's own routes, below `/_standin`: what it is, faults, switches, the journal, reset, and people's acts.

They exist on loopback only, as everything here does, and no Slack has them.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, get_args, get_type_hints  # JSON bodies

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.people import Person
from local.slack import acts
from local.slack.acts import ActError, Done
from local.slack.delivery import Pace
from local.slack.faults import Fault, FaultError
from local.slack.seeing import seen_message
from local.slack.state import State
from local.slack.stream_api import expire_streams
from local.slack.switches import Switches
from local.slack.workspace import user_named

__all__ = ["admin_routes"]

Body = Mapping[str, Any]
_LONGEST_WAIT_S = 5.0
_APP_FIELDS = {"request_url": str, "redirect_urls": tuple, "scopes": frozenset, "events": frozenset}


class _AdminError(Exception):
    """The request cannot be done; the text says why."""


class _Admin:
    """What the routes do."""

    def __init__(self, state: State) -> None:
        self._state = state

    def about(self) -> dict[str, Any]:
        state = self._state
        return {
            "service": "slack",
            "standin": True,
            "message": "This is a stand-in for Slack on this machine. It is not Slack and knows nobody who exists.",
            "team_id": state.app.team_id,
            "request_url": state.app.request_url,
            "sockets": state.delivery.sockets.count,
            "faults": [asdict(fault) for fault in state.faults.all()],
            "switches": asdict(state.switches),
        }

    async def add_fault(self, body: Body) -> dict[str, Any]:
        try:
            self._state.faults.add(Fault(**body))
        except TypeError as error:
            names = ", ".join(each.name for each in fields(Fault))
            raise _AdminError(f"A fault has target and kind, and may have: {names}.") from error
        except FaultError as error:
            raise _AdminError(str(error)) from error
        return {"faults": [asdict(fault) for fault in self._state.faults.all()]}

    async def switch(self, body: Body) -> dict[str, Any]:
        allowed = {name: get_args(hint) for name, hint in get_type_hints(Switches).items()}
        for name, value in body.items():
            if value not in allowed.get(name, ()):
                raise _AdminError(f"There are these switches: {json.dumps(allowed)}")
        for name, value in body.items():
            setattr(self._state.switches, name, value)
        return {"switches": asdict(self._state.switches)}

    async def change_app(self, body: Body) -> dict[str, Any]:
        if not body.keys() <= _APP_FIELDS.keys():
            raise _AdminError(f"The app has: {', '.join(_APP_FIELDS)}.")
        self._state.app = replace(self._state.app, **{name: _APP_FIELDS[name](value) for name, value in body.items()})
        return {"request_url": self._state.app.request_url}

    async def set_pace(self, body: Body) -> dict[str, Any]:
        pace = self._state.delivery.pace
        self._state.delivery.pace = Pace(
            float(body.get("answer_within_s", pace.answer_within_s)),
            tuple(float(each) for each in body.get("retry_after_s", pace.retry_after_s)),
        )
        return asdict(self._state.delivery.pace)

    async def verify(self, _: Body) -> dict[str, Any]:
        return {"verified": await self._state.delivery.verify()}

    async def expire(self, _: Body) -> dict[str, Any]:
        return {"expired": expire_streams(self._state, all_of_them=True)}

    async def sockets(self, body: Body) -> dict[str, Any]:
        doing = {"refresh": self._state.delivery.sockets.refresh, "drop": self._state.delivery.sockets.drop}
        if body.get("do") not in doing:
            raise _AdminError("do is refresh or drop.")
        return {"sockets": await doing[body["do"]]()}

    async def deliver(self, body: Body) -> dict[str, Any]:
        if not self._state.delivery.again(str(body.get("event_id"))):
            raise _AdminError("There was no such event.")
        return {"delivered": True}

    async def act(self, body: Body) -> dict[str, Any]:
        person, given = self._person(str(body.get("as"))), dict(body)
        for name in ("as", "do"):
            given.pop(name, None)
        try:
            done = await self._do(str(body.get("do")), person, given)
        except (ActError, TypeError) as error:
            raise _AdminError(str(error)) from error
        self._state.bell.ring()
        shown = seen_message(done.message) if done.message else {}
        return {**shown, "event_id": done.event_id, "url": done.url, "is_taken": done.is_taken, "answer": done.answer}

    async def _do(self, what: str, person: Person, given: dict[str, Any]) -> Done:
        state = self._state
        if what == "press":
            return await acts.press(state, person, given.pop("channel", "dm"), **given)
        if what == "press_in_view":
            return await acts.press_in_view(state, person, given.pop("view", "home"), **given)
        if what == "submit":
            return await acts.submit(state, person, given)
        if what == "say":
            return acts.say(state, person, given.pop("channel", "dm"), **given)
        if what == "stop":
            return acts.stop(state, person, given.pop("channel", "dm"), **given)
        if what == "open_home":
            return acts.open_home(state, person, given.pop("tab", "home"))
        raise _AdminError("do is say, press, press_in_view, submit, stop or open_home.")

    def _person(self, name: str) -> Person:
        person = user_named(name)
        if person is None:
            raise _AdminError("as is alice, bob or carol.")
        return person

    async def see(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What somebody sees: of a channel or thread the messages, and what the app shows elsewhere.

        With `heard` (a `changes` of before) it answers as soon as there may be something new, or after five seconds.
        """
        state, person = self._state, self._person(query.get("as", ""))
        if "heard" in query:
            await state.bell.wait(int(query["heard"]), _LONGEST_WAIT_S)
        try:
            channel = acts.channel_of(state, person, query.get("channel", "dm"))
        except ActError as error:
            raise _AdminError(str(error)) from error
        thread_ts = query.get("thread_ts", "")
        messages = state.messages.seen_by(person.slack_id, channel.id, thread_ts)
        thread = (channel.id, thread_ts)
        return {
            "channel": channel.id,
            "changes": state.bell.count,
            "messages": [seen_message(message) for message in messages],
            "status": state.surfaces.status(thread, state.now),
            "session": state.surfaces.sessions.get(thread, ""),
            "prompts": state.surfaces.prompts.get(channel.id),
            "home": state.surfaces.homes.get(person.slack_id),
            "modal": state.surfaces.modals.get(person.slack_id),
        }


def admin_routes(state: State) -> list[Route]:
    """The routes below `/_standin`."""
    admin = _Admin(state)

    async def about(_: Request) -> Response:
        return JSONResponse(admin.about())

    async def clear_faults(_: Request) -> Response:
        state.faults.clear()
        return JSONResponse({"faults": []})

    async def requests(_: Request) -> Response:
        return JSONResponse({"requests": list(state.journal.calls)})

    async def deliveries(_: Request) -> Response:
        return JSONResponse({"deliveries": list(state.journal.deliveries)})

    async def secrets(_: Request) -> Response:
        return JSONResponse({"secrets": state.ledger.as_list()})

    async def reset(_: Request) -> Response:
        state.reset()
        return JSONResponse({"reset": True})

    async def see(request: Request) -> Response:
        try:
            return JSONResponse(await admin.see(request.query_params))
        except (_AdminError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return [
        Route("/_standin", about),
        Route("/_standin/faults", _posted(admin.add_fault), methods=["POST"]),
        Route("/_standin/faults", clear_faults, methods=["DELETE"]),
        Route("/_standin/switches", _posted(admin.switch), methods=["POST"]),
        Route("/_standin/app", _posted(admin.change_app), methods=["PUT"]),
        Route("/_standin/pace", _posted(admin.set_pace), methods=["POST"]),
        Route("/_standin/verify", _posted(admin.verify), methods=["POST"]),
        Route("/_standin/streams/expire", _posted(admin.expire), methods=["POST"]),
        Route("/_standin/sockets", _posted(admin.sockets), methods=["POST"]),
        Route("/_standin/deliver", _posted(admin.deliver), methods=["POST"]),
        Route("/_standin/act", _posted(admin.act), methods=["POST"]),
        Route("/_standin/see", see),
        Route("/_standin/requests", requests),
        Route("/_standin/deliveries", deliveries),
        Route("/_standin/secrets", secrets),
        Route("/_standin/reset", reset, methods=["POST"]),
    ]


def _posted(act: Callable[[Body], Awaitable[dict[str, Any]]]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                raise _AdminError("The body must be a JSON object.")  # noqa: TRY301
            return JSONResponse(await act(body))
        except _AdminError as error:
            return JSONResponse({"error": str(error)}, 400)
        except ValueError:
            return JSONResponse({"error": "The body must be JSON, with numbers where numbers belong."}, 400)

    return endpoint
