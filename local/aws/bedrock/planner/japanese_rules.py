"""Take people, folders, kinds, names, views, order and limit out of a Japanese question. Pure."""
# ruff: noqa: RUF001 - Japanese punctuation

import re
from collections.abc import Sequence

from local.aws.bedrock.planner.macros import expanded, grown
from local.aws.bedrock.planner.question import MARK, Scanner
from local.aws.bedrock.planner.vocabulary import KIND_JA
from local.aws.bedrock.planner.wanted import Wanted

_PARTS = grown(
    {
        "MARK": MARK,
        "MAIL": r"[\w.+-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]",
        "LATIN": r"(?:<MAIL>|[A-Za-z][A-Za-z0-9_.+-]*(?: [A-Z][A-Za-z0-9_.-]*)*)",
        "KANJI": "[一-龯々ァ-ヶー]{1,12}?",
        "WHO": r"(?P<who><MARK>|<LATIN>|<KANJI>)\s?(?:さん|くん|ちゃん|氏|様)?\s?",
        "TITLED": r"(?:(?P<a><LATIN>)\s?(?:さん|氏)?|(?P<b><KANJI>)(?:さん|氏|様))",
        "CHANGE": "(?:変更|編集|更新|修正)",
        "DONE": "(?:した|している|しました|してい[るた])",
        "NOUN": "(?:ファイル|もの|" + KIND_JA.pattern.replace("?P<", "?P<noun_") + ")",
        "X": r"(?P<x><MARK>|[^¦、。？\sのを]{1,60}?)",
        "LONG_X": r"(?P<x><MARK>|[^¦、。？]{1,60}?)",
        "IS": "(?:ある|あり|含む|含んだ|含まれ(?:る|ている)|出てくる|載っている|書いてある|書かれている|使われている)",
        "HAS": "(?:<IS>|入った|入っている|入る)",
        "WORD": "(?:という|と言う|って)?(?:言葉|単語|語|文字|キーワード)?",
        "TEXT": "(?:中身|本文|内容|文章|中)",
        "ME": "(?:私|自分|僕)",
        "SHARED": "共有(?:された|されている|されてる|<DONE>)",
        "TRASH": "(?:ゴミ箱|ごみ箱)",
        "NAME": r"[\w&-]+?(?: [A-Z]\w*)*?",
        "BELOW": r"\s?(?P<below>以下|配下|の下)(?:の|に(?:ある)?)?",
        "INSIDE": r"(?:<BELOW>|\s?の(?:中身?|内容)(?:に(?:ある)?|の)?|\s?(?:内|に|を|は|の)(?:ある)?)",
    }
)


def _compiled(*patterns: str) -> list[re.Pattern[str]]:
    return [re.compile(expanded(pattern, _PARTS)) for pattern in patterns]


def _quoted_first(*patterns: str) -> list[re.Pattern[str]]:
    """A word in quotation marks is meant before any other words around it."""
    quoted = [pattern.replace("<LONG_X>", "(?P<x><MARK>)").replace("<X>", "(?P<x><MARK>)") for pattern in patterns]
    return [each for pair in zip(quoted, patterns, strict=True) for each in _compiled(*pair)]


