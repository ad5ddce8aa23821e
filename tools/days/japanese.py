"""Everyday periods in Japanese, said in the English that `tools.days.words` reads. Pure.

In: normalised text (NFKC). Out: the same text, with every word of the table replaced; other text is left as it is.
Half years and fiscal years are left alone: in Japan they mostly begin in April.
"""

import re
from collections.abc import Callable

__all__ = ["in_english"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KANJI = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
_N = r"(?<!\d)(\d{1,5})"

_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")

# Looked for in this order, so that a longer word stands before one that it holds.
_WORDS: tuple[tuple[str, str], ...] = (
    ("半年前", "6 months ago"),
    ("半年", "6 months"),
    ("一昨日|おととい", "day before yesterday"),
    ("一昨年|おととし", "year before last"),
    ("先々週|先先週", "week before last"),
    ("先々月|先先月", "month before last"),
    ("第一四半期", "q1"),
    ("第二四半期", "q2"),
    ("第三四半期", "q3"),
    ("第四四半期", "q4"),
    (r"第?([1-4])四半期", r"q\1"),
    ("今四半期", "this quarter"),
    ("[前先]四半期", "last quarter"),
    ("先週末", "last weekend"),
    ("今週末|週末", "weekend"),
    ("今朝|今晩|今夜|本日|今日", "today"),
    ("昨日|昨夜|昨晩|きのう", "yesterday"),
    ("明日", "tomorrow"),
    ("今週", "this week"),
    ("先週|前週", "last week"),
    ("先月末", "end of last month"),
    ("今月|当月", "this month"),
    ("先月|前月", "last month"),
    ("今年|本年", "this year"),
    ("去年|昨年|前年", "last year"),
    ("年初来", "year to date"),
    ("年初", "beginning of this year"),
    ("過去|直近|最近の?(?=\\s*\\d)|ここ|この(?=\\s*\\d)", "last"),
)

_COUNTED: tuple[tuple[str, str], ...] = (
    (rf"{_N}分前", r"\1 minutes ago"),
    (rf"{_N}時間前", r"\1 hours ago"),
    (rf"{_N}日前", r"\1 days ago"),
    (rf"{_N}週間?前", r"\1 weeks ago"),
    (rf"{_N}[かヶカケヵ箇]月前", r"\1 months ago"),
    (r"(?<!\d)(\d{1,3})年前", r"\1 years ago"),
    (rf"{_N}分間?", r"\1 minutes"),
    (rf"{_N}時間", r"\1 hours"),
    (rf"{_N}週間", r"\1 weeks"),
    (rf"{_N}[かヶカケヵ箇]月間?", r"\1 months"),
    (r"(?<!\d)(\d{1,3})年間", r"\1 years"),
)

# A period and what stands behind it -> the English that stands before it.
_BEHIND: tuple[tuple[str, str], ...] = (
    ("(.+)(?:から|~)(.+?)(?:まで|の間)?", r"from \1 to \2"),
    ("(.+)(?:から|以降|以来)", r"since \1"),
    ("(.+)より(?:後|あと)", r"after \1"),
    ("(.+)より前", r"before \1"),
    ("(.+)(?:以前|まで)", r"until \1"),
    ("(?:過去)?(.+[日週月年間])以内", r"last \1"),
)


def in_english(text: str) -> str:
    """Replace the Japanese words in `text`; a text without any comes back as it is."""
    if not _JAPANESE.search(text):
        return text
    text = re.sub(r"\s+", "", text).removesuffix("に").removesuffix("中").removesuffix("頃")
    text = re.sub("の(?:朝|夜|晩|夕方|午前|午後)$", "", text)  # only whole days are told apart
    for pattern, english in _BEHIND:
        if match := re.fullmatch(pattern, text):
            text = match.expand(english)
            break
    for pattern, english in _WORDS:
        text = re.sub(pattern, f" {english} ", text)
    text = re.sub(
        r"(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[日月年週時分かヶカケヵ箇])",
        _figure,
        text,
    )
    for pattern, english in _COUNTED:
        text = re.sub(pattern, f" {english} ", text)
    for pattern, read in _DATES:
        text = re.sub(pattern, read, text)
    text = re.sub(r"([月火水木金土日])曜日?", _weekday, text)
    return text.replace("の", " ")


def _figure(match: re.Match[str]) -> str:
    """Read a kanji number up to 99."""
    tens, ten, ones = match[0].rpartition("十")
    return str((_KANJI.get(tens, 1) * 10 if ten else 0) + _KANJI.get(ones, 0))


def _month(match: re.Match[str]) -> str:
    number, day = int(match[1]), match[2] or ""
    return f" {_MONTHS[number - 1]} {day} " if 1 <= number <= len(_MONTHS) else match[0]


def _weekday(match: re.Match[str]) -> str:
    return f" {('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')['月火水木金土日'.index(match[1])]} "


_DATES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(\d{4})年(?!度)", r" \1 "),
    (r"(?<!\d)(\d{1,2})月(?:(\d{1,2})日)?", _month),
    (r"(?<=to )(\d{1,2})日", r"\1"),  # "11月9日から15日まで"
    (r"(?<!\d)(\d{1,2})日間?", r" \1 days "),
)
