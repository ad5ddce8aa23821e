"""A run by itself: how it ends, whenever it is ended, and what it says of that where."""

import asyncio
import logging

import pytest

from chat.events import Done, Text
from chat.web.limits import Limits
from chat.web.page import words
from chat.web.records import Head, Turn
from chat.web.runs import Run
from chat.web.transcripts import Transcripts
from tests.chat.web.test_transcripts import NOON, Desk

SECRET = "what nobody else may read"


def play(events, work):
    """Have a run of these events, an exception among them is raised; return its turn as it was kept."""
    asked = []

    async def source():
        asked.append(True)
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event
            await asyncio.sleep(0)

    async def cancel():
        raise AssertionError("there was nothing to cancel")

    async def story():
        transcripts = Transcripts(Desk())
        base = Turn(0, "run-1", NOON, "Where?")
        await transcripts.begin("alice", Head("conversation-1", "Where?", NOON, NOON), base)
        run = Run(
            base,
            source(),
            person="alice",
            conversation="conversation-1",
            transcripts=transcripts,
            words=words("en"),
            limits=Limits(),
            cancel=cancel,
        )
        ended = []
        run.begin(ended.append)
        await work(run)
        assert ended == [run]
        assert run.is_over
        return await transcripts.last_turn("alice", await transcripts.head("alice", "conversation-1"))

    return asyncio.run(asyncio.wait_for(story(), 10)), bool(asked)


async def end(run):
    async for _ in run.log.follow(0, 10):
        pass


@pytest.mark.parametrize(("way", "outcome"), [("stop", "stopped"), ("make_way", "stopped"), ("shut_down", "cut_off")])
def test_a_run_that_is_ended_before_its_first_step_ends_and_asks_nothing(way, outcome):
    turn, was_asked = play([Text("Here."), Done("end_turn", {}, {})], lambda run: getattr(run, way)())
    assert (turn.outcome, was_asked) == (outcome, False)


def test_what_fails_is_logged_by_its_kind_and_place_and_by_nothing_that_was_said(caplog):
    error = ValueError(SECRET)
    error.__cause__ = KeyError(SECRET)
    with caplog.at_level(logging.DEBUG):
        turn, _ = play([Text(SECRET), error], end)
    assert turn.outcome == "failed"
    assert "error=ValueError at=test_runs.py:" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("usage", [{"n": object()}, {"n": 10**5000}])
def test_a_run_whose_end_cannot_be_told_ends_with_an_error(usage):
    events = []

    async def read(run):
        events.extend([piece.decode() async for piece in run.log.follow(0, 10)])

    turn, _ = play([Text("Here."), Done("end_turn", usage, {})], read)
    assert turn.outcome == "answered"
    *_, last = "".join(events).strip().split("\n\n")
    assert '"type":"RUN_ERROR"' in last
    assert '"code":"internal"' in last
    assert "".join(events).count("RUN_ERROR") == 1
