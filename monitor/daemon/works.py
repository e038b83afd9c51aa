"""What the daemon needs of the other rooms, as one thing: the work of a tick, and a change of configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version as installed_version
from typing import Protocol

from config.load import Loaded
from monitor.store import Store, url_for


class Works(Protocol):
    """The work of the daemon. Each turn returns how much it did; 0 means that nothing was due."""

    async def poll(self) -> int: ...

    async def articles(self) -> int: ...

    async def read(self) -> int: ...

    async def settle(self) -> int: ...

    async def deliver(self) -> int: ...

    async def beat(self) -> str | None:
        """Calls the heartbeat URL. None when it was well, otherwise why not."""
        ...

    async def adopt(self, loaded: Loaded) -> None:
        """Goes on with another configuration. What raises leaves everything as it was."""
        ...

    async def wind_down(self, drain: float) -> None:
        """Begins nothing new; what is under way has `drain` real seconds to end."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What works are opened with."""

    loaded: Loaded
    store: Store
    clock: Callable[[], datetime]
    draw: Callable[[], float]
    #: Hears what happened: a name in snake case and plain data.
    on_event: Callable[[str, Mapping[str, object]], None]
    #: To be called when an alert was written, from any thread.
    wake: Callable[[], None]


def without_feeds(loaded: Loaded) -> Loaded:
    """For when the feeds are rows in the store: ten thousand of them would take ten megabytes more here."""
    return replace(loaded, config=loaded.config.model_copy(update={"feeds": ()}))


def database_url(loaded: Loaded) -> str:
    """Where the database is: `settings.database_url`, otherwise SQLite in the data folder."""
    named = loaded.config.settings.database_url
    return named.get_secret_value() if named else url_for(loaded.data_dir)


def version() -> str:
    """The installed version of the program."""
    return installed_version("pactwatch")
