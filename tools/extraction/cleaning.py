"""Text without what nobody sees: control, bidi and zero-width characters, spaces at line ends, empty lines in a row.

Pure. Characters that show nothing are how a file hides words from its reader that a model would read: the tag
characters (U+E0000…) and the variation selectors spell whole sentences. Losing the latter costs an emoji its colour
and a Han character its variant, never its meaning.
"""

import re

__all__ = ["clean"]

_NEWLINES = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    r"""Keep what is seen. Lines end in `\n`; at most one in a row is empty, none at the ends of the text."""
    text = _UNSEEN.sub("", _NEWLINES.sub("\n", text))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", text).strip("\n")
