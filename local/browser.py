"""A person at a browser, for demos and tests: a real HTTP client that keeps cookies, follows links and fills in forms.

It behaves as Chromium does where the product depends on it: `Secure` and `__Host-` cookies are kept on localhost, `Lax`
cookies travel with top-level navigation, `Refresh` is followed, and fetch-metadata headers are sent.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import Request

import httpx

_REFRESH = re.compile(r"\s*\d+\s*;\s*url=['\"]?([^'\"]+)", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1"}


class BrowserError(Exception):
    """The page does not have what the person wanted to click."""


@dataclass
class Form:
    """A form with its fields and buttons; a button is (name, value, text)."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Page:
    """What is on the screen. `text` is all its words, `main` those of its main part."""

    url: str
    status: int
    text: str
    main: str
    html: str
    forms: list[Form]
    links: list[tuple[str, str]]
    headers: httpx.Headers

    def form(self, button: str) -> Form:
        """Return the form that has a button with these words."""
        for form in self.forms:
            if any(button.casefold() in text.casefold() for _, _, text in form.buttons):
                return form
        raise BrowserError(f"No button “{button}” on {urlsplit(self.url).path}, which says: {self.text[:300]}")


class Browser:
    """One person's browser. `jar` can be copied to play an attacker's tricks; `watch` is shown every answer."""

    def __init__(self, watch: Callable[[httpx.Response], None] | None = None) -> None:
        self._watch = watch
        self.jar = CookieJar(policy=_LocalhostIsSecure())
        # httpx copies cookies into a jar with a policy of its own for each request, so they are kept here instead.
        self._cookies = httpx.Cookies()
        self._cookies.jar = self.jar
        nobody = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(cookies=nobody, trust_env=False, timeout=30.0)
        self.page: Page | None = None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def open(self, url: str) -> Page:
        """Type an address."""
        return self._go("GET", url, None, initiator=None)

    def click(self, words: str) -> Page:
        """Follow the link with these words."""
        page = self._current()
        for text, href in page.links:
            if words.casefold() in text.casefold():
                return self._go("GET", urljoin(page.url, href), None, initiator=page.url)
        raise BrowserError(f"No link “{words}” on {urlsplit(page.url).path}, which says: {page.text[:300]}")

    def press(self, button: str, **values: str) -> Page:
        """Fill `values` into the form that has the button, and press it."""
        page = self._current()
        form = page.form(button)
        name, value, _ = next(item for item in form.buttons if button.casefold() in item[2].casefold())
        fields = [(key, values.pop(key, current)) for key, current in form.fields]
        if values:
            raise BrowserError(f"No field {sorted(values)} on {urlsplit(page.url).path}")
        if name:
            fields.append((name, value))
        return self._go(form.method, urljoin(page.url, form.action), fields, initiator=page.url)

    def untick(self, name: str, value: str) -> None:
        """Take the tick from a checkbox."""
        for form in self._current().forms:
            form.fields = [item for item in form.fields if item != (name, value)]

    def _current(self) -> Page:
        if self.page is None:
            raise BrowserError("No page is open.")
        return self.page

    def _go(self, method: str, url: str, fields: list[tuple[str, str]] | None, *, initiator: str | None) -> Page:
        for _ in range(20):
            headers = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}
            headers |= {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-user": "?1"}
            headers["sec-fetch-site"] = _site(initiator, url)
            if method == "POST":
                headers["origin"] = _origin(initiator or url)
                headers["content-type"] = "application/x-www-form-urlencoded"
                response = self._send("POST", url, headers, urlencode(fields or []).encode())
            else:
                target = f"{url.partition('?')[0]}?{urlencode(fields)}" if fields else url
                response = self._send("GET", target, headers, None)
            initiator = initiator or url
            following = _next(response)
            if not following:
                self.page = _read(response)
                return self.page
            initiator, url, method, fields = str(response.url), following, "GET", None
        raise BrowserError("The pages redirect in circles.")

    def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> httpx.Response:
        request = self._client.build_request(method, url, headers=headers, content=body)
        self._cookies.set_cookie_header(request)
        response = self._client.send(request)
        self._cookies.extract_cookies(response)
        if self._watch:
            self._watch(response)
        return response


class _LocalhostIsSecure(DefaultCookiePolicy):
    """Browsers treat loopback as a secure context; Python's cookie jar knows https only."""

    def return_ok_secure(self, cookie: Cookie, request: Request) -> bool:
        return request.host.partition(":")[0] in _LOOPBACK or bool(super().return_ok_secure(cookie, request))

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        if cookie.name.startswith("__Host-") and not (
            cookie.secure and cookie.path == "/" and not cookie.domain_specified
        ):
            return False
        return super().set_ok(cookie, request)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.main: list[str] = []
        self._in_main = 0
        self._form: Form | None = None
        self._catching: tuple[str, str, str, list[str]] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "head"}:
            self._hidden += 1
        elif tag == "main":
            self._in_main += 1
        elif tag == "form":
            self._form = Form(action=given.get("action", ""), method=given.get("method", "get").upper())
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            self._input(given)
        elif tag == "button" and self._form is not None:
            self._catching = ("button", given.get("name", ""), given.get("value", ""), [])
        elif tag == "a" and given.get("href"):
            self._catching = ("a", given["href"], "", [])

    def _input(self, given: dict[str, str]) -> None:
        assert self._form is not None
        kind = given.get("type", "text").lower()
        if kind == "submit":
            self._form.buttons.append((given.get("name", ""), given.get("value", ""), given.get("value", "")))
        elif given.get("name") and (kind not in {"checkbox", "radio"} or "checked" in given):
            self._form.fields.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head"}:
            self._hidden -= 1
        elif tag == "main":
            self._in_main -= 1
        elif tag == "form":
            self._form = None
        elif self._catching and tag == self._catching[0]:
            kind, first, second, words = self._catching
            text = " ".join("".join(words).split())
            if kind == "a":
                self.links.append((text, first))
            elif self._form is not None:
                self._form.buttons.append((first, second, text))
            self._catching = None

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.words.append(data)
        if self._in_main:
            self.main.append(data)
        if self._catching:
            self._catching[3].append(data)


def _read(response: httpx.Response) -> Page:
    reader = _Reader()
    if "html" in response.headers.get("content-type", ""):
        reader.feed(response.text)
    text = " ".join(" ".join(reader.words).split()) or response.text
    return Page(
        url=str(response.url),
        status=response.status_code,
        text=text,
        main=" ".join(" ".join(reader.main).split()) or text,
        html=response.text,
        forms=reader.forms,
        links=reader.links,
        headers=response.headers,
    )


def _next(response: httpx.Response) -> str:
    if response.is_redirect:
        return urljoin(str(response.url), response.headers["location"])
    refresh = _REFRESH.match(response.headers.get("refresh", ""))
    return urljoin(str(response.url), refresh[1]) if refresh else ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _site(initiator: str | None, url: str) -> str:
    if initiator is None:
        return "none"
    here, there = urlsplit(initiator), urlsplit(url)
    if (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return "same-origin"
    return "same-site" if here.hostname == there.hostname else "cross-site"
