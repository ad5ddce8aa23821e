"""Since when somebody is connected: the one thing about a grant that AWS and Google do not tell.

The grant itself is in AgentCore's vault, and whether there is one only the agent can say.
"""

from datetime import timedelta

from callback.records import Grant
from callback.state.store import Records, Sealed

__all__ = ["Grants"]

# Google ends a refresh token that nobody has used for six months; what is older than this is about none.
_LIFE = timedelta(days=400)


class Grants:
    """Remembered by the person's key."""

    def __init__(self, store: Sealed) -> None:
        self._records = Records(store, "grants", Grant)

    async def get(self, person_key: str) -> Grant | None:
        """Return what is remembered; None after the session key was changed, or for a grant from elsewhere."""
        return await self._records.get(person_key)

    async def put(self, person_key: str, grant: Grant) -> None:
        """Remember a completion."""
        await self._records.put(person_key, grant, _LIFE)

    async def delete(self, person_key: str) -> None:
        """Forget, for there is no grant any more."""
        await self._records.delete(person_key)
