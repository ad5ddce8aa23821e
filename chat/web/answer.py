"""Put an answer together from the events of the wire, as it is kept and shown. Pure.

Parts follow one another as AG-UI's messages do: text goes on in the same part until a tool works. How much is kept is
bounded by what fits one item of DynamoDB, 400 KB, encrypted and with everything but ASCII escaped:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

import json
from dataclasses import asdict, replace

from chat.events import AuthRequired, Event, Failure, Files, Notice, Text, ToolProgress
from chat.web.records import ConsentPart, FilesPart, NotePart, Part, TextPart, ToolPart

__all__ = ["MAX_ANSWER_BYTES", "Answer"]

# Besides the question, which has 192 KB at worst. Encrypted, four thirds of it.
MAX_ANSWER_BYTES = 96 * 1024


class Answer:
    """The parts of one turn, beginning with those that it has already."""

    def __init__(self, parts: tuple[Part, ...] = (), run: str = "") -> None:
        """`run` is the one that the answer comes from."""
        self._parts, self._run = list(parts), run
        self._text: int | None = None  # where text goes on
        self._bytes = sum(_bytes(asdict(part)) for part in parts)
        self._is_full = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """What there is so far."""
        return tuple(self._parts)

    @property
    def text(self) -> str | None:
        """The text that is being written; None where the next one begins a new part."""
        part = None if self._text is None else self._parts[self._text]
        return part.markdown if isinstance(part, TextPart) else None

    def text_without(self, message: str) -> str | None:
        """The text that is being written without a message at its end."""
        return None if self.text is None else self.text.removesuffix(message).rstrip()

    def feed(self, event: Event) -> None:
        """Add what an event says."""
        match event:
            case Text():
                self._say(event.text)
            case ToolProgress():
                self._text = None
                self._work(ToolPart(event.id, event.label, event.status))
            case Files():
                cards = tuple({name: value for name, value in asdict(card).items() if value} for card in event.files)
                self._add(FilesPart(cards))
            case AuthRequired():
                self._ask(event)
            case Notice():
                self._add(NotePart("notice", event.message))
            case Failure():
                self.fail(event.message, event.code)

    def fail(self, message: str, code: str) -> None:
        """Say why there is no answer, or no more of it. It fits in always."""
        self._parts.append(NotePart("error", message[:1000], code[:80]))

    def connect(self, account: str) -> None:
        """Note that consent is there, and who gave it, as soon as that is known."""
        for index, part in enumerate(self._parts):
            if isinstance(part, ConsentPart) and not part.account:
                self._parts[index] = replace(part, account=account)

    def close(self) -> None:
        """Let nothing be at work any more."""
        for index, part in enumerate(self._parts):
            if isinstance(part, ToolPart) and part.status == "running":
                self._parts[index] = replace(part, status="failed")

    def _say(self, text: str) -> None:
        if self._is_full or not self._has_room(text):
            return
        if self._text is None:
            text = text.lstrip("\n")  # the gap behind a tool
            if not text:
                return
            self._text = len(self._parts)
            self._parts.append(TextPart(text))
            return
        self._parts[self._text] = TextPart((self.text or "") + text)

    def _work(self, tool: ToolPart) -> None:
        """A tool whose id is known goes on where it stands, as in a turn that had waited for consent."""
        for index, part in enumerate(self._parts):
            if isinstance(part, ToolPart) and part.id == tool.id:
                self._parts[index] = tool
                return
        self._add(tool)

    def _ask(self, asked: AuthRequired) -> None:
        """The message comes as text, too, which is not shown twice."""
        if self._text is not None:
            rest = self.text_without(asked.message)
            if rest:
                self._parts[self._text] = TextPart(rest)
            else:
                del self._parts[self._text]
            self._text = None
        self._parts = [part for part in self._parts if not (isinstance(part, ConsentPart) and part.account is None)]
        # However long the answer: without it nobody could go on.
        self._parts.append(ConsentPart(asked.provider, asked.auth_url, asked.message, asked.scopes, run=self._run))

    def _add(self, part: Part) -> None:
        if not self._is_full and self._has_room(asdict(part)):
            self._parts.append(part)

    def _has_room(self, value: object) -> bool:
        self._bytes += _bytes(value)
        if self._bytes > MAX_ANSWER_BYTES:
            self._is_full = True
            self._parts.append(NotePart("notice", "", "answer_too_long"))
        return not self._is_full


def _bytes(value: object) -> int:
    """As much as the store keeps it in."""
    return len(json.dumps(value))
