"""The characters behind the bytes of a text file that does not say its encoding. Pure."""

import codecs
import re
from contextlib import suppress

import charset_normalizer

__all__ = ["decode"]

# The longer mark first: UTF-32's begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 65_536
_KANA = re.compile("[\u3041-\u30ff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_JAPANESE = ("euc_jp", "cp932")  # cp932 is what Windows calls Shift_JIS
# What people's files are in. Of more encodings, a short text would fit a rare one better.
_LATIN = ["cp1252", "cp1250", "cp1254", "cp1257"]
_OTHERS = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "gb18030", "big5", "cp949", "cp874", *_JAPANESE, *_LATIN]
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_LENGTH_OF_RUN = 1.5  # in Latin scripts, letters with accents stand between letters without
_SHARE_OF_KANA = 0.15
_SHARE_OF_DAMAGE = 0.01
_SHARE_OF_ZEROS = 0.3


def decode(content: bytes) -> tuple[str, str]:
    """Decode and name the encoding, with no name when it is certain. Never fails: what fits nothing becomes U+FFFD.

    Certain are a byte order mark, ISO-2022-JP's escapes and valid UTF-8. Japanese is told by its kana before
    charset-normalizer is asked, which takes short Shift_JIS texts for other encodings of East Asia.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), ""
    encoding = _utf_16(content[:_SAMPLE_BYTES])
    if encoding:
        return content.decode(encoding, "replace"), encoding
    for encoding in ("iso2022_jp", "utf-8") if b"\x1b$" in content else ("utf-8",):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding), ""
    encoding = _guess(content)
    return content.decode(encoding, "replace"), encoding


def _utf_16(sample: bytes) -> str:
    """Letters of the West have a zero in one half of each pair of bytes, and none in the other."""
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if max(first, second) > _SHARE_OF_ZEROS * len(sample) / 2 and not min(first, second):
        return "utf-16-le" if second else "utf-16-be"
    return ""


def _guess(content: bytes) -> str:
    sample = content[:_SAMPLE_BYTES]
    text = sample.decode("utf-8", "replace")
    if text.count("\ufffd") <= _SHARE_OF_DAMAGE * len(_NOT_ASCII.findall(text)):
        return "utf-8"  # with a few bytes broken
    for encoding in _JAPANESE:
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding)[:_SAMPLE_BYTES]
            foreign = len(_NOT_ASCII.findall(text))
            if len(_KANA.findall(text)) >= _SHARE_OF_KANA * foreign:
                return encoding
    runs = _HIGH_BYTES.findall(sample)
    is_latin = sum(map(len, runs)) < _LENGTH_OF_RUN * len(runs)
    matches = list(charset_normalizer.from_bytes(sample, cp_isolation=_LATIN if is_latin else _OTHERS))
    for match in matches:  # the best first; of equally good ones the most usual is the likely one
        is_best = (match.chaos, match.coherence) == (matches[0].chaos, matches[0].coherence)
        if is_best and "cp1252" in match.could_be_from_charset:
            return "cp1252"
    return matches[0].encoding if matches else "cp1252"
