"""What comes from elsewhere is shown and kept in a form that leads nobody astray."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.events import AuthRequired, FileCard, Files, ToolProgress
from chat.plain import plain_line
from chat.web.safety import safe, web_link
from tests.chat.web.scripted import asking, done, tool

OURS = "http://localhost:9090"
HERE = "conversation-1"


@pytest.mark.parametrize(("given", "shown"), [("running", "running"), ("failed", "failed"), ("paused", "done")])
def test_a_tool_has_a_status_that_is_known_and_a_label_of_one_line(given, shown):
    event = safe(ToolProgress("t1", "list_files", "Look\u202eing\n now", given), OURS)
    assert event == ToolProgress("t1", "list_files", "Looking now", shown)


def test_a_card_says_on_one_line_each_what_it_says():
    odd = "a\u202eb\nc\x1b"
    event = safe(Files((FileCard(odd, odd, "https://a.example", odd, odd, odd),)), OURS)
    assert event == Files((FileCard("ab c", "ab c", "https://a.example", "ab c", "ab c", "ab c"),))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://google.com@evil.example/",
        "https://evil.example\\@google.com",
        "https://[evil",
        "https://a.example/\u202ex",
        "https://a.example/\nx",
        "https://a.example/ x",
        " https://a.example",
        "/chat",
    ],
)
def test_a_link_that_is_none_to_the_web_is_left_out(link):
    assert web_link(link) == ""


@given(st.text())
def test_a_link_is_as_it_was_or_not_at_all(url):
    assert web_link(url) in {"", url}
    assert web_link(f"https://a.example/{url}") in {"", plain_line(f"https://a.example/{url}")}


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (f"{OURS}/connect/google-drive?session=a", True),
        ("https://elsewhere.example/consent", True),
        ("http://localhost:9091/connect", False),
        ("http://localhost:9090@evil.example/", False),
        ("http://elsewhere.example/consent", False),
    ],
)
def test_consent_is_given_over_a_secure_connection_or_to_this_service(link, shown):
    asked = AuthRequired("google", link, "Please.", ())
    event = safe(asked, OURS)
    assert isinstance(event, AuthRequired)
    assert event.auth_url == (link if shown else "")


def test_a_conversation_keeps_what_is_safe_and_nothing_else(alice, agent):
    card = {"name": "a\u202eb", "link": "https://google.com@evil.example/"}
    agent.turns = [[tool("paused"), {"type": "files", "files": [card]}, done()]]
    events = alice.run(HERE, "Where?")
    assert [event["value"]["status"] for event in events if event.get("name") == "drive-agent.tool"] == ["done"]
    works, files = alice.turn(HERE)["parts"]
    assert (works["status"], files["files"]) == ("done", [{"name": "ab"}])


def test_a_card_leads_to_no_service_that_anybody_may_listen_to(alice, agent):
    agent.turns = [[{**each, "auth_url": "http://evil.example"} if "auth_url" in each else each for each in asking()]]
    alice.run(HERE, "Where?")
    assert alice.turn(HERE)["parts"][-1]["url"] == ""
