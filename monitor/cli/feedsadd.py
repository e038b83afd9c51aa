"""`pactwatch feeds add`: from the address of a site or a feed to a feed that is polled."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from config.masking import LOGIN_INSIDE, holds_login, masked, secret_parameters, without_secrets
from monitor.cli.feedstore import at_address, known, when_asked
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.refusals import Unfit, Unknown
from monitor.cli.storing import as_json_option, opened

if TYPE_CHECKING:
    from config.load import Loaded
    from config.settings import Feed, Settings
    from monitor.feeds.credentials import Keys
    from monitor.feeds.finding import Found
    from monitor.feeds.merging import Known

#: Settings of a feed that are options of the same name.
PLAIN = ("country", "tier", "kind", "language", "publisher", "interval")


@click.command(short_help="Add a feed; finds those of a site.")
@click.argument("url")
@click.option("--name", help="What to call it; its own title otherwise.")
@click.option("--country", help="Whose press or government it is: KR, EU, ...")
@click.option("--tier", type=click.IntRange(1, 3), help="1 official source, 2 established press, 3 other (default).")
@click.option("--kind", help="government, wire, newspaper, broadcaster, trade_press, law_firm, think_tank, ...")
@click.option("--language", help="Its language (ko); what the feed says otherwise.")
@click.option("--publisher", help="Feeds of one publisher count as one source.")
@click.option("--interval", help="How often it is asked (30m); by its own rhythm otherwise.")
@click.option("--tag", "tags", multiple=True, help="A word of yours; several by repeating it.")
@click.option("--user", help="A login: the name. The secrets are references, env:NAME or file:/path.")
@click.option("--password", metavar="REF", help="Where the password is, for --user.")
@click.option("--token", metavar="REF", help="Where a bearer token is.")
@click.option("--header", "headers", multiple=True, metavar="NAME=REF", help="A header field with a secret.")
@click.option("--query", "queries", multiple=True, metavar="NAME=REF", help="A secret parameter of the address.")
@click.option("--not-secret", "open_", is_flag=True, help="No parameter of the address is a secret, whatever its name.")
@click.option("--all", "everything", is_flag=True, help="Add every feed that the site has.")
@click.option("--any", "any_", is_flag=True, help="Where a page has no feed, take the one of its whole site.")
@click.option("--unchecked", is_flag=True, help="Do not ask the address now.")
@as_json_option
@click.pass_obj
def add(
    config_path: Path | None, /, url: str, name: str | None, tags: tuple[str, ...], user: str | None,
    password: str | None, token: str | None, headers: tuple[str, ...], queries: tuple[str, ...], open_: bool,
    everything: bool, any_: bool, unchecked: bool, as_json: bool, **plain: Any,
) -> None:  # fmt: skip
    """Add a feed by command, beside those of your files. The address may be that of a site: its feeds are looked for.
    Where a page has none, and only its site has one, nothing is added without --any, and 1 is the exit code.

    What stands in the feed now is read silently; what comes from now on can alert. Your files are never changed, and
    win where they name the same feed. Takes effect at once, also while the daemon runs.

    \b
    Examples:
      pactwatch feeds add https://www.motie.go.kr --country KR --tier 1
      pactwatch feeds add https://paper.example/rss --name "The Paper" --tier 2 --tag autos
      pactwatch feeds add https://api.example/feed --token env:API_TOKEN
      pactwatch feeds add https://wire.example/rss --query apikey=file:/run/secrets/wire
    """
    loaded = load_or_exit(config_path)
    login = _login(user, password, token, headers, queries)
    given = {key: value for key, value in plain.items() if key in PLAIN and value is not None}
    given |= {"tags": tags} if tags else {}
    given |= {"login": login} if login else {}
    if holds_login(url):
        # It may be a password that is written, so it is not repeated. A mail address looks the same.
        raise Unfit(LOGIN_INSIDE)
    if "://" not in url:
        if "." not in url.partition("/")[0] and ":" not in url:
            raise Unfit(f'"{url[:100]}" is no address: write https://example.org, or the address of a feed')
        url = f"https://{url}"
    probe = _valid({"name": name or "new", "url": url} | given)
    if not open_:
        _refuse_secret(url)
    skip = unchecked or _is_own(loaded, url)
    found = [] if skip else _chosen(_found(probe, loaded.config.settings, as_json), url, everything, any_)
    if name and len(found) > 1:
        raise Unfit("--name is for one feed; leave it out with --all")
    wanted = [Wanted(one.url, name or one.title, one) for one in found]
    rows = _store(loaded, wanted or [Wanted(url, name or "", None)], given, named=name is not None)
    _tell(loaded, rows, as_json)


def _is_own(loaded: Loaded, url: str) -> bool:
    """Whether the owner's files name this address: then there is nothing to do, and nobody to ask."""
    return at_address(url, known(None, loaded)) is not None


