"""Many tool calls in one message of the model, and calls whose input is not JSON; whole turns, a scripted model."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from agent.events import AuthRequired
from agent.request import Prompt
from tests.support.model import ScriptedModel, call, say
from tests.support.world import ALICE, BERLIN, SESSION, World, of, text

TOO_MANY = "Too many tools at once; call the others in the next step."
NOT_JSON = "Wrong arguments: not JSON. Call again."


class RawModel(ScriptedModel):
    """Writes the input of a tool call, here a text, as it is."""

    async def stream(self, *args, **values):
        async for event in super().stream(*args, **values):
            delta = event.get("contentBlockDelta", {}).get("delta", {})
            if "toolUse" in delta:
                delta["toolUse"]["input"] = json.loads(delta["toolUse"]["input"])
            yield event


def raw(given, tool_use_id="t1"):
    return {"toolUse": {"name": "list_files", "toolUseId": tool_use_id, "input": given}}


def results(world):
    """Return what the model was told of its last tool calls."""
    blocks = [block["toolResult"] for block in world.model.requests[-1]["messages"][-1]["content"]]
    return [(block["status"], block["content"][0]["text"]) for block in blocks]


@pytest.mark.parametrize("same_id", [False, True])
def test_ten_tool_calls_of_one_message_are_run_and_the_others_left_to_the_next_step(same_id):
    calls = [call("list_files", "t" if same_id else f"t{number}") for number in range(13)]
    world = World(calls, calls[:2], [say("Here.")])
    world.ask("everything")
    told = [results_of["toolResult"] for results_of in world.model.requests[1]["messages"][-1]["content"]]
    assert [one["status"] for one in told] == ["success"] * 10 + ["error"] * 3
    assert {one["content"][0]["text"] for one in told[10:]} == {TOO_MANY}
    assert [status for status, _ in results(world)] == ["success"] * 2, "the next message is counted anew"


def test_of_too_many_calls_that_wait_for_consent_ten_go_on_after_it():
    world = World([call("list_files", f"t{number}") for number in range(12)], [say("Here.")], granted=False)
    assert len(of(world.ask("everything"), AuthRequired)) == 1
    world.tokens.granted = True
    assert text(world.resume()) == "Here."
    assert sorted(status for status, _ in results(world)) == ["error"] * 2 + ["success"] * 10


def test_a_few_tools_run_at_once_and_what_has_not_begun_when_the_turn_is_stopped_never_does():
    world = World([call("list_files", f"t{number}") for number in range(10)], [say("Here.")])
    begun, go_on, drive_list_page = threading.Semaphore(0), threading.Event(), world.drive.list_page

    def slow(*args, **values):
        begun.release()
        assert go_on.wait(10)
        return drive_list_page(*args, **values)

    world.drive.list_page = slow

    async def run():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(20))
        conversation = await world.service.conversation(SESSION, ALICE)
        turn = asyncio.ensure_future(_all(conversation.run(Prompt(text="all", zone=BERLIN, locale=""))))
        for _ in range(4):
            assert await asyncio.to_thread(begun.acquire, timeout=10)
        assert conversation.cancel()
        go_on.set()
        return await turn

    assert asyncio.run(run())[-1].stop_reason == "cancelled"
    assert len(world.drive.calls) == 4
    world.drive.list_page = drive_list_page
    assert text(world.ask("again")) == "Here."
    told = [block for message in world.model.requests[-1]["messages"] for block in message["content"]]
    stopped = [block for block in told if "Not begun" in json.dumps(block)]
    assert len(stopped) == 6


async def _all(events):
    return [event async for event in events]


@pytest.mark.parametrize("given", ['{"folder": "Fina', '{"limit": ' + "9" * 5000 + "}", "folder=Finance"])
def test_a_call_whose_input_is_not_json_is_told_so_and_never_run(given):
    world = World()
    world.model = RawModel([raw(given)], [raw('{"limit": 5}')], [say("Here.")])
    world.restart()
    assert text(world.ask("list Finance")) == "Here."
    told = world.model.requests[1]["messages"][-1]["content"][0]["toolResult"]
    assert (told["status"], told["content"]) == ("error", [{"text": NOT_JSON}])
    assert [status for status, _ in results(world)] == ["success"], "the same id, called again, is not remembered"
    assert len(world.drive.calls) == 1


@pytest.mark.parametrize("given", ["", " ", "{}"])
def test_a_call_without_input_is_a_call_without_arguments(given):
    world = World()
    world.model = RawModel([raw(given)], [say("Here.")])
    world.restart()
    world.ask("list")
    assert [status for status, _ in results(world)] == ["success"]
