from datetime import date

import pytest

from agent.events import AuthRequired
from tests.support.drive import TOKEN, MemoryDrive, file
from tests.support.model import call, say
from tests.support.stand_in import ToolRunner
from tests.support.world import World, of
from tools.errors import ScopeNotGrantedError
from tools.google.drive_api import FilePage
from tools.scopes import CONTENTS, DETAILS


def found(answer):
    return next(line for line in answer.text.splitlines() if line.startswith("Found"))


def test_more_goes_on_to_the_end_and_shows_nothing_twice(drive):
    tools = drive.tools()
    everything = tools("list_files", limit=100).names
    names = tools("list_files", limit=7).names
    while True:
        answer = tools("more_files")
        names += answer.names
        if "there are more" not in found(answer):
            break
    assert names == everything


def test_more_of_an_earlier_list_is_asked_for_by_its_number(drive):
    tools = drive.tools()
    first = tools("list_files", limit=2)
    tools("search_files", kind="pdf", limit=1)
    assert found(first).endswith('more_files("1")')
    assert tools("more_files", listing="1").text.splitlines()[0] == first.text.splitlines()[0]
    assert "pdfs" in tools("more_files", listing='"2"').text


def test_a_list_that_has_ended_cannot_be_gone_on_with(drive):
    tools = drive.tools()
    tools("list_files", folder="Finance/2026", limit=5)
    assert found(tools("more_files")) == "Found: 1 more file; all 6 are shown now"
    answer = tools("more_files")
    assert answer.status == "error"
    assert "shown to its end" in answer.text


def test_more_without_any_list_says_what_to_do(drive):
    answer = drive.tools()("more_files")
    assert answer.status == "error"
    assert "Make the list or search again" in answer.text


def test_lists_survive_a_restart_and_keep_the_meaning_of_their_days(drive):
    tools = drive.tools()
    first = tools("search_files", modified="last week", limit=2)
    again = drive.tools(today=date(2026, 12, 24))
    for key in ("handles", "lists"):
        again.agent.state.set(key, tools.agent.state.get(key))
    more = again("more_files")
    assert "2026-11-09 to 2026-11-15" in more.text
    assert not set(more.names) & set(first.names)


def test_only_the_latest_lists_are_kept():
    pages = [FilePage([file("a")], "1", incomplete=False), FilePage([file("b")], "", incomplete=False)]
    tools = ToolRunner(None, "sample-token", api=MemoryDrive(pages=pages))
    for _ in range(12):
        tools("list_files", limit=1)
    kept = tools.agent.state.get("lists")
    assert (kept["count"], list(kept["open"])) == (12, [str(number) for number in range(3, 13)])
    assert tools("more_files", listing="1").status == "error"


@pytest.mark.parametrize(
    "kept",
    [
        *("x", [1], 5, {"open": {}}),
        {"count": "1", "open": [], "latest": ""},
        {"count": 1, "open": {"1": {}}, "latest": "1"},
    ],
)
def test_lists_that_were_stored_in_another_shape_are_no_lists(kept):
    pages = [FilePage([file("a")], "1", incomplete=False), FilePage([file("b")], "", incomplete=False)]
    tools = ToolRunner(None, "sample-token", api=MemoryDrive(pages=pages))
    tools.agent.state.set("lists", kept)
    assert tools("more_files").status == "error"
    assert found(tools("list_files", limit=1)).endswith('more_files("1")')
    assert tools("more_files").names == ["b"]


def test_more_after_a_list_that_was_whole_is_not_more_of_an_older_one(drive):
    tools = drive.tools()
    tools("list_files", limit=2)
    tools("list_files", folder="Finance/2026")
    answer = tools("more_files")
    assert answer.status == "error"
    assert "shown to its end; lists to go on with: 1" in answer.text
    assert tools("more_files", listing="1").names


def test_tools_of_one_message_number_and_open_lists_without_losing_any(drive):
    tools = drive.tools()
    calls = [call("list_files", f"t{n}", limit=n, order="name", folder="Odd names") for n in range(1, 11)]
    tools.model.turns += [calls, [say("done")]]
    tools.agent("go", invocation_state=tools.state)
    handles = tools.agent.state.get("handles")
    assert len({handle[0] for handle in handles}) == len(handles) >= 11
    lists = tools.agent.state.get("lists")
    assert (lists["count"], len(lists["open"])) == (10, 10)
    assert sorted(len(each["shown"]) for each in lists["open"].values()) == list(range(1, 11))


def test_looking_on_behind_our_own_limit_is_more_too():
    def pages():
        return [FilePage([file(f"{n}-{i}") for i in range(200)], str(n + 1), incomplete=False) for n in range(11)]

    tools = ToolRunner(None, "sample-token", api=MemoryDrive(pages=pages()))
    answer = tools("search_files", changed_by="Ben")
    assert found(answer) == 'Found: nothing so far: more_files("1")'
    assert found(tools("more_files")) == 'Found: nothing so far: more_files("1")'


def test_more_of_a_search_inside_files_asks_for_contents_and_never_for_names_again():
    class Refusing(MemoryDrive):
        def list_page(self, access_token, **values):
            if access_token == TOKEN and "fullText" in values["query"]:
                raise ScopeNotGrantedError("names and details only")
            return FilePage([file("a")], "1", incomplete=False)

    world = World([call("search_files", content="plan", limit=1)], [say("one")], [call("more_files")])
    world.tokens.consent(CONTENTS)
    world.drive = Refusing()
    world.restart()
    world.ask("find plan")
    world.tokens.consent(CONTENTS, granted=DETAILS)  # cut back in another conversation
    (asked,) = of(world.ask("more"), AuthRequired)
    assert asked.scopes == CONTENTS
    assert not [question for question in world.tokens.asked if question.get("discard")]
