"""The real stack, with the callback service in this process, so that a test can take one of its defences out."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn

from callback.app import create_app
from callback.aws.identity import Identity
from callback.settings import Settings
from local.children import Child
from local.stack import Options, Stack


class Clock:
    """The callback service's clock, which a test can put forward."""

    def __init__(self):
        self.ahead = timedelta()

    def forward(self, **step):
        self.ahead += timedelta(**step)

    def __call__(self):
        return datetime.now(UTC) + self.ahead


class Serving:
    """A server in a thread, with as much of `subprocess.Popen` as `local.children` asks for."""

    def __init__(self, app, port):
        # As in callback/__main__.py.
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()

    def poll(self):
        return None if self._thread.is_alive() else 1

    def terminate(self):
        self._server.should_exit = True

    kill = terminate

    def wait(self, timeout=None):
        self._thread.join(timeout)


def _identity(settings, environ):
    """The real client, with the credentials of the process that the service would be, and not of this one."""
    made = Identity(region=settings.region, endpoint_url=settings.aws_endpoint_url)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, environ[name])
        made._boto()
    return made


class Stage(Stack):
    """`service_environ` is what `local.stack` gives the callback process."""

    def __init__(self, options: Options, environ: Mapping[str, str]) -> None:
        super().__init__(options, environ)
        self.clock = Clock()
        self.service_environ: dict[str, str] = {}

    def _spawn(self, name, arguments, health_url, environ):
        if name != "callback":
            super()._spawn(name, arguments, health_url, environ)
            return
        self.service_environ = environ
        settings = Settings.load(environ)
        app = create_app(settings, identity=_identity(settings, environ), now=self.clock)
        log = self.options.home / "logs" / "callback.log"
        self._children[name] = Child(name, Serving(app, self.options.ports.callback), health_url, log)
