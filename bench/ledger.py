"""How the ledger grows: a ledger of a given number of claims, and one ten times smaller beside it.

    python -m bench.ledger [CLAIMS] [TERMS]

Each is a SQLite file in a temporary folder. Its claims are spread over the terms of 60 deals in the manner of the news:
most reports repeat what stands, some move it. Measured are `pactwatch ledger rebuild` of all claims, its comparison
with what is stored included (claims a second); a new report by the daemon's own step, from the reading to the alerts,
and its commit, which waits for the disk (medians and the slowest of 200); the page of a deal. The time of the processor
stands beside the clock's: on a machine that does other things the two differ.

A million claims take ten minutes or so, 2 GB of disk in the temporary folder and 3 GB of memory.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import Connection, insert

from config.settings import Config, Feed
from config.words import Kind, Qualifier, Status
from monitor.feeds.entry import Entry
from monitor.ledger.due import coming
from monitor.ledger.evidence import fingerprint
from monitor.pipeline import rebuilding, steps
from monitor.store import Store, feeds, items, ledger, schema, url_for
from monitor.store.ledgerrows import claim_row
from monitor.types import Claim, Reading

START = datetime(2015, 1, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)
BATCH = 5_000
COUNTRIES = [f"{a}{b}" for a in "ABCDEF" for b in "KLMNOPQRST"]
STATUSES = (Status.AGREED, Status.ORDERED, Status.IN_EFFECT)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one new report."""

    step: float
    processor: float
    commit: float


