"""`files.list`."""

from typing import Any, cast, get_args  # JSON answers

from local.google import masks, paging, search
from local.google.context import Context
from local.google.errors import file_not_found, forbidden, insufficient_scope, invalid, not_found
from local.google.items import root_id
from local.google.ordering import OrderError, parse_order
from local.google.query import Comparison, Expression, Member, QueryError, parse, predicates
from local.google.question import START, Corpora, Question
from local.google.resources import show_file

__all__ = ["list_files"]

_DEFAULT = frozenset({"kind", "id", "name", "mimeType"})
_APPDATA = "https://www.googleapis.com/auth/drive.appdata"
_NO_SORTING = (
    "Sorting is not supported for queries with fullText terms. Results are always in descending relevance order."
)
_NEEDS_ITEMS = (
    "The includeItemsFromAllDrives parameter must be set to true when driveId is specified "
    "or corpora contains drive or allDrives."
)


def list_files(context: Context) -> dict[str, Any]:
    """A page of files: a `FileList`."""
    expression = _expression(context)
    folders = _folders(context, expression)
    has_full_text = expression is not None and any(
        isinstance(each, Comparison) and each.term == "fullText" for each in predicates(expression)
    )
    if has_full_text:
        _check_full_text(context)
    question = _question(context, expression, folders)
    finds_nothing = has_full_text and bool(folders) and context.switches.full_text_parents == "nothing"
    return _page(context, None if finds_nothing else question)


def _expression(context: Context) -> Expression | None:
    q = context.text("q")
    try:
        return parse(q) if q.strip() else None
    except QueryError as error:
        raise invalid("q") from error


def _folders(context: Context, expression: Expression | None) -> frozenset[str]:
    """The folders that the query asks about, by id. One that cannot be seen is an error, not an empty answer."""
    named = {
        each.value
        for each in (predicates(expression) if expression else ())
        if isinstance(each, Member) and each.collection == "parents"
    }
    ids = {root_id(context.viewer.email) if name == "root" else name for name in named - {"appDataFolder"}}
    if any(context.viewer.see(folder) is None for folder in ids):
        # Drive's own words, with the id left out: github.com/RobinBobin/react-native-google-drive-api-wrapper/issues/61
        raise file_not_found("")
    return frozenset(ids)


def _check_full_text(context: Context) -> None:
    if context.text("orderBy"):
        if context.switches.full_text_order_status == 400:
            raise invalid("orderBy", _NO_SORTING, "badRequest")
        raise forbidden("forbidden", _NO_SORTING, ("orderBy", "parameter"))
    if context.switches.full_text_metadata == "forbid" and not context.can_read_content:
        raise insufficient_scope(context.method.scopes, context.method.rpc_name, context.switches.scope_error)


def _question(context: Context, expression: Expression | None, folders: frozenset[str]) -> Question | None:
    """What to search for; None when the call is about another space than Drive."""
    if not _is_drive_space(context):
        return None
    with_drives = context.supports_all_drives and (
        context.flag("includeItemsFromAllDrives") or context.flag("includeTeamDriveItems")
    )
    drive_id = context.text("driveId") or context.text("teamDriveId")
    try:
        order = parse_order(context.text("orderBy"))
    except OrderError as error:
        raise invalid("orderBy") from error
    return Question(
        email=context.viewer.email,
        root=root_id(context.viewer.email),
        expression=expression,
        order=order,
        corpora=_corpora(context, drive_id, with_drives=with_drives),
        drive_id=drive_id,
        with_drives=with_drives,
        folders=folders,
        names_only=context.switches.full_text_metadata == "names" and not context.can_read_content,
    )


def _is_drive_space(context: Context) -> bool:
    spaces = set(context.text("spaces").split(","))
    if not spaces <= {"drive", "appDataFolder"}:
        raise invalid("spaces")
    if ("appDataFolder" in spaces and _APPDATA not in context.scopes) or (
        "drive" in spaces and context.scopes & context.method.scopes == {_APPDATA}
    ):
        message = "The granted scopes do not give access to all of the requested spaces."
        raise forbidden("insufficientScopes", message, ("spaces", "parameter"))
    return "drive" in spaces


def _corpora(context: Context, drive_id: str, *, with_drives: bool) -> Corpora:
    corpora = context.text("corpora") or "user"
    if corpora not in get_args(Corpora):
        raise invalid("corpora")
    if (drive_id or corpora in {"drive", "allDrives"}) and not with_drives:
        # The message is Drive's (github.com/nithinmurali/pygsheets/issues/437), the reason our guess.
        raise forbidden("forbidden", _NEEDS_ITEMS, ("includeItemsFromAllDrives", "parameter"))
    if bool(drive_id) != (corpora == "drive"):
        message = "The driveId parameter must be specified if and only if corpora is set to drive."
        raise invalid("driveId", message)
    if drive_id and not context.viewer.is_member(drive_id):
        raise not_found(f"Shared drive not found: {drive_id}", "driveId")
    return cast("Corpora", corpora)  # its values were compared above


def _page(context: Context, question: Question | None) -> dict[str, Any]:
    bound_to = paging.fingerprint(context.viewer.email, context.parameters)
    position = _position(context, bound_to)
    size = _size(context)
    sights, following = search.page(context.viewer, question, position, size) if question else ([], None)
    wanted: frozenset[str] | None = _DEFAULT
    if context.mask is not None:
        inner = context.mask.get("files", context.mask.get("*"))
        wanted = masks.names(inner) if inner is not None else frozenset()
    page: dict[str, Any] = {
        "kind": "drive#fileList",
        "incompleteSearch": context.wishes.is_incomplete or not context.viewer.library.is_complete,
        "files": [show_file(sight, wanted, can_read_content=context.can_read_content) for sight in sights],
    }
    if context.wishes.is_same_token:
        following = position
    if following is not None:
        page["nextPageToken"] = paging.make(following, bound_to, context.now, context.page_key)
    return page


def _size(context: Context) -> int:
    if context.wishes.is_empty_page:
        return 0
    # "If unspecified … the entire list of files for non-shared drives", which Drive ends at a hundred in practice.
    size = context.number("pageSize", 100)
    return -(-size // 2) if context.wishes.is_short_page else size


def _position(context: Context, bound_to: str) -> int:
    text = context.text("pageToken")
    if not text:
        return START
    try:
        return paging.read(text, bound_to, context.now, context.page_key)
    except paging.PageTokenError as error:
        raise invalid("pageToken") from error
