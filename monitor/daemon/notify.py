"""Tells systemd how the daemon is: one datagram per message, as sd_notify(3) describes it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """Sends state to the service manager, or nothing at all where none asked for it.

    Never raises: a manager that does not listen is not the daemon's trouble. Each method returns whether the message
    was handed over.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_interval = _watchdog(environ)

    def ready(self, status: str = "") -> bool:
        """Start-up, or a reload, is done."""
        return self._send("READY=1", *_status(status))

    def status(self, text: str) -> bool:
        """One line of plain words for `systemctl status`."""
        return self._send(*_status(text))

    def watchdog(self) -> bool:
        """Still alive; to be sent more often than WatchdogSec."""
        return self._send("WATCHDOG=1")

    def reloading(self) -> bool:
        """A reload begins; `Type=notify-reload` wants the monotonic clock with it, in microseconds."""
        return self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> bool:
        return self._send("STOPPING=1", *_status(status))

    def _send(self, *lines: str) -> bool:
        if self._address is None or not lines:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode(), self._address)
        except OSError:
            return False
        return True


def _address(named: str) -> str | None:
    """The socket's address: a path, or an abstract name written with `@`. Anything else (vsock) is not ours."""
    if named.startswith("/"):
        return named
    return "\0" + named[1:] if named.startswith("@") and len(named) > 1 else None


def _watchdog(environ: Mapping[str, str]) -> float | None:
    """Seconds between two signs of life, a third of what the manager waits; None where it does not wait for us."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        wait = int(environ.get("WATCHDOG_USEC", "")) / 1_000_000
    except ValueError:
        return None
    return wait / 3 if wait > 0 else None


def _status(text: str) -> tuple[str, ...]:
    """A newline in a status would begin another assignment."""
    return (f"STATUS={' '.join(text.split())}",) if text else ()
