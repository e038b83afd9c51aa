"""The channels for the settings of now. Those of earlier settings are closed once nothing is under way any more."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.channels import CHANNELS, Channel
from config.outbound import Outbound
from config.settings import Settings


class Fitted:
    """One channel of each kind, by name. `fit` comes before anything else."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._retired: list[Channel] = []
        self._made_for: tuple[Settings, Outbound] | None = None
        #: Names of those that have ready what a first message would wait for.
        self._prepared: set[str] = set()

    def __getitem__(self, name: str) -> Channel:
        return self._channels[name]

    def fit(self, settings: Settings, outbound: Outbound) -> bool:
        """Channels for these settings; whether they are new."""
        if self._made_for is not None and self._made_for == (settings, outbound):
            return False
        self._retired += self._channels.values()
        self._channels = {name: channel(settings, outbound) for name, channel in CHANNELS.items()}
        self._made_for = (settings, outbound)
        self._prepared = set()
        return True

    async def prepare(self, names: Iterable[str]) -> None:
        """Before something is due for them: the first alert after a start is as quick as any other."""
        for name in set(names) - self._prepared:
            self._prepared.add(name)
            await self._channels[name].prepare()

    async def close_retired(self) -> None:
        """Close those of earlier settings."""
        retired, self._retired = self._retired, []
        for channel in retired:
            await channel.close()

    async def close(self) -> None:
        """Close all; the next `fit` makes new ones."""
        self._retired += self._channels.values()
        self._channels, self._made_for = {}, None
        await self.close_retired()
