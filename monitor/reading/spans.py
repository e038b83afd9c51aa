"""Which of many spans of a text hold a place: by bisection, so that a long article costs no more per word."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar


class Span(Protocol):
    """Anything that stands at `text[start:end]`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Span)


class Spans(Generic[S]):
    """Spans in order of place that do not overlap (several with one span count as one)."""

    def __init__(self, items: Iterable[S]) -> None:
        self._items = sorted(items, key=lambda item: item.start)
        self._starts = [item.start for item in self._items]

    def __bool__(self) -> bool:
        return bool(self._items)

    def holding(self, start: int, end: int) -> S | None:
        """The span that all of `start:end` stands in, or None."""
        at = bisect_right(self._starts, start) - 1
        return self._items[at] if at >= 0 and end <= self._items[at].end else None

    def meet(self, start: int, end: int) -> bool:
        """Whether any span shares a character with `start:end`."""
        at = bisect_left(self._starts, end) - 1
        return at >= 0 and self._items[at].end > start

    def between(self, start: int, end: int) -> list[S]:
        """The spans that begin at `start` or behind it and before `end`."""
        return self._items[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
