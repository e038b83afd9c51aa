"""The rules for a settled figure that is not what stands: a step, a part, an old story, a doubt, another count of the
same event. What none of them explains is a change."""

from __future__ import annotations

from config.words import Kind, Status, Trust
from monitor.ledger import handwork
from monitor.ledger.case import Act, Case, Verdict
from monitor.ledger.evidence import independent, near_copy
from monitor.ledger.figures import equal, said
from monitor.ledger.terms import Version, full_date
from monitor.types import unit_family

#: Below this share of what stands, an amount of its own is a tranche or a project and not the whole cut down.
_PART = 0.5


def told_together(case: Case) -> Verdict | None:
    """Several figures of one report: steps are changes one after the other, the rest contradicts nothing."""
    standing, evidence = case.standing, case.evidence
    assert standing is not None
    index = _step(case, standing)
    if index is not None:
        return Verdict(Act.SUPPORT, "a step that is recorded already", index)
    if standing.article == evidence.article:
        before = _before_article(case, evidence.article)
        if before is not None and case.says(before):
            return Verdict(Act.KEEP, "what stood before, told beside what is new")
        return None
    if any(equal(case.value + value, standing.value) for value in evidence.beside) and not _moves(case):
        return Verdict(Act.KEEP, f"a part of {said(standing.value)}, which stands")
    restated = any(equal(value, standing.value) for value in evidence.beside)
    if not restated or standing.status is not case.claim.status or _moves(case):
        return None
    if unit_family(case.claim.unit) != "percent":
        part = Verdict(Act.KEEP, "a part of the sum that the same report states")
        return part if case.value < standing.value else None
    rest = case.value - standing.value
    if rest > 0 and any(equal(rest, v.value) for v in case.term.versions):
        return Verdict(Act.MOVE, f"the total is {said(case.value)}: {said(standing.value)} and {said(rest)}")
    return Verdict(Act.KEEP, f"told beside {said(standing.value)}, which the same report says stands")


def _step(case: Case, standing: Version) -> int | None:
    """The place of a version of the claim's figure and status that was opened together with what stands."""
    for index, version in enumerate(case.term.versions[:-1]):
        together = version.article is not None and version.article == standing.article
        if together and version.status is case.claim.status and case.says(version):
            return index
    return None


def _before_article(case: Case, article: str) -> Version | None:
    """What stood before the article's own versions."""
    earlier = [v for v in case.term.versions if v.article != article]
    return earlier[-1] if earlier else None


def part_of_recorded(case: Case) -> Verdict | None:
    """An amount far below the commitment that stands, or told as a part before, is a part and not a cut, unless the
    report says so."""
    standing = case.standing
    assert standing is not None
    amount = unit_family(case.claim.unit) in ("money", "units", "tonnes") and case.claim.kind is not Kind.ANNUAL_CAP
    if not amount or standing.article == case.evidence.article or _moves(case) or case.value >= standing.value:
        return None
    known = any(
        equal(e.claim.value, case.value) and any(value > case.value for value in e.beside) for e in case.term.others
    )
    if known or case.value < _PART * standing.value:
        return Verdict(Act.KEEP, f"a part of {said(standing.value)}, which stands")
    return None


def told_again(case: Case) -> Verdict | None:
    """A figure that an earlier version had is history, unless the report says that it came back."""
    standing = case.standing
    assert standing is not None
    index = case.earlier()
    if index is None or _moves(case):
        return None
    stopped = standing.status in (Status.SUSPENDED, Status.ENDED)
    if stopped and case.claim.status is Status.IN_EFFECT and case.evidence.tier < 3:
        return Verdict(Act.MOVE, f"{said(case.value)} in effect, {said(standing.value)} is {standing.status}")
    if case.told_lately_by_another(standing.since):
        return Verdict(Act.MOVE, f"back to {said(case.value)}, by two independent reports")
    return Verdict(
        Act.KEEP, f"history: {said(case.value)} stood before {said(standing.value)}, nothing says that it came back"
    )


def _moves(case: Case) -> bool:
    """Whether the claim itself says that something changes: it names what it replaces, or a day of its own."""
    standing = case.standing
    assert standing is not None
    if case.names_previous or (case.claim.delta is not None and case.claim.value is None):
        return True
    return case.own_day_ahead or (case.starts_after(standing.start))


def doubtful(case: Case) -> Verdict | None:
    """One weak report against a confirmed term, without a word of change, is for a person to look at."""
    standing, evidence = case.standing, case.evidence
    assert standing is not None
    if handwork.accepted(case.term, evidence):
        return None
    if evidence.tier < 3 or standing.trust is not Trust.CONFIRMED or _moves(case) or case.claim.previous is not None:
        return None
    unsure = case.claim.confidence < case.policy.review_confidence
    at_once = evidence.published - standing.since <= case.policy.contest_window
    if unsure or (at_once and standing.status is case.claim.status):
        return Verdict(
            Act.HOLD, f"one tier 3 report contradicts {said(standing.value)}, confirmed, and names no change"
        )
    return None


def contested(case: Case) -> Verdict | None:
    """Two sources of like tier that tell one event with two figures contest each other."""
    standing, evidence = case.standing, case.evidence
    assert standing is not None
    if standing.status is not case.claim.status or not standing.evidence or case.claim.previous is not None:
        return None
    opened = standing.evidence[0]
    apart = evidence.published - standing.since
    own_day = case.claim.effective is not None and case.claim.effective != standing.effective
    like = evidence.tier == min(e.tier for e in standing.evidence)
    independent_voice = evidence.publisher.casefold() != opened.publisher.casefold() and not near_copy(
        evidence.fingerprint, opened.fingerprint
    )
    if not (like and independent_voice) or apart > case.policy.contest_window or own_day or _told_its_start(case):
        return None
    if evidence.beside and any(equal(value, standing.value) for value in evidence.beside):
        return None
    rivals = [e for e in standing.rivals if equal(e.claim.value, case.value)]
    if standing.trust is Trust.CONTESTED and len(independent([*rivals, evidence])) > len(
        independent(standing.evidence)
    ):
        return Verdict(Act.MOVE, f"{said(case.value)} is confirmed against {said(standing.value)}")
    return Verdict(
        Act.CONTEST, f"{evidence.publisher} says {said(case.value)}, {opened.publisher} {said(standing.value)}"
    )


def _told_its_start(case: Case) -> bool:
    """Whether the report tells of a start on its own day: an event, and not another count of the same one."""
    day = full_date(case.claim.effective)
    published = case.evidence.published.date()
    return day is not None and abs((published - day).days) <= 1 and case.claim.status is Status.IN_EFFECT
