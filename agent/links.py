"""What a person gets of the model's text: a file's name and link for each `[3]`, and no other link. Pure.

Text comes in pieces of any size; what comes out does not depend on the cuts. Two things are kept apart: `LinkWriter`
finds handles and links and gives them a good form; whatever it makes or misses goes through `markdown.Guard`, on which
alone it rests that nothing else is a link. So the writer may judge code, for instance, by simple signs:

- In fenced code, and directly behind a Latin letter or a digit (`rows[3]`), a handle stays as it is written; everywhere
  else it becomes a link. Japanese puts no blank before it.
- A link is looked for on one line and over 1,000 characters; beyond, its parts are text.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from agent.markdown import SCHEMES, Guard, escaped, file_link, safe_link, seen

MAX_HELD = 1000
_DEEPEST = 4  # parentheses within a link's address

_WORD_EDGE = r"(?<![A-Za-z0-9])"
_WITH_SLASHES = ("http", "https", "ftp", "ftps", "file")
_URL = (
    rf"(?:{_WORD_EDGE}(?:{'|'.join(_WITH_SLASHES)}))?://|{_WORD_EDGE}(?:{'|'.join(SCHEMES)}):(?=\S)"
    rf"|{_WORD_EDGE}www\."
)
_SPECIAL = re.compile(rf"!?\[|[\]<\n]|`+|(?P<url>{_URL}|(?<![A-Za-z0-9:/])//(?=[A-Za-z0-9]))", re.IGNORECASE)
_SPECIAL_IN_FENCE = re.compile(rf"\n|(?P<url>{_URL})", re.IGNORECASE)
_BEGINNINGS = sorted({word[:end] for word in (*_WITH_SLASHES, *SCHEMES, "www") for end in range(1, len(word) + 1)})
_BEGUN = re.compile(rf"(?:{_WORD_EDGE}(?:{'|'.join(_BEGINNINGS)}))?(?::/?)?\Z|!\Z|//?\Z", re.IGNORECASE)
_LONGEST_BEGINNING = 16

# ASCII but quotes, brackets, backticks and what else no address has unencoded. A host may begin in another script;
# later on, another script is that of the sentence: Japanese puts no blank behind an address.
_ADDRESS = re.compile(r"[^\x00-\x7f\s]{0,64}[!#-'*-;=?-Z_a-z~]*")
_NOT_AT_ITS_END = ".,;:!?'*_~"
_SCHEME = re.compile(r"(?:(?:[a-z][a-z0-9+.-]*)?:)?/*(?:www\.)?", re.IGNORECASE)

_HANDLES = re.compile(r"\[ ?([0-9]{1,6}(?: ?, ?[0-9]{1,6}){0,30}) ?\]")
_HANDLES_BEGUN = re.compile(r"\[[0-9, ]{0,300}\Z")

_PARENTHESIS = re.compile(r"[()\n]")
_DESTINATION = re.compile(r"(?:<([^<>]*)>|(\S*))(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?")

_HTML = (
    r"/?(?:a|abbr|b|blockquote|body|br|button|center|code|dd|del|details|div|dl|dt|em|embed|font|form|h[1-6]|head|hr|html"
    r"|i|iframe|img|input|ins|kbd|li|link|mark|meta|object|ol|p|pre|s|script|small|span|strike|strong|style|sub|summary"
    r"|sup|svg|table|tbody|td|th|thead|title|tr|u|ul|video)"
)
_TAG = re.compile(rf"<({_HTML})(?:\s[^<>\n]{{0,{MAX_HELD}}})?/?>", re.IGNORECASE)
_AUTOLINK = re.compile(rf"<([a-z][a-z0-9+.-]{{1,31}}:[^\s<>]{{0,{MAX_HELD}}})>", re.IGNORECASE)
_MAIL = re.compile(r"<([a-z][^\s<>@]{0,64}@[^\s<>@]{1,255})>", re.IGNORECASE)
_ANGLE_BEGUN = re.compile(
    rf"<(?:/?[a-z][^\s<>]{{0,{MAX_HELD + 50}}}|{_HTML}\s[^<>\n]{{0,{MAX_HELD + 50}}}|/?)\Z", re.IGNORECASE
)

_FENCE = re.compile(r"[ \t]{0,12}(`{3,40}|~{3,40})")
_FENCE_BEGUN = re.compile(r"[ \t]{0,12}(?:`{1,39}|~{1,39}|(?<=[ \t]))\Z")


class LinkWriter:
    """Takes the model's text and returns a person's. For one run of text after another; `close` ends each.

    `look_up` returns the name and the link, which may be empty, of a file whose number was given out, else None.
    `is_known_link` says whether a URL is, to the letter, a link that Drive has returned in this conversation.
    """

    def __init__(self, look_up: Callable[[int], tuple[str, str] | None], is_known_link: Callable[[str], bool]) -> None:
        self._look_up = look_up
        self._is_known_link = is_known_link
        self._guard = Guard()
        self._shown: list[tuple[str, bool]] = []
        self._begin()

    def _begin(self) -> None:
        self._text = "\n"  # a character that is dealt with, for what looks back, and then what is not
        self._fence = ""
        self._is_code = False  # an odd number of backticks on this line
        self._open: list[int] = []  # where in `_held` each bracket is that may still begin a link
        self._held: list[tuple[str, bool]] = []
        self._held_size = 0

    def feed(self, piece: str) -> str:
        """Return what can be shown so far. What may be the beginning of a handle or a link waits for its end."""
        self._text += seen(piece)
        return self._write(is_end=False)

    def close(self) -> str:
        """Return what was held back; the next piece begins a new run of text."""
        shown = self._write(is_end=True)
        self._begin()
        return shown

    def _write(self, *, is_end: bool) -> str:
        at = 1
        while at < len(self._text):
            reached = self._step(at, is_end=is_end)
            if reached is None:
                break
            at = reached
        self._text = self._text[at - 1 :]
        if is_end:
            self._let_go()
        shown, self._shown = self._shown, []
        return "".join(self._guarded(shown))

    def _step(self, at: int, *, is_end: bool) -> int | None:
        """Deal with what is at `at`; return where it ends, None where that needs more text."""
        text = self._text
        if text[at - 1] == "\n":
            fence = _FENCE.match(text, at)
            if not is_end and (_FENCE_BEGUN.match(text, at) or (fence and fence.end() == len(text))):
                return None
            if fence:
                return self._fence_line(fence)
        special = (_SPECIAL_IN_FENCE if self._fence else _SPECIAL).search(text, at)
        if special is None or special.start() > at:
            return self._plain(at, special.start() if special else None, is_end=is_end)
        if special["url"]:
            return self._url(special, is_end=is_end)
        match text[at]:
            case "!" | "[":
                return self._bracket(at, is_end=is_end)
            case "]":
                return self._closing_bracket(at, is_end=is_end)
            case "<":
                return self._angle(at, is_end=is_end)
            case "\n":
                self._let_go()
                self._is_code = False
            case _:
                self._is_code ^= len(special[0]) % 2 == 1
        self._put(special[0])
        return special.end()

    def _plain(self, at: int, until: int | None, *, is_end: bool) -> int | None:
        if until is None:
            until = len(self._text)
            if not is_end:
                begun = _BEGUN.search(self._text, max(at, until - _LONGEST_BEGINNING))
                until = begun.start() if begun else until
        if until == at:
            return None
        self._put(self._text[at:until])
        return until

    def _fence_line(self, fence: re.Match[str]) -> int:
        if not self._fence:
            self._fence = fence[1]
        elif fence[1].startswith(self._fence):
            self._fence = ""
        self._put(fence[0])
        return fence.end()

    def _url(self, begun: re.Match[str], *, is_end: bool) -> int | None:
        most = begun.end() + MAX_HELD
        address = _ADDRESS.match(self._text, begun.end(), most)
        end = address.end() if address else begun.end()
        if end == len(self._text) < most and not is_end:
            return None
        whole = self._text[begun.start() : end]
        if not self._is_known_link(whole):
            body = self._text[begun.end() : end].rstrip(_NOT_AT_ITS_END)
            end = begun.end() + len(body)
            whole = begun[0] + body
        self._put_url(whole)
        return end

    def _bracket(self, at: int, *, is_end: bool) -> int | None:
        """`[3]`, or a bracket that may begin a link."""
        start = at + (self._text[at] == "!")
        if not is_end and _HANDLES_BEGUN.match(self._text, start):
            return None
        handles = _HANDLES.match(self._text, start)
        if handles:
            return self._numbers(at, handles, is_end=is_end)
        if not self._is_code:
            self._open.append(len(self._held))
        self._put(self._text[at : start + 1])
        return start + 1

    def _numbers(self, at: int, handles: re.Match[str], *, is_end: bool) -> int | None:
        """`[3]` or `[1, 2]`, from `at` on with its `!`: files, or numbers that are just that."""
        before = self._text[handles.start() - 1]
        is_index = before.isascii() and before.isalnum()
        numbers = [int(number) for number in handles[1].split(",")]
        files = [(number, self._look_up(number)) for number in numbers]
        if is_index or not any(file for _, file in files):
            self._put(self._text[at : handles.end()])
            return handles.end()
        after = self._after_bracket(handles.end(), is_end=is_end)
        if after is None:
            return None
        self._put(self._text[at : handles.start()])
        self._put_files(files)
        return after[0]

    def _closing_bracket(self, at: int, *, is_end: bool) -> int | None:
        after = self._after_bracket(at + 1, is_end=is_end) if self._open else (at + 1, None)
        if after is None:
            return None
        end, url = after
        if url is None:
            self._put("]")
            del self._open[-1:]
        else:
            self._put_link_text(url)
        if not self._open:
            self._let_go()
        return end

    def _after_bracket(self, at: int, *, is_end: bool) -> tuple[int, str | None] | None:
        """Read the `(address "title")` of a link; return its end and the address, `at` and None if there is none."""
        text, depth = self._text, 0
        if at < len(text) and text[at] != "(":
            return at, None
        for found in _PARENTHESIS.finditer(text, at, at + MAX_HELD):
            depth += {"(": 1, ")": -1, "\n": 0}[found[0]]
            if depth > _DEEPEST or found[0] == "\n":
                return at, None
            if depth == 0:
                link = _DESTINATION.fullmatch(text[at + 1 : found.start()].strip())
                return (found.end(), link[1] or link[2] or "") if link else (at, None)
        return (at, None) if is_end or len(text) >= at + MAX_HELD else None

    def _angle(self, at: int, *, is_end: bool) -> int | None:
        """`<https://…>`, `<somebody@example.com>`, an HTML tag, or less than."""
        found = _TAG.match(self._text, at)
        if found:
            self._put(" " if found[1].lower() == "br" else "")
            return found.end()
        if found := _AUTOLINK.match(self._text, at):
            self._put_url(found[1])
            return found.end()
        if found := _MAIL.match(self._text, at):
            self._put(found[1])
            return found.end()
        if not is_end and _ANGLE_BEGUN.match(self._text, at):
            return None
        self._put("<")
        return at + 1

    def _put_files(self, files: Iterable[tuple[int, tuple[str, str] | None]]) -> None:
        for index, (number, file) in enumerate(files):
            self._put(", " if index else "")
            if file is None:
                self._put(f"[{number}]")
            else:
                name, link = file
                self._put(file_link(name, link), is_ours=link.startswith("https://"))

    def _put_url(self, url: str) -> None:
        """Show a URL as code and without its scheme, so that nobody makes a link of it; Drive's own as a link."""
        if self._is_known_link(url) and url.startswith("https://"):
            self._put(f"<{safe_link(url)}>", is_ours=True)
            return
        scheme = _SCHEME.match(url)
        shown = url[scheme.end() if scheme else 0 :].replace("`", "'")
        if not shown:
            self._put(url if url.endswith(":") else url.rstrip("/.:") or ":")
        else:
            # Behind a word of the text that was taken for a scheme.
            gap = ": " if url.startswith("://") else ""
            self._put(gap + (shown if self._is_code or self._fence else f"`{shown}`"))

    def _put_link_text(self, url: str) -> None:
        """End the innermost bracket as a link: its text stays, and leads to `url` only if that is Drive's."""
        start = self._open.pop()
        held = self._held[start + 1 :]
        del self._held[start:]
        if self._is_known_link(url) and url.startswith("https://") and not any(is_ours for _, is_ours in held):
            text = "".join(text for text, _ in held)
            self._held.append((f"[{escaped(text)}]({safe_link(url)})", True))
        else:
            self._held += held

    def _put(self, text: str, *, is_ours: bool = False) -> None:
        if self._open:
            self._held.append((text, is_ours))
            self._held_size += len(text)
            if self._held_size > MAX_HELD:
                self._let_go()
        elif text:
            self._shown.append((text, is_ours))

    def _guarded(self, shown: list[tuple[str, bool]]) -> Iterator[str]:
        for is_ours, run in groupby(shown, key=lambda part: part[1]):
            texts = [text for text, _ in run]
            if is_ours:
                yield from map(self._guard.link, texts)
            else:
                yield self._guard.text("".join(texts))

    def _let_go(self) -> None:
        """Show what is held; brackets that are still open are just that."""
        held, self._held, self._open, self._held_size = self._held, [], [], 0
        self._shown += held


__all__ = ["LinkWriter"]
