"""Instances of frozen dataclasses at a fifth of the time that their `__init__` takes: a rebuild makes millions of them.

A frozen dataclass sets each field by a call that looks it up by name. Here an instance of a twin is made, a dataclass
of the same slots that is not frozen, and then declared to be one of the class. Python allows that where the layouts are
the same, and refuses it with TypeError where they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, make_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def maker(cls: type[T]) -> Callable[[Iterable[object]], T]:
    """What makes an instance of a frozen dataclass with slots from the values of all its fields, in their order.

    Nothing is checked but the number: TypeError where it is another.
    """
    twin = _twin(cls)  # type: ignore[arg-type]  # mypy holds that a class may be unhashable

    def make(values: Iterable[object]) -> T:
        made = twin(*values)
        made.__class__ = cls
        return made  # type: ignore[no-any-return]  # by now

    return make


def copier(cls: type[T]) -> Callable[[T, dict[str, object]], T]:
    """What makes a copy of such an instance with some of its fields set to other values.

    AttributeError where the class has no such field.
    """
    twin = _twin(cls)  # type: ignore[arg-type]  # as above
    values = attrgetter(*cls.__slots__)  # type: ignore[attr-defined]  # of a dataclass with slots=True: its fields

    def copy(held: T, parts: dict[str, object]) -> T:
        made = twin(*values(held))
        for name, value in parts.items():
            setattr(made, name, value)
        made.__class__ = cls
        return made  # type: ignore[no-any-return]  # by now

    return copy


@cache
def _twin(cls: type[Any]) -> Callable[..., Any]:
    """A dataclass with the slots of the given one, not frozen."""
    names = [field.name for field in fields(cls)]
    return make_dataclass(cls.__name__, names, bases=cls.__bases__, slots=True, eq=False, repr=False)
