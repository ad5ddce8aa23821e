r"""The links in an answer, which comes in pieces. Pure.

The agent writes a file's name as a Markdown link with an https address, characters of the name that mean something in
Markdown behind a backslash: `[Q3 budget \[old\]](https://docs.google.com/…)`. Everything else stays as it is written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chat.plain import plain_line, plain_link

# Visible ASCII, so that no link can hold an escape sequence.
_HTTPS = r"https://[!-'*-;=?-~]{1,2500}"
_LINK = re.compile(rf"\[((?:\\.|[^\[\]\\\n]){{1,1000}})\]\(({_HTTPS})\)|<({_HTTPS})>")
_BEGUN = re.compile(
    r"(?:\[(?:\\.|[^\[\]\\\n]){0,1000}\\?(?:\](?:\((?:h[^\s()<>]{0,2550})?)?)?|<(?:h[^\s<>]{0,2550})?)\Z"
)
_OPENING = re.compile(r"\\[\s\S]?|[\[<]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer; `link` is empty but for a link, whose `text` is one line."""

    text: str
    link: str = ""


class LinkReader:
    """Takes pieces of text and returns its parts; a link is returned whole."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, text: str) -> list[Part]:
        """Return what is complete; what may be the beginning of a link waits for its end."""
        self._text += text
        return list(self._parts(is_end=False))

    def close(self) -> list[Part]:
        """Return what was held back."""
        return list(self._parts(is_end=True))

    def _parts(self, *, is_end: bool) -> Iterator[Part]:
        at = shown = 0
        text = self._text
        while (found := _OPENING.search(text, at)) is not None:
            at = found.start()
            if text[at] == "\\":  # what is behind it opens nothing
                if len(found[0]) == 1 and not is_end:
                    break
                at = found.end()
                continue
            link = _LINK.match(text, at)
            if link:
                if at > shown:
                    yield Part(text[shown:at])
                yield _part(link)
                at = shown = link.end()
            elif not is_end and _BEGUN.match(text, at):
                break
            else:
                at += 1
        else:
            at = len(text)
        if at > shown:
            yield Part(text[shown:at])
        self._text = text[at:]


def _part(found: re.Match[str]) -> Part:
    link = plain_link(found[2] or found[3])
    name = plain_line(_ESCAPE.sub(r"\1", found[1])) if found[1] else link
    return Part(name or link, link)


__all__ = ["LinkReader", "Part"]
