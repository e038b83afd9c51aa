"""What is to be told though no term changed: digests that are due, troubles of the operator, feeds of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from alerts import digests, operator
from alerts.publishing import Publisher
from config.settings import Config
from monitor.daemon.ailments import ailments
from monitor.daemon.sight import sight
from monitor.store import Store


class Errands:
    """Runs once a minute, in a thread. `wake` is called when something was queued. Raises StoreError."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        wake: Callable[[], None],
        further: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`further` names what is wrong and stands in no database, each under a key of its own."""
        self._store = store
        self._clock = clock
        self._wake = wake
        self._further = further
        #: None before the first look: the database may hold what is over by now.
        self._troubles: dict[str, str] | None = None
        self._publisher = Publisher()

    async def run(self, config: Config, folder: Path) -> int:
        """How many deliveries were queued."""
        queued = await asyncio.to_thread(self._run, config, folder)
        if queued:
            self._wake()
        return queued

    def _run(self, config: Config, folder: Path) -> int:
        queued = self._digests(config) + self._operator(config, folder)
        if config.settings.publish is not None:
            with self._store.read() as connection:
                self._publisher.publish(connection, config, config.settings.publish, self._clock())
        return queued

    def _digests(self, config: Config) -> int:
        """Written, and feeds looked at, only where something is due: most minutes nothing is."""
        now = self._clock()
        with self._store.read() as connection:
            if not digests.waits(connection, config, now):
                return 0
        with self._store.begin() as connection:
            return len(digests.compose(connection, config, sight(connection, now), now))

    def _operator(self, config: Config, folder: Path) -> int:
        now = self._clock()
        with self._store.read() as connection:
            found = ailments(connection, folder, now) | dict(self._further())
        if self._troubles is not None and found.keys() == self._troubles.keys():
            return 0
        with self._store.begin() as connection:
            queued = operator.tell(connection, config, found, now)
        self._troubles = found
        return len(queued)
