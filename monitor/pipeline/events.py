"""What the pipeline tells of itself: a name and plain, JSON-serialisable data, for logs and live displays."""

from __future__ import annotations

from monitor.announce.alert import change_id, data
from monitor.pipeline.steps import Brought, Recorded
from monitor.second.reader import Opinion
from monitor.store.feeds import Lease, State
from monitor.store.items import Saved, Unread
from monitor.store.pages import Wanted
from monitor.types import Change, Reading

Event = tuple[str, dict[str, object]]


def feed_polled(lease: Lease, brought: Brought, saved: Saved, state: State) -> Event:
    """`ok`, `new` and `revised` items, `unchanged` (nothing was sent, or the same bytes), `error` in plain words."""
    return "feed_polled", {
        "feed": lease.feed.name,
        "url": lease.url,
        "ok": not brought.outcome.error,
        "unchanged": brought.answer is not None and brought.answer.unchanged,
        "new": len(saved.new),
        "revised": len(saved.revised),
        "error": brought.outcome.error,
        "failures": state.failures,
        "next_poll_at": state.next_poll_at.isoformat(),
        "why": state.why,
    }


def item_stored(lease: Lease, item_id: int) -> Event:
    return "item_stored", {"item": item_id, "feed": lease.feed.name}


def article_fetched(one: Wanted, characters: int = 0, error: str = "", given_up: bool = False) -> Event:
    """The article behind an item's link: so many `characters`, or an `error` in plain words; `given_up` says that the
    item is read with what the feed has of it."""
    return "article_fetched", {
        "item": one.item_id,
        "feed": one.feed,
        "ok": not error,
        "characters": characters,
        "error": error,
        "attempt": one.attempt,
        "given_up": given_up,
    }


def item_second_read(item: Unread, opinion: Opinion, model: str) -> Event:
    """What the second reader said: so many `claims` that the article bears, those `dropped`, or its `trouble`."""
    return "item_second_read", {
        "item": item.id,
        "model": model,
        "claims": len(opinion.claims),
        "dropped": list(opinion.dropped),
        "trouble": opinion.trouble,
    }


def item_read(item: Unread, reading: Reading, recorded: Recorded) -> Event:
    """`claims` counts what the item says, `new_claims` what it had not said in an earlier revision; `gone` are figures
    of earlier revisions that its publisher took out."""
    article = item.article
    return "item_read", {
        "item": item.id,
        "revision": item.revision,
        "baseline": item.baseline,
        "source": article.source.name,
        "title": article.title,
        "link": article.link,
        "published": article.published.isoformat(),
        "topics": [str(topic) for topic in reading.topics],
        "countries": list(reading.countries),
        "claims": len(reading.claims),
        "new_claims": recorded.claims,
        "gone": [one.figure for one in recorded.gone],
        "quotes": [claim.quote for claim in reading.claims],
        "changes": len(recorded.changes),
    }


def change(seq: int, made: Change, baseline: bool) -> Event:
    """The change as an alert's `data` has it, with its number in the journal and whether it alerts nobody."""
    return "change", {"seq": seq, "id": change_id(made), "baseline": baseline, **data(made)}


def alert_queued(delivery: str) -> Event:
    """`delivery` is the id under which it goes out."""
    return "alert_queued", {"delivery": delivery}
