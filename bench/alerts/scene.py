"""What the measures share: changes, a configuration, receivers, and a deliverer over a real database."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from alerts.delivery import Deliverer
from alerts.events import Event
from bench.polling.process import Process
from config.outbound import Outbound
from config.settings import Config, Delivery, Settings, Subscription, Watchlist
from config.words import Kind, Status, Trust
from monitor.pipeline import steps
from monitor.store import Store
from monitor.types import Change, ChangeClass, TermKey

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PARTNERS = ("KR", "JP", "IN", "VN", "CH", "BR", "MX", "CA", "TW", "TH")


class Receivers(Process):
    """`bench.alerts.receiver` with so many ports."""

    def __init__(self, ports: int, dead: int = 0, slow: int = 0) -> None:
        super().__init__("bench.alerts.receiver", ports, dead, slow)
        self.ports: list[int] = json.loads(self.line())

    def ask(self, what: str) -> Any:
        """Its answer, which is no mapping here."""
        return self.tell(what)

    def got(self) -> list[tuple[str, int, int]]:
        """(webhook-id, port, nanoseconds of the monotonic clock) of every POST, in order."""
        return [(id, port, at) for id, port, at in self.ask("got")]


def configured(ports: list[int], *, copies: int = 1, **delivery: Any) -> Config:
    """A webhook subscription for each port (`copies` of each), all of the same watchlist."""
    return Config(
        settings=Settings(allow_private=("127.0.0.0/8",), delivery=Delivery.model_validate(delivery)),
        watchlists=(Watchlist(name="all"),),
        subscriptions=tuple(
            Subscription(
                name=f"hook {number} {copy}",
                watchlist="all",
                channel="webhook",
                to=f"http://127.0.0.1:{port}/hook/{copy}",
                secret=SecretStr(SECRET),
            )
            for number, port in enumerate(ports)
            for copy in range(copies)
        ),
    )


def change(number: int, now: datetime) -> Change:
    """One of a storm: each is another term or another value, so that none is the same as another."""
    partner = PARTNERS[number % len(PARTNERS)]
    return Change(
        cls=ChangeClass.TERM,
        key=TermKey(kind=Kind.TARIFF, party="US", counterparty=partner, scope="autos", family="percent"),
        before=float(number),
        after=float(number + 1),
        unit="percent",
        status=Status.AGREED,
        status_before=Status.AGREED,
        trust=Trust.CONFIRMED,
        at=now,
        article=f"article-{number}",
        quote=f"Washington will set its tariff on cars at {number + 1} percent, from {number} percent.",
        source="Example Wire",
        link=f"https://news.example/{number}",
        reason=f"new value {number + 1}, was {number}",
    )


def write(store: Store, config: Config, numbers: range, batch: int = 50) -> list[str]:
    """Changes and their alerts as the pipeline writes them, `batch` to a transaction; the ids of the deliveries."""
    queued: list[str] = []
    for first in range(numbers.start, numbers.stop, batch):
        now = datetime.now(UTC)
        made = [change(number, now) for number in range(first, min(first + batch, numbers.stop))]
        with store.begin() as connection:
            queued += steps.keep(connection, [], made, config, now).queued
    return queued


def deliverer(
    store: Store, config: Config, hear: Callable[[Event], None] = lambda _: None, *, seed: int = 1
) -> Deliverer:
    """As the daemon has it."""
    outbound = Outbound(config.settings.allow_private)
    return Deliverer(store, lambda: config, outbound, lambda: datetime.now(UTC), random.Random(seed).random, hear)
