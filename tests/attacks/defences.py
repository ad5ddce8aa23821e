"""Each defence that can be taken out of the running callback service, and how: that rule, and nothing beside it.

A function is replaced wherever one of the service's modules has imported it, so that it does not matter who calls it.
A defence that is no longer where it was fails the test that takes it out.
"""

import sys
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

import pytest
from starlette.datastructures import MutableHeaders

from callback import addresses, binding, services
from callback.routes import connect
from callback.sign_in import oidc as callback_oidc
from callback.state.flows import Flows
from callback.state.sessions import Sessions
from callback.web import browser, guard
from callback.web.rendering import Pages


@contextmanager
def without(*names):
    """Run the block while the service does without these defences."""
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            DEFENCES[name](patch)
        yield


def everywhere(patch, original, replacement):
    """Replace a function in each module of the service that knows it."""
    found = [
        (module, name)
        for known, module in list(sys.modules.items())
        if known.split(".", maxsplit=1)[0] == "callback"
        for name, value in list(vars(module).items())
        if value is original
    ]
    assert found, f"{original} is nowhere"
    for module, name in found:
        patch.setattr(module, name, replacement)


def _judging(patch, change):
    """Judge another return than the one that came."""
    original = binding.judge

    def judge(returned, now):
        return original(change(returned), now) if returned.flow else original(returned, now)

    everywhere(patch, original, judge)


def flow_cookie(patch):
    """Any browser has any open flow."""
    handles = {}
    remember = browser.remember_flow

    def remembering(response, state, handle):
        handles[state] = handles[browser.flow_id(state)] = handle
        remember(response, state, handle)

    everywhere(patch, remember, remembering)
    everywhere(patch, browser.flow_handle, lambda request, flow: handles.get(request.query_params.get("state") or flow))
    everywhere(patch, browser.has_flow_cookie, lambda request: True)


def same_person(patch):
    """Whoever is signed in may finish."""
    _judging(patch, lambda it: replace(it, user_key=it.user_key and it.flow.user_key))
    depart = binding.judge_departure

    def judge_departure(flow, user_key, now):
        return depart(flow, flow.user_key if flow and user_key else user_key, now)

    everywhere(patch, depart, judge_departure)


def signed_in(patch):
    """Somebody who is not signed in may finish."""
    _judging(patch, lambda it: replace(it, user_key=it.user_key or it.flow.user_key))


def state_compare(patch):
    """Any `state` fits the flow that the cookie opens."""
    _judging(patch, lambda it: replace(it, flow=replace(it.flow, state_sha256=binding.sha256(it.state))))


def session_id_compare(patch):
    """Any `session_id` fits."""
    _judging(patch, lambda it: replace(it, session_uri=it.flow.session_uri))


def ten_minutes(patch):
    """A flow never grows old."""
    everywhere(patch, binding._is_open, lambda flow, now: True)


def single_use(patch):
    """A flow can be taken any number of times."""

    async def take(self, handle, now):
        return await self.find(handle)

    async def done(self, handle):
        return None

    patch.setattr(Flows, "take", take)
    patch.setattr(Flows, "done", done)


def seen_elsewhere(patch):
    """A flow goes on after its return came to another browser."""

    async def nothing(self, state_sha256):
        return None

    patch.setattr(Flows, "seen_elsewhere", nothing)


def secret_state(patch):
    """Everybody knows the `state` of the next flow."""
    patch.setattr(connect, "new_handle", lambda: "state-that-everybody-knows")


def page_visit(patch):
    """An answer that nobody looks at counts as a visit."""
    everywhere(patch, browser.is_page_visit, lambda request: True)


def isolation(patch):
    """Other sites' pages may ask for our pages as images, frames or scripts."""
    everywhere(patch, guard.is_isolated, lambda method, headers: True)


def one_value(patch):
    """Of two values under one name the first counts."""
    everywhere(patch, services.one, lambda request, name: (request.query_params.getlist(name) or [None])[0])


class _WithoutOrigin:
    """A request that says nothing about the page that sent it."""

    headers = MappingProxyType({})


def csrf_value(patch):
    """A form needs no value of its page."""
    original = browser.require_own_page

    def require(request, origin, browser_session, csrf, return_to=""):
        original(request, origin, browser_session, browser_session and browser_session.csrf, return_to)

    everywhere(patch, original, require)


def own_origin(patch):
    """Another site's page may send a form."""
    original = browser.require_own_page
    everywhere(patch, original, lambda request, *rest: original(_WithoutOrigin, *rest))


