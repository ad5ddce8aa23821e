"""Log set-up: one stream, quiet libraries, and a redaction of whatever looks like a secret as the second net.

Audit lines have a way of their own: `agent.audit_file`.
"""

import logging
import re

_SECRETS = re.compile(
    r"(?i:bearer)\s+[\w.~+/=-]+"  # an Authorization header
    r"|ey[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # a JWT
    r"|ya29\.[\w.-]+"  # a Google access token
    r"|urn(?::|%3A)ietf(?::|%3A)params(?::|%3A)oauth(?::|%3A)request_uri(?::|%3A)[\w.~-]+"  # a session URI
    r"|(?<=[?&])(?:code|state|session_id|request_uri|access_token|refresh_token)=[^&\s\"']+"
)

# These print URLs, headers or bodies, the last its own authorization URL, below WARNING.
_QUIET = (
    "boto3",
    "botocore",
    "google_auth_httplib2",
    "googleapiclient",
    "httpcore",
    "httpx",
    "strands",
    "urllib3",
    "asyncio",
)


_WITH_HANDLERS = ("bedrock_agentcore.app", "bedrock_agentcore.auth")


def redact(text: str) -> str:
    """Return `text` with everything that looks like a secret replaced."""
    return _SECRETS.sub("[redacted]", text)


class RedactingFormatter(logging.Formatter):
    """Wraps another formatter, so that exception texts and structured lines are covered too."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Format with the wrapped formatter and redact the result."""
        return redact(self._inner.format(record))


def configure_logging(level: str) -> None:
    """Log to standard error at `level`. Called once, by the process's entry point."""
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Its retries log the whole URI, with what the person looked for, at WARNING.
    logging.getLogger("googleapiclient.http").setLevel(logging.ERROR)
    logging.getLogger("bedrock_agentcore.default_token_poller").disabled = True
    # It logs what a model has written of a tool call that it could not finish: what the person looks for.
    logging.getLogger("strands.event_loop.streaming").setLevel(logging.ERROR)
    for name in _WITH_HANDLERS:  # the SDK gives these a handler of their own, unless they have one
        sdk_logger = logging.getLogger(name)
        sdk_logger.handlers = [handler]
        sdk_logger.propagate = False
