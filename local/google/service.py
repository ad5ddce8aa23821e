"""Drive v3: from a call to its answer, in the order in which Google checks.

Method, access token, scope, parameters, `fields`; then the method itself. Nothing here writes: a method that
would is refused, whatever the scopes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any  # JSON answers

from local.google import masks
from local.google.calls import Answer, Call, json_answer
from local.google.context import DRIVE_SCOPES, Context, Result, Wishes, check_parameters
from local.google.discovery import Discovery, Method
from local.google.errors import (
    GoogleError,
    forbidden,
    insufficient_scope,
    invalid,
    invalid_credentials,
    login_required,
    not_found,
)
from local.google.files import Viewer
from local.google.get_files import export_file, get_file
from local.google.get_people import about, get_drive, get_permission, list_drives, list_permissions
from local.google.grants import Access
from local.google.items import Library
from local.google.list_files import list_files
from local.google.switches import Switches

__all__ = ["DriveService"]

_HANDLERS: Mapping[str, Callable[[Context], Result]] = {
    "about.get": about,
    "drives.get": get_drive,
    "drives.list": list_drives,
    "files.export": export_file,
    "files.get": get_file,
    "files.list": list_files,
    "permissions.get": get_permission,
    "permissions.list": list_permissions,
}
_NOTHING = Library({}, {})


@dataclass(slots=True)
class DriveService:
    """`find_access` tells who an access token stands for at a moment, `library` what exists now for whom."""

    discovery: Discovery
    find_access: Callable[[str, datetime], Access | None]
    library: Callable[[str], Library]
    switches: Switches
    page_key: bytes
    handlers: Mapping[str, Callable[[Context], Result]] = field(default_factory=lambda: _HANDLERS)

    def answer(self, call: Call, now: datetime, wishes: Wishes | None = None) -> Answer:
        """The answer, errors included; never raises `GoogleError`."""
        try:
            return self._answer(call, now, wishes or Wishes())
        except GoogleError as error:
            answer = json_answer(error.body, error.status, error.headers)
            return replace(answer, method_id=self.method_id(call))

    def method_id(self, call: Call) -> str:
        """`files.list` and the like; empty when there is no such method."""
        found = self.discovery.find(call.http_method, call.path)
        return found[0].id if found else ""

    def _answer(self, call: Call, now: datetime, wishes: Wishes) -> Answer:
        found = self.discovery.find(call.http_method, call.path)
        if found is None:
            raise not_found("Not Found", "path")
        method, path = found
        access = self._authorize(call, method, now)
        handler = self.handlers.get(method.id)
        if handler is None:
            raise _refused(method)
        check_parameters(method, call.parameters)
        reaches_all = bool(access.scopes & DRIVE_SCOPES)
        context = Context(
            method=method,
            path=path,
            parameters=call.parameters,
            headers=call.headers,
            scopes=access.scopes,
            viewer=Viewer(self.library(access.email) if reaches_all else _NOTHING, access.email),
            mask=self._mask(method, call.parameters.get("fields")),
            discovery=self.discovery,
            switches=self.switches,
            now=now,
            page_key=self.page_key,
            wishes=wishes,
        )
        return _finish(handler(context), context)

    def _authorize(self, call: Call, method: Method, now: datetime) -> Access:
        kind, _, access_token = call.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not access_token.strip():
            raise login_required(method.rpc_name)
        access = self.find_access(access_token.strip(), now)
        if access is None:
            raise invalid_credentials()
        if not access.scopes & method.scopes:
            raise insufficient_scope(method.scopes, method.rpc_name, self.switches.scope_error)
        return access

    def _mask(self, method: Method, fields: str | None) -> masks.Mask | None:
        if fields is None or method.response is None:
            return None
        try:
            mask = masks.parse(fields)
            masks.check(mask, method.response, self.discovery.schemas)
        except masks.MaskError as error:
            raise invalid("fields", f"Invalid field selection {error.field}", "invalidParameter") from error
        return mask


def _refused(method: Method) -> GoogleError:
    if method.http_method == "GET":
        return not_found(f"{method.id} is not served by this stand-in for Google Drive.", "path")
    return forbidden("forbidden", "This stand-in for Google Drive is read-only.")


def _finish(result: Result, context: Context) -> Answer:
    if isinstance(result, Answer):
        return replace(result, method_id=context.method.id)
    content: Mapping[str, Any] = result if context.mask is None else masks.cut(result, context.mask)
    return replace(json_answer(content), method_id=context.method.id)
