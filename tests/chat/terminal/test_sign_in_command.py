"""`drive-agent sign-in` where nobody may be there."""

import argparse
import io

import pytest

from chat.errors import ChatError, SignInNeededError
from chat.terminal.sign_in.command import run
from tests.chat.terminal.scripted_issuer import CLIENT_ID, Held, Issuer, app
from tests.support.serve import serve

WAITS = "Standard input is no terminal, so this waits for 2 minutes at most."


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def issuer():
    held = Held(Issuer())
    with serve(app(held)) as url:
        held.issuer = Issuer(url=url)
        yield held.issuer


def sign_in(discovery_url, tmp_path, way="auto", **options):
    """Return what was said until it ended in an error, and the error."""
    said = []
    environ = {
        "DRIVE_AGENT_OIDC_DISCOVERY_URL": discovery_url,
        "DRIVE_AGENT_CLI_CLIENT_ID": CLIENT_ID,
        "DRIVE_AGENT_CLI_REDIRECT_URLS": "http://127.0.0.1:0/signed-in",
        "DRIVE_AGENT_CHAT_STATE": str(tmp_path),
        "SSH_TTY": "/dev/pts/1",  # no browser is opened
        **options.pop("environ", {}),
    }
    given = argparse.Namespace(way=way, ask_again=False, is_leaving=False)
    with pytest.raises(ChatError) as raised:
        run(given, environ, say=said.append, **options)
    return said, raised.value


@pytest.mark.parametrize("metadata", [{}, {"device_authorization_endpoint": "/device"}], ids=["browser", "code"])
def test_without_a_terminal_nobody_is_waited_for_for_long(issuer, tmp_path, monkeypatch, metadata):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    issuer.metadata = {name: issuer.url + path for name, path in metadata.items()}
    issuer.token_answers = [(400, {"error": "authorization_pending"})] * 9
    said, error = sign_in(issuer.discovery_url, tmp_path, alone_s=0.3)
    assert "waits for" in said[0]
    assert any(sentence.startswith("To sign in, open this address") for sentence in said)
    assert isinstance(error, SignInNeededError)
    assert "Nobody has signed in" in error.user_message


@pytest.mark.parametrize("stdin", [io.StringIO(), None])
def test_without_a_terminal_it_says_how_long_it_waits(tmp_path, monkeypatch, stdin):
    monkeypatch.setattr("sys.stdin", stdin)
    said, _ = sign_in("http://127.0.0.1:9/x", tmp_path)
    assert said == [WAITS]


@pytest.mark.parametrize(
    ("stdin", "way", "environ"),
    [
        (Terminal(), "auto", {}),
        (io.StringIO(), "device", {}),
        (io.StringIO(), "auto", {"BROWSER": "/opt/editor/helper"}),
    ],
    ids=["terminal", "code", "editor"],
)
def test_who_is_there_or_has_said_how_to_be_reached_has_all_the_time(tmp_path, monkeypatch, stdin, way, environ):
    monkeypatch.setattr("sys.stdin", stdin)
    said, error = sign_in("http://127.0.0.1:9/x", tmp_path, way, environ=environ, alone_s=0.0)
    assert said == []
    assert "Nobody has signed in" not in error.user_message
