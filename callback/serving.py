"""Run the service until it is told to stop, with or without front ends on it."""

import logging
import sys
from collections.abc import Callable, Sequence

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callback.app import create_app
from callback.audit_file import AuditFlush, configure_audit
from callback.door import FrontEnd
from callback.settings import Settings, SettingsError

__all__ = ["serve"]

logger = logging.getLogger("callback")

# Their lower levels print addresses, headers or code verifiers.
_LOUD = ("httpx", "httpx2", "httpcore", "httpcore2", "authlib", "boto3", "botocore", "urllib3", "python_multipart")


class _Start:
    """The app as the server gets it: what ends the start with a sentence is kept, where Starlette logs a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.refusal: SettingsError | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            else:
                await send(message)

        try:
            await self._app(scope, receive, hold)
        except SettingsError as error:
            self.refusal = error
            await send({"type": "lifespan.startup.failed"})
        except BaseException:
            for message in held:
                await send(message)
            raise


def serve(front_ends: Callable[[Settings], Sequence[FrontEnd]] = lambda _: ()) -> None:
    """Load the settings, set logging up, listen. `front_ends` are chosen by the settings of the service.

    Raises: `SystemExit` with a sentence where a setting, also one of a front end (`SettingsError`), is wrong.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s | %(message)s")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment()
        configure_audit(settings)
        app = create_app(settings, front_ends=front_ends(settings))
    except SettingsError as error:
        sys.exit(f"The callback service cannot start. {error}")
    logger.info("url=%s mode=%s sign_in=%s | starting", settings.callback_url, settings.mode, settings.sign_in)
    start = _Start(AuditFlush(app))
    try:
        _listen(start, settings)
    except SystemExit:
        if start.refusal is not None:
            sys.exit(f"The callback service cannot start. {start.refusal}")
        raise


def _listen(app: ASGIApp, settings: Settings) -> None:
    uvicorn.run(
        app,
        host=settings.bind_host,
        port=settings.bind_port,
        log_config=None,
        # The access log would hold `state` and `session_id`; the audit log says what matters.
        access_log=False,
        # Client address and scheme decide nothing here, so no proxy needs to be believed.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
