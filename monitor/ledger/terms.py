"""What the ledger holds: a term with its versions, the positions about it, and the evidence of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from itertools import chain
from typing import Any, TypeVar

from config.words import POSITIONS, Qualifier, Status, Trust
from monitor.ledger.making import copier
from monitor.types import Claim, TermKey

#: Statuses in the order in which a term comes about.
LADDER = (Status.AGREED, Status.ORDERED, Status.IN_EFFECT)
#: Statuses of what is laid down but not yet applied.
PENDING = (Status.AGREED, Status.ORDERED)


class Role(StrEnum):
    """What a figure is among the figures that its article gives for the same term."""

    PLAIN = "plain"
    #: A part of a sum that is told in the same article or recorded.
    PART = "part"
    #: One law's or firm's share, counted in another way than what stands.
    STRAND = "strand"


class Act(StrEnum):
    """What a person does to a term."""

    CORRECT = "correct"
    RETRACT = "retract"
    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"
    #: Of a claim that is held for review.
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One decision of a person about a term, with who and why."""

    #: Its number; 0 while it has none.
    id: int = 0
    act: Act
    at: datetime
    by: str
    reason: str
    key: TermKey
    #: correct: what it is. accept, reject: the claim that is held.
    claim: Claim | None = None
    #: retract, split, accept, reject: the articles that it is about.
    articles: tuple[str, ...] = ()
    #: merge, split: the other term.
    other: TermKey | None = None
    #: undo: the number of what is taken back.
    undoes: int | None = None

    @property
    def article(self) -> str:
        """Under which name the decision stands as evidence."""
        return f"{HAND}{self.id}"


