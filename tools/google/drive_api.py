"""Drive v3, call by call: what is asked, what it costs, and what comes back.

Requests are built by Google's client (`tools.google.client`) and sent to one host only (`tools.google.drive_calls`).
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import httplib2

from tools.errors import (
    AnswerTooLargeError,
    DriveForbiddenError,
    DriveUnavailableError,
    FileNotVisibleError,
    FilePermissionError,
    NotDownloadableError,
    ScopeNotGrantedError,
)
from tools.files import DETAIL_FIELDS, LIST_FIELDS, PLACE_FIELDS, File, Permission, SharedDrive, parse_file
from tools.google import answers
from tools.google.batch import MAX_CALLS
from tools.google.client import GoogleClient
from tools.google.drive_calls import DOWNLOAD, EXPORT, DriveCall, DriveCalls, is_about_the_file
from tools.google.drive_files import Account, DriveFiles, FilePage
from tools.google.http import GoogleHttp, Limits, unreadable
from tools.google.quota import CONTENT_UNITS, LIST_UNITS, OTHER_UNITS, Quota

Item = TypeVar("Item")

_PAGE_SIZE = 100  # the most that drives.list and permissions.list take
_MAX_PAGES = 100
# Drive's ids have 19, 28, 33 or 44 characters. Its other words that stand for a folder (`appDataFolder`) are shorter,
# and refused for their scope.
_ID = re.compile(r"root|[A-Za-z0-9_-]{15,200}")
_RESOURCE_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")


class DriveApi:
    """Drive v3 over HTTP, safe to share between threads and people: the access token is an argument of every call."""

    def __init__(
        self,
        root_url: str,
        revoke_url: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        record: Callable[[DriveCall], None] = lambda _: None,
    ) -> None:
        self._revoke_url = revoke_url
        self._client = GoogleClient(root_url)
        self._clock = clock
        self._calls = DriveCalls(GoogleHttp(sleep=sleep, clock=clock), record)

    def for_conversation(self) -> "DriveApi":
        """Return this client, connections and all, with a quota of its own: every request sent is charged to it."""
        one = copy(self)
        one._calls = replace(self._calls, quota=Quota(self._clock))  # noqa: SLF001 - its own class
        return one

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
        """Return one page of `files.list`: of My Drive, shared drives and files shared with the person, or of one.

        Raises: `StalePageTokenError` where Drive no longer knows `page_token`.
        """
        given = {"orderBy": order, "pageToken": page_token, "driveId": drive_id}
        return self._calls.json(
            "files.list",
            access_token,
            lambda: self._client.files.list(
                q=query,
                pageSize=page_size,
                corpora="drive" if drive_id else "allDrives",
                supportsAllDrives=True,
                includeItemsFromAllDrives=True,
                fields=f"nextPageToken,incompleteSearch,files({LIST_FIELDS})",
                **{name: value for name, value in given.items() if value},
            ),
            answers.file_page,
            units=LIST_UNITS,
            count=lambda page: len(page.files),
        )

    def get(self, access_token: str, file_id: str, *, resource_key: str = "") -> File:
        """Return one file's metadata, shared drives included. An id that cannot be one is not asked for."""
        return self._get(access_token, file_id, DETAIL_FIELDS, resource_key)

    def get_many(self, access_token: str, file_ids: Sequence[str]) -> dict[str, File]:
        """Return the files that can be seen, with `PLACE_FIELDS`, by the ids asked for, in batches."""
        found: dict[str, File] = {}
        wanted = [file_id for file_id in dict.fromkeys(file_ids) if self._is_id(file_id)]
        for start in range(0, len(wanted), MAX_CALLS):
            ids = wanted[start : start + MAX_CALLS]
            found |= self._get_batch(access_token, ids) if len(ids) > 1 else self._get_if_visible(access_token, ids[0])
        return found

    def permissions(self, access_token: str, file_id: str) -> Sequence[Permission]:
        """Return who has access, groups and links included; an account that was deleted since has none."""
        pages = self._pages(
            "permissions.list",
            access_token,
            lambda page: self._client.permissions.list(
                fileId=self._known(file_id),
                supportsAllDrives=True,
                pageSize=_PAGE_SIZE,
                fields="nextPageToken,permissions(type,role,displayName,emailAddress,domain,expirationTime,deleted)",
                **page,
            ),
            answers.permissions,
            file_id,
        )
        with self._naming_files(access_token):
            return [permission for page in pages for permission in page]

    def drives(self, access_token: str) -> Sequence[SharedDrive]:
        """Return the shared drives that the person is a member of."""
        pages = self._pages(
            "drives.list",
            access_token,
            lambda page: self._client.drives.list(pageSize=_PAGE_SIZE, fields="nextPageToken,drives(id,name)", **page),
            answers.drives,
        )
        return [drive for page in pages for drive in page]

    def export(self, access_token: str, file_id: str, mime_type: str) -> bytes:
        """Return a Google document in another format; Google gives out 10 MB at most."""
        return self._content(
            "files.export",
            access_token,
            file_id,
            lambda: self._client.files.export_media(fileId=self._known(file_id), mimeType=mime_type),
            EXPORT,
        )

    def download(self, access_token: str, file_id: str, *, max_bytes: int, resource_key: str = "") -> bytes:
        """Return what a file contains. No more than `max_bytes` are read, whatever is said of its size."""

        def build() -> Any:
            request = self._client.files.get_media(fileId=self._known(file_id), supportsAllDrives=True)
            request.headers["accept-encoding"] = "identity"  # so that the bytes that are counted are the file's
            request.headers |= _resource_keys(file_id, resource_key)
            return request

        limits = replace(DOWNLOAD, max_bytes=max_bytes)
        content = self._content("files.get_media", access_token, file_id, build, limits)
        if len(content) > max_bytes:  # compressed on the way, although nobody asked for that
            raise AnswerTooLargeError(max_bytes)
        return content

    def account(self, access_token: str) -> Account:
        """Return whose Drive the token opens."""
        return self._calls.json(
            "about.get",
            access_token,
            lambda: self._client.about.get(fields="user(displayName,emailAddress)"),
            answers.account,
            units=OTHER_UNITS,
            count=lambda _: 0,
        )

    def revoke(self, access_token: str) -> bool:
        """Revoke the grant behind `access_token` at Google (RFC 7009); False where Google knows of none.

        It is charged to no quota, so that taking a permission back always works.
        Raises: `DriveUnavailableError` where Google does not confirm it.
        """
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode({"token": access_token})

        def send(http: httplib2.Http) -> bool:
            response, content = http.request(self._revoke_url, method="POST", body=body, headers=headers)
            # 400 `invalid_token`: it holds no more.
            if response.status != HTTPStatus.OK and b'"invalid_token"' not in content:
                raise DriveUnavailableError("Google did not confirm the revocation")
            return bool(response.status == HTTPStatus.OK)

        return self._calls.execute("revoke", send, lambda _: 0)

    def _is_id(self, file_id: str) -> bool:
        return _ID.fullmatch(file_id) is not None and file_id not in self._client.path_words

    def _known(self, file_id: str) -> str:
        """Return an id that names a file and nothing else of Drive's addresses (`""`, `..`, `generateIds`).

        The model may have it from what somebody wrote. Raises: `FileNotVisibleError`.
        """
        if not self._is_id(file_id):
            raise FileNotVisibleError("That is not the id of a file. Search for the file by its name.")
        return file_id

    def _get(self, access_token: str, file_id: str, fields: str, resource_key: str = "") -> File:
        def build() -> Any:
            request = self._client.files.get(fileId=self._known(file_id), supportsAllDrives=True, fields=fields)
            request.headers |= _resource_keys(file_id, resource_key)
            return request

        with self._naming_files(access_token):
            return self._calls.about(file_id).json("files.get", access_token, build, answers.file, units=OTHER_UNITS)

    def _get_if_visible(self, access_token: str, file_id: str) -> dict[str, File]:
        try:
            return {file_id: self._get(access_token, file_id, PLACE_FIELDS)}
        except (FileNotVisibleError, DriveForbiddenError) as error:
            if is_about_the_file(error):
                return {}
            raise

    def _get_batch(self, access_token: str, file_ids: Sequence[str]) -> dict[str, File]:
        requests = {
            file_id: self._client.files.get(fileId=file_id, supportsAllDrives=True, fields=PLACE_FIELDS).uri
            for file_id in file_ids
        }
        url = self._client.batch_url
        with self._naming_files(access_token):
            found = self._calls.batch("files.get batch", access_token, url, requests, parse_file, units=OTHER_UNITS)
        return {file_id: file for file_id, file in found.items() if file.id}

    def _pages(
        self,
        method: str,
        access_token: str,
        build: Callable[[dict[str, str]], Any],
        read: Callable[[dict[str, Any]], list[Item]],
        file_id: str = "",
    ) -> Iterator[list[Item]]:
        """Yield every page. Pages without end are no answer: who sees a file must not be told in part."""

        def ask(page: dict[str, str]) -> tuple[list[Item], str]:
            return self._calls.about(file_id).json(
                method,
                access_token,
                lambda: build(page),
                lambda answer: (read(answer), answers.page_token(answer)),
                units=OTHER_UNITS,
                count=lambda answer: len(answer[0]),
            )

        items, page_token = ask({})
        seen = {""}
        yield items
        while page_token not in seen and len(seen) < _MAX_PAGES:
            seen.add(page_token)
            items, page_token = ask({"pageToken": page_token})
            yield items
        if page_token:
            raise unreadable()

    def _content(self, method: str, access_token: str, file_id: str, build: Callable[[], Any], limits: Limits) -> bytes:
        try:
            with self._naming_files(access_token, contents=True):
                calls = self._calls.about(file_id)
                return calls.content(method, access_token, build, units=CONTENT_UNITS, limits=limits)
        except FilePermissionError as error:
            raise NotDownloadableError(error.reason) from error

    @contextmanager
    def _naming_files(self, access_token: str, *, contents: bool = False) -> Iterator[None]:
        """Tell a token that lacks the scope from a file that is refused in the same words.

        For `ScopeNotGrantedError` the person's grant is discarded (`tools.pause`), and an id may come from what
        somebody else wrote. So a call that names no file has to be refused, too: of those the cheapest, which for
        contents is the one that only the wide scope allows.
        """
        try:
            yield
        except ScopeNotGrantedError:
            if contents:
                self.drives(access_token)
            else:
                self.account(access_token)
            raise FilePermissionError("insufficientPermissions") from None


def _resource_keys(file_id: str, resource_key: str) -> dict[str, str]:
    """Return the header for a file that was shared by a link before 2021; a key that cannot be one is left out.

    https://developers.google.com/workspace/drive/api/guides/resource-keys
    """
    is_key = _RESOURCE_KEY.fullmatch(resource_key)
    return {"x-goog-drive-resource-keys": f"{file_id}/{resource_key}"} if is_key else {}


__all__ = ["Account", "DriveApi", "DriveCall", "DriveFiles", "FilePage"]
