import asyncio

from chat.events import Done, FileCard, Files, Text, ToolProgress
from chat.web.records import FilesPart, TextPart, ToolPart
from chat.web.taken_up import with_what_was_found

BEFORE = (
    ToolPart("t1", "Searching", "done"),
    FilesPart(({"name": "Q3 budget", "link": "https://docs.google.com/1"},)),
    TextPart("Half of"),
    ToolPart("t2", "Listing", "failed"),
)
DONE = Done("end_turn", {}, {})
FOUND = [
    ToolProgress("t1", "", "Searching", "done"),
    Files((FileCard("Q3 budget", link="https://docs.google.com/1"),)),
]


def taken_up(*events):
    async def source():
        for event in events:
            yield event

    async def collect():
        return [event async for event in with_what_was_found(source(), BEFORE)]

    return asyncio.run(collect())


def test_what_was_found_comes_before_the_text_that_the_agent_writes_anew():
    assert taken_up(Text("All of it."), DONE) == [*FOUND, Text("All of it."), DONE]


def test_what_is_done_anew_is_not_told_twice():
    again = ToolProgress("t1", "search_files", "Searching", "running")
    assert taken_up(again, Text("All of it."), DONE) == [again, Text("All of it."), DONE]
