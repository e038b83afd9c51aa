"""A server on loopback that speaks chat completions, and an article for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from config.settings import Reading, Second, Settings
from monitor.types import Article, Source

TITLE = "US cuts tariff on Korean cars to 15%"
TEXT = (
    "The United States will lower its tariff on Korean cars to 15 percent from 25 percent on Nov 1, the trade ministry "
    "in Seoul said. Korea pledged to invest $350 billion in the United States.\n\n"
    "Washington will double its 25 percent duty on Korean steel, officials said."
)
NOW = datetime(2025, 10, 29, 12, tzinfo=UTC)

Answer = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


def claim(**fields: Any) -> dict[str, Any]:
    """A claim in the form, right for the article; fields may be made wrong."""
    return {
        "kind": "tariff", "party": "US", "counterparty": "KR", "actor": None, "scope": "autos", "value": 15,
        "unit": "percent", "qualifier": "exact", "high": None, "previous": 25, "status": "agreed",
        "effective": "2025-11-01", "delta": None, "quote": "its tariff on Korean cars to 15 percent from 25 percent",
    } | fields  # fmt: skip


def completion(content: Any, **message: Any) -> dict[str, Any]:
    finish = message.pop("finish_reason", "stop")
    said = {"role": "assistant", "content": content, **message}
    return {"id": "x", "object": "chat.completion", "choices": [{"index": 0, "message": said, "finish_reason": finish}]}


@dataclass
class Model:
    """What the server answers, and what it was asked."""

    base: str = ""
    #: Answers of its own, in turn; without one the claims.
    answers: list[Answer] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=lambda: [claim()])
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        if self.answers:
            return await self.answers.pop(0)(request, body)
        return web.json_response(completion(json.dumps({"claims": self.claims})))

    def settings(self, **second: Any) -> Settings:
        how: dict[str, Any] = {"url": f"{self.base}/v1", "model": "small", "timeout": 5, "key": "sk-very-secret"}
        return Settings(reading=Reading(second=Second.model_validate(how | second)))


def saying(content: Any, **message: Any) -> Answer:
    async def answer(request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.json_response(completion(content, **message))

    return answer


def status(number: int, **headers: str) -> Answer:
    async def answer(request: web.Request, body: dict[str, Any]) -> web.Response:
        return web.json_response({"error": {"message": "no"}}, status=number, headers=headers)

    return answer


def raw(body: bytes) -> Answer:
    async def answer(request: web.Request, _: dict[str, Any]) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return answer


async def silence(request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("must not be reached")


class Answers:
    """The ways in which the server can answer."""

    saying = staticmethod(saying)
    status = staticmethod(status)
    raw = staticmethod(raw)
    silence = staticmethod(silence)


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def make_claim() -> Callable[..., dict[str, Any]]:
    return claim


@pytest.fixture
def article() -> Article:
    source = Source(name="Wire A", tier=2)
    return Article(id="1", source=source, published=NOW, observed=NOW, title=TITLE, text=TEXT)


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    made = Model()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()
