"""Search for files: in an index where the library has one, else by looking at every file."""

from collections.abc import Sequence

from local.google.files import Sight, Viewer, in_drive, in_user_corpus
from local.google.folder import text_of
from local.google.items import TooDeepError
from local.google.ordering import ordered
from local.google.query_match import Matcher
from local.google.question import Question

__all__ = ["look_through", "page"]


def page(viewer: Viewer, question: Question, position: int, size: int) -> tuple[list[Sight], int | None]:
    """The next `size` files after `position` (`START`: the first ones), and where the next page goes on, if it does."""
    index = viewer.library.index
    if index is not None:
        try:
            found = index.find(question, position, size + 1)
        except TooDeepError:
            pass  # looking at every file takes seconds, and is right
        else:
            sights = [sight for _, item_id in found[:size] if (sight := viewer.see(item_id))]
            if len(found) <= size:
                return sights, None
            return sights, found[size - 1][0] if size else position
    everything = look_through(viewer, question)
    start = max(position, 0)
    return everything[start : start + size], start + size if start + size < len(everything) else None


def look_through(viewer: Viewer, question: Question) -> list[Sight]:
    """Every file that answers, in order."""
    found = _candidates(viewer, question)
    if question.expression is not None:
        matcher = Matcher(question.expression, question.root, lambda sight: _texts(sight, question))
        found = [sight for sight in found if matcher.matches(sight)]
    return ordered(found, question.order)


def _candidates(viewer: Viewer, question: Question) -> list[Sight]:
    match question.corpora:
        case "domain":
            return []  # these accounts belong to no organisation
        case "drive":
            return [sight for sight in viewer.all() if in_drive(sight, question.drive_id)]
    # Asking for a folder's content widens the default corpus to that folder (files.list, `corpora`).
    return [
        sight
        for sight in viewer.all()
        if (question.with_drives or not sight.item.drive_id)
        and (
            in_user_corpus(sight)
            or sight.parent in question.folders
            or (question.corpora == "allDrives" and sight.item.drive_id is not None)
        )
    ]


def _texts(sight: Sight, question: Question) -> Sequence[str]:
    if question.names_only:
        return (sight.item.name,)
    return (sight.item.name, sight.item.description, text_of(sight.item))
