"""The composition root: the only place that makes the agent's parts and joins them.

Importing this module imports Strands, boto3 and Google's client, a second or more; `agent.app` does so off the request
path.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from urllib.parse import quote
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

import boto3
from botocore.session import get_session
from strands import Agent, ModelRetryStrategy
from strands.middleware import ExecuteToolStage, InvokeModelStage
from strands.models import Model
from strands.types.exceptions import SessionException, SnapshotException

from agent.audit import record_drive_call
from agent.caller import Caller
from agent.conversation import ConsentLink, Conversation
from agent.hooks import TurnHooks, merge_roles
from agent.last_used import LastUsed
from agent.model import build_model
from agent.ownership import Beginning
from agent.pacing import note_broken_input, run_in_turn
from agent.restored import check_restored
from agent.settings import Settings
from agent.store import PATIENCE, ConversationStore, open_storage
from tools.allowed import AllowedTokens
from tools.connection import DriveConnection
from tools.consent import AccessTokens, ConsentSettings
from tools.desk import Desk
from tools.drive import drive_tools
from tools.google.drive_api import DriveApi, DriveCall
from tools.pause import Tokens

logger = logging.getLogger(__name__)

MAX_IDLE_CONVERSATIONS = 256

# What Strands and `check_restored` raise for a snapshot that was cut short by a crash, or is of another shape.
_UNREADABLE = (
    SnapshotException,
    SessionException,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    RecursionError,
)

PROVIDER = "google-drive"  # the connection's public name; the credential provider behind it is a setting


def build(settings: Settings) -> "Service":
    """Make the service of this process."""
    session = get_session()
    session.set_default_client_config(PATIENCE)  # the SDK's Identity client takes no settings of its own
    boto3.setup_default_session(botocore_session=session, region_name=settings.region)
    return Service(settings)


class Service:
    """Everything a request needs: conversations by runtime session, and the caller's connection to Drive."""

    def __init__(
        self,
        settings: Settings,
        *,
        model: Model | None = None,
        store: ConversationStore | None = None,
        api: DriveApi | None = None,
        tokens: Tokens | None = None,
        now: Callable[[ZoneInfo], datetime] = datetime.now,
        retry_delay_s: int = 1,
        max_conversations: int = MAX_IDLE_CONVERSATIONS,
    ) -> None:
        self._settings = settings
        self._now = now
        self._retry_delay_s = retry_delay_s
        self._max_conversations = max_conversations
        self._model = model or build_model(settings.model, settings.region)
        self._store = store or ConversationStore(open_storage(settings.state, settings.region))
        self.last_used = LastUsed(self._store, self._utc_now)
        self._api = api or DriveApi(settings.google_api_url, settings.google_revoke_url, record=self._record)
        tokens = tokens or AccessTokens(
            ConsentSettings(
                provider=settings.provider,
                return_url=settings.return_url,
                contents=settings.contents,
                has_connect_page=bool(settings.connect_url),
            ),
            local_workload_token=_local_workload_token(settings) if settings.is_local else None,
        )
        domains = settings.google_domains
        self._tokens = AllowedTokens(tokens, self._api, domains) if domains else tokens
        self._conversations: OrderedDict[tuple[str, str], Conversation] = OrderedDict()
        # Whoever still holds a conversation that was forgotten here must not meet a second one of the same name.
        self._held: WeakValueDictionary[tuple[str, str], Conversation] = WeakValueDictionary()
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._tools = drive_tools(contents=settings.contents)
        self.connection = DriveConnection(self._api, tokens, self._tokens)
        self.provider = PROVIDER

    async def conversation(self, runtime_session: str, caller: Caller, *, client: str = "") -> Conversation:
        """Return the caller's conversation, new or restored; they own it from now on. Raises: `NotOwnerError`.

        `client` is the kind of front end in which a new one begins.
        """
        key = (runtime_session, caller.key)
        if key in self._conversations:
            self._conversations.move_to_end(key)
            return self._conversations[key]
        async with self._opening_of(runtime_session):
            if key not in self._held:
                await self._store.claim(runtime_session, caller, Beginning(client, self._utc_now()))
            return await self._opened(runtime_session, caller)

    async def existing(self, runtime_session: str, caller: Caller) -> Conversation | None:
        """Return the caller's conversation, None where nobody has begun it. Raises: `NotOwnerError`."""
        key = (runtime_session, caller.key)
        known = self._held.get(key)
        if known is not None:  # opened by its owner; a stop must not wait for slow storage
            return known
        async with self._opening_of(runtime_session):
            if key not in self._held and await self.beginning(runtime_session, caller) is None:
                return None
            return await self._opened(runtime_session, caller)

    async def forget(self, runtime_session: str, caller: Caller) -> None:
        """Delete the caller's conversation; what runs in it is stopped first. Does nothing where there is none.

        Raises: `NotOwnerError`, `NotForgottenError`.
        """
        key = (runtime_session, caller.key)
        async with self._opening_of(runtime_session):  # who asks meanwhile begins a new one, or finds none
            self._conversations.pop(key, None)
            known = self._held.get(key)
            if known is not None:
                await known.close()
                self._held.pop(key, None)
            await self._store.forget(runtime_session, caller)

    async def beginning(self, runtime_session: str, caller: Caller) -> Beginning | None:
        """Return how the caller's conversation began, None where nobody has. Raises: `NotOwnerError`."""
        return await self._store.beginning(runtime_session, caller)

    def _opening_of(self, runtime_session: str) -> asyncio.Lock:
        """Return what is held while it is opened or deleted: for one alone, because its storage may be slow."""
        return self._opening.setdefault(runtime_session, asyncio.Lock())

    async def _opened(self, runtime_session: str, caller: Caller) -> Conversation:
        key = (runtime_session, caller.key)
        known = self._held.get(key)
        if known is None:
            known = self._held[key] = await self._open(runtime_session, caller)
        if key not in self._conversations:
            self._forget_idle()
        self._conversations[key] = known
        return known

    async def _open(self, runtime_session: str, caller: Caller) -> Conversation:
        try:
            agent = await asyncio.to_thread(self._agent, runtime_session, caller)
        except _UNREADABLE as error:
            # Keep the bytes for whoever repairs them, and begin anew.
            logger.error("error=%s | snapshot cannot be read and is set aside", type(error).__name__)  # noqa: TRY400
            await self._store.set_aside(runtime_session, caller)
            agent = await asyncio.to_thread(self._agent, runtime_session, caller)
        desk = Desk(self._api.for_conversation(), self._tokens, contents=self._settings.contents)
        return Conversation(agent, desk, self.connection, self._link(runtime_session), today=self._today)

    def _agent(self, runtime_session: str, caller: Caller) -> Agent:
        session_manager = self._store.session_manager(runtime_session, caller)
        agent = Agent(
            model=self._model,
            tools=list(self._tools),
            plugins=[TurnHooks(save=partial(session_manager.save_snapshot, is_latest=True))],
            session_manager=session_manager,
            agent_id="drive",
            callback_handler=None,
            retry_strategy=ModelRetryStrategy(max_attempts=3, initial_delay=self._retry_delay_s, max_delay=8),
        )
        agent.add_middleware(InvokeModelStage.Input, merge_roles)
        agent.add_middleware(InvokeModelStage, note_broken_input)
        agent.add_middleware(ExecuteToolStage, run_in_turn)
        check_restored(agent)
        return agent

    def _link(self, runtime_session: str) -> ConsentLink:
        url = self._settings.connect_url
        if url:
            url = f"{url}?session={quote(runtime_session, safe='')}"
        return ConsentLink(provider=PROVIDER, url=url)

    def _forget_idle(self) -> None:
        """Drop the conversations that were idle longest; their snapshots bring them back."""
        for key in list(self._conversations):
            if len(self._conversations) < self._max_conversations:
                return
            if not self._conversations[key].is_busy:
                del self._conversations[key]

    def _record(self, call: DriveCall) -> None:
        record_drive_call(call)
        if call.outcome == "ok":
            self.last_used.note()

    def _utc_now(self) -> datetime:
        return self._now(ZoneInfo("UTC"))

    def _today(self, zone: ZoneInfo) -> date:
        return self._now(zone).date()


def _local_workload_token(settings: Settings) -> Callable[[], str]:
    """Return what fetches a workload access token for the person at this computer, as the Runtime does for others."""

    def fetch() -> str:
        client = boto3.client("bedrock-agentcore", region_name=settings.region)
        answer = client.get_workload_access_token_for_user_id(
            workloadName=settings.workload, userId=settings.local_user
        )
        return answer["workloadAccessToken"]

    return fetch
