"""What a site allows, by its robots.txt, against a real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from monitor.feeds.fetch import FetchError
from monitor.feeds.robots import KEEP, KEEP_FAILURE, MAX_BYTES, Robots

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)


class Site:
    """A robots.txt that a test changes, and how often it was asked for."""

    def __init__(self) -> None:
        self.text: str | bytes = ""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked = 0
        self.agents: list[str] = []

    async def robots(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.agents.append(request.headers["User-Agent"])
        body = self.text.encode() if isinstance(self.text, str) else self.text
        return web.Response(body=body, status=self.status, headers=self.headers, content_type="text/plain")


class Day:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def day() -> Day:
    return Day()


@pytest.fixture
async def base(serve: Any, site: Site) -> str:
    return str(await serve({"/robots.txt": site.robots}))


@pytest.fixture
async def robots(fetcher: Any, day: Callable[[], datetime]) -> Robots:
    return Robots(await fetcher(), day)


async def refused(robots: Robots, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await robots.permit(url)
    return caught.value


async def test_what_is_disallowed_is_refused_and_the_rest_is_not(site: Site, base: str, robots: Robots) -> None:
    site.text = "User-agent: *\nDisallow: /private\nAllow: /private/but-this\n"
    await robots.permit(f"{base}/news/1")
    await robots.permit(f"{base}/private/but-this")
    error = await refused(robots, f"{base}/private/1")
    assert error.kind == "robots"
    assert "robots.txt" in error.reason
    assert site.asked == 1
    assert site.agents[0].startswith("pactwatch/")


async def test_rules_for_our_name_go_before_those_for_all(site: Site, base: str, robots: Robots) -> None:
    site.text = "User-agent: *\nDisallow: /\n\nUser-agent: Pactwatch\nDisallow: /archive\n"
    await robots.permit(f"{base}/news/1")
    assert (await refused(robots, f"{base}/archive/1")).kind == "robots"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_site_without_rules_allows_all(status: int, site: Site, base: str, robots: Robots) -> None:
    site.status, site.text = status, "User-agent: *\nDisallow: /\n"
    await robots.permit(f"{base}/news/1")


@pytest.mark.parametrize(("status", "kind"), [(500, "http"), (503, "http"), (429, "rate_limited")])
async def test_a_site_that_cannot_say_allows_nothing_for_now(
    status: int, kind: str, site: Site, base: str, robots: Robots, day: Day
) -> None:
    site.status = status
    error = await refused(robots, f"{base}/news/1")
    assert (error.kind, error.status) == (kind, status)
    await refused(robots, f"{base}/news/2")
    assert site.asked == 1
    if status != 500:
        return  # the host rests for a while by a clock of its own, see test_fetch
    site.status = 200
    day.now += KEEP_FAILURE
    await robots.permit(f"{base}/news/1")
    assert site.asked == 2


async def test_rules_are_kept_for_a_day_and_then_asked_for_anew(
    site: Site, base: str, robots: Robots, day: Day
) -> None:
    await robots.permit(f"{base}/1")
    site.text = "User-agent: *\nDisallow: /\n"
    day.now += KEEP - timedelta(seconds=1)
    await robots.permit(f"{base}/1")
    day.now += timedelta(seconds=1)
    await refused(robots, f"{base}/1")
    assert site.asked == 2


async def test_the_pause_that_a_site_wants(site: Site, base: str, robots: Robots) -> None:
    assert robots.delay(f"{base}/1") == 0
    site.text = "User-agent: *\nCrawl-delay: 7\n"
    await robots.permit(f"{base}/1")
    assert robots.delay(f"{base}/2") == 7


async def test_a_site_that_wants_hours_between_pages_is_not_asked_for_pages(
    site: Site, base: str, robots: Robots
) -> None:
    site.text = "User-agent: *\nCrawl-delay: 3600\n"
    assert (await refused(robots, f"{base}/1")).kind == "robots"


async def test_rules_that_are_too_long_allow_nothing(site: Site, base: str, robots: Robots) -> None:
    site.text = "#" * (MAX_BYTES + 1)
    assert "too large" in (await refused(robots, f"{base}/1")).reason


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"<html>" * 100, b"Disallow: /\n" * 100, b"\0" * 1000])
async def test_rubbish_forbids_nothing(text: bytes, site: Site, base: str, robots: Robots) -> None:
    site.text = text
    await robots.permit(f"{base}/1")


@pytest.mark.parametrize("url", ["mailto:a@b.example", "nothing", "ftp://x.example/1", "http://[bad/1"])
async def test_what_is_no_web_address_is_told(url: str, robots: Robots) -> None:
    assert (await refused(robots, url)).kind == "address"
