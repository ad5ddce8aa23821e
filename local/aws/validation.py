"""Requests checked against botocore's service model, the way the service itself does. No I/O after construction.

botocore's own validator knows required members, types and minimum lengths; AWS also checks maximum lengths, patterns,
enumerations and unions, so they are checked here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape

from local.aws.errors import FieldFault, invalid, invalid_fields

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "list": list,
    "map": dict,
    "structure": dict,
}


@dataclass(frozen=True)
class Operation:
    """One API operation as botocore speaks it."""

    name: str
    method: str
    path: str
    success: int
    input_shape: StructureShape


def load_operations(service: str, names: tuple[str, ...]) -> list[Operation]:
    """Read operations from botocore's data files."""
    model = botocore.session.get_session().get_service_model(service)
    return [_operation(model.operation_model(name)) for name in names]


def _operation(model: OperationModel) -> Operation:
    shape = model.input_shape
    assert isinstance(shape, StructureShape)
    http = model.http
    return Operation(model.name, http["method"], http["requestUri"], http.get("responseCode", 200), shape)


def check_input(shape: StructureShape, value: object) -> dict[str, Any]:
    """The request, when it satisfies the model.

    Raises: `AwsError` ValidationException; `CannotParse` for wrong types, else `FieldValidationFailed`.
    """
    if not isinstance(value, dict):
        raise invalid("The request body is not a JSON object.", "CannotParse")
    faults = list(_structure_faults(shape, value, ""))
    if faults:
        raise invalid_fields(faults)
    return value


def _faults(shape: Shape, value: object, name: str) -> Iterator[FieldFault]:
    expected = _JSON_TYPES.get(shape.type_name)
    if expected and (not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool)):
        raise invalid(f"Value at '{name}' is not a {shape.type_name}.", "CannotParse")
    if isinstance(shape, StructureShape):
        assert isinstance(value, dict)
        yield from _structure_faults(shape, value, name)
    elif isinstance(shape, MapShape):
        assert isinstance(value, dict)
        yield from _map_faults(shape, value, name)
    elif isinstance(shape, ListShape):
        assert isinstance(value, list)
        yield from _range_faults(shape, len(value), name, "length")
        for index, item in enumerate(value, start=1):
            yield from _faults(shape.member, item, f"{name}.{index}.member")
    elif isinstance(shape, StringShape):
        assert isinstance(value, str)
        yield from _string_faults(shape, value, name)
    elif isinstance(value, int):
        yield from _range_faults(shape, value, name, "value")


def _structure_faults(shape: StructureShape, value: Mapping[str, Any], path: str) -> Iterator[FieldFault]:
    prefix = f"{path}." if path else ""
    present = {key: item for key, item in value.items() if key in shape.members and item is not None}
    for required in shape.required_members:
        if required not in present:
            yield FieldFault(prefix + required, "Member must not be null")
    if shape.metadata.get("union") and len(present) != 1:
        yield FieldFault(path, f"Member must have exactly one of {sorted(shape.members)} set")
    for key, item in present.items():
        yield from _faults(shape.members[key], item, prefix + key)


def _map_faults(shape: MapShape, value: Mapping[str, Any], name: str) -> Iterator[FieldFault]:
    yield from _range_faults(shape, len(value), name, "length")
    for key, item in value.items():
        yield from _faults(shape.key, key, f"{name}.key")
        yield from _faults(shape.value, item, f"{name}.value")


def _string_faults(shape: StringShape, value: str, name: str) -> Iterator[FieldFault]:
    if shape.enum and value not in shape.enum:
        yield FieldFault(name, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    yield from _range_faults(shape, len(value), name, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield FieldFault(name, f"Member must satisfy regular expression pattern: {pattern}")


def _range_faults(shape: Shape, size: int, name: str, what: str) -> Iterator[FieldFault]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield FieldFault(name, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > most:
        yield FieldFault(name, f"Member must have {what} less than or equal to {most}")
