"""E-mail messages: RFC 5322 with the MIME parts of RFC 2045 and following."""

from email import message_from_bytes, policy
from email.message import MIMEPart

from tools.extraction.draft import Draft
from tools.extraction.encodings import decode
from tools.extraction.web import read_page

__all__ = ["read"]

_HEADERS = ("From", "To", "Cc", "Date", "Subject")


def read(content: bytes, draft: Draft) -> None:
    """Read who wrote what to whom, and the names of the attachments; what is in those is left out."""
    message = message_from_bytes(content, policy=policy.default)
    draft.lines(f"{name}: {message[name]}" for name in _HEADERS if message[name])
    attachments = [str(part.get_filename()) for part in message.walk() if part.get_filename()]
    if attachments:
        draft.line("Attachments: " + ", ".join(attachments))
        draft.note("attachments left out")
    draft.line()
    body = message.get_body(("plain", "html"))
    if body is None:
        return
    text = _text(body)
    if body.get_content_subtype() == "html":
        read_page(text, draft)
    else:
        draft.line(text)


def _text(body: MIMEPart) -> str:
    payload = body.get_payload(decode=True)
    if not isinstance(payload, bytes):  # a part that holds other parts
        return ""
    try:
        return payload.decode(body.get_content_charset("ascii"))
    except (LookupError, UnicodeDecodeError):  # an unknown charset, or not the one that it says
        return decode(payload)[0]
