"""The configuration that counts: the owner's files and what commands added meanwhile, looked up at every turn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from alerts import directory
from alerts.rotation import rotated
from config.references import reveal
from config.settings import Config
from monitor.store import Store


class Subscribers:
    """Holds what counts between two looks. `refresh` raises StoreError."""

    def __init__(self, store: Store, config: Config, data_dir: Path, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._data_dir = data_dir
        self._clock = clock
        self._own = config
        self.config = config

    async def adopt(self, config: Config) -> None:
        """Go on with other files."""
        self._own = config
        await self.refresh()

    async def refresh(self) -> None:
        """Look what commands added, changed or paused."""
        await asyncio.to_thread(self._look)

    def _look(self) -> None:
        with self._store.read() as connection:
            self.within(connection)

    def within(self, connection: Connection) -> Config:
        """What counts in a transaction; from now on it counts everywhere.

        Whoever delivers must know each subscription that an alert was written for, or would settle it untried.
        """
        found = directory.effective(connection, self._own, partial(reveal, env=os.environ))
        self.config = rotated(found, self._data_dir, self._clock())
        return self.config
