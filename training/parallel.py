"""Work on all cores: folds and models that need nothing of each other are made beside each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
#: What the processes do, and to what. They inherit it, since gigabytes of lessons are quicker inherited than sent.
_job: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def each(work: Callable[[T], R], things: Sequence[T]) -> list[R]:
    """What the work makes of each thing, in order; one process a core. Results must be picklable, the rest need not.

    Where processes cannot be forked (Windows) it is done one thing after the other.
    """
    global _job
    if not hasattr(os, "fork") or len(things) < 2:
        return [work(thing) for thing in things]
    _job = work, things
    try:
        with ProcessPoolExecutor(min(os.cpu_count() or 1, len(things)), get_context("fork")) as pool:
            return list(pool.map(_done, range(len(things))))
    finally:
        _job = None


def _done(place: int) -> Any:
    assert _job is not None
    work, things = _job
    return work(things[place])
