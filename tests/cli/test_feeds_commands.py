"""`pactwatch feeds add, remove, pause, resume, poll, health, edits, import, export`, as a person types them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.load import load
from monitor.cli.root import cli
from monitor.store import Store, feeds, schema, url_for
from monitor.store.feeds import Stored

CONFIG = """
settings: {{data_dir: {data}, allow_private: ["127.0.0.1"], polling: {{host_pause: 0}}}}
catalogue: false
feeds:
  - {{name: Ministry, url: "{base}/own.xml", tier: 1, country: KR}}
  - {{name: Known, url: "{base}/known.xml", tier: 2, country: JP, publisher: Group, enabled: false}}
"""
SECRET = "hunter2-and-more"


def rss(title: str, language: str = "ko-KR") -> str:
    items = "".join(f"<item><title>{title} {n}</title><guid>{title}{n}</guid></item>" for n in range(3))
    return f"<rss version='2.0'><channel><title>{title}</title><language>{language}</language>{items}</channel></rss>"


PAGES = {
    "/": "<html><head><link rel=alternate type='application/rss+xml' href='/all.xml' title=All>"
    "<link rel=alternate type='application/rss+xml' href='/trade.xml' title=Trade></head></html>",
    "/single/": "<html><head><link rel=alternate type='application/rss+xml' href='/trade.xml'></head></html>",
    "/none/": "<html>",
    "/all.xml": rss("All"), "/trade.xml": rss("Trade & more"), "/known.xml": rss("Its own title"),
    "/own.xml": rss("Own"), "/locked.xml": rss("Locked"),
}  # fmt: skip


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def base(asked: list[str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            locked = self.path == "/locked.xml" and self.headers["Authorization"] != f"Bearer {SECRET}"
            page = PAGES.get(self.path)
            self.send_response(401 if locked else 200 if page else 404)
            self.send_header("Content-Type", "text/html" if (page or "").startswith("<html") else "application/rss+xml")
            self.end_headers()
            self.wfile.write((page if page and not locked else "no").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    one = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=one.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{one.server_port}"
    one.shutdown()
    thread.join()
    one.server_close()


class Home:
    """A configuration and the commands over it."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base = folder, base
        (folder / "pactwatch.yaml").write_text(CONFIG.format(data=folder / "data", base=base), encoding="utf-8")

    def run(self, *arguments: str, given: str | None = None) -> Result:
        return CliRunner(env={"COLUMNS": "200"}).invoke(
            cli, ["--config", str(self.folder), "feeds", *arguments], input=given
        )

    def add(self, path: str, *options: str) -> Result:
        return self.run("add", f"{self.base}{path}", *options)

    def store(self) -> Store:
        (self.folder / "data").mkdir(exist_ok=True)
        return Store.open(url_for(self.folder / "data"))

    def stored(self) -> dict[str, Stored]:
        store = self.store()
        with store.read() as connection:
            found = {one.feed.name: one for one in feeds.listing(connection)}
        store.close()
        return found

    def started(self) -> None:
        """What a daemon does with the files when it starts."""
        store = self.store()
        with store.begin() as connection:
            feeds.sync(connection, load(self.folder).config.feeds, datetime.now(UTC))
        store.close()


@pytest.fixture
def home(tmp_path: Path, base: str) -> Home:
    return Home(tmp_path, base)


def test_a_site_with_one_feed_is_added_and_due_at_once(home: Home) -> None:
    result = home.add("/single/", "--country", "KR", "--tier", "1", "--tag", "a", "--tag", "b c")
    assert result.exit_code == 0, result.output
    assert 'Added "Trade & more" (KR, tier 1, ko)' in result.stdout
    assert "read silently" in result.stdout and "pactwatch run" in result.stdout
    (one,) = home.stored().values()
    assert (one.origin, one.feed.url, one.feed.tags) == ("command", f"{home.base}/trade.xml", ("a", "b c"))
    assert one.state.next_poll_at <= datetime.now(UTC)
    assert one.state.first_polled_at is None  # so that the first poll is a baseline
    listed = home.run("list")
    assert "Trade & more" in listed.stdout and "2 feeds, 1 of them by command" in listed.stdout


