"""What came of attempts, and of claims that were not used: written under the lease's token, many in few statements.

Every function takes the caller's connection and never commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from alerts import grouping
from alerts.retry import next_attempt
from alerts.tables import attempts, deliveries
from alerts.types import Answer, Lease, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An attempt that was made, and its answer."""

    lease: Lease
    answer: Answer
    #: How long the answer took.
    seconds: float
    #: Attempts after which a delivery is given up.
    max_attempts: int


def finish_all(
    connection: Connection, made: Sequence[Made], now: datetime, draw: Callable[[], float]
) -> list[Settled | None]:
    """Write attempts and what becomes of their deliveries; None where the lease was lost and another decides.

    An attempt is logged in either case: it was made.
    """
    if not made:
        return []
    connection.execute(attempts.insert(), [_logged(one, now) for one in made])
    held = _held(connection, [one.lease for one in made])
    settled = [_outcome(one, now, draw) if one.lease.id in held else None for one in made]
    ended = [(one, outcome) for one, outcome in zip(made, settled, strict=True) if outcome is not None]
    if ended:
        values = ("state", "reason", "last_answer", "settled_at", "next_attempt_at", "lease_token")
        statement = update(deliveries).where(deliveries.c.id == bindparam("delivery"))
        rows = [_row(one, outcome, now) for one, outcome in ended]
        connection.execute(statement.values({name: bindparam(f"new_{name}") for name in values}), rows)
    for one, outcome in ended:
        if one.lease.alert.parts and outcome.state != "queued":
            with_leader = {"state": outcome.state, "last_answer": one.answer.detail, "settled_at": now}
            grouping.settle_members(connection, one.lease.id, with_leader)
    return settled


def give_back(connection: Connection, leases: Sequence[Lease], now: datetime) -> int:
    """Queue deliveries again that were claimed and of which no attempt was made; how many those were."""
    held = _held(connection, leases)
    c = deliveries.c
    again = {"state": "queued", "next_attempt_at": now, "lease_token": None, "attempts": c.attempts - 1}
    connection.execute(update(deliveries).where(c.id.in_(held)).values(**again))
    return len(held)


def _held(connection: Connection, leases: Sequence[Lease]) -> Collection[str]:
    """Ids of the deliveries whose lease is still the one at hand, locked until the transaction ends."""
    c = deliveries.c
    tokens = {lease.id: lease.token for lease in leases}
    wanted = select(c.id, c.lease_token).where(c.id.in_(tokens), c.state == "leased").with_for_update()
    return {row.id for row in connection.execute(wanted) if tokens[row.id] == row.lease_token}


def _logged(made: Made, now: datetime) -> dict[str, object]:
    return {
        "delivery_id": made.lease.id,
        "number": made.lease.attempt,
        "at": now,
        "ok": made.answer.ok,
        "permanent": made.answer.permanent or made.answer.gone,
        "detail": made.answer.detail,
        "seconds": made.seconds,
    }


def _row(made: Made, settled: Settled, now: datetime) -> dict[str, object]:
    return {
        "delivery": made.lease.id,
        "new_state": settled.state,
        "new_reason": settled.reason,
        "new_last_answer": made.answer.detail,
        "new_settled_at": None if settled.state == "queued" else now,
        "new_next_attempt_at": settled.next_attempt_at,
        "new_lease_token": None,
    }


def _outcome(made: Made, now: datetime, draw: Callable[[], float]) -> Settled:
    lease, answer = made.lease, made.answer
    if answer.ok:
        return Settled(state="sent", reason=lease.reason)
    again = next_attempt(lease.attempt, answer, now, draw, made.max_attempts)
    if again is not None:
        return Settled(state="queued", reason=lease.reason, next_attempt_at=again)
    if answer.permanent or answer.gone:
        return Settled(state="dead", reason=f"refused for good: {answer.detail}")
    return Settled(state="dead", reason=f"given up after {lease.attempt} attempts: {answer.detail}")
