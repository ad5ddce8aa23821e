"""The small page at which a sign-in ends in the browser. Pure."""

import base64
import hashlib
import html
import re

__all__ = ["HEADERS", "Ending", "language_of", "render"]

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:17px/1.6 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;"
    "background:Canvas;color:CanvasText}"
    "main{max-width:30rem;padding:2rem}h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:0}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

# The address of the page has the code in it: nobody may store it, frame it, or learn of it by a Referer.
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What the page says: title and sentence.
Ending = str
_WORDS = {
    "en": {
        "signed_in": ("You are signed in", "You can close this tab and go back to the terminal."),
        "failed": ("Signing in did not work", "The terminal says why. You can close this tab."),
        "foreign": ("Nothing happened", "This answer belongs to no sign-in that is waiting. You can close this tab."),
        "over": ("Already answered", "This sign-in has had its answer. You can close this tab."),
        "nothing": ("Nothing here", "This address only takes the answer of a sign-in."),
    },
    "ja": {
        "signed_in": ("サインインしました", "このタブを閉じて、ターミナルに戻ってください。"),
        "failed": (
            "サインインできませんでした",
            "理由はターミナルに表示されています。このタブは閉じてかまいません。",
        ),
        "foreign": (
            "何も行われませんでした",
            "待機中のサインインに対する応答ではありません。このタブは閉じてかまいません。",
        ),
        "over": ("応答済みです", "このサインインはすでに応答を受け取りました。このタブは閉じてかまいません。"),
        "nothing": ("ここには何もありません", "このアドレスはサインインの応答だけを受け取ります。"),
    },
}
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")


def language_of(accept_language: str) -> str:
    """`ja` or `en`, whichever the browser would rather have (RFC 9110, 12.5.4); `en` where it says neither."""
    best, weight = "en", 0.0
    for part in accept_language.split(",")[:20]:
        found = _RANGE.fullmatch(part)
        if found and found[1].lower() in _WORDS and float(found[2] or 1) > weight:
            best, weight = found[1].lower(), float(found[2] or 1)
    return best


def render(ending: Ending, language: str) -> bytes:
    """The page as UTF-8."""
    title, sentence = (html.escape(text) for text in _WORDS[language][ending])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1><p>{sentence}</p></main></body></html>"
    ).encode()
