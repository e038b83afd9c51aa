"""`pactwatch feeds remove | pause | resume | poll`: what is done to feeds that are there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.cli.feedstore import named, when_asked
from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unfit
from monitor.cli.storing import writing


@click.command(short_help="Take away feeds that a command added.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def remove(config_path: Path | None, names: tuple[str, ...]) -> None:
    """Take away feeds that a command added, by name or address. What they brought stays.

    A feed of your files is taken out there, or held with `feeds pause`.

    \b
    Example:
      pactwatch feeds remove "The Paper"
    """
    from monitor.store import feeds

    loaded = load_or_exit(config_path)
    own = {text for feed in loaded.config.feeds if feed.enabled for text in (feed.name, feed.url)}
    with writing(loaded) as connection:
        for name in names:
            if name in own:
                hint = f'take it out there, or hold it: pactwatch feeds pause "{name}"'
                raise Unfit(f'"{name}" stands in your files, which commands do not change: {hint}')
        found = [named(connection, loaded, name) for name in names]
        for one in found:
            if one.origin == "yaml":
                raise Unfit(f'"{one.feed.name}" comes from a file that the daemon has read: take it out there')
            feeds.remove(connection, one.feed.name)
    for one in found:
        click.echo(f'"{one.feed.name}" is asked no more. What it brought stays.')


@click.command(short_help="Ask feeds no more for a while.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--reason", default="", help="Why, for whoever looks later.")
@click.pass_obj
def pause(config_path: Path | None, names: tuple[str, ...], reason: str) -> None:
    """Ask feeds no more until `feeds resume`, those of your files too.

    \b
    Example:
      pactwatch feeds pause MOTIE --reason "their site is being rebuilt"
    """
    from monitor.store import feeds

    loaded = load_or_exit(config_path)
    now = datetime.now(UTC)
    with writing(loaded) as connection:
        found = [named(connection, loaded, name) for name in names]
        for one in found:
            feeds.pause(connection, one.feed.name, " ".join(reason.split())[:200], now)
    for one in found:
        click.echo(f'"{one.feed.name}" is paused. pactwatch feeds resume "{one.feed.name}" asks it again.')


@click.command(short_help="Ask paused feeds again.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def resume(config_path: Path | None, names: tuple[str, ...]) -> None:
    """Ask paused feeds again, at once. What came in the meantime is news.

    \b
    Example:
      pactwatch feeds resume MOTIE
    """
    from monitor.store import feeds

    loaded = load_or_exit(config_path)
    now = datetime.now(UTC)
    with writing(loaded) as connection:
        found = [named(connection, loaded, name) for name in names]
        done = [feeds.resume(connection, one.feed.name, now) for one in found]
    for one, was in zip(found, done, strict=True):
        click.echo(f'"{one.feed.name}" {"is asked again" if was else "was not paused"}.')
    if any(done):
        click.echo(when_asked(loaded))


@click.command(short_help="Ask feeds at once.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.pass_obj
def poll(config_path: Path | None, names: tuple[str, ...]) -> None:
    """Ask feeds at once, whenever they would be due. A host that asked for rest is not asked before it is over.

    \b
    Example:
      pactwatch feeds poll MOTIE "White House"
    """
    from monitor.store import feeds

    loaded = load_or_exit(config_path)
    with writing(loaded) as connection:
        found = [named(connection, loaded, name) for name in names]
        held = [one.feed.name for one in found if one.paused_at]
        if held:
            raise Unfit(f'"{held[0]}" is paused: pactwatch feeds resume "{held[0]}"')
        feeds.poll_now(connection, [one.feed.name for one in found], datetime.now(UTC))
    click.echo(f"{', '.join(one.feed.name for one in found)}: due now. {when_asked(loaded)}")
