"""Memory that is free goes back to the machine."""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import platform
import subprocess
import sys

import pytest

from monitor.daemon import frugal

#: A process of its own with eight threads, each of which takes memory of the C library. Prints the number of arenas.
THREADS = """
import ctypes, os, threading
from monitor.daemon import frugal
{before}
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
met = threading.Barrier(8)
def work():
    met.wait()
    taken = [libc.malloc(100_000) for _ in range(50)]
    met.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fclose(out)
"""

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="arenas are glibc's")


def arenas(before: str, **environment: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", THREADS.format(before=before)], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path), **environment},
    )  # fmt: skip
    return ran.stdout.count("<heap nr=")


@glibc
def test_all_threads_share_one_arena() -> None:
    assert arenas("pass") > 1
    assert arenas("frugal.one_arena()") == 1


@glibc
def test_who_sets_the_number_of_arenas_has_it() -> None:
    assert arenas("frugal.one_arena()", MALLOC_ARENA_MAX="3") == 3


@glibc
def test_what_was_freed_goes_back() -> None:
    taken = """
import ctypes
from pathlib import Path
from monitor.daemon import frugal
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
rss = lambda: int(Path("/proc/self/statm").read_text().split()[1])
blocks = [libc.malloc(20_000) for _ in range(2_000)]
[ctypes.memset(one, 1, 20_000) for one in blocks]
[libc.free(one) for one in blocks[:-1]]  # the last holds the top of the heap
held = rss()
frugal.give_back()
print(held - rss())
"""
    ran = subprocess.run([sys.executable, "-c", taken], capture_output=True, text=True, check=True)
    assert int(ran.stdout) > 5_000


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", None)
    frugal.one_arena()
    frugal.give_back()


def test_what_is_kept_is_looked_through_no_more_until_the_end() -> None:
    before, threshold = gc.get_freeze_count(), gc.get_threshold()
    made = [[number] for number in range(1_000)]
    with frugal.kept():
        assert gc.get_threshold() == (frugal.YOUNG, *threshold[1:])
        assert gc.get_freeze_count() > before + len(made)
        assert not any(one is made for one in gc.get_objects())
    assert gc.get_freeze_count() == 0 and gc.get_threshold() == threshold
    assert any(one is made for one in gc.get_objects())


def test_the_daemon_loads_nothing_that_most_have_no_use_for() -> None:
    spared = (
        "rich",
        "sqlalchemy.dialects.postgresql",
        "jinja2",
        "aiohttp.web",
        "alembic",
        "sklearn",
        "lxml",
        "apprise",
    )
    asked = f"import sys; from monitor.daemon import Daemon; print([one for one in {spared} if one in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_what_was_hidden_can_be_imported_again() -> None:
    with frugal.without("fractions_of_nothing", "json"), pytest.raises(ImportError):
        importlib.import_module("fractions_of_nothing")
    assert "fractions_of_nothing" not in sys.modules
    assert importlib.import_module("json") is json
