"""AG-UI, the protocol between agents and user interfaces: its `RunAgentInput` in, its events out. Pure.

The agent speaks it beside its own contract, and the web chat speaks it with its page. What each event becomes is told
in docs/wire.md; the protocol is https://docs.ag-ui.com/spec/1.0. Importing its types takes a tenth of a second, so
whoever answers requests imports this module when the first such request comes, and off the event loop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ag_ui.core import (
    PROTOCOL_VERSION,
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from pydantic import ValidationError

from agent.errors import BadRequestError

LONGEST_ID = 256
CONSENT_REASON = "oauth_consent"
CUT_OFF = ("The answer broke off before its end. Please try again.", "cut_off")

# What the person says by abandoning the interrupt.
REFUSALS = {"en": "I do not want to connect Google Drive now.", "ja": "今は Google ドライブに接続したくありません。"}

Objects = list[dict[str, Any]]


class InvalidInputError(BadRequestError, ValueError):
    """An AG-UI input that no turn can be made of. `str()` is a sentence that says what to send."""


@dataclass(frozen=True, slots=True)
class AguiInput:
    """What somebody asks for in AG-UI.

    `prompt` is the text of the last message of the user, empty where it has none and in a resume; for a refusal it says
    no, in the language of `locale`. `is_resume` and `is_refused`: the run answers the interrupt of the one before it,
    by having consented and by not wanting to; `interrupt_id` names that, empty where no or several interrupts are
    answered. `props` are the `forwardedProps`, empty where they are no object.
    """

    thread_id: str
    run_id: str
    prompt: str
    is_resume: bool = False
    is_refused: bool = False
    interrupt_id: str = ""
    timezone: str | None = None
    locale: str | None = None
    props: Mapping[str, Any] = field(default_factory=dict)

    def to_payload(self) -> dict[str, Any]:
        """Return the same request in our own contract."""
        asked = {"action": "resume"} if self.is_resume else {"prompt": self.prompt}
        said = {"timezone": self.timezone, "locale": self.locale, "client": self.props.get("client")}
        return asked | {name: value for name, value in said.items() if value is not None}


def read_input(payload: Mapping[str, Any]) -> AguiInput:
    """Read a `RunAgentInput`. Raises: `InvalidInputError`.

    Looked at is what a turn needs and nothing else: the conversation is kept by the agent, so the messages before the
    last of the user may be of any kind and version.
    """
    messages = payload.get("messages")
    known = {name: payload.get(name) for name in ("threadId", "runId", "resume")}
    try:
        given = RunAgentInput.model_validate(known | {"messages": []})
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_url=False, include_input=False)[0]["loc"]))
        raise InvalidInputError(f'"{where}" of the AG-UI input is not of the form of a RunAgentInput.') from None
    for name, value in (("threadId", given.thread_id), ("runId", given.run_id)):
        if not (0 < len(value) <= LONGEST_ID and value.isprintable()):
            raise InvalidInputError(f'"{name}" of the AG-UI input must have 1 to {LONGEST_ID} printable characters.')
    if not isinstance(messages, list):
        raise InvalidInputError('"messages" of the AG-UI input must be a list.')
    props = payload.get("forwardedProps")
    props = props if isinstance(props, Mapping) else {}
    timezone, locale = _word(props, "timezone"), _word(props, "locale")
    answers = {entry.status for entry in given.resume or ()}
    interrupts = {entry.interrupt_id for entry in given.resume or ()}
    is_refused = "cancelled" in answers
    if is_refused:
        prompt = REFUSALS["ja" if (locale or "").lower().startswith("ja") else "en"]
    else:
        prompt = "" if answers else _last_words(messages)
    return AguiInput(
        thread_id=given.thread_id,
        run_id=given.run_id,
        prompt=prompt,
        is_resume=bool(answers) and not is_refused,
        is_refused=is_refused,
        interrupt_id=interrupts.pop() if len(interrupts) == 1 else "",
        timezone=timezone,
        locale=locale,
        props=props,
    )


def _word(props: Mapping[str, Any], name: str) -> str | None:
    value = props.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInputError(f'"{name}" in "forwardedProps" of the AG-UI input must be a text.')
    return value


def _last_words(messages: Sequence[Any]) -> str:
    for message in reversed(messages):
        if isinstance(message, Mapping) and message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                return content
            parts = content if isinstance(content, list) else []
            texts = [part.get("text") for part in parts if isinstance(part, Mapping) and part.get("type") == "text"]
            return "\n".join(text for text in texts if isinstance(text, str))
    raise InvalidInputError(
        '"messages" of the AG-UI input hold no message of the role "user". Send the question as one.'
    )


def interrupt_of(run_id: str) -> str:
    """The id of the interrupt in which a run ends that waits for consent."""
    return f"consent-{run_id}"


class AguiRun:
    """The events of one run, from the objects of docs/wire.md.

    Call `begin` first, `feed` with each object, `end` when there are no more. Every list is in order, and whatever is
    fed, what has started ends, and nothing comes behind RUN_FINISHED or RUN_ERROR.
    """

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._thread_id = thread_id
        self._run_id = run_id
        self._made = 0
        self._message_id = ""  # of the text message that is open
        self._calls: dict[str, bool] = {}  # tool calls by id, and whether each has its result
        self._asked: Mapping[str, Any] | None = None
        self._is_over = False

    def begin(self) -> Objects:
        """Return the beginning of the run."""
        started = RunStartedEvent(thread_id=self._thread_id, run_id=self._run_id, protocol_version=PROTOCOL_VERSION)
        return _dump(started)

    def feed(self, wire: Mapping[str, Any]) -> Objects:
        """Return what `wire` becomes: nothing for what is unknown, or comes after the end."""
        if self._is_over:
            return []
        match wire:
            case {"event": {"contentBlockDelta": {"delta": {"text": str(text)}}}}:
                return _dump(*self._said(text))
            case {"type": "tool", "id": str(), "name": str(), "label": str(), "status": "running" | "done" | "failed"}:
                return _dump(*self._closed(), *self._worked(wire))
            case {"type": "files", "files": list(files)}:
                return _dump(CustomEvent(name="drive-agent.files", value={"files": files}))
            case {"type": "notice", "message": str(message)}:
                return _dump(CustomEvent(name="drive-agent.notice", value={"message": message}))
            case {"type": "auth_required"}:
                self._asked = wire
                return []
            case {"type": "done"}:
                return self._finished(wire)
            case {"type": "error"}:
                return self._failed(str(wire.get("error", "")), str(wire.get("code", "internal")))
        return []

    def end(self) -> Objects:
        """Return the end of a run whose objects ended without one."""
        return [] if self._is_over else self._failed(*CUT_OFF)

    def _said(self, text: str) -> list[BaseEvent]:
        if self._message_id:
            return [TextMessageContentEvent(message_id=self._message_id, delta=text)] if text else []
        text = text.lstrip("\n")  # the gap behind a tool, which is a new message here
        if not text:
            return []
        self._message_id = self._new_id()
        return [
            TextMessageStartEvent(message_id=self._message_id, role="assistant"),
            TextMessageContentEvent(message_id=self._message_id, delta=text),
        ]

    def _closed(self) -> list[BaseEvent]:
        message_id, self._message_id = self._message_id, ""
        return [TextMessageEndEvent(message_id=message_id)] if message_id else []

    def _worked(self, tool: Mapping[str, Any]) -> list[BaseEvent]:
        # The model's id is the same when a turn that waited goes on, so the call that a client shows gets its result.
        call_id = tool["id"]
        events: list[BaseEvent] = []
        if call_id not in self._calls:
            self._calls[call_id] = False
            events += [
                ToolCallStartEvent(tool_call_id=call_id, tool_call_name=tool["name"]),
                ToolCallEndEvent(tool_call_id=call_id),
            ]
        if tool["status"] != "running":
            events += self._answered(call_id, tool["status"])
        shown = {name: tool[name] for name in ("id", "name", "label", "status")}
        return [*events, CustomEvent(name="drive-agent.tool", value=shown)]

    def _answered(self, call_id: str, status: Literal["done", "failed"]) -> list[BaseEvent]:
        if self._calls[call_id]:
            return []
        self._calls[call_id] = True
        return [ToolCallResultEvent(message_id=self._new_id(), tool_call_id=call_id, content=status, role="tool")]

    def _finished(self, done: Mapping[str, Any]) -> Objects:
        self._is_over = True
        events = self._closed()
        outcome = self._outcome(done.get("stop_reason"))
        if isinstance(outcome, RunFinishedSuccessOutcome):
            # A call without a result in a run that succeeded is one that the client is to make.
            events += [event for call_id in self._calls for event in self._answered(call_id, "failed")]
        result = {
            "stopReason": done.get("stop_reason", ""),
            "usage": done.get("usage", {}),
            "timings": done.get("timings", {}),
        }
        finished = RunFinishedEvent(thread_id=self._thread_id, run_id=self._run_id, outcome=outcome, result=result)
        return _dump(*events, finished)

    def _outcome(self, stop_reason: Any) -> RunFinishedOutcome:
        if self._asked is not None and stop_reason == "consent_required":
            asked = self._asked
            interrupt = Interrupt(
                id=interrupt_of(self._run_id),
                reason=CONSENT_REASON,
                message=str(asked.get("message", "")),
                metadata={
                    "provider": asked.get("provider"),
                    "url": asked.get("auth_url"),
                    "scopes": asked.get("scopes"),
                },
            )
            return RunFinishedInterruptOutcome(interrupts=[interrupt])
        return RunFinishedCancelledOutcome() if stop_reason == "cancelled" else RunFinishedSuccessOutcome()

    def _failed(self, message: str, code: str) -> Objects:
        self._is_over = True
        return _dump(*self._closed(), RunErrorEvent(message=message, code=code))

    def _new_id(self) -> str:
        self._made += 1
        return f"{self._run_id}-{self._made}"


def _dump(*events: BaseEvent) -> Objects:
    return [event.model_dump(mode="json", by_alias=True, exclude_none=True) for event in events]


__all__ = ["CONSENT_REASON", "AguiInput", "AguiRun", "InvalidInputError", "interrupt_of", "read_input"]
