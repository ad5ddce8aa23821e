"""The messages of a conversation, as blocks. Pure.

`Message.text` is what a notification and a screen reader say; `blocks` is what is seen.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from chat.events import FileCard
from chat.slack import blocks as b
from chat.slack.conversations import Member, Place
from chat.slack.mrkdwn import calmed, escaped, pieces
from chat.slack.words import Words

__all__ = ["ANSWER_HERE", "ANSWER_PRIVATE", "ASK", "CONNECT", "DISCONNECT", "FEEDBACK", "RETRY", "SHARE", "STOP"]
__all__ += ["Message", "after_answer", "after_failure", "asked_in", "cards_for", "connected", "consent", "hint", "note"]
__all__ += ["interrupted", "plain", "shared", "stop_button", "superseded"]

# What the buttons are called when they come back.
ANSWER_HERE, ANSWER_PRIVATE, ASK, CONNECT, DISCONNECT = "answer_here", "answer_private", "ask", "connect", "disconnect"
FEEDBACK, RETRY, SHARE, STOP = "feedback", "retry", "share", "stop"

# More files than that are a list, which the answer itself has.
_MOST_CARDS = 5
# Of the markdown blocks of one message together Slack takes 12,000, and about 13,200 with all other blocks: the cards
# and sentences under an answer need room, too. https://docs.slack.dev/reference/block-kit/blocks/markdown-block
LONGEST_MARKDOWN = 8_000

_CONTENTS_SCOPE = "https://www.googleapis.com/auth/drive.readonly"


@dataclass(frozen=True)
class Message:
    """What is posted."""

    text: str
    blocks: tuple[b.Block, ...] = ()


def plain(sentence: str) -> Message:
    """One sentence."""
    return Message(escaped(sentence), (b.section(escaped(sentence)),))


def note(words: Words, member: Member) -> Message:
    """What a channel sees where somebody is answered in private."""
    return Message(words("channel.note_text"), (_naming(words("channel.note"), member),))


def _naming(sentence: str, member: Member) -> b.Block:
    """A sentence with somebody in the place of its `{who}`."""
    before, _, after = sentence.partition("{who}")
    said = (b.words_of(part) if part else None for part in (before, after))
    first, last = said
    return b.rich(*filter(None, (first, b.user(member.user), last)))


def hint(words: Words, place: Place, *, is_here: bool) -> Message:
    """Where answers go, for the person who asked, with a button to change that."""
    sentence = words("channel.here" if is_here else "channel.private")
    return Message(sentence, (b.section(escaped(sentence)), b.actions(_elsewhere(words, place, is_here=is_here))))


def asked_in(words: Words, channel: str, question: str) -> Message:
    """The head of a thread in direct messages that answers what was asked elsewhere; `channel` empty: nowhere else."""
    where = (b.words_of(words("asked.in")), b.channel(channel)) if channel else (b.words_of(words("asked.here")),)
    return Message(escaped(b.shortened(question, 200)), (b.rich(*where), b.quote(question)))


def consent(
    words: Words, url: str, scopes: Collection[str], place: Place | None = None, *, is_here: bool = False
) -> Message:
    """Ask for consent. `place`: where in a channel it was asked, if in one; `is_here`: the answer appears there."""
    what = words("consent.contents" if _CONTENTS_SCOPE in scopes else "consent.details")
    shown = [
        b.section(f"*{escaped(words('consent.title'))}*\n{escaped(what)}"),
        b.actions(b.button(CONNECT, words("consent.button"), url=url, style="primary")),
        b.context(words("consent.yours")),
    ]
    if place is not None:
        where = words("consent.here" if is_here else "consent.private")
        shown += [b.section(escaped(where)), b.actions(_elsewhere(words, place, is_here=is_here))]
    return Message(words("consent.text"), tuple(shown))


def connected(words: Words, email: str) -> Message:
    """What the request for consent becomes when it is given."""
    sentence = words("consent.connected_as", account=email) if email else words("consent.connected")
    return Message(escaped(sentence), (b.rich(_emoji("white_check_mark"), b.words_of(f" {sentence}")),))


def superseded(words: Words, url: str) -> Message:
    """What the request for consent becomes when something else was asked before."""
    sentence = words("consent.superseded")
    row = b.actions(b.button(CONNECT, words("consent.button"), url=url))
    return Message(sentence, (b.section(escaped(sentence)), row))


def stop_button(words: Words) -> Message:
    """Where Slack shows no stop button of its own."""
    sentence = words("turn.working")
    return Message(sentence, (b.context(sentence), b.actions(b.button(STOP, words("turn.stop")))))


def after_answer(
    words: Words, kept: str, cards: Sequence[FileCard] = (), notices: Sequence[str] = (), *, is_shareable: bool = False
) -> tuple[b.Block, ...]:
    """What stands under an answer. `kept` is the handle of what its buttons are about; empty: there are none."""
    row = [b.button(RETRY, words("turn.retry"), kept)] if kept else []
    if is_shareable and kept:
        confirm = tuple(words(f"share.{part}") for part in ("title", "question", "yes", "no"))
        row.append(b.button(SHARE, words("share.button"), kept, confirm=confirm))
    said = [b.context(notice) for notice in notices[:3]]
    thumbs = b.feedback(FEEDBACK, words("feedback.good"), words("feedback.bad"))
    return (*map(_card, cards), *said, *((b.actions(*row),) if row else ()), thumbs)


def after_failure(words: Words, sentence: str, kept: str) -> tuple[b.Block, ...]:
    """What stands under an answer that did not come to its end."""
    said = b.rich(_emoji("warning"), b.words_of(f" {sentence}"))
    return (said, *_again(words, kept))


def after_stop(words: Words, kept: str) -> tuple[b.Block, ...]:
    """What stands under an answer that the person has stopped."""
    return (b.context(words("turn.stopped")), *_again(words, kept))


def shared(words: Words, member: Member, answer: str) -> tuple[Message, ...]:
    """An answer for a channel, under the name of who shares it: one message, or more for a long one."""
    parts = pieces(calmed(answer), LONGEST_MARKDOWN)
    head = _naming(words("share.by"), member)
    first = Message(words("share.text"), (head, *map(b.markdown, parts[:1])))
    return (first, *(Message(words("share.text"), (b.markdown(part),)) for part in parts[1:]))


def interrupted(words: Words, kept: str) -> Message:
    """A question whose process has ended before the answer did."""
    sentence = words("turn.interrupted")
    return Message(escaped(sentence), after_failure(words, sentence, kept))


def cards_for(files: Sequence[FileCard], answer: str) -> tuple[FileCard, ...]:
    """The files that an answer links to, where they are few: with what the answer need not say about each."""
    named = {file.link: file for file in files if file.link and f"]({file.link})" in answer}
    return tuple(named.values()) if len(named) <= _MOST_CARDS else ()


def _again(words: Words, kept: str) -> tuple[b.Block, ...]:
    return (b.actions(b.button(RETRY, words("turn.retry"), kept)),) if kept else ()


def _card(file: FileCard) -> b.Block:
    details = " · ".join(filter(None, (file.type, file.path, _day(file.modified), file.owner)))
    is_safe = urlsplit(file.link).scheme == "https"
    name = b.link(file.name, file.link, is_bold=True) if is_safe else b.words_of(file.name, is_bold=True)
    return b.rich(name, b.words_of(f"\n{details}")) if details else b.rich(name)


def _day(moment: str) -> str:
    """The day of an ISO 8601 moment: digits that all our languages read alike."""
    try:
        return datetime.fromisoformat(moment).date().isoformat()
    except ValueError:
        return ""


def _elsewhere(words: Words, place: Place, *, is_here: bool) -> b.Block:
    """The button for the other place. Its thread goes with it: Slack tells little of an ephemeral message."""
    about = f"{place.channel} {place.thread}"
    if is_here:
        return b.button(ANSWER_PRIVATE, words("channel.button_private"), about)
    return b.button(ANSWER_HERE, words("channel.button_here"), about)


def _emoji(name: str) -> b.Block:
    return {"type": "emoji", "name": name}
