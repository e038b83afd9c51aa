"""Messages that ask an address whether it wants alerts, or show what a new subscription begins with."""

from __future__ import annotations

from datetime import datetime

from alerts.types import Alert
from config.settings import Http, Subscription


def invitation(subscription: Subscription, code: str, http: Http, now: datetime) -> Alert:
    """The message with the code, and with a link where the web server can be reached."""
    link = f"{http.public_url.rstrip('/')}/confirm/{code}" if http.public_url else ""
    facts = [
        ("Watchlist", subscription.watchlist),
        ("Code", code),
        ("To confirm", link or f"pactwatch subscriptions confirm {code}"),
        ("Otherwise", "do nothing: without the code nothing is sent to you, and after two days it is void."),
    ]
    return Alert(
        id=f"confirm-{subscription.name}-{now.isoformat()}",
        labels={"class": "confirm"},
        title=f'Do you want the alerts of "{subscription.watchlist}"?',
        at=now,
        facts=tuple(facts),
    )
