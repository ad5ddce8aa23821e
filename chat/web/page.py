"""The page of the web chat: one template, the words of one language, and what the page starts with as JSON."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.responses import HTMLResponse

from callback.web.guard import SECURITY_HEADERS
from callback.web.languages import Catalog, Language

__all__ = ["CONTENT_SECURITY_POLICY", "STATIC", "show_page", "words"]

STATIC = Path(__file__).parent / "static"
_PAGES = Path(__file__).parent / "pages"
_WORDS = Path(__file__).parent / "words"

# Scripts and a style sheet of our own. What an answer names, images above all, is fetched from nowhere else:
# an address in an answer could carry away what the agent has read.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def words(language: Language) -> Mapping[str, str]:
    """Return every text of the web chat by its dotted key, slots unfilled; sentences for errors are `errors.<code>`."""
    return _catalog(language).texts


def show_page(start: Mapping[str, object], language: Language) -> HTMLResponse:
    """Render the page for who is signed in.

    `start` is what the script begins with: `me`, `banner`, `conversations` and, if they are others than ours,
    `suggestions`. `banner` names a text in the table of that name, or is a sentence, or empty.
    """
    catalog = _catalog(language)
    given = {"suggestions": _suggestions(catalog.texts), **start, "words": dict(catalog.texts), "language": language}
    banner = str(start.get("banner") or "")
    html = _template(language).render(
        start=_as_json(given), csrf=_csrf(start), banner=catalog.named("banner", banner, banner)
    )
    spoken = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=SECURITY_HEADERS | spoken | {"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def _csrf(start: Mapping[str, object]) -> str:
    me = start.get("me")
    return str(me.get("csrf", "")) if isinstance(me, Mapping) else ""


def _as_json(value: Mapping[str, object]) -> Markup:
    """JSON that cannot end the script element it stands in: https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704 - escaped just here


def _suggestions(texts: Mapping[str, str]) -> list[str]:
    return [text for key, text in texts.items() if key.startswith("suggestions.")]


@cache
def _catalog(language: Language) -> Catalog:
    return Catalog(language, tomllib.loads((_WORDS / f"{language}.toml").read_text(encoding="utf-8")))


@cache
def _template(language: Language) -> Template:
    templates = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    scripts = sorted(path.name for path in STATIC.glob("*.js"))
    templates.globals |= {"language": language, "text": _catalog(language).text, "scripts": scripts}
    return templates.get_template("chat.html")
