"""What the process does on a signal: TERM and INT stop it in order, a second one ends it at once, HUP reloads."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from structlog import get_logger

log = get_logger()


@contextmanager
def handled(stop: asyncio.Event, reload: Callable[[], None]) -> Iterator[None]:
    """Handle the signals of this process while the block runs. Only in the main thread, inside the running loop."""
    loop = asyncio.get_running_loop()

    def end(number: signal.Signals) -> None:
        if stop.is_set():
            log.warning("stopped_at_once", signal=number.name)
            sys.stderr.flush()
            # What is under way is written by transactions and fenced by leases: ending here loses nothing.
            os._exit(128 + number)
        log.info("stopping", signal=number.name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)
    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
