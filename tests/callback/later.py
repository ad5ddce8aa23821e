"""`python -m tests.callback.later SECONDS`: the callback service, so many seconds later, with nobody waiting."""

import sys
from datetime import UTC, datetime, timedelta

import uvicorn

from callback.app import create_app
from callback.settings import Settings


def main(ahead: timedelta) -> None:
    settings = Settings.from_environment()
    app = create_app(settings, now=lambda: datetime.now(UTC) + ahead)
    uvicorn.run(app, host=settings.bind_host, port=settings.bind_port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(timedelta(seconds=float(sys.argv[1])))