_ME = frozenset({"私", "僕", "俺", "自分", "わたし", "ぼく"})
_PHRASE = _compiled(
    "(?P<x><MARK>)という(?:語句|フレーズ|文|文章|言い回し)が?(?:そのまま)?<HAS>?",
    "(?:語句|フレーズ)(?P<x><MARK>)(?:が|を)?(?:そのまま)?<HAS>?",
)
_CONTENT = _quoted_first(
    r"(?:ファイルの)?<TEXT>に\s?<LONG_X>\s?<WORD>(?:が|を|と)?<HAS>",
    r"<LONG_X>\s?(?:と|って|が)書(?:いて|かれて)(?:ある|いる|あった)",
    "<LONG_X>に(?:言及|触れて)(?:している|した|いる)",
    r"<LONG_X>\s?<WORD>(?:が|を)(?:ファイルの)?(?:中身|本文|内容)に<HAS>",
)
_NAMED = _quoted_first(
    r"(?:ファイル)?(?:名前|名|タイトル)(?:に|が|は)\s?<LONG_X>\s?<WORD>(?:が|を|で|と)?"
    "(?:<HAS>|付く|つく|付いた|始まる|だった(?:はず|と思う)?|です|の(?=ファイル|もの))",
    "<X>(?:という|って(?:いう)?)(?:名前|名|タイトル)の?(?!フォルダ)",
    "<X>(?:という(?:言葉|単語|語))?(?:に関する|についての|を含む)",
)
_LOOSE = _compiled(
    "(?P<x><MARK>)(?:の(?:ファイル|資料))?(?:を(?=探|検索|さが|見つけ)|は(?=どこ))?",
    "(?P<x>[^¦、。？をはの]{1,60})(?:の(?:ファイル|資料))?(?:を(?=探|検索|さが|見つけ|開)|は(?=どこ))",
    r"(?:^|(?<=[¦、。\s]))(?P<x>(?![どこそあ]の|最近|最新|すべて|全部|全て|私|僕|自分|他|ほか|次|前)[^¦、。？をはの\s]{1,40})の(?=<NOUN>)",
)
_CHANGED_BY = _compiled(r"<WHO>が[\s¦]*(?:最後に|最近)?[\s¦]*<CHANGE><DONE>")
_OWNED_BY = _compiled(
    "<WHO>が(?:所有(?:する|している|の)|持っている|オーナーの|作成者の)", "(?:オーナー|所有者)(?:が|は)<WHO>の?"
)
# Only a name in Latin letters or with a title: 「予算のファイル」 is not owned by anybody.
_OWNED_BY_TITLE = _compiled("<TITLED>の(?=<NOUN>)")
_SHARED_BY = _compiled("<TITLED>(?:から|に|が)(?:<ME>に)?<SHARED>")
_SHARED = _compiled(
    "(?:他の人|ほかの人|誰か)?(?:から|が)?(?:<ME>(?:に|と))?共有(?:された|されている|されてる|してもらった)"
)
_STARRED = _compiled("スター(?:付き|つき|マーク|を?付けた|を?つけた|が?付いた|が?ついた)*|お気に入り")
_TRASH_TOO = _compiled("<TRASH>(?:の中|内)?(?:も|を)(?:含め(?:て|る)?|入れて)?")
_TRASH = _compiled("<TRASH>(?:の(?:中身?|内容)|内|に(?:ある|入っている)|から)?|削除(?:された|した)")
_OPENED = _compiled(r"(?:<ME>(?:が|の))?(?:最近|最後に|直近で)?\s?(?:開いた|見た|閲覧した|開きました)か?(?P<order>順)?")
_MADE = _compiled(
    "(?P<latest>最近|最後に|一番新しく|新しく|最も新しく)?"
    "(?:作成(?:された|<DONE>)|作られた|作った|アップロード(?:された|<DONE>)|追加された)"
)
_CHANGED = _compiled("(?:最後に)?に?<CHANGE>(?:された|した|があった|しました|されました)|変わった|更新")
_ORDERS = (
    ("name", "(?:名前|ファイル名|五十音|アルファベット)順(?:に|で)?"),
    ("size", "(?:一番|最も)?(?:サイズ|容量)?(?:が|の)?(?:大きい|大きな|重い)(?:もの)?(?:順(?:に|で)?|から)?"),
    ("size", "サイズ順(?:に|で)?"),
    ("created", "作成(?:日|日時)?(?:の)?(?:新しい)?順(?:に|で)?"),
    ("", "関連(?:度|性)(?:の高い)?順(?:に|で)?"),  # as a search for what files contain is sorted anyway
    ("shared", "共有(?:された|日)?(?:の)?(?:新しい)?順(?:に|で)?"),
    ("changed", "(?:最近|最後に)<CHANGE>(?:された|した)|<CHANGE>日?(?:の新しい)?順(?:に|で)?"),
    ("oldest", "(?:<CHANGE>日?の)?古い順(?:に|で)?|(?:一番|最も)古い"),
    ("changed", "新しい順(?:に|で)?|一番新しい|最新の"),
)
_BY_ORDER = [(order, _compiled(pattern)) for order, pattern in _ORDERS]
_FOLDERS = _compiled(
    "(?P<x><MARK>|[\\w&-]+?)(?:という(?:名前の)?)?の?フォルダー?<INSIDE>",
    "フォルダー?(?P<x><MARK>)<INSIDE>?",
    "(?P<x><MARK>|<NAME>)の?共有ドライブ<INSIDE>",
    "共有ドライブ(?P<x><MARK>|<NAME>)<INSIDE>",
    "(?P<x><NAME>)<BELOW>",
)
# What is in quotation marks may be a name with a slash in it: 「a/b」を探して.
_QUOTED_FOLDER = _compiled(r"(?P<x><MARK>)(?:<BELOW>|\s?の(?:中身?|内容)(?:に(?:ある)?|の)?|\s?内(?:の|に(?:ある)?)?)")
_TOP = _compiled("マイドライブ(?:の(?:中身?|内容|一番上|直下|トップ)|直下)?(?:に(?:は|ある)?)?")
_ALL = re.compile("すべて|全部|全て|探|検索")


