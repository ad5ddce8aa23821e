"""How long things of the web chat may take, and how many there may be. Pure."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """In seconds, but for the numbers at the end."""

    # Longer than a wait for consent and the longest turn of the Runtime, 15 minutes, together.
    run_s: float = 1800.0
    # As long as an authorization of AgentCore lives.
    consent_s: float = 600.0
    # After which the agent is asked whether consent was given elsewhere; from then on less and less often.
    ask_s: float = 0.5
    # How long the end of an answer that is there waits for the name of the account, which is asked for meanwhile.
    name_s: float = 3.0
    # A page draws no faster than that, and nobody reads faster.
    pace_s: float = 0.06
    # How often what an answer has come to is written down.
    keep_s: float = 1.0
    # How often a run says that its process is alive.
    beat_s: float = 5.0
    # Load balancers give up on a silent connection after a minute or less.
    keep_alive_s: float = 15.0
    # How long the agent is given to end a turn by itself.
    stop_s: float = 5.0
    # How long the events of a run that has ended are there for who was cut off from them.
    linger_s: float = 120.0
    # Before somebody asks again after a run that another process works on.
    elsewhere_s: float = 1.5
    # A body of a few kilobytes that takes longer is not on its way.
    body_s: float = 15.0
    # How many runs of one person may be at work in one process at once, and how many may wait for consent.
    runs: int = 8
    # How many may follow one run.
    followers: int = 32