def test_of_several_feeds_one_is_to_be_named_or_all_taken(home: Home) -> None:
    result = home.add("/")
    assert result.exit_code == 2
    assert "has 2 feeds" in result.stderr and f"{home.base}/all.xml" in result.stderr and "--all" in result.stderr
    assert home.add("/", "--all", "--name", "X").exit_code == 2
    result = home.add("/", "--all")
    assert result.exit_code == 0
    assert sorted(home.stored()) == ["All", "Trade & more"]


def test_the_feed_of_a_whole_site_is_not_taken_for_that_of_a_page(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGES, "/rss.xml", rss("Whole site"))
    result = home.add("/none/")
    assert (result.exit_code, result.stdout, home.stored()) == (1, "", {})
    assert f"{home.base}/none/ names no feed; its site has one" in result.stderr and "Whole site" in result.stderr
    assert f"pactwatch feeds add {home.base}/rss.xml" in result.stderr and "--any" in result.stderr
    result = home.add("/none/", "--any")
    assert result.exit_code == 0 and "its site has one" in result.stderr
    assert [one.feed.url for one in home.stored().values()] == [f"{home.base}/rss.xml"]


def test_adding_twice_changes_nothing_and_options_change_what_is_there(home: Home) -> None:
    home.add("/all.xml", "--tag", "x")
    assert "was there already" in home.add("/all.xml").stdout
    result = home.add("/all.xml", "--tier", "2")
    assert 'Changed "All" (tier 2, ko)' in result.stdout
    (one,) = home.stored().values()
    assert (one.feed.tier, one.feed.tags) == (2, ("x",))
    data = json.loads(home.add("/all.xml", "--json").stdout)
    assert (data["outcome"], data["name"], data["tier"]) == ("same", "All", 2)


def test_the_owners_files_win_and_it_is_said(home: Home, asked: list[str]) -> None:
    result = home.add("/own.xml", "--tier", "3")
    assert result.exit_code == 0
    assert '"Ministry" is in your files already, which commands do not change' in result.stdout
    assert asked == []
    result = home.add("/all.xml", "--name", "Ministry")
    assert result.exit_code == 2
    assert f'your files name a feed "Ministry" with the address {home.base}/own.xml' in result.stderr
    assert home.add("/all.xml").exit_code == 0
    assert "there is already a feed" in home.add("/trade.xml", "--name", "All").stderr


def test_a_feed_that_the_files_switch_off_keeps_what_they_say_of_it(home: Home) -> None:
    assert home.add("/known.xml").exit_code == 0
    one = home.stored()["Known"]
    assert (one.feed.tier, one.feed.country, one.feed.publisher, one.feed.enabled) == (2, "JP", "Group", True)


@pytest.mark.parametrize(
    ("path", "options", "code", "said"),
    [
        ("/none/", (), 1, "no feed was found"),
        ("/missing.xml", (), 1, "404 Not Found"),
        ("/locked.xml", (), 1, "it asks for a login"),
        ("/locked.xml", ("--token", SECRET), 2, "write env:NAME or file:/path"),
        ("/locked.xml", ("--token", "env:NO_SUCH_NAME"), 1, "env:NO_SUCH_NAME leads to no secret"),
        ("/locked.xml", ("--header", "X-Key"), 2, "NAME=env:VARIABLE"),
        ("/locked.xml", ("--user", "me"), 2, "user and password belong together"),
        ("/all.xml", ("--country", "Korea"), 2, "country"),
        ("/all.xml", ("--interval", "soon"), 2, "interval"),
    ],
)
def test_what_cannot_be_added_is_told(home: Home, path: str, options: tuple[str, ...], code: int, said: str) -> None:
    result = home.add(path, *options)
    assert (result.exit_code, home.stored()) == (code, {})
    assert said in result.stderr
    assert SECRET not in result.output and "Traceback" not in result.output


def test_addresses_that_are_none_and_passwords_in_them(home: Home) -> None:
    for url, said in (
        ("ftp://x.example/", "no web address"),
        ("not an address", "is no address"),
        ("https://not an address/", "space"),
        ("nonsense", '"nonsense" is no address'),
        ("desk@paper.example", "holds a login"),
        ("me:geheim@x.example/rss", "holds a login"),
        ("me:ge/geheim@x.example/rss", "holds a login"),
        ("https://geheim@x.example/rss", "holds a login"),
        ("https://me:geheim@x.example/", "--user NAME --password env:VARIABLE"),
    ):
        result = home.run("add", url)
        assert result.exit_code == 2 and said in result.stderr and "geheim" not in result.output


