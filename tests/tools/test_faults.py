"""Every way in which Drive fails, provoked in the stand-in: what the model is told, and that the next call works."""

import itertools

import httpx
import pytest

from tests.support.stand_in import ToolRunner
from tools.google.drive_api import DriveApi
from tools.scopes import CONTENTS

LIST = ("search_files", {"words": "budget"})
READ = ("read_file", {"file": "Roadmap 2026"})


@pytest.fixture
def fault(drive):
    """Let Drive fail from now on, until the test ends."""
    with httpx.Client(base_url=drive.url, trust_env=False) as http:

        def begin(kind, **values):
            body = {"target": "drive", "kind": kind, **values}
            assert http.post("/_standin/faults", json=body).is_success

        begin.switch = lambda **values: http.post("/_standin/switches", json=values)
        yield begin
        http.delete("/_standin/faults")
        http.post("/_standin/switches", json={"scope_error": "c", "full_text_order_status": 403})


@pytest.mark.parametrize(
    ("call", "kind", "values", "says"),
    [
        (LIST, "unauthorized", {"times": 4}, "Not connected"),
        (LIST, "scope", {"times": 6}, "Not connected"),
        (LIST, "rate_limit", {"times": 3}, "rate limiting"),
        (LIST, "throttle", {"times": 3}, "rate limiting"),
        (LIST, "daily_limit", {}, "daily limit"),
        (LIST, "domain_policy", {}, "domainPolicy"),
        (LIST, "access_not_configured", {}, "accessNotConfigured"),
        (LIST, "file_forbidden", {}, "insufficientFilePermissions"),
        (LIST, "not_found", {}, "does not exist any more, or the person has no access"),
        (LIST, "bad_query", {}, "rejected the request as invalid"),
        (LIST, "html_500", {"times": 3}, "does not answer"),
        (LIST, "html_502", {"times": 3}, "does not answer"),
        (LIST, "html_503", {"times": 3}, "does not answer"),
        (LIST, "status", {"times": 3, "status": 504}, "does not answer"),
        (LIST, "not_json", {"times": 3}, "could not be read"),
        (LIST, "other_shape", {"times": 3}, "could not be read"),
        (LIST, "half_json", {"times": 3}, "could not be read"),
        (LIST, "cut_off", {"times": 3}, "broke off"),
        (READ, "export_too_large", {"method": "files.export"}, "10485760 bytes"),
        (READ, "not_found", {"method": "files.export"}, "does not exist any more"),
        (READ, "cut_off", {"method": "files.export", "times": 3}, "broke off"),
    ],
)
def test_each_failure_is_told_in_words_and_the_conversation_goes_on(drive, fault, call, kind, values, says):
    tools = drive.tools()
    name, arguments = call
    fault(kind, **({"times": 1} | values))
    failed = tools(name, **arguments)
    assert failed.status == "error"
    assert says in failed.text
    assert "budget" not in failed.text
    httpx.delete(f"{drive.url}/_standin/faults", trust_env=False)
    tools.vault.consent()  # the first has cost the grant
    assert tools(name, **arguments).status == "success"


@pytest.mark.parametrize("kind", ["rate_limit", "throttle", "html_502", "not_json", "cut_off"])
def test_what_passes_by_itself_is_tried_again_in_silence(drive, fault, kind):
    fault(kind, times=1)
    assert drive.tools()(LIST[0], **LIST[1]).names


def test_a_drive_that_says_nothing_is_a_timeout(drive, fault):
    fault("stall", seconds=1, times=3)
    moments = itertools.count(0.0, 29.9)  # each look at the clock finds nearly all of a call's time gone
    hasty = DriveApi(drive.url, "", sleep=lambda _: None, clock=lambda: next(moments))
    tools = ToolRunner(drive, drive.access_token("alice@gmail.example", *CONTENTS), api=hasty)
    failed = tools(LIST[0], **LIST[1])
    assert failed.status == "error"
    assert "too long" in failed.text
    httpx.delete(f"{drive.url}/_standin/faults", trust_env=False)
    assert drive.tools()(LIST[0], **LIST[1]).names


@pytest.mark.parametrize("shape", ["a", "b", "c"])
def test_every_shape_of_the_scope_error_leads_to_consent_and_not_to_an_apology(drive, fault, shape):
    fault.switch(scope_error=shape)
    narrow = drive.tools(wide=False)
    answer = narrow("list_shared_drives")
    assert answer.text.startswith("Not ")
    assert narrow(LIST[0], **LIST[1]).names


@pytest.mark.parametrize("kind", ["empty_page", "short_page"])
def test_a_page_that_is_empty_or_short_before_the_last_hides_no_file(drive, fault, kind):
    everything = drive.tools()("search_files", kind="pdf", order="name").names
    fault(kind, method="files.list")
    assert drive.tools()("search_files", kind="pdf", order="name").names == everything


def test_a_path_is_found_behind_an_empty_page(drive, fault):
    fault("empty_page", method="files.list")
    assert "Q3 budget" in drive.tools()("list_files", folder="Finance/2026").names


def test_pages_without_end_come_to_one_and_it_is_told(drive, fault):
    fault("same_token", times=None, method="files.list")
    answer = drive.tools()("search_files", changed_by="Ben")
    assert "went in a circle" in answer.text
    assert "perhaps not all" in answer.text


def test_a_list_whose_page_token_has_died_starts_over_and_shows_nothing_twice(drive, fault):
    tools = drive.tools()
    first = tools("list_files", limit=3)
    fault("stale_page")
    second = tools("more_files")
    assert len(second.names) == 3
    assert not {card["link"] for card in first.cards} & {card["link"] for card in second.cards}


def test_a_file_that_an_index_still_knows_but_nobody_may_open_is_explained(drive, fault):
    tools = drive.tools()
    tools("search_files", words="Q3 budget")
    fault("not_found", method="files.get")
    gone = tools("get_file", file="[1]")
    assert gone.status == "error"
    assert "does not exist any more, or the person has no access" in gone.text
