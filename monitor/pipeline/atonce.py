"""A few new items are read in the transaction that stores them, where nothing else waits to be read.

That is how most news comes: one item of one feed. To wake the reading for it, which looks up the configuration, what
waits and what to write, each in a transaction of its own, took half of the time from the last byte to the alert.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from config.settings import Config
from monitor.pipeline import steps
from monitor.pipeline.secondlook import Second
from monitor.pipeline.steps import Recorded
from monitor.store import items
from monitor.store.items import Unread
from monitor.types import Article, Reading

#: Items that are read at once; where more wait, reading must not hold up the writing of others.
FEW: Final = 3
#: Characters of them together.
SHORT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Read:
    """An item that was read, and what the ledger made of it."""

    item: Unread
    reading: Reading
    recorded: Recorded


class AtOnce:
    """Reads what was stored in the same transaction. `config` gives the configuration that counts there. Where the
    `second` reader is on, which takes seconds, nothing is read at once."""

    def __init__(
        self,
        read: Callable[[Article], Reading],
        reader: str,
        config: Callable[[Connection], Config],
        second: Second | None = None,
    ) -> None:
        self._read = read
        self._reader = reader
        self._config = config
        self._second = second

    def read(self, connection: Connection, now: datetime) -> list[Read]:
        """Everything that waits to be read, oldest first, is read and recorded; nothing where that is more than a
        few. Whatever is raised undoes the caller's transaction too: try again without."""
        if self._second is not None and self._second.on:
            return []
        waiting = items.backlog(connection, FEW + 1, now)
        if len(waiting) > FEW or sum(len(one.article.text) for one in waiting) > SHORT:
            return []
        config, found = self._config(connection), list[Read]()
        for item in waiting:
            reading = self._read(item.article)
            recorded = steps.record(connection, item, reading, self._reader, config, now)
            if recorded is not None:
                found.append(Read(item, reading, recorded))
        return found
