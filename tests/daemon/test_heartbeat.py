"""The call that says we are well, against a real server and against addresses that are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from config.outbound import Outbound
from monitor.daemon.heartbeat import beat

AGENTS = web.AppKey("agents", list[str])
LOOPBACK = Outbound(["127.0.0.0/8"])


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
    assert await beat(str(server.make_url("/ping/secret-path")), LOOPBACK, agent="pactwatch/1") is None
    assert server.app[AGENTS] == ["pactwatch/1"]


async def test_a_wrong_address_is_told_without_its_path(server: TestServer) -> None:
    assert await beat(str(server.make_url("/ping/other-secret")), LOOPBACK, agent="x") == "it answered 404"


async def test_a_private_address_is_refused_before_it_is_dialled(server: TestServer) -> None:
    why = await beat(str(server.make_url("/ping/secret-path")), Outbound(), agent="x")
    assert why is not None
    assert "loopback" in why and "secret-path" not in why
    assert server.app[AGENTS] == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/secret-path", "no address, secret-path", "http://[/secret-path"])
async def test_what_is_no_address_is_told_and_not_raised(url: str) -> None:
    why = await beat(url, LOOPBACK, agent="x")
    assert why


async def test_nobody_at_home(server: TestServer) -> None:
    url = str(server.make_url("/ping/secret-path"))
    await server.close()
    why = await beat(url, LOOPBACK, agent="x")
    assert why is not None
    assert "refused" in why.lower() and "secret-path" not in why
