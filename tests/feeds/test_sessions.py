"""Which connections stay open."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from monitor.feeds.sessions import KEPT_FOR, Sessions


@pytest.fixture
async def made() -> AsyncIterator[dict[float, aiohttp.ClientSession]]:
    sessions = {keepalive: aiohttp.ClientSession() for keepalive in (KEPT_FOR, 0)}
    yield sessions
    for session in sessions.values():
        await session.close()


async def test_so_many_hosts_keep_their_connections_and_others_until_one_of_them_is_over(
    made: dict[float, aiohttp.ClientSession],
) -> None:
    time = 0.0
    sessions = Sessions(lambda keepalive: made[keepalive], lambda: time, most=2)
    kept = made[KEPT_FOR]
    assert [sessions.of(host) is kept for host in ("a", "b", "c", "a")] == [True, True, False, True]
    time = KEPT_FOR - 1
    assert sessions.of("b") is kept  # known, and known for longer now
    time = KEPT_FOR
    assert [sessions.of(host) is kept for host in ("c", "a")] == [True, False]


async def test_both_are_closed(made: dict[float, aiohttp.ClientSession]) -> None:
    await Sessions(lambda keepalive: made[keepalive], lambda: 0.0).close()
    assert all(session.closed for session in made.values())
