"""Every request of evals/requests.json through the real tools and Google's client, against the stand-in over HTTP.

The gold answers were worked out by hand from the seeds; here they are compared with the file cards, exactly.
"""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from evals import graders
from evals.cases import FilesExpected
from evals.requests import load_requests
from local.people import PEOPLE
from tests.support.stand_in import NOW, ToolRunner, stand_in
from tools.drive import drive_tools
from tools.google.drive_api import DriveApi
from tools.scopes import CONTENTS

REQUESTS = load_requests(NOW.date())
GOOGLE = {person.email: person.google for person in PEOPLE}
NAMES_OF_DAYS = {"modified", "created", "opened"}
ROW = re.compile(r'^(?:Read: )?\[(\d+)\] ("(?:[^"\\]|\\.)*")(?=$| \|)', re.MULTILINE)
CLOSE = re.compile(r"^Close: .*\n(?P<rows>(?:\[\d+\] .*\n?)*)", re.MULTILINE)
HANDLE = re.compile(r"\{handle:(.+)\}")
# Where the week, month, quarter or year has just begun or is about to end.
EDGES = [
    datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 1, 0, 5, tzinfo=UTC),  # a Monday
    datetime(2028, 2, 29, 23, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 15, 30, tzinfo=UTC),  # next year in Tokyo
    datetime(2026, 10, 4, 16, 0, tzinfo=UTC),  # a Sunday, Monday in Tokyo
]


@pytest.fixture(scope="module")
def drive():
    with stand_in() as running:
        yield running


@pytest.fixture(scope="module")
def api(drive):
    return DriveApi(drive.url, f"{drive.url}/revoke")


def rows(text):
    """The names and handles in a tool's text; names are JSON strings, so that none can pass for a row."""
    return [(json.loads(name), int(number)) for number, name in ROW.findall(text)]


def folder_of(library, card):
    """Where a card's file is: the folders above it, below My Drive or from its shared drive on."""
    item = next(item for item in library.items.values() if f"/{item.id}" in card["link"])
    names = []
    while item.parent:
        item = library.items[item.parent]
        names.append(library.drives[item.id].name if item.id in library.drives else item.name)
    return "/".join(name for name in reversed(names) if name != "My Drive")


def compare(expected, shown):
    """Compare (name, folder) pairs with a gold answer; where the gold names no folder, any will do."""
    gold = [tuple(name.split(" @ ")) for name in expected.names]
    shown = [(name, folder) if (name, folder) in gold else (name,) for name, folder in shown]
    match expected.rule:
        case "set" | "none":
            assert Counter(shown) == Counter(gold)
        case "first":
            assert shown[: len(gold)] == gold
        case "includes":
            assert Counter(gold) <= Counter(shown)


def with_handles(arguments, handles):
    def fill(value):
        return HANDLE.sub(lambda found: f"[{handles[found[1]]}]", value) if isinstance(value, str) else value

    return {name: fill(value) for name, value in arguments.items()}


def play(call, request, library):
    handles = {}
    for turn in request.turns:
        answers = [call(each.tool, **with_handles(each.arguments, handles)) for each in turn.calls]
        text = "\n".join(answer.text for answer in answers)
        handles |= dict(rows(text))
        if turn.files:
            cards = [card for answer in answers for card in answer.cards]
            compare(turn.files, [(card["name"], folder_of(library, card)) for card in cards])
        if turn.close:
            found = CLOSE.search(text)
            compare(turn.close, [(name, "") for name, _ in rows(found["rows"] if found else "")])
        assert graders.says(text, turn.says) == []
        assert graders.says_not(text, turn.says_not) == []


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda request: request.id)
def test_the_calls_of_a_request_give_its_gold_answer(drive, api, asked):
    play(drive.tools(GOOGLE[asked.person].given_name.lower(), zone=asked.timezone, api=api), asked, drive.state.seeds)


@pytest.mark.parametrize("now", EDGES, ids=str)
def test_gold_answers_about_days_hold_at_the_edges_of_weeks_months_and_years(now):
    with stand_in(now) as running:
        api = DriveApi(running.url, f"{running.url}/revoke")
        for asked in load_requests(now.date()):
            if not any(NAMES_OF_DAYS & call.arguments.keys() for turn in asked.turns for call in turn.calls):
                continue
            today = now.astimezone(ZoneInfo(asked.timezone)).date()
            access_token = running.access_token(GOOGLE[asked.person].email, *CONTENTS, now=now)
            call = ToolRunner(running, access_token, zone=asked.timezone, today=today, api=api)
            play(call, asked, running.state.seeds)


def test_every_tool_every_argument_and_every_choice_occurs_in_a_request():
    made = [call for request in REQUESTS for turn in request.turns for call in turn.calls]
    used = {(call.tool, name, str(value)) for call in made for name, value in call.arguments.items()}
    wanted = set()
    for tool in drive_tools():
        assert tool.tool_name in {call.tool for call in made}
        for name, schema in tool.tool_spec["inputSchema"]["json"]["properties"].items():
            wanted |= {(tool.tool_name, name, choice) for choice in schema.get("enum", [None])}
    # Left out: what is meant anyway, and `kind` and `order` once more for `list_files`, which are the same choices.
    said = {each for each in wanted if each[2] not in {"", "any", "recent", "exclude"}}
    said = {each for each in said if each[0] != "list_files" or each[1] not in {"kind", "order"}}
    said -= {("more_files", "listing", None)}
    missing = {each for each in said if not any(each[:2] == one[:2] and each[2] in {None, one[2]} for one in used)}
    assert missing == set()


@pytest.mark.parametrize(
    ("rule", "names", "shown", "is_good"),
    [
        ("set", ["a", "a"], [("a", "x"), ("a", "y")], True),
        ("set", ["a", "a"], [("a", "x")], False),
        ("set", ["a @ x", "a @ y"], [("a", "y"), ("a", "x")], True),
        ("set", ["a @ x"], [("a", "y")], False),
        ("set", ["a"], [("a", "x"), ("b", "x")], False),
        ("first", ["b", "a"], [("b", ""), ("a", ""), ("c", "")], True),
        ("first", ["b", "a"], [("a", ""), ("b", "")], False),
        ("includes", ["a"], [("b", ""), ("a", "")], True),
        ("includes", ["a", "a"], [("b", ""), ("a", "")], False),
        ("none", [], [], True),
        ("none", [], [("a", "")], False),
    ],
)
def test_files_are_compared_as_often_as_they_occur_and_where_they_are(rule, names, shown, is_good):
    expected = FilesExpected(rule, tuple(names))
    if is_good:
        compare(expected, shown)
    else:
        with pytest.raises(AssertionError):
            compare(expected, shown)
