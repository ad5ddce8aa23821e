"""The baseline of a warm turn: a bare Strands loop with the same tool inlined.

Same model class and settings, same Drive request, same text for the model; no vault, no HTTP in front, no snapshot, no
pause, no retries. Conversations live in this process and are read as Strands streams them.
"""

import asyncio
import json
from importlib import resources
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import boto3
import httplib2
from botocore.config import Config
from googleapiclient.discovery import build_from_document
from strands import Agent, tool
from strands.models import BedrockModel, CacheConfig

from agent.model import MAX_ANSWER_TOKENS
from bench.client import BenchError
from local.stack import REGION
from prompts import load
from tools.files import LIST_FIELDS, PLACE_FIELDS, File, parse_file
from tools.listing import Column, Listing, render

_MODEL_ID = "global.anthropic.claude-sonnet-4-6"
_ZONE = ZoneInfo("Europe/Berlin")


class BareLoop:
    """Runs turns one after the other on a loop of its own."""

    def __init__(self, aws_url: str, google_url: str, access_token: str) -> None:
        self._runner = asyncio.Runner()
        self._model = BedrockModel(
            model_id=_MODEL_ID,
            boto_session=boto3.Session("sample", "sample", region_name=REGION),
            endpoint_url=aws_url,
            boto_client_config=Config(
                connect_timeout=5, read_timeout=120, retries={"mode": "standard", "total_max_attempts": 2}
            ),
            max_tokens=MAX_ANSWER_TOKENS,
            cache_config=CacheConfig(strategy="auto", tools_ttl=True),
        )
        self._tool = _list_files(google_url, access_token)
        self._agent = self._new_agent()

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the loop."""
        self._runner.close()

    def new_conversation(self) -> None:
        """Forget what was said."""
        self._agent = self._new_agent()

    def ask(self, prompt: str) -> None:
        """Run one turn to its end. Raises: `BenchError` where the tool was not called."""
        self._runner.run(self._ask(prompt))

    async def _ask(self, prompt: str) -> None:
        async for _ in self._agent.stream_async(prompt):
            pass
        if not any("toolResult" in block for block in self._agent.messages[-2]["content"]):
            raise BenchError(f"The bare loop did not call its tool: {self._agent.messages[-2:]}")

    def _new_agent(self) -> Agent:
        return Agent(
            model=self._model,
            tools=[self._tool],
            system_prompt=load("system", today="Friday 2026-11-20", timezone=_ZONE.key),
            callback_handler=None,
        )


def _list_files(google_url: str, access_token: str) -> Any:  # Strands' decorated function has no public type
    path = resources.files("googleapiclient.discovery_cache.documents") / "drive.v3.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["rootUrl"] = f"{google_url}/"
    document["baseUrl"] = f"{google_url}/{document['servicePath']}"
    document.pop("mtlsRootUrl", None)
    http = httplib2.Http()
    service = build_from_document(document, http=http)

    folders: dict[str, File] = {}

    def send(request: Any) -> dict[str, Any]:
        request.headers["authorization"] = f"Bearer {access_token}"
        answer: dict[str, Any] = request.execute(http=http)
        return answer

    def path_of(folder_id: str) -> str:
        if folder_id not in folders:
            request = service.files().get(fileId=folder_id, supportsAllDrives=True, fields=PLACE_FIELDS)
            folders[folder_id] = parse_file(send(request))
        folder = folders[folder_id]
        return f"{path_of(folder.parent_id)} / {folder.name}" if folder.parent_id else folder.name

    @tool
    def list_files(view: str = "recent", folder: str = "", kind: str = "any", order: str = "", limit: int = 20) -> str:
        """List files in the person's Google Drive. Use me for "what did I open last" and "what is in folder X".

        Args:
            view: "recent" is what the person opened last.
            folder: Empty for everything.
            kind: Only this kind of file.
            order: "opened" (last opened by the person first), "changed" (last changed first) or "name".
            limit: How many files to return, 1 to 100.
        """
        del view, folder, kind, order
        request = service.files().list(
            q="viewedByMeTime > '1970-01-01T00:00:00Z' and trashed = false",
            orderBy="viewedByMeTime desc",
            pageSize=limit,
            corpora="allDrives",
            supportsAllDrives=True,
            includeItemsFromAllDrives=True,
            fields=f"nextPageToken,incompleteSearch,files({LIST_FIELDS})",
        )
        files = [parse_file(raw) for raw in send(request)["files"]]
        paths = {file.parent_id: path_of(file.parent_id) for file in files if file.parent_id}
        above = [folders[folder_id] for folder_id in paths]
        columns: frozenset[Column] = frozenset({"opened"})
        listing = Listing("files", "everything", files, has_more=True, columns=columns, folders=above, paths=paths)
        return render(listing, {file.id: number for number, file in enumerate(listing.all_files, 1)}, _ZONE)

    return list_files
