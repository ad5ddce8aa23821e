"""Conversations in the store: within bounds, and right whatever ended when."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from callback.service_errors import StateUnavailableError
from callback.state.store import Records, encrypted
from chat.web.bodies import title_in
from chat.web.keeper import Keeper
from chat.web.limits import Limits
from chat.web.records import Beat, Head, Index, Summary, TextPart, Turn, title_of
from chat.web.transcripts import MAX_CONVERSATIONS, MAX_TURNS, Transcripts
from tests.chat.web.conftest import Line
from tests.chat.web.scripted import Gate

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Desk:
    """As much of a door as transcripts need."""

    kept: dict[Any, Any] = field(default_factory=dict)
    at: datetime = NOON

    def __post_init__(self):
        self.line = Line(self.kept)

    def now(self):
        return self.at

    def records(self, collection, record):
        return Records(encrypted(self.line, "sample-session-key-sample-session-key"), collection, record)

    def held(self, collection):
        return [place for place in self.kept if place[0] == collection]


async def ask(transcripts, desk, conversation="conversation-1", question="Where?", run="run-1", end="answered"):
    head = await transcripts.head("alice", conversation) or Head(conversation, title_of(question), desk.at, desk.at)
    turn = Turn(head.turns, run, desk.at, question)
    await transcripts.begin("alice", head, turn)
    if end:
        await transcripts.settle("alice", conversation, Turn(turn.n, run, desk.at, question, (TextPart("Here."),), end))
    return turn


def play(work):
    desk = Desk()
    return asyncio.run(work(Transcripts(desk), desk))


def test_the_oldest_conversation_makes_room_and_is_forgotten_with_its_turns():
    async def work(transcripts, desk):
        for number in range(MAX_CONVERSATIONS + 1):
            desk.at += timedelta(seconds=1)
            await ask(transcripts, desk, f"conversation-{number}")
        summaries = await transcripts.summaries("alice")
        assert len(summaries) == MAX_CONVERSATIONS
        assert summaries[0].id == f"conversation-{MAX_CONVERSATIONS}"
        assert "conversation-0" not in {one.id for one in summaries}
        assert await transcripts.head("alice", "conversation-0") is None
        assert len(desk.held("chat-turns")) == len(desk.held("chat-heads")) == MAX_CONVERSATIONS
        # The list itself must fit an item, too.
        assert max(len(json.dumps(value)) for value in desk.kept.values()) < 350_000

    play(work)


def test_a_list_of_the_longest_titles_fits_an_item():
    async def work(_, desk):
        title = title_in({"title": "\U0001f600" * 90})
        summaries = [Summary(f"{number:064}", title, NOON, "running") for number in range(MAX_CONVERSATIONS)]
        await desk.records("chat-indexes", Index).put("alice", Index(tuple(summaries)), timedelta(days=1))
        assert max(len(json.dumps(value)) for value in desk.kept.values()) < 400 * 1024 - 2048

    play(work)


def test_the_longest_turn_fits_an_item():
    async def work(transcripts, desk):
        await ask(transcripts, desk, question="\U0001f600" * (64 * 1024 // 4))
        turn = Turn(
            0, "r" * 128, desk.at, "\U0001f600" * (64 * 1024 // 4), (TextPart("\U0001f600" * (96 * 1024 // 12)),)
        )
        await transcripts.keep("alice", "conversation-1", turn)
        assert max(len(json.dumps(value)) for value in desk.kept.values()) < 400 * 1024 - 2048

    play(work)


def test_a_very_long_conversation_loses_its_oldest_turns():
    async def work(transcripts, desk):
        head = Head("conversation-1", "t", NOON, NOON, turns=MAX_TURNS - 1, first=0)
        await transcripts.begin("alice", head, Turn(MAX_TURNS - 1, "run-1", NOON, "a"))
        await transcripts.settle("alice", "conversation-1", Turn(MAX_TURNS - 1, "run-1", NOON, "a", (), "answered"))
        await ask(transcripts, desk, question="b")
        head = await transcripts.head("alice", "conversation-1")
        assert (head.first, head.turns) == (1, MAX_TURNS + 1)
        turns, is_earlier = await transcripts.page("alice", head)
        assert ([turn.question for turn in turns], is_earlier) == (["a", "b"], True)
        assert (await transcripts.page("alice", head, 1)) == ([], False)

    play(work)


def test_a_turn_whose_process_is_silent_reads_as_cut_off():
    async def work(transcripts, desk):
        await ask(transcripts, desk, end="")
        head = await transcripts.head("alice", "conversation-1")
        assert (await transcripts.last_turn("alice", head)).outcome == "running"
        assert [one.state for one in await transcripts.summaries("alice")] == ["running"]
        desk.at += timedelta(seconds=16)
        assert (await transcripts.last_turn("alice", head)).outcome == "cut_off"
        assert [one.state for one in await transcripts.summaries("alice")] == ["idle"]

    play(work)


def test_another_run_at_work_does_not_bring_a_turn_to_life_that_was_cut_off():
    async def work(transcripts, desk):
        await ask(transcripts, desk, end="")
        desk.at += timedelta(minutes=1)
        await ask(transcripts, desk, run="run-2", end="")
        head = await transcripts.head("alice", "conversation-1")
        turns, _ = await transcripts.page("alice", head)
        assert [turn.outcome for turn in turns] == ["cut_off", "running"]

    play(work)


def test_a_run_that_ends_after_its_conversation_was_deleted_brings_nothing_back():
    async def work(transcripts, desk):
        turn = await ask(transcripts, desk, end="")
        await transcripts.delete("alice", "conversation-1")
        await transcripts.settle("alice", "conversation-1", turn)
        await transcripts.mark("alice", "conversation-1", "running")
        assert await transcripts.rename("alice", "conversation-1", "x") is None
        assert await transcripts.summaries("alice") == ()
        assert [place[0] for place in desk.kept] == ["chat-indexes"]

    play(work)


def test_a_run_lets_go_of_a_conversation_only_while_it_has_it():
    async def work(transcripts, desk):
        await ask(transcripts, desk, end="")
        await transcripts.keep_alive("alice", "conversation-1", "run-2")
        await transcripts.let_go("alice", "conversation-1", "run-1")
        assert await transcripts.is_held_by("alice", "conversation-1", "run-2")
        await transcripts.let_go("alice", "conversation-1", "run-2")
        assert not await transcripts.is_held_by("alice", "conversation-1", "run-2")

    play(work)


def test_waiting_for_consent_does_not_bring_a_conversation_to_the_top():
    async def work(transcripts, desk):
        await ask(transcripts, desk, "conversation-1", end="waiting")
        desk.at += timedelta(minutes=1)
        await ask(transcripts, desk, "conversation-2")
        desk.at += timedelta(minutes=1)
        head = await transcripts.head("alice", "conversation-1")
        turn = await transcripts.last_turn("alice", head)
        await transcripts.begin("alice", head, turn, "waiting")
        await transcripts.settle("alice", "conversation-1", turn)
        summaries = await transcripts.summaries("alice")
        assert [(one.id, one.state) for one in summaries] == [("conversation-2", "idle"), ("conversation-1", "waiting")]

    play(work)


def test_conversations_of_different_people_never_meet():
    async def work(transcripts, desk):
        await ask(transcripts, desk)
        assert await transcripts.head("bob", "conversation-1") is None
        assert await transcripts.summaries("bob") == ()
        assert await transcripts.beat("bob", "conversation-1") is None
        await transcripts.delete("bob", "conversation-1")
        assert await transcripts.head("alice", "conversation-1") is not None

    play(work)


def test_conversations_that_begin_at_the_same_moment_are_all_in_the_list():
    async def work(transcripts, desk):
        await asyncio.gather(*(ask(transcripts, desk, f"conversation-{number}") for number in range(9)))
        assert len(await transcripts.summaries("alice")) == 9

    play(work)


def test_a_conversation_is_taken_from_whoever_works_on_it_before_its_turns_are_deleted():
    async def work(transcripts, desk):
        turn = await ask(transcripts, desk, end="")
        desk.line.broken = {("delete", "chat-turns")}
        with pytest.raises(StateUnavailableError):
            await transcripts.delete("alice", "conversation-1")
        assert not await transcripts.is_held_by("alice", "conversation-1", turn.run)
        assert await transcripts.head("alice", "conversation-1") is not None  # it can be deleted again

    play(work)


def keeping(transcripts, work, **limits):
    """A keeper at work, and what it calls where it has to make way."""
    way = asyncio.Event()
    keeper = Keeper(work, transcripts, Limits(keep_s=0.001, **limits))
    return asyncio.create_task(keeper.keep_on(way.set)), way


@pytest.mark.parametrize("beat_s", [0.001, 3600])
def test_what_was_deleted_elsewhere_is_not_written_back(beat_s):
    async def work(transcripts, desk):
        turn = await ask(transcripts, desk, end="")
        run = Work(turn)
        keeper, way = keeping(transcripts, run, beat_s=beat_s)
        await transcripts.delete("alice", "conversation-1")
        run.turn = replace(turn, parts=(TextPart("more"),))
        await asyncio.wait_for(way.wait(), 5)
        await keeper
        assert [place[0] for place in desk.kept] == ["chat-indexes"]

    play(work)


def test_a_heartbeat_that_crosses_a_deletion_is_taken_back():
    async def work(transcripts, desk):
        turn = await ask(transcripts, desk, end="")
        await transcripts.delete("alice", "conversation-1")
        await transcripts.keep_alive("alice", "conversation-1", turn.run)
        keeper, way = keeping(transcripts, Work(turn), beat_s=0.001)
        await asyncio.wait_for(way.wait(), 5)
        await keeper
        assert [place[0] for place in desk.kept] == ["chat-indexes"]

    play(work)


def test_all_that_begins_is_waited_for_where_some_of_it_fails():
    async def work(transcripts, desk):
        desk.line.broken = {("put", "chat-turns")}
        gate = desk.line.gates["put", "chat-beats"] = Gate()
        beginning = asyncio.create_task(ask(transcripts, desk))
        await asyncio.to_thread(gate.is_reached.wait, 5)
        gate.open()
        with pytest.raises(StateUnavailableError):
            await beginning
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        assert desk.kept == {}

    play(work)


def test_a_heartbeat_counts_for_a_few_seconds():
    beat = Beat("run-1", NOON)
    assert beat.is_alive(NOON + timedelta(seconds=14))
    assert not beat.is_alive(NOON + timedelta(seconds=15))


def test_a_title_is_cut_at_a_blank_where_there_is_one():
    assert title_of(" Where\n is  it? ") == "Where is it?"
    assert title_of("word " * 30) == f"{'word ' * 11}word…"
    assert title_of("予" * 100) == "予" * 60 + "…"


@dataclass
class Work:
    """As much of a run as is written down."""

    turn: Turn
    id: str = "run-1"
    person: str = "alice"
    conversation: str = "conversation-1"
    is_waiting: bool = False
    replaced: Turn | None = None
    has_begun_well: bool = False


def test_the_late_end_of_a_run_does_not_write_over_what_another_has_made_of_its_turn():
    async def work(transcripts, desk):
        begun = await ask(transcripts, desk, end="")
        keeper = Keeper(Work(replace(begun, outcome="failed")), transcripts, Limits())
        await transcripts.begin("alice", await transcripts.head("alice", "conversation-1"), replace(begun, run="run-2"))
        answered = replace(begun, run="run-2", outcome="answered")
        await transcripts.settle("alice", "conversation-1", answered)
        await keeper.settle()
        head = await transcripts.head("alice", "conversation-1")
        assert await transcripts.last_turn("alice", head) == answered

    play(work)


def test_a_store_that_fails_for_a_moment_still_gets_the_end_of_a_run():
    async def work(transcripts, desk):
        begun = await ask(transcripts, desk, end="")
        keeper = Keeper(Work(replace(begun, outcome="answered")), transcripts, Limits(keep_s=0.01))
        desk.line.is_cut = True
        settling = asyncio.create_task(keeper.settle())
        await asyncio.sleep(0)
        desk.line.is_cut = False
        await settling
        head = await transcripts.head("alice", "conversation-1")
        assert (head.state, (await transcripts.last_turn("alice", head)).outcome) == ("idle", "answered")

    play(work)


def test_what_has_run_out_is_not_in_the_list():
    async def work(transcripts, desk):
        await ask(transcripts, desk)
        desk.at += timedelta(days=60)
        await ask(transcripts, desk, "conversation-2")
        desk.at += timedelta(days=31)
        assert [one.id for one in await transcripts.summaries("alice")] == ["conversation-2"]

    play(work)


def test_a_claim_is_one_processs_and_is_given_back():
    async def work(transcripts, desk):
        async with transcripts.claimed("alice", "conversation-1", "run-1") as is_ours:
            assert is_ours
            async with transcripts.claimed("alice", "conversation-1", "run-2") as is_ours_too:
                assert not is_ours_too
            assert desk.held("chat-claims")
        assert not desk.held("chat-claims")
        with pytest.raises(RuntimeError):
            async with transcripts.claimed("alice", "conversation-1", "run-3"):
                raise RuntimeError
        assert not desk.held("chat-claims")

    play(work)
