"""Memory that is free goes back to the machine, and what is not needed is not loaded."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: `M_ARENA_MAX` and `M_MMAP_THRESHOLD` of mallopt(3).
ARENA_MAX: Final = -8
MMAP_THRESHOLD: Final = -3
#: Bytes from which on a block is the system's own and goes back to it at once, however many of its size were freed.
LARGE: Final = 131_072
#: New things after which they are looked through for garbage: what 200 polls make, a few megabytes.
YOUNG: Final = 20_000


def one_arena() -> None:
    """Has all threads allocate from one arena: by itself each that works for us keeps tens of megabytes of its own, and
    since only one of them runs Python at a time none is the faster for it. Call it before threads are started.

    Does nothing on another system than Linux, with another C library than glibc, and where MALLOC_ARENA_MAX is set.
    """
    if "MALLOC_ARENA_MAX" not in os.environ and (mallopt := _of_glibc("mallopt")) is not None:
        mallopt(ARENA_MAX, 1)
        # By itself glibc takes the size of the largest block that was freed for usual, and keeps such for later.
        mallopt(MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Gives memory that was freed back to the machine (malloc_trim(3)); takes milliseconds. Nothing elsewhere."""
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


@contextmanager
def kept() -> Iterator[None]:
    """What was made until now stays, the models above all, and is not looked through for garbage again and again: that
    took tens of milliseconds in the midst of polls. Nor is what comes after looked through for each 700 things that are
    made: hundreds of polls are under way at a time, each of some dozens, and none of them is garbage yet."""
    gc.collect()
    give_back()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """What is imported meanwhile finds these modules not installed, unless they are loaded already."""
    hidden = [name for name in modules if name not in sys.modules]
    sys.modules |= dict.fromkeys(hidden)  # type: ignore[arg-type]  # None: "not to be found"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _of_glibc(name: str) -> ctypes._NamedFuncPointer | None:
    """A function of the C library that runs us, None where it has none of that name."""
    if sys.platform != "linux":
        return None
    found: ctypes._NamedFuncPointer | None = getattr(ctypes.CDLL(None), name, None)
    return found
