"""Texts from outside as one line for a page, without what nobody sees. Pure."""

import unicodedata

__all__ = ["is_unseen", "one_line"]

# Control, format, surrogate, private and unassigned characters, line and paragraph separators; and letters, marks and a
# symbol that are blank: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def is_unseen(character: str) -> bool:
    """Whether a character leaves no mark, turns the reading direction, or has no form in UTF-8."""
    return unicodedata.category(character) in _UNSEEN or character in _BLANK


def one_line(text: str, longest: int) -> str:
    """The text as one line of at most `longest` characters."""
    words = " ".join(text[: 2 * longest].split())
    return "".join(character for character in words if not is_unseen(character))[:longest].strip()
