"""Every secret that a stand-in has issued or been shown, so that a test can look for each of them where none may be."""

from collections.abc import Iterable

__all__ = ["Ledger"]


class Ledger:
    """Secrets with what they are, since the start: a reset of the stand-in does not empty it."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def note(self, kind: str, value: str | None) -> None:
        """Remember a secret; the first name it is noted under stays. Nothing is no secret."""
        if value:
            self._kinds.setdefault(value, kind)

    def as_list(self, more: Iterable[tuple[str, str]] = ()) -> list[dict[str, str]]:
        """Each as `{"kind", "value"}`, with `more` behind them as (kind, value), each value once."""
        every = dict(self._kinds)
        for kind, value in more:
            every.setdefault(value, kind)
        return [{"kind": kind, "value": value} for value, kind in every.items()]
