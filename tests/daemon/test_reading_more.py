"""The real program with a feed of summaries and a second reader: articles fetched, claims of both in the ledger."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

PROGRAM = Path(sys.executable).parent / "pactwatch"
KEY = "sk-a-long-secret-key"
CONFIG = """
settings:
  data_dir: {data}
  log_format: json
  log_level: debug
  allow_private: [127.0.0.1/32]
  polling: {{baseline: false, host_pause: 0}}
  reading: {{second: {{url: "{base}/v1", model: small, key: "env:SECOND_KEY", timeout: 10}}}}
catalogue: false
feeds:
  - {{name: Wire, url: "{base}/feed", tier: 2, full_text: true}}
"""
SUMMARY = "South Korea and the United States have concluded a trade deal, officials in Seoul said."
BODY = (
    "South Korea and the United States have concluded a trade deal, officials in Seoul said on Wednesday.",
    "The United States agreed to cut its tariff on Korean cars to 15 percent from 25 percent, they said.",
    "South Korea will hold its commitment to the United States at no more than $20 billion in any one year.",
)
CAP = {
    "kind": "annual_cap", "party": "KR", "counterparty": "US", "actor": None, "scope": "all", "value": 20e9,
    "unit": "USD", "qualifier": "at_most", "high": None, "previous": None, "status": "agreed", "effective": None,
    "delta": None, "quote": "no more than $20 billion in any one year",
}  # fmt: skip


@dataclass
class Site:
    """A feed with one item, its article, and a model."""

    folder: Path
    base: str = ""
    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def feed(self, request: web.Request) -> web.Response:
        published = format_datetime(datetime.now(UTC) - timedelta(minutes=3))
        item = (
            f"<item><guid>1</guid><title>Korea and the US conclude a trade deal</title><link>{self.base}/article</link>"
            f"<pubDate>{published}</pubDate><description>{SUMMARY}</description></item>"
        )
        text = f'<rss version="2.0"><channel><title>Wire</title>{item}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    async def article(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
        return web.Response(text=f"<html><body><article>{paragraphs}</article></body></html>", content_type="text/html")

    async def model(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        self.keys.append(request.headers["Authorization"])
        content = json.dumps({"claims": [CAP, CAP | {"value": 99e9}]})
        return web.json_response({"choices": [{"message": {"content": content}, "finish_reason": "stop"}]})

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of the program."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PACTWATCH_")}
        process = await asyncio.create_subprocess_exec(
            PROGRAM, "--config", str(self.folder), *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment | {"SECOND_KEY": KEY},
        )  # fmt: skip
        async with asyncio.timeout(120):
            out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    made = Site(tmp_path)
    app = web.Application()
    app.router.add_get("/feed", made.feed)
    app.router.add_get("/article", made.article)
    app.router.add_post("/v1/chat/completions", made.model)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    (tmp_path / "data").mkdir()
    text = CONFIG.format(data=tmp_path / "data", base=made.base)
    (tmp_path / "pactwatch.yaml").write_text(text, encoding="utf-8")
    yield made
    await runner.cleanup()


async def test_articles_are_fetched_and_both_readers_fill_the_ledger(site: Site) -> None:
    code, _, log = await site.run("run", "--once")
    assert code == 0, log
    assert site.asked == ["/article", "/v1/chat/completions"]
    assert site.keys == [f"Bearer {KEY}"]
    assert KEY not in log
    events = [json.loads(line) for line in log.splitlines()]
    (fetched,) = (event for event in events if event["event"] == "article_fetched")
    (second,) = (event for event in events if event["event"] == "item_second_read")
    assert (fetched["ok"], fetched["feed"]) == (True, "Wire")
    assert (second["claims"], len(second["dropped"])) == (1, 1)
    _, listed, _ = await site.run("terms", "--json")
    terms = {term["term"]: term for term in json.loads(listed)}
    assert {"tariff:US:KR:autos", "annual_cap:KR:US:all"} <= terms.keys()
    code, told, _ = await site.run("feeds", "health", "--json")
    assert code == 0
    assert json.loads(told)["articles"] == [{"feed": "Wire", "had": 1, "failed": 0, "error": ""}]