def take_all(scanner: Scanner, wanted: Wanted) -> None:
    """Fill `wanted`; the days have been taken out already. The order of the rules matters."""
    if match := scanner.take(r"(\d{1,3})(?:件|個|つ)(?!目)(?:だけ|まで)?"):
        wanted.limit = min(max(int(match[1]), 1), 100)
    _views(scanner, wanted)
    wanted.phrase, wanted.content = _text(scanner, wanted, _PHRASE), _text(scanner, wanted, _CONTENT)
    wanted.words = _text(scanner, wanted, _NAMED)
    _times(scanner, wanted)
    take_people(scanner, wanted)
    for order, patterns in _BY_ORDER:
        if not wanted.order and (match := _take(scanner, patterns)):
            wanted.order = order
            wanted.limit = wanted.limit or (1 if match[0].startswith(("一番", "最も", "最新")) else 0)
    _take(scanner, _CHANGED)
    _folder(scanner, wanted)
    if not (wanted.words or wanted.content or wanted.phrase):
        wanted.words = _text(scanner, wanted, _LOOSE)
    while match := scanner.take(KIND_JA):
        if match.lastgroup and match.lastgroup not in wanted.kinds:
            wanted.kinds.append(match.lastgroup)


def take_people(scanner: Scanner, wanted: Wanted) -> None:
    """Take out who changed the files last and who owns them."""
    if match := _take(scanner, _CHANGED_BY):
        name = scanner.plain(match["who"])
        wanted.changed_by = "me" if name in _ME else name
    if match := _take(scanner, _OWNED_BY):
        name = scanner.plain(match["who"])
        wanted.owner = "me" if name in _ME and "が" in match[0] else "" if name in _ME else name
    elif match := _take(scanner, _OWNED_BY_TITLE):
        name = scanner.plain(match["a"] or match["b"])
        wanted.owner = "" if name in _ME else name


def _views(scanner: Scanner, wanted: Wanted) -> None:
    if match := _take(scanner, _SHARED_BY):
        name = scanner.plain(match["a"] or match["b"])
        wanted.owner, wanted.shared_with_me = "" if name in _ME else name, True
    else:
        wanted.shared_with_me = bool(_take(scanner, _SHARED))
    wanted.starred = bool(_take(scanner, _STARRED))
    wanted.trash = "include" if _take(scanner, _TRASH_TOO) else "only" if _take(scanner, _TRASH) else ""


def _times(scanner: Scanner, wanted: Wanted) -> None:
    """Tell which of its times a period or "lately" is about."""
    if match := _take(scanner, _OPENED):
        wanted.is_sorted = bool(match["order"])
        wanted.opened, wanted.modified = wanted.modified, None
        wanted.order = "" if wanted.opened else "opened"
    elif match := _take(scanner, _MADE):
        wanted.created, wanted.modified = wanted.modified, None
        wanted.order = "created" if match["latest"] and not wanted.created else ""


def _folder(scanner: Scanner, wanted: Wanted) -> None:
    is_all, mark = bool(_ALL.search(scanner.text)), scanner.first_reference()
    if match := _take(scanner, _FOLDERS):
        wanted.folder, wanted.is_below = scanner.plain(match["x"]), bool(match.groupdict().get("below"))
        wanted.is_folder_named = not is_all and "フォルダ" in match[0]
    elif mark and (match := scanner.take(re.escape(mark) + f"(?:{_PARTS['INSIDE']})?")):
        wanted.folder, wanted.is_below = scanner.plain(mark), bool(match["below"])
    elif match := _take(scanner, _QUOTED_FOLDER):
        wanted.folder, wanted.is_below = scanner.plain(match["x"]), bool(match["below"])
    elif _take(scanner, _TOP):
        wanted.folder = "root"


def _text(scanner: Scanner, wanted: Wanted, patterns: Sequence[re.Pattern[str]]) -> str:
    """Take out words of a name or text; a kind in their place is one more kind of file."""
    for pattern in patterns:
        match = pattern.search(scanner.text)
        if not match or scanner.reference(match["x"]):
            continue
        scanner.cut(match.start(), match.end())
        kind = KIND_JA.fullmatch(match["x"].strip())
        if not kind or not kind.lastgroup:
            return scanner.plain(match["x"])
        wanted.kinds.append(kind.lastgroup)
    return ""


def _take(scanner: Scanner, patterns: Sequence[re.Pattern[str]]) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := scanner.take(pattern))), None)
