"""An operator who allows some Google accounts only: the agent holds to it by itself.

Only the agent is started with the setting here, so the callback service gives nothing back.
"""

import json

import pytest

from tests.scenarios.conftest import FIND

SETTING = "DRIVE_AGENT_GOOGLE_DOMAINS"


@pytest.fixture
def allow(world, monkeypatch):
    """Start the agent again, for accounts of one domain only; at the end without the setting."""

    def only(domain):
        monkeypatch.setenv(SETTING, domain)
        restart(world)

    yield only
    monkeypatch.delenv(SETTING)
    restart(world)


def restart(world):
    world.stack.kill_agent()
    world.stack.start_agent()


def looks(world):
    """The calls to Drive about files, by the audit."""
    lines = (world.stack.options.home / "logs" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line.get("method", "").startswith("files.")]


def test_an_account_that_is_not_allowed_shows_nothing_before_it_is_given_back_and_nothing_from_before_the_setting(
    world, allow
):
    talk = world.connected()
    assert looks(world), "the audit tells"
    allow("corp.example")
    before = len(looks(world))
    asked = talk.ask(FIND)
    [link] = asked.auth_urls
    assert (asked.file_names, asked.stop_reason) == ([], "consent_required")
    [found] = talk.action("status")["connections"]
    assert found["account"]["email"] == "alice@gmail.example", "it is named, so that it can be given back"
    world.consent(link)  # the same account once more
    for _ in range(3):
        again = talk.resume()
        assert (again.auth_urls, again.file_names, again.error) == ([link], [], "")
    assert len(looks(world)) == before
    assert talk.action("disconnect") == {"status": "disconnected"}
    assert world.vault() == []
    allow("corp.example,gmail.example")
    world.consent(link)
    assert talk.resume().file_names
