"""A term as JSON and back, exactly: `from_json(to_json(term)) == term`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from monitor.ledger.terms import Term

T = TypeVar("T")


def to_json(term: Term) -> dict[str, Any]:
    """The term as JSON-serialisable data. Fields that hold their default are left out; times keep their offset."""
    encoded = encode(term)
    assert isinstance(encoded, dict)
    return encoded


def from_json(data: Mapping[str, Any]) -> Term:
    """The term that `to_json` wrote. KeyError, TypeError or ValueError where the data is something else."""
    return decode(Term, data)


def shown_from_json(data: Mapping[str, Any], proofs: int = 2) -> Term:
    """The term that `to_json` wrote with what a page shows of it: all versions and positions, `proofs` reports of each.

    Most of a busy term is its evidence; leaving it out makes a page several times quicker.
    """
    slim = {name: part for name, part in data.items() if name not in ("others", "aside")}
    for name in ("versions", "positions"):
        slim[name] = [_slim(told, proofs) for told in data.get(name, ())]
    return decode(Term, slim)


def _slim(told: Mapping[str, Any], proofs: int) -> dict[str, Any]:
    kept = {name: part for name, part in told.items() if name != "rivals"}
    return kept | {"evidence": told.get("evidence", [])[:proofs]}


def encode(value: object) -> Any:
    """A dataclass, enum, datetime or tuple as plain JSON data; anything else is kept as it is."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        held = ((f.name, getattr(value, f.name), f.default) for f in fields(value))
        return {name: encode(item) for name, item, default in held if item != default}
    return value


def decode(cls: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass `cls` from what `encode` made of it."""
    readers = _readers(cls)  # type: ignore[arg-type]  # mypy holds that a class may be unhashable
    return cls(**{name: readers[name](item) for name, item in data.items()})


@cache
def _readers(cls: type) -> dict[str, Callable[[Any], Any]]:
    return {name: _reader(hint) for name, hint in get_type_hints(cls).items()}


def _reader(hint: Any) -> Callable[[Any], Any]:
    """What turns JSON data back into a value of the annotated type."""
    if get_origin(hint) is UnionType:
        (inner,) = (_reader(option) for option in get_args(hint) if option is not NoneType)
        return lambda item: None if item is None else inner(item)
    if get_origin(hint) is tuple:
        each = _reader(get_args(hint)[0])
        return lambda item: tuple(each(part) for part in item)
    if is_dataclass(hint):
        return partial(decode, cast("type[Any]", hint))
    if hint is datetime:
        return datetime.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda item: item
