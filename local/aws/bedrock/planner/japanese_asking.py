"""Read what a Japanese question wants to know of one file, and which file it points at. Pure."""
# ruff: noqa: RUF001 - Japanese punctuation

import re
from collections.abc import Mapping, Sequence

from local.aws.bedrock.planner.intents import Memory, Step, Talk
from local.aws.bedrock.planner.macros import expanded, grown
from local.aws.bedrock.planner.question import MARK, Scanner
from local.aws.bedrock.planner.vocabulary import KIND_JA

_DIGITS = {character: index % 9 + 1 for index, character in enumerate("123456789１２３４５６７８９一二三四五六七八九")}
_PARTS = grown(
    {
        "ONE": "(?:ファイル|もの|やつ|文書|資料|ドキュメント|スプレッドシート|結果)",
        "MARK": r"(?P<x>⟦\d+⟧)",
        "X": r"(?P<x>⟦\d+⟧|[^¦、。？！?!]{1,120}?)(?:というファイル|のファイル)?\s*",
        "WHO": "(?:誰|だれ|どなた|どの人)",
        "SEE": "(?:見|読|編集|アクセス|共有|開け|閲覧)",
        "DONE": "(?:変更|編集|更新|修正|作成)",
        "LAST": r"(?:最後に|最近)?\s*",
        "BE": "(?:です|でした|なの|ある|あります|わかる|わかります|か|の|か教えて)*",
        "GIVE": "(?:教えて|見せて|知りたい|表示して|確認して|出して)(?:ください|下さい|くれる|ほしい|です)*",
        "TELL": r"(?:を|は|が|って)?\s*(?:<GIVE>|何(?:です)?か?)?",
        "IS": r"(?:は|って|が)?\s*",
        "TEXT": "(?:内容|中身|本文|文章|テキスト|全文)",
        "READ": "(?:読み上げて|読んで|読みたい|要約して|まとめて|引用して|読め)",
        "FACTS": "(?:オーナー|所有者|持ち主|作成者|場所|パス|保存場所|サイズ|大きさ|容量|詳細|詳細情報|情報"
        "|アクセス権限?|権限|共有設定|共有相手)",
    }
)
_QUESTIONS: Mapping[Step, Sequence[str]] = {
    "read_file": (
        r"<X>(?:に|には|は|の中に|の中には)\s*(?:何|なん|なに|どんなこと)(?:と|て|が|って)?\s*(?:書いて|書かれて|書い|言って).*",
        r"<X>(?:の<TEXT>)?を?\s*<READ>.*",
        "<X>の(?:要約|要点|概要|本文|全文)<TELL>",
        r"<X>(?:は|って)\s*何について.*",
    ),
    "list_files": (
        "<X>と同じフォルダー?.*",
        "<MARK>(?:の(?:ある|入っている)?|がある|が入っている)(?:親)?フォルダー?.*",
        r"<MARK>(?:に|の中に|の中身に?)(?:は|も)?\s*(?:他に|ほかに)?\s*(?:何|なに).*",
    ),
    "get_file": (
        r"<X>(?:は|を|に|が|って)\s*<WHO>(?:が|に|と|も)\s*.*<SEE>.*",
        r"<WHO>が\s*<X>(?:を|に)\s*<SEE>.*",
        r"<X>(?:に|へ)\s*アクセス(?:でき|権).*",
        r"<X>を\s*<LAST><DONE>した(?:の|人|日)?は\s*(?:<WHO>|いつ)<BE>",
        r"<X>(?:は|って)\s*<LAST>(?:<WHO>が|いつ)\s*<LAST>(?:<DONE>|開い|作っ|作られ).*",
        r"<WHO>が\s*<X>を\s*<LAST><DONE>.*",
        r"<X>(?:は|が|って)\s*(?:どの|何の|なんの)フォルダー?(?:の中)?に.*",
        "<X>の<FACTS>(?:は)?(?:<WHO>|どこ|どれくらい|いくつ|何)?<BE><TELL>",
        r"<X>(?:は|って)\s*<WHO>の(?:もの|ファイル)?<BE>",
        r"<X>(?:を|は)\s*<WHO>と共有.*",
        r"<X>(?:は|って)\s*(?:どれくらいの)?(?:大きさ|サイズ).*",
        r"<X>(?:について|のこと)を?(?:詳しく|もっと)?\s*教えて.*",
        "<MARK><IS>(?:どこ|何(?:です)?か?|何のファイル)に?(?:ある|あります|です|か)*",
    ),
}
_PATTERNS = [
    (step, re.compile(expanded(question, _PARTS) + r"[\s。？！?!]*"))
    for step, questions in _QUESTIONS.items()
    for question in questions
]
_CONTENT = re.compile(expanded(r"<X>の(?:中身|内容)<TELL>[\s。？！?!]*", _PARTS))
_IS_A_PLACE = re.compile("フォルダ|ドライブ|ゴミ箱|ごみ箱")
_ORDINAL = re.compile(
    expanded(
        r"(?:(?P<n>[1-9１-９一二三四五六七八九]|\d{2})(?:番目|つ目|個目)|(?P<first>最初の(?=<ONE>))|(?P<last>最後の(?=<ONE>)))"
        r"(?:の?<ONE>)?|(?P<number>\d{1,2})番(?!目)",
        _PARTS,
    )
)
_AT_AN_EDGE = re.compile(rf"^\s*(?P<first>{MARK})|[？?。：:、！!]\s*(?P<last>{MARK})\s*$")
_THIS = re.compile(
    r"(?:この|その)(?:ファイル|フォルダー?|文書|資料|ドキュメント|スプレッドシート|PDF|リンク)|これ|それ"
)
_KIND_INSIDE = re.compile(rf"(?:その中|そこ)(?:の|で|から|にある?)?(?={KIND_JA.pattern}|ファイル)")
_IT = re.compile(
    r"(?P<folder>その(?:親)?フォルダー?)|(?P<inside>その中)|それ|これ|そこ"
    r"|(?:その|この)(?:ファイル|文書|資料|ドキュメント|スプレッドシート|PDF)"
)


