"""Each rule of the ledger as a story: what was published, and what must be told of it.

A line of a story is `WHEN SOURCE/TIER [seen=WHEN] [text=NAME] | CLAIM ; CLAIM`, `now WHEN` where time passes,
`> CLASS SCOPE FROM -> TO STATUS TRUST [on DAY]` for what must be told (and nothing else may be), and
`= SCOPE VALUE STATUS, applied VALUE` for what must stand. A claim is a US tariff on Korea in percent unless it says
otherwise: `15 agreed at_most scope=autos previous=25`. Reports of the same text are copies of each other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Ledger
from config.words import Kind, Qualifier, Status
from monitor.ledger.book import Book
from monitor.ledger.changes import NoteKind, Outcome
from monitor.ledger.policy import Policy
from monitor.types import Article, Change, Claim, Source

STORIES = sorted((Path(__file__).parent / "stories").glob("*.story"))


@dataclass
class Teller:
    """Plays a story into a book and writes down what is told."""

    book: Book = field(default_factory=lambda: Book(Policy.of(Ledger())))
    clock: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    articles: int = 0

    def play(self, line: str) -> list[str]:
        """What the line of the story makes the ledger tell."""
        if line.startswith("now "):
            return self.wait(moment(line.removeprefix("now ")))
        if line.startswith("= "):
            return [self.standing(line.split()[1])]
        return self.publish(line)

    def wait(self, now: datetime) -> list[str]:
        since, self.clock = self.clock, max(self.clock, now)
        return told(self.book.due(since, now))

    def publish(self, line: str) -> list[str]:
        head, _, body = line.partition(" | ")
        when, source, *options = head.split()
        more = dict(option.split("=", 1) for option in options)
        self.articles += 1
        name, tier = source.split("/")
        article = Article(
            id=f"a{self.articles:03}",
            source=Source(name=name, tier=int(tier)),
            published=moment(when),
            observed=moment(more.get("seen", when)),
            title="",
            text=words(more.get("text", f"{self.articles}")),
        )
        return told(self.book.record(article, [claim(text) for text in body.split(" ; ")]))

    def standing(self, scope: str) -> str:
        (term,) = (t for t in self.book.terms if t.key.scope == scope and t.key.counterparty == "KR")
        assert term.standing is not None
        text = f"= {scope} {term.standing.value:g} {term.standing.status}"
        return text if term.applied is None else f"{text}, applied {term.applied.value:g}"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def words(seed: str) -> str:
    """A text of its own for each seed, so that no two are near copies."""
    return " ".join(hashlib.sha256(f"{seed} {i}".encode()).hexdigest()[:8] for i in range(60))


def claim(text: str) -> Claim:
    values: dict[str, str] = {}
    status, qualifier, figure = Status.SPECULATED, Qualifier.EXACT, ""
    for token in text.split():
        if "=" in token:
            name, value = token.split("=", 1)
            values[name] = value.replace("_", " ") if name == "actor" else value
        elif token in set(Status):
            status = Status(token)
        elif token in set(Qualifier):
            qualifier = Qualifier(token)
        else:
            figure = token
    points = figure.endswith("pp")
    return Claim(
        kind=Kind(values.get("kind", "tariff")),
        party="US" if values.get("kind", "tariff") == "tariff" else "KR",
        counterparty=values.get("to", "KR" if values.get("kind", "tariff") == "tariff" else "US"),
        actor=values.get("actor"),
        scope=values.get("scope", "all"),
        value=None if points else float(figure),
        delta=float(figure.removesuffix("pp")) if points else None,
        unit="percentage_points" if points else values.get("unit", "percent"),
        qualifier=qualifier,
        status=status,
        previous=float(values["previous"]) if "previous" in values else None,
        effective=values.get("effective"),
        quote=text,
        confidence=float(values.get("confidence", 1)),
    )


def told(outcome: Outcome) -> list[str]:
    held = [f"> review {n.key.scope} {n.claim.value:g}" for n in outcome.notes if n.kind is NoteKind.REVIEW]
    return [brief(change) for change in outcome.changes] + held


def brief(change: Change) -> str:
    before = "None" if change.before is None else f"{change.before:g}"
    line = f"> {change.cls} {change.key.scope} {before} -> {change.after:g} {change.status} {change.trust}"
    return line if change.article else f"{line} on {change.at.date()}"


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_story(story: Path) -> None:
    written = story.read_text(encoding="utf-8").splitlines()
    teller = Teller()
    played: list[str] = []
    for line in written:
        if line.startswith("#"):
            played.append(line)
        elif not line.startswith(">"):
            heard = teller.play(line)
            played += heard if line.startswith("= ") else [line, *heard]
    assert "\n".join(played) == "\n".join(written)
