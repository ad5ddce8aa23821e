"""Where Slack's pages leave something open: one switch for each question, with our guess as default.

Set with `POST /_standin/switches`.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Switches"]


@dataclass(slots=True)
class Switches:
    """`stream_life`: a stream ends five minutes after it started, or after it was last appended to.

    `delivery`: events go over the sockets that are connected and else to the request URL, or over one of them alone.
    `own_events`: the app is told of its own direct messages, as apps with message.im are.
    """

    stream_life: Literal["started", "appended"] = "started"
    delivery: Literal["auto", "http", "socket"] = "auto"
    own_events: Literal["on", "off"] = "on"