def _guarding(patch, before=None, after=None):
    original = guard.Guard.__call__

    async def call(self, scope, receive, send):
        async def changed(message):
            if message["type"] == "http.response.start" and after:
                after(MutableHeaders(scope=message))
            await send(message)

        if scope["type"] == "http" and before:
            scope = before(self, scope)
        await original(self, scope, receive, changed)

    patch.setattr(guard.Guard, "__call__", call)


def host_check(patch):
    """Any name leads here."""

    def ours(self, scope):
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        return {**scope, "headers": [(b"host", self._host.encode()), *others]}

    _guarding(patch, before=ours)


def framing_headers(patch):
    """Other sites may show our pages in a frame."""

    def after(headers):
        del headers["x-frame-options"]
        headers["content-security-policy"] = headers["content-security-policy"].replace("; frame-ancestors 'none'", "")

    _guarding(patch, after=after)


def no_store(patch):
    """Browsers may keep our pages."""

    def after(headers):
        del headers["cache-control"]

    _guarding(patch, after=after)


def rotation(patch):
    """Signing in keeps the handle that the browser came with."""

    async def rotate(self, old_handle, now, person):
        if old_handle is None:
            return await self.begin(now, person)
        return old_handle, await self.change(old_handle, now, lambda current: replace(current, person=person))

    patch.setattr(Sessions, "rotate", rotate)


def sign_out_on_the_server(patch):
    """Signing out only takes the cookie away."""

    async def end(self, handle, now):
        return None

    patch.setattr(Sessions, "end", end)


def session_life(patch):
    """A session never ends by itself."""

    async def live(self, handle, now):
        return await self._records.get(handle)

    patch.setattr(Sessions, "_live", live)


def sign_in_of_this_browser(patch):
    """The identity provider's answer to one browser signs in another."""

    async def take(self, handle, now, state):
        return await self._sign_ins.get(state)

    patch.setattr(Sessions, "take_sign_in", take)


def host_prefix(patch):
    """The session cookie has a name that any page of the domain may set."""
    patch.setattr(browser, "SESSION_COOKIE", "session")


def authorization_origin(patch):
    """A browser is sent wherever the agent says."""
    everywhere(patch, addresses.is_authorization_url, lambda url, origins: True)


def escaping(patch):
    """What others named is written into pages as it is."""
    original = Pages.show

    def show(self, *arguments, **values):
        _escape(self, autoescape=False)
        try:
            return original(self, *arguments, **values)
        finally:
            _escape(self, autoescape=True)

    patch.setattr(Pages, "show", show)


def _escape(pages, *, autoescape):
    for environment in pages._templates.values():
        environment.autoescape = autoescape
        environment.cache.clear()  # compiled templates know whether to escape


def _id_token(patch, change):
    from authlib.integrations.base_client.async_openid import AsyncOpenIDMixin

    original = AsyncOpenIDMixin.parse_id_token

    async def parse(self, token, nonce, **rest):
        return await change(original, self, token, nonce, rest)

    patch.setattr(AsyncOpenIDMixin, "parse_id_token", parse)
    assert callback_oidc


def id_token_signature(patch):
    """Anybody may sign an ID token."""
    from callback.sign_in.tokens import _claims

    async def parse(original, app, token, nonce, rest):
        return dict(_claims(token["id_token"]))

    _id_token(patch, parse)


def nonce(patch):
    """An ID token made for another sign-in will do."""
    from callback.sign_in.tokens import _claims

    async def parse(original, app, token, nonce, rest):
        return await original(app, token, _claims(token["id_token"]).get("nonce"), **rest)

    _id_token(patch, parse)


DEFENCES = {
    "the flow cookie": flow_cookie,
    "the same person": same_person,
    "being signed in": signed_in,
    "the comparison of state": state_compare,
    "the comparison of session_id": session_id_compare,
    "ten minutes": ten_minutes,
    "single use": single_use,
    "a state that nobody can guess": secret_state,
    "the end of a flow that was seen elsewhere": seen_elsewhere,
    "looking at the page": page_visit,
    "resource isolation": isolation,
    "one value for each name": one_value,
    "the CSRF value": csrf_value,
    "our own origin": own_origin,
    "the Host check": host_check,
    "the framing headers": framing_headers,
    "no-store": no_store,
    "a new handle at sign-in": rotation,
    "signing out on the server": sign_out_on_the_server,
    "the end of a session": session_life,
    "the sign-in of this browser": sign_in_of_this_browser,
    "the cookie's prefix": host_prefix,
    "the authorization URL's origin": authorization_origin,
    "escaping": escaping,
    "the ID token's signature": id_token_signature,
    "the nonce": nonce,
}
