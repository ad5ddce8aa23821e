"""Read what a person or model writes where a file or folder is expected. Pure.

In: a handle ("[3]", "#3"), a Google Drive URL, a bare Drive id, "root", a path ("/Finance/2025") or a name.
Out: `ByHandle`, `ById`, `Root` or `ByPath`; whether there is such a file is for others to find out.
Raises: `InvalidReferenceError` for an empty text, and for a URL that leads to no file or folder, with the reason.
Only Google's own hosts are believed. Google lists its URLs nowhere: `_HOSTS` and `_id_in` hold those that people paste.
Resource keys: https://developers.google.com/workspace/drive/api/guides/resource-keys
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import SplitResult, parse_qs, urlsplit

from tools.errors import RetryableToolError

__all__ = ["ByHandle", "ById", "ByPath", "InvalidReferenceError", "Reference", "Root", "parse_reference"]

MAX_LENGTH = 2000  # characters; a pasted URL with its parameters stays far below

_ID = re.compile(r"[A-Za-z0-9_-]{10,200}")
_RESOURCE_KEY = re.compile(r"[A-Za-z0-9_-]{1,200}")
_BARE_ID_LENGTH = 25  # Drive's ids have 28, 33 or 44 characters; those of shared drives 19, too like a name
_HANDLE = re.compile(r"""\[\s*#?(\d{1,9})\s*\](?:\s*"[^\n]*)?|\#(\d{1,9})""")  # with the rest of a row, if copied
_ROOT_NAMES = frozenset({"root", "my drive", "マイドライブ"})
_TOP_NAMES = _ROOT_NAMES - {"root"}

_MARKDOWN_LINK = re.compile(r"\]\(\s*<?(https?://[^\s<>()]+)", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`”\u2019」]+", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:", re.IGNORECASE)
_HOST_LIKE = re.compile(r"(?:[\w-]+\.)*(?:google\.com|goo\.gl|forms\.gle)[\w.-]*", re.IGNORECASE)
_VIEWER = re.compile(r"/(?:a/[^/]+|u/\d+|mobile|corp)(?=/|$)")  # who is looking, and how

_SEPARATOR = re.compile(r"/|\s[>\u203a]\s")
_QUOTED = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|“([^”]*)”|'([^']*)')\s*(?:/|(?<=\s)[>\u203a]\s|$)""")

_FORMS = (
    "Give a handle such as [3], a Google Drive URL, a path such as /Finance/2025, or a name; "
    '"root" is the top of My Drive.'
)

# Hosts whose URLs hold a file id.
_HOSTS = frozenset(
    {
        "drive.google.com",
        "docs.google.com",
        "sheets.google.com",
        "slides.google.com",
        "forms.google.com",
        "script.google.com",
        "colab.research.google.com",
        "drive.usercontent.google.com",
    }
)

# Other hosts that people paste, and why they lead to no file.
_OTHER_HOSTS = {
    "mail.google.com": "That is a Gmail link, not a file in Drive.",
    "calendar.google.com": "That is a Google Calendar link, not a file in Drive.",
    "meet.google.com": "That is a Google Meet link, not a file in Drive.",
    "chat.google.com": "That is a Google Chat link, not a file in Drive.",
    "photos.google.com": "That is a Google Photos link; photos there are not in Drive.",
    "sites.google.com": "That is the page of a Google site, whose URL does not tell its file.",
    "lookerstudio.google.com": "That is a Looker Studio report, which is not a file in Drive.",
    "datastudio.google.com": "That is a Looker Studio report, which is not a file in Drive.",
    "www.google.com": "That is a page of Google's, not a file in Drive.",
    "google.com": "That is a page of Google's, not a file in Drive.",
    **dict.fromkeys(
        ("forms.gle", "goo.gl", "bit.ly", "t.co", "tinyurl.com", "g.co", "docs.app.goo.gl"),
        "That is a shortened link, which does not tell the file. Ask the person for the address it leads to.",
    ),
}

# Pages of drive.google.com that show a list of files.
_VIEWS = {
    "shared-with-me": "Shared with me",
    "recent": "Recent",
    "starred": "Starred",
    "trash": "the trash",
    "search": "a search",
    "shared-drives": "the list of shared drives",
    "team-drives": "the list of shared drives",
    "home": "Home",
    "priority": "Priority",
    "computers": "Computers",
    "quota": "Storage",
    "spam": "Spam",
    "activity": "Activity",
    "workspaces": "Workspaces",
}


class InvalidReferenceError(RetryableToolError):
    """What was given for a file or folder is empty, or a URL that does not lead to one."""

    user_message = "I cannot tell which file or folder that is. Please give me its name or its Google Drive address."


@dataclass(frozen=True, slots=True)
class ById:
    """A file or folder by Drive's id. `resource_key` is what a link of old needs besides, or empty."""

    file_id: str
    resource_key: str = ""


@dataclass(frozen=True, slots=True)
class ByHandle:
    """A file or folder by the number it was given in this conversation."""

    number: int


@dataclass(frozen=True, slots=True)
class ByPath:
    """A file or folder by its name, which comes last, below folders of the names before it.

    `is_absolute` means that the first name lies at the top of My Drive, else anywhere. Names are as written.
    """

    names: tuple[str, ...]
    is_absolute: bool


@dataclass(frozen=True, slots=True)
class Root:
    """The top of My Drive."""


Reference = ById | ByHandle | ByPath | Root


def parse_reference(text: str) -> Reference:
    """Return what `text` refers to. A bare number is a name, because folders are called "2026"."""
    written = text.strip()
    if not written:
        raise InvalidReferenceError(f"The file or folder is empty. {_FORMS}")
    if len(written) > MAX_LENGTH:
        raise InvalidReferenceError(f"That is too long for a file or folder. {_FORMS}")
    if handle := _HANDLE.fullmatch(unicodedata.normalize("NFKC", written)):
        return ByHandle(int(handle[1] or handle[2]))
    if address := _address_in(written):
        return _read_address(address)
    if _looks_like_id(bare := written.strip("<>()\"'`.,;")):
        return ById(bare)
    return _path(written)


def _address_in(written: str) -> str:
    """Return the URL in the text, out of a Markdown link, brackets, quotes or words; "" where there is none."""
    found = set(_MARKDOWN_LINK.findall(written)) or set(_WEB_ADDRESS.findall(written))
    if len(found) > 1:
        raise InvalidReferenceError(f"Those are several URLs. Give one of them. {_FORMS}")
    bare = (found.pop() if found else written.strip("<>()\"'`“”\u2018\u2019「」")).rstrip(" .,;:!?。、")
    if _SCHEME.match(bare):  # https:// too
        return bare
    host = re.split(r"[/?#]", bare, maxsplit=1)[0]
    is_address = host.casefold() in _HOSTS or (_HOST_LIKE.fullmatch(host) and len(host) < len(bare))
    return f"https://{bare}" if is_address else ""


def _read_address(address: str) -> Reference:
    try:
        url = urlsplit(address)
        host = _host(url)
    except ValueError:  # brackets or a port that make no URL
        raise InvalidReferenceError(f"That URL is broken. {_FORMS}") from None
    if host not in _HOSTS:
        reason = _OTHER_HOSTS.get(host, "That URL does not belong to Google Drive, so it leads to no file there.")
        raise InvalidReferenceError(f"{reason} {_FORMS}")
    old_folder = f"/{url.fragment}" if url.fragment.startswith("folders/") else ""
    steps = [step for step in _VIEWER.sub("", url.path + old_folder).split("/") if step]
    query = parse_qs(url.query)
    if file_id := _id_in(host, steps, query):
        return ById(file_id, _first(query, "resourcekey", _RESOURCE_KEY))
    if host == "drive.google.com" and steps in ([], ["drive"], ["drive", "my-drive"], ["drive", "folders", "root"]):
        return Root()
    raise InvalidReferenceError(f"{_why_no_file(host, steps)} {_FORMS}")


def _host(url: SplitResult) -> str:
    """Return the host that a browser would open, or "" for what no Drive link has: a user, another scheme or port."""
    is_plain = url.scheme in {"http", "https"} and url.port in {None, 80, 443} and not set("@\\") & set(url.netloc)
    return (url.hostname or "") if is_plain else ""


def _id_in(host: str, steps: list[str], query: dict[str, list[str]]) -> str:
    """Return the id that follows its marker in the path, or the query's `id`; "" where neither has the form of one."""
    markers = {"drive"} if host == "colab.research.google.com" else {"d", "folders", "projects"}
    for before, after in pairwise(steps):
        if before in markers and _ID.fullmatch(after):
            return after
    return _first(query, "id", _ID)


def _first(query: dict[str, list[str]], name: str, form: re.Pattern[str]) -> str:
    value = query.get(name, [""])[0]
    return value if form.fullmatch(value) else ""


def _why_no_file(host: str, steps: list[str]) -> str:
    if ("d", "e") in pairwise(steps):
        return (
            "That is the link of a published document or form, which does not tell its file. "
            "Ask the person for the address they edit it at, or search for its name."
        )
    if host == "drive.google.com" and steps and steps[-1] in _VIEWS:
        return f"That URL shows {_VIEWS[steps[-1]]}, which is a view and no file or folder."
    return "That URL names no file or folder of Drive."


def _looks_like_id(written: str) -> bool:
    """Tell a Drive id from a long name in one word: it is long, with a digit and with letters of both cases."""
    return (
        len(written) >= _BARE_ID_LENGTH
        and _ID.fullmatch(written) is not None
        and all(re.search(form, written) for form in ("[0-9]", "[a-z]", "[A-Z]"))
    )


def _path(written: str) -> ByPath | Root:
    """Read a path or name; "My Drive" at its front is the top, and no name."""
    names = [name for name in _names(written) if name]
    if len(names) == 1 and _is_one_of(_TOP_NAMES, _names(names[0])[0]):
        names = [name for name in _names(names[0]) if name]  # "My Drive / Finance" in quotes, as our lists show it
    is_absolute = written.startswith("/")
    if names and _is_one_of(_TOP_NAMES, names[0]):
        names, is_absolute = names[1:], True
    if (is_absolute and not names) or (len(names) == 1 and not is_absolute and _is_one_of(_ROOT_NAMES, names[0])):
        return Root()
    if not names:
        raise InvalidReferenceError(f"The file or folder is empty. {_FORMS}")
    return ByPath(tuple(names), is_absolute=is_absolute)


def _names(written: str) -> list[str]:
    """Split at "/", and at " > " as people write breadcrumbs, except inside quotes."""
    names, at, end = [], 0, len(written)
    while at < end:
        if quoted := _QUOTED.match(written, at):
            name = next(group for group in quoted.groups() if group is not None)
            names.append(name.replace('\\"', '"').replace("\\\\", "\\"))
            at = quoted.end()
        else:
            separator = _SEPARATOR.search(written, at)
            names.append(written[at : separator.start() if separator else end].strip())
            at = separator.end() if separator else end
    return names


def _is_one_of(known: frozenset[str], name: str) -> bool:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()) in known
