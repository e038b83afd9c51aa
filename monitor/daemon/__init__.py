"""The daemon: opens the adapters, starts the loops, stops them in order. `Daemon.run()` is the doorway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.daemon import frugal

if TYPE_CHECKING:
    from monitor.daemon.conductor import Daemon

__all__ = ["Daemon"]


def __getattr__(name: str) -> object:
    """Import the conductor only when it is asked for: `pactwatch status` needs the lock, not HTTP and a scheduler."""
    if name == "Daemon":
        # structlog takes rich along for tracebacks with colours: four megabytes, for what our logs never show.
        with frugal.without("rich", "better_exceptions"):
            from monitor.daemon.conductor import Daemon

        return Daemon
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
