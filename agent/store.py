"""Where conversations are kept: files on one machine, S3 in the cloud; and whose each one is.

A conversation's key in the store is a hash of its runtime session and its owner, so a snapshot can be opened by its
owner only, even where the record of ownership is lost.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.config import Config
from strands.session import SnapshotSessionManager
from strands.storage import LocalFileStorage, S3Storage, Storage

from agent.caller import Caller
from agent.errors import NotForgottenError, NotKeptError, NotOwnerError, SettingsError
from agent.moments import moment_text, read_moment
from agent.ownership import Beginning, read_record, write_record

# For S3, AgentCore Identity and what else a turn asks of AWS; boto3 itself would wait 60 s for each of five tries.
PATIENCE = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})


def open_storage(location: str, region: str) -> Storage:
    """Return the storage for `location`, a folder or `s3://bucket/prefix`."""
    if not location.startswith("s3://"):
        # Conversations hold file names, so nobody else on the machine may read them.
        try:
            Path(location).mkdir(parents=True, exist_ok=True)
            Path(location).chmod(0o700)
        except OSError as error:
            raise SettingsError(f"DRIVE_AGENT_STATE: the folder cannot be made ({error.strerror}).") from error
        return LocalFileStorage(location)
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    if not bucket:
        raise SettingsError("DRIVE_AGENT_STATE must be a folder or s3://bucket/prefix.")
    return S3Storage(bucket, prefix=prefix, region_name=region, boto_client_config=PATIENCE)


class ConversationStore:
    """Ownership records and snapshots. Callers serialise `claim` for one runtime session themselves."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def claim(self, runtime_session: str, caller: Caller, beginning: Beginning) -> None:
        """Make `caller` the owner of a new conversation. Raises: `NotOwnerError` where it has another owner."""
        if await self.beginning(runtime_session, caller) is None:
            await self._storage.write(_owner_key(runtime_session), write_record(caller.key, beginning))

    async def beginning(self, runtime_session: str, caller: Caller) -> Beginning | None:
        """Return how the caller's conversation began, None for one that nobody owns.

        Raises: `NotOwnerError` where another caller owns it.
        """
        record = await self._storage.read(_owner_key(runtime_session))
        if record is None:
            return None
        owner, beginning = read_record(record)
        if owner != caller.key:
            raise NotOwnerError
        return beginning

    async def last_used(self, caller_key: str) -> datetime | None:
        """Return when this person's Drive was last looked at, as far as it was kept."""
        record = await self._storage.read(_used_key(caller_key))
        return read_moment(record.decode("utf-8", "replace")) if record else None

    async def keep_last_used(self, caller_key: str, moment: datetime) -> None:
        """Keep when this person's Drive was last looked at."""
        await self._storage.write(_used_key(caller_key), str(moment_text(moment)).encode())

    def session_manager(self, runtime_session: str, caller: Caller) -> SnapshotSessionManager:
        """Return what restores and saves the conversation's agent."""
        return _Snapshots(_conversation_key(runtime_session, caller), storage=self._storage)

    async def forget(self, runtime_session: str, caller: Caller) -> None:
        """Delete all that is kept of the caller's conversation. Raises: `NotOwnerError`, `NotForgottenError`.

        The record of ownership goes last: without it nobody would look for the rest.
        """
        try:
            await self.beginning(runtime_session, caller)
            place = _snapshots(runtime_session, caller)
            for name in [*await self._storage.list(place), *await self._storage.list(_aside(place))]:
                await self._storage.delete(name)
            await self._storage.delete(_owner_key(runtime_session))
        except NotOwnerError:
            raise
        except Exception as error:
            raise NotForgottenError from error

    async def set_aside(self, runtime_session: str, caller: Caller) -> None:
        """Move a snapshot that cannot be read out of the way, keeping its bytes for whoever repairs it."""
        for name in await self._storage.list(_snapshots(runtime_session, caller)):
            data = await self._storage.read(name)
            if data is not None:
                await self._storage.write(_aside(name), data)
            await self._storage.delete(name)


class _Snapshots(SnapshotSessionManager):
    """Tells a storage that fails from a model that does: Strands saves in the middle of its loop."""

    async def save_snapshot(self, agent: Any, *, is_latest: bool) -> str | None:
        """Save as Strands does. Raises: `NotKeptError`."""
        try:
            return await super().save_snapshot(agent, is_latest=is_latest)
        except Exception as error:
            raise NotKeptError from error


def _used_key(caller_key: str) -> str:
    return f"used/{caller_key}"


def _owner_key(runtime_session: str) -> str:
    # Hashed, because a file system may not tell upper from lower case.
    return f"owner/{hashlib.sha256(runtime_session.encode()).hexdigest()}"


def _snapshots(runtime_session: str, caller: Caller) -> str:
    return f"session/{_conversation_key(runtime_session, caller)}/"  # as `SnapshotSessionManager` names it


def _aside(name: str) -> str:
    return f"unreadable/{name}"


def _conversation_key(runtime_session: str, caller: Caller) -> str:
    return hashlib.sha256(f"{caller.key}/{runtime_session}".encode()).hexdigest()
