"""What to try when a search finds nothing: the same request, one step wider at a time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tools.finding.request import Request
from tools.query import searchable_words

MAX_TRIES = 6
MAX_CLOSE = 5


@dataclass(frozen=True, slots=True)
class Widening:
    """A wider request, and what is wider about it in words."""

    said: str
    request: Request


def widenings(request: Request, *, may_look_inside: bool) -> list[Widening]:
    """Return up to `MAX_TRIES` wider requests, the closest first: the trash, other words, other days, other places.

    Each differs from what was asked in one thing, so that what it finds is still close. Who changed or owns a file is
    never left out: that is what the person asked about.
    """
    words = _other_words(request, may_look_inside=may_look_inside)
    wider = (*_in_the_trash(request), *words, *_other_days(request), *_other_places(request))
    return [Widening(said, replace(one, limit=MAX_CLOSE)) for said, one in wider if _narrows(one)][:MAX_TRIES]


def _in_the_trash(request: Request) -> Iterator[tuple[str, Request]]:
    if request.trash == "exclude":  # exactly what was asked for, thrown away, is closer than anything else
        yield "the trash", replace(request, trash="only")


def _other_words(request: Request, *, may_look_inside: bool) -> Iterator[tuple[str, Request]]:
    words = searchable_words(request.words)
    if len(words) > 1:
        yield "any one of the words in the name", replace(request, any_word=True)
    if words and not request.looks_inside and may_look_inside:
        yield "the words inside files", replace(request, words="", content=request.words)
    if words:
        yield "the words anywhere in the name", replace(request, anywhere=True)
    if request.phrase.strip():
        yield "the words of the phrase in any order", replace(request, phrase="", content=_inside(request))
    elif request.content.strip() and not words:
        yield "the words in the name", replace(request, content="", words=request.content)


def _other_days(request: Request) -> Iterator[tuple[str, Request]]:
    if request.modified.strip() and not request.created.strip():
        yield "created, not changed, in that time", replace(request, modified="", created=request.modified)
    if any(text.strip() for text in (request.modified, request.created, request.opened)):
        yield "at any time", replace(request, modified="", created="", opened="")


def _other_places(request: Request) -> Iterator[tuple[str, Request]]:
    if request.is_in_folder:
        yield "outside of that folder", replace(request, folder="")
    if request.kind != "any":
        yield "any kind of file", replace(request, kind="any")


def advice(request: Request, *, may_ask_for_contents: bool) -> str:
    """Return what the model may propose to the person when nothing at all was found."""
    if request.owner.strip() or request.changed_by.strip():
        return "ask whether the person's name is written as in Drive, or for another time"
    if request.words.strip() and may_ask_for_contents:
        return (
            "ask for another word, or list the folder where it should be; "
            "searching inside files needs the person's permission, for which a search by content asks"
        )
    if request.words.strip() or request.looks_inside:
        return "ask for another word, or list the folder where it should be"
    return "ask for a wider time or another kind of file"


def _narrows(request: Request) -> bool:
    """Say whether a request still asks for something: all files of a Drive are close to nothing."""
    texts = (request.words, request.content, request.phrase, request.owner, request.changed_by, request.folder)
    days = (request.modified, request.created, request.opened)
    marks = request.starred or request.shared_with_me or request.kind != "any"
    return marks or any(text.strip() for text in (*texts, *days))


def _inside(request: Request) -> str:
    return f"{request.content} {request.phrase}".strip()


__all__ = ["MAX_CLOSE", "Widening", "advice", "widenings"]
