"""Files that are text already: decoded, and freed from what is not for reading. Pure.

Nothing here makes more of a file than its text: this is done in our own process, which has conversations to serve.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from tools.errors import UnreadableFileError
from tools.extraction.draft import Draft, Reader
from tools.extraction.encodings import decode

__all__ = ["READERS"]

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_SHARE_OF_CONTROL = 0.05
# Google's Markdown export carries every picture as a data: URI behind the text.
# https://developers.google.com/workspace/drive/api/guides/ref-export-formats
_PICTURE_DATA = re.compile(r"^\[[^\]\n]{1,99}\]:[ \t]{0,9}<?data:[^\n]*$", re.MULTILINE)
# No bracket inside of brackets: a file of opening ones would be searched through from each of them.
_INLINE_DATA = re.compile(r"\(\s{0,9}<?data:[^()\n]*\)")
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,999})\](?:\[[^\[\]\n]{0,99}\]|\(\))")


def _decoded(content: bytes, draft: Draft) -> str:
    text, guessed = decode(content)
    sample = text[:65_536]
    if len(_CONTROL.findall(sample)) > _SHARE_OF_CONTROL * len(sample):
        raise UnreadableFileError("no text")
    if guessed:
        draft.note(f"its encoding is not stated and was taken for {guessed}")
    return text


def _read_text(content: bytes, draft: Draft) -> None:
    draft.line(_decoded(content, draft))


def _read_rows(content: bytes, draft: Draft) -> None:
    text = _decoded(content, draft)
    lines = text.count("\n") + text.count("\r") - text.count("\r\n") + (not text.endswith(("\n", "\r")))
    draft.note(f"{lines:,} lines" if lines != 1 else "1 line")
    draft.line(text)


def _read_markdown(content: bytes, draft: Draft) -> None:
    text = _INLINE_DATA.sub("()", _PICTURE_DATA.sub("", _decoded(content, draft)))
    text, pictures = _PICTURE.subn(lambda match: f"[picture: {match[1]}]" if match[1].strip() else "[picture]", text)
    if pictures:
        draft.note(f"{pictures} pictures left out" if pictures > 1 else "a picture left out")
    draft.line(text)


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "text": _read_text,
        "rows": _read_rows,
        "markdown": _read_markdown,
    }
)
"""By kind, as `plans.kind_of` names them. What is not here is for the parsers in a process of their own."""
