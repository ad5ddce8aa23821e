"""`files.get`, with `alt=media` too, and `files.export`."""

import re
from collections.abc import Iterator

from local.google import contents, masks
from local.google.calls import Answer
from local.google.context import Context, Result
from local.google.errors import file_not_found, forbidden, insufficient_scope, invalid, required
from local.google.exports import FORMATS, MAX_EXPORT_BYTES, UnsupportedExportError, export
from local.google.files import Sight
from local.google.folder import FolderError, open_inside, pieces
from local.google.items import FOLDER, SHORTCUT, root_id
from local.google.resources import show_file

__all__ = ["export_file", "find", "get_file"]

_DEFAULT = frozenset({"kind", "id", "name", "mimeType"})
_RANGE = re.compile(r"bytes=(\d+)-(\d*)|bytes=-(\d+)")
_NOT_BINARY = "Only files with binary content can be downloaded. Use Export with Docs Editors files."


def find(context: Context, *, with_drives: bool) -> Sight:
    """The file that the path names. Raises 404 for what the caller cannot see."""
    file_id = context.path["fileId"]
    sight = context.viewer.see(root_id(context.viewer.email) if file_id == "root" else file_id)
    if sight is None or (sight.item.drive_id and not with_drives):
        raise file_not_found(file_id)
    return sight


def get_file(context: Context) -> Result:
    """A `File`, or its content."""
    is_media = context.parameters.get("alt") == "media"
    if is_media and not context.can_read_content:
        # files.get lists the metadata scopes; they "do not allow any access to read or download file content".
        scopes = context.method.scopes - {scope for scope in context.method.scopes if "metadata" in scope}
        raise insufficient_scope(scopes, context.method.rpc_name, context.switches.scope_error)
    sight = find(context, with_drives=context.supports_all_drives)
    if is_media:
        return _media(context, sight)
    wanted = _DEFAULT if context.mask is None else masks.names(context.mask)
    return show_file(sight, wanted, can_read_content=context.can_read_content)


def _media(context: Context, sight: Sight) -> Answer:
    item = sight.item
    if item.is_native:
        raise forbidden("fileNotDownloadable", _NOT_BINARY, ("alt", "parameter"))
    if not sight.can_download:
        raise forbidden("cannotDownloadFile", "This file cannot be downloaded by the user.")
    body: Iterator[bytes]
    if item.path:
        try:
            body = pieces(open_inside(item.path))
        except FolderError as error:
            raise file_not_found(item.id) from error
        # The file may change while it is read, so no length is promised.
        return Answer(200, body, content_type=item.mime_type)
    size = contents.size_bytes(item) or 0
    asked = _RANGE.fullmatch(context.headers.get("range", ""))
    if not asked:
        return Answer(200, contents.chunks(item), {"content-length": str(size)}, item.mime_type)
    # RFC 9110, section 14.1.2: from a byte to a byte, or the last so many.
    first = int(asked[1]) if asked[1] else max(size - int(asked[3]), 0)
    last = min(int(asked[2] or size), size - 1)
    if first > last:
        return Answer(416, b"", {"content-range": f"bytes */{size}"}, "text/html; charset=UTF-8")
    headers = {"content-range": f"bytes {first}-{last}/{size}", "content-length": str(last - first + 1)}
    return Answer(206, _part(contents.chunks(item), first, last), headers, item.mime_type)


def _part(chunks: Iterator[bytes], first: int, last: int) -> Iterator[bytes]:
    start = 0
    for chunk in chunks:
        piece = chunk[max(first - start, 0) : max(last + 1 - start, 0)]
        if piece:
            yield piece
        start += len(chunk)
        if start > last:
            return


def export_file(context: Context) -> Result:
    """The content of a Google format in another one; there is no `supportsAllDrives` here, and no need of it."""
    mime_type = context.text("mimeType")
    if not mime_type:
        raise required("mimeType", "Required parameter: mimeType")
    sight = find(context, with_drives=True)
    item = sight.item
    if item.mime_type in {FOLDER, SHORTCUT} or item.mime_type not in FORMATS:
        raise forbidden("fileNotExportable", "Export only supports Docs Editors files.")
    if not sight.can_download:
        raise forbidden("cannotExportFile", "This file cannot be exported by the user.")
    too_large = forbidden("exportSizeLimitExceeded", "This file is too large to be exported.")
    if len(item.text) * item.repeat > MAX_EXPORT_BYTES:
        raise too_large
    try:
        body = export(item, mime_type)
    except UnsupportedExportError as error:
        raise invalid("convertTo", "The requested conversion is not supported.", "badRequest") from error
    if len(body) > MAX_EXPORT_BYTES:
        raise too_large
    return Answer(200, body, content_type=mime_type)
