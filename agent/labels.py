"""What a tool call is doing, in words for a person: plain text, in which nothing is a link. Pure."""

from collections.abc import Mapping
from typing import Any

from agent.markdown import Guard
from tools.listing import one_line
from tools.query import plural_kind

_LONGEST = 60
_KINDS_JA = {
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
    "drawing": "図形描画",
}
_VIEWS = {
    "shared_with_me": ("Listing what is shared with you", "共有されたファイルの一覧を取得しています"),
    "starred": ("Listing your starred files", "スター付きのファイルの一覧を取得しています"),
    "trash": ("Listing the trash", "ゴミ箱の一覧を取得しています"),
}
_OTHERS = {
    "more_files": ("Getting more files", "続きを取得しています"),
    "get_file": ("Looking up a file's details", "ファイルの詳細を調べています"),
    "list_shared_drives": ("Listing your shared drives", "共有ドライブの一覧を取得しています"),
    "read_file": ("Reading a file", "ファイルを読んでいます"),
}


def tool_label(name: str, arguments: Any, locale: str) -> str:  # the model wrote the arguments
    """Return a line such as `Searching Drive for spreadsheets …`, in Japanese where `locale` asks for it."""
    given: Mapping[str, Any] = arguments if isinstance(arguments, Mapping) else {}
    is_japanese = locale.lower().startswith("ja")
    if name in _OTHERS:
        return _cut(_OTHERS[name][is_japanese])
    view = given.get("view")
    if name == "list_files" and isinstance(view, str) and view in _VIEWS:
        return _cut(_VIEWS[view][is_japanese])
    return _japanese(name, given) if is_japanese else _english(name, given)


def _english(name: str, given: Mapping[str, Any]) -> str:
    words, kind, folder = _asked(given)
    place = _place(folder, "a folder you have seen", "a folder you have linked")
    what = [f"“{words}”" if words else "", "" if kind in {"", "any"} else plural_kind(kind)]
    text = " ".join(part for part in what if part)
    if name == "list_files":
        return _cut(f"Listing {place}" if place else "Listing your files")
    searching = f"Searching Drive for {text}" if text else "Searching Drive"
    return _cut(f"{searching} in {place}" if place else searching)


def _japanese(name: str, given: Mapping[str, Any]) -> str:
    words, kind, folder = _asked(given)
    place = _place(folder, "ご覧になったフォルダ", "リンクのフォルダ")
    what = " ".join(part for part in (f"「{words}」" if words else "", _KINDS_JA.get(kind, ""), place) if part)
    doing = "一覧を取得しています" if name == "list_files" else "検索しています"
    return _cut(f"ドライブで{doing}: {what}" if what else f"ドライブで{doing}")


def _asked(given: Mapping[str, Any]) -> tuple[str, str, str]:
    words, content, phrase, kind, folder = (
        one_line(str(given.get(key) or "")) for key in ("words", "content", "phrase", "kind", "folder")
    )
    return words or content or phrase, kind, folder


def _place(folder: str, seen: str, linked: str) -> str:
    """Return a folder as it was named; a handle or an address says nothing to a person."""
    return seen if folder.startswith(("[", "#")) else linked if "://" in folder else folder


def _cut(text: str) -> str:
    text = Guard().text(text)  # before it is cut, for a blank cannot fall out of it
    return f"{text} …" if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
