"""Pages from the templates in `pages/`: Jinja2 with autoescape, no scripts, no inline styles."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from callback.errors import CallbackError
from callback.guard import SECURITY_HEADERS
from callback.records import BrowserSession

FOLDER = Path(__file__).parent / "pages"

_SCOPES_IN_WORDS = {
    "https://www.googleapis.com/auth/drive.metadata.readonly": "See the names and details of your files, read-only",
    "https://www.googleapis.com/auth/drive.readonly": "See the names, details and contents of your files, read-only",
    "openid": "Know who you are at Google",
    "email": "See your e-mail address",
    "https://www.googleapis.com/auth/userinfo.email": "See your e-mail address",
    "profile": "See your name",
    "https://www.googleapis.com/auth/userinfo.profile": "See your name",
}


class Pages:
    """Renders pages. `banner` is a sentence that stands on every page, or an empty string."""

    def __init__(self, banner: str = "") -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters["scope_in_words"] = lambda scope: _SCOPES_IN_WORDS.get(scope, scope)
        self._templates.filters["provider_in_words"] = _provider_in_words
        self._banner = banner

    def show(
        self,
        name: str,
        browser_session: BrowserSession | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """Render `pages/<name>.html`. The session is for the name and the sign-out button in the page's head."""
        html = self._templates.get_template(f"{name}.html").render(
            values,
            browser_session=browser_session,
            person=browser_session.person if browser_session else None,
            banner=self._banner,
        )
        # The guard sets these on all other responses; an error page may be made outside of it.
        return HTMLResponse(html, status_code=status, headers=SECURITY_HEADERS | dict(headers or {}))

    def show_error(self, error: CallbackError, browser_session: BrowserSession | None = None) -> HTMLResponse:
        """The page of an error: its title, its sentence and its way on."""
        return self.show("error", browser_session, status=error.status, error=error)


def _provider_in_words(name: str) -> str:
    """A credential provider may be called `google-drive-provider-2`; people know it as Google Drive."""
    return "Google Drive" if name.startswith("google-drive") else name
