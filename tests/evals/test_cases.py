import json
from datetime import date

import pytest

from evals.cases import CaseError, FilesExpected, load_cases, parse_case
from local.google.seed import SHELVES
from local.people import PEOPLE

FRIDAY = date(2026, 11, 20)
GOOD = {"id": "a", "person": "alice@example.com", "turns": [{"say": "hello"}]}


def case(**turn):
    return {**GOOD, "turns": [{"say": "hello", **turn}]}


def test_the_shipped_cases_are_twenty_and_in_order():
    cases = load_cases(FRIDAY)
    assert len(cases) == 20
    assert cases[0].id == "ben-last-week"
    assert any(turn.consent for case in cases for turn in case.turns)
    assert any(len(case.turns) > 1 for case in cases)


def test_the_shipped_cases_speak_of_people_and_files_that_are_seeded():
    known = {person.email for person in PEOPLE}
    folders = {part for shelf in SHELVES for row in shelf.rows for part in row.folder.split("/")}
    names = {row.name for shelf in SHELVES for row in shelf.rows} | folders
    for found in load_cases(FRIDAY):
        assert found.person in known
        for turn in found.turns:
            assert set(turn.files.names if turn.files else ()) <= names


def test_days_of_last_week_are_told_from_now():
    found = parse_case(case(must_say=["{last_sunday}", "{last_monday_day}"], must_not_say=["{last_thursday}"]), FRIDAY)
    sunday, monday = found.turns[0].must_say
    assert {"2026-11-15", "15 November", "November 15", "15 Nov", "11月15日"} <= set(sunday)
    assert monday == ("9", "2026-11-09")
    assert "2026-11-12" in found.turns[0].must_not_say


def test_a_turn_is_read_into_types():
    found = parse_case(
        case(files={"first": ["x"]}, tool_calls=[1, 2], consent=True, must_say=[["a", "b"], "c"]), FRIDAY
    )
    turn = found.turns[0]
    assert turn.files == FilesExpected("first", ("x",))
    assert turn.tool_calls == (1, 2)
    assert turn.consent
    assert turn.must_say == (("a", "b"), ("c",))


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("x", "must be an object"),
        ({**GOOD, "id": ""}, "id must be a text"),
        ({**GOOD, "person": 3}, "person must be a text"),
        ({**GOOD, "turns": []}, "at least one turn"),
        ({**GOOD, "turnz": []}, "unknown fields turnz"),
        (case(say=" "), "turn 1: say must be a text"),
        (case(must_says=[]), "turn 1: unknown fields must_says"),
        (case(files={"set": ["a"], "none": True}), "exactly one of: set, first, includes, none"),
        (case(files={"set": []}), "files.set must name at least one file"),
        (case(files={"none": False}), "files.none must be true"),
        (case(must_say="hello"), "what must be said must be a list"),
        (case(must_say=[[]]), "an entry of what must be said is empty"),
        (case(must_not_say=[1]), "expected a list of texts"),
        (case(tool_calls="1"), "tool_calls must be a number or [least, most]"),
        (case(tool_calls=True), "tool_calls must be a number or [least, most]"),
        (case(tool_calls=[2, 1]), "0 <= least <= most"),
        (case(consent="yes"), "consent must be true or false"),
    ],
)
def test_a_wrong_case_is_refused_with_its_place_and_reason(raw, sentence):
    with pytest.raises(CaseError) as error:
        parse_case(raw, FRIDAY)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cannot be read"),
        ('{"cases": []}', "at least one case"),
        (json.dumps({"cases": [GOOD, GOOD]}), "used more than once: a"),
    ],
)
def test_a_file_of_cases_that_cannot_be_used_is_refused(tmp_path, text, sentence):
    path = tmp_path / "cases.json"
    path.write_text(text)
    with pytest.raises(CaseError, match=sentence):
        load_cases(FRIDAY, path)
