"""Authorize, sign in, sign out: the pages' routes.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

import secrets
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.aws.cognito.pages import SECURITY_HEADERS, error_page, login_page, signed_out_page
from local.aws.cognito.pools import Grant, Pools
from local.aws.cognito.requests import PageError, RedirectError, SignInRequest, parse_request
from local.aws.cognito.sessions import BrowserSession, SignIns

# Own names: cookies know no ports, so the other stand-ins and the callback share this jar.
SESSION_COOKIE = "standin-cognito"
CSRF_COOKIE = "standin-cognito-csrf"
WRONG = "Incorrect username or password."


class SignInPages:
    """`people` are offered as a hint on the form."""

    def __init__(self, pools: Pools, sign_ins: SignIns, people: Sequence[str]) -> None:
        self._pools = pools
        self._sign_ins = sign_ins
        self._people = tuple(people)

    def routes(self) -> list[Route]:
        """For the app."""
        return [
            Route("/oauth2/authorize", self.authorize, methods=["GET"]),
            Route("/login", self.show_login, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self.logout, methods=["GET"]),
        ]

    async def authorize(self, request: Request) -> Response:
        """302 to the client when the browser is signed in already, else to the form."""
        try:
            asked = parse_request(request.query_params, self._pools.client)
        except (PageError, RedirectError) as error:
            return _refused(error)
        session = self._sign_ins.current(request.cookies.get(SESSION_COOKIE), asked.client.pool_id)
        if "none" in asked.prompt and session is None:
            return _refused(RedirectError(asked, "login_required", "nobody is signed in"))
        if session is None or "login" in asked.prompt:
            return _redirect(f"/login?{request.url.query}")
        return self._with_code(asked, session)

    async def show_login(self, request: Request) -> Response:
        """The form."""
        try:
            parse_request(request.query_params, self._pools.client)
        except (PageError, RedirectError) as error:
            return _refused(error)
        return self._form(request)

    async def login(self, request: Request) -> Response:
        """302 to the client with a code, or the form again."""
        try:
            asked = parse_request(request.query_params, self._pools.client)
        except (PageError, RedirectError) as error:
            return _refused(error)
        async with request.form() as form:
            username, password, csrf = (str(form.get(name, "")) for name in ("username", "password", "_csrf"))
        expected = request.cookies.get(CSRF_COOKIE, "")
        if not expected or not secrets.compare_digest(expected.encode(), csrf.encode()):
            return self._form(request, "This form has expired. Please try again.", 403)
        signed_in_as = self._pools.sign_in(asked.client.pool_id, username.strip(), password)
        if signed_in_as is None:
            return self._form(request, WRONG, 400)
        # A new value at every sign-in, so that a planted cookie is worth nothing.
        self._sign_ins.end(request.cookies.get(SESSION_COOKIE))
        cookie, session = self._sign_ins.begin(asked.client.pool_id, signed_in_as)
        response = self._with_code(asked, session)
        response.set_cookie(SESSION_COOKIE, cookie, httponly=True, samesite="lax")
        response.delete_cookie(CSRF_COOKIE)
        return response

    async def logout(self, request: Request) -> Response:
        """302 to a registered `logout_uri`, or to a new sign-in; the browser's session is over either way."""
        query = request.query_params
        client = self._pools.client(query.get("client_id", ""))
        if client is None:
            return HTMLResponse(error_page("There is no app client with this client_id."), 400, SECURITY_HEADERS)
        logout_uri = query.get("logout_uri")
        if logout_uri is not None and logout_uri not in client.logout_urls:
            sentence = "This logout_uri is not one of the app client's sign-out URLs."
            return HTMLResponse(error_page(sentence), 400, SECURITY_HEADERS)
        self._sign_ins.end(request.cookies.get(SESSION_COOKIE))
        response: Response = HTMLResponse(signed_out_page(), headers=SECURITY_HEADERS)
        if logout_uri is not None:
            response = _redirect(logout_uri)
        elif "redirect_uri" in query:
            response = _redirect(f"/oauth2/authorize?{request.url.query}")
        response.delete_cookie(SESSION_COOKIE)
        return response

    def _form(self, request: Request, error: str = "", status: int = 200) -> Response:
        csrf = secrets.token_urlsafe(32)
        page = login_page(request.url.query, csrf, self._people, error)
        response = HTMLResponse(page, status, SECURITY_HEADERS)
        response.set_cookie(CSRF_COOKIE, csrf, httponly=True, samesite="strict", path="/login")
        return response

    def _with_code(self, asked: SignInRequest, session: BrowserSession) -> Response:
        grant = Grant(
            client_id=asked.client.client_id,
            username=session.username,
            scopes=asked.scopes,
            nonce=asked.nonce,
            auth_time=session.auth_time,
        )
        code = self._sign_ins.new_code(grant, asked.redirect_uri, asked.challenge)
        return _redirect(_answer_url(asked, {"code": code}))


def _refused(error: PageError | RedirectError) -> Response:
    if isinstance(error, PageError):
        return HTMLResponse(error_page(str(error)), 400, SECURITY_HEADERS)
    answer = {"error": error.error, "error_description": str(error)}
    return _redirect(_answer_url(error.request, answer))


def _answer_url(asked: SignInRequest, answer: dict[str, str]) -> str:
    if asked.state is not None:
        answer["state"] = asked.state
    parts = urlsplit(asked.redirect_uri)
    query = "&".join(part for part in (parts.query, urlencode(answer)) if part)
    return urlunsplit(parts._replace(query=query))


def _redirect(url: str) -> Response:
    return RedirectResponse(url, status_code=302, headers=dict(SECURITY_HEADERS))
