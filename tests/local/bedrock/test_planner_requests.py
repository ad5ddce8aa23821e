"""Every everyday request of the evals leads the planner to the call that it should lead to."""

import json
from datetime import date

import pytest

from evals.requests import load_requests
from local.aws.bedrock.planner import dates_en, plan
from tests.local.bedrock.samples import SYSTEM, TOOLS, assistant, calls, result, use, user

FRIDAY = date(2026, 11, 20)
PERIODS = {"modified", "created", "opened"}
REQUESTS = load_requests(FRIDAY)


def period(text):
    """Both sides may write days or everyday words: what counts is which days they are."""
    if ".." in text:
        return tuple(date.fromisoformat(day) if day else None for day in text.split(".."))
    found = dates_en.find(text, FRIDAY) or dates_en.find(f"in {text}", FRIDAY)
    assert found, f"{text} is no period"
    return found[0].first, found[0].last


def plain(tool, arguments, handles=None):
    """Return a call in a form to compare: days for periods, handles for `{handle:NAME}`, no order that is the usual."""
    known = {}
    for name, value in arguments.items():
        if (tool, name, value) == ("search_files", "order", "changed"):
            continue
        if name in PERIODS:
            known[name] = period(value)
        elif isinstance(value, str) and value.startswith("{handle:"):
            known[name] = (handles or {})[value.removeprefix("{handle:").removesuffix("}")]
        else:
            known[name] = value
    return tool, known


def shown(turn, handles):
    """Return a tool's answer that shows the files which the request expects, and gives them handles."""
    names = [name.partition(" @ ")[0] for name in (turn.files.names if turn.files else ())]
    if turn.calls[0].tool == "read_file":
        name = turn.calls[0].arguments["file"]
        handles.setdefault(name, f"[{len(handles) + 1}]")
        return (
            f"Read: {handles[name]} {json.dumps(name)} | text\n"
            "Shown: characters 0 to 7999 of 53210; for more call read_file with start=8000\n> …"
        )
    for name in names:
        handles.setdefault(name, f"[{len(handles) + 1}]")
    rows = [f"{handles[name]} {json.dumps(name)} | {'folder' if name.isdecimal() else 'document'}" for name in names]
    return "\n".join(['Found: 20 files shown, there are more: more_files("1")', *rows])


@pytest.mark.parametrize("request_", REQUESTS, ids=[request.id for request in REQUESTS])
def test_a_request_leads_to_its_call(request_):
    messages, handles = [], {}
    for turn in request_.turns:
        messages.append(user(turn.say))
        made = calls(plan(messages, TOOLS, SYSTEM))
        assert [plain(*call) for call in made] == [plain(call.tool, call.arguments, handles) for call in turn.calls]
        ids = [f"t{len(messages)}-{index}" for index, _ in enumerate(made)]
        text = shown(turn, handles)
        messages += [
            assistant(*(use(use_id, name, **given) for use_id, (name, given) in zip(ids, made, strict=True))),
            user(*(result(use_id, text) for use_id in ids)),
            assistant("Here."),
        ]


def test_there_are_more_than_a_hundred_requests_in_both_languages():
    assert sum(request.locale == "en" for request in REQUESTS) > 60
    assert sum(request.locale == "ja" for request in REQUESTS) > 40
