"""The planner's Japanese. Pure."""
# ruff: noqa: RUF001 - Japanese punctuation

from collections.abc import Sequence
from datetime import date

from local.aws.bedrock.planner import japanese_filters as filters
from local.aws.bedrock.planner import japanese_tools as tools
from local.aws.bedrock.planner.asked import Lines
from local.aws.bedrock.planner.intents import Call, Topic
from local.aws.bedrock.planner.refusals import in_japanese
from local.aws.bedrock.planner.results import Result
from local.aws.bedrock.planner.wording import Known, text_of

_EXAMPLES = (
    "「先週Benが変更したスプレッドシートは？」「最近開いたファイル」「予算という名前のファイル」"
    "「Finance/2025の中身」「2番目は誰が見られますか」"
)
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
        "それはできません。Googleドライブのファイルの一覧、検索、読み取りだけができます。"
        "変更、送信、共有、削除はしません。"
    ),
    "unknown": (
        "私は台本どおりに答える代役で、Claudeではありません。すみませんが、わかりませんでした。"
        f"{_EXAMPLES}のような質問ならわかります。"
    ),
    "no_tool": "ここには、そのための道具がありません。",
    "no_date": "今日の日付を知らされていないので、どの日のことかわかりません。日付をお書きください。",
    "no_more": "ほかにはありません。先ほどの一覧ですべてです。",
    "which_one": "どのファイルのことかわかりません。その番号のファイルはまだお見せしていません。名前をお書きください。",
}


class Japanese:
    """The planner's Japanese."""

    def heading(self, call: Call, result: Result, today: date | None, known: Known) -> str:
        """「11月9日から11月15日までにBenが変更したスプレッドシートは3件です:」"""
        count = len(result.rows)
        if call.tool == "list_shared_drives":
            return f"共有ドライブは{count}つです:"
        if call.tool == "more_files":
            return f"続きの{count}件です:"
        what = filters.listed(call, result, known) if call.tool == "list_files" else filters.described(call, today)
        if result.has_more:
            return f"{what}の最初の{count}件です。ほかにもあります:"
        return f"{what}が{count}件見つかりました:" if result.is_open else f"{what}は{count}件です:"

    def which(self) -> str:
        """Ask which of several files is meant."""
        return "当てはまるファイルが複数あります。どれのことですか。"

    def facts(self, facts: Sequence[str]) -> str:
        """Say what is known of a row's file."""
        return "、".join(map(tools.fact, facts))

    def closing(self, call: Call, result: Result) -> str:
        """Say where it was searched, and whether there is more."""
        count = len(result.rows)
        shown = (
            "これですべてです。"
            if call.tool in {"more_files", "list_shared_drives"}
            else f"これですべてです（{count}件中{count}件）。"
        )
        if result.has_more:
            shown = "まだほかにもあります。" if call.tool == "more_files" else ""
            shown += "「もっと」と言えば続きを出します。"
        elif result.is_partial:
            shown = f"見つかったのは{count}件です。ほかにもあるかもしれません。"
        return shown + _searched(call, result) + "".join(self.notes(result))

    def nothing(self, call: Call, result: Result, today: date | None) -> str:
        """Say that nothing was found, what was looked for, where, and what else was tried."""
        if call.tool == "list_shared_drives":
            what = "共有ドライブ"
        elif call.tool == "more_files":
            what = "続きのファイル"
        else:
            what = filters.listed(call, result, {}) if call.tool == "list_files" else filters.described(call, today)
        said = "まだ見つかっていません" if result.is_unfinished else "見つかりませんでした"
        tried = f"ほかに試したこと: {tools.tried(result.tried)}。" if result.tried else ""
        return f"{what}は{said}。{_searched(call, result)}{tried}{''.join(self.notes(result))}"

    def close(self) -> str:
        """Introduce what is not what was asked for."""
        return "お尋ねのものではありませんが、近いものです:"

    def advice(self, result: Result) -> str:
        """Say what may be tried next."""
        return "".join(f"{tools.advice(part)}。" for text in result.advice for part in text.split("; "))

    def notes(self, result: Result) -> list[str]:
        """Say what a tool has noted."""
        return [f"注意: {tools.note(note)}" for note in result.notes]

    def fact(self, handle: str, label: str, value: str) -> str:
        """Say the one detail of a file that was asked for."""
        said = f"{handle}の{tools.label(label)}"
        return f"{said}: {tools.value(label, value)}" if value else f"{said}は、ドライブからはわかりません。"

    def no_folder(self, handle: str, shared: str) -> str:
        """Say that a file is in no folder that the person can see; `shared`: when and by whom it was shared."""
        if not shared:
            return f"{handle}は、あなたに見えるフォルダの中にはありません。"
        return f"{handle}は共有されたもの（{tools.value('', shared)}）で、あなたのフォルダの中にはありません。"

    def no_folder_fact(self) -> str:
        """Say the same as one of a row's facts."""
        return "あなたのフォルダの外"

    def details_heading(self, handle: str, *, is_rest: bool) -> str:
        """Introduce the details of a file."""
        return "そのほかの情報:" if is_rest else f"{handle}の情報:"

    def detail(self, label: str, value: str) -> str:
        """Say one detail of a file."""
        return f"{tools.label(label)}: {tools.value(label, value)}"

    def reading(self, handle: str, lines: Lines) -> str:
        """Introduce what is quoted from a file, and say that this is no summary."""
        if not lines.found:
            return f"{handle}には、お見せできる文字がありません。"
        which = "質問の言葉を含む最初の行" if lines.is_match else "最初の数行"
        return f"私は台本どおりに答える代役でモデルではないので、要約はせず、{which}を引用します。{handle}から:"

    def read_on(self, result: Result) -> str:
        """Say how much of the file was read, and what was left out."""
        notes = f"（{'、'.join(map(tools.note, result.notes))}）" if result.notes else ""
        onward = "「続き」と言えば先を読みます。" if result.next_start else ""
        return tools.shown(result.shown) + notes + onward if result.shown else ""

    def not_connected(self) -> str:
        """Say that Drive is not connected."""
        return (
            "Googleドライブがまだ接続されていないので、見ることができません。"
            "何も検索していません。接続してから、もう一度お尋ねください。"
        )

    def failed(self, result: Result, *, which: bool) -> str:
        """Say that a tool could not answer."""
        if which:
            return self.which()
        return f"Googleドライブから答えを得られませんでした。{in_japanese(result.failure)}"

    def say(self, topic: Topic) -> str:
        """Say something that needs no tool."""
        return _TOPICS[topic]


def _searched(call: Call, result: Result) -> str:
    is_shared = text_of(call, "view") == "shared_with_me" or call.arguments.get("shared_with_me") is True
    said = tools.searched(result.searched, is_shared=is_shared)
    return f"検索した範囲: {said}。" if said else ""
