"""What the last documents of the feeds held, in memory: nothing is lost with it but a little time."""

from __future__ import annotations

from typing import Final

from monitor.feeds.known import Known
from monitor.store.feeds import Lease

#: Bytes of rows that are kept; those of feeds that were not heard of for longest go first.
MOST: Final = 32_000_000


class Memory:
    """Feed → what its last stored document held.

    It counts only while the feed's row has the hash of that same document, so that a poll by another worker, a crash
    or a changed address make it void by themselves.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._size = 0
        self._kept: dict[int, tuple[bytes, bytes]] = {}

    def known(self, lease: Lease) -> Known | None:
        """What the last document of a feed held, or None where that is not known for sure."""
        held = self._kept.get(lease.id)
        if held is None or lease.state.body_hash is None or held[0].hex() != lease.state.body_hash:
            return None
        return Known(held[1])

    def keep(self, lease: Lease, body_hash: str | None, known: Known) -> None:
        """Remembers a document once it is stored."""
        _, old = self._kept.pop(lease.id, (b"", b""))
        self._size -= len(old)
        if body_hash is None or not known.rows:
            return
        self._kept[lease.id] = bytes.fromhex(body_hash), known.rows
        self._size += len(known.rows)
        while self._size > self._most:
            oldest = next(iter(self._kept))
            self._size -= len(self._kept.pop(oldest)[1])
