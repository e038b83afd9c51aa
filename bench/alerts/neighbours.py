"""Fifty receivers, one of which never answers and one only after ten seconds: how long the other 48 wait."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles

from alerts.delivery import Deliverer
from bench.alerts.scene import Receivers, configured, deliverer, write
from config.settings import Config
from monitor.store import Store
from monitor.store.engine import url_for

RECEIVERS = 50
CHANGES = 40
#: Seconds between two changes: one that is told to all fifty, and time to do so.
PAUSE = 0.2


def neighbours(rounds: int = 3) -> dict[str, float]:
    """p99 in milliseconds from a change written to its webhook received, over the 48, without and with the two.

    The median of so many rounds, taken in turn, since the machine is not always equally busy.
    """
    found: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(rounds):
        found["without"].append(_round(0, 0))
        found["with"].append(_round(1, 1))
    return {name: median(values) for name, values in found.items()}


def _round(dead: int, slow: int) -> float:
    receivers = Receivers(RECEIVERS, dead, slow)
    with tempfile.TemporaryDirectory() as folder:
        store, config = Store.open(url_for(Path(folder))), configured(receivers.ports)
        written = asyncio.run(_storm(store, config))
        store.close()
    # The same 48 in every round: the first two are those that may be bad.
    good = set(receivers.ports[2:])
    came = {id: at for id, port, at in receivers.got() if port in good}
    receivers.close()
    if len(came) != CHANGES * len(good):
        raise SystemExit(f"only {len(came)} of {CHANGES * len(good)} came")
    return quantiles([(at - written[id]) / 1e6 for id, at in came.items()], n=100)[-1]


async def _storm(store: Store, config: Config) -> dict[str, int]:
    """Delivery → when it was written, in nanoseconds of the monotonic clock."""
    sending = deliverer(store, config)
    turns = asyncio.create_task(_deliver(sending))
    written: dict[str, int] = {}
    for number in range(CHANGES):
        ids = await asyncio.to_thread(write, store, config, range(number, number + 1))
        at = time.monotonic_ns()
        written |= dict.fromkeys(ids, at)
        sending.wake()
        await asyncio.sleep(PAUSE)
    await asyncio.sleep(1)
    turns.cancel()
    with suppress(asyncio.CancelledError):
        await turns
    await sending.close()
    return written


async def _deliver(sending: Deliverer) -> None:
    """As the daemon does: woken, deliver until nothing is due."""
    while True:
        await sending.wait()
        await sending.deliver_due()


if __name__ == "__main__":
    print(neighbours())
