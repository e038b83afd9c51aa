"""`pactwatch feeds`: its commands, and what a poll of an address or a file would see."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.feedsadd import add
from monitor.cli.feedschange import pause, poll, remove, resume
from monitor.cli.feedshealth import edits, health
from monitor.cli.feedslist import list_feeds
from monitor.cli.feedsopml import export_feeds, import_feeds
from monitor.cli.groups import ListByDefault
from monitor.cli.loading import counted, load_or_exit

if TYPE_CHECKING:
    from config.load import Loaded
    from config.settings import Login, Settings
    from monitor.feeds.credentials import Keys
    from monitor.feeds.entry import Entry, ParsedFeed

#: Entries of one document that are shown to people; `--json` has all.
SHOWN = 10


@click.group(cls=ListByDefault, short_help="The feeds and how they are; try one.")
def feeds() -> None:
    """The feeds that are polled, and how they are.

    \b
    Examples:
      pactwatch feeds                                            those that are switched on
      pactwatch feeds --all                                      the whole catalogue too
      pactwatch feeds test https://www.ft.com/trade?format=rss   what a poll would see
      pactwatch feeds add https://www.motie.go.kr                finds the feeds of a site
      pactwatch feeds health                                     which are in trouble, and why
    """


for command in (
    list_feeds, add, remove, pause, resume, poll, health, edits, import_feeds, export_feeds,
):  # fmt: skip
    feeds.add_command(command)


@feeds.command("test", short_help="What a poll would see; nothing is stored.")
@click.argument("sources", nargs=-1, required=True, metavar="URL|FILE|FOLDER|- ...")
@click.option("--json", "as_json", is_flag=True, help="One item a line: file, id, title, link, published, ...")
@click.option(
    "--full-text", is_flag=True, help="Also fetch the articles of the first items, as `full_text: true` does."
)
@click.pass_obj
def test_feed(config_path: Path | None, sources: tuple[str, ...], as_json: bool, full_text: bool) -> None:
    """What a poll would see at an address or in a file; nothing is stored.

    A folder stands for its files, `-` for standard input. With --json each item is a line with file, id, title, link,
    published (UTC or null), summary and content; a document that is no feed is a line with file and error. Ends with 1
    if there was one. An address is asked as the daemon would ask it, under the configuration where there is one.
    --full-text fetches the articles behind the first five items and shows what would be read of each; --json then has
    those items only, with full_text, or with full_text_error where the feed's own text would be read.

    \b
    Examples:
      pactwatch feeds test https://www.ft.com/trade?format=rss
      pactwatch feeds test saved.xml
      pactwatch feeds test --json corpus/ | jq .title
      curl -s https://example.com/feed | pactwatch feeds test -
      pactwatch feeds test --full-text https://www.ft.com/trade?format=rss
    """
    show = _print_json if as_json else _print
    failed, owner = 0, Owner(config_path)
    for seen in _look(sources, owner):
        if full_text and seen.feed is not None:
            _show_articles(seen, seen.feed, owner.settings, as_json)
        else:
            show(seen)
        failed += bool(seen.error)
    if failed:
        raise click.exceptions.Exit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One document, or why it could not be read."""

    #: The address or file as it was given.
    name: str
    feed: ParsedFeed | None = None
    error: str = ""
    #: What the server said about the answer, in words; empty for a file.
    answer: str = ""


class Owner:
    """What the owner configured, read once and only when an address is to be asked."""

    def __init__(self, config_path: Path | None) -> None:
        self._path = config_path

    @cached_property
    def _loaded(self) -> Loaded | None:
        """None where no configuration was named, and none is found or it is broken."""
        from config.load import ConfigError, load

        if self._path is not None:
            return load_or_exit(self._path)
        try:
            return load(None)
        except ConfigError:
            return None

    @property
    def settings(self) -> Settings:
        """The defaults where there is no configuration."""
        from config.settings import Settings

        return self._loaded.config.settings if self._loaded else Settings()

    def login(self, url: str) -> Login | None:
        """The login of the configured feed at this address."""
        from monitor.cli.feedstore import at_address, known
        from monitor.cli.storing import looking

        if self._loaded is None:
            return None
        try:
            with looking(self._loaded) as connection:
                found = at_address(url, known(connection, self._loaded))
        except click.ClickException:  # A database that cannot be read is no reason not to try a feed.
            found = at_address(url, known(None, self._loaded))
        return found.feed.login if found else None


def _look(sources: tuple[str, ...], owner: Owner) -> Iterator[Seen]:
    for source in sources:
        if source == "-":
            yield _parsed(source, sys.stdin.buffer.read(), "")
        elif "://" in source:
            yield _asked(source, owner.settings, owner.login(source))
        else:
            yield from map(_file, _files(Path(source)))


