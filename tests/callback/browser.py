"""A browser for tests: keeps cookies as Chromium does on localhost, and says what it gets, one step at a time."""

import html
import re
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit
from urllib.request import Request

import httpx


class LocalhostIsSecure(DefaultCookiePolicy):
    """Chromium keeps and sends Secure cookies on http://localhost; Python's jar only over https."""

    def return_ok_secure(self, cookie: Cookie, request: Request) -> bool:
        return urlsplit(request.get_full_url()).hostname == "localhost"


class Browser:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.jar = CookieJar(LocalhostIsSecure())
        self.client = httpx.Client(trust_env=False, timeout=10, verify=False)  # noqa: S501 - loopback only

    def get(self, address: str, site: str = "none", **headers: str) -> httpx.Response:
        """Open an address, one hop only."""
        sent = {"sec-fetch-site": site, "sec-fetch-dest": "document"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(self.client.build_request("GET", urljoin(self.origin, address), headers=sent))

    def go(self, address: str) -> httpx.Response:
        """Open an address and go wherever it leads, over redirects and Refresh headers."""
        return self.follow(self.get(address))

    def follow(self, response: httpx.Response) -> httpx.Response:
        for _ in range(10):
            refresh = response.headers.get("refresh", "").partition("url=")[2]
            if not response.has_redirect_location and not refresh:
                return response
            target = urljoin(str(response.url), response.headers.get("location") or refresh)
            same = urlsplit(target).netloc == response.url.netloc.decode()
            response = self.get(target, "same-origin" if same else "cross-site")
        raise AssertionError("the pages go round in circles")

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form of our own page, one hop only."""
        sent = {"origin": self.origin, "sec-fetch-site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(self.client.build_request("POST", urljoin(self.origin, path), data=fields, headers=sent))

    def _send(self, request: httpx.Request) -> httpx.Response:
        # httpx copies cookies into a jar of its own, without the policy, so the jar is used by hand.
        cookies = httpx.Cookies(self.jar)
        cookies.set_cookie_header(request)
        response = self.client.send(request)
        cookies.extract_cookies(response)
        self.client.cookies.clear()
        return response

    def press(self, page: httpx.Response, action: str, **values: str) -> httpx.Response:
        """Send the page's form with that action, and follow it."""
        return self.follow(self.post(action, form_fields(page, action) | values))

    def cookie(self, prefix: str) -> str | None:
        return next((cookie.value for cookie in self.jar if cookie.name.startswith(prefix)), None)

    def copy_cookies(self, other: "Browser", prefix: str = "") -> None:
        for cookie in other.jar:
            if cookie.name.startswith(prefix):
                self.jar.set_cookie(cookie)

    def drop_cookies(self, prefix: str) -> None:
        for cookie in list(self.jar):
            if cookie.name.startswith(prefix):
                self.jar.clear(cookie.domain, cookie.path, cookie.name)


def form_fields(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form with that action."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page.text, re.DOTALL)
    assert form, f"no form for {action} on {page.url}: {page.text}"
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form.group())
    return {name: html.unescape(value) for name, value in fields}


def heading(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def code(page: httpx.Response) -> str:
    """The error's code, which stands on its page for whoever runs the service."""
    found = re.search(r"<code>(\w+)</code>", page.text)
    return found.group(1) if found else ""


def tagless(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page.text)))
