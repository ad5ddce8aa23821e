"""What an idle conversation keeps in memory: the growth of an agent's resident set over many conversations."""

import subprocess
from uuid import uuid4

from bench.figures import Figure, Spread
from bench.rig import QUESTION, Rig

WARM_UP = 40
CONVERSATIONS = 200  # with the warm-up fewer than the agent keeps before it forgets the oldest


def measure(rig: Rig) -> Figure:
    """Hold conversations of one turn in a fresh agent, and look at its size before and after."""
    with rig.agent("memory-agent", ["main.py"]) as url, rig.client(url) as client:
        for _ in range(WARM_UP):
            client.ask(f"bench-{uuid4().hex}", QUESTION)
        before = _resident_kb(rig.process_id("memory-agent"))
        for _ in range(CONVERSATIONS):
            client.ask(f"bench-{uuid4().hex}", QUESTION)
        after = _resident_kb(rig.process_id("memory-agent"))
    return Figure(
        name="memory of one idle conversation",
        unit="KB",
        ours=Spread.of([(after - before) / CONVERSATIONS]),
        budget=200.0,
        budget_of="value",
        note=f"growth over {CONVERSATIONS} conversations of one turn, 20 files each; {after / 1024:.0f} MB in all",
    )


def _resident_kb(process_id: int) -> int:
    answer = subprocess.run(  # ps is the same on Linux and macOS, /proc is not
        ["ps", "-o", "rss=", "-p", str(process_id)],  # noqa: S607 - the system's own
        capture_output=True,
        text=True,
        check=True,
    )
    return int(answer.stdout)
