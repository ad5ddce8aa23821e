"""Pages from the templates in `pages/` and the words in `words/`: Jinja2, autoescape, no scripts, no inline styles."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from callback.errors import CallbackError
from callback.records import BrowserSession, Person
from callback.web.guard import SECURITY_HEADERS
from callback.web.languages import LANGUAGES, Catalog, Language, absolute, iso

__all__ = ["FOLDER", "Banner", "Pages", "load_catalog", "templates_in"]

FOLDER = Path(__file__).parent / "pages"
# What identity providers call somebody of whom they tell nothing: a UUID.
_IS_A_NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS = Path(__file__).parent / "words"

# What every page must say where signing in needs no password: a name in the table `banner` of the words.
Banner = Literal["", "loopback", "local"]


def load_catalog(language: Language) -> Catalog:
    """Read the words of one language."""
    return Catalog(language, tomllib.loads((_WORDS / f"{language}.toml").read_text(encoding="utf-8")))


class Pages:
    """Renders pages in any of our languages. `banner` names a sentence that stands on every page."""

    def __init__(self, banner: Banner = "") -> None:
        self._banner = banner
        self._templates = {language: _environment(load_catalog(language)) for language in LANGUAGES}

    def show(
        self,
        name: str,
        language: Language,
        browser_session: BrowserSession | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Render `pages/<name>.html`. The session is for the name and the sign-out button in the page's head."""
        templates = self._templates[language]
        html = templates.get_template(f"{name}.html").render(
            values,
            browser_session=browser_session,
            person=browser_session.person if browser_session else None,
            banner=self._banner,
        )
        # The guard sets these on all other responses; an error page may be made outside of it.
        spoken = {"Content-Language": language, "Vary": "Accept-Language"}
        return HTMLResponse(html, status_code=status, headers=SECURITY_HEADERS | spoken | dict(headers or {}))

    def show_error(
        self, error: CallbackError, language: Language, browser_session: BrowserSession | None = None
    ) -> HTMLResponse:
        """The page of an error: its title, its sentence and its way on."""
        return self.show("error", language, browser_session, status=error.status, error=error)


def templates_in(folder: Path, catalog: Catalog) -> Environment:
    """Templates that speak one language, also a front end's. Nobody looks whether the files have changed.

    What is not handed over raises, instead of being left out unseen.
    """
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals |= {"language": catalog.language, "text": catalog.text}
    return templates


def _environment(catalog: Catalog) -> Environment:
    """Our own templates, with what they say about people and scopes."""
    templates = templates_in(FOLDER, catalog)
    templates.filters |= {
        "scope_in_words": lambda scope: catalog.named("scopes", scope, scope),
        "provider_in_words": lambda name: _provider_in_words(catalog, name),
        "place_in_words": lambda client: catalog.named("places", client, catalog.texts["places.other"]),
        "person_in_words": lambda person: _person_in_words(catalog, person),
        "any_of": catalog.any_of,
        "strong": Markup("<strong>{}</strong>").format,
        "code": Markup("<code>{}</code>").format,
        "ago": lambda moment, now: _ago(catalog, moment, now),
    }
    return templates


def _ago(catalog: Catalog, moment: datetime, now: datetime) -> Markup:
    """A moment as people say it, with the exact one for programs and on hovering."""
    element = Markup('<time datetime="{}" title="{}">{}</time>')
    return element.format(iso(moment), absolute(moment), catalog.ago(moment, now))


def _person_in_words(catalog: Catalog, person: Person) -> str:
    """Who is signed in: a name of their own, with the workspace if in Slack, but for whom no sign-in has named."""
    if person.source == "slack":
        return catalog.text("people.slack", name=person.name, workspace=person.workspace)
    is_unnamed = person.source == "local" or (person.source == "loopback" and _IS_A_NUMBER.fullmatch(person.name))
    return catalog.named("people", person.source, person.name) if is_unnamed else person.name


def _provider_in_words(catalog: Catalog, name: str) -> str:
    """A credential provider may be called `google-drive-provider-2`; people know it as Google Drive."""
    return catalog.named("providers", "google-drive" if name.startswith("google-drive") else name, name)
