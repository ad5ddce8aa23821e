"""What `make up` says: paths and addresses that can be copied."""

from pathlib import Path

import pytest

from local.stack import Options, Stack
from local.up import serve

HOME = Path("/home/somebody/where/projects/are/kept/drive-agent/.env.drive-agent/local")


class Ended(Stack):
    """A stack that somebody ends at once."""

    def check(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize("model", ["", "bedrock:global.anthropic.claude-sonnet-4-6"])
def test_paths_and_addresses_stay_whole_in_a_narrow_terminal(monkeypatch, capsys, model):
    monkeypatch.setenv("COLUMNS", "80")
    folder = "/home/somebody/with a [folder] of documents/that/goes/on/for/ever/and/ever/2026"
    serve(Ended(Options(home=HOME, model=model, drive_dir=folder), {}))
    said = capsys.readouterr().out
    assert f"Logs     {HOME}/logs\n" in said
    assert f"Drive    {folder} (a real folder" in said
    words = said.split()
    for whole in ("http://127.0.0.1:4566", "http://localhost:9090", "global.anthropic.claude-sonnet-4-6"):
        assert whole in words or f"bedrock:{whole}" in words
