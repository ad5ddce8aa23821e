"""Moments as the wire and our records spell them: ISO 8601 in UTC, to the second, with a Z. Pure."""

from datetime import UTC, datetime


def moment_text(moment: datetime | None) -> str | None:
    """Return a timezone-aware moment in UTC, to the second: `2026-11-20T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def read_moment(text: object) -> datetime | None:
    """Return the moment that `moment_text` wrote; None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


__all__ = ["moment_text", "read_moment"]
