"""Read a Japanese question. Pure. Basic: the patterns below and no grammar.

As in English, every rule cuts out what it understood; what is left must be the usual request words.
"""
# ruff: noqa: RUF001 - Japanese punctuation

import re

from local.aws.bedrock.planner import dates_ja, follow_up, japanese_asking, japanese_rules, small_talk
from local.aws.bedrock.planner.intents import Call, Intent, Memory, Talk
from local.aws.bedrock.planner.question import Scanner
from local.aws.bedrock.planner.wanted import Wanted

_BETWEEN = re.compile(r"(?:、|。|？)?(?:それと|それから|あと|また|そして)、?|。(?=.)|(?<=て)、(?=.)")
_REQUEST = re.compile(
    r"(?:見せて|教えて|探して(?:い(?:ます|る))?|検索して|さがして|見つけて|一覧(?:に|を|で)?(?:して|表示して|出して)?|表示して"
    r"|リスト(?:に)?(?:して)?|出して|開いて|並べて|並べ替えて)"
    r"(?:ください|下さい|くれ(?:る|ます)?(?:か)?|ほしい(?:です)?|もらえ(?:る|ます)か)?"
    r"|どこ(?:に)?(?:ある|あります|です)?か?|いくつ|何|なに|どの|どれ|どんな|ありますか|ある|あります|ですか|です|でしたか|でした"
    r"|ファイル|もの|やつ|すべて|全部|全て|私|僕|自分|最近|最後|一番|新しい|順|ください|お願いします|知りたい|だけ|他|ほか"
    r"|中身|内容|直下|はず|くれる"
)
_PARTICLE = re.compile(r"[のをはがにでともへかねよ、。？！\s¦?!,.]+")
_MORE = re.compile(
    r"\W*(?:もっと|続き|つづき|次(?:の(?:ページ|\d+件))?|残り|ほかに(?:は|も)?|他に(?:は|も)?)(?:を|の分|も|は)?"
    r"(?:たくさん)?(?:見せて|見たい|表示して|出して|教えて|お願い(?:します)?|読んで|ある|あります|か|ください|下さい)*\W*"
)
_DRIVES = re.compile(
    r"\W*(?:(?:私の|使える|すべての|全ての|どんな)\s?)?共有ドライブ(?:には)?(?:の?一覧|のリスト|の名前)?(?:は|を|が|に)?\s?"
    r"(?:どれ|何|いくつ|全部|すべて)?(?:が|を)?"
    r"(?:見せて|教えて|表示して|出して|一覧にして|あります|ある|ですか|です|か|ください|下さい|の)*\W*"
)
_NO_SHARED_PERIOD = "共有された日で絞り込むことはできません。最後に変更された日で探します。"
_REFINES = re.compile(
    r".{1,40}(?:だけ|のみ)(?:に|を)?(?:して|見せて|表示して|絞って|出して|教えて|ください)*\W*"
    r"|(?:では|じゃあ|それでは)?.{1,20}(?:は|なら)[？?]?|.{1,20}順(?:に|で)?(?:して|並べて|並べ替えて|ください)*\W*"
)
_WHOLE = re.compile(
    r".*(?:変更|更新|編集|修正|作成|共有|開い|作っ|見)(?:され|し|てい|られ)*(?:た|る)(?!だけ|のみ)[^だ]{2,}(?:は|なら)[？?]?"
)


def read(text: str, memory: Memory) -> list[Intent]:
    """Return what the person wants: one or more tool calls, or one thing to say."""
    whole = Scanner.over(small_talk.without_opening(text), "ja")
    if small_talk.is_out_of_scope(whole.text, "ja"):
        return [Talk("refuse")]
    parts = [part for part in _BETWEEN.split(whole.text) if part.strip()]
    if len(parts) > 1:
        intents = [intent for part in parts for intent in _one(whole.part(part), memory)]
        if all(isinstance(intent, Call) for intent in intents):
            return intents
    return _one(whole, memory)


def _one(scanner: Scanner, memory: Memory) -> list[Intent]:
    if _MORE.fullmatch(scanner.text):
        if memory.reading:
            return [follow_up.read_on(memory)]
        if memory.query or memory.last_calls:
            return [follow_up.more(memory)]
    if _DRIVES.fullmatch(scanner.text):
        return [Call("list_shared_drives", {})]
    unclear = japanese_asking.mark(scanner, memory)
    if unclear:
        return [unclear]
    return _of_one_file(scanner, memory) or _filtered(scanner, memory)


def _of_one_file(scanner: Scanner, memory: Memory) -> list[Intent]:
    """Read a question about one file: a handle, path, URL or name, or a description of it to search for first."""
    asked = japanese_asking.asked_of_one(scanner.text)
    if not asked and (named := japanese_asking.content_of(scanner.text)):
        named = scanner.reference(named) or scanner.plain(named)
        return [follow_up.content_of(named, memory) or follow_up.of_name(named, memory, "read_file")]
    if not asked:
        bare = _PARTICLE.sub(" ", _REQUEST.sub(" ", scanner.text)).strip()
        reference = scanner.reference(bare)
        return [follow_up.of_reference(reference, memory, memory.pending)] if reference else []
    step, named = asked
    if reference := scanner.reference(named):
        return [follow_up.of_reference(reference, memory, step)]
    wanted = Wanted()
    part = scanner.part(named)
    _take_period(part, wanted, memory)
    japanese_rules.take_people(part, wanted)
    if wanted.is_search:
        japanese_rules.take_all(part, wanted)
        return list(wanted.calls(then=step))
    return [follow_up.of_name(scanner.plain(named), memory, step)]


def _filtered(scanner: Scanner, memory: Memory) -> list[Intent]:
    text, wanted = scanner.text, Wanted()
    has_noun = bool(re.search(r"ファイル|ドライブ|一覧", text))
    if memory.today is None and re.search(r"今|昨|先|去年", text):
        return [Talk("no_date")]
    _take_period(scanner, wanted, memory)
    japanese_rules.take_all(scanner, wanted)
    rest = _PARTICLE.sub(" ", _REQUEST.sub(" ", scanner.text)).strip()
    if _is_fragment(text) and memory.query and not (rest or wanted.is_empty or wanted.words or wanted.folder):
        return [follow_up.refined(memory.query, wanted)]
    # What a person says is the name counts more than what else they say of the file.
    is_named = bool(wanted.words or wanted.content or wanted.phrase) and bool(re.search(r"名前|書いて|中身", text))
    if (rest and not is_named) or (wanted.is_empty and not has_noun):
        return [Talk("unknown")]
    wanted.folder = follow_up.known(wanted.folder, memory)
    return list(wanted.calls(_NO_SHARED_PERIOD if wanted.shared_with_me and wanted.modified else ""))


def _is_fragment(text: str) -> bool:
    """Tell 「PDFは」, which goes on from the last question, from a whole new one: 「先週変更されたPDFは」."""
    return bool(_REFINES.fullmatch(text)) and not _WHOLE.fullmatch(text)


def _take_period(scanner: Scanner, wanted: Wanted, memory: Memory) -> None:
    if memory.today and (found := dates_ja.find(scanner.text, memory.today)):
        wanted.modified = found[0]
        start = scanner.text.find(found[1])
        scanner.cut(start, start + len(found[1]))
