"""Say in Japanese what a call looked for. Pure."""

from datetime import date

from local.aws.bedrock.planner.intents import Call
from local.aws.bedrock.planner.results import Result
from local.aws.bedrock.planner.vocabulary import NOUNS_JA
from local.aws.bedrock.planner.wording import PERIODS, Known, period_of, text_of

_VIEWS = {
    "shared_with_me": "あなたと共有された",
    "starred": "スター付きの",
    "trash": "ゴミ箱にある",
    "recent": "最近開いた",
}
_SORTED = {
    "changed": "変更の新しい順で、",
    "created": "作成の新しい順で、",
    "opened": "開いた順で、",
    "shared": "共有の新しい順で、",
    "name": "名前順で、",
    "size": "大きい順で、",
    "oldest": "変更の古い順で、",
}
_VERBS = {"modified": "変更された", "created": "作成された", "opened": "あなたが開いた"}


def listed(call: Call, result: Result, known: Known) -> str:
    """「フォルダ[4]のファイル」「最近開いたファイル」"""
    noun = NOUNS_JA.get(text_of(call, "kind"), "ファイル")
    folder, view = text_of(call, "folder"), text_of(call, "view")
    if folder:
        marked = _VIEWS[view] if view in {"starred", "trash"} else ""
        return f"{_order(call)}{_place(folder, result, known)}{marked}{noun}"
    return _order(call) + _VIEWS.get(view, _VIEWS["recent"]) + noun


def described(call: Call, today: date | None) -> str:
    """「11月9日から11月15日までにBenが変更したスプレッドシート」"""
    who, owner = text_of(call, "changed_by"), text_of(call, "owner")
    spans = {key: _days(call, key, today) for key in PERIODS}
    parts = [_order(call), spans["modified"], f"{_person(who)}が変更した" if who else ""]
    parts += ["変更された"] if spans["modified"] and not who else []
    parts += [spans[key] + _VERBS[key] for key in ("created", "opened") if spans[key]]
    parts += [f"{_person(owner)}が所有する"] if owner else []
    parts += ["あなたと共有された"] if call.arguments.get("shared_with_me") is True else []
    parts += ["スター付きの"] if call.arguments.get("starred") is True else []
    parts += [{"only": "ゴミ箱にある", "include": "ゴミ箱も含めて"}.get(text_of(call, "trash"), "")]
    if folder := text_of(call, "folder"):
        parts.append("マイドライブの" if folder == "root" else f"フォルダ{_folder(folder)}以下の")
    for key, where in (("words", "名前に"), ("content", "中身か名前に"), ("phrase", "中身か名前に語句")):
        parts += [f"{where}「{text_of(call, key)}」を含む"] if text_of(call, key) else []
    return "".join(parts) + NOUNS_JA.get(text_of(call, "kind"), "ファイル")


def _order(call: Call) -> str:
    return _SORTED.get(text_of(call, "order"), "")


def _place(folder: str, result: Result, known: Known) -> str:
    if folder == "root":
        return "マイドライブの一番上にある"
    row = known.get(folder)
    inside = result.inside or folder
    if row and not row.is_folder and row.folder != folder:
        return f"{folder}と同じフォルダ{inside if inside != folder else ''}の"
    return f"フォルダ{_folder(inside)}の"


def _folder(folder: str) -> str:
    return folder if folder.startswith("[") else f"「{folder}」"


def _days(call: Call, key: str, today: date | None) -> str:
    first, last, words = period_of(call, key)
    if words:
        return f"「{words}」に"
    year = today.year if today else None
    if first and last:
        return f"{_day(first, year)}に" if first == last else f"{_day(first, year)}から{_day(last, year)}までに"
    return f"{_day(first, year)}以降に" if first else f"{_day(last, year)}までに" if last else ""


def _day(day: date, year: int | None) -> str:
    said = f"{day.month}月{day.day}日"
    return said if day.year == year else f"{day.year}年{said}"


def _person(who: str) -> str:
    return "あなた" if who == "me" else who
