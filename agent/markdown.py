"""Markdown that makes a link of what is ours and of nothing else. Pure.

The grammar is CommonMark's, https://spec.commonmark.org/0.31.2/, with the bare addresses of GitHub's extension,
https://github.github.com/gfm/#autolinks-extension-.
"""

import re
import unicodedata
from urllib.parse import quote

from tools.listing import one_line

MAX_NAME = 120

# Schemes that go without "//". Any word with "//" behind its colon is a scheme, too.
SCHEMES = ("mailto", "javascript", "vbscript", "data", "tel", "sms")

# What means something in the middle of a line, and nothing that does not: most names should read well unrendered.
_MEANT = re.compile(
    r"[\\\[\]*<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?<=\])\(|!(?=\[)"
    rf"|:(?=//)|(?<=/)/|(?<=www)\.|(?:{'|'.join(f'(?<={scheme}):' for scheme in SCHEMES)})",
    re.IGNORECASE,
)
# What means something at the beginning of a line.
_BEGINS_BLOCK = re.compile(r"[-+=#]|(?<=\d)[.)]")
_NUMBERED = re.compile(r"(\d{1,9})([.)])")

# A link, an image or a definition needs "](" or "]:"; HTML, <https://…> and Slack's <@U1>, <#C1> and <!channel>, which
# call people, need "<" and one of these; an address that is recognised without any mark needs a scheme or "www.".
# Between the two of each a blank is put.
_JOINTS = re.compile(
    r"(?<=\])(?=[(:])|(?<=<)(?=[A-Za-z/!?@#])|(?<=:/)(?=/)|(?<=//)(?=\w)|(?<=(?<![A-Za-z0-9])www)(?=\.)|"
    + "|".join(rf"(?<=(?<![A-Za-z0-9]){scheme}:)(?=\S)" for scheme in SCHEMES),
    re.IGNORECASE,
)
_CONTEXT = 16  # characters that the longest of them looks back

# Behind these a link of ours would be an image, escaped, or the rest of an address.
_BEFORE_LINK = re.compile(rf"(?:[\\!]|(?<![A-Za-z0-9])(?:{'|'.join(SCHEMES)}):)\Z", re.IGNORECASE)


# Control characters, among them escape sequences of a terminal; what has no width or turns the reading direction;
# halves of surrogate pairs; private ones; other ends of lines. What is yet unassigned stays: it may be a new emoji.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def seen(text: str) -> str:
    """Return `text` without what nobody sees, but for blanks, tabs and line feeds; character by character."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in _UNSEEN)


def escaped(name: str) -> str:
    """Return `name` as Markdown that shows it on one line, 120 characters at most, and is nothing but text."""
    kept = one_line(name) or "untitled"
    if len(kept) > MAX_NAME:
        kept = kept[: MAX_NAME - 1].rstrip() + "…"
    # In code a backslash escapes nothing, so that no escaped backtick would be safe.
    return _MEANT.sub(r"\\\g<0>", kept.replace("`", "'"))


def file_link(name: str, link: str) -> str:
    """Return a file's name as a Markdown link; its name alone where the link is no https address."""
    text = escaped(name)
    if link.startswith("https://"):
        return f"[{text}]({safe_link(link)})"
    if _BEGINS_BLOCK.match(text):
        return "\\" + text
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def safe_link(link: str) -> str:
    """Return `link` with everything percent-encoded that could end a Markdown link, or begin an entity in it."""
    return quote(link, safe="-._~:/?#@!$&+,=%", errors="replace")


class Guard:
    """The last gate, character by character: text that went through it holds no link, image, definition or HTML.

    It knows nothing of the state that a Markdown reader is in, so that none can be feigned: it keeps apart the pairs
    of characters without which there is no such thing.
    """

    def __init__(self) -> None:
        self._context = "\n"

    def text(self, text: str) -> str:
        """Return `text`, what is not ours, with blanks where it would mean something together with what came before."""
        joined = self._context + text
        cuts = [match.start() for match in _JOINTS.finditer(joined, len(self._context))]
        edges = zip([len(self._context), *cuts], [*cuts, len(joined)], strict=True)
        self._context = joined[-_CONTEXT:]
        return " ".join(joined[start:end] for start, end in edges) if cuts else text

    def link(self, link: str) -> str:
        """Return a link of ours, kept from becoming an image, being escaped or going on with an address."""
        gap = " " if _BEFORE_LINK.search(self._context) else ""
        self._context = link[-_CONTEXT:]
        return gap + link


__all__ = ["SCHEMES", "Guard", "escaped", "file_link", "safe_link", "seen"]
