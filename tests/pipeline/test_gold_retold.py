"""The annotated streams through the daemon's steps: told anew they come out the same, and every row verifies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Config, Feed
from monitor.cli.given import claims_by_article
from monitor.cli.jsonl import articles
from monitor.feeds.entry import Entry
from monitor.ledger.codec import to_json
from monitor.ledger.due import coming, due
from monitor.ledger.policy import Policy
from monitor.ledger.views import glance, shown
from monitor.pipeline import rebuilding, steps
from monitor.store import Store, chain, feeds, items, ledger, url_for
from monitor.types import Reading

GOLD = Path(__file__).parent.parent / "gold"


@pytest.fixture(params=["us-kr", "us-jp", "us-cn", "us-kr on a server"])
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store into which a stream's given claims went, each article at its time, dates settled before each."""
    name, _, server = request.param.partition(" on ")
    claims = claims_by_article(GOLD / f"{name}.claims.jsonl")
    store = Store.open(request.getfixturevalue("postgresql_url") if server else url_for(tmp_path))
    with store.begin() as connection, (GOLD / f"{name}.articles.jsonl").open("rb") as lines:
        for _, article in articles(lines):
            assert not isinstance(article, str)
            now, source = article.observed, article.source
            feed = Feed.model_validate({"name": source.name, "url": "https://x.example/f", "tier": source.tier})
            feeds.add(connection, feed, now)
            entry = Entry(
                guid=article.id, link=None, canonical=None, title=article.title, summary=article.text, content="",
                published=article.published, updated=None, language=None, author=None,
            )  # fmt: skip
            steps.settle(connection, Config(), now)
            items.save(connection, feeds.get(connection, source.name), [entry], now, baseline=False)
            for unread in items.backlog(connection, 5):
                steps.record(connection, unread, Reading(claims=claims.get(article.id, ())), "1", Config(), now)
    yield store
    store.close()


def test_a_stream_told_anew_is_what_was_stored(stream: Store) -> None:
    with stream.read() as connection:
        now = ledger.settled_until(connection)
        assert now is not None
        stored = {term.key: to_json(term) for term in ledger.all_terms(connection)}
        made = rebuilding.rebuild(connection, Config(), now)
        assert len(stored) > 10
        assert {term.key: to_json(term) for term in made.terms} == stored
        assert (made.differences, made.gone) == ((), ())
        verdict = chain.verify(connection)
    assert verdict.faults == () and verdict.entries > 200


def test_pages_and_due_dates_see_the_same_with_less(stream: Store) -> None:
    """What a page loads shows what the whole term shows; terms that are not looked at for dates have none."""
    policy = Policy.of(Config().settings.ledger)
    with stream.read() as connection:
        now = ledger.settled_until(connection)
        assert now is not None
        every = ledger.all_terms(connection)
        assert [shown(term) for term in ledger.shown_terms(connection)] == [shown(term) for term in every]
        assert [shown(glance(term)) for term in every] == [shown(term) for term in every]
        for days in (0, 30, 200):
            then = now - timedelta(days=days)
            assert [(each.day, each.term.key) for each in coming(every, then.date())] == [
                (each.day, each.term.key) for each in coming(ledger.dated_terms(connection, then.date()), then.date())
            ]
            until = then + timedelta(days=3)
            found = ledger.dated_terms(connection, then.date(), (until + timedelta(days=60)).date())
            assert due(found, then, until, policy).changes == due(every, then, until, policy).changes
