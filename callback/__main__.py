"""`python -m callback`: run the service until it is told to stop."""

import logging
import sys

import uvicorn

from callback.app import create_app
from callback.audit_file import configure_audit
from callback.settings import Settings, SettingsError

logger = logging.getLogger("callback")

# Their lower levels print addresses, headers or code verifiers.
_LOUD = ("httpx", "httpx2", "httpcore", "httpcore2", "authlib", "boto3", "botocore", "urllib3", "python_multipart")


def main() -> None:
    """Load the settings, set logging up, listen."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s | %(message)s")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = Settings.from_environment()
        configure_audit(settings)
    except SettingsError as error:
        sys.exit(f"The callback service cannot start. {error}")
    logger.info("url=%s mode=%s sign_in=%s | starting", settings.callback_url, settings.mode, settings.sign_in)
    uvicorn.run(
        create_app(settings),
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


if __name__ == "__main__":
    main()
