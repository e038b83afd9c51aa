"""A time limit that many requests share, with one timer for all of them: one each costs as much as a tenth of what is
done for a feed that did not change."""

from __future__ import annotations

import asyncio
from types import TracebackType


class Limit:
    """So many seconds for whatever is done within `span()`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        #: What is under way → when its time is over, in the loop's time; the first to be over first.
        self._running: dict[Span, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def span(self) -> Span:
        """What is done within it ends with TimeoutError when the time is over, as with `asyncio.timeout`."""
        return Span(self)

    def begin(self, span: Span) -> None:
        """The time of a span begins."""
        loop = asyncio.get_running_loop()
        over = self._running[span] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_at(over, self._look)

    def end(self, span: Span) -> None:
        """It came to its end, in time or not."""
        self._running.pop(span, None)

    def _look(self) -> None:
        loop, self._timer = asyncio.get_running_loop(), None
        while self._running:
            span, over = next(iter(self._running.items()))
            if over > loop.time():
                self._timer = loop.call_at(over, self._look)
                return
            del self._running[span]
            span.expire()


class Span:
    """The time of one request, as a context manager."""

    __slots__ = ("_before", "_expired", "_limit", "_task")

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._expired = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        #: Others may have cancelled the task already.
        self._before = task.cancelling()
        self._limit.begin(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._limit.end(self)
        # Who cancelled besides, the program that stops, say, is to be obeyed.
        if self._expired and self._task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def expire(self) -> None:
        """The time is over."""
        self._expired = True
        self._task.cancel()