def main(arguments: Sequence[str]) -> None:
    claims = int(arguments[0]) if arguments else 100_000
    terms = int(arguments[1]) if len(arguments) > 1 else max(1, claims // 50)
    print(f"{'claims':>9} {'terms':>7}  {'rebuild':>12} {'(processor)':>12}  {'new report':>30}", end="")
    print(f"  {'its commit':>10}  {'deal':>8}  {'file':>8}  {'memory':>8}")
    for size, width in ((claims // 10, terms // 10), (claims, terms)):
        with tempfile.TemporaryDirectory() as folder:
            print(measured(Path(folder), size, width), flush=True)


def measured(folder: Path, size: int, width: int) -> str:
    """One line of the table."""
    store = Store.open(url_for(folder))
    rng = random.Random(5)
    now = START + STEP * size
    fill(store, size, width, rng)
    with store.begin() as connection:
        rebuilding.accept(connection, rebuilding.rebuild(connection, Config(), now), "1", now)
    clock, processor, terms = timed_rebuild(store, now)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    new = [timed_report(store, size + number, width, rng) for number in range(200)]
    pages = [timed_deal(store, code) for code in COUNTRIES[:20]]
    total = (folder / "pactwatch.db").stat().st_size / 1e6
    store.close()
    steps, worst = median(cost.step for cost in new), max(cost.step for cost in new)
    report = f"{steps:.1f} ms (at most {worst:.1f}; {median(cost.processor for cost in new):.1f})"
    commit = median(cost.commit for cost in new)
    return (
        f"{size:>9,} {terms:>7,}  {size / clock:>10,.0f}/s {size / processor:>10,.0f}/s  {report:>30}"
        f"  {commit:>7.1f} ms  {median(pages):>5.1f} ms  {total:>5,.0f} MB  {memory:>5,.0f} MB"
    )


def timed_rebuild(store: Store, now: datetime) -> tuple[float, float, int]:
    """Seconds that a rebuild takes by the clock and of the processor, and the number of its terms."""
    with store.read() as connection:
        began, busy = perf_counter(), process_time()
        made = rebuilding.rebuild(connection, Config(), now)
        clock, processor = perf_counter() - began, process_time() - busy
    assert (made.differences, made.gone) == ((), ()), "a ledger comes out as it is stored"
    return clock, processor, len(made.terms)


def said(number: int, width: int, rng: random.Random) -> Claim:
    """What a report says of one of the terms: the firm tells the terms of a pair apart."""
    term = rng.randrange(width)
    pair, firm = term % (2 * len(COUNTRIES)), term // (2 * len(COUNTRIES))
    country = COUNTRIES[pair // 2]
    party, counterparty = ("US", country) if pair % 2 else (country, "US")
    return Claim(
        kind=Kind.TARIFF if firm % 2 else Kind.INVESTMENT,
        party=party,
        counterparty=counterparty,
        actor=f"Firm{firm}" if firm else None,
        scope="all",
        value=float(rng.choice((15, 15, 15, 15, 25))),
        unit="percent",
        qualifier=Qualifier.EXACT,
        status=rng.choice(STATUSES),
        quote=f"{number} of a rate of so much per cent on goods",
    )


def fill(store: Store, size: int, width: int, rng: random.Random) -> None:
    """Items, reports and claims as the daemon would have stored them, in bulk."""
    with store.begin() as connection:
        feed = Feed.model_validate({"name": "Paper", "url": "https://paper.example/f", "tier": 2})
        feeds.add(connection, feed, START)
        number = feeds.get(connection, "Paper").id
        rows = ((each, said(each, width, rng)) for each in range(1, size + 1))
        while batch := list(islice(rows, BATCH)):
            connection.execute(insert(schema.items), [_item(each, number) for each, _ in batch])
            connection.execute(insert(schema.reports), [_report(each) for each, _ in batch])
            connection.execute(insert(schema.claims), [_claim(each, claim) for each, claim in batch])


def _item(number: int, feed: int) -> dict[str, Any]:
    at = START + STEP * number
    text = {"title": f"Item {number}", "summary": "", "content": "", "text_hash": str(number)}
    where = {"id": number, "feed_id": feed, "guid": str(number), "source": f"Paper {number % 40}", "tier": 2}
    return {**where, **text, "published": at, "observed": at, "read_at": at}


def _report(number: int) -> dict[str, Any]:
    at = START + STEP * number
    mark = fingerprint(" ".join(f"w{number}x{place}" for place in range(12)))
    return {
        "id": number, "item_id": number, "revision": 1, "reader": "1", "recorded_at": at, "made_at": at,
        "source": f"Paper {number % 40}", "tier": 2, "published": at, "observed": at, "fingerprint": mark,
    }  # fmt: skip


def _claim(number: int, claim: Claim) -> dict[str, Any]:
    at = START + STEP * number
    where = {"item_id": number, "revision": 1, "reader": "1", "recorded_at": at, "report_id": number}
    return {**where, **claim_row(claim)}


def timed_report(store: Store, number: int, width: int, rng: random.Random) -> Cost:
    """What a new report takes; the storing of its item is not counted."""
    at = START + STEP * (number + 1)
    claim = said(number, width, rng)
    with store.begin() as connection:
        unread = _stored(connection, number, at)
    config, reading = Config(), Reading(claims=(claim,))
    with store.begin() as connection:
        began, busy = perf_counter(), process_time()
        steps.record(connection, unread, reading, "1", config, at)
        done, spent = perf_counter(), process_time() - busy
    return Cost(1000 * (done - began), 1000 * spent, 1000 * (perf_counter() - done))


def _stored(connection: Connection, number: int, at: datetime) -> items.Unread:
    entry = Entry(
        guid=f"new{number}", link=None, canonical=None, title=f"New {number}", summary=f"{number} says so",
        content="", published=at, updated=None, language=None, author=None,
    )  # fmt: skip
    saved = items.save(connection, feeds.get(connection, "Paper"), [entry], at, baseline=False)
    found = items.get(connection, saved.new[0])
    assert found is not None
    return found


def timed_deal(store: Store, code: str) -> float:
    """Milliseconds that it takes to find what a deal's page shows."""
    with store.read() as connection:
        began = perf_counter()
        found = ledger.shown_terms(connection, f"US-{code}")
        coming(found, START.date())
        return 1000 * (perf_counter() - began)


if __name__ == "__main__":
    main(sys.argv[1:])
