"""A term as JSON and back, exactly: `from_json(to_json(term)) == term`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from monitor.ledger.terms import Term

T = TypeVar("T")
_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_json(term: Term) -> dict[str, Any]:
    """The term as JSON-serialisable data. Fields that hold their default are left out; times keep their offset."""
    encoded = encode(term)
    assert isinstance(encoded, dict)
    return encoded


def from_json(data: Mapping[str, Any]) -> Term:
    """The term that `to_json` wrote. `msgspec.ValidationError` where the data is something else."""
    return decode(Term, data)


def decode(cls: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass `cls` from what `encode` made of it."""
    return msgspec.convert(data, cls)


def encode(value: object) -> Any:
    """A dataclass, enum, datetime or tuple as plain JSON data; anything else is kept as it is."""
    kind = type(value)
    return value if kind in _PLAIN else _encoder(kind)(value)  # type: ignore[arg-type]  # mypy holds that a class may be unhashable


@cache
def _encoder(kind: Any) -> Callable[[Any], Any]:
    """What makes JSON data of the values of one type. A term has hundreds of parts: what can be known of a type is
    found out once."""
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, datetime):
        return datetime.isoformat
    if issubclass(kind, tuple):
        return lambda value: [encode(item) for item in value]
    if not hasattr(kind, "__dataclass_fields__"):
        return lambda value: value
    told = [(field.name, field.default) for field in fields(kind)]
    values = attrgetter(*(name for name, _ in told))  # a tuple: every dataclass of the ledger has several fields

    def encoded(value: Any) -> dict[str, Any]:
        made = {}
        for (name, default), item in zip(told, values(value), strict=True):
            # A field without a default is told whatever it holds; to compare it with none takes time.
            if default is MISSING or (item is not default and item != default):
                held: Any = type(item)
                made[name] = item if held in _PLAIN else _encoder(held)(item)
        return made

    return encoded