#: How the names of evidence begin that a person gave.
HAND = "hand:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One claim and the report that makes it."""

    claim: Claim
    article: str
    #: The place of the claim among its article's claims: steps are told by date, then by text.
    ordinal: int
    publisher: str
    #: 1 official, 2 wire or established press, 3 other.
    tier: int
    #: Aware; its offset is the publisher's.
    published: datetime
    observed: datetime
    link: str | None = None
    #: A sketch of the article's words, by which near copies are known (`monitor.ledger.evidence`).
    fingerprint: str = ""
    role: Role = Role.PLAIN
    #: Other values that the article gives for the same term: in the same status, and beside a position what is settled.
    beside: tuple[float, ...] = ()
    #: The terms under which it was filed before people merged or split them, the first one first.
    via: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether a person's decision stands here as evidence, not a report."""
        return self.article.startswith(HAND)

    @property
    def quote(self) -> str:
        return self.claim.quote

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Where the evidence stands among all: by publication, and within an article as told."""
        return self.published, self.article, self.ordinal


def by_order(evidence: Evidence) -> tuple[datetime, str, int]:
    """A key to sort by."""
    return evidence.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One value and status of a term. `value` is in base units of `unit`."""

    value: float
    unit: str
    status: Status
    #: When it was first published, or midnight UTC of the day that brought it.
    since: datetime
    #: When we learned it (the first report's `observed`, or the same midnight).
    recorded: datetime
    trust: Trust
    qualifier: Qualifier = Qualifier.EXACT
    high: float | None = None
    #: ISO date or prefix from which it applies (suspended, ended: does not apply).
    effective: str | None = None
    #: The report that gave `effective` was published then.
    dated: datetime | None = None
    until: str | None = None
    #: The article that opened it; None where a date did.
    article: str | None = None
    evidence: tuple[Evidence, ...] = ()
    #: Reports of other values that contest this one.
    rivals: tuple[Evidence, ...] = ()
    #: How many reports said it, those included that are no longer kept here.
    reports: int = 1

    @property
    def by_date(self) -> bool:
        """Whether a date brought it, not a report."""
        return self.article is None

    @property
    def start(self) -> date:
        """The day from which it applies, where that is stated to the day; else the day it was published."""
        return full_date(self.effective) or self.since.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A proposal, demand, threat or refusal about a term."""

    value: float
    unit: str
    status: Status
    since: datetime
    recorded: datetime
    trust: Trust
    qualifier: Qualifier = Qualifier.EXACT
    high: float | None = None
    effective: str | None = None
    article: str = ""
    evidence: tuple[Evidence, ...] = ()
    reports: int = 1
    #: When it was last made anew, not only told again.
    renewed: datetime
    #: When a settled version or its taking back answered it.
    closed: datetime | None = None


class _Dated:
    """The place for what is no part of a term: see `Term.reaches`. A copy of a term does not have it."""

    __slots__ = ("youngest",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(_Dated):
    """All that is known under one key. Versions are in the order in which they came to stand."""

    key: TermKey
    versions: tuple[Version, ...] = ()
    positions: tuple[Position, ...] = ()
    #: Evidence that moved nothing: history, guesses, parts of sums, what is held for review.
    others: tuple[Evidence, ...] = ()
    #: What people decided about it and did not undo, in the order of deciding.
    hands: tuple[Hand, ...] = ()
    #: Evidence that people set aside: kept, and no rule looks at it.
    aside: tuple[Evidence, ...] = ()
    #: The term that it was merged into.
    into: TermKey | None = None
    #: How many reports rest on versions and positions that a glance leaves out (`monitor.ledger.views.glance`).
    left_out: int = 0

    @property
    def standing(self) -> Version | None:
        """The last settled version."""
        return self.versions[-1] if self.versions else None

    @property
    def applied(self) -> Version | None:
        """The last version that was in effect, unless what stands says that nothing is applied any more."""
        now = self.standing
        if now is None or now.status in (Status.SUSPENDED, Status.ENDED):
            return None
        if now.status is Status.IN_EFFECT:
            return now
        return next((v for v in reversed(self.versions) if v.status is Status.IN_EFFECT), None)

    @property
    def open_positions(self) -> tuple[Position, ...]:
        """The positions that nothing settled has answered."""
        return tuple(p for p in self.positions if p.closed is None)

    def reaches(self, moment: datetime) -> None:
        """Remembers that nothing it holds, evidence or effect of a date, is younger than the moment."""
        object.__setattr__(self, "youngest", moment)

    def ends_before(self, moment: datetime) -> bool:
        """Whether it is remembered that all it holds is older than the moment: saves looking at all of it again."""
        youngest: datetime | None = getattr(self, "youngest", None)
        return youngest is not None and youngest < moment

    def kept_evidence(self) -> list[tuple[Evidence, ...]]:
        """All evidence that is kept, by what holds it; each holds it in its order."""
        held = [self.others, self.aside]
        for version in self.versions:
            held.append(version.evidence)
            if version.rivals:
                held.append(version.rivals)
        if self.positions:
            held.extend([position.evidence for position in self.positions])
        return held

    def all_evidence(self) -> Iterator[Evidence]:
        """Every piece of evidence kept, in no particular order."""
        return chain.from_iterable(self.kept_evidence())


Held = TypeVar("Held", Evidence, Version, Position, Term)
Part = TypeVar("Part")
_COPIERS: dict[type[Any], Callable[[Any, dict[str, object]], Any]] = {
    cls: copier(cls) for cls in (Evidence, Version, Position, Term)
}


def changed(held: Held, **parts: object) -> Held:
    """As `dataclasses.replace`, at a sixth of the time: the ledger's rules make two such copies of every claim."""
    copied: Held = _COPIERS[type(held)](held, parts)
    return copied


def also(held: tuple[Part, ...], more: Part) -> tuple[Part, ...]:
    """The tuple with one more behind it, copied once; `(*held, more)` makes a list of it first."""
    return held + (more,)  # noqa: RUF005


def bare(term: Term) -> Term:
    """The term without what reports made of it: its key and what people decided."""
    return Term(key=term.key, hands=term.hands, into=term.into)


def full_date(text: str | None) -> date | None:
    """The day that an ISO date names, or None for a prefix (`2025-11`, `2025`) or nothing."""
    return date.fromisoformat(text) if text is not None and len(text) == 10 else None


def midnight(day: date) -> datetime:
    """The day's first moment in UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def is_position(status: Status) -> bool:
    return status in POSITIONS
