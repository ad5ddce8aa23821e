r"""Text that may be shown in a terminal. Pure.

File names, answers and error texts come from other people. A terminal obeys control characters (ESC moves
the cursor, renames the window, writes the clipboard), and bidirectional overrides show a name backwards.
https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
"""

import re

# C0 but tab and line feed, DEL, C1; bidi marks, embeddings, overrides, isolates; lone surrogates; tag characters.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_BREAKS = re.compile("\r\n|[\u2028\u2029]")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """Return `text` without anything that a terminal would obey; line feeds and tabs stay."""
    return _UNSAFE.sub("", _LINE_BREAKS.sub("\n", text))


def plain_line(text: str) -> str:
    """Return `text` on one line."""
    return _BLANKS.sub(" ", plain(text)).strip()


def plain_link(url: str) -> str:
    """Return `url` if it is a web address without blanks, else nothing: no other scheme is ever shown."""
    cleaned = plain(url).strip()
    is_web = cleaned.startswith(("https://", "http://"))
    return cleaned if is_web and not _BLANKS.search(cleaned) else ""
