"""Drive and the vault as arguments: what the tools ask of them, in memory, with every question kept."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.consent import METADATA_SCOPE, ConsentSettings
from tools.drive_api import Account, FilePage
from tools.errors import ConsentRequired, FileNotVisibleError
from tools.files import File, Person

SECRET_URL = "https://bedrock-agentcore.us-west-2.amazonaws.com/identities/oauth2/authorize?request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Acanary"
TOKEN = "sample-access-token-canary"


def file(name: str, **values: Any) -> File:
    values = {"id": f"id-{name}", "mime_type": "application/vnd.google-apps.spreadsheet", **values}
    values.setdefault("modified", datetime(2026, 11, 12, 9, tzinfo=UTC))
    return File(name=name, **values)


BEN = Person(name="Ben Ortiz", email="ben@gmail.example")
ALICE = Person(name="Alice Archer", email="alice@gmail.example", is_me=True)


@dataclass
class MemoryDrive:
    """Pages of files, in order, and errors to raise first."""

    pages: list[FilePage] = field(default_factory=lambda: [FilePage([], "", incomplete=False)])
    folders: dict[str, File] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    def list_page(self, access_token: str, **values: Any) -> FilePage:
        self.calls.append({"token": access_token, **values})
        if self.errors:
            raise self.errors.pop(0)
        index = int(values.get("page_token") or 0)
        return self.pages[index]

    def get(self, access_token: str, file_id: str) -> File:
        self.calls.append({"token": access_token, "get": file_id})
        if file_id not in self.folders:
            raise FileNotVisibleError("gone")
        return self.folders[file_id]

    def account(self, access_token: str) -> Account:
        self.calls.append({"token": access_token, "account": True})
        if self.errors:
            raise self.errors.pop(0)
        return Account(email="alice@gmail.example", name="Alice Archer")

    def revoke(self, access_token: str) -> None:
        self.revoked.append(access_token)


@dataclass
class MemoryTokens:
    """A vault that holds a token once `granted`."""

    granted: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    settings: ConsentSettings = field(
        default_factory=lambda: ConsentSettings(
            "google-drive-provider", "https://c.example/callback", (METADATA_SCOPE,)
        )
    )

    def read(self) -> str:
        self.asked.append({})
        if not self.granted:
            raise ConsentRequired(SECRET_URL)
        return TOKEN

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        self.asked.append({"state": state, "discard": discard})
        if discard:
            self.granted = False
        if not self.granted:
            raise ConsentRequired(SECRET_URL)
        return TOKEN
