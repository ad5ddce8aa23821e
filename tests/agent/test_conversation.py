"""Whole turns with a scripted model: answers, failures, limits; only the edges are replaced."""

import json

import pytest
from botocore.exceptions import ClientError
from strands.types.exceptions import ModelThrottledException

from agent.events import Done, Failed, Files, Notice, ToolProgress
from tests.support.drive import SECRET_URL, TOKEN
from tests.support.model import call, say
from tests.support.world import World, of, text
from tools.errors import DriveBusyError


def test_a_question_is_answered_with_text_progress_cards_and_an_end():
    world = World([call("search_files", words="budget")], [say("Two files.")])
    events = world.ask("find the budget")
    assert text(events) == "Two files."
    assert [(event.status, event.label) for event in of(events, ToolProgress)] == [
        ("running", "Searching Drive for “budget” …"),
        ("done", "Searching Drive for “budget” …"),
    ]
    assert [card["name"] for card in of(events, Files)[0].files] == ["Q3 budget", "Hiring plan"]
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.stop_reason, done.usage["totalTokens"]) == ("end_turn", 24)
    assert done.timings["total_ms"] >= done.timings["first_text_ms"]


def test_what_the_model_says_before_and_after_a_tool_are_two_paragraphs():
    world = World([say("I will look."), call("search_files")], [say("Here."), say(" Two files.")])
    assert text(world.ask("find")) == "I will look.\n\nHere. Two files."


def test_the_model_is_told_the_day_and_the_time_zone_of_the_person():
    world = World([say("Hello.")])
    world.ask("hi")
    system = world.model.requests[0]["system"]
    assert system.endswith("Today is Friday 2026-11-20. The person's time zone is Europe/Berlin.")


def test_a_busy_drive_is_explained_by_the_model():
    world = World([call("search_files")], [say("Drive is busy.")])
    world.drive.errors = [DriveBusyError("Drive is rate limiting.")]
    events = world.ask("find the budget")
    assert text(events) == "Drive is busy."
    assert of(events, ToolProgress)[-1].status == "failed"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "secret-canary"}}, "ConverseStream"),
            "model_not_allowed",
        ),
        (ClientError({"Error": {"Code": "ServiceUnavailableException"}}, "ConverseStream"), "model_unavailable"),
        (ConnectionError("secret-canary"), "model_unavailable"),
        (RuntimeError("secret-canary"), "internal"),
    ],
)
def test_a_failed_model_is_explained_and_the_next_turn_works(error, code):
    world = World(error, [say("Here I am again.")])
    failed = world.ask("first")[-1]
    assert isinstance(failed, Failed)
    assert failed.code == code
    assert "canary" not in failed.message
    assert text(world.ask("second")) == "Here I am again."
    roles = [message["role"] for message in world.model.requests[-1]["messages"]]
    assert roles == ["user"], "two user messages in a row are joined for the model"
    assert [block["text"] for block in world.model.requests[-1]["messages"][0]["content"]] == ["first", "second"]


def test_a_throttled_model_is_tried_again_and_said():
    world = World(ModelThrottledException("slow down"), [say("Here.")])
    events = world.ask("hi")
    assert any("busy" in event.message for event in of(events, Notice))
    assert text(events) == "Here."


def test_a_model_that_never_stops_calling_is_stopped_with_a_sentence():
    world = World(*[[call("search_files", f"t{n}")] for n in range(20)])
    events = world.ask("loop")
    assert len(world.model.requests) == 12
    assert "too many steps" in text(events)


def test_a_tool_that_crashes_tells_the_model_nothing_of_the_exception():
    world = World([call("search_files")], [say("Sorry.")])
    world.drive.errors = [RuntimeError(f"boom {TOKEN} {SECRET_URL}")]
    world.ask("find")
    seen = json.dumps(world.model.requests[-1], default=str)
    assert TOKEN not in seen
    assert "request_uri" not in seen


def test_a_failure_where_nobody_expects_one_is_an_event_too():
    world = World([call("search_files")], granted=False)
    world.ask("find the budget")
    world.tokens.read = lambda: {}["canary"]
    assert [type(event) for event in world.resume()] == [Failed]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"kind": "sheetz"}, "kind: Input should be"),
        ({"limit": "ten"}, "limit: Input should be a valid integer"),
        ({"modified": 2026}, "modified: Input should be a valid string"),
        ({"modified": "9999-12-31"}, "2199"),
        ({"modified_from": "2026-11-09", "kind": "pdf"}, "There is no modified_from; there are: words, content"),
    ],
)
def test_a_slip_of_the_model_is_told_how_to_call_again(arguments, says):
    world = World([call("search_files", **arguments)], [say("ok")])
    world.ask("find")
    result = world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]
    assert result["status"] == "error"
    assert says in result["content"][0]["text"]
    assert "sheetz" not in result["content"][0]["text"]


def test_a_tool_that_does_not_exist_is_told_apart_from_one_that_failed():
    world = World([call("delete_files")], [say("ok")])
    world.ask("delete everything")
    assert "no such tool" in world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]["content"][0]["text"]


@pytest.mark.parametrize("arguments", [["budget"], "budget", 7])
def test_arguments_that_are_no_object_are_told_how_to_call_again(arguments):
    use = {"toolUse": {"name": "search_files", "toolUseId": "t1", "input": arguments}}
    world = World([use], [say("ok")])
    assert text(world.ask("find")) == "ok"
    said = world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]["content"][0]["text"]
    assert said.startswith("Wrong arguments")


def test_the_files_opened_last_are_those_the_person_has_opened_and_the_answer_can_say_so():
    world = World([call("list_files")], [say("ok")])
    world.ask("what did I open last?")
    assert world.drive.calls[0]["query"] == "viewedByMeTime > '1970-01-01T00:00:00Z' and trashed = false"
    result = world.model.requests[-1]["messages"][-1]["content"][0]["toolResult"]["content"][0]["text"]
    assert result.startswith("Looked for: files, opened by you\n")
