"""The manifest asks for what the code uses, and for nothing else."""

import ast
import json
from pathlib import Path

import pytest

from chat.slack.front_end import EVENTS_PATH
from chat.slack.home import prompts
from chat.slack.listeners import EVENTS
from chat.slack.settings import SlackSettings
from chat.slack.words import words_in

FOLDER = Path(__file__).resolve().parents[3] / "chat" / "slack"
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])

# What Slack's pages say of each method; none needs one for itself.
NEEDED = {
    "auth_test": set(),
    "chat_postMessage": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_appendStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "conversations_open": {"im:write"},
    "agents_sessions_setStatus": {"chat:write", "assistant:write"},
    "assistant_threads_setStatus": {"assistant:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "views_publish": set(),
    "users_info": {"users:read"},
}
OF_EVENTS = {
    "message.im": {"im:history"},
    "app_mention": {"app_mentions:read"},
    "app_home_opened": set(),
    "agent_session_stopped": {"assistant:write"},
}


def called() -> set[str]:
    """The methods of the Web API in our code."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
                found |= {node.attr} if node.value.attr == "_client" else set()
    return found


def test_every_scope_is_needed_by_a_call_or_an_event_and_every_call_has_its_scopes() -> None:
    used = set().union(*(NEEDED[method] for method in called()), *(OF_EVENTS[event] for event in EVENTS))
    assert used == SCOPES


def test_people_may_sign_in_with_slack_and_are_asked_for_nothing_else() -> None:
    assert MANIFEST["oauth_config"]["scopes"]["user"] == ["openid", "profile"]


def test_all_calls_go_through_one_place() -> None:
    assert called() == set(NEEDED)


def test_it_subscribes_to_the_events_that_are_listened_to() -> None:
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_events_and_presses_come_to_the_route_and_sign_ins_back_to_the_service() -> None:
    settings = MANIFEST["settings"]
    for address in (settings["event_subscriptions"]["request_url"], settings["interactivity"]["request_url"]):
        assert address.endswith(EVENTS_PATH)
    assert [url.endswith("/sign-in/callback") for url in MANIFEST["oauth_config"]["redirect_urls"]] == [True]
    assert SlackSettings(bot_token="xoxb-sample").api_url == "https://slack.com/api/"


def test_it_is_an_agent_in_the_present_way_and_within_slacks_lengths() -> None:
    features = MANIFEST["features"]
    assert "assistant_view" not in features
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert features["agent_view"]["suggested_prompts"] == prompts(words_in("en"))
    assert len(prompts(words_in("en"))) <= 4
    assert 174 <= len(MANIFEST["display_information"]["long_description"]) <= 4000


@pytest.mark.parametrize("language", ["en", "ja"])
def test_there_are_as_many_titles_as_prompts(language) -> None:
    assert len(prompts(words_in(language))) == 4
