import json
import re
from datetime import UTC, date, datetime

import pytest

from evals.cases import CaseError, FilesExpected
from evals.days import said
from evals.requests import Call, as_case, load_requests, parse_request
from local.google.items import make_id
from local.google.seed import SHELVES, seeded_library
from local.people import PEOPLE
from tools.listing import one_line

FRIDAY = date(2026, 11, 20)
REQUESTS = load_requests(FRIDAY)
TURNS = [turn for request in REQUESTS for turn in request.turns]
ARGUMENTS = [value for turn in TURNS for call in turn.calls for value in call.arguments.values()]
CALL = {"tool": "search_files", "arguments": {"words": "budget"}}
GOOD = {"id": "a", "say": "hello", "call": CALL}


def test_there_are_a_hundred_and_twenty_requests_and_more_a_third_of_them_japanese():
    japanese = [request for request in REQUESTS if request.locale == "ja"]
    assert len(REQUESTS) >= 120
    assert len(japanese) >= 40
    for request in japanese:
        assert all(re.search("[\u3041-\u30ff\u4e00-\u9fff]", turn.say) for turn in request.turns)


def test_requests_come_from_several_people_who_exist():
    assert {request.person for request in REQUESTS} == {person.email for person in PEOPLE}


def test_every_turn_says_what_its_answer_must_hold():
    assert [turn.say for turn in TURNS if not (turn.files or turn.says)] == []


def test_gold_answers_name_files_that_are_seeded():
    names = {one_line(item.name) for item in seeded_library(datetime(2026, 11, 20, 10, tzinfo=UTC)).items.values()}
    for turn in TURNS:
        for expected in filter(None, (turn.files, turn.close)):
            assert {name.partition(" @ ")[0] for name in expected.names} <= names


def test_ids_in_pasted_addresses_are_those_of_the_seeds():
    found = {url for value in ARGUMENTS for url in re.findall(r"/(?:d|folders)/([\w-]+)", str(value))}
    ids = {make_id(shelf.key, row.folder, row.name, row.kind): row.name for shelf in SHELVES for row in shelf.rows} | {
        make_id("alice@gmail.example", "Projects", "Apollo", "application/vnd.google-apps.folder"): "Apollo"
    }
    assert sorted(ids[each] for each in found) == ["Annual report 2025.pdf", "Apollo", "Roadmap 2026"]


def test_what_a_person_types_holds_no_placeholder_and_arguments_only_handles():
    assert [turn.say for turn in TURNS if "{" in turn.say] == []
    assert {str(value).partition(":")[0] for value in ARGUMENTS if "{" in str(value)} == {"{handle"}


def test_days_are_told_from_now_in_the_persons_language():
    text = "{last_thursday} {20_days_ago} {4_months_ago} {1_quarter_ago} {4_years_ago}"
    assert said(text, FRIDAY) == "2026-11-12 2026-10-31 July Q3 2026 2022"
    assert said(text, FRIDAY, "ja") == "2026-11-12 2026-10-31 7月 2026年第3四半期 2022年"
    assert said("{4_months_ago}, {1_quarter_ago}", date(2027, 1, 4)) == "September, Q4 2026"


def test_a_request_is_one_turn_or_several_and_the_days_of_its_calls_are_english():
    call = {"tool": "search_files", "arguments": {"modified": "since {4_months_ago}", "limit": 3}}
    found = parse_request({"id": "a", "locale": "ja", "say": "{4_months_ago}以降", "call": call}, FRIDAY)
    assert found.turns[0].say == "7月以降"
    assert found.turns[0].calls == (Call("search_files", {"modified": "since July", "limit": 3}),)
    several = parse_request(
        {"id": "a", "turns": [{"say": "x", "calls": [CALL, CALL]}, {"say": "y", "call": CALL}]}, FRIDAY
    )
    assert [len(turn.calls) for turn in several.turns] == [2, 1]


def test_as_a_case_it_is_graded_by_names_and_words_and_consent_is_given():
    files = {"set": ["Notes @ Personal", "Notes @ Projects/Apollo"]}
    raw = {**GOOD, "files": files, "says": ["x", ["a", "b"]], "says_not": ["y"]}
    [turn] = as_case(parse_request(raw, FRIDAY)).turns
    assert turn.files == FilesExpected("set", ("Notes", "Notes"))
    assert (turn.must_say, turn.must_not_say, turn.gives_consent) == ((("x",), ("a", "b")), ("y",), True)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("x", "must be an object"),
        ({**GOOD, "id": ""}, "id must be a text"),
        ({**GOOD, "turns": [GOOD]}, "either say and call, or turns"),
        ({"id": "a"}, "either say and call, or turns"),
        ({"id": "a", "turns": []}, "at least one turn"),
        ({**GOOD, "says_no": []}, "unknown fields says_no"),
        ({**GOOD, "say": ""}, "say must be a text"),
        ({**GOOD, "calls": [CALL]}, "either call or calls"),
        ({"id": "a", "say": "x", "calls": []}, "at least one call"),
        ({**GOOD, "call": {"tool": "search_files"}}, "a tool and its arguments"),
        ({**GOOD, "files": {"some": ["a"]}}, "exactly one of: set, first, includes, none"),
        ({**GOOD, "says": "x"}, "must be a list"),
    ],
)
def test_a_wrong_request_is_refused_with_its_place_and_reason(raw, sentence):
    with pytest.raises(CaseError) as error:
        parse_request(raw, FRIDAY)
    assert sentence in str(error.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cannot be read"),
        ('{"groups": []}', "at least one group"),
        ('{"groups": [{"about": "x"}]}', "a group must have requests"),
        (json.dumps({"groups": [{"about": "x", "requests": [GOOD, GOOD]}]}), "used more than once: a"),
    ],
)
def test_a_file_of_requests_that_cannot_be_used_is_refused(tmp_path, text, sentence):
    path = tmp_path / "requests.json"
    path.write_text(text)
    with pytest.raises(CaseError, match=sentence):
        load_requests(FRIDAY, path)
