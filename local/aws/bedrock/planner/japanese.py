"""Read a Japanese question. Pure. Basic: the patterns below and no grammar.

As in English, every rule cuts out what it understood; what is left must be the usual request words.
"""
# ruff: noqa: RUF001 - Japanese punctuation

import re

from local.aws.bedrock.planner import dates_ja, small_talk
from local.aws.bedrock.planner.intents import Call, Intent, Memory, Talk
from local.aws.bedrock.planner.question import QUOTED, Scanner, Wanted
from local.aws.bedrock.planner.vocabulary import KIND_JA

_BETWEEN = re.compile(r"(?:、|。|？)?(?:それと|それから|あと|また|そして)、?|。(?=.)|(?<=て)、(?=.)")
_NAME = (
    rf"(?P<who>{QUOTED}|[A-Za-z][A-Za-z0-9_.@+-]*(?: [A-Z][A-Za-z0-9_.-]*)*|[一-龯々ァ-ヶー]{{1,12}}?)"
    "(?:さん|くん|ちゃん|氏|様)?"
)
_CHANGE = r"(?:変更|編集|更新|修正)"
_NOUN = "ファイル|" + KIND_JA.pattern.replace("?P<", "?P<noun_")
_ME = frozenset({"私", "僕", "俺", "自分", "わたし"})
_REQUEST = re.compile(
    r"(?:見せて|教えて|探して|検索して|さがして|見つけて|一覧(?:に|を|で)?(?:して|表示して|出して)?|表示して"
    r"|リスト(?:に)?(?:して)?|出して|開いて)"
    r"(?:ください|下さい|くれ(?:る|ます)?(?:か)?|ほしい(?:です)?|もらえ(?:る|ます)か)?"
    r"|どこ(?:に)?(?:ある|あります|です)?か?|何|なに|どの|どれ|どんな|ありますか|ある|あります|ですか|です|でしたか|でした"
    r"|ファイル|もの|やつ|すべて|全部|全て|私|僕|自分|最近|最後|一番|新しい|順|ください|お願いします|知りたい"
)
_PARTICLE = re.compile(r"[のをはがにでともへかねよ、。？！\s¦?!,.]+")
_ORDINAL = re.compile(
    r"\[(?P<handle>\d+)\]|(?P<n>[1-9１-９一二三四五六七八九]|\d{2})(?:番目|つ目|個目)|(?P<last>最後のファイル|最後のもの)"
)
_X = rf"(?P<x>{QUOTED}|[^¦、。？\sのを]+?)"
_EXPLICIT = (
    rf"{_X}(?:という|って(?:いう)?)(?:名前|名|タイトル)の?(?!フォルダ)",
    rf"名前(?:に|が){_X}(?:を含む|が入った|の|を含んだ)",
    rf"{_X}(?:に関する|についての|を含む)",
)
_LOOSE = (
    rf"(?P<x>{QUOTED})",
    r"(?P<x>[^¦、。？をはの]+)(?:の(?:ファイル|資料))?(?:を(?=探|検索|さが|見つけ)|は(?=どこ))",
)
_DIGITS = {character: index % 9 + 1 for index, character in enumerate("123456789１２３４５６７８９一二三四五六七八九")}
_NO_FILTER = "開いた日で絞り込むことはできません。開いた順に並べます。日付は一覧をご覧ください。"


def read(text: str, memory: Memory) -> list[Intent]:
    """Return what the person wants: one or more tool calls, or one thing to say."""
    whole = Scanner.over(small_talk.without_opening(text))
    if small_talk.is_out_of_scope(whole.text):
        return [Talk("refuse")]
    parts = [part for part in _BETWEEN.split(whole.text) if part.strip()]
    if len(parts) > 1:
        intents = [intent for part in parts for intent in _one(whole.part(part), memory)]
        if all(isinstance(intent, Call) for intent in intents):
            return intents
    return _one(whole, memory)


