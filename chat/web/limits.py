"""How long things of the web chat may take, and how many there may be. Pure."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """All in seconds but `runs`, which is how many one person may have at work in this process at once."""

    # Longer than a wait for consent and the longest turn of the Runtime, 15 minutes, together.
    run_s: float = 1800.0
    # As long as an authorization of AgentCore lives.
    consent_s: float = 600.0
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
    runs: int = 8
