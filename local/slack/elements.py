"""What stands inside blocks: texts, images, buttons and inputs. Pure.

https://docs.slack.dev/reference/block-kit/block-elements and …/composition-objects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # JSON values

__all__ = [
    "ACCESSORIES",
    "ACTIONS",
    "CONTEXT_ACTIONS",
    "INPUTS",
    "Faults",
    "check_elements",
    "check_image",
    "check_length",
    "check_text",
]

ACTIONS = frozenset({"button", "overflow", "static_select", "radio_buttons", "checkboxes"})
ACCESSORIES = ACTIONS | {"image"}
CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
INPUTS = frozenset({"plain_text_input", "static_select", "radio_buttons", "checkboxes"})
_WITH_OPTIONS = {"overflow": 5, "static_select": 100, "radio_buttons": 10, "checkboxes": 10}


@dataclass(slots=True)
class Faults:
    """What is wrong and where, in Slack's words."""

    said: list[str] = field(default_factory=list)

    def add(self, what: str, place: str) -> None:
        """Note one."""
        self.said.append(f"{what} [json-pointer:{place}]")


def check_length(value: Any, place: str, faults: Faults, *, most: int, least: int = 0) -> None:
    """A text of so many characters."""
    if not isinstance(value, str):
        faults.add("must be a string", place)
    elif len(value) > most:
        faults.add(f"must be less than {most + 1} characters", place)
    elif len(value) < least:
        faults.add(f"must be more than {least - 1} characters", place)


def check_text(value: Any, place: str, faults: Faults, *, most: int, plain: bool = False) -> None:
    """A text object; `plain`: no mrkdwn."""
    if not isinstance(value, Mapping):
        faults.add("missing required field: text", place)
        return
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if value.get("type") not in kinds:
        faults.add(f"must be one of {', '.join(sorted(kinds))}", f"{place}/type")
    elif value["type"] == "mrkdwn" and "emoji" in value:
        faults.add("additional property not allowed: emoji", place)
    elif value["type"] == "plain_text" and "verbatim" in value:
        faults.add("additional property not allowed: verbatim", place)
    check_length(value.get("text"), f"{place}/text", faults, most=most, least=1)


def check_image(value: Any, place: str, faults: Faults) -> None:
    """An image block or element, by address."""
    if not isinstance(value, Mapping):
        faults.add("must be an object", place)
        return
    check_length(value.get("image_url"), f"{place}/image_url", faults, most=3000, least=1)
    check_length(value.get("alt_text"), f"{place}/alt_text", faults, most=2000, least=1)
    if "title" in value:
        check_text(value["title"], f"{place}/title", faults, most=2000, plain=True)


def check_elements(items: Sequence[Any], place: str, faults: Faults, kinds: frozenset[str]) -> None:
    """The elements of one block; an `action_id` may stand there only once."""
    seen: set[str] = set()
    for number, item in enumerate(items):
        at = f"{place}/{number}"
        if not isinstance(item, Mapping) or item.get("type") not in kinds:
            kind = item.get("type") if isinstance(item, Mapping) else None
            faults.add(f"unsupported type: {kind}", f"{at}/type")
            continue
        if item["type"] == "image":
            check_image(item, at, faults)
            continue
        action_id = item.get("action_id")
        if action_id is not None:
            check_length(action_id, f"{at}/action_id", faults, most=255, least=1)
            if action_id in seen:
                faults.add("action_id already exists", f"{at}/action_id")
            seen.add(str(action_id))
        _check_element(item, at, faults)


def _check_element(item: Mapping[str, Any], place: str, faults: Faults) -> None:
    kind = item["type"]
    if kind == "button":
        _button(item, place, faults)
    elif kind == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            _labelled(item.get(name), f"{place}/{name}", faults)
    elif kind == "icon_button":
        _labelled(item, place, faults)
    elif kind in _WITH_OPTIONS:
        _options(item, place, faults, most=_WITH_OPTIONS[kind])
    if "confirm" in item:
        _confirm(item["confirm"], f"{place}/confirm", faults)


def _button(item: Mapping[str, Any], place: str, faults: Faults) -> None:
    check_text(item.get("text"), f"{place}/text", faults, most=75, plain=True)
    if "url" in item:
        check_length(item["url"], f"{place}/url", faults, most=3000, least=1)
        if not str(item["url"]).startswith(("http://", "https://", "slack://", "mailto:")):
            faults.add("must be a valid url", f"{place}/url")
    check_length(item.get("value", ""), f"{place}/value", faults, most=2000)
    check_length(item.get("accessibility_label", ""), f"{place}/accessibility_label", faults, most=75)
    if item.get("style", "primary") not in {"primary", "danger"}:
        faults.add("must be one of primary, danger", f"{place}/style")


def _labelled(item: Any, place: str, faults: Faults) -> None:
    if not isinstance(item, Mapping):
        faults.add("must be an object", place)
        return
    check_text(item.get("text"), f"{place}/text", faults, most=75, plain=True)
    check_length(item.get("value", ""), f"{place}/value", faults, most=2000)


def _options(item: Mapping[str, Any], place: str, faults: Faults, *, most: int) -> None:
    options = item.get("options")
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        faults.add(f"must have 1 to {most} items", f"{place}/options")
        return
    for number, option in enumerate(options):
        _labelled(option, f"{place}/options/{number}", faults)


def _confirm(value: Any, place: str, faults: Faults) -> None:
    if not isinstance(value, Mapping):
        faults.add("must be an object", place)
        return
    check_text(value.get("title"), f"{place}/title", faults, most=100, plain=True)
    check_text(value.get("text"), f"{place}/text", faults, most=300)
    for name in ("confirm", "deny"):
        check_text(value.get(name), f"{place}/{name}", faults, most=30, plain=True)
