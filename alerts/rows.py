"""An alert as a row and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from alerts.types import Alert, Quote, Step


def to_row(alert: Alert, now: datetime) -> dict[str, object]:
    """The values of a row of `alerts`."""
    return {
        "id": alert.id,
        "created_at": now,
        "at": alert.at,
        "title": alert.title,
        "thread": alert.thread,
        "labels": dict(alert.labels),
        "body": {
            "facts": [list(fact) for fact in alert.facts],
            "quotes": [_quote_out(quote) for quote in alert.quotes],
            "data": dict(alert.data),
            # Only where there are any: most alerts have none, and older rows know no such thing.
            **(
                {"steps": [[one.day.isoformat(), one.value, one.label, one.applied] for one in alert.steps]}
                if alert.steps
                else {}
            ),
        },
    }


def from_row(row: Row[Any]) -> Alert:
    """The alert of a row of `alerts`, as it was announced."""
    return Alert(
        id=row.id,
        labels=row.labels,
        title=row.title,
        at=row.at,
        facts=tuple((name, value) for name, value in row.body["facts"]),
        quotes=tuple(_quote_in(quote) for quote in row.body["quotes"]),
        thread=row.thread,
        data=row.body["data"],
        steps=tuple(
            Step(day=date.fromisoformat(day), value=value, label=label, applied=applied)
            for day, value, label, applied in row.body.get("steps", ())
        ),
    )


def _quote_out(quote: Quote) -> dict[str, object]:
    published = quote.published.isoformat() if quote.published else None
    return {"text": quote.text, "source": quote.source, "link": quote.link, "published": published}


def _quote_in(quote: Mapping[str, Any]) -> Quote:
    published = datetime.fromisoformat(quote["published"]) if quote["published"] else None
    return Quote(text=quote["text"], source=quote["source"], link=quote["link"], published=published)
