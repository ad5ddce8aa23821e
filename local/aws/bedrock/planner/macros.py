"""Patterns that are written with names for their parts: "who <CAN> <SEE> <X>". Pure."""

import re
from collections.abc import Mapping

_NAME = re.compile(r"<([A-Z_]+)>")


def expanded(pattern: str, parts: Mapping[str, str]) -> str:
    """Return `pattern` with every `<NAME>` in capitals replaced by its part."""
    return _NAME.sub(lambda match: parts[match[1]], pattern)


def grown(parts: Mapping[str, str]) -> dict[str, str]:
    """Return `parts` with the names in them replaced as well, each by those above it."""
    whole: dict[str, str] = {}
    for name, pattern in parts.items():
        whole[name] = expanded(pattern, whole)
    return whole
