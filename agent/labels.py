"""What a tool call is doing, in words for a person. Pure."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 60


def tool_label(name: str, arguments: Mapping[str, Any], locale: str) -> str:
    """Return a line such as `Searching Drive for spreadsheets …`, in Japanese where `locale` asks for it."""
    subject = _subject(arguments)
    if locale.lower().startswith("ja"):
        verb = "一覧を取得しています" if name == "list_files" else "検索しています"
        return f"ドライブで{verb}: {subject} …" if subject else f"ドライブで{verb} …"
    if name == "list_files":
        return f"Listing {subject} …" if subject else "Listing your files …"
    return f"Searching Drive for {subject} …" if subject else "Searching Drive …"


def _subject(arguments: Mapping[str, Any]) -> str:
    words, kind, folder = (str(arguments.get(key) or "").strip() for key in ("words", "kind", "folder"))
    folder = f"the folder of {folder}" if folder.startswith("[") else folder
    parts = [f"“{words}”" if words else "", f"{kind}s" if kind not in {"", "any", "audio", "text"} else ""]
    parts.append((f"in {folder}" if any(parts) else folder) if folder else "")
    text = " ".join(" ".join(part for part in parts if part).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
