"""`pactwatch explain --second` against a server that speaks chat completions, and a rebuild with what it had said."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from monitor.cli.root import cli
from monitor.store import opinions
from monitor.store.opinions import Stored
from monitor.types import Claim

if TYPE_CHECKING:
    from tests.cli.conftest import Desk

WHEN = datetime(2025, 7, 31, 9, tzinfo=UTC)
ARTICLE = {
    "id": "a1",
    "source": {"name": "Wire A", "tier": 2},
    "published": "2025-10-29T09:00:00+00:00",
    "title": "US and Korea agree on 15% tariff for cars",
    "text": "Under the deal the United States will lower its tariff on Korean cars to 15 percent from 25 percent.",
}
GOOD = {
    "kind": "tariff", "party": "US", "counterparty": "KR", "actor": None, "scope": "autos", "value": 15,
    "unit": "percent", "qualifier": "exact", "high": None, "previous": 25, "status": "agreed", "effective": None,
    "delta": None, "quote": "its tariff on Korean cars to 15 percent from 25 percent",
}  # fmt: skip


@dataclass
class Model:
    base: str = ""
    status: int = 200
    claims: list[dict[str, Any]] = field(default_factory=lambda: [GOOD, GOOD | {"value": 99}])

    async def answer(self, request: web.Request) -> web.Response:
        content = json.dumps({"claims": self.claims})
        return web.json_response({"choices": [{"message": {"content": content}}]}, status=self.status)


@pytest.fixture
def model() -> Iterator[Model]:
    """A model served from a thread of its own."""
    made, ready, loop = Model(), threading.Event(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", made.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.base = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def explain(folder: Path, second: str, *arguments: str) -> Result:
    settings = f"settings: {{reading: {{second: {second}}}}}\ncatalogue: false\n"
    (folder / "pactwatch.yaml").write_text(settings, encoding="utf-8")
    runner = CliRunner(env={"COLUMNS": "160"})
    return runner.invoke(cli, ["--config", str(folder), "explain", *arguments, "-"], input=json.dumps(ARTICLE))


def test_both_readers_are_shown_as_one(model: Model, tmp_path: Path) -> None:
    result = explain(tmp_path, f"{{url: '{model.base}', model: small}}", "--second")
    assert result.exit_code == 0, result.output
    assert "the second reader (small)" in result.output
    assert "2 claims, 1 that the article bears" in result.output
    assert "dropped: tariff US:KR:autos: its quote does not hold the figure 99 percent, but 15 percent" in result.output
    assert "both readers as one" in result.output
    assert result.output.rstrip().splitlines()[-2].endswith("both")


def test_programs_get_all_of_it(model: Model, tmp_path: Path) -> None:
    found = json.loads(explain(tmp_path, f"{{url: '{model.base}', model: small}}", "--second", "--json").output)
    second = found["second"]
    assert (second["model"], second["trouble"], len(second["claims"]), len(second["dropped"])) == ("small", None, 1, 1)
    (claim,) = second["merged"]
    assert claim["said_by"] == "both"
    assert claim["confidence"] > found["claims"][0]["confidence"]


def test_its_failure_is_told_and_the_reading_stands(model: Model, tmp_path: Path) -> None:
    model.status = 500
    result = explain(tmp_path, f"{{url: '{model.base}', model: small}}", "--second")
    assert result.exit_code == 1
    assert "no answer to use: it answers 500. The built-in reading stands." in result.output
    assert "tariff:US:KR:autos" in result.output


def test_without_a_second_reader_it_says_what_to_set(tmp_path: Path) -> None:
    result = explain(tmp_path, "{}", "--second")
    assert result.exit_code == 2
    assert "reading.second.url" in result.output


def test_an_endpoint_without_a_model_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    result = explain(tmp_path, "{url: 'http://127.0.0.1:9/v1'}", "--second")
    assert result.exit_code == 2
    assert "reading.second.model" in result.output


def test_nobody_is_asked_without_it(tmp_path: Path) -> None:
    result = explain(tmp_path, "{url: 'http://127.0.0.1:9/v1', model: small}")
    assert result.exit_code == 0
    assert "second reader" not in result.output


def test_a_rebuild_reads_again_with_what_the_second_reader_had_said(desk: Desk, cars: Claim) -> None:
    """The built-in reader finds nothing in these words; what the second one said of them is still there."""
    lone = replace(cars, quote="the levy there is now a quarter", confidence=0.5)
    desk.tell(0, lone)
    with desk.store.begin() as connection:
        opinions.keep(connection, 1, 1, "small", Stored(claims=(lone,)), WHEN)
    assert desk.run("ledger", "rebuild", "--reread").exit_code == 1
    written = desk.folder / "pactwatch.yaml"
    second = "settings:\n  reading: {second: {url: 'http://127.0.0.1:9/v1', model: small}}\n"
    written.write_text(written.read_text(encoding="utf-8").replace("settings:\n", second), encoding="utf-8")
    result = desk.run("ledger", "rebuild", "--reread")
    assert result.exit_code == 0, result.output
