"""Transactions off the event loop, one writer at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from monitor.store import Store

T = TypeVar("T")
U = TypeVar("U")


class Writer:
    """Runs steps over a connection in threads. Every method raises StoreError where the database cannot."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # SQLite has one writer: what queues here does not sleep in its busy handler.
        self._turn = asyncio.Lock()

    async def look(self, step: Callable[[Connection], T]) -> T:
        """What a step that only reads returns."""
        return await self.look_then(step, lambda found: found)

    async def look_then(self, step: Callable[[Connection], T], then: Callable[[T], U]) -> U:
        """What `then` makes, in the same thread, of what a step that only reads returns."""

        def work() -> U:
            with self._store.read() as connection:
                found = step(connection)
            return then(found)

        return await asyncio.to_thread(work)

    async def write(self, step: Callable[[Connection], T]) -> T:
        """What a step returns, its writing done; done once more where another worker stored the same row first."""

        def work() -> T:
            with self._store.begin() as connection:
                return step(connection)

        async with self._turn:
            try:
                return await asyncio.to_thread(work)
            except IntegrityError:
                return await asyncio.to_thread(work)
