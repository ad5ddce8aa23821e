"""Names and contents for a large Drive, from word lists and a source of random numbers."""

import random
from itertools import accumulate

from local.google.large.vocabulary import CLIENTS_JA, SYLLABLES, TOPICS, TOPICS_JA, WORDS, WORDS_JA, Kind
from local.google.shelves import CSV, SHEET, XLSX

__all__ = ["Texts"]

_LINES = 4000
_CLIENTS = 600
_JAPANESE = 0.25
_TABLES = frozenset({SHEET, XLSX, CSV})
# Words of a language are about as frequent as their rank says (Zipf's law).
_RANKS = tuple(accumulate(1 / (at + 3) for at in range(len(WORDS))))


class Texts:
    """Lines are made once and used many times: full text search has words that are common and words that are rare."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._clients = [self._client() for _ in range(_CLIENTS)]
        self._lines = [self._line() for _ in range(_LINES)]
        self._lines_ja = [self._line_ja() for _ in range(_LINES // 4)]
        self._cells = [self._cell_line() for _ in range(_LINES // 4)]

    def _client(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=self._random.choice((2, 3)))).capitalize()

    def _line(self) -> str:
        words = self._random.choices(WORDS, cum_weights=_RANKS, k=self._random.randrange(5, 13))
        if self._random.random() < 0.3:
            words.append(self._random.choice(self._clients))
        return " ".join(words).capitalize() + "."

    def _line_ja(self) -> str:
        return "、".join(self._random.choices(WORDS_JA, k=self._random.randrange(2, 6))) + "。"

    def _cell_line(self) -> str:
        name = self._random.choice(self._clients)
        return f"{name},{self._random.randrange(10, 90_000)},{self._random.randrange(1, 400)}"

    def line(self) -> str:
        """A line of prose."""
        return self._random.choice(self._lines_ja if self._random.random() < _JAPANESE else self._lines)

    def content(self, kind: Kind) -> str:
        """What is inside a file, with a reference that hardly any other file has."""
        pick, count = self._random.choices, self._random.randrange(2, 6)
        reference = f"Reference KX{self._random.randrange(1_000_000):06}"
        if kind.mime_type in _TABLES:
            return "\n".join(["Customer,Amount,Count", *pick(self._cells, k=count), f"{reference},,"])
        lines = self._lines_ja if self._random.random() < _JAPANESE else self._lines
        return "\n".join([*pick(lines, k=count), f"{reference}."])

    def _period(self) -> str:
        year = self._random.choices(range(2021, 2027), weights=(1, 2, 3, 4, 5, 6))[0]
        month = self._random.randrange(1, 13)
        forms = (f"{year}", f"Q{(month + 2) // 3} {year}", f"{year}-{month:02}", f"{year}-{month:02}-{month * 2:02}")
        return self._random.choice(forms)

    def folder_name(self) -> str:
        """A name for a folder."""
        pick = self._random.choice
        if self._random.random() < _JAPANESE:
            return pick((pick(TOPICS_JA), pick(CLIENTS_JA), f"{pick(TOPICS_JA)} {self._period()}", "資料", "保管"))
        return pick((pick(self._clients), pick(TOPICS), f"{pick(TOPICS)} {self._period()}", self._period(), "Old"))

    def file_name(self, kind: Kind) -> str:
        """A name for a file of a kind, with its ending."""
        pick, chance = self._random.choice, self._random.random
        if not kind.has_text and kind.suffix in {".jpg", ".mp4"} and chance() < 0.6:
            month = f"{self._random.randrange(2021, 2027)}{self._random.randrange(1, 13):02}"
            return f"IMG_{month}{self._random.randrange(1, 29):02}_{self._random.randrange(240_000):06}{kind.suffix}"
        if chance() < _JAPANESE:
            subject = pick((pick(TOPICS_JA), f"{pick(CLIENTS_JA)} {pick(TOPICS_JA)}", pick(CLIENTS_JA)))
            name = f"{subject}{pick(('', ' ', '_'))}{pick(kind.titles_ja)}"
            month = f"{self._random.randrange(2021, 2027)}年{self._random.randrange(1, 13):02}月"
            return pick((name, f"{month} {name}", f"{name} 最終", f"{name}_{self._period()}")) + kind.suffix
        subject = pick((pick(TOPICS), f"{pick(self._clients)} {pick(TOPICS).lower()}", pick(self._clients)))
        name = f"{subject} {pick(kind.titles)}"
        forms = (
            name,
            f"{name} {self._period()}",
            f"{name} {self._period()}",
            f"{name} v{self._random.randrange(2, 6)}",
        )
        name = pick(forms)
        if chance() < 0.05:
            name = f"Copy of {name}"
        return (name if chance() < 0.85 else name.replace(" ", "_")) + kind.suffix
