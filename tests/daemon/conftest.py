"""A daemon on stand-ins for the other rooms: its own order of things, apart from theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.load import Loaded
from config.settings import Config, Settings
from monitor.daemon.conductor import Daemon, Pace
from monitor.daemon.works import Surroundings


@dataclass
class FakeWorks:
    """Works that write down what was asked of them, and do what a test tells them to."""

    log: list[str] = field(default_factory=list)
    #: Name of a turn → what it does before it returns 0; an exception is raised.
    on: dict[str, Callable[[], Any]] = field(default_factory=dict)
    surroundings: Surroundings | None = None
    beat_answer: str | None = None

    async def turn(self, name: str) -> int:
        self.log.append(name)
        found = self.on[name]() if name in self.on else 0
        if asyncio.iscoroutine(found):
            found = await found
        return int(found or 0)

    async def poll(self) -> int:
        return await self.turn("poll")

    async def articles(self) -> int:
        return await self.turn("articles")

    async def read(self) -> int:
        return await self.turn("read")

    async def settle(self) -> int:
        return await self.turn("settle")

    async def deliver(self) -> int:
        return await self.turn("deliver")

    async def beat(self) -> str | None:
        self.log.append("beat")
        return self.beat_answer

    async def adopt(self, loaded: Loaded) -> None:
        await self.turn("adopt")

    async def wind_down(self, drain: float) -> None:
        self.log.append("wind_down")

    async def close(self) -> None:
        self.log.append("close")


def loaded_in(folder: Path, **settings: Any) -> Loaded:
    """A configuration without feeds whose data is in a folder."""
    return Loaded(
        config=Config(settings=Settings(**settings)),
        files=(),
        warnings=(),
        source=folder,
        config_dir=folder,
        data_dir=folder / "data",
    )


@dataclass
class Stage:
    """A daemon and its stand-ins."""

    folder: Path
    works: FakeWorks = field(default_factory=FakeWorks)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def daemon(self, loaded: Loaded | None = None, **options: Any) -> Daemon:
        async def opener(surroundings: Surroundings) -> FakeWorks:
            self.works.surroundings = surroundings
            self.works.log.append("open")
            return self.works

        names = ("poll", "articles", "read", "deliver", "settle", "upkeep", "look")
        options.setdefault("pace", Pace(**dict.fromkeys(names, 0.02)))
        return Daemon(loaded or self.loaded(), opener=opener, **options)

    def loaded(self, **settings: Any) -> Loaded:
        return loaded_in(self.folder, **settings)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Real time passes until something is so; fails after ten seconds."""
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for knows nothing of us
                await asyncio.sleep(0.01)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)
