"""Holds code that makes its own connections to our policy: in a guarded thread each address is judged as it is dialled.

By the interpreter's audit events (PEP 578): `socket.connect` and `socket.sendto` are raised with the address itself
just before it is used, whatever library asks, so that a name that changes its answer, a redirect or a second service
behind the first meets the same check. Threads that a library starts by itself are not held.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from config.outbound import Outbound, Refused

EVENTS = frozenset({"socket.connect", "socket.sendto"})


class Gate:
    """What a thread may dial: what the policy allows, and addresses that were judged under their names."""

    def __init__(self, outbound: Outbound, admitted: Collection[str] = ()) -> None:
        self._outbound = outbound
        self._admitted = frozenset(admitted)
        #: The first address that was not let through.
        self.refused: Refused | None = None

    def judge(self, address: object) -> None:
        """Raises Refused for an address that may not be dialled. Sockets of this machine's files are none of ours."""
        if not isinstance(address, tuple) or not address:
            return
        host = str(address[0])
        if host in self._admitted:
            return
        try:
            self._outbound.check(host, host)
        except Refused as error:
            self.refused = self.refused or error
            raise


_here = threading.local()


@contextmanager
def guarded(gate: Gate) -> Iterator[None]:
    """Within it this thread dials only what the gate lets through."""
    _listen()
    _here.gate = gate
    try:
        yield
    finally:
        _here.gate = None


@cache
def _listen() -> None:
    """Hooks stay until the process ends, so there is one, and it looks for a gate in its thread."""
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if event in EVENTS:
        gate: Gate | None = getattr(_here, "gate", None)
        if gate is not None:
            gate.judge(arguments[1])
