"""One turn of a real Strands agent with a scripted model and a tool that numbers files."""

import asyncio
import threading
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from strands import Agent, ModelRetryStrategy, tool
from strands.agent.agent_result import AgentResult
from strands.telemetry.metrics import EventLoopMetrics
from strands.types.exceptions import ModelThrottledException

from agent.events import Notice, Text, ToolProgress
from agent.request import Prompt
from agent.translate import TurnStream
from tests.support.drive import file
from tests.support.model import ScriptedModel, call, say
from tools.desk import HANDLES_KEY
from tools.handles import Handles

LINK = "https://docs.google.com/spreadsheets/d/1/edit"
BUDGET = f"[Q3 budget]({LINK})"

PROMPT = Prompt(text="?", zone=ZoneInfo("Europe/Berlin"), locale="")


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def text(events):
    return "".join(event.text for event in of(events, Text))


@tool(context=True)
def find(called: str, tool_context) -> str:
    """Number a file."""
    handles = Handles.load(tool_context.agent.state.get(HANDLES_KEY))
    [number] = handles.number([file(called, link=LINK.replace("/1/", f"/{len(handles.dump()) + 1}/"))])
    tool_context.agent.state.set(HANDLES_KEY, handles.dump())
    return f"[{number}]"


class BreakingModel(ScriptedModel):
    """Raises in the middle of an answer, where a block is an exception."""

    async def stream(self, *args, **values):
        answer = self.turns[0]
        error = next((block for block in answer if isinstance(block, Exception)), None)
        self.turns[0] = [block for block in answer if block is not error]
        async for event in super().stream(*args, **values):
            if error and "messageStop" in event:
                raise error
            yield event


def turn(*turns, cancel_at="", **values):
    """Run one turn; return its events, the agent, and what was raised."""
    agent = Agent(model=BreakingModel(*turns), tools=[find], callback_handler=None, **values)
    stream = TurnStream(
        Prompt(text="?", zone=ZoneInfo("Europe/Berlin"), locale=""), None, date(2026, 11, 20), running=[]
    )
    events = []

    async def run():
        async for event in stream.events(agent, "?", threading.Event()):
            events.append(event)
            if isinstance(event, Text) and cancel_at and cancel_at in event.text:
                agent.cancel()  # what the signal does a moment later

    try:
        asyncio.run(run())
    except RuntimeError as error:
        return events, agent, error
    return events, agent, None


def test_a_handle_becomes_a_link_however_it_is_cut_and_history_keeps_the_handle():
    events, agent, _ = turn([call("find", called="Q3 budget")], [say("It is "), say("["), say("1"), say("] and [9].")])
    assert [event.text for event in of(events, Text)] == ["It is ", f"{BUDGET} and [9]."]
    assert "".join(block["text"] for block in agent.messages[-1]["content"]) == "It is [1] and [9]."


def test_files_that_a_later_tool_numbers_are_known_behind_it():
    second = [say("[1] [2]"), call("find", "t2", called="Plan")]
    events, _, _ = turn([call("find", called="Q3 budget")], second, [say("[1] [2]")])
    plan = f"[Plan]({LINK.replace('/1/', '/2/')})"
    assert text(events) == f"{BUDGET} [2]\n\n{BUDGET} {plan}"


def test_drives_own_link_stays_one_and_no_other_does():
    events, _, _ = turn([call("find", called="Q3 budget")], [say(f"[a]({LINK}) [b](https://evil.example) {LINK}s")])
    assert text(events) == f"[a]({LINK}) b `docs.google.com/spreadsheets/d/1/edits`"


def test_what_was_held_back_comes_before_the_tool_that_begins():
    events, _, _ = turn([say("I will look ["), call("find", called="Q3 budget")], [say("[1")])
    assert [event.text if isinstance(event, Text) else type(event) for event in events[:3]] == [
        "I will look ",
        "[",
        ToolProgress,
    ]
    assert text(events) == "I will look [\n\n[1"


def test_a_new_paragraph_waits_for_the_words_that_it_parts():
    events, _, _ = turn([say("Wait."), call("find", called="Q3 budget")], [say("["), say("1]")])
    assert [event.text for event in of(events, Text)] == ["Wait.", f"\n\n{BUDGET}"]


def test_a_model_that_fails_in_the_middle_loses_nothing_that_it_said():
    events, _, error = turn([say("It is [Q3"), RuntimeError("boom")])
    assert text(events) == "It is [Q3"
    assert str(error) == "boom"


def test_a_throttled_model_loses_nothing_that_it_said():
    retry = ModelRetryStrategy(max_attempts=2, initial_delay=0, max_delay=0)
    events, _, _ = turn([say("It is [Q3"), ModelThrottledException("slow")], [say("Here.")], retry_strategy=retry)
    assert [type(event) for event in events] == [Text, Text, Notice, Text]
    assert text(events) == "It is [Q3Here."


@pytest.mark.parametrize("held", ["[1", "https://e.exampl", "<a hre"])
def test_a_stopped_turn_loses_nothing_that_was_said(held):
    events, _, _ = turn([say(f"Well, {held}"), say(" and so on"), say(" and on")], cancel_at="Well")
    shown = text(events)
    assert shown.startswith("Well, ")
    assert held.removeprefix("https://") in shown.replace("< ", "<")
    assert not shown.endswith(" and on")


def test_a_turn_that_ends_in_the_middle_of_a_message_loses_nothing():
    stream = TurnStream(
        Prompt(text="?", zone=ZoneInfo("Europe/Berlin"), locale=""), None, date(2026, 11, 20), running=[]
    )
    assert stream._translate({"data": "[1"}) == []
    result = AgentResult(stop_reason="cancelled", message={}, metrics=EventLoopMetrics(), state={})
    assert stream._translate({"result": result}) == [Text("[1")]


def test_the_first_word_is_timed_when_it_is_shown():
    stream = TurnStream(
        Prompt(text="?", zone=ZoneInfo("Europe/Berlin"), locale=""), None, date(2026, 11, 20), running=[]
    )
    assert stream._translate({"data": "["}) == []
    assert "first_text_ms" not in stream.done().timings
    assert stream._translate({"data": "x] "}) == [Text("[x] ")]
    assert "first_text_ms" in stream.done().timings
