"""From the page that says "Connected" to the first word of the answer that was waiting for it."""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

from bench.client import BenchError
from bench.figures import Figure, Spread
from bench.rig import QUESTION, Rig
from chat.client import RuntimeClient
from chat.consent import Waiting, until_consent
from chat.events import AuthRequired, Event, Text

# The person is done at different points of the wait of a front end that asks again and again.
DONE_AFTER_S = (0.4, 1.2, 2.2, 3.3, 4.6)
_TIMEOUT_S = 30.0


def measure(rig: Rig) -> list[Figure]:
    """Return what the agent takes when it is asked at once, and what the terminal chat makes of it."""
    at_once = [_wait(rig, done_after_s, _resumed_at_once) for done_after_s in DONE_AFTER_S[:3]]
    in_terminal = [_wait(rig, done_after_s, _in_terminal) for done_after_s in DONE_AFTER_S]
    return [
        Figure(
            name="consent finished to first word, resumed at once",
            unit="ms",
            ours=Spread.of(at_once),
            budget=300.0,
            budget_of="value",
            note="the agent's own share: vault, Drive, model stand-in",
        ),
        Figure(
            name="consent finished to first word, in the terminal chat",
            unit="ms",
            ours=Spread.of(in_terminal),
            budget=300.0,
            budget_of="value",
            note="the chat asks again every 0.5 to 1 s; the SDK's own poller every 5 s",
        ),
    ]


class _Asked:
    """A question that waits for consent, and when its answer began and the consent was done."""

    def __init__(self, rig: Rig) -> None:
        self.client = RuntimeClient.direct(rig.stack.agent_url)
        self.runtime_session = f"bench-{uuid4().hex}"
        self.client.action(self.runtime_session, "disconnect")
        asked = [event for event in self.client.turn(self.runtime_session, QUESTION) if isinstance(event, AuthRequired)]
        if not asked:
            raise BenchError("A question without consent was not asked for consent.")
        self.asked = asked[0]
        self.consented = threading.Event()
        self.first_word_at = 0.0

    def note(self, event: Event) -> None:
        """Remember when the first word of the answer came."""
        if isinstance(event, Text) and not self.first_word_at:
            self.first_word_at = time.perf_counter()


def _wait(rig: Rig, done_after_s: float, front_end: Callable[[_Asked], None]) -> float:
    asked = _Asked(rig)
    thread = threading.Thread(target=front_end, args=(asked,))
    started = time.perf_counter()
    thread.start()
    try:
        time.sleep(max(0.0, done_after_s - (time.perf_counter() - started)))
        rig.connect(asked.runtime_session)
        done_at = time.perf_counter()
        asked.consented.set()
        thread.join(_TIMEOUT_S)
    finally:
        asked.consented.set()
        asked.client.close()
    if not asked.first_word_at:
        raise BenchError("The answer did not come after consent.")
    return (asked.first_word_at - done_at) * 1000


def _resumed_at_once(asked: _Asked) -> None:
    asked.consented.wait(_TIMEOUT_S)
    for event in asked.client.resume(asked.runtime_session):
        asked.note(event)


def _in_terminal(asked: _Asked) -> None:
    waiting = Waiting(patience_s=_TIMEOUT_S)
    for event in until_consent(lambda: asked.client.resume(asked.runtime_session), asked.asked, waiting):
        asked.note(event)
