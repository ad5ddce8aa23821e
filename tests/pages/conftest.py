"""A real browser for the pages: one Chromium a module, on the service's real app or on a gallery of all states."""

import html
from urllib.parse import urlencode

import pytest
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.callback.cloud import Cloud
from tests.callback.conftest import cloud, environ, identity, make_service, service, stage
from tests.callback.servers import Server
from tests.pages.chromium import HOW_TO_GET_ONE, IS_REQUIRED, PROGRAM, running_chromium

__all__ = ["cloud", "environ", "identity", "make_service", "service", "stage"]


class CloudForPeople(Cloud):
    """At Google there is a page on which somebody has to press something, as in life, not a mere redirect.

    `hostile` is what a page of another site holds, at `/hostile`. It is really served: what a test would put into the
    browser by itself counts as the public internet there, and Chromium stops that from reaching this machine at all.
    """

    hostile = ""

    def app(self):
        app = super().app()
        app.router.routes.append(Route("/hostile", lambda _: HTMLResponse(self.hostile)))
        return app

    async def consent(self, request):
        session_uri = request.query_params["request_uri"]
        query = urlencode({"session_id": session_uri, "state": self.sessions[session_uri]["state"]})
        back = html.escape(f"{self.return_url}?{query}")
        head = '<!doctype html><title>Google</title><link rel="icon" href="data:,">'
        return HTMLResponse(f'{head}<a id="allow" href="{back}">Allow</a>')


@pytest.fixture(scope="session")
def _cloud():
    made = CloudForPeople()
    server = Server(made.app())
    made.url = f"http://127.0.0.1:{server.port}"
    yield made
    server.stop()


@pytest.fixture(scope="module")
def chromium():
    if PROGRAM is None and not IS_REQUIRED:
        pytest.skip(HOW_TO_GET_ONE)
    with running_chromium() as browser:
        yield browser
