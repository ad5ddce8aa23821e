"""People at browsers, hundreds at once in one thread: cookies, redirects, `Refresh` headers and forms, nothing more.

`local.browser` behaves as Chromium does in every respect that matters here and costs a thread for each person.
"""

import html
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

_TAG = re.compile(r"<(form|/form|input|button)\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'([a-z_-]+)="([^"]*)"')
_TIMEOUT = httpx.Timeout(120.0).as_dict()
_HOPS = 20


class VisitError(Exception):
    """A page lacks the form that somebody wanted to send, or the pages lead round in circles."""


@dataclass(frozen=True, slots=True)
class Form:
    """Where a form goes, what it holds already, and its buttons as (name, value)."""

    action: str
    fields: dict[str, str]
    buttons: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Visited:
    """The end of some hops: the last answer, and every address on the way to it."""

    url: str
    status: int
    text: str
    headers: httpx.Headers
    way: tuple[str, ...] = ()

    def form(self, path: str) -> Form:
        """Return the form whose action begins with `path`. Raises: `VisitError`."""
        for form in _forms(self.text):
            if form.action.startswith(path):
                return form
        raise VisitError(f"no form for {path} on {urlsplit(self.url).path} ({self.status}): {self.text[:2000]}")


@dataclass(slots=True)
class Visitor:
    """One browser. All of them may share `transport`, which keeps connections and nothing about people.

    `at` is what its address bar shows: the last address that was asked for, whether it has answered or not.
    """

    transport: httpx.AsyncBaseTransport
    at: str = ""
    cookies: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    async def open(self, url: str, *, stop: Callable[[str], bool] | None = None) -> Visited:
        """Type an address and go wherever it leads; not to an address for which `stop` is true.

        Stopped short, the last answer is the one that leads there, and `way` ends with that address.
        """
        return await self._follow(await self._hop("GET", url, None, initiator=None), stop)

    async def press(
        self, page: Visited, path: str, *, stop: Callable[[str], bool] | None = None, **values: str
    ) -> Visited:
        """Send the page's form whose action begins with `path`, with `values` filled in, and go on."""
        form = page.form(path)
        url = urljoin(page.url, form.action)
        return await self._follow(await self._hop("POST", url, {**form.fields, **values}, initiator=page.url), stop)

    async def _follow(self, response: httpx.Response, stop: Callable[[str], bool] | None) -> Visited:
        way = [str(response.request.url)]
        for _ in range(_HOPS):
            target = _next(response)
            if target:
                way.append(target)
            if not target or (stop is not None and stop(target)):
                return Visited(
                    str(response.request.url), response.status_code, response.text, response.headers, tuple(way)
                )
            response = await self._hop("GET", target, None, initiator=way[-2])
        raise VisitError(f"the pages lead round in circles: {[urlsplit(url).path for url in way]}")

    async def _hop(self, method: str, url: str, fields: dict[str, str] | None, initiator: str | None) -> httpx.Response:
        self.at, host = url, urlsplit(url).hostname or ""
        headers = {"accept": "text/html", "accept-language": "en", "sec-fetch-dest": "document"}
        headers |= {"sec-fetch-mode": "navigate", "sec-fetch-site": _site(initiator, url)}
        if self.cookies[host]:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies[host].items())
        content = None
        if fields is not None:
            content = urlencode(fields).encode()
            headers |= {"content-type": "application/x-www-form-urlencoded", "origin": _origin(initiator or url)}
        request = httpx.Request(method, url, headers=headers, content=content, extensions={"timeout": _TIMEOUT})
        response = await self.transport.handle_async_request(request)
        response.request = request
        try:
            await response.aread()
        finally:
            await response.aclose()
        self._keep(host, response)
        return response

    def _keep(self, host: str, response: httpx.Response) -> None:
        """Cookies belong to a host whatever its port; their paths are not looked at."""
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies[host].pop(name, None)
                else:
                    self.cookies[host][name] = morsel.value


def _next(response: httpx.Response) -> str:
    target = response.headers.get("location") or response.headers.get("refresh", "").partition("url=")[2]
    return urljoin(str(response.request.url), target) if target else ""


def _forms(text: str) -> list[Form]:
    forms: list[Form] = []
    is_inside = False
    for found in _TAG.finditer(text):
        kind = found[1].lower()
        given = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(found[2])}
        if kind == "form":
            forms.append(Form(given.get("action", ""), {}, []))
        elif is_inside and kind == "input" and given.get("name"):
            forms[-1].fields[given["name"]] = given.get("value", "")
        elif is_inside and kind == "button" and given.get("name"):
            forms[-1].buttons.append((given["name"], given.get("value", "")))
        is_inside = kind != "/form" and (is_inside or kind == "form")
    return forms


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _site(initiator: str | None, url: str) -> str:
    if initiator is None:
        return "none"
    return "same-origin" if _origin(initiator) == _origin(url) else "cross-site"
