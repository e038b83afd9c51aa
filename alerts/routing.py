"""What becomes of an alert for each subscription: not told, at once, in a group, after quiet hours, in a digest.

Reads the outbox in the caller's transaction and writes nothing. Every decision has its reason in words.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from alerts import silences, timetable
from alerts.matching import TAKEN_BACK, decide
from alerts.tables import alerts, deliveries
from alerts.types import Alert, Decision
from config.settings import Config, Subscription

#: Channels to people, for whom changes of one deal are put together. Programs get each at once.
PEOPLE = frozenset({"mail", "apprise"})
#: States of a delivery that was told or will be.
TOLD = ("sent", "queued", "leased", "grouped", "held")


class Router:
    """Decides for the alerts of one transaction."""

    def __init__(self, connection: Connection, config: Config, now: datetime) -> None:
        self._connection = connection
        self._config = config
        self._now = now
        self._watchlists = {one.name: one for one in config.watchlists}
        self._silences = silences.listing(connection, now)
        #: (subscription, thread) → the delivery that leads the group which is open.
        self._leaders: dict[tuple[str, str], str | None] = {}

    def row(self, alert: Alert, subscription: Subscription, id: str) -> dict[str, Any]:
        """The columns that say what becomes of a delivery: state, reason, next_attempt_at, settled_at, group_id."""
        decision = self._decide(alert, subscription)
        if not decision.send:
            return _columns("skipped", decision.reason, settled_at=self._now)
        if subscription.digest:
            when = timetable.next_digest(subscription, self._now)
            return _columns("held", f"{decision.reason}; waits for the digest of {_minute(when)}")
        due = self._due(subscription)
        if due == self._now or not alert.thread:
            return _columns("queued", decision.reason, next_attempt_at=due)
        place = (subscription.name, alert.thread)
        leader = self._leader(*place)
        if leader is None:
            self._leaders[place] = id
            return _columns("queued", decision.reason, next_attempt_at=due, group_id=id)
        return _columns("grouped", f"{decision.reason}; grouped with {leader}", group_id=leader)

    def _decide(self, alert: Alert, subscription: Subscription) -> Decision:
        watchlist = self._watchlists.get(subscription.watchlist)
        if watchlist is None:
            return Decision(send=False, reason=f'there is no watchlist "{subscription.watchlist}"')
        if alert.labels.get("class") in TAKEN_BACK and self._was_told(alert, subscription.name):
            return Decision(send=True, reason="takes back what this subscription was told")
        decision = decide(alert, watchlist, subscription)
        silence = next((one for one in self._silences if one.covers(alert)), None) if decision.send else None
        return Decision(send=False, reason=silence.said) if silence else decision

    def _was_told(self, alert: Alert, subscription: str) -> bool:
        """Whether the subscription heard of the same term, or is about to."""
        term = alert.data.get("term")
        told = (
            select(alerts.c.body)
            .join(deliveries, deliveries.c.alert_id == alerts.c.id)
            .where(
                deliveries.c.subscription == subscription,
                deliveries.c.state.in_(TOLD),
                alerts.c.thread == alert.thread,
            )
        )
        return term is not None and any(body["data"].get("term") == term for body in self._connection.scalars(told))

    def _due(self, subscription: Subscription) -> datetime:
        """When a delivery may leave."""
        window = subscription.group
        if window is None:
            people = subscription.channel in PEOPLE
            window = self._config.settings.delivery.group_window if people else timedelta()
        due = self._now + window
        quiet = timetable.quiet_until(subscription, self._now) or timetable.quiet_until(subscription, due)
        return max(due, quiet) if quiet else due

    def _leader(self, subscription: str, thread: str) -> str | None:
        """The delivery that leads the group of a thread to which more may still be put."""
        place = (subscription, thread)
        if place not in self._leaders:
            open_ = (
                select(deliveries.c.id)
                .join(alerts, alerts.c.id == deliveries.c.alert_id)
                .where(
                    deliveries.c.subscription == subscription,
                    deliveries.c.state == "queued",
                    deliveries.c.attempts == 0,
                    deliveries.c.next_attempt_at > self._now,
                    deliveries.c.group_id == deliveries.c.id,
                    alerts.c.thread == thread,
                )
                .limit(1)
                .with_for_update(of=deliveries)
            )
            self._leaders[place] = self._connection.scalar(open_)
        return self._leaders[place]


def _columns(state: str, reason: str, **more: object) -> dict[str, Any]:
    return {"state": state, "reason": reason, "next_attempt_at": None, "settled_at": None, "group_id": None} | more


def _minute(when: datetime) -> str:
    return f"{when.day} {when:%b %Y %H:%M} UTC"
