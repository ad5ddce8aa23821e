"""A question while it is being taken apart. Pure.

What was recognised is cut out; what is left may be words of a file's name.
"""
# ruff: noqa: RUF001 - Japanese and typographic punctuation

import re
from dataclasses import dataclass, field

from local.aws.bedrock.planner.intents import Language

CUT = " ¦ "
MARK = r"⟦\d+⟧"
_QUOTES = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|(?<!\w)['‘]([^'’]+)['’](?!\w)")
_MARK = re.compile(r"⟦(\d+)⟧")
_URL = re.compile(r"https?://[^\s¦⟦⟧「」。、]+", re.IGNORECASE)
_URL_END = ".,;:!?)]}>'\""
_SPACES = re.compile(r"\s{2,}")
_HANDLE = re.compile(r"\[\d{1,6}\]")
_SEGMENT: dict[Language, str] = {
    "en": r"(?:[A-Z][\w&.'’-]*(?: [A-Z0-9][\w&.'’-]*){0,3}|[\w&-][\w&.-]*)",
    "ja": r"(?:[A-Z][A-Za-z0-9&.-]*(?: [A-Z0-9][A-Za-z0-9&.-]*){1,3}|[A-Za-z0-9&._一-龯々ァ-ヶー-]+)",
}
_SLASH = r"(?:\s[/／>＞›→]\s|[/／>＞›→])"
_PATHS = {
    language: re.compile(rf"(?<![\w/⟧])[/／]?{segment}(?:{_SLASH}{segment})+/?|(?<![\w/⟧])/{segment}/?")
    for language, segment in _SEGMENT.items()
}
# "and/or", "PDF/Word" and "11/12" are no paths.
_NO_SEGMENT_WORDS = "and or pdf pdfs word excel docs sheets slides documents spreadsheets images videos he she"
_NO_SEGMENT = frozenset(_NO_SEGMENT_WORDS.split())
_LEADING_WORDS = """
in inside under within what what's is are list show me open read browse find search from of to the my our folder about
"""
_LEADING = frozenset(_LEADING_WORDS.split())


@dataclass(slots=True)
class Scanner:
    """The rest of the question. Quoted words are taken out first, so that nothing in them is read as a question.

    `references` are the numbers of those marks that stand for one file or folder: a handle, a URL, a path.
    """

    text: str
    quotes: list[str] = field(default_factory=list)
    references: set[int] = field(default_factory=set)

    @classmethod
    def over(cls, text: str, language: Language) -> "Scanner":
        """Start with quotations, URLs, handles and paths replaced by marks."""
        scanner = cls(text.replace("⟦", "(").replace("⟧", ")").replace("¦", "|"))
        scanner.text = _URL.sub(scanner._keep_url, scanner.text)
        scanner.text = _QUOTES.sub(scanner._keep_quote, scanner.text)
        scanner.text = _SPACES.sub(" ", scanner.text)  # only now: within quotation marks every space counts
        scanner.text = _HANDLE.sub(lambda match: scanner.mark(match[0], is_reference=True), scanner.text)
        scanner.text = _PATHS[language].sub(scanner._keep_path, scanner.text)
        return scanner

    def part(self, text: str) -> "Scanner":
        """Return a scanner over a part of the text, with the same quotations."""
        return Scanner(text, self.quotes, self.references)

    def mark(self, text: str, *, is_reference: bool = False) -> str:
        """Keep `text` and return the mark that stands for it."""
        self.quotes.append(text.strip())
        if is_reference:
            self.references.add(len(self.quotes) - 1)
        return f"⟦{len(self.quotes) - 1}⟧"

    def reference(self, text: str) -> str:
        """Return the handle, URL or path that `text` is the mark of, or ""."""
        match = _MARK.fullmatch(text.strip())
        return self.quotes[int(match[1])] if match and int(match[1]) in self.references else ""

    def first_reference(self) -> str:
        """Return the mark of the first file or folder that is pointed at, or ""."""
        return next((match[0] for match in _MARK.finditer(self.text) if int(match[1]) in self.references), "")

    def take(self, pattern: str | re.Pattern[str]) -> re.Match[str] | None:
        """Cut the first match out of the text."""
        match = re.search(pattern, self.text)
        if match:
            self.cut(match.start(), match.end())
        return match

    def cut(self, start: int, end: int) -> None:
        """Cut a stretch out of the text; nothing matches across the gap."""
        self.text = self.text[:start] + CUT + self.text[end:]

    def plain(self, text: str) -> str:
        """Put the quotations back into `text`."""
        return _MARK.sub(lambda match: self.quotes[int(match[1])], text.replace("¦", " ")).strip(" \t\n,.;:!?、。？！")

    def _keep_url(self, match: re.Match[str]) -> str:
        url = match[0].rstrip(_URL_END)
        return self.mark(url, is_reference=True) + match[0][len(url) :]

    def _keep_quote(self, match: re.Match[str]) -> str:
        return self.mark(next(group for group in match.groups() if group is not None))

    def _keep_path(self, match: re.Match[str]) -> str:
        """Keep a path with plain slashes. Words before it that belong to the question stay there."""
        before, path = "", match[0]
        while (word := path.split(" ", 1))[0].lower() in _LEADING and len(word) > 1:
            before, path = f"{before}{word[0]} ", word[1]
        segments = [part.strip() for part in re.split(_SLASH, path) if part.strip()]
        is_path = len(segments) > 1 or path.strip().startswith("/")
        if not is_path or all(part.lower() in _NO_SEGMENT or part.isdigit() for part in segments):
            return match[0]
        lead = "/" if path.lstrip().startswith(("/", "／")) else ""
        space = " " if match[0][:1].isspace() and not before else ""
        end = " " if match[0][-1:].isspace() else ""
        return f"{before}{space}{self.mark(lead + '/'.join(segments), is_reference=True)}{end}"
