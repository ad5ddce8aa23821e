"""From a person's words to what to do: the language, then that language's rules, then the tools on offer. Pure."""

import re
from collections.abc import Mapping, Sequence

from local.aws.bedrock.planner import english, japanese, small_talk
from local.aws.bedrock.planner.intents import Call, Intent, Language, Memory, Talk

_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|\"[^\"]*\"|“[^”]*”")
_KANA = re.compile(r"[ぁ-んァ-ヶ]")
_LATIN = re.compile(r"[A-Za-z]")
_KANJI = re.compile(r"[一-龯]")

# The patterns take quadratic time at worst, and no question that they understand is longer.
LONGEST_QUESTION = 500

Offered = Mapping[str, frozenset[str]]


def language_of(text: str) -> Language:
    """Tell Japanese from English; a Japanese file name in quotes does not make a question Japanese."""
    bare = _QUOTED.sub(" ", text)
    is_japanese = _KANA.search(bare) or (_KANJI.search(bare) and not _LATIN.search(bare))
    return "ja" if is_japanese or (not bare.strip() and _KANA.search(text)) else "en"


def read(text: str, language: Language, memory: Memory, offered: Offered) -> Sequence[Intent]:
    """Return what to do about `text`; `offered` holds the parameter names of each tool in the request."""
    if len(text) > LONGEST_QUESTION:
        return [Talk("unknown")]
    topic = small_talk.topic_of(text)
    if topic == "done" and memory.not_connected and memory.last_calls:
        return [_offer(call, offered) for call in memory.last_calls]
    if topic and not (topic == "done" and memory.last_calls):
        return [Talk(topic)]
    intents = (japanese if language == "ja" else english).read(text, memory)
    if topic and not isinstance(intents[0], Call):
        return [Talk("ok")]
    return [_offer(intent, offered) for intent in intents]


def _offer(intent: Intent, offered: Offered) -> Intent:
    """A call that the request's tools cannot take becomes an honest sentence."""
    if isinstance(intent, Call) and not intent.arguments.keys() <= offered.get(intent.tool, frozenset()):
        return Talk("no_tool")
    return Talk("no_tool") if isinstance(intent, Call) and intent.tool not in offered else intent
