"""Say in Japanese what the Drive tools say in English. Pure.

The tools' sentences are fixed, with names and numbers in them; one that is not known here is quoted as it is.
"""
# ruff: noqa: RUF001 - Japanese punctuation

import re
from collections.abc import Sequence

from local.aws.bedrock.planner.vocabulary import KINDS, NOUNS_JA

_Table = Sequence[tuple[re.Pattern[str], str]]


def _table(*rows: tuple[str, str]) -> _Table:
    return [(re.compile(pattern), said) for pattern, said in rows]


_FACTS = _table(
    (r"changed (\S+) by (.+)", r"\1に\2が変更"),
    (r"changed (\S+)", r"\1に変更"),
    (r"opened (\S+)", r"\1に開いた"),
    (r"created (\S+)", r"\1に作成"),
    (r"owner (.+)", r"オーナー \1"),
    (r"shared with you (\S+) by (.+)", r"\1に\2が共有"),
    (r"shared with you (\S+)", r"\1に共有"),
    ("starred", "スター付き"),
    ("in the trash", "ゴミ箱の中"),
    ("in a shared drive", "共有ドライブの中"),
    ("shared drive", "共有ドライブ"),
    (r"in (\[\d+\])", r"\1の中"),
    (r"shortcut to an? .+", "ショートカット"),
    ("file", "ファイル"),
    (r"(\d+) bytes", r"\1バイト"),
)
_EVERYWHERE = re.compile(r"My Drive(?:, (?:\d+ )?shared drives?(?: \(.*\))?)? and files shared with you")
_OTHER_DRIVES = re.compile(r"and ([\d,]+) others?(?=\))")
_SEARCHED = _table(
    ("My Drive, shared drives and files shared with you", "マイドライブ、共有ドライブ、あなたと共有されたファイル"),
    (
        r"My Drive, (\d+) shared drives? \((.*)\) and files shared with you",
        r"マイドライブ、共有ドライブ（\2）、あなたと共有されたファイル",
    ),
    (r"My Drive(?:, 0 shared drives)? and files shared with you", "マイドライブ、あなたと共有されたファイル"),
    ("the shared drives that the person is a member of", "あなたがメンバーの共有ドライブ"),
    ('all of the shared drive "?a shared drive"?', "共有ドライブの全体"),
    ('the top of the shared drive "?a shared drive"?', "共有ドライブの一番上"),
    (r'all of the shared drive "?(.*?)"?', r"共有ドライブ「\1」の全体"),
    (r'the top of the shared drive "?(.*?)"?', r"共有ドライブ「\1」の一番上"),
    ('the folder "?My Drive"? itself, not the folders in it', "マイドライブの一番上だけ"),
    (r'the folder "?My Drive"? and ([\d,]+) folders? below it', "マイドライブの全体"),
    (r'the folder "?(.*?)"? itself, not the folders in it', r"フォルダ「\1」だけ（その中のフォルダは除く）"),
    (r'the folder "?(.*?)"? and ([\d,]+) folders? below it', r"フォルダ「\1」とその下のフォルダ"),
    ("trash left out", "ゴミ箱は除く"),
    ("trash included", "ゴミ箱も含む"),
    ("(?:only )?the trash", "ゴミ箱だけ"),
    ("names and details only|file names only, not what is inside", "名前と情報だけ（中身は見ていません）"),
)
_NOTES = _table(
    (
        r"Drive has no filter for (?:that|that person), so I looked through ([\d,]+) files?\.",
        r"ドライブにはその絞り込みがないので、\1個のファイルを調べました。",
    ),
    (
        r"I stopped there; the files after them in this order were not checked\. more_files looks on\.",
        "そこで打ち切りました。その後のファイルは調べていません。「もっと」と言えば続きを調べます。",
    ),
    (
        r"I stopped there; the files after them in this order were not checked\.",
        "そこで打ち切りました。その後のファイルは調べていません。",
    ),
    (
        r"Drive's list went in a circle, so I stopped; there may be more\.",
        "ドライブの一覧が繰り返しになったので、打ち切りました。ほかにもあるかもしれません。",
    ),
    (
        r"Drive says it could not search everything \(incompleteSearch\)\.",
        "ドライブは、すべては検索できなかったと言っています（incompleteSearch）。",
    ),
    (
        r"There are more folders below it; I looked in the first ([\d,]+) only\.",
        r"その下にはもっとフォルダがあります。最初の\1個だけを調べました。",
    ),
    (
        r"Drive knows only the last change of a file; one that was changed again since is not here\.",
        "ドライブからわかるのは最後の変更だけです。その後また変更されたファイルは、ここにはありません。",
    ),
    (
        r"Drive knows only the last time that the person opened a file; one that was opened again since is not here\.",
        "ドライブからわかるのは、あなたが最後に開いた日時だけです。その後また開いたファイルは、ここにはありません。",
    ),
    (r"Those who changed the files there last: (.*)\.", r"そこのファイルを最後に変更した人: \1。"),
    (
        r"Drive sorts a search inside files by relevance only\.",
        "中身の検索では、ドライブは関連度の順にしか並べません。",
    ),
)
_CONTENT_NOTES = _table(
    (r"([\d,]+) sheets?", r"シート\1枚"),
    (r"([\d,]+) slides?", r"スライド\1枚"),
    (r"([\d,]+) pages?", r"\1ページ"),
    (r"([\d,]+) lines?", r"\1行"),
    (r"the text is longer than ([\d,]+) characters, the first of them are here", r"文字が\1を超えるので、最初だけ"),
    (
        r"sheet (\d+) has (?:more than )?([\d,]+) (?:rows|columns), the first ([\d,]+) are here",
        r"シート\1は最初の\3まで",
    ),
    (r"the first ([\d,]+) pages are here", r"最初の\1ページまで"),
    (r"without text, perhaps pictures: page (.*)", r"文字のないページ: \1"),
    (r"could not be read: page (.*)", r"読めなかったページ: \1"),
    ("its form could not be read", "フォームは読めませんでした"),
    (r"its encoding (?:is not stated and )?was taken for (.*)", r"文字コードは\1とみなしました"),
    (r"(?:a picture|\d+ pictures) left out", "画像は省きました"),
    ("attachments left out", "添付ファイルは省きました"),
    ("comments left out", "コメントは省きました"),
    ("some formulas have no stored result and are shown themselves", "結果のない数式は式のままです"),
    ("reading it took too long; only a beginning of it is here", "時間がかかるので、初めの部分だけ"),
)
_TRIED = _table(
    ("any one of the words in the name", "名前に言葉のどれか一つ"),
    ("the words inside files", "ファイルの中身"),
    ("the words anywhere in the name", "名前の途中の言葉"),
    ("the words of the phrase in any order", "語句の言葉を順不同で"),
    ("the words in the name", "名前の言葉"),
    ("created, not changed, in that time", "その期間に作成されたもの"),
    ("at any time", "期間を問わず"),
    ("outside of that folder", "そのフォルダの外"),
    ("any kind of file", "種類を問わず"),
    ("the trash", "ゴミ箱"),
    ("nothing", "なし"),
    (r"(\d+)(?: files?)?", r"\1個"),
    (r"more than (\d+)", r"\1個より多く"),
    (r"(\d+) so far, not everything was checked", r"今のところ\1個（すべては調べていません）"),
    ("nothing so far, not everything was checked", "今のところなし（すべては調べていません）"),
)
_ADVICE = _table(
    (
        "ask whether the person's name is written as in Drive, or for another time",
        "人の名前がドライブでの書き方と同じか、ご確認ください。別の期間でも探せます",
    ),
    (
        "ask for another word, or list the folder where it should be",
        "別の言葉で探すか、ありそうなフォルダの中を見ることもできます",
    ),
    ("ask for a wider time or another kind of file", "期間を広げるか、別の種類のファイルでも探せます"),
    (
        "searching inside files needs the person's permission, for which a search by content asks",
        "ファイルの中身を探すには、あなたの許可が要ります。「…と書いてあるファイル」とお尋ねになれば、許可をお願いします",
    ),
)
_LABELS = {
    "Kind": "種類",
    "In": "場所",
    "Owner": "オーナー",
    "Created": "作成",
    "Changed": "最後の変更",
    "Opened by the person": "あなたが最後に開いた日時",
    "Shared with the person": "あなたとの共有",
    "Shortcut to": "ショートカットの先",
    "Download": "ダウンロード",
    "Size": "サイズ",
    "Description": "説明",
    "Access": "見られる人",
    "Starred": "スター付き",
    "In the trash": "ゴミ箱の中",
}
_VALUES = (
    ("(the person themselves)", "（あなた）"),
    ("the shared drive", "共有ドライブ"),
    ("not allowed by the owner", "オーナーが許可していません"),
    ("something that is gone, or that the person has no access to", "なくなったか、あなたが見られないもの"),
    ("; only those who may share it can see with whom", "。誰とかは、共有できる人だけにわかります"),
    ("shared with others", "ほかの人と共有されています"),
    ("not known", "不明"),
    ("anyone with the link", "リンクを知っている人全員"),
    ("(owner)", "（オーナー）"),
    ("(manager)", "（管理者）"),
    ("(content manager)", "（コンテンツ管理者）"),
    ("(can edit)", "（編集できる）"),
    ("(can comment)", "（コメントできる）"),
    ("(can view)", "（見られる）"),
    ("the group ", "グループ"),
    (" by ", "、"),
)
_EVERYBODY = re.compile(r"\beverybody at (\S+)")
_OTHERS = re.compile(r"\band ([\d,]+) others?\b")


