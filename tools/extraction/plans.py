"""How to obtain the text of a file of some MIME type. Pure.

Google's own types are exported, https://developers.google.com/workspace/drive/api/guides/ref-export-formats;
everything else is downloaded as it is. A spreadsheet is exported as xlsx, since CSV would hold its first sheet only;
a presentation as plain text, since pptx carries its pictures and an export ends at 10 MB.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ReadPlan", "kind_of", "plan_of", "why_unreadable"]

_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_SHEETS = f"{_OPEN_XML}.spreadsheetml.sheet"
_GOOGLE = "application/vnd.google-apps."
_SCRIPT = "application/vnd.google-apps.script+json"
_NOT_TEXT = ("image/", "video/", "audio/", "font/", "model/")


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """`export_as`: the type to ask `files.export` for, empty to download the bytes. `content_type`: what arrives."""

    export_as: str
    content_type: str


_EXPORTS: Mapping[str, str] = MappingProxyType(
    {
        f"{_GOOGLE}document": "text/markdown",
        f"{_GOOGLE}spreadsheet": _SHEETS,
        f"{_GOOGLE}presentation": "text/plain",
        f"{_GOOGLE}script": _SCRIPT,
    }
)

# What reads each type: a module of this package, or a way of `plain`.
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "application/pdf": "pdf",
        f"{_OPEN_XML}.wordprocessingml.document": "word",
        f"{_OPEN_XML}.wordprocessingml.template": "word",
        "application/vnd.ms-word.document.macroenabled.12": "word",
        "application/vnd.ms-word.template.macroenabled.12": "word",
        _SHEETS: "excel",
        f"{_OPEN_XML}.spreadsheetml.template": "excel",
        "application/vnd.ms-excel.sheet.macroenabled.12": "excel",
        "application/vnd.ms-excel.template.macroenabled.12": "excel",
        f"{_OPEN_XML}.presentationml.presentation": "powerpoint",
        f"{_OPEN_XML}.presentationml.slideshow": "powerpoint",
        f"{_OPEN_XML}.presentationml.template": "powerpoint",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12": "powerpoint",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12": "powerpoint",
        "application/vnd.oasis.opendocument.text": "opendocument",
        "application/vnd.oasis.opendocument.text-template": "opendocument",
        "application/vnd.oasis.opendocument.spreadsheet": "opendocument",
        "application/vnd.oasis.opendocument.spreadsheet-template": "opendocument",
        "application/vnd.oasis.opendocument.presentation": "opendocument",
        "application/vnd.oasis.opendocument.presentation-template": "opendocument",
        "application/epub+zip": "book",
        "application/rtf": "rtf",
        "application/x-rtf": "rtf",
        "text/rtf": "rtf",
        "text/html": "web",
        "application/xhtml+xml": "web",
        "message/rfc822": "mail",
        "text/markdown": "markdown",
        "text/x-markdown": "markdown",
        _SCRIPT: "script",
        "application/vnd.google.colaboratory": "notebook",
        "application/x-ipynb+json": "notebook",
        "application/vnd.jupyter": "notebook",
        "text/csv": "rows",
        "application/csv": "rows",
        "text/tab-separated-values": "rows",
    }
)
_TEXT = frozenset(
    (  # noqa: SIM905 - a list of words
        "json json5 jsonl ndjson x-ndjson x-jsonlines xml x-xml yaml x-yaml toml sql x-sql javascript x-javascript "
        "ecmascript typescript x-typescript x-sh x-shellscript x-csh x-python x-ruby x-perl x-httpd-php x-php x-tex "
        "x-latex x-subrip x-ini x-properties x-log x-wine-extension-ini graphql mbox octet-stream"
    ).split(" ")
)

_OLD_OFFICE = frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
_ARCHIVE_ENDINGS = ("zip", "x-tar", "gzip", "x-rar", "rar", "vnd.rar", "7z-compressed", "x-bzip2", "compressed")


def kind_of(content_type: str) -> str:
    """Name the way to read this MIME type, parameters aside: `pdf`, `word`, `text`, …; empty when there is none."""
    name = content_type.partition(";")[0].strip().lower()
    if name in _KINDS:
        return _KINDS[name]
    if name.startswith(_GOOGLE) or name.startswith(_NOT_TEXT):
        return ""
    is_text = (
        name.startswith("text/")
        or name.removeprefix("application/") in _TEXT
        or name.endswith(("+json", "+xml", "+yaml"))
    )
    return "text" if is_text else ""


def plan_of(mime_type: str) -> ReadPlan | None:
    """How to obtain the text of a Drive file of this type; None when it cannot be read as text.

    `application/octet-stream` says nothing about the bytes: it is planned as text, and `extract` refuses what is none.
    """
    if mime_type in _EXPORTS:
        return ReadPlan(_EXPORTS[mime_type], _EXPORTS[mime_type])
    return ReadPlan("", mime_type) if kind_of(mime_type) else None


def why_unreadable(mime_type: str) -> str:
    """Say in a sentence, to the model or a person, why `plan_of` has no way to read this type."""
    if mime_type in _OLD_OFFICE:
        return (
            "It is in the old Office format of before 2007, which I cannot read. "
            "Saved in the present format, or opened as a Google file, I could."
        )
    if mime_type == f"{_GOOGLE}folder":
        return "It is a folder."
    if mime_type == f"{_GOOGLE}shortcut":
        return "It is a shortcut; read the file that it points to."
    if mime_type.startswith(_NOT_TEXT) or mime_type == f"{_GOOGLE}drawing":
        return "It is a picture, a sound or a video, which I cannot read as text."
    if mime_type.endswith(_ARCHIVE_ENDINGS):
        return "It is an archive, and I do not look inside those."
    return "I cannot read this kind of file as text."
