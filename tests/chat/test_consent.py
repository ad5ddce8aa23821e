import asyncio

import pytest

from chat.consent import ConsentTimeoutError, Waiting, until_consent
from chat.errors import BrokenOffError, UnreachableError
from chat.events import AuthRequired, Done, Notice, Text, ToolProgress

ASKED = AuthRequired("google-drive", "https://chat.example/connect", "Please connect.", ("names",))
MESSAGE = Text("Please connect.")
RUNNING, DONE_TOOL = (ToolProgress("1", "list_files", "Listing", status) for status in ("running", "done"))
ANSWER = [RUNNING, DONE_TOOL, Text("Here."), Done("end_turn", {}, {})]


class Agent:
    """Resumes with one of `streams` after the other; an exception in a stream is raised."""

    def __init__(self, *streams):
        self.streams = list(streams)
        self.is_closed = []
        self.slept = []
        self.clock = 0.0

    async def resume(self):
        stream = self.streams.pop(0) if len(self.streams) > 1 else self.streams[0]
        try:
            for event in stream:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.is_closed.append(True)

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.clock += seconds

    def waiting(self, patience_s=600.0):
        return Waiting(sleep=self.sleep, now=lambda: self.clock, patience_s=patience_s)


def run(agent, **values):
    async def collect():
        return [event async for event in until_consent(agent.resume, ASKED, agent.waiting(**values))]

    return asyncio.run(collect())


def test_nothing_is_shown_until_consent_is_there_and_then_all_of_the_answer():
    agent = Agent([MESSAGE, ASKED], [MESSAGE, ASKED], ANSWER)
    assert run(agent) == ANSWER
    assert agent.slept == pytest.approx([0.5, 0.55, 0.605])


def test_who_asks_for_something_else_is_heard():
    more = AuthRequired("google-drive", "https://chat.example/connect", "More.", ("names", "contents"))
    assert run(Agent([MESSAGE, ASKED], [Text("More."), more])) == [Text("More."), more]


def test_another_link_for_the_same_permission_is_no_news():
    again = AuthRequired("google-drive", "https://chat.example/connect?2", "Please.", ("names",))
    assert run(Agent([again], ANSWER)) == ANSWER


def test_passing_trouble_is_waited_out():
    agent = Agent([UnreachableError("gone", is_passing=True)], ANSWER)
    assert run(agent) == ANSWER


@pytest.mark.parametrize("stream", [[BrokenOffError("no")], [DONE_TOOL, UnreachableError("gone", is_passing=True)]])
def test_other_trouble_and_trouble_after_something_was_shown_is_said(stream):
    with pytest.raises((BrokenOffError, UnreachableError)):
        run(Agent(stream))


def test_patience_has_an_end():
    agent = Agent([MESSAGE, ASKED])
    with pytest.raises(ConsentTimeoutError):
        run(agent, patience_s=5.0)
    assert max(agent.slept) <= 1.0
    assert sum(agent.slept) >= 5.0


def test_nothing_waiting_is_said_once():
    nothing = [Notice("Nothing is waiting."), Done("nothing_pending", {}, {})]
    assert run(Agent(nothing)) == nothing


def test_who_stops_listening_hangs_up_at_once():
    agent = Agent([DONE_TOOL, *[Text("x")] * 100])

    async def one():
        events = until_consent(agent.resume, ASKED, agent.waiting())
        assert await anext(events) == DONE_TOOL
        await events.aclose()
        return agent.is_closed

    assert asyncio.run(one()) == [True]
