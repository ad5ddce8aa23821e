"""What a request tells about the browser it comes from: its session, its flow cookies, and whether it is our own page.

Cookies are `__Host-` (Secure, Path=/, no Domain: a sibling domain's page cannot set them, though another port's can),
HttpOnly, and SameSite=Lax: Strict ones do not come along when Google sends the browser back.
https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fastapi import Request, Response

from callback.binding import FLOW_LIFE, same
from callback.errors import ForgedRequestError, SignInAgainError
from callback.records import BrowserSession, Person, sha256
from callback.state.sessions import Sessions

SESSION_COOKIE = "__Host-session"
FLOW_COOKIE_PREFIX = "__Host-flow-"
SIGNED_OUT_COOKIE = "__Host-signed-out"

# Longer than an identity provider is likely to remember somebody; a sign-in ends it sooner.
_SIGNED_OUT_LIFE = timedelta(days=1)


@dataclass(frozen=True)
class Browser:
    """One request's browser. `handle` and `browser_session` are both there or both missing."""

    handle: str | None
    browser_session: BrowserSession | None

    @staticmethod
    async def of(request: Request, sessions: Sessions, now: datetime) -> "Browser":
        """Look the session up. Without one nothing is made: a visit alone leaves no trace."""
        handle = _cookies(request).get(SESSION_COOKIE)
        browser_session = await sessions.find(handle, now) if handle else None
        return Browser(handle if browser_session else None, browser_session)

    @property
    def person(self) -> Person | None:
        """Who is signed in."""
        return self.browser_session.person if self.browser_session else None

    async def with_session(self, sessions: Sessions, now: datetime) -> tuple[str, BrowserSession]:
        """This browser's session, made now if it has none."""
        if self.handle is not None and self.browser_session is not None:
            return self.handle, self.browser_session
        return await sessions.begin(now)


class _Guarded(Protocol):
    """What holds the CSRF value of one browser's session."""

    @property
    def csrf(self) -> str: ...


def require_own_page(
    request: Request, origin: str, browser_session: _Guarded | None, csrf: str | None, return_to: str = ""
) -> None:
    """Refuse a POST unless one of our pages in this browser sent it. Raises: `ForgedRequestError`, `SignInAgainError`.

    The CSRF value is the rule; the headers are a second one that no page can forge. With `Referrer-Policy:
    no-referrer` a browser sends `Origin: null` even to ourselves, which counts only next to Fetch Metadata that says
    same-origin: https://fetch.spec.whatwg.org/#append-a-request-origin-header
    """
    site, sender = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        raise ForgedRequestError
    if sender is not None and sender != origin and not (sender == "null" and site == "same-origin"):
        raise ForgedRequestError
    if browser_session is None and site == "same-origin":
        raise SignInAgainError(return_to)  # a page of ours from before a sign-out, or from too long ago
    if browser_session is None or csrf is None or not same(csrf, browser_session.csrf):
        raise ForgedRequestError


def is_page_visit(request: Request) -> bool:
    """Whether a person sees the answer as a page: not a prefetch, not inside a frame, not an image.

    https://www.w3.org/TR/fetch-metadata/. Browsers that do not send the headers pass.
    """
    if "sec-purpose" in request.headers or request.headers.get("purpose") == "prefetch":
        return False
    return request.headers.get("sec-fetch-dest", "document") == "document"


def remember_session(response: Response, handle: str) -> None:
    """Give the browser its session handle, until it is closed."""
    response.set_cookie(SESSION_COOKIE, handle, secure=True, httponly=True, samesite="lax", path="/")


def forget_session(response: Response) -> None:
    """Take the session handle back."""
    response.delete_cookie(SESSION_COOKIE, secure=True, httponly=True, samesite="lax", path="/")


def remember_sign_out(response: Response) -> None:
    """Note that somebody has signed out here: the identity provider may still remember them, and must ask again."""
    life_s = int(_SIGNED_OUT_LIFE.total_seconds())
    response.set_cookie(SIGNED_OUT_COOKIE, "1", max_age=life_s, secure=True, httponly=True, samesite="lax", path="/")


def has_signed_out(request: Request) -> bool:
    """Whether somebody has signed out in this browser and nobody has signed in since."""
    return SIGNED_OUT_COOKIE in _cookies(request)


def forget_sign_out(response: Response) -> None:
    """Somebody has signed in again."""
    response.delete_cookie(SIGNED_OUT_COOKIE, secure=True, httponly=True, samesite="lax", path="/")


def remember_flow(response: Response, state: str, handle: str) -> None:
    """Give the browser the handle of one flow. Its own cookie: flows in two tabs do not disturb each other.

    It is left to expire: a repeated return can then be told apart from a return in another browser.
    """
    response.set_cookie(
        f"{FLOW_COOKIE_PREFIX}{flow_id(state)}",
        handle,
        max_age=int(FLOW_LIFE.total_seconds()),
        secure=True,
        httponly=True,
        samesite="lax",
        path="/",
    )


def flow_handle(request: Request, of_flow: str) -> str | None:
    """The handle of the flow with this id (`flow_id`), if this browser started it."""
    return _cookies(request).get(f"{FLOW_COOKIE_PREFIX}{of_flow}")


def has_flow_cookie(request: Request) -> bool:
    """Whether this browser has started any flow in the last ten minutes."""
    return any(name.startswith(FLOW_COOKIE_PREFIX) for name in _cookies(request))


def flow_id(state: str) -> str:
    """Tell one flow of a browser from another, in a cookie's name or an address, without telling about `state`."""
    return sha256(state)[:16]


def _cookies(request: Request) -> Mapping[str, str]:
    """The cookies under exactly the names that the browser sent; without those whose name came twice.

    Starlette strips from a name whatever Unicode calls white space, and would take one that begins with a no-break
    space for ours. A browser does not, so any page of the domain may set it, whatever it may do with `__Host-`; and of
    a `__Host-` name a browser holds one:
    https://portswigger.net/research/cookie-chaos-how-to-bypass-host-and-secure-cookie-prefixes
    """
    pairs = [pair.strip(" \t").partition("=") for pair in "; ".join(request.headers.getlist("cookie")).split(";")]
    times = Counter(name for name, _, _ in pairs)
    return {name: value for name, _, value in pairs if times[name] == 1}
