"""The second reader's part in a batch: who is asked, what is kept, and the readings of both as one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from structlog import get_logger

from config.settings import Config
from monitor.pipeline import events
from monitor.pipeline.writer import Writer
from monitor.second.merging import merged
from monitor.second.reader import Opinion
from monitor.store import opinions
from monitor.store.items import Unread
from monitor.store.opinions import Stored
from monitor.types import Article, Reading

Pair = tuple[Unread, Reading | str]

#: Real seconds of a turn of reading in which the second reader is waited for; items after that are read without it,
#: so that a slow model holds up no alert for longer and no tick.
TURN: Final = 300.0

log = get_logger()


class Second(Protocol):
    """What is needed of `monitor.second.reader.SecondReader`."""

    @property
    def on(self) -> bool: ...

    @property
    def model(self) -> str: ...

    async def opinion(self, article: Article) -> Opinion | None: ...


class SecondLook:
    """Asks about the items of a batch side by side. The arguments are those of `Pipeline`."""

    def __init__(
        self,
        writer: Writer,
        second: Second,
        config: Callable[[], Config],
        clock: Callable[[], datetime],
        on_event: Callable[[str, Mapping[str, object]], None],
    ) -> None:
        self._writer = writer
        self._second = second
        self._config = config
        self._clock = clock
        self._tell = on_event
        self._until = 0.0

    def begin(self) -> None:
        """A turn begins: from now on there is `TURN` for all its batches."""
        self._until = asyncio.get_running_loop().time() + TURN

    async def of(self, pairs: Sequence[Pair]) -> list[Pair]:
        """The batch with both readings as one; as it is where nobody is asked or nothing usable is said.

        Raises StoreError. Nothing else: what the second reader does wrong changes no item.
        """
        if not self._second.on:
            return list(pairs)
        keys = [(item.id, item.revision) for item, reading in pairs if isinstance(reading, Reading)]
        said = await self._writer.look(partial(opinions.of, wanted=keys))
        said |= await self._ask([item for item, _ in pairs if (item.id, item.revision) in {*keys} - said.keys()])
        settings = self._config().settings
        how, ledger = settings.reading.second, settings.ledger
        merge = partial(merged, how=how, ledger=ledger)
        return [
            (item, merge(reading, said[item.id, item.revision].claims).reading)
            if isinstance(reading, Reading) and (item.id, item.revision) in said
            else (item, reading)
            for item, reading in pairs
        ]

    async def _ask(self, unasked: Sequence[Unread]) -> dict[tuple[int, int], Stored]:
        """What is said of these items in the time that is left of the turn."""
        asking = {asyncio.create_task(self._asked(item)): (item.id, item.revision) for item in unasked}
        left = self._until - asyncio.get_running_loop().time()
        if not asking:
            return {}
        try:
            done, late = await asyncio.wait(asking, timeout=max(0.0, left))
        finally:
            for task in asking:
                task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        answers = {asking[task]: task.result() for task in done}
        return {key: answer for key, answer in answers.items() if answer is not None}

    async def _asked(self, item: Unread) -> Stored | None:
        try:
            opinion = await self._second.opinion(item.article)
        except Exception as error:
            log.exception("the second reader failed in a way that we did not foresee", item=item.id)
            opinion = Opinion(trouble=f"a mistake in pactwatch: {type(error).__name__}")
        if opinion is None:
            return None
        self._tell(*events.item_second_read(item, opinion, self._second.model))
        if opinion.trouble:
            return None
        said = Stored(claims=opinion.claims, dropped=opinion.dropped)
        keep = partial(
            opinions.keep, item_id=item.id, revision=item.revision, model=self._second.model, said=said,
            now=self._clock(),
        )  # fmt: skip
        await self._writer.write(keep)
        return said
