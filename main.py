"""Runtime entry point. AgentCore imports `main:app`, or runs this file."""

import os
import sys

from agent.app import create_app
from agent.errors import SettingsError
from agent.logs import configure_logging
from agent.settings import Settings

try:
    settings = Settings.load(os.environ)
except SettingsError as error:
    sys.exit(f"drive-agent: {error}")

app = create_app(settings)
configure_logging(settings.log_level)

if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT") or 8080))