def test_a_key_in_the_address_is_refused_with_how_to_store_it(home: Home, asked: list[str]) -> None:
    result = home.run("add", f"{home.base}/all.xml?lang=en&apikey={SECRET}&page=1")
    assert (result.exit_code, home.stored(), asked) == (2, {}, [])
    assert SECRET not in result.output
    again = f"pactwatch feeds add '{home.base}/all.xml?lang=en&page=1' --query apikey=env:FEED_APIKEY"
    assert again in result.stderr and "--not-secret" in result.stderr
    for url in ("https://x:99999/?apikey={}", "https://me:{}@x.example/?apikey=1", "https://x.example/?a=1;apikey={}"):
        result = home.run("add", url.format(SECRET))
        assert result.exit_code == 2 and SECRET not in result.output and "Traceback" not in result.output


def test_a_key_that_stands_in_an_address_is_shown_nowhere(home: Home) -> None:
    url = f"{home.base}/all.xml?apikey={SECRET}"
    added = home.run("add", url, "--unchecked", "--not-secret", "--name", "Odd")
    assert added.exit_code == 0 and home.stored()["Odd"].feed.url == url
    shown = [added, home.run("add", url, "--unchecked", "--not-secret", "--name", "Odd", "--json")]
    shown += [home.run(*words) for words in (("list",), ("list", "--json"), ("health", "--all"), ("health", "--json"))]
    shown += [home.run("test", url), home.run("remove", url + "x")]
    assert [SECRET in one.output for one in shown] == [False] * len(shown)
    assert "apikey=…" in shown[3].output
    exported = home.run("export")
    assert SECRET in exported.stdout, "another reader needs the whole address"
    assert "what looks like a secret: Odd" in exported.stderr and SECRET not in exported.stderr


