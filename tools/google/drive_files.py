"""What the tools ask of Google Drive, as a protocol, and the values that come back with files.

`tools.google.drive_api.DriveApi` is Drive itself; importing this module loads no client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tools.files import File, Permission, SharedDrive


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of `files.list`. `next_page_token` is empty on the last page."""

    files: Sequence[File]
    next_page_token: str
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The Google account behind an access token."""

    email: str
    name: str


class DriveFiles(Protocol):
    """The Drive calls that the tools need. Every method raises a `ToolError` where Drive does not answer."""

    def list_page(
        self,
        access_token: str,
        *,
        query: str,
        order: str = "",
        page_size: int = 100,
        page_token: str = "",
        drive_id: str = "",
    ) -> FilePage:
        """Return one page of files of all the person's drives, or of the shared drive `drive_id`."""

    def get(self, access_token: str, file_id: str, *, resource_key: str = "") -> File:
        """Return one file with its details; `root` is the top of My Drive."""

    def get_many(self, access_token: str, file_ids: Sequence[str]) -> dict[str, File]:
        """Return where files are, by the ids asked for; those that the person cannot see are missing."""

    def permissions(self, access_token: str, file_id: str) -> Sequence[Permission]:
        """Return who has access. Raises `FilePermissionError` where the person may not know."""

    def drives(self, access_token: str) -> Sequence[SharedDrive]:
        """Return the shared drives that the person is a member of. Needs the wide scope."""

    def export(self, access_token: str, file_id: str, mime_type: str) -> bytes:
        """Return a Google document in another format. Raises `ExportTooLargeError`, `NotDownloadableError`."""

    def download(self, access_token: str, file_id: str, *, max_bytes: int, resource_key: str = "") -> bytes:
        """Return what a file contains. Raises `AnswerTooLargeError` over `max_bytes`, `NotDownloadableError`."""

    def account(self, access_token: str) -> Account:
        """Return whose Drive the token opens."""

    def revoke(self, access_token: str) -> bool:
        """Revoke the grant behind `access_token` at Google; False where Google says that there is none."""

    def for_conversation(self) -> "DriveFiles":
        """Return the same client for one conversation, which may not ask more than its share (`tools.google.quota`)."""


__all__ = ["Account", "DriveFiles", "FilePage"]
