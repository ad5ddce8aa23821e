"""Strands traces every turn, model call and tool call; no trace holds what opens somebody's Drive."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest

from tests.support.drive import SECRET_URL, TOKENS


@pytest.fixture(scope="module", params=["", "gen_ai_latest_experimental,gen_ai_tool_definitions"])
def spans(request):
    """The spans of the story in `traced_turn`, in each of the two forms in which Strands writes contents down."""
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = request.param
    command = [sys.executable, "-m", "tests.support.traced_turn"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_turn_with_consent_and_drive_calls_is_traced(spans):
    names = " ".join(span["name"] for span in spans)
    assert "chat" in names
    assert "execute_tool list_files" in names
    assert "execute_tool search_files" in names
    assert "Q3 budget" in json.dumps(spans), "contents are traced, so a token among them would be, too"


def test_no_span_holds_a_token_or_an_authorization_url(spans):
    text = json.dumps(spans, ensure_ascii=False)
    for secret in (*TOKENS.values(), SECRET_URL, SECRET_URL.rpartition("%3A")[2], "request_uri", "canary"):
        assert secret not in text
        assert quote(secret, safe="") not in text
