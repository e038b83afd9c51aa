"""The call that says we are well, against a real server and against addresses that are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from alerts.channels.base import user_agent
from config.outbound import Outbound
from config.settings import Settings
from monitor.daemon.heartbeat import beat

AGENTS = web.AppKey("agents", list[str])
LOOPBACK = Outbound(["127.0.0.0/8"])


def beating(url: str, contact: str = "") -> Settings:
    return Settings(heartbeat_url=url, contact=contact)


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """Answers /ping/secret-path with 200 and notes the agent; all else is 404."""
    app = web.Application()
    app[AGENTS] = []

    async def ping(request: web.Request) -> web.Response:
        request.app[AGENTS].append(request.headers["User-Agent"])
        return web.Response(text="OK")

    app.router.add_get("/ping/secret-path", ping)
    running = TestServer(app)
    await running.start_server()
    yield running
    await running.close()


async def test_a_call_that_is_well(server: TestServer) -> None:
    assert await beat(beating(str(server.make_url("/ping/secret-path")), contact="desk@example.org"), LOOPBACK) is None
    assert server.app[AGENTS] == [user_agent("desk@example.org")]


async def test_a_wrong_address_is_told_without_its_path(server: TestServer) -> None:
    assert await beat(beating(str(server.make_url("/ping/other-secret"))), LOOPBACK) == "it answered 404"


async def test_a_private_address_is_refused_before_it_is_dialled(server: TestServer) -> None:
    why = await beat(beating(str(server.make_url("/ping/secret-path"))), Outbound())
    assert why is not None
    assert "loopback" in why and "secret-path" not in why
    assert server.app[AGENTS] == []


async def test_nobody_at_home(server: TestServer) -> None:
    url = str(server.make_url("/ping/secret-path"))
    await server.close()
    why = await beat(beating(url), LOOPBACK)
    assert why is not None
    assert "refused" in why.lower() and "secret-path" not in why
