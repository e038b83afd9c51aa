"""From a change that is written to the webhook that is received, by an idle daemon; and how many are made a second.

python -m bench.alerts.latency
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from bench.alerts.scene import Receivers, change, configured
from config.load import Loaded
from config.settings import Config, Settings
from monitor.daemon.conductor import Daemon
from monitor.daemon.logs import configure
from monitor.pipeline import steps

#: So many that three of them are slower than what the p99 says: of a hundred it would be the slowest alone.
SAMPLES = 300


def latency(samples: int = SAMPLES) -> dict[str, float]:
    """p50, p99, the slowest and the first after the start, in milliseconds."""
    receivers = Receivers(1)
    with tempfile.TemporaryDirectory() as folder:
        written = asyncio.run(_changes(Path(folder), configured(receivers.ports), samples))
    came = {id: at for id, _, at in receivers.got()}
    receivers.close()
    took = [(came[id] - at) / 1e6 for id, at in written.items()]
    return {
        "p50": median(took),
        "p99": quantiles(took, n=100)[-1],
        "most": max(took),
        "first": took[0],
        "lost": len(written.keys() - came),
    }


async def _changes(folder: Path, config: Config, samples: int) -> dict[str, int]:
    """Writes one change after the other into a daemon at rest; delivery → when its transaction was committed."""
    configure(Settings(log_level="error"))
    written: dict[str, int] = {}
    sent = asyncio.Event()

    def hear(name: str, payload: Mapping[str, object]) -> None:
        if name == "alert_queued":
            written[str(payload["delivery"])] = time.monotonic_ns()
        elif name == "delivery_sent":
            sent.set()

    loaded = Loaded(
        config=config, files=(), warnings=(), source=folder, config_dir=folder, data_dir=folder
    )  # fmt: skip
    stop = asyncio.Event()
    daemon = Daemon(loaded, on_event=hear)
    running = asyncio.create_task(daemon.run(stop))
    while not hasattr(daemon, "_works"):  # noqa: ASYNC110 - it tells nobody that it is up
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    pipeline = daemon._works._pipeline  # type: ignore[attr-defined]
    for number in range(samples):
        sent.clear()
        now = datetime.now(UTC)
        step = partial(steps.keep, terms=[], changes=[change(number, now)], config=config, now=now)
        # As the pipeline does once an article is read.
        pipeline._announce(await pipeline._writer.write(step), baseline=False)
        async with asyncio.timeout(30):
            await sent.wait()
        # Another pause each time, so that no tick of the daemon's own comes always at the same moment.
        await asyncio.sleep(0.02 + number % 10 * 0.013)
    stop.set()
    await running
    return written


if __name__ == "__main__":
    print(latency())
