"""Runtime entry point. AgentCore imports `main:app`, or runs this file."""

import os
import sys

from agent.loading import without_collecting

with without_collecting():
    from agent.app import create_app
    from agent.audit_file import AuditFlush, configure_audit
    from agent.errors import SettingsError
    from agent.logs import configure_logging
    from agent.settings import Settings

try:
    settings = Settings.load(os.environ)
    app = create_app(settings)
    app.add_middleware(AuditFlush)
    configure_logging(settings.log_level)
    configure_audit(settings)
except SettingsError as error:
    sys.exit(f"drive-agent: {error}")

if __name__ == "__main__":
    # Left to itself the SDK chooses by whether it finds itself in a Docker container.
    app.run(port=settings.port, host="127.0.0.1" if settings.is_local else "0.0.0.0")  # noqa: S104 - the Runtime's contract
