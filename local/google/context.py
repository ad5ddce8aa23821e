"""What a Drive method works with, checked and ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any  # the discovery document's parameter descriptions are JSON

from local.google.calls import Answer
from local.google.discovery import Discovery, Method
from local.google.errors import GoogleError, invalid
from local.google.files import Viewer
from local.google.masks import Mask
from local.google.switches import Switches

__all__ = ["CONTENT_SCOPES", "DRIVE_SCOPES", "Context", "Result", "Wishes", "check_parameters"]

_AUTH = "https://www.googleapis.com/auth/"
# Scopes with which everything can be seen. The others see what the app made or was handed, which here is nothing.
DRIVE_SCOPES = frozenset(
    f"{_AUTH}{name}" for name in ("drive", "drive.readonly", "drive.metadata", "drive.metadata.readonly")
)
CONTENT_SCOPES = frozenset(f"{_AUTH}{name}" for name in ("drive", "drive.readonly"))

Result = Mapping[str, Any] | Answer


@dataclass(frozen=True, slots=True)
class Wishes:
    """Faults that change a page without being an error.

    It is said to be incomplete, has no files, or half as many as were asked for, or its token leads to it again.
    """

    is_incomplete: bool = False
    is_empty_page: bool = False
    is_short_page: bool = False
    is_same_token: bool = False

    @classmethod
    def of(cls, kind: str) -> "Wishes":
        """The wish that a kind of fault is, if it is one."""
        return cls(kind == "incomplete", kind == "empty_page", kind == "short_page", kind == "same_token")


@dataclass(frozen=True, slots=True)
class Context:
    """One authorized call. `mask` is None without `fields`."""

    method: Method
    path: Mapping[str, str]
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    scopes: frozenset[str]
    viewer: Viewer
    mask: Mask | None
    discovery: Discovery
    switches: Switches
    now: datetime
    page_key: bytes
    wishes: Wishes

    @property
    def can_read_content(self) -> bool:
        """Whether the scopes reach contents."""
        return bool(self.scopes & CONTENT_SCOPES)

    def text(self, name: str) -> str:
        """A parameter; the document's default, or empty, when it is not given."""
        return self.parameters.get(name) or self.method.parameters[name].get("default", "")

    def flag(self, name: str) -> bool:
        """A boolean parameter."""
        return self.text(name).lower() == "true"

    def number(self, name: str, default: int) -> int:
        """An integer parameter; more than the maximum counts as the maximum."""
        maximum = int(self.method.parameters[name]["maximum"])
        return min(int(self.text(name) or default), maximum)

    @property
    def supports_all_drives(self) -> bool:
        """Whether the caller knows about shared drives, said by either name of the parameter."""
        return self.flag("supportsAllDrives") or self.flag("supportsTeamDrives")


def check_parameters(method: Method, parameters: Mapping[str, str]) -> None:
    """Raise 400 for a value that the document does not allow; unknown parameters are left alone."""
    for name, text in parameters.items():
        if problem := _problem(method.parameters.get(name, {}), name, text):
            raise problem


def _problem(rule: Mapping[str, Any], name: str, text: str) -> GoogleError | None:
    wrong = invalid(name, f"Invalid value '{text}'.", "invalidParameter")
    if rule.get("type") == "boolean" and text.lower() not in {"true", "false"}:
        return wrong
    if rule.get("type") == "integer":
        if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 10:
            return wrong
        low, high = rule.get("minimum", text), rule.get("maximum", text)
        if int(text) < int(low):
            message = f"Invalid value '{text}'. Values must be within the range: [{low}, {high}]"
            return invalid(name, message, "invalidParameter")
    return wrong if "enum" in rule and text not in rule["enum"] else None
