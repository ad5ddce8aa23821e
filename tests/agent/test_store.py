import asyncio
import stat
from datetime import UTC, datetime

import pytest
from strands.storage import InMemoryStorage, S3Storage

from agent.caller import Caller
from agent.errors import NotForgottenError, NotOwnerError, SettingsError
from agent.ownership import Beginning
from agent.store import ConversationStore, open_storage

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BEGINNING = Beginning("terminal", NOW)
ALICE, BOB = Caller("jwt", "i", "alice"), Caller("jwt", "i", "bob")
SESSION = "chat-0123456789abcdef0123456789abcdef"


def test_the_folder_of_conversations_is_its_owners_alone(tmp_path):
    open_storage(str(tmp_path / "deep" / "state"), "us-west-2")
    assert stat.S_IMODE((tmp_path / "deep" / "state").stat().st_mode) == 0o700


def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path):
    (tmp_path / "state").mkdir(mode=0o755)
    open_storage(str(tmp_path / "state"), "us-west-2")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_bucket_is_opened_by_its_address():
    storage = open_storage("s3://bucket/some/prefix", "us-west-2")
    assert isinstance(storage, S3Storage)
    client = storage._get_client()
    assert client.meta.config.read_timeout == 10, "slow storage must not hold a conversation for minutes"
    client.close()
    with pytest.raises(SettingsError, match="DRIVE_AGENT_STATE"):
        open_storage("s3:///prefix", "us-west-2")


def test_the_first_caller_owns_and_the_second_is_refused():
    store = ConversationStore(InMemoryStorage())

    async def play():
        assert await store.beginning(SESSION, ALICE) is None
        await store.claim(SESSION, ALICE, BEGINNING)
        await store.claim(SESSION, ALICE, Beginning("slack", NOW))
        assert await store.beginning(SESSION, ALICE) == BEGINNING
        with pytest.raises(NotOwnerError):
            await store.claim(SESSION, BOB, BEGINNING)
        with pytest.raises(NotOwnerError):
            await store.beginning(SESSION, BOB)

    asyncio.run(play())


def test_a_conversations_key_is_its_owners_even_where_the_record_of_ownership_is_lost():
    store = ConversationStore(InMemoryStorage())
    keys = {store.session_manager(SESSION, caller).session_id for caller in (ALICE, BOB)}
    assert len(keys) == 2
    assert not any("alice" in key or SESSION in key for key in keys)


class Stubborn(InMemoryStorage):
    """Deletes so many things, and no more until it is told to."""

    def __init__(self, deletions):
        super().__init__()
        self.deletions = deletions

    async def delete(self, key):
        if self.deletions == 0:
            raise OSError
        self.deletions -= 1
        await super().delete(key)


def test_a_conversation_stays_its_owners_until_the_last_of_it_is_deleted():
    async def play():
        for deletions in range(3):
            storage = Stubborn(deletions)
            store = ConversationStore(storage)
            await store.claim(SESSION, ALICE, BEGINNING)
            place = f"session/{store.session_manager(SESSION, ALICE).session_id}"
            for name in ("a.json", "b.json"):
                await storage.write(f"{place}/{name}", b"{}")
            with pytest.raises(NotForgottenError):
                await store.forget(SESSION, ALICE)
            assert await store.beginning(SESSION, ALICE) == BEGINNING
            with pytest.raises(NotOwnerError):
                await store.claim(SESSION, BOB, BEGINNING)
            storage.deletions = -1
            await store.forget(SESSION, ALICE)
            assert await storage.list("") == []

    asyncio.run(play())
