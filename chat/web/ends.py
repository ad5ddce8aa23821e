"""How a run begins and ends, for who follows it and for who looks after the service."""

import logging
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chat.events import Done, Failure
from chat.web.event_log import EventLog
from chat.web.line import Connected, Heard

__all__ = ["LAST", "end_log", "is_good_beginning", "log_error"]

logger = logging.getLogger(__name__)

# The types of the events in which a run of AG-UI ends.
LAST = frozenset({"RUN_FINISHED", "RUN_ERROR"})


def is_good_beginning(event: Heard) -> bool:
    """Whether an event shows that the agent has taken the question up."""
    if isinstance(event, Done):
        return event.stop_reason != "cancelled"
    return not isinstance(event, Failure | Connected)


def end_log(log: EventLog, events: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> None:
    """Append the last events of a run. Where none of them ends it, or one cannot be written, an error of ours does."""
    try:
        has_ended = False
        for event in events:
            log.append(event, is_last=True)
            has_ended = has_ended or event["type"] in LAST
    except (ValueError, TypeError, RecursionError) as error:
        log_error(error)
    if not has_ended:
        log.append({"type": "RUN_ERROR", "message": words["errors.internal"], "code": "internal"}, is_last=True)


def log_error(error: BaseException) -> None:
    """Log a failure without the text of the error, and of those behind it: it may quote what was asked or said."""
    *_, last = traceback.extract_tb(error.__traceback__)
    place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    logger.error("error=%s at=%s | a run failed", type(error).__name__, place)
