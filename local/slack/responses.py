"""The addresses at which an app answers an interaction.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.slack.arguments import METHODS, read_arguments
from local.slack.calls import Call
from local.slack.chat_api import put_message, read_content
from local.slack.errors import SlackError, invalid_arguments
from local.slack.state import State
from local.slack.tickets import ResponsePlace

__all__ = ["response_routes"]


def response_routes(state: State) -> list[Route]:
    """`/actions/<team>/<secret>`."""

    async def endpoint(request: Request) -> Response:
        try:
            said = json.loads(await request.body() or b"{}")
            if not isinstance(said, dict):
                raise invalid_arguments(["must be an object"], "invalid_payload")
            entry = state.journal.call("response_url", said, "", state.now.timestamp())
            if fault := state.faults.strike("response_url").fault:
                return PlainTextResponse("", fault.status)
            place = state.tickets.use_place(request.path_params["secret"])
            _respond(state, place, said)
            state.bell.ring()
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        except SlackError as error:
            status = 404 if error.code in {"expired_url", "used_url"} else 400
            return JSONResponse(error.body(), status)
        entry["ok"] = True
        return PlainTextResponse("ok")

    return [Route("/actions/{team}/{secret}", endpoint, methods=["POST"])]


def _respond(state: State, place: ResponsePlace, said: dict[str, object]) -> None:
    message = state.messages.find(place.channel, place.ts, place.user)
    if said.get("delete_original"):
        if message is not None:
            state.messages.remove(message)
        return
    call = Call(state, read_arguments(METHODS["chat.postMessage"], said | {"channel": place.channel}))
    content = read_content(call)
    if said.get("replace_original"):
        if message is None:
            raise SlackError("message_not_found")
        state.messages.change(message, stream=None, **content)
        return
    only_for = "" if said.get("response_type") == "in_channel" else place.user
    put_message(state, place.channel, only_for=only_for, thread_ts=call.text("thread_ts"), **content)
