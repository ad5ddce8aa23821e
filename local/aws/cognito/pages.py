"""The sign-in pages as HTML. Pure; everything that comes from outside is escaped."""

from collections.abc import Mapping, Sequence
from html import escape

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1c1e21;margin:0;display:grid;
min-height:100vh;place-items:center}
main{background:#fff;padding:2rem;border-radius:12px;box-shadow:0 1px 4px #0002;width:min(22rem,86vw)}
h1{font-size:1.25rem;margin:0 0 1rem}label{display:block;margin:.75rem 0 .25rem}
input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;border:1px solid #b8bcc4;border-radius:6px}
button{font:inherit;margin-top:1.25rem;width:100%;padding:.6rem;border:0;border-radius:6px;background:#1f5fbf;color:#fff}
.stand-in{background:#fff4d6;border-radius:6px;padding:.5rem .75rem;font-size:.875rem}.error{color:#a3121b}
"""
_NOTE = "A local stand-in for Amazon Cognito. Do not type a real password here."


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f'<p class="stand-in">{_NOTE}</p>{body}</main></body></html>'
    )


def login_page(query: str, csrf: str, people: Sequence[str], error: str = "") -> str:
    """The form. `query` is that of the authorization request, which the form carries on.

    `people` are samples, named for whoever tries this out.
    """
    message = f'<p class="error" role="alert">{escape(error)}</p>' if error else ""
    listed = "".join(f"<li>{escape(person)}</li>" for person in people)
    hint = f"<p>Sample people:</p><ul>{listed}</ul>" if people else ""
    return page(
        "Sign in",
        f'{message}<form method="post" action="/login?{escape(query)}">'
        f'<input type="hidden" name="_csrf" value="{escape(csrf)}">'
        '<label for="username">User name or e-mail</label>'
        '<input id="username" name="username" autocomplete="username" autofocus required>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        f"<button>Sign in</button></form>{hint}",
    )


def error_page(sentence: str) -> str:
    """Something is wrong and nobody else can be told."""
    return page("Sign-in is not possible", f'<p class="error" role="alert">{escape(sentence)}</p>')


def signed_out_page() -> str:
    """For a sign-out that leads nowhere."""
    return page("Signed out", "<p>You are signed out.</p>")


SECURITY_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
