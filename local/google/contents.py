"""What the files of the seeds contain: real bytes in their formats, made from their text. Pure.

Sizes are honest: what `size` says is what `alt=media` sends. Google formats have no bytes of their own; their
`size` is a number that Drive gives them anyway (File.size in the discovery document).
"""

from collections.abc import Iterator
from functools import lru_cache

from local.google import office
from local.google.items import FOLDER, SHORTCUT, Item

__all__ = ["chunks", "full_text", "size_bytes"]

_CHUNK_BYTES = 64 * 1024
_NATIVE_BYTES = 1024
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c63f8ffff3f0300050001ff5c2fb5da0000000049454e44ae426082"
)
_JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
_MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
_MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00"


@lru_cache(maxsize=512)
def _head(mime_type: str, text: str, name: str) -> bytes:
    if make := office.MAKERS.get(mime_type):
        return make(text)
    fixed = {"image/png": _PNG, "image/jpeg": _JPEG, "video/mp4": _MP4, "audio/mpeg": _MP3}
    if mime_type in fixed:
        return fixed[mime_type]
    if mime_type == "application/zip":
        return office.package({"contents.txt": f"Inside {name!r}.\n"})
    return text.encode("utf-8", "replace")


def full_text(item: Item) -> str:
    """All of the text, which `repeat` can make long."""
    return item.text * item.repeat


def size_bytes(item: Item) -> int | None:
    """The size; None for folders and shortcuts, which have none."""
    if item.mime_type in {FOLDER, SHORTCUT}:
        return None
    if item.path:
        return item.path_size_bytes
    if item.is_native:
        return _NATIVE_BYTES + len(item.text.encode()) * item.repeat
    return len(_head(item.mime_type, item.text, item.name)) + item.padding_bytes


def chunks(item: Item) -> Iterator[bytes]:
    """The bytes of a seeded file, in pieces."""
    yield _head(item.mime_type, item.text, item.name)
    left = item.padding_bytes
    while left > 0:
        yield bytes(min(left, _CHUNK_BYTES))
        left -= _CHUNK_BYTES
