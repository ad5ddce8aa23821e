"""What each method takes, held against the signatures of Slack's own client."""

import inspect

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from local.slack.arguments import METHODS, read_arguments
from local.slack.errors import SlackError
from local.slack.web_api import _PERFORM

# Named by the SDK as arguments of the call itself.
_CARRIED = {"app_token"}
# Documented since, and not yet in the SDK's signatures.
_NEWER = {"openid.connect.token": {"code_verifier"}, "conversations.open": {"prevent_creation"}}


def test_every_method_that_is_described_can_be_called_and_the_other_way_round():
    assert METHODS.keys() == _PERFORM.keys()


@pytest.mark.parametrize("name", METHODS)
def test_arguments_are_those_of_slacks_own_client(name):
    parameters = inspect.signature(getattr(AsyncWebClient, name.replace(".", "_"))).parameters.values()
    theirs = {each.name: each.default is each.empty for each in parameters if each.kind is not each.VAR_KEYWORD}
    theirs = {each: needed for each, needed in theirs.items() if each not in {"self", *_CARRIED}}
    ours = METHODS[name]
    assert {*ours.required, *ours.optional} - _NEWER.get(name, set()) == theirs.keys()
    needed = {each for each, is_needed in theirs.items() if is_needed}
    # The SDK lets a client's id and secret be positional, and the header may carry them instead.
    assert set(ours.required) == needed - {"client_id", "client_secret"}


def read(name, **given):
    return read_arguments(METHODS[name], given)


def test_a_form_carries_structures_as_json_and_flags_as_words():
    read_ = read("chat.postMessage", channel="C1", blocks='[{"type": "divider"}]', unfurl_links="false", mrkdwn="1")
    assert read_ == {"channel": "C1", "blocks": [{"type": "divider"}], "unfurl_links": False, "mrkdwn": True}


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("chat.postMessage", {}, "invalid_arguments"),
        ("chat.postMessage", {"channel": ""}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C1", "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C1", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C1", "unfurl_links": "perhaps"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": ["C1"]}, "invalid_arguments"),
        ("chat.appendStream", {"channel": "C1", "ts": "1", "chunks": "{}"}, "invalid_chunks"),
        ("views.publish", {"user_id": "U1", "view": "[]"}, "invalid_arguments"),
    ],
)
def test_what_cannot_be_read_is_refused_with_slacks_code(name, given, code):
    with pytest.raises(SlackError) as caught:
        read(name, **given)
    assert caught.value.code == code


def test_an_empty_status_is_there_because_it_takes_the_status_away():
    given = {"channel_id": "C1", "thread_ts": "1", "status": ""}
    assert read("assistant.threads.setStatus", **given)["status"] == ""


def test_what_nobody_knows_is_left_out_as_slack_does():
    assert read("auth.test", colour="red") == {}
