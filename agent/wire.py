"""Events as the JSON objects that go over the wire, one an SSE `data:` line. Pure. The contract is docs/wire.md.

Text has the form that every AgentCore client shows; other objects carry a `type` that those clients ignore. None but an
error has a key `error`, at which the AgentCore CLI stops reading.
"""

from typing import Any

from agent.events import AuthRequired, Done, Event, Failed, Files, Notice, Text, ToolProgress


def to_wire(event: Event) -> dict[str, Any]:
    """Return the JSON object for `event`."""
    match event:
        case Text():
            return {"event": {"contentBlockDelta": {"delta": {"text": event.text}}}}
        case ToolProgress():
            return {"type": "tool", "id": event.id, "name": event.name, "label": event.label, "status": event.status}
        case Files():
            return {"type": "files", "files": [dict(file) for file in event.files]}
        case AuthRequired():
            return {
                "type": "auth_required",
                "provider": event.provider,
                "auth_url": event.auth_url,
                "message": event.message,
                "scopes": list(event.scopes),
            }
        case Notice():
            return {"type": "notice", "message": event.message}
        case Failed():
            return error(event.message, event.code)
        case Done():
            return {
                "type": "done",
                "stop_reason": event.stop_reason,
                "usage": dict(event.usage),
                "timings": dict(event.timings),
            }


def error(message: str, code: str) -> dict[str, Any]:
    """Return the error object of the contract."""
    return {"error": message, "type": "error", "code": code}
