"""Block Kit: what Slack takes and what it refuses. Pure.

https://docs.slack.dev/reference/block-kit/blocks; the numbers are held against those of slack_sdk in the tests.
Nothing is shown that is not understood: a block or element of another type is refused, as Slack refuses it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any  # JSON values

from local.slack import elements
from local.slack.elements import Faults, check_image, check_length, check_text

__all__ = [
    "MAX_BLOCKS",
    "MAX_CHARS",
    "MAX_MARKDOWN_CHARS",
    "MAX_VIEW_BLOCKS",
    "block_faults",
    "chars_in",
    "view_faults",
]

MAX_BLOCKS, MAX_VIEW_BLOCKS = 50, 100
MAX_MARKDOWN_CHARS = 12_000
# Of all blocks of a message together, as others have met it: Slack's pages do not say how many.
MAX_CHARS = 13_000
MAX_ID_CHARS = 255
_STATES = frozenset({"pending", "in_progress", "complete", "error"})
_LEVELS = frozenset({"default", "info", "warning", "error", "success"})

_RICH = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
# What each part of a rich text cannot be without.
_RICH_PARTS = {
    "broadcast": "range",
    "channel": "channel_id",
    "emoji": "name",
    "link": "url",
    "text": "text",
    "user": "user_id",
    "usergroup": "usergroup_id",
}

Block = Mapping[str, Any]


def block_faults(blocks: Sequence[Any], *, most: int = MAX_BLOCKS, in_view: bool = False) -> list[str]:
    """What is wrong, as Slack words it; nothing where all is well."""
    faults = Faults()
    if len(blocks) > most:
        faults.add(f"no more than {most} items allowed", "/blocks")
    markdown = 0
    seen: set[str] = set()
    for place, block in _each(blocks, "/blocks", faults):
        _check_block(block, place, faults, in_view=in_view)
        _check_block_id(block, place, seen, faults)
        markdown += len(str(block.get("text", ""))) if block.get("type") == "markdown" else 0
    if markdown > MAX_MARKDOWN_CHARS:
        faults.add(f"markdown blocks together exceed {MAX_MARKDOWN_CHARS} characters", "/blocks")
    return faults.said


def view_faults(view: Mapping[str, Any]) -> list[str]:
    """The same for a view: the App Home, or a modal."""
    faults = Faults()
    if view.get("type") not in {"home", "modal"}:
        faults.add("must be one of home, modal", "/view/type")
    if view.get("type") == "modal":
        for name, most in (("title", 24), ("submit", 24), ("close", 24)):
            if name == "title" or name in view:
                check_text(view.get(name), f"/view/{name}", faults, most=most, plain=True)
    check_length(view.get("callback_id", ""), "/view/callback_id", faults, most=MAX_ID_CHARS)
    check_length(view.get("private_metadata", ""), "/view/private_metadata", faults, most=3000)
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        return [*faults.said, "missing required field: blocks [json-pointer:/view]"]
    inner = block_faults(blocks, most=MAX_VIEW_BLOCKS, in_view=True)
    return faults.said + [said.replace("json-pointer:/blocks", "json-pointer:/view/blocks") for said in inner]


def chars_in(value: Any) -> int:
    """How many characters blocks say, wherever in them."""
    if isinstance(value, list):
        return sum(map(chars_in, value))
    if not isinstance(value, dict):
        return 0
    said = value.get("text")
    return (len(said) if isinstance(said, str) else 0) + sum(map(chars_in, value.values()))


def _each(items: Sequence[Any], place: str, faults: Faults) -> Iterator[tuple[str, Block]]:
    for number, item in enumerate(items):
        if isinstance(item, dict):
            yield f"{place}/{number}", item
        else:
            faults.add("must be an object", f"{place}/{number}")


def _check_block_id(block: Block, place: str, seen: set[str], faults: Faults) -> None:
    block_id = block.get("block_id")
    if block_id is None:
        return
    check_length(block_id, f"{place}/block_id", faults, most=MAX_ID_CHARS)
    if block_id in seen:
        faults.add("block_id already exists", f"{place}/block_id")
    seen.add(str(block_id))


def _check_block(block: Block, place: str, faults: Faults, *, in_view: bool) -> None:
    kind = block.get("type")
    check = _CHECKS.get(str(kind))
    if check is None or (kind == "input" and not in_view):
        faults.add(f"unsupported type: {kind}", f"{place}/type")
    else:
        check(block, place, faults)


def _section(block: Block, place: str, faults: Faults) -> None:
    fields = block.get("fields")
    if "text" in block:
        check_text(block["text"], f"{place}/text", faults, most=3000)
    elif not fields:
        faults.add("missing required field: text", place)
    if fields is not None:
        if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
            faults.add("must have 1 to 10 items", f"{place}/fields")
        for number, field in enumerate(fields if isinstance(fields, list) else ()):
            check_text(field, f"{place}/fields/{number}", faults, most=2000)
    if "accessory" in block:
        elements.check_elements([block["accessory"]], f"{place}/accessory", faults, elements.ACCESSORIES)


def _header(block: Block, place: str, faults: Faults) -> None:
    check_text(block.get("text"), f"{place}/text", faults, most=150, plain=True)


def _markdown(block: Block, place: str, faults: Faults) -> None:
    check_length(block.get("text"), f"{place}/text", faults, most=MAX_MARKDOWN_CHARS, least=1)


def _context(block: Block, place: str, faults: Faults) -> None:
    items = _items(block, place, faults, most=10)
    for number, item in enumerate(items):
        if isinstance(item, dict) and item.get("type") == "image":
            check_image(item, f"{place}/elements/{number}", faults)
        else:
            check_text(item, f"{place}/elements/{number}", faults, most=3000)


def _actions(block: Block, place: str, faults: Faults) -> None:
    items = _items(block, place, faults, most=25)
    elements.check_elements(items, f"{place}/elements", faults, elements.ACTIONS)


def _context_actions(block: Block, place: str, faults: Faults) -> None:
    items = _items(block, place, faults, most=5)
    elements.check_elements(items, f"{place}/elements", faults, elements.CONTEXT_ACTIONS)


def _input(block: Block, place: str, faults: Faults) -> None:
    check_text(block.get("label"), f"{place}/label", faults, most=2000, plain=True)
    elements.check_elements([block.get("element")], f"{place}/element", faults, elements.INPUTS)


def _card(block: Block, place: str, faults: Faults) -> None:
    if not any(block.get(name) for name in ("hero_image", "title", "actions", "body")):
        faults.add("one of hero_image, title, actions, body is required", place)
    for name, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        if name in block:
            check_text(block[name], f"{place}/{name}", faults, most=most)
    for name in ("hero_image", "icon"):
        if name in block:
            check_image(block[name], f"{place}/{name}", faults)
    elements.check_elements(block.get("actions", []), f"{place}/actions", faults, elements.ACTIONS)


def _carousel(block: Block, place: str, faults: Faults) -> None:
    for at, card in _each(_items(block, place, faults, most=10), f"{place}/elements", faults):
        if card.get("type") != "card":
            faults.add("must be a card", at)
        _card(card, at, faults)


def _container(block: Block, place: str, faults: Faults) -> None:
    if "rich_text_title" not in block:
        check_text(block.get("title"), f"{place}/title", faults, most=150, plain=True)
    if "subtitle" in block:
        check_text(block["subtitle"], f"{place}/subtitle", faults, most=150)
    children = _items(block, place, faults, most=10, name="child_blocks")
    for at, child in _each(children, f"{place}/child_blocks", faults):
        _check_block(child, at, faults, in_view=False)


def _alert(block: Block, place: str, faults: Faults) -> None:
    check_text(block.get("text"), f"{place}/text", faults, most=3000)
    if block.get("level", "default") not in _LEVELS:
        faults.add("unsupported level", f"{place}/level")


def _task_card(block: Block, place: str, faults: Faults) -> None:
    for name in ("task_id", "title"):
        check_length(block.get(name), f"{place}/{name}", faults, most=MAX_ID_CHARS, least=1)
    if block.get("status") not in _STATES:
        faults.add("unsupported status", f"{place}/status")


def _plan(block: Block, place: str, faults: Faults) -> None:
    check_length(block.get("title"), f"{place}/title", faults, most=MAX_ID_CHARS, least=1)
    for at, task in _each(block.get("tasks", []), f"{place}/tasks", faults):
        _task_card(task, at, faults)


def _table(block: Block, place: str, faults: Faults) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        faults.add("must have 1 to 100 items", f"{place}/rows")
    elif any(not isinstance(row, list) or not 1 <= len(row) <= 20 for row in rows):
        faults.add("a row must have 1 to 20 cells", f"{place}/rows")


def _rich_text(block: Block, place: str, faults: Faults) -> None:
    for at, element in _each(_items(block, place, faults, most=1000), f"{place}/elements", faults):
        if element.get("type") not in _RICH:
            faults.add(f"unsupported type: {element.get('type')}", at)
        elif element["type"] == "rich_text_list":
            _rich_text(element, at, faults)
        else:
            _rich_parts(_items(element, at, faults, most=1000), f"{at}/elements", faults)


def _rich_parts(parts: Sequence[Any], place: str, faults: Faults) -> None:
    for at, part in _each(parts, place, faults):
        needed = _RICH_PARTS.get(str(part.get("type")))
        if needed is None:
            faults.add(f"unsupported type: {part.get('type')}", at)
        else:
            check_length(part.get(needed), f"{at}/{needed}", faults, most=4000, least=1)


def _items(block: Block, place: str, faults: Faults, *, most: int, name: str = "elements") -> list[Any]:
    items = block.get(name)
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        faults.add(f"must have 1 to {most} items", f"{place}/{name}")
        return items[:most] if isinstance(items, list) else []
    return items


_CHECKS: dict[str, Callable[[Block, str, Faults], None]] = {
    "actions": _actions,
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "context": _context,
    "context_actions": _context_actions,
    "divider": lambda _block, _place, _faults: None,
    "header": _header,
    "image": check_image,
    "input": _input,
    "markdown": _markdown,
    "plan": _plan,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
    "task_card": _task_card,
}
