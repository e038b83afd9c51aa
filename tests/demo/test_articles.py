"""The demo's news: enough of them, each with what a feed needs, in the order of time."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from demo.articles import load_articles, load_feeds

ARTICLES = load_articles()
FEEDS = load_feeds()


def test_there_are_enough_and_every_feed_has_some() -> None:
    assert len(ARTICLES) >= 40
    assert set(Counter(article.feed for article in ARTICLES)) == {feed.id for feed in FEEDS}


def test_all_three_formats_and_all_three_tiers_are_there() -> None:
    assert {feed.format for feed in FEEDS} == {"rss", "atom", "json"}
    assert {feed.tier for feed in FEEDS} == {1, 2, 3}


def test_they_come_in_order_and_keep_the_publishers_offset() -> None:
    assert list(ARTICLES) == sorted(ARTICLES, key=lambda article: article.appears)
    assert {article.published.utcoffset() for article in ARTICLES} >= {timedelta(hours=9), timedelta(hours=-4)}


def test_one_comes_late_and_one_is_syndicated() -> None:
    assert any(article.appears - article.published > timedelta(days=7) for article in ARTICLES)
    assert max(Counter(article.text for article in ARTICLES).values()) == 2


def test_links_belong_to_their_feed() -> None:
    sites = {feed.id: feed.site for feed in FEEDS}
    assert [a.link for a in ARTICLES if not a.link.startswith(sites[a.feed] + "/")] == []


def row(published: str, link: str = "https://x.example/1") -> str:
    return f'- {{feed: x, published: {published}, title: t, text: b, link: "{link}"}}\n'


def test_a_time_without_offset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(row("2025-04-02T10:00:00"))
    with pytest.raises(ValueError, match="needs its offset"):
        load_articles(tmp_path)


def test_a_link_used_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(row("2025-04-02T10:00:00+00:00") * 2)
    with pytest.raises(ValueError, match="used by two articles: https"):
        load_articles(tmp_path)


def test_an_article_cannot_appear_before_it_is_published(tmp_path: Path) -> None:
    late = row("2025-04-02T10:00:00+00:00").replace("title:", "appears: 2025-04-01T10:00:00+00:00, title:")
    (tmp_path / "1.yaml").write_text(late)
    with pytest.raises(ValueError, match="appears before it is published"):
        load_articles(tmp_path)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(
        "feeds: [{id: x, publisher: X, format: rdf, tier: 1, kind: wire, site: https://x.example}]"
    )
    with pytest.raises(ValueError, match="'rdf' is none of rss, atom, json"):
        load_feeds(tmp_path)