def test_a_list_with_a_key_in_an_address_is_taken_without_it(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "list.opml"
    feeds = "".join(f'<outline xmlUrl="{home.base}/{name}"/>' for name in ("all.xml", f"trade.xml?token={SECRET}"))
    path.write_text(f'<opml version="2.0"><body>{feeds}</body></opml>', encoding="utf-8")
    result = home.run("import", str(path))
    assert result.exit_code == 1 and "1 added, 1 could not be taken" in result.stdout
    assert '"token" in its address looks like a secret' in result.stderr and SECRET not in result.output
    assert SECRET not in home.run("import", str(path), "--json").output
    named = f"{home.base}/?token={SECRET}"
    path.write_text(
        f'<opml version="2.0"><body><outline text="{named}" xmlUrl="{named}"/></body></opml>', encoding="utf-8"
    )
    for options in ((), ("--json",)):
        result = home.run("import", str(path), *options)
        assert result.exit_code == 1 and SECRET not in result.output and "?token=…" in result.output


def test_an_address_with_a_password_is_not_taken_from_a_list(home: Home) -> None:
    path = home.folder / "feeds.opml"
    path.write_text(
        '<opml version="2.0"><body>'
        f'<outline text="Desk" xmlUrl="https://me:{SECRET}@x.example/rss"/>'
        f'<outline text="me:{SECRET}@z.example/rss" xmlUrl="me:{SECRET}@z.example/rss"/>'
        '<outline text="Open" xmlUrl="https://y.example/rss"/>'
        "</body></opml>"
    )
    result = home.run("import", str(path))
    assert result.exit_code == 1 and "1 added, 2 could not be taken" in result.stdout
    assert "the address holds a login" in result.stderr and "--password env:" in result.stderr
    assert SECRET not in result.output + home.run("import", str(path), "--json").output
    assert SECRET not in home.run("export").output


def test_a_login_by_reference_is_used_and_its_secret_stands_nowhere(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_TOKEN", SECRET)
    result = home.add("/locked.xml", "--token", "env:FEED_TOKEN")
    assert result.exit_code == 0, result.output
    shown = home.run("list", "--json").stdout + home.run("export").stdout + result.output
    assert "env:FEED_TOKEN" in shown and SECRET not in shown
    tested = home.run("test", "--json", f"{home.base}/locked.xml")
    assert tested.exit_code == 0 and "Locked 0" in tested.stdout
    for path in (home.folder / "data").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_an_address_can_be_added_unseen(home: Home, asked: list[str]) -> None:
    assert home.add("/later.xml", "--unchecked", "--name", "Later").exit_code == 0
    assert asked == [] and home.stored()["Later"].feed.url.endswith("/later.xml")


def test_a_tag_that_no_feed_has_is_told_with_those_that_there_are(home: Home) -> None:
    assert home.add("/all.xml", "--tag", "autos").exit_code == 0
    for command in (("list", "--tag", "trucks"), ("export", "--tag", "trucks")):
        result = home.run(*command)
        assert (result.exit_code, result.stdout) == (1, ""), command
        assert 'no feed has the tag "trucks"; there are: autos' in result.stderr
    assert home.run("list", "--tag", "autos").stdout.splitlines()[-1] == '1 feed with the tag "autos"'


def test_remove(home: Home) -> None:
    home.add("/", "--all")
    assert home.run("remove", "All", f"{home.base}/trade.xml").exit_code == 0
    assert home.stored() == {}
    for name in ("Ministry", f"{home.base}/own.xml"):
        result = home.run("remove", name)
        assert result.exit_code == 2 and "stands in your files" in result.stderr and "feeds pause" in result.stderr
    home.add("/all.xml")
    result = home.run("remove", "all", "Al")
    assert result.exit_code == 1 and "Nearest: All" in result.stderr
    assert list(home.stored()) == ["All"]  # all or none


def test_pause_and_resume_hold_feeds_of_the_files_too(home: Home) -> None:
    assert "no daemon has taken it over yet" in home.run("pause", "Ministry").stderr
    home.started()
    assert home.run("pause", "Ministry", "--reason", "their site is rebuilt").exit_code == 0
    home.started()  # a reload keeps it
    one = home.stored()["Ministry"]
    assert one.paused_at is not None and one.pause_reason == "their site is rebuilt"
    store = home.store()
    with store.begin() as connection:
        later = datetime.now(UTC) + timedelta(days=1)
        assert feeds.claim_due(connection, later, 10, timedelta(minutes=1), "t") == []
    store.close()
    assert "their site is rebuilt" in home.run("list").stdout
    assert "is paused" in home.run("poll", "Ministry").stderr
    result = home.run("resume", "Ministry", "Ministry")
    assert "is asked again" in result.stdout and "was not paused" in result.stdout
    assert home.stored()["Ministry"].paused_at is None
    assert "due now" in home.run("poll", "ministry").stdout


def broken(home: Home, name: str, **values: Any) -> None:
    store = home.store()
    with store.begin() as connection:
        connection.execute(schema.feeds.update().where(schema.feeds.c.name == name).values(**values))
    store.close()


def test_health_says_by_country_and_in_words_and_its_exit_code_counts(home: Home) -> None:
    result = home.run("health")
    assert result.exit_code == 0 and "KR: 0 of 1 feed fresh, 1 new" in result.stdout
    home.started()
    home.add("/all.xml", "--country", "KR")
    now = datetime.now(UTC)
    for name in ("Ministry", "All"):
        broken(home, name, last_polled_at=now, last_ok_at=now)
    result = home.run("health")
    assert result.exit_code == 0 and "KR: 2 of 2 feeds fresh" in result.stdout and "All is well." in result.stdout
    ago = now - timedelta(days=3)
    broken(home, "All", last_ok_at=ago, failures=4, last_error="the server answers 403 Forbidden")
    unknown = home.run("health", "--country", "Korea")
    assert unknown.exit_code == 2 and "write KR" in unknown.stderr
    result = home.run("health", "--country", "kr")
    assert result.exit_code == 1
    assert f"KR: 1 of 2 feeds fresh, 1 blind since {ago:%A}" in result.stdout
    assert f"no success since {ago:%A}: the server answers 403 Forbidden" in result.stdout
    assert "Ministry" not in result.stdout and "Ministry" in home.run("health", "--all").stdout
    data = json.loads(home.run("health", "--json").stdout)
    assert data["countries"] == [
        {"country": "KR", "feeds": 2, "fresh": 1, "said": f"KR: 1 of 2 feeds fresh, 1 blind since {ago:%A}"}
    ]
    assert [(one["feed"], one["trouble"], one["failures"]) for one in data["feeds"]] == [
        ("All", "blind", 4), ("Ministry", "fresh", 0),
    ]  # fmt: skip


LIST = """<opml version="2.0"><body><outline text="Asia">
<outline text="New" xmlUrl="{base}/new.xml"/><outline text="All" xmlUrl="{base}/all.xml"/>
<outline text="Mine" xmlUrl="{base}/own.xml"/><outline text="Bad" xmlUrl="gopher://x/"/>
</outline></body></opml>"""


def test_a_list_goes_in_once_however_often(home: Home) -> None:
    home.add("/all.xml")
    path = home.folder / "list.opml"
    path.write_text(LIST.format(base=home.base))
    result = home.run("import", str(path), "--dry-run", "--country", "KR")
    assert result.exit_code == 1
    assert "4 feeds in the list: 1 would be added, 1 would get tags, 1 in your files" in result.stdout
    assert list(home.stored()) == ["All"]
    result = home.run("import", str(path), "--country", "KR")
    assert "1 added, 1 with new tags, 1 in your files, left as they are, 1 could not be taken" in result.stdout
    assert f'{path}:3: "Bad": "gopher://x/" is no web address' in result.stderr
    before = home.stored()
    assert {name: (one.feed.tags, one.feed.country) for name, one in before.items()} == {
        "All": (("Asia",), None), "New": (("Asia",), "KR"),
    }  # fmt: skip
    rows = [json.loads(line) for line in home.run("import", str(path), "--json").stdout.splitlines()]
    assert [row["outcome"] for row in rows] == ["same", "same", "own", "refused"]
    assert home.stored() == before


def test_what_is_exported_comes_in_elsewhere_as_it_was(home: Home, tmp_path: Path) -> None:
    home.add("/", "--all", "--tag", "x", "--tier", "2")
    out = home.folder / "out.opml"
    assert home.run("export", "-o", str(out)).exit_code == 0
    assert out.read_bytes() == home.run("export").stdout_bytes
    assert b"Ministry" in out.read_bytes() and b"Ministry" not in home.run("export", "--tag", "x").stdout_bytes
    (tmp_path / "other").mkdir()
    other = Home(tmp_path / "other", "http://nowhere.example")
    result = other.run("import", "-", given=out.read_text())
    assert result.exit_code == 0 and "3 added" in result.stdout
    there = {name: one.feed for name, one in home.stored().items()}
    assert {name: one.feed for name, one in other.stored().items() if name in there} == there


@pytest.mark.parametrize(("content", "code"), [("<rss/>", 1), ("", 1), (None, 2)])
def test_what_is_no_list_is_told(home: Home, content: str | None, code: int) -> None:
    path = home.folder / "list.opml"
    if content is not None:
        path.write_text(content)
    result = home.run("import", str(path))
    assert result.exit_code == code and "Traceback" not in result.output and result.stderr


def test_silent_edits_are_listed(home: Home) -> None:
    from sqlalchemy import insert

    home.started()
    assert "0 silent edits" in home.run("edits").stdout
    store = home.store()
    now = datetime.now(UTC)
    with store.begin() as connection:
        item = {"feed_id": 1, "guid": "g", "source": "Ministry", "tier": 1, "published": now, "observed": now}
        text = {"title": "Cars", "summary": "", "content": "", "text_hash": "x", "link": "https://a.example/1"}
        connection.execute(insert(schema.items).values(id=1, **item, **text))
        key = {
            "kind": "tariff",
            "party": "US",
            "counterparty": "KR",
            "scope": "autos",
            "family": "percent",
            "actor": "",
        }
        said = {"unit": "percent", "qualifier": "exact", "status": "agreed", "exemptions": [], "quote": "at 15 percent"}
        place = {
            "item_id": 1,
            "revision": 1,
            "reader": "1",
            "recorded_at": now,
            "start": 0,
            "end": 1,
            "confidence": 1.0,
        }
        connection.execute(insert(schema.claims).values(id=1, **key, **said, **place))
        noted = {"item_id": 1, "revision": 2, "claim_id": 1, "figure": "15 percent", "quote": "at 15 percent"}
        connection.execute(insert(schema.silent_edits).values(noted_at=now, **noted))
    store.close()
    shown = home.run("edits").stdout
    assert 'Ministry: "15 percent" is gone from "Cars"' in shown and "1 silent edit" in shown
    (row,) = (json.loads(line) for line in home.run("edits", "--json").stdout.splitlines())
    assert (row["figure"], row["revision"], row["link"]) == ("15 percent", 2, "https://a.example/1")