def _one(scanner: Scanner, memory: Memory) -> list[Intent]:
    if match := _ORDINAL.search(scanner.text):
        return [_pointed_at(match, memory)]
    wanted = Wanted()
    has_noun = bool(re.search(r"ファイル|ドライブ|一覧", scanner.text))
    if memory.today is None:
        if re.search(r"今|昨|先|去年", scanner.text):
            return [Talk("no_date")]
    elif found := dates_ja.find(scanner.text, memory.today):
        wanted.period = found[0]
        start = scanner.text.find(found[1])
        scanner.cut(start, start + len(found[1]))
    note = _take_all(scanner, wanted)
    rest = _PARTICLE.sub(" ", _REQUEST.sub(" ", scanner.text)).strip()
    if rest or (wanted.is_empty and not has_noun):
        return [Talk("unknown")]
    return list(wanted.calls(note))


def _pointed_at(match: re.Match[str], memory: Memory) -> Intent:
    if match["handle"]:
        return Call("list_files", {"folder": f"[{match['handle']}]"})
    index = len(memory.rows) - 1 if match["last"] else _number(match["n"]) - 1
    if not 0 <= index < len(memory.rows):
        return Talk("which_one")
    return Call("list_files", {"folder": memory.rows[index].handle})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _DIGITS[text]


def _take_all(scanner: Scanner, wanted: Wanted) -> str:
    note = ""
    if scanner.take(r"(?:(?:私|僕|自分)(?:が|の))?(?:最近|最後に|直近で)?(?:開いた|見た|閲覧した|開きました)(?:か)?"):
        wanted.order = "opened"
        wanted.period, note = (None, _NO_FILTER) if wanted.period else (None, "")
    _words(scanner, wanted, _EXPLICIT)
    _people(scanner, wanted)
    if scanner.take(rf"(?:最近|最後に){_CHANGE}(?:された|した)|{_CHANGE}順"):
        wanted.order = "changed"
    scanner.take(rf"(?:に)?{_CHANGE}(?:された|した|があった|しました|されました)|変わった|更新")
    _folder(scanner, wanted)
    _words(scanner, wanted, _LOOSE)
    while match := scanner.take(KIND_JA):
        if match.lastgroup and match.lastgroup not in wanted.kinds:
            wanted.kinds.append(match.lastgroup)
    if match := scanner.take(r"(\d{1,2})(?:件|個|つ)"):
        wanted.limit = min(max(int(match[1]), 1), 100)
    return note


def _people(scanner: Scanner, wanted: Wanted) -> None:
    if match := scanner.take(rf"{_NAME}が[\s¦]*(?:最後に|最近)?{_CHANGE}(?:した|している|しました)"):
        wanted.changed_by = _person(scanner.plain(match["who"]))
    owned = scanner.take(rf"{_NAME}が(?:所有(?:する|している|の)|持っている|オーナーの|作成者の)")
    owned = owned or scanner.take(rf"(?:オーナー|所有者)(?:が|は){_NAME}の?")
    # Only a name in Latin letters or with a title: 「予算のファイル」 is not owned by anybody.
    owned = owned or scanner.take(rf"(?P<who>[A-Za-z][A-Za-z0-9_.@+-]*)(?:さん|氏)?の(?={_NOUN})")
    owned = owned or scanner.take(rf"(?P<who>[一-龯ァ-ヶー]{{1,12}}?)(?:さん|氏|様)の(?={_NOUN})")
    if not owned:
        return
    who = scanner.plain(owned["who"])
    wanted.owner = "me" if who in _ME and "が" in owned[0] else "" if who in _ME else who


def _person(name: str) -> str:
    return "me" if name in _ME else name


def _folder(scanner: Scanner, wanted: Wanted) -> None:
    match = scanner.take(
        rf"(?P<x>{QUOTED}|[\w&-]+?)(?:という(?:名前の)?)?(?:の)?フォルダー?(?:の(?:中身?|内容)?|内|を|に|は)"
    )
    match = match or scanner.take(rf"フォルダー?(?P<x>{QUOTED})(?:の(?:中身?|内容)|内|を|に|は)?")
    if match:
        wanted.folder = scanner.plain(match["x"])
    elif scanner.take(r"マイドライブ(?:の(?:中身?|内容)|直下)?"):
        wanted.folder = "root"


def _words(scanner: Scanner, wanted: Wanted, patterns: tuple[str, ...]) -> None:
    for pattern in () if wanted.words else patterns:
        match = scanner.take(pattern)
        if not match:
            continue
        kind = KIND_JA.fullmatch(match["x"].strip())
        if kind and kind.lastgroup:
            wanted.kinds.append(kind.lastgroup)
        else:
            wanted.words = scanner.plain(match["x"])
        return
