from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from config.settings import Feed
from config.words import Kind, Qualifier, Status, Trust
from monitor.feeds.canonical import canonical
from monitor.feeds.entry import Entry
from monitor.store import Store, feeds, url_for
from monitor.types import Change, ChangeClass, Claim, TermKey

MakeFeed = Callable[..., Feed]


@pytest.fixture
def now() -> datetime:
    return datetime(2025, 11, 14, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(postgresql: str) -> str:
    """The name of a PostgreSQL database that has the schema; others are copied from it."""
    maintenance = create_engine(postgresql.format("postgres"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text("CREATE DATABASE pactwatch"))
    maintenance.dispose()
    Store.open(postgresql.format("pactwatch")).close()
    return "pactwatch"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database of its own: every test that takes it runs over both, but for what only one of them has."""
    if request.param == "sqlite":
        return url_for(tmp_path)
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("migrated")
    name = f"t{uuid4().hex}"
    maintenance = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with maintenance.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    maintenance.dispose()
    return str(server.format(name))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def make_feed() -> MakeFeed:
    def make(name: str = "Yonhap", **settings: object) -> Feed:
        return Feed.model_validate({"name": name, "url": f"https://{name.lower()}.example/rss", "tier": 2} | settings)

    return make


@pytest.fixture
def add_feed(store: Store, make_feed: MakeFeed, now: datetime) -> Callable[..., feeds.Stored]:
    def add(name: str = "Yonhap", **settings: object) -> feeds.Stored:
        with store.begin() as connection:
            feeds.add(connection, make_feed(name, **settings), now)
            return feeds.get(connection, name)

    return add


@pytest.fixture
def make_entry() -> Callable[..., Entry]:
    def make(
        guid: str,
        *,
        link: str | None = None,
        title: str = "Korea and the US agree",
        summary: str = "Tariffs on cars fall to 15 percent.",
        content: str = "",
        published: datetime | None = None,
        language: str | None = None,
    ) -> Entry:
        return Entry(
            guid=guid,
            link=link,
            canonical=canonical(link) if link else None,
            title=title,
            summary=summary,
            content=content,
            published=published,
            updated=None,
            language=language,
            author=None,
        )

    return make


@pytest.fixture
def make_claim() -> Callable[..., Claim]:
    def make(value: float = 15, status: Status = Status.AGREED, scope: str = "autos", quote: str = "") -> Claim:
        return Claim(
            kind=Kind.TARIFF,
            party="US",
            counterparty="KR",
            actor=None,
            scope=scope,
            value=value,
            unit="percent",
            qualifier=Qualifier.EXACT,
            status=status,
            quote=quote or f"{value:g} percent",
            previous=25,
            effective="2025-11-01",
            exemptions=("sports cars",),
            confidence=0.75,
        )

    return make


@pytest.fixture
def make_change(now: datetime) -> Callable[..., Change]:
    def make(
        after: float = 15, *, scope: str = "autos", actor: str | None = None, at: datetime | None = None
    ) -> Change:
        key = TermKey(kind=Kind.TARIFF, party="US", counterparty="KR", scope=scope, family="percent", actor=actor)
        return Change(
            cls=ChangeClass.TERM,
            key=key,
            before=25,
            after=after,
            unit="percent",
            status=Status.AGREED,
            status_before=Status.IN_EFFECT,
            trust=Trust.REPORTED,
            at=at or now,
            article="7",
            details={"values": "15%, 25%"},
            quote="15 percent",
        )

    return make
