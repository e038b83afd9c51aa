"""One claim before a term: what the rules look at, and what they say."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum, auto
from typing import NamedTuple

from config.words import Status
from monitor.ledger.evidence import several
from monitor.ledger.figures import ahead, comparable, equal, same_figure
from monitor.ledger.policy import Policy
from monitor.ledger.terms import Evidence, Term, Version, full_date
from monitor.types import Claim


class Act(Enum):
    """What is done with a claim."""

    #: It opens the version that now stands, or a new position.
    MOVE = auto()
    #: It opens a version that is applied while another, settled for later, stands.
    APPLY = auto()
    #: It tells what was applied before the settled version comes: kept as a version, announced as nothing.
    BACKFILL = auto()
    #: It says again what a version or position holds.
    SUPPORT = auto()
    #: It contests what stands.
    CONTEST = auto()
    #: It is kept and moves nothing.
    KEEP = auto()
    #: It is kept for a person to look at.
    HOLD = auto()


class Verdict(NamedTuple):
    """A decision with its reason in plain words."""

    act: Act
    reason: str
    #: The place of the version or position that is supported.
    place: int = -1


class Case:
    """A claim with what stands when it is published. `value` is the claim's, a difference already added up."""

    __slots__ = ("claim", "evidence", "policy", "standing", "term", "value")

    def __init__(self, term: Term, evidence: Evidence, policy: Policy, value: float) -> None:
        self.term = term
        self.evidence = evidence
        self.policy = policy
        self.value = value
        self.claim = evidence.claim
        self.standing = term.standing

    def says(self, version: Version | None) -> bool:
        """Whether the claim's figure is the version's."""
        return version is not None and same_figure(self.claim, self.value, version.value, version.unit)

    def comparable(self, version: Version) -> bool:
        return comparable(self.claim.unit, version.unit)

    @property
    def own_day_ahead(self) -> bool:
        """Whether the claim names a day that is still to come when it is published."""
        return ahead(self.claim.effective, self.evidence.published)

    def starts_after(self, day: date) -> bool:
        """Whether the claim names a day of its own that is after the given one."""
        start = full_date(self.claim.effective)
        return start is not None and start > day

    @property
    def names_previous(self) -> bool:
        """Whether the claim says that it replaces what stands or what is applied."""
        if self.claim.previous is None:
            return False
        known = (self.term.standing, self.term.applied)
        return any(v is not None and equal(self.claim.previous, v.value) for v in known)

    def told_lately_by_another(self, since: datetime) -> bool:
        """Whether an independent report of tier 1 or 2 said the same within the contest window, and after `since`."""
        if self.evidence.tier > 2:
            return False
        since = max(since, self.evidence.published - self.policy.contest_window)
        recent = []
        for other in reversed(self.term.others):
            if other.published < since:
                break
            if other.tier <= 2 and other.claim.status is self.claim.status and equal(other.claim.value, self.value):
                recent.append(other)
        return several([*recent, self.evidence])

    def earlier(self, *statuses: Status) -> int | None:
        """The place of the last version of the claim's figure, in one of the statuses if any are given."""
        for index in range(len(self.term.versions) - 1, -1, -1):
            version = self.term.versions[index]
            if self.says(version) and (not statuses or version.status in statuses):
                return index
        return None


def resolve(term: Term, claim: Claim) -> float | None:
    """The claim's value; for a difference, what stands moved by it; None where nothing stands to be moved."""
    if claim.value is not None or claim.delta is None:
        return claim.value
    return None if term.standing is None else round(term.standing.value + claim.delta, 6)
