"""Reads JSON into frozen dataclasses by the types of their fields.

Fields that a dataclass does not have are passed over, so that a newer server can be asked; `raw`
holds all that came. A field that is missing or of another type raises Unexpected.
"""

from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from winnow_client.errors import Unexpected


@dataclass(frozen=True, slots=True)
class Record:
    """What all answers and their parts have: `raw`, the JSON that it was read from."""

    raw: dict[str, Any] = field(repr=False, compare=False, kw_only=True)


R = TypeVar("R", bound=Record)


@cache
def _list_fields(kind: type[Record]) -> tuple[tuple[str, Any, bool], ...]:
    """Name and type of each field, and whether it must be there."""
    hints = get_type_hints(kind)
    return tuple(
        (one.name, hints[one.name], one.default is MISSING)
        for one in fields(kind)
        if one.name != "raw"
    )


def read_record(kind: type[R], data: object, place: str = "") -> R:
    """The dataclass of what JSON holds; `place` says where that stood. Raises Unexpected."""
    found = _expect(dict, data, place)
    values = {}
    for name, hint, needed in _list_fields(kind):  # type: ignore[arg-type]  # a class is hashable
        inner = f"{place}.{name}" if place else name
        if name in found:
            values[name] = _read_value(hint, found[name], inner)
        elif needed:
            raise _fail(inner, "is missing")
    return kind(raw=found, **values)


def _read_value(hint: Any, value: object, place: str) -> Any:
    kind, inner = get_origin(hint), get_args(hint)
    if kind is UnionType:  # the only one there is: something, or None
        return None if value is None else _read_value(inner[0], value, place)
    if kind is tuple:
        items = _expect(list, value, place)
        hints = [inner[0]] * len(items) if inner[-1] is Ellipsis else inner
        if len(hints) != len(items):
            raise _fail(place, f"has {len(items)} items and not {len(hints)}")
        return tuple(
            _read_value(one, item, f"{place}[{number}]")
            for number, (one, item) in enumerate(zip(hints, items, strict=True))
        )
    if kind is dict:
        named = _expect(dict, value, place)
        return {name: _read_value(inner[1], one, f"{place}.{name}") for name, one in named.items()}
    if is_dataclass(hint):
        return read_record(hint, value, place)  # type: ignore[type-var, arg-type]
    return _expect((int, float) if hint is float else hint, value, place)


def _expect(kind: Any, value: object, place: str) -> Any:
    if not isinstance(value, kind):
        raise _fail(place, f"is of the type {type(value).__name__}")
    return value


def _fail(place: str, what: str) -> Unexpected:
    return Unexpected(
        f"the answer is none that this client reads: {place or 'it'} {what}",
        "is this the address of a Winnow server, of a version that this client is made for?",
    )
