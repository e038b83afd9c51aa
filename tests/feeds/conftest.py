"""A real server on loopback for the tests of feeds, and a fetcher that may reach it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from aiohttp import web

from config.outbound import Outbound
from config.settings import Polling, Settings
from monitor.feeds.fetch import Fetcher

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RawHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Serve(Protocol):
    async def __call__(self, routes: dict[str, Handler], ssl: Any = None) -> str: ...


class ServeRaw(Protocol):
    async def __call__(self, handler: RawHandler) -> str: ...


class MakeFetcher(Protocol):
    async def __call__(self, *, outbound: Outbound | None = None, **polling: Any) -> Fetcher: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts an aiohttp server for {path: handler}; returns its address without a final slash."""
    runners: list[web.AppRunner] = []

    async def start(routes: dict[str, Handler], ssl: Any = None) -> str:
        app = web.Application()
        for path, handler in routes.items():
            app.router.add_route("*", path, handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl).start()
        port = runner.addresses[0][1]
        return f"{'https' if ssl else 'http'}://127.0.0.1:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def serve_raw() -> AsyncIterator[ServeRaw]:
    """Starts a server that speaks whatever the handler writes, for answers that no library would send."""
    servers: list[asyncio.Server] = []

    async def start(handler: RawHandler) -> str:
        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await handler(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(once, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def fetcher() -> AsyncIterator[MakeFetcher]:
    """Makes a fetcher on a clock that stands at `NOW`, without pauses, allowed to reach loopback."""
    made: list[Fetcher] = []

    async def make(*, outbound: Outbound | None = None, **polling: Any) -> Fetcher:
        settings: dict[str, Any] = {k: polling.pop(k) for k in ("contact", "proxy", "ca_file") if k in polling}
        one = Fetcher(
            Settings(polling=Polling(**{"host_pause": 0, "timeout": 5, **polling}), **settings),
            outbound or Outbound(["127.0.0.0/8"]),
            clock=lambda: NOW,
        )
        made.append(one)
        return await one.__aenter__()

    yield make
    for one in made:
        await one.__aexit__(None, None, None)
