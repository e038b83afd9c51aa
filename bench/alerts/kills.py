"""kill -9 at random moments of a storm of changes: none of its alerts may be lost, and what comes twice has one id.

    python -m bench.alerts.kills [TIMES]

The process that is killed writes changes and delivers them at once, over the same database. It is forked from one that
has imported everything, so that it is killed in its work and not in its start.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from alerts.tables import deliveries
from bench.alerts.scene import Receivers, configured, deliverer, write
from config.settings import Config
from monitor.daemon.recovery import take_back
from monitor.store import Store
from monitor.store.engine import url_for
from monitor.store.schema import changes

CHANGES = 2_000
SUBSCRIPTIONS = 3
#: Seconds that a process lives at most.
LONGEST = 0.5


def kills(times: int, seed: int = 7) -> dict[str, int]:
    """How often it was killed, how many alerts there should be and came, were lost, and came more than once."""
    receivers = Receivers(1)
    config, rng = configured(receivers.ports, copies=SUBSCRIPTIONS), random.Random(seed)
    fork = multiprocessing.get_context("fork")
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        Store.open(url_for(Path(folder))).close()
        for number in range(1, times + 1):
            # Each life brings its share of the storm, so that it lasts until the last death.
            child = fork.Process(target=_live, args=(folder, config, CHANGES * number // times))
            child.start()
            time.sleep(rng.uniform(0, LONGEST))
            child.kill()
            child.join()
            killed += child.exitcode == -9
        last = fork.Process(target=_live, args=(folder, config, CHANGES, True))
        last.start()
        last.join(300)
        ids = _expected(folder)
    counts = Counter(id for id, _, _ in receivers.got())
    receivers.close()
    return {
        "killed": killed,
        "expected": CHANGES * SUBSCRIPTIONS,
        "written": len(ids),
        "lost": len(ids - counts.keys()),
        "strange": len(counts.keys() - ids),
        "twice": sum(one > 1 for one in counts.values()),
        "copies": counts.total() - len(counts),
    }


def _expected(folder: str) -> set[str]:
    """The ids of all deliveries; raises SystemExit where one is not settled well."""
    store = Store.open(url_for(Path(folder)))
    with store.read() as connection:
        states = Counter(connection.scalars(select(deliveries.c.state)))
        ids = set(connection.scalars(select(deliveries.c.id)))
    store.close()
    if set(states) != {"sent"}:
        raise SystemExit(f"deliveries are left in other states: {json.dumps(states)}")
    return ids


def _live(folder: str, config: Config, until: int, to_the_end: bool = False) -> None:
    asyncio.run(_life(folder, config, until, to_the_end))


async def _life(folder: str, config: Config, until: int, to_the_end: bool) -> None:
    """Takes up where the last one died: its leases are due at once, its changes are written on."""
    store = Store.open(url_for(Path(folder)))
    with store.begin() as connection:
        take_back(connection, datetime.now(UTC))
        done = connection.execute(select(func.count()).select_from(changes)).scalar_one()
    sending = deliverer(store, config)
    writing = asyncio.create_task(asyncio.to_thread(_write, store, config, range(done, until), sending.wake))
    while not (to_the_end and writing.done()):
        await sending.deliver_due()
        await sending.wait(0.2)
    await writing
    await sending.deliver_due()
    await sending.close()
    store.close()


def _write(store: Store, config: Config, numbers: range, wake: Callable[[], None]) -> None:
    for number in numbers:
        write(store, config, range(number, number + 1))
        wake()


if __name__ == "__main__":
    print(kills(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