class Wanted(NamedTuple):
    """A feed that is to be added."""

    url: str
    title: str
    #: What it said when it was asked; None where it was not.
    found: Found | None


def _login(
    user: str | None, password: str | None, token: str | None, headers: Sequence[str], queries: Sequence[str]
) -> dict[str, Any]:
    """The login as settings have it; empty where none was given."""
    found: dict[str, Any] = {"user": user, "password": password, "token": token}
    for option, pairs in (("headers", headers), ("query", queries)):
        split = [pair.partition("=") for pair in pairs]
        if any(not (key and reference) for key, _, reference in split):
            raise Unfit(f"--{option.removesuffix('s')} is written NAME=env:VARIABLE or NAME=file:/path")
        found[option] = {key: reference for key, _, reference in split}
    return {key: value for key, value in found.items() if value}


def _refuse_secret(url: str) -> None:
    """Ends with exit code 2 and how to give it by reference, where a parameter of the address looks like a secret."""
    import re
    from shlex import quote

    names = secret_parameters(url)
    if not names:
        return
    given = [quote(f"{name}=env:FEED_{re.sub('[^A-Z0-9]+', '_', name.upper())}") for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    raise Unfit(
        f"{listed} in the address looks like a secret, and addresses are stored and shown. Put its value into a "
        f"variable of the daemon's environment (env:NAME) or into a file (file:/path), and give the address without:\n"
        f"  pactwatch feeds add {quote(without_secrets(url))} {' '.join(f'--query {one}' for one in given)}\n"
        "Where it is no secret, add --not-secret."
    )


def _valid(settings: dict[str, Any]) -> Feed:
    """The feed that settings make. Ends with exit code 2 and what is wrong where they make none."""
    from pydantic import ValidationError

    from config.settings import Feed
    from monitor.feeds.merging import reason

    try:
        feed = Feed.model_validate(settings)
    except ValidationError as error:
        raise Unfit(reason(error)) from None
    return feed


def _found(probe: Feed, settings: Settings, quiet: bool) -> list[Found]:
    """The feeds behind the address. Ends with exit code 1 where it cannot be had or has none."""
    import asyncio

    from config.outbound import Outbound
    from monitor.feeds.credentials import Locked, unlock
    from monitor.feeds.fetch import Fetched, Fetcher, FetchError, Request
    from monitor.feeds.finding import find

    async def look(keys: Keys | None) -> list[Found]:
        async with Fetcher(settings, Outbound(settings.allow_private), clock=lambda: datetime.now(UTC)) as fetcher:

            async def ask(url: str) -> Fetched:
                return await fetcher.fetch(Request(url=url, keys=keys))

            return await find(probe.url, ask, _progress if sys.stderr.isatty() and not quiet else lambda _: None)

    try:
        found = asyncio.run(look(unlock(probe.login, probe.url, os.environ) if probe.login else None))
    except FetchError as error:
        raise click.ClickException(f"{masked(str(error))} (--unchecked adds it all the same)") from None
    except Locked as error:
        raise click.ClickException(str(error)) from None
    if not found:
        hint = "give the address of the feed itself, often found as RSS at the foot of a page"
        raise click.ClickException(f"no feed was found at {masked(probe.url)}: {hint}")
    return found


def _progress(url: str) -> None:
    click.echo(f"  asking {masked(url)}", err=True)


def _chosen(found: list[Found], url: str, everything: bool, any_: bool) -> list[Found]:
    """Those of the found feeds that are meant. Asks where a person is there to answer."""
    if found[0].of_host:
        click.echo(f"{masked(url)} names no feed; its site has one:\n  {_shown(found[0])}", err=True)
        if not any_ and not (_person() and click.confirm("Add that one?", err=True)):
            raise Unknown(f"nothing was added; that one is: pactwatch feeds add {masked(found[0].url)} (or --any)")
    if len(found) == 1 or everything:
        return found
    click.echo(f"{masked(url)} has {len(found)} feeds:", err=True)
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}  {_shown(one)}", err=True)
    if not _person():
        raise Unfit("name one of them: pactwatch feeds add ADDRESS, or take --all")
    number = click.prompt("Which one", type=click.IntRange(1, len(found)), default=1, err=True)
    return [found[number - 1]]


