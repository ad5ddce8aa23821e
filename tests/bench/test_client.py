"""The bench's own client reads what an agent answers, and refuses to time a failure."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from bench.client import AgentClient, BenchError
from tests.support.serve import serve


async def invocations(request):
    payload = await request.json()
    if payload.get("action") == "status":
        return JSONResponse({"pending": False})
    if payload["prompt"] == "fail":
        return JSONResponse({"error": "no"}, 400)
    files = payload["prompt"] == "files"
    lines = ['data: {"type": "files", "files": []}\n\n'] if files else []
    lines.append(f'data: {{"seen": "{request.headers["x-sample"]}"}}\n\n')
    return StreamingResponse(iter(lines), media_type="text/event-stream")


@pytest.fixture(scope="module")
def url():
    with serve(Starlette(routes=[Route("/invocations", invocations, methods=["POST"])])) as address:
        yield address


def test_a_turn_is_timed_to_its_first_byte_and_to_its_end(url):
    with AgentClient(url, {"x-sample": "yes"}) as client:
        turn = client.ask("bench-session", "files")
    assert turn.events[-1] == {"seen": "yes"}
    assert 0 < turn.first_byte_s <= turn.total_s


def test_an_action_answers_in_json_on_the_same_connection(url):
    with AgentClient(url, {"x-sample": "yes"}) as client:
        client.ask("bench-session", "files")
        assert client.send("bench-session", {"action": "status"}).events == ({"pending": False},)


@pytest.mark.parametrize("prompt", ["nothing", "fail"])
def test_a_turn_that_lists_no_files_is_no_measurement(url, prompt):
    with AgentClient(url, {"x-sample": "yes"}) as client, pytest.raises(BenchError):
        client.ask("bench-session", prompt)
