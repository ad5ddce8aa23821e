import asyncio
import io
import json
import logging
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import uvicorn
from rich.console import Console
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from evals.run import run_suite
from evals.stream import hear, sse_objects
from evals.target import Target

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ARN = "arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/drive_agent"
BEARER = "sample-bearer-sample-bearer-sample"


def text(said):
    return {"event": {"contentBlockDelta": {"delta": {"text": said}}}}


def tool(status="running"):
    return {"type": "tool", "id": "t1", "name": "search_files", "label": "Searching …", "status": status}


GOOD = [
    tool(),
    tool("done"),
    {"type": "files", "files": [{"name": "Q3 budget"}]},
    text("I found "),
    text("1 file: Q3 budget."),
    {"type": "done", "stop_reason": "end_turn", "usage": {}, "timings": {}},
]
CASES = {
    "cases": [
        {
            "id": "budget",
            "person": "alice@example.com",
            "turns": [
                {"say": "find the budget", "files": {"set": ["Q3 budget"]}, "must_say": ["Q3"], "tool_calls": 1},
                {"say": "find it again", "files": {"set": ["Q3 budget"]}, "tool_calls": 1},
            ],
        },
        {"id": "second", "person": "bob@example.com", "turns": [{"say": "hello"}]},
    ]
}


class Runtime:
    """An agent behind the Runtime's wire that says what a test tells it to; `requests` is what it was sent."""

    def __init__(self):
        self.answers = {"find the budget": GOOD, "find it again": GOOD, "hello": GOOD}
        self.requests = []
        self.together = None

    async def invoke(self, request):
        body = await request.json()
        self.requests.append({"path": request.scope["raw_path"], "headers": dict(request.headers), "body": body})
        if self.together:
            await asyncio.wait_for(self.together.wait(), 10)
        answer = self.answers[body.get("prompt", "")]
        if isinstance(answer, list) and isinstance(answer[0], list):  # one after the other
            answer = answer.pop(0)
        if isinstance(answer, tuple):
            return JSONResponse(answer[1], status_code=answer[0])
        lines = [f"data: {json.dumps(event)}\n\n" for event in answer]
        return StreamingResponse(iter([": ping\n\n", *lines]), media_type="text/event-stream")


@pytest.fixture
def runtime():
    return Runtime()


