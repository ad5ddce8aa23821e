"""One call of a method, and the methods by name: filled by the modules that have them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any  # JSON values

from local.slack.state import State

__all__ = ["Answer", "Call", "Perform"]

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """`arguments` are checked and read; `bearer` is the token; `basic` the client's name and secret of a header."""

    state: State
    arguments: Mapping[str, Any]
    bearer: str = ""
    basic: tuple[str, str] | None = None

    def text(self, name: str) -> str:
        """A text that may be missing."""
        return str(self.arguments.get(name, ""))


Perform = Callable[[Call], Answer]
