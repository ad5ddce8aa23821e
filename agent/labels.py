"""What a tool call is doing, in words for a person. Pure."""

from collections.abc import Mapping
from typing import Any

from tools.listing import one_line
from tools.query import plural_kind

_LONGEST = 60
_JAPANESE = {
    "folder": "フォルダ",
    "document": "ドキュメント",
    "spreadsheet": "スプレッドシート",
    "presentation": "スライド",
    "pdf": "PDF",
    "image": "画像",
    "video": "動画",
    "audio": "音声",
    "form": "フォーム",
    "word": "Word",
    "excel": "Excel",
    "powerpoint": "PowerPoint",
    "text": "テキスト",
    "archive": "アーカイブ",
    "shortcut": "ショートカット",
}


def tool_label(name: str, arguments: Any, locale: str) -> str:  # the model wrote the arguments
    """Return a line such as `Searching Drive for spreadsheets …`, in Japanese where `locale` asks for it."""
    given: Mapping[str, Any] = arguments if isinstance(arguments, Mapping) else {}
    words, kind, folder = (one_line(str(given.get(key) or "")) for key in ("words", "kind", "folder"))
    if locale.lower().startswith("ja"):
        return _japanese(name, words, kind, folder)
    return _english(name, words, kind, folder)


def _english(name: str, words: str, kind: str, folder: str) -> str:
    place = "the folder of a file you saw" if folder.startswith(("[", "#")) else folder
    what = [f"“{words}”" if words else "", "" if kind in {"", "any"} else plural_kind(kind)]
    text = " ".join(part for part in what if part)
    if name == "list_files":
        return _cut(f"Listing {place}" if place else "Listing your files")
    searching = f"Searching Drive for {text}" if text else "Searching Drive"
    return _cut(f"{searching} in {place}" if place else searching)


def _japanese(name: str, words: str, kind: str, folder: str) -> str:
    place = "ファイルのあるフォルダ" if folder.startswith(("[", "#")) else folder
    what = " ".join(part for part in (f"「{words}」" if words else "", _JAPANESE.get(kind, ""), place) if part)
    doing = "一覧を取得しています" if name == "list_files" else "検索しています"
    return _cut(f"ドライブで{doing}: {what}" if what else f"ドライブで{doing}")


def _cut(text: str) -> str:
    return f"{text} …" if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