@pytest.fixture
def target(runtime):
    route = Route("/runtimes/{arn:path}/invocations", runtime.invoke, methods=["POST"])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    config = uvicorn.Config(Starlette(routes=[route]), lifespan="off", ws="none", log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Target(f"http://127.0.0.1:{listener.getsockname()[1]}", ARN, lambda person: f"{BEARER}-{person}")
    server.should_exit = True
    thread.join(timeout=5)
    listener.close()


@pytest.fixture
def suite(target, tmp_path):
    """Run the suite over `CASES`; returns exit code, what was printed, and the report."""
    cases_file, report_file = tmp_path / "cases.json", tmp_path / "out" / "evals.json"
    cases_file.write_text(json.dumps(CASES))

    def run(threshold=1.0, **options):
        screen = io.StringIO()
        code = run_suite(
            replace(target, give_consent=options.pop("give_consent", None)),
            now=NOW,
            threshold=threshold,
            cases_file=options.pop("cases_file", cases_file),
            requests_file=options.pop("requests_file", None),
            report_file=report_file,
            console=Console(file=screen, width=200),
            **options,
        )
        return code, screen.getvalue(), json.loads(report_file.read_text()) if report_file.exists() else None

    return run


def test_a_suite_of_good_answers_passes(suite):
    code, screen, report = suite()
    assert code == 0
    assert "2 of 2 cases passed" in screen
    assert report["score"] == 1.0
    assert report["cases"][0]["turns"][0]["answer"] == "I found 1 file: Q3 budget."


def test_a_proxy_does_not_see_what_goes_to_this_machine(suite, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    code, _, _ = suite()
    assert code == 0


def test_turns_go_over_the_runtimes_wire_as_the_person_in_one_conversation(suite, runtime):
    suite()
    first, again, other = runtime.requests
    assert (
        first["path"]
        == b"/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3Aruntime%2Fdrive_agent/invocations"
    )
    assert first["headers"]["authorization"] == f"Bearer {BEARER}-alice@example.com"
    assert first["body"] == {"prompt": "find the budget", "timezone": "UTC", "locale": "en"}
    name = "x-amzn-bedrock-agentcore-runtime-session-id"
    assert first["headers"][name] == again["headers"][name] != other["headers"][name]
    assert len(first["headers"][name]) >= 33


def with_(*events):
    return [*events, GOOD[-1]]


BAD = {
    "completed: turn 1: the stream ended without a done event": GOOD[:-1],
    "completed: turn 1: It broke.": [{"error": "It broke.", "type": "error", "code": "failed"}],
    "completed: turn 1: HTTP 403: not yours": (403, {"message": "not yours"}),
    "files: turn 1: missing: 'Q3 budget'": with_(tool(), text("Q3")),
    "says: turn 1: does not say 'Q3'": with_(tool(), GOOD[2], text("Here.")),
    "no_leak: turn 1: shows the URL https://attacker.example/": [
        *GOOD[:-1],
        text(" https://attacker.example/"),
        GOOD[-1],
    ],
    "honest_counts: turn 1: says '2 files', shown were 1": [*GOOD[:-1], text(" 2 files"), GOOD[-1]],
    "consent: turn 1: asked for consent 1 times, expected 0": with_(
        *GOOD[:-1], {"type": "auth_required", "auth_url": "http://localhost:9090/connect/google-drive?session=x"}
    ),
    "tool_calls: turn 1: made 0 tool calls, expected 1": GOOD[2:],
}


@pytest.mark.parametrize(("reason", "answer"), BAD.items(), ids=BAD)
def test_each_grader_fails_the_suite_on_a_bad_answer(suite, runtime, reason, answer):
    runtime.answers["find the budget"] = answer
    code, screen, report = suite()
    assert code == 1
    assert reason in screen
    assert [case["passed"] for case in report["cases"]] == [False, True]


REQUESTS = {
    "groups": [
        {
            "about": "words",
            "requests": [
                {
                    "id": "ask",
                    "say": "find the budget",
                    "call": {"tool": "search_files", "arguments": {"words": "budget"}},
                    "files": {"set": ["Q3 budget @ Finance/2026"]},
                }
            ],
        }
    ]
}
LINK = "http://localhost:9090/connect/google-drive?session=x"
ASKED = [text("Please connect."), {"type": "auth_required", "auth_url": LINK}, GOOD[-1]]


@pytest.fixture
def requests_file(tmp_path):
    path = tmp_path / "requests.json"
    path.write_text(json.dumps(REQUESTS))
    return path


def test_requests_are_said_after_the_cases_and_graded_by_names(suite, runtime, requests_file):
    code, _, report = suite(requests_file=requests_file)
    assert code == 0
    assert [case["id"] for case in report["cases"]] == ["budget", "second", "ask"]
    assert runtime.requests[-1]["body"]["prompt"] == "find the budget"
    runtime.answers["find the budget"] = with_(tool(), text("Nothing."))
    assert suite(requests_file=requests_file, only=["ask"])[0] == 1


def test_a_request_gives_consent_where_it_is_asked_and_is_graded_as_it_goes_on(suite, runtime, requests_file):
    given = []
    runtime.answers |= {"find the budget": ASKED, "": [ASKED, GOOD]}
    code, _, report = suite(requests_file=requests_file, only=["ask"], give_consent=lambda *asked: given.append(asked))
    assert code == 0
    assert given == [("alice@example.com", LINK)]
    first, _, resumed = runtime.requests
    assert resumed["body"] == {"action": "resume", "timezone": "UTC", "locale": "en"}
    session = "x-amzn-bedrock-agentcore-runtime-session-id"
    assert first["headers"][session] == resumed["headers"][session]
    assert report["cases"][0]["turns"][0]["files"] == ["Q3 budget"]


def requests_named(*named, **more):
    made = [REQUESTS["groups"][0]["requests"][0] | {"id": name, "say": name} | more.get(name, {}) for name in named]
    return json.dumps({"groups": [{"about": "words", "requests": made}]})


def test_requests_are_said_at_the_same_time(suite, runtime, requests_file):
    requests_file.write_text(requests_named("one", "other"))
    runtime.answers |= {"one": GOOD, "other": GOOD}
    runtime.together = asyncio.Barrier(2)
    assert suite(requests_file=requests_file, only=["one", "other"])[0] == 0


def test_a_request_that_is_alone_comes_after_those_before_it_and_before_those_after_it(suite, runtime, requests_file):
    names = ["one", "other", "alone", "third", "fourth"]
    requests_file.write_text(requests_named(*names, alone={"alone": True}))
    runtime.answers |= dict.fromkeys(names, GOOD)
    assert suite(requests_file=requests_file, only=names)[0] == 0
    said = [request["body"]["prompt"] for request in runtime.requests]
    assert [set(said[:2]), said[2], set(said[3:])] == [{"one", "other"}, "alone", {"third", "fourth"}]


def test_consent_that_was_given_in_another_conversation_meanwhile_is_not_given_again(suite, runtime, requests_file):
    given = []
    runtime.answers |= {"find the budget": ASKED, "": GOOD}
    assert suite(requests_file=requests_file, only=["ask"], give_consent=lambda *asked: given.append(asked))[0] == 0
    assert given == []


def test_a_request_that_nobody_gives_consent_to_fails(suite, runtime, requests_file):
    runtime.answers["find the budget"] = ASKED
    assert suite(requests_file=requests_file, only=["ask"])[0] == 1


def test_a_request_that_is_asked_for_consent_again_and_again_ends(suite, runtime, requests_file):
    runtime.answers |= {"find the budget": ASKED, "": ASKED}
    code, _, _ = suite(requests_file=requests_file, only=["ask"], give_consent=lambda *_: None)
    assert code == 1
    assert len(runtime.requests) == 4


def test_an_id_that_is_both_a_cases_and_a_requests_is_refused(suite, tmp_path):
    path = tmp_path / "requests.json"
    path.write_text(json.dumps(REQUESTS).replace('"ask"', '"second"'))
    code, screen, _ = suite(requests_file=path)
    assert code == 2
    assert "used more than once: second" in screen


def test_a_threshold_below_the_score_passes(suite, runtime):
    runtime.answers["hello"] = GOOD[:-1]
    assert suite(threshold=0.5)[0] == 0
    assert suite(threshold=0.9)[0] == 1


def test_only_the_chosen_cases_are_run(suite, runtime):
    code, _, report = suite(only=["second"])
    assert code == 0
    assert [case["id"] for case in report["cases"]] == ["second"]
    assert len(runtime.requests) == 1


def test_an_unknown_case_and_unusable_cases_are_an_exit_code_of_their_own(suite, tmp_path):
    assert suite(only=["nonsense"])[0] == 2
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    code, screen, report = suite(cases_file=broken)
    assert (code, report) == (2, None)
    assert "cannot be used" in screen


def test_no_bearer_token_is_in_the_report_or_on_the_screen(suite, runtime):
    runtime.answers["hello"] = (403, {"message": "no"})
    _, screen, report = suite()
    assert BEARER not in screen + json.dumps(report)


def test_a_target_that_cannot_be_reached_fails_every_grader_of_its_cases(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        screen = io.StringIO()
        code = run_suite(
            Target(address, ARN, lambda _person: BEARER),
            now=NOW,
            threshold=1.0,
            only=["greeting"],
            report_file=tmp_path / "evals.json",
            console=Console(file=screen, width=200),
        )
    assert code == 1
    assert "0 of 1 cases passed" in screen.getvalue()


def test_the_root_logger_is_left_as_it_was(suite):
    before = logging.getLogger().level
    suite(only=["second"])
    assert logging.getLogger().level == before


def test_lines_that_are_not_events_are_skipped():
    lines = [": comment", "", "event: x", "data: {broken", 'data: "text"', 'data: {"type": "done", "stop_reason": "x"}']
    assert hear(sse_objects(lines)).stop_reason == "x"
