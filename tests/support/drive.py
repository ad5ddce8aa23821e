"""Drive and the vault as arguments: what the tools ask of them, in memory, with every question kept."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tools.errors import AnswerTooLargeError, ConsentRequired, FileNotVisibleError, ScopeNotGrantedError
from tools.files import File, Permission, Person, SharedDrive
from tools.google.drive_api import Account, FilePage
from tools.scopes import CONTENTS, DETAILS

SECRET_URL = "https://bedrock-agentcore.us-west-2.amazonaws.com/identities/oauth2/authorize?request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Acanary"
WIDE_URL = SECRET_URL + "-wide"
TOKEN = "sample-access-token-canary"
WIDE_TOKEN = "sample-wide-access-token-canary"
TOKENS = {DETAILS: TOKEN, CONTENTS: WIDE_TOKEN, (): "sample-empty-access-token-canary"}


def file(name: str, **values: Any) -> File:
    values = {"id": f"id-{name}", "mime_type": "application/vnd.google-apps.spreadsheet", **values}
    values.setdefault("modified", datetime(2026, 11, 12, 9, tzinfo=UTC))
    return File(name=name, **values)


BEN = Person(name="Ben Ortiz", email="ben@gmail.example")
ALICE = Person(name="Alice Archer", email="alice@gmail.example", is_me=True)


@dataclass
class MemoryDrive:
    """Pages of files, in order, and errors to raise first. `folders` holds every file that has an id."""

    pages: list[FilePage] = field(default_factory=lambda: [FilePage([], "", incomplete=False)])
    folders: dict[str, File] = field(default_factory=dict)
    access: dict[str, list[Permission]] = field(default_factory=dict)
    shared_drives: list[SharedDrive] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    def _asked(self, access_token: str, **values: Any) -> None:
        self.calls.append({"token": access_token, **values})
        if self.errors:
            raise self.errors.pop(0)

    def for_conversation(self) -> "MemoryDrive":
        return self

    def list_page(self, access_token: str, **values: Any) -> FilePage:
        self._asked(access_token, **values)
        index = int(values.get("page_token") or 0)
        return self.pages[index]

    def get(self, access_token: str, file_id: str, *, resource_key: str = "") -> File:
        self._asked(access_token, get=file_id, **({"resource_key": resource_key} if resource_key else {}))
        if file_id not in self.folders:
            raise FileNotVisibleError("gone")
        return self.folders[file_id]

    def get_many(self, access_token: str, file_ids: Sequence[str]) -> dict[str, File]:
        self._asked(access_token, get_many=list(file_ids))
        return {file_id: self.folders[file_id] for file_id in file_ids if file_id in self.folders}

    def permissions(self, access_token: str, file_id: str) -> Sequence[Permission]:
        self._asked(access_token, permissions=file_id)
        return self.access.get(file_id, [])

    def drives(self, access_token: str) -> Sequence[SharedDrive]:
        self._asked(access_token, drives=True)
        if access_token == TOKEN:
            raise ScopeNotGrantedError("names and details only")
        return self.shared_drives

    def export(self, access_token: str, file_id: str, mime_type: str) -> bytes:
        self._asked(access_token, export=file_id, mime_type=mime_type)
        return self._content(file_id)

    def download(self, access_token: str, file_id: str, *, max_bytes: int, resource_key: str = "") -> bytes:
        self._asked(access_token, download=file_id, max_bytes=max_bytes, resource_key=resource_key)
        content = self._content(file_id)
        if len(content) > max_bytes:
            raise AnswerTooLargeError(max_bytes)
        return content

    def _content(self, file_id: str) -> bytes:
        if file_id not in self.contents:
            raise FileNotVisibleError("gone")
        return self.contents[file_id]

    def account(self, access_token: str) -> Account:
        self._asked(access_token, account=True)
        return Account(email="alice@gmail.example", name="Alice Archer")

    def revoke(self, access_token: str) -> bool:
        self.revoked.append(access_token)
        return True


class MemoryTokens:
    """A vault in memory, as the narrow scope sees it; every question to it is kept in `asked`, the wide ones marked.

    `granted` begins with consent to names and details. `by_scopes`: the vault keys its tokens by scopes, so a
    read finds only what was granted for the very same ones; otherwise it finds whatever is there.
    """

    def __init__(
        self,
        *,
        granted: bool = True,
        by_scopes: bool = False,
        has_connect_page: bool = True,
        contents: bool = True,
    ) -> None:
        self.scopes = DETAILS
        self.asked: list[dict[str, Any]] = []
        self.vault: dict[tuple[str, ...], str] = {}
        self._by_scopes = by_scopes
        self.keeps_narrow = has_connect_page
        self._has_contents = contents
        self._wide = copy(self)  # the same vault and list
        self._wide.scopes = CONTENTS
        self._wide._wide = self._wide
        if granted:
            self.consent()

    @property
    def granted(self) -> bool:
        return bool(self.vault)

    @granted.setter
    def granted(self, value: bool) -> None:
        if value:
            self.consent()
        else:
            self.vault.clear()

    def consent(self, scopes: tuple[str, ...] = DETAILS, *, granted: tuple[str, ...] | None = None) -> None:
        """Do what a person at Google does: agree to `scopes`, or, having unticked some, to `granted` alone."""
        given = scopes if granted is None else granted
        self.vault[self._key(scopes)] = TOKENS[given]

    def contents(self) -> "MemoryTokens":
        return self._wide if self._has_contents else self

    def every(self) -> "tuple[MemoryTokens, ...]":
        return (self, self._wide)

    def read(self) -> str:
        return self._answer({})

    def require_consent(self, *, state: str = "", discard: bool = False) -> str:
        if discard:
            self.vault.pop(self._key(self.scopes), None)
        return self._answer({"state": state, "discard": discard})

    def _answer(self, question: dict[str, Any]) -> str:
        self.asked.append(question | ({"scopes": CONTENTS} if self.scopes == CONTENTS else {}))
        if self._key(self.scopes) not in self.vault:
            raise ConsentRequired(SECRET_URL if self.scopes == DETAILS else WIDE_URL)
        return self.vault[self._key(self.scopes)]

    def _key(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if self._by_scopes else ()


class StubbornTokens(MemoryTokens):
    """A vault that hands out the same access token even after a forced flow."""

    def require_consent(self, *, state="", discard=False):
        if not discard:
            return super().require_consent(state=state)
        self.asked.append({"state": state, "discard": True})
        raise ConsentRequired(SECRET_URL)
