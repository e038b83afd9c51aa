"""Many deliveries to one fast receiver: how many a second, from rows in the outbox to outcomes in the outbox."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench.alerts.scene import Receivers, configured, deliverer, write
from config.settings import Config
from monitor.store import Store
from monitor.store.engine import url_for


def throughput(deliveries: int) -> dict[str, float]:
    """`rate` a second, and how many POSTs `arrived`."""
    receivers = Receivers(1)
    with tempfile.TemporaryDirectory() as folder:
        store, config = Store.open(url_for(Path(folder))), configured(receivers.ports)
        write(store, config, range(deliveries), 500)
        seconds = asyncio.run(_deliver(store, config))
        store.close()
    arrived = receivers.ask("count")
    receivers.close()
    return {"rate": deliveries / seconds, "arrived": arrived}


async def _deliver(store: Store, config: Config) -> float:
    sending = deliverer(store, config)
    began = time.perf_counter()
    await sending.deliver_due()
    seconds = time.perf_counter() - began
    await sending.close()
    return seconds


if __name__ == "__main__":
    print(throughput(2_000))
