from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import (
    BadRequestError,
    EmptyPromptError,
    InvalidRuntimeSessionError,
    PromptTooLongError,
    UnknownActionError,
)
from agent.request import Connect, Describe, Forget, Prompt, Resume, Status, check_runtime_session, parse_payload


def test_a_turn_knows_the_persons_time_zone_and_language():
    prompt = parse_payload({"prompt": " which files? ", "timezone": "Asia/Tokyo", "locale": "ja"})
    assert isinstance(prompt, Prompt)
    assert (prompt.text, prompt.zone.key, prompt.locale) == ("which files?", "Asia/Tokyo", "ja")


def test_without_a_time_zone_it_is_utc():
    assert parse_payload({"action": "resume"}) == Resume(zone=parse_payload({"prompt": "x"}).zone, locale="")


@pytest.mark.parametrize(("payload", "client"), [
    ({"client": "terminal"}, "terminal"), ({"client": "a"}, "a"), ({"client": "teams-2"}, "teams-2"), ({}, ""),
    ({"client": ""}, ""), ({"client": None}, ""),
])  # fmt: skip
def test_a_turn_may_say_which_kind_of_front_end_asks(payload, client):
    assert parse_payload({"prompt": "hi"} | payload).client == client


def test_an_action_asks_what_this_conversation_is():
    assert parse_payload({"action": "conversation"}) == Describe()


@pytest.mark.parametrize("prompt", ['{"action": "resume"}', ' {"action":"resume"}\n'])
def test_a_prompt_that_spells_the_resume_is_one_for_clients_that_only_send_prompts(prompt):
    assert parse_payload({"prompt": prompt, "locale": "ja"}) == Resume(zone=ZoneInfo("UTC"), locale="ja")


@pytest.mark.parametrize(
    "prompt", ['{"action": "disconnect"}', '{"action": "forget"}', 'what is {"action": "resume"}?', "resume"]
)
def test_any_other_prompt_stays_what_somebody_has_written(prompt):
    assert parse_payload({"prompt": prompt}).text == prompt


def test_an_action_forgets_a_conversation():
    assert parse_payload({"action": "forget"}) == Forget()


def test_connect_carries_a_state():
    assert parse_payload({"action": "connect", "state": "s", "force": True}) == Connect(state="s", force=True)


def test_connect_may_say_what_the_person_was_told():
    assert parse_payload({"action": "connect"}).told is None
    assert parse_payload({"action": "connect", "scopes": ["a", "b"]}).told == ("a", "b")


def test_unknown_fields_are_ignored_so_that_clients_may_be_newer():
    assert parse_payload({"action": "status", "trace": 1}) == Status()


@pytest.mark.parametrize(
    ("payload", "error", "says"),
    [
        ([], BadRequestError, "JSON object"),
        ("hello", BadRequestError, "JSON object"),
        ({}, BadRequestError, "prompt"),
        ({"prompt": 7}, BadRequestError, "text"),
        ({"prompt": " \n"}, EmptyPromptError, "Ask something"),
        ({"prompt": "x" * 32_001}, PromptTooLongError, "at most 32000"),
        ({"action": "delete"}, UnknownActionError, "resume"),
        ({"action": ["resume"]}, UnknownActionError, "resume"),
        ({"action": "connect", "state": 5}, BadRequestError, "state"),
        ({"action": "connect", "state": "s" * 5000}, BadRequestError, "4096"),
        ({"action": "connect", "force": "yes"}, BadRequestError, "true or false"),
        ({"action": "connect", "scopes": "all"}, BadRequestError, "scopes"),
        ({"action": "connect", "scopes": [5]}, BadRequestError, "scopes"),
        ({"action": "connect", "scopes": ["s"] * 21}, BadRequestError, "scopes"),
        ({"prompt": "x", "timezone": "Mars/Olympus"}, BadRequestError, "Asia/Tokyo"),
        ({"prompt": "x", "timezone": "../../etc/passwd"}, BadRequestError, "Asia/Tokyo"),
        ({"prompt": "x", "timezone": 9}, BadRequestError, "Asia/Tokyo"),
        ({"prompt": "x", "locale": "x" * 40}, BadRequestError, "locale"),
        *(
            ({"prompt": "x", "client": client}, BadRequestError, '"client" must be a name such as "terminal"')
            for client in ("Slack", "-x", "1a", "a b", "<b>", "a\n", "a" * 33, "é", 7, ["web"], {"web": 1})
        ),
    ],
)
def test_a_malformed_payload_is_told_what_to_send(payload, error, says):
    with pytest.raises(error, match=says):
        parse_payload(payload)


@pytest.mark.parametrize("name", ["local-dev-session", "a" * 33, "chat-0123456789abcdef0123456789abcdef", "a" * 256])
def test_names_of_conversations_that_are_taken(name):
    assert check_runtime_session(name) == name


@pytest.mark.parametrize(
    "name",
    [
        None,
        "",
        "a",
        "a" * 257,
        "a" * 10_000,
        "../../../../etc/passwd",
        "a" * 20 + "/b",
        "a" * 20 + "\n",
        ".hidden-" * 4,
    ],
)
def test_names_of_conversations_that_are_refused(name):
    with pytest.raises(InvalidRuntimeSessionError, match="Runtime-Session-Id"):
        check_runtime_session(name)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["prompt", "action", "state", "timezone", "locale", "force"]), json_values))
def test_any_payload_is_understood_or_refused_with_a_sentence(payload):
    sentence = ""
    try:
        parse_payload(payload)
    except BadRequestError as error:
        sentence = str(error)
    assert not sentence or sentence.endswith(".")
