"""When digests go out and quiet hours end, by the clock of a time zone, daylight saving time included. Pure.

A time of day that a change of clocks leaves out comes as much later as the clock jumps (02:30 becomes 03:30); one that
it repeats comes once, the first time. That is how PEP 495 reads a local time with fold=0.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.settings import Subscription

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def next_digest(subscription: Subscription, after: datetime) -> datetime:
    """The first time after `after` at which a subscription's digest goes out, in UTC."""
    zone, at = ZoneInfo(subscription.zone), time.fromisoformat(subscription.at)
    if subscription.digest == "hourly":
        return _next_minute(after, at.minute, zone)
    day = after.astimezone(zone).date() - DAY
    while True:
        moment = _moment(day, at, zone)
        fits = subscription.digest == "daily" or WEEKDAYS[day.weekday()] == subscription.weekday
        if fits and moment > after:
            return moment
        day += DAY


def _next_minute(after: datetime, minute: int, zone: ZoneInfo) -> datetime:
    """The next moment at which the minute hand stands there: an hour that is repeated has its digest twice."""
    moment = after.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
    while moment.astimezone(zone).minute != minute:
        moment += MINUTE
    return moment


def quiet_until(subscription: Subscription, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` falls, in UTC; None outside of them."""
    if not subscription.quiet:
        return None
    zone = ZoneInfo(subscription.zone)
    begins, ends = (time.fromisoformat(part) for part in subscription.quiet.split("-"))
    today = now.astimezone(zone).date()
    for day in (today - DAY, today):
        start = _moment(day, begins, zone)
        end = _moment(day if begins < ends else day + DAY, ends, zone)
        if start <= now < end:
            return end
    return None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