def fact(text: str) -> str:
    """Translate one fact of a row."""
    return NOUNS_JA.get(text) or _said(text, _FACTS, text if text in KINDS else "{}")


def searched(text: str, *, is_shared: bool = False) -> str:
    """Translate where it was searched; `is_shared`: only among what others have shared with the person."""
    text = _EVERYWHERE.sub("あなたと共有されたファイル", text, count=1) if is_shared else text
    text = _OTHER_DRIVES.sub(r"ほか\1つ", text)
    return "、".join(_said(part, _SEARCHED) for part in text.rstrip(".").split("; "))


def note(text: str) -> str:
    """Translate a note."""
    return _said(text, [*_NOTES, *_CONTENT_NOTES], "「{}」")


def tried(text: str) -> str:
    """Translate which wider searches were made, and what each found."""
    parts = []
    for part in text.rstrip(".").split("; "):
        what, _, came_of_it = part.rpartition(": ")
        parts.append(f"{_said(what, _TRIED)}: {_said(came_of_it, _TRIED)}" if what else _said(part, _TRIED))
    return "、".join(parts)


def advice(text: str) -> str:
    """Translate what may be tried next."""
    return _said(text.rstrip("."), _ADVICE, "「{}」")


def label(text: str) -> str:
    """Translate the label of a detail."""
    return _LABELS.get(text, text)


def value(name: str, text: str) -> str:
    """Translate the value of a detail."""
    if name == "Kind":
        kind, _, rest = text.partition(" (")
        return NOUNS_JA.get(kind, kind) + (f"（{rest.rstrip(')')}）" if rest else "")
    if name in {"Starred", "In the trash"}:
        return "はい"
    if name in {"In", "Description"}:
        return text
    if name == "Size":
        return fact(text)
    for told, said in _VALUES:
        text = text.replace(told, said)
    return _OTHERS.sub(r"ほか\1人", _EVERYBODY.sub(r"\1の全員", text))


def shown(text: str) -> str:
    """Translate how much of a file was read."""
    match = re.match(r"characters (\d+) to (\d+) of (\d+)", text)
    if match:
        return f"{match[3]}文字のうち、{match[1]}文字目から{match[2]}文字目までを読みました。"
    match = re.match(r"all ([\d,]+) characters?", text)
    return f"{match[1]}文字すべてを読みました。" if match else f"「{text}」"


def _said(text: str, table: _Table, otherwise: str = "{}") -> str:
    match = next(((match, said) for pattern, said in table if (match := pattern.fullmatch(text))), None)
    return match[0].expand(match[1]) if match else otherwise.replace("{}", text)
