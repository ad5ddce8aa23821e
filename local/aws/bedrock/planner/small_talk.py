"""Words that need no tool: greetings, thanks, and what lies outside of listing and searching. Pure."""
# ruff: noqa: RUF001 - Japanese punctuation

import re

from local.aws.bedrock.planner.intents import Language, Topic

_ALL: dict[Topic, tuple[str, ...]] = {
    "greeting": (
        r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|how are you)(?: there| claude| agent)?",
        "こんにちは|こんばんは|おはよう(?:ございます)?|やあ|はじめまして",
    ),
    "thanks": (
        "(?:many )?(?:thanks|thank you|thx|cheers)(?: a lot| so much| very much)?|great|perfect|nice|cool",
        "(?:どうも)?ありがとう(?:ございます|ございました)?|助かりました",
    ),
    "bye": ("(?:good)?bye|see you(?: later)?|good night", "さようなら|またね|おやすみ(?:なさい)?"),
    "help": (
        "help(?: me)?|(?:so )?what can you do(?: for me)?|what (?:else )?can i ask(?: you)?",
        "(?:who|what) are you|how does this work",
        "ヘルプ|使い方(?:は|を教えて)?|何ができ(?:る|ます)(?:の|か)*|あなたは誰(?:です)?か?|助けて",
    ),
    "never_mind": (
        "(?:no,? )?(?:thanks,? )?(?:never ?mind|forget (?:it|that)|stop|cancel(?: it| that)?|skip (?:it|that))",
        "not now|no(?: thanks?(?: you)?)?|i do not want to connect google drive now",
        "今は ?google ?ドライブに接続したくありません",
        "(?:やっぱり)?(?:いいえ|やめて(?:ください)?|もういいです?|キャンセル(?:して)?|結構です)",
    ),
    "done": (
        (
            "(?:ok(?:ay)?,? |yes,? )?(?:i(?:'m| am|'ve| have)? )?(?:just )?"
            "(?:done|finished|did it|connected|allowed|approved|granted)(?: it| drive| google drive| access)?(?: now)?"
        ),
        "(?:please )?(?:try (?:it )?again|again|retry|go on|continue|carry on)(?: please)?",
        "(?:はい、?)?(?:接続(?:し(?:ました|た)|済み(?:です)?)|許可し(?:ました|た)|(?:でき|終わり)ました|完了(?:しました)?)",
        "もう一度(?:お願いします)?|続けて(?:ください)?",
    ),
    "ok": ("ok(?:ay)?|yes|sure|alright|all right|fine|good", "はい|了解(?:です)?|わかりました|うん|なるほど"),
}
_WHOLE = {topic: re.compile("|".join(patterns), re.IGNORECASE) for topic, patterns in _ALL.items()}
_AROUND = " \t\n,.;:!?、。！？"
_OPENING = re.compile(
    r"(?:"
    r"(?:hi|hello|hey|good morning|thanks|thank you|great|ok(?:ay)?|yes|done|perfect|cool|well|so|please|no"
    r"|never ?mind)(?: there)?[,.!;:]+\s*"
    r"|(?:hi|hello|hey)(?: there)?\s+(?=find|list|show|which|what|search)"
    r"|(?:こんにちは|ありがとう(?:ございます)?|はい|では|じゃあ)[、。！!]\s*"
    r")+",
    re.IGNORECASE,
)

# What the tools cannot do: writing, and everything that is not Google Drive.
_VERBS = (
    "delete|remove|trash|erase|rename|move|copy|duplicate|create|write|draft|compose|send|e-?mail|mail|share|unshare"
    "|upload|download|edit|change|update|overwrite|translate|print|book|schedule|remind|call|order|buy"
    "|restore|convert|calculate|play|tell me a joke|make"
)
_POLITE = r"(?:(?:please|can you|could you|would you|will you|i want you to|i'd like you to|now|then|and|also)[, ]+)*"
_IMPERATIVE = re.compile(rf"^{_POLITE}(?:{_VERBS})\b(?!\s+(?:of|by)\b|\W*$)", re.IGNORECASE)
_TOPIC = re.compile(
    r"\b(?:weather|forecast for|temperature|news|joke|stock price|calendar|appointments?|flight)\b", re.IGNORECASE
)
_JAPANESE = re.compile(
    "(?:削除|消|移動|コピー|作成|作|送信|送|共有|アップロード|ダウンロード|編集|翻訳|名前を変え)(?:し|っ|ん|て)*(?:て|で)?"
    "(?:ください|下さい|くれ|ほしい|欲しい|もらえ|$)|天気|ニュース|気温|株価|メールを"
)
_NAME_CUE = re.compile(r"\b(?:find|search|look(?:ing)? for|where|named|called|list|show|which)\b|⟦", re.IGNORECASE)


def topic_of(text: str) -> Topic | None:
    """Return the topic when the whole of `text` is small talk."""
    bare = text.strip(_AROUND).replace("’", "'")
    return next((topic for topic, pattern in _WHOLE.items() if pattern.fullmatch(bare)), None)


def without_opening(text: str) -> str:
    """Cut "hello," or "thanks!" off the front, unless that is all there is."""
    rest = text[match.end() :] if (match := _OPENING.match(text.strip())) else text
    return rest.strip() or text


def is_out_of_scope(text: str, language: Language) -> bool:
    """Tell what no tool here can do. A topic such as the weather may still be part of a file's name."""
    if (_JAPANESE if language == "ja" else _IMPERATIVE).search(text):
        return True
    return bool(_TOPIC.search(text)) and not _NAME_CUE.search(text)
