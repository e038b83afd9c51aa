"""`pactwatch feeds`: the list, and what a test of an address or a file shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.load import Loaded, load
from config.settings import Feed
from monitor.cli.root import cli
from monitor.store import Store, url_for
from monitor.store.feeds import sync
from monitor.store.schema import feeds

RSS = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Trade</title><item><title>관세 &amp;amp; 15%</title>'
    "<link>https://a.example/1</link><guid>one</guid><pubDate>Mon, 03 Nov 2025 10:00:00 KST</pubDate>"
    "<description>&lt;p&gt;x&lt;/p&gt;</description></item></channel></rss>"
)
CONFIG = """
settings: {{data_dir: {data}, allow_private: ["127.0.0.1"]}}
catalogue: false
feeds:
  - {{name: Ministry, url: "https://ministry.example/feed", tier: 1, country: KR}}
  - {{name: Quiet, url: "https://quiet.example/feed", enabled: false}}
"""


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, list(arguments), input=given)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pactwatch.yaml").write_text(CONFIG.format(data=tmp_path / "data"))
    return tmp_path


@pytest.fixture
def server() -> Iterator[str]:
    """A feed on loopback, and everything else a 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/feed"
            self.send_response(200 if found else 404)
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(RSS.encode() if found else b"no")

        def log_message(self, format: str, *args: object) -> None:
            pass

    one = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=one.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{one.server_port}"
    one.shutdown()
    thread.join()
    one.server_close()


def test_a_file_as_json(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(RSS)
    result = run("feeds", "test", "--json", str(path))
    assert result.exit_code == 0, result.output
    assert lines(result) == [
        {
            "file": str(path),
            "id": "one",
            "title": "관세 & 15%",
            "link": "https://a.example/1",
            "published": "2025-11-03T01:00:00+00:00",
            "summary": "x",
            "content": "",
        }
    ]


def test_a_folder_with_good_and_bad_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.html").write_text("<html></html>")
    (tmp_path / "deep" / "b.xml").write_text(RSS)
    (tmp_path / "c.bin").write_bytes(bytes(range(256)))
    (tmp_path / "d.xml").write_bytes(b"")
    result = run("feeds", "test", "--json", str(tmp_path), str(tmp_path / "missing"))
    assert result.exit_code == 1
    got = [(Path(one["file"]).name, "error" in one, set(one)) for one in lines(result)]
    assert [(name, bad) for name, bad, _ in got] == [
        ("a.html", True), ("c.bin", True), ("d.xml", True), ("b.xml", False), ("missing", True),
    ]  # fmt: skip
    assert all(fields == {"file", "error"} for _, bad, fields in got if bad)
    assert "Traceback" not in result.output


def test_a_file_whose_name_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.xml"
    path.write_text(RSS)
    result = run("feeds", "test", "--json", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert lines(result)[0]["file"].endswith("caf?.xml")


def test_standard_input() -> None:
    result = run("feeds", "test", "--json", "-", given=RSS.replace("?>", ' encoding="euc-kr"?>', 1).encode("euc-kr"))
    assert (result.exit_code, lines(result)[0]["file"], lines(result)[0]["title"]) == (0, "-", "관세 & 15%")


def test_for_people(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(RSS.replace("</channel></rss>", ""))
    result = run("feeds", "test", str(path))
    assert result.exit_code == 0
    for said in ("Trade · rss20", "관세 & 15%", "2025-11-03 01:00", "mended: ", "1 item"):
        assert said in result.stdout
    page = tmp_path / "b.html"
    page.write_text("<html>[red]x")
    result = run("feeds", "test", str(page))
    assert result.exit_code == 1
    assert "is an HTML page, not a feed" in result.stdout


def test_the_configuration_is_read_once_and_only_for_addresses(
    server: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []

    def counted(path: Path | None) -> Loaded:
        read.append(path)
        return load(path)

    monkeypatch.setattr("config.load.load", counted)
    (home / "a.xml").write_text(RSS)
    run("--config", str(home), "feeds", "test", str(home / "a.xml"))
    assert read == []
    assert run("--config", str(home), "feeds", "test", f"{server}/feed", f"{server}/feed").exit_code == 0
    assert read == [home]


def test_an_address(server: str, home: Path) -> None:
    result = run("--config", str(home), "feeds", "test", f"{server}/feed", f"{server}/none")
    assert result.exit_code == 1
    for said in ("200, ", "can be asked conditionally", "관세 & 15%", "404 Not Found"):
        assert said in result.stdout


def test_an_address_that_is_refused(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PACTWATCH_CONFIG", str(tmp_path / "none"))
    result = run("feeds", "test", "--json", f"{server}/feed", "ftp://a.example/")
    assert result.exit_code == 1
    first, second = lines(result)
    assert "loopback" in first["error"]
    assert "only http and https" in second["error"]


def test_the_list_before_and_after_the_first_poll(home: Path) -> None:
    result = run("--config", str(home), "feeds", "list")
    assert result.exit_code == 0, result.output
    assert "not polled yet" in result.stdout
    assert "Quiet" not in result.stdout
    (home / "data").mkdir()
    store = Store.open(url_for(home / "data"))
    with store.begin() as connection:
        now = datetime(2025, 11, 3, tzinfo=UTC)
        sync(connection, [Feed(name="Ministry", url="https://ministry.example/feed")], now)
        connection.execute(
            feeds.update().values(failures=2, last_error="404", why="failed 2 times", last_polled_at=now)
        )
    store.close()
    assert "404 (failed 2 times)" in run("--config", str(home), "feeds", "list").stdout
    everything = lines(run("--config", str(home), "feeds", "list", "--all", "--json"))
    assert [(feed["name"], feed["failures"], feed["enabled"]) for feed in everything] == [
        ("Ministry", 2, True), ("Quiet", None, False),
    ]  # fmt: skip
