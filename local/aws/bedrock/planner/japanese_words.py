"""The planner's Japanese. Pure."""
# ruff: noqa: RUF001 - Japanese punctuation

from collections.abc import Sequence
from datetime import date

from local.aws.bedrock.planner.intents import Call, Row, Topic
from local.aws.bedrock.planner.results import Result, for_a_person
from local.aws.bedrock.planner.vocabulary import NOUNS_JA
from local.aws.bedrock.planner.wording import as_date, folder_name, is_file, text_of

_EXAMPLES = "「先週Benが変更したスプレッドシートは？」「最近開いたファイル」「予算という名前のファイル」"
_TOPICS: dict[Topic, str] = {
    "greeting": f"こんにちは。Googleドライブのファイルの一覧と検索ができます。例えば、{_EXAMPLES}とお尋ねください。",
    "help": (
        "私は台本どおりに答える代役で、Claudeではありません。"
        f"Googleドライブのファイルの一覧と検索ができます。例: {_EXAMPLES}"
    ),
    "thanks": "どういたしまして。",
    "bye": "さようなら。",
    "ok": "わかりました。何を探しましょうか。",
    "done": "わかりました。何を探しましょうか。",
    "never_mind": "わかりました。Googleドライブは見ません。",
    "refuse": (
        "それはできません。Googleドライブのファイルの一覧と検索だけができます。"
        "中身を読んだり、変更、送信、削除をしたりはしません。"
    ),
    "unknown": (
        "私は台本どおりに答える代役で、Claudeではありません。すみませんが、わかりませんでした。"
        f"{_EXAMPLES}のような質問ならわかります。"
    ),
    "no_tool": "ここには、そのための道具がありません。",
    "no_date": "今日の日付を知らされていないので、どの日のことかわかりません。日付をお書きください。",
    "which_one": "どのファイルのことかわかりません。その番号のファイルはまだお見せしていません。名前をお書きください。",
}
_SEARCHED = (
    ("My Drive", "マイドライブ"),
    ("shared drives and files shared with you", "共有ドライブ、あなたと共有されたファイル"),
    ("; trash left out", "（ゴミ箱は除く）"),
    (", ", "、"),
)


class Japanese:
    """The planner's Japanese."""

    def heading(self, call: Call, result: Result, today: date | None, known: Sequence[Row]) -> str:
        """「11月9日から11月15日までにBenが変更したスプレッドシートは3件です:」"""
        count = len(result.rows)
        if call.tool == "list_files":
            return f"{_listed(call, known)}は{count}件です:"
        return f"{_described(call, today, known)}は{count}件です:"

    def closing(self, result: Result) -> str:
        """Say where it was searched, and whether there is more."""
        count = len(result.rows)
        shown = f"これですべてです（{count}件中{count}件）。"
        if result.has_more:
            shown = f"最初の{count}件です。ほかにもあります。"
        elif result.is_partial:
            shown = f"見つかったのは{count}件です。ほかにもあるかもしれません。"
        return shown + _searched(result)

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for and where."""
        what = _listed(call, ()) if call.tool == "list_files" else _described(call, today, ())
        looked = f"検索条件: {result.looked_for}。" if result.looked_for else ""
        return f"{what}は見つかりませんでした。{looked}{_searched(result)}"

    def failed(self, result: Result) -> str:
        """Say that a tool could not answer."""
        if result.is_not_connected:
            return (
                "Googleドライブがまだ接続されていないので、見ることができません。"
                "何も検索していません。接続してから、もう一度お尋ねください。"
            )
        return f"Googleドライブから答えを得られませんでした: {for_a_person(result.failure)}"

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""
        return _TOPICS[topic]


def _listed(call: Call, known: Sequence[Row]) -> str:
    folder = text_of(call, "folder")
    if folder == "root":
        return "マイドライブの一番上にあるファイル"
    if folder:
        name = folder_name(folder, known)
        return f"「{name}」と同じフォルダのファイル" if is_file(folder, known) else f"フォルダ「{name}」のファイル"
    said = {"changed": "最近変更されたファイル", "name": "名前順のファイル"}
    return said.get(text_of(call, "order"), "最近開いたファイル")


def _described(call: Call, today: date | None, known: Sequence[Row]) -> str:
    days, who, owner = _days(call, today), text_of(call, "changed_by"), text_of(call, "owner")
    parts = [days]
    if who:
        parts.append(f"{_person(who)}が変更した")
    elif days:
        parts.append("変更された")
    if owner:
        parts.append(f"{_person(owner)}が所有する")
    if folder := text_of(call, "folder"):
        parts.append(f"フォルダ「{folder_name(folder, known)}」の")
    if words := text_of(call, "words"):
        parts.append(f"名前に「{words}」を含む")
    return "".join(parts) + NOUNS_JA.get(text_of(call, "kind"), "ファイル")


def _days(call: Call, today: date | None) -> str:
    first, last = as_date(call.arguments.get("modified_from")), as_date(call.arguments.get("modified_to"))
    year = today.year if today else None
    if first and last:
        if first == last:
            return f"{_day(first, year)}に"
        return f"{_day(first, year)}から{_day(last, year)}までに"
    return f"{_day(first, year)}以降に" if first else f"{_day(last, year)}までに" if last else ""


def _day(day: date, year: int | None) -> str:
    said = f"{day.month}月{day.day}日"
    return said if day.year == year else f"{day.year}年{said}"


def _person(who: str) -> str:
    return "あなた" if who == "me" else who


def _searched(result: Result) -> str:
    said = result.searched
    for english, japanese in _SEARCHED:
        said = said.replace(english, japanese)
    return (f"検索した範囲: {said}。" if said else "") + "".join(f"注意: {note}" for note in result.notes)
