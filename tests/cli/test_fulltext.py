"""`pactwatch feeds test --full-text` against a real server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner

from monitor.cli.root import cli

SUMMARY = "Seoul and Washington have a deal on Korean cars, officials said."
BODY = "Seoul and Washington have a deal on Korean cars at 15 percent, officials said on Wednesday in a statement."


@pytest.fixture
def base() -> Iterator[str]:
    """A site with a feed of two items, one of which has an article, served from a thread of its own."""
    address: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def feed(request: web.Request) -> web.Response:
        entries = "".join(
            f"<item><title>Deal on cars {n}</title><link>{address[0]}/{n}</link>"
            f"<description>{SUMMARY}</description></item>"
            for n in (1, 2)
        )
        text = f"<rss version='2.0'><channel><title>T</title>{entries}</channel></rss>"
        return web.Response(text=text, content_type="application/rss+xml")

    async def article(request: web.Request) -> web.Response:
        return web.Response(
            text=f"<html><body><article><p>{BODY}</p></article></body></html>", content_type="text/html"
        )

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/feed", feed)
        app.router.add_get("/1", article)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        return runner

    runners: list[web.AppRunner] = []

    def serve() -> None:
        runners.append(loop.run_until_complete(start()))
        loop.run_forever()
        loop.run_until_complete(runners[0].cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    yield address[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = "settings: {allow_private: [127.0.0.1], polling: {host_pause: 0}}\ncatalogue: false\n"
    (tmp_path / "pactwatch.yaml").write_text(settings, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(cli, ["--config", str(folder), "feeds", "test", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_would_be_read_is_shown(base: str, folder: Path) -> None:
    shown = run(folder, "--full-text", f"{base}/feed")
    assert f"the article is read, {len(BODY)} characters instead of {len(SUMMARY)}" in shown
    assert BODY in shown
    assert "the feed's text is read: the server answers 404" in shown


def test_programs_get_the_text_or_why_there_is_none(base: str, folder: Path) -> None:
    first, second = map(json.loads, run(folder, "--full-text", "--json", f"{base}/feed").splitlines())
    assert (first["full_text"], first["full_text_error"], first["summary"]) == (BODY, None, SUMMARY)
    assert second["full_text"] is None
    assert "404" in second["full_text_error"]


def test_without_it_no_article_is_fetched(base: str, folder: Path) -> None:
    first, second = map(json.loads, run(folder, "--json", f"{base}/feed").splitlines())
    assert "full_text" not in first
    assert second["title"] == "Deal on cars 2"