def _files(path: Path) -> Iterator[Path]:
    """The file, or every file below the folder, in order."""
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.is_file())
    else:
        yield path


def _file(path: Path) -> Seen:
    from config.settings import Polling

    limit = Polling().max_bytes
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        return Seen(name=_name(path), error=f"cannot be read: {(error.strerror or str(error)).lower()}")
    if len(body) > limit:
        return Seen(name=_name(path), error=f"is larger than {limit / 1e6:g} MB; a poll would stop there")
    return _parsed(_name(path), body, path.absolute().as_uri())


def _name(path: Path) -> str:
    """A file's name for showing; one that is not UTF-8 is shown as well as it can be."""
    return str(path).encode("utf-8", "replace").decode()


def _parsed(name: str, body: bytes, url: str, content_type: str | None = None, answer: str = "") -> Seen:
    from monitor.feeds.parse import ParseError, parse

    try:
        return Seen(name=name, feed=parse(body, url, content_type), answer=answer)
    except ParseError as error:
        return Seen(name=name, error=str(error), answer=answer)


def _asked(url: str, settings: Settings, login: Login | None) -> Seen:
    import asyncio
    import os

    from config.masking import masked
    from config.outbound import Outbound
    from monitor.feeds.credentials import Locked, unlock
    from monitor.feeds.fetch import Fetched, Fetcher, FetchError, Request

    async def ask(keys: Keys | None) -> Fetched:
        async with Fetcher(settings, Outbound(settings.allow_private), clock=lambda: datetime.now(UTC)) as fetcher:
            return await fetcher.fetch(Request(url=url, keys=keys))

    try:
        got = asyncio.run(ask(unlock(login, url, os.environ) if login else None))
    except FetchError as error:
        return Seen(name=masked(url), error=error.reason)
    except Locked as error:
        return Seen(name=masked(url), error=str(error))
    told = [f"{got.status}, {len(got.body or b''):,} bytes"]
    told += [f"has moved for good to {masked(got.moved_to)}"] if got.moved_to else []
    told += [f"answered by {masked(got.url)}"] if got.url not in (url, got.moved_to) else []
    told += [f"fresh for {got.max_age:.0f} s"] if got.max_age else []
    told += ["can be asked conditionally"] if got.etag or got.last_modified else ["always sends everything"]
    return _parsed(masked(url), got.body or b"", got.url, got.content_type, ", ".join(told))


def _show_articles(seen: Seen, feed: ParsedFeed, settings: Settings, as_json: bool) -> None:
    from monitor.cli import fulltext

    if not as_json:
        _print(seen)
    found = fulltext.tried(feed.entries, settings)
    if not as_json:
        fulltext.show(found)
        return
    for one in found:
        click.echo(json.dumps({"file": seen.name} | as_data(one.entry) | one.as_data(), ensure_ascii=False))


def _print_json(seen: Seen) -> None:
    if seen.feed is None:
        click.echo(json.dumps({"file": seen.name, "error": seen.error}, ensure_ascii=False))
        return
    for entry in seen.feed.entries:
        click.echo(json.dumps({"file": seen.name} | as_data(entry), ensure_ascii=False))


def as_data(entry: Entry) -> dict[str, str | None]:
    """An entry as `feeds test --json` prints it, without its file. `published` is ISO 8601 in UTC."""
    return {
        "id": entry.guid,
        "title": entry.title,
        "link": entry.link,
        "published": entry.published.isoformat() if entry.published else None,
        "summary": entry.summary,
        "content": entry.content,
    }


def _print(seen: Seen) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    out = console()
    out.print(Text(seen.name, "bold"), soft_wrap=True)
    if seen.answer:
        out.print(Text(f"  {seen.answer}"), soft_wrap=True)
    if seen.feed is None:
        out.print(Text(f"  {seen.error}", "red"), soft_wrap=True)
        return
    feed = seen.feed
    hints = [feed.kind, feed.language or "", f"fresh for {feed.ttl}" if feed.ttl else "", "WebSub" if feed.hub else ""]
    out.print(Text(f"  {feed.title or '(no title)'} · {' · '.join(filter(None, hints))}"), soft_wrap=True)
    if feed.bozo:
        out.print(Text(f"  mended: {feed.bozo}", "yellow"), soft_wrap=True)
    table = Table("published", "title", "link", "characters", box=box.SIMPLE)
    for entry in feed.entries[:SHOWN]:
        published = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else "?"
        table.add_row(published, Text(entry.title or "(no title)"), Text(entry.link or "(none)"), str(len(entry.text)))
    if feed.entries:
        out.print(table)
    rest = len(feed.entries) - SHOWN
    out.print(f"  {counted(len(feed.entries), 'item')}" + (f", {rest} not shown" if rest > 0 else ""))
