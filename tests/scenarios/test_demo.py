"""`make demo`, as it is printed: every step it tells of has happened, in this order."""

import io

from rich.console import Console

from local.demo import QUESTION, play


def test_the_demo_tells_of_consent_wrong_persons_a_disconnect_and_the_audit(world):
    out = io.StringIO()
    play(world.stack, Console(file=out, width=80, highlight=False))
    told = out.getvalue()
    steps = [
        f"alice> {QUESTION}",
        "Connect Google Drive:",
        "He gets nothing:",
        f"Connected as {world.alice.google.email}",
        "Hiring plan",
        "Alice opens the link and allows that, too.",
        "The agent answers him:",
        "She presses “Disconnect”.",
        f"alice> {QUESTION}",
        "Connect Google Drive:",
        f"{world.alice.email}  agent  files.list  ok",
        "Everything went as it should",
    ]
    at = 0
    for step in steps:
        assert step in told[at:], step
        at = told.index(step, at) + len(step)
    assert f"\n       {world.stack.callback_url}/connect/google-drive?session=talk-" in told
    assert "…”" not in told
