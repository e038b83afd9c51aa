"""How fast articles are read: every limit of the project beside what was measured, in one run on one core.

    python -m bench.reading

Exit 1 where a limit is missed. A figure's ratio is how many times better it is than its limit; machines differ, so the
ratio of the gate to a plain search of the same articles is printed too.

The stream is made of news that the program has not seen: sentences of ordinary subjects, drawn and joined at random
from a fixed seed; `%` and sums of money stand in many of them. One article in twenty is out of the annotated ones of
`tests/gold/dev.cases.jsonl`, from a flash of two lines to a report with thirty figures.
"""

from __future__ import annotations

import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.stream import NEWS, TERMS
from config.vocabulary import raw_language, vocabulary
from monitor.reading.gate import Gate
from monitor.reading.reader import Reader
from monitor.types import Article, Source
from training import gold

#: Characters of an article of usual length.
LENGTH = 2500
ARTICLES = 2000
RELEVANT = 20
LONG = 1_000_000
#: Lengths whose times are compared: reading twice as much should take twice as long.
GROWTH = 10_000
#: Seconds after which the long article is given up; the figure is then this.
PATIENCE = 20.0
PUBLISHED = datetime(2025, 11, 14, 9, tzinfo=UTC)
LONG_READ = """
import random, time
from bench.reading import LONG, article
from bench.stream import TERMS
from monitor.reading.reader import Reader
reader, long = Reader.of("en"), article(0, TERMS, random.Random(2), LONG)
start = time.perf_counter()
reader.read(long)
print(time.perf_counter() - start)
"""
START_UP = """
import time
import config.vocabulary as v
start = time.perf_counter()
v.vocabulary("en"), v.raw_language("en")
print(time.perf_counter() - start)
"""


@dataclass(frozen=True)
class Measure:
    """One figure with its limit. `at_least`: more is better; else less is."""

    name: str
    figure: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """How many times better than the limit; below 1 it is missed."""
        return self.figure / self.limit if self.at_least else self.limit / self.figure

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        mark = "" if self.ratio >= 1 else "   MISSED"
        return (
            f"{self.name:44} {self.figure:12,.4g} {self.unit:13} {sign} {self.limit:<8,g} ratio {self.ratio:6.2f}{mark}"
        )


def article(number: int, sentences: Sequence[str], draw: random.Random, length: int = LENGTH) -> Article:
    """An article of about that length out of sentences drawn at random, in paragraphs of four."""
    parts: list[str] = []
    size = 0
    while size < length:
        sentence = draw.choice(sentences)
        parts.append(sentence + ("\n\n" if len(parts) % 4 == 3 else " "))
        size += len(parts[-1])
    title = draw.choice(sentences).rstrip(".")[:80]
    return Article(
        id=f"b{number}",
        source=Source(name="wire A", tier=2),
        published=PUBLISHED,
        observed=PUBLISHED,
        title=title,
        text="".join(parts)[:length],
    )


def annotated() -> list[Article]:
    """The annotated articles that the accuracy of reading is measured on."""
    return [gold.article(row) for row in gold.rows(gold.GOLD / "dev.cases.jsonl")]


def stream(count: int, seed: int = 1) -> list[Article]:
    """So many articles, every twentieth an annotated one."""
    draw = random.Random(seed)
    subjects, relevant = list(NEWS.values()), draw.sample(annotated(), -(-count // RELEVANT))
    return [
        relevant[n // RELEVANT] if n % RELEVANT == 0 else article(n, draw.choice(subjects), draw) for n in range(count)
    ]


def fastest(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of several runs: the one that others on the machine disturbed least."""
    found = []
    for _ in range(times):
        gc.collect()
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def median_of(reader: Reader, articles: Sequence[Article]) -> float:
    """The median time of reading one of them, in milliseconds; each is read three times and the fastest counts."""
    return statistics.median(fastest(lambda one=one: reader.read(one), 3) for one in articles) * 1000  # type: ignore[misc]


def start_up() -> float:
    """Seconds that the vocabulary takes in a process of its own."""
    command = [sys.executable, "-c", START_UP]
    return min(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(3))


def long_read() -> float:
    """Seconds that the long article takes, in a process that is ended when it takes too many."""
    command = [sys.executable, "-c", LONG_READ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return PATIENCE
    return float(run.stdout)


def measures() -> list[Measure]:
    gate, reader = Gate(vocabulary("en"), raw_language("en")), Reader.of("en")
    articles = stream(ARTICLES)
    news = [one for number, one in enumerate(articles) if number % RELEVANT]
    gated = fastest(lambda: [gate.may_matter(one) for one in news])
    read = fastest(lambda: [reader.read(one) for one in articles], 3)
    texts = (article(0, TERMS, random.Random(2), length) for length in (GROWTH, 2 * GROWTH))
    once, twice = (fastest(lambda one=one: reader.read(one), 2) for one in texts)  # type: ignore[misc]
    passed = sum(gate.may_matter(one) for one in news) / len(news)
    plain = fastest(lambda: ["tariff" in (one.title + "\n" + one.text).lower() for one in news])
    print(
        f"{len(articles)} articles of {LENGTH} characters, 1 in {RELEVANT} about a term; the gate let {passed:.1%} of"
    )
    print(f"the others through and took {gated / plain:.1f} times as long as one search for one word\n")
    return [
        Measure("gate, articles a second", len(news) / gated, 40_000, "articles/s", at_least=True),
        Measure("gate and reading of the stream", len(articles) / read, 5_000, "articles/s", at_least=True),
        Measure("a relevant article, median", median_of(reader, annotated()), 3, "ms"),
        Measure("an article of 1 MB about nothing else", long_read(), 1, "s"),
        Measure("twice the length takes as many times", twice / once, 2.5, "times"),
        Measure("start-up of the vocabulary", start_up(), 0.3, "s"),
    ]


def main() -> None:
    found = measures()
    for measure in found:
        print(measure.line())
    sys.exit(0 if all(measure.ratio >= 1 for measure in found) else 1)


if __name__ == "__main__":
    main()