def _person() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _shown(one: Found) -> str:
    dates = [entry.published for entry in one.feed.entries if entry.published]
    newest = f", the newest of {max(dates):%d %b %Y}" if dates else ""
    return f"{one.title or '(no title)'} · {counted(len(one.feed.entries), 'item')}{newest} · {masked(one.url)}"


def _store(loaded: Loaded, wanted: Sequence[Wanted], given: dict[str, Any], *, named: bool) -> list[tuple[str, Feed]]:
    """Writes the feeds and returns what became of each."""
    from monitor.feeds.merging import Known
    from monitor.store import feeds

    rows: list[tuple[str, Feed]] = []
    now = datetime.now(UTC)
    with opened(loaded) as store:
        with store.read() as connection:
            there = known(connection, loaded)
        for one in wanted:
            before = at_address(one.url, there)
            if before is not None and before.own:
                rows.append(("own", before.feed))
                continue
            feed = _feed(loaded, one, given, before.feed if before else None, named=named)
            _refuse_taken(feed, there)
            with store.begin() as connection:
                if before is not None and before.feed.name != feed.name:
                    feeds.remove(connection, before.feed.name)
                feeds.add(connection, feed, now)
                feeds.poll_now(connection, [feed.name], now)
            rows.append(("same" if before and before.feed == feed else "changed" if before else "added", feed))
            there = [other for other in there if other is not before] + [Known(feed, own=False)]
    return rows


def _feed(loaded: Loaded, new: Wanted, given: dict[str, Any], before: Feed | None, *, named: bool) -> Feed:
    """The feed to store: what was given, over what it was before, over what the catalogue and the feed itself say."""
    from monitor.feeds.canonical import canonical
    from monitor.feeds.merging import free_name

    shipped = next((one for one in loaded.config.feeds if canonical(one.url) == canonical(new.url)), None)
    base: dict[str, Any] = {}
    if new.found and new.found.feed.language:
        base["language"] = new.found.feed.language.partition("-")[0]
    for one in (shipped, before):
        base |= one.model_dump(exclude={"url", "enabled", "why_off"}, exclude_defaults=True) if one else {}
    taken = {one.name for one in loaded.config.feeds if one is not shipped}
    name = new.title if named else free_name(str(base.get("name") or new.title), new.url, taken)
    return _valid(base | {"name": name, "url": new.url} | given)


def _refuse_taken(feed: Feed, there: Sequence[Known]) -> None:
    """Ends with exit code 2 where another feed has the name."""
    from monitor.feeds.canonical import canonical

    other = next((one for one in there if one.feed.name == feed.name), None)
    if other is not None and canonical(other.feed.url) != canonical(feed.url):
        where = "your files name" if other.own else "there is already"
        raise Unfit(f'{where} a feed "{feed.name}" with the address {masked(other.feed.url)}: choose another --name')


def _tell(loaded: Loaded, rows: Sequence[tuple[str, Feed]], as_json: bool) -> None:
    if as_json:
        for what, feed in rows:
            data = feed.model_dump(mode="json") | {"url": masked(feed.url)}
            click.echo(json.dumps({"outcome": what} | data, ensure_ascii=False))
        return
    for what, feed in rows:
        url = masked(feed.url)
        where = ", ".join(filter(None, (feed.country, f"tier {feed.tier}", feed.language)))
        said = {
            "added": f'Added "{feed.name}" ({where}): {url}',
            "changed": f'Changed "{feed.name}" ({where}): {url}',
            "same": f'"{feed.name}" was there already: {url}',
            "own": f'"{feed.name}" is in your files already, which commands do not change: {url}',
        }
        click.echo(said[what])
    if any(what == "added" for what, _ in rows):
        click.echo("What stands in it now is read silently; what comes from now on can alert.")
    if any(what != "own" for what, _ in rows):
        click.echo(when_asked(loaded))
