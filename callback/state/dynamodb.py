"""A DynamoDB table as key-value store, for a service that runs as several processes.

boto3 blocks, so every call runs in a worker thread. py-key-value-aio has a store for DynamoDB, too, which needs
another version of botocore than the AgentCore SDK does (decision 014).

The table: partition key `key` (a string, `<collection>/<key>`), `value` (a string), and `ttl`, by which DynamoDB
removes what has run out, within a few days: so that is looked at when an entry is read, too.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

import asyncio
import logging
import math
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from key_value.aio.stores.base import BaseStore

from callback.hosts import is_loopback
from callback.service_errors import StateUnavailableError
from callback.state.entries import ManagedEntry, entry_of
from callback.variables import SettingsError

__all__ = ["DynamoDbStore", "StateUnavailableError"]

logger = logging.getLogger(__name__)

KEY, VALUE, TTL = "key", "value", "ttl"

# A page waits for several of these calls. Not the threads that wait for AgentCore: one must not hold up the other.
_THREADS = 32
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=3,
    max_pool_connections=_THREADS,
    retries={"mode": "standard", "total_max_attempts": 3},
)
# A deletion tells who was first, and its answer may get lost: the second try would tell everybody "somebody else".
_ONCE = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))

# The latter two while it looks for credentials: the file of a web identity is not there, or those that a role has just
# got are over already.
_FAILURES = (ClientError, BotoCoreError, OSError, RuntimeError)

# boto3 makes its clients while it runs; what comes out of one is read in this module alone.
_Client = Any
_Answer = dict[str, Any]


class DynamoDbStore(BaseStore):
    """One table. Raises `StateUnavailableError` for whatever DynamoDB refuses or does not answer in time."""

    def __init__(self, table: str, region: str, endpoint_url: str | None = None) -> None:
        super().__init__(stable_api=True)
        self._table = table
        self._threads = anyio.CapacityLimiter(_THREADS)
        # A proxy of the environment leads out, never to a stand-in on this machine itself.
        is_here = is_loopback(urlsplit(endpoint_url or "").hostname or "")
        boto = boto3.Session(region_name=region)

        def client(config: Config) -> _Client:
            config = config.merge(Config(proxies={})) if is_here else config
            return boto.client("dynamodb", endpoint_url=endpoint_url, config=config)

        self._client, self._once = client(_CONFIG), client(_ONCE)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._once.close()

    async def check(self) -> None:
        """Look whether the table is there and as it must be. Raises: `SettingsError`."""
        await anyio.to_thread.run_sync(self._check, limiter=self._threads)

    def _check(self) -> None:
        try:
            table = self._client.describe_table(TableName=self._table)["Table"]
            tidies = self._client.describe_time_to_live(TableName=self._table)["TimeToLiveDescription"]
        except _FAILURES as error:
            raise SettingsError(
                f"DRIVE_AGENT_CALLBACK_STATE names the DynamoDB table {self._table!r}, which cannot be used"
                f" ({_cause(error)}). docs/settings.md has the two commands that make it, and the service's role needs"
                " deploy/callback-policy.json."
            ) from error
        kinds = {one["AttributeName"]: one["AttributeType"] for one in table.get("AttributeDefinitions", [])}
        if [one["AttributeName"] for one in table.get("KeySchema", [])] != [KEY] or kinds.get(KEY) != "S":
            raise SettingsError(
                f"DRIVE_AGENT_CALLBACK_STATE names the DynamoDB table {self._table!r}, whose key is another: it must"
                f" have the partition key {KEY!r}, a string, and no sort key."
                " docs/settings.md has the two commands that make it."
            )
        if tidies.get("AttributeName") != TTL:
            logger.warning("table=%s attribute=%s | the table never removes what has run out", self._table, TTL)

    async def _get_managed_entry(self, *, collection: str, key: str) -> ManagedEntry | None:
        # A record is read by the next request after the one that wrote it, maybe in another process.
        answer = await self._run(self._client.get_item, Key=_place(collection, key), ConsistentRead=True)
        return self._entry(answer.get("Item"))

    async def _put_managed_entry(self, *, collection: str, key: str, managed_entry: ManagedEntry) -> None:
        await self._write(self._client.put_item, Item=self._item(collection, key, managed_entry))

    async def add(self, key: str, entry: ManagedEntry, *, collection: str) -> bool:
        """Put an entry where there is none that still counts. True for exactly one caller, over all processes.

        Not repeated by boto3: where the answer gets lost, the second try would tell everybody "there is one".
        """
        assert entry.created_at is not None

        def add(**values: Any) -> _Answer:
            try:
                self._once.put_item(**values)
            except self._once.exceptions.ConditionalCheckFailedException:
                return {}
            return {"added": True}

        answer = await self._write(
            add,
            Item=self._item(collection, key, entry),
            ConditionExpression="attribute_not_exists(#key) OR #ttl < :now",
            ExpressionAttributeNames={"#key": KEY, "#ttl": TTL},
            ExpressionAttributeValues={":now": {"N": str(math.floor(entry.created_at.timestamp()))}},
        )
        return bool(answer)

    def _item(self, collection: str, key: str, entry: ManagedEntry) -> dict[str, dict[str, str]]:
        text = self._serialization_adapter.dump_json(entry=entry, key=key, collection=collection)
        item = {**_place(collection, key), VALUE: {"S": text}}
        if entry.expires_at is not None:
            item[TTL] = {"N": str(math.ceil(entry.expires_at.timestamp()))}
        return item

    async def _delete_managed_entry(self, *, key: str, collection: str) -> bool:
        answer = await self._write(self._once.delete_item, Key=_place(collection, key), ReturnValues="ALL_OLD")
        entry = self._entry(answer.get("Attributes"))
        return entry is not None and not entry.is_expired

    def _entry(self, item: _Answer | None) -> ManagedEntry | None:
        """The entry of an item; its exact end is in the value, because `ttl` counts whole seconds."""
        text = (item or {}).get(VALUE, {}).get("S")
        return None if text is None else entry_of(self._serialization_adapter, text)

    async def _write(self, call: Callable[..., _Answer], **values: object) -> _Answer:
        """As `_run`; who is cancelled meanwhile waits for its end.

        The thread goes on in any case, and what it writes would land behind what is written next.
        """
        writing = asyncio.create_task(self._run(call, **values))
        try:
            return await asyncio.shield(writing)
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await asyncio.wait({writing})
            raise

    async def _run(self, call: Callable[..., _Answer], **values: object) -> _Answer:
        try:
            return await anyio.to_thread.run_sync(partial(call, TableName=self._table, **values), limiter=self._threads)
        except _FAILURES as error:
            logger.warning("table=%s cause=%s | the store of the sessions failed", self._table, _cause(error))
            raise StateUnavailableError from error


def _place(collection: str, key: str) -> dict[str, dict[str, str]]:
    return {KEY: {"S": f"{collection}/{key}"}}


def _cause(error: Exception) -> str:
    """The kind of an error. Its text may name the caller's role, or an address."""
    return error.response.get("Error", {}).get("Code", "?") if isinstance(error, ClientError) else type(error).__name__