def asked_of_one(text: str) -> tuple[Step, str] | None:
    """Return the tool that answers and the words for the file, or None if the question is not about one file."""
    bare = text.strip(" \t\n¦、。")
    for step, pattern in _PATTERNS:
        if match := pattern.fullmatch(bare):
            return step, match["x"].strip()
    return None


def content_of(text: str) -> str:
    """Return the words for the file whose content is asked for, or ""; what is called a folder is no file."""
    match = _CONTENT.fullmatch(text.strip(" \t\n¦、。"))
    return match["x"].strip() if match and not _IS_A_PLACE.search(match["x"]) else ""


def mark(scanner: Scanner, memory: Memory) -> Talk | None:
    """Put marks in the place of what points at a file; None unless it points at one that was never listed."""
    if _mark_this(scanner) or _mark_inside(scanner, memory):
        return None
    if match := _ORDINAL.search(scanner.text):
        index = len(memory.rows) - 1 if match["last"] else 0 if match["first"] else _number(match) - 1
        if not 0 <= index < len(memory.rows):
            return Talk("which_one")
        _replace(scanner, match, memory.rows[index].handle)
    elif memory.it and (match := _IT.search(scanner.text)):
        _replace(
            scanner, match, memory.it.handle, "のフォルダ" if match["folder"] else "の中" if match["inside"] else ""
        )
    return None


def _mark_this(scanner: Scanner) -> bool:
    """Let 「これ」 mean the file whose URL stands before or behind the question; whether it does."""
    edge = _AT_AN_EDGE.search(scanner.text)
    mark = (edge["first"] or edge["last"]) if edge else ""
    if not edge or not scanner.reference(mark):
        return False
    bare = scanner.text.replace(mark, " ").strip()
    match = _THIS.search(bare)
    if match:
        scanner.text = bare[: match.start()] + mark + bare[match.end() :]
    return bool(match)


def _mark_inside(scanner: Scanner, memory: Memory) -> bool:
    """Let 「その中のPDF」 mean the folder that was looked into, or else the files that were found; whether it does."""
    match = _KIND_INSIDE.search(scanner.text)
    if not match or not (memory.inside or memory.query):
        return False
    mark = f"{scanner.mark(memory.inside, is_reference=True)}の中の" if memory.inside else ""
    scanner.text = scanner.text[: match.start()] + mark + scanner.text[match.end() :]
    return True


def _number(match: re.Match[str]) -> int:
    text = match["n"] or match["number"]
    return int(text) if text.isdecimal() else _DIGITS[text]


def _replace(scanner: Scanner, match: re.Match[str], handle: str, after: str = "") -> None:
    mark = scanner.mark(handle, is_reference=True)
    scanner.text = f"{scanner.text[: match.start()]}{mark}{after}{scanner.text[match.end() :]}"
