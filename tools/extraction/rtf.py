"""Rich Text Format, version 1.9.1, through striprtf."""

from typing import cast

from striprtf.striprtf import rtf_to_text

from tools.errors import UnreadableFileError
from tools.extraction.draft import Draft

__all__ = ["read"]


def read(content: bytes, draft: Draft) -> None:
    """Read the text. The file itself is ASCII and says which characters its escapes stand for."""
    if not content.lstrip().startswith(b"{\\rtf"):
        raise UnreadableFileError("damaged")
    text = cast("str", rtf_to_text(content.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    # Characters beyond U+FFFF are written as the two halves that UTF-16 has for them.
    draft.line(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
