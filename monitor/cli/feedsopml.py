"""`pactwatch feeds import | export`: lists of feeds as OPML, from and for other readers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.masking import masked, secret_parameters
from monitor.cli.feedstore import known, no_tag, when_asked
from monitor.cli.loading import counted, load_or_exit
from monitor.cli.storing import as_json_option, looking, writing

if TYPE_CHECKING:
    from monitor.feeds.merging import Step

#: Refused feeds that are shown to people; --json has all.
SHOWN = 20


@click.command("import", short_help="Add the feeds of an OPML list.")
@click.argument("file", metavar="FILE|-")
@click.option("--country", help="For feeds of which the list does not say it: KR, EU, ...")
@click.option("--tier", type=click.IntRange(1, 3), help="Likewise: 1 official, 2 established press, 3 other.")
@click.option("--language", help="Their language, whatever the list says (ko).")
@click.option("--tag", "tags", multiple=True, help="A tag for all that are new.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@as_json_option
@click.pass_obj
def import_feeds(
    config_path: Path | None, /, file: str, tags: tuple[str, ...], dry_run: bool, as_json: bool, **plain: Any
) -> None:
    """Add the feeds of an OPML list, as any reader exports it. Folders and categories become tags.

    A feed that is there already only gets tags that it had not, so that the same list twice changes nothing; one of
    your files is left as it is. What stands in new feeds now is read silently. Ends with 1 if some could not be taken.

    \b
    Examples:
      pactwatch feeds import subscriptions.opml --dry-run
      pactwatch feeds import --country KR --tier 2 korea.opml
    """
    from monitor.feeds.merging import merge
    from monitor.feeds.opml import OpmlError, read
    from monitor.store import feeds

    loaded = load_or_exit(config_path)
    try:
        outlines = read(_content(file))
    except OpmlError as error:
        raise click.ClickException(f"{file}: {error}") from None
    defaults = {name: value for name, value in plain.items() if value is not None} | ({"tags": tags} if tags else {})
    now = datetime.now(UTC)
    with looking(loaded) if dry_run else writing(loaded) as connection:
        steps = merge(outlines, known(connection, loaded), defaults)
        for one in steps:
            if not dry_run and connection is not None and one.feed is not None and one.act in ("add", "tag"):
                feeds.add(connection, one.feed, now)
    _tell(file, steps, dry_run=dry_run, as_json=as_json)
    if any(one.act == "add" for one in steps) and not (dry_run or as_json):
        click.echo(when_asked(loaded))
    if any(one.act == "refused" for one in steps):
        raise click.exceptions.Exit(1)


def _content(file: str) -> bytes:
    from monitor.feeds.opml import MAX_BYTES

    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None


def _tell(file: str, steps: Sequence[Step], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        for one in steps:
            name = one.feed.name if one.feed else masked(one.outline.title)
            row = {
                "outcome": one.act,
                "name": name,
                "url": masked(one.outline.url),
                "tags": one.feed.tags if one.feed else (),
            }
            click.echo(json.dumps(row | {"why": one.why, "line": one.outline.line}, ensure_ascii=False))
        return
    words = {
        "add": "would be added" if dry_run else "added",
        "tag": "would get tags" if dry_run else "with new tags",
        "same": "there already",
        "own": "in your files, left as they are",
        "refused": "could not be taken",
    }
    numbers = {act: sum(one.act == act for one in steps) for act in words}
    said = ", ".join(f"{number} {words[act]}" for act, number in numbers.items() if number)
    click.echo(f"{counted(len(steps), 'feed')} in the list: {said}" if steps else "The list has no feeds.")
    refused = [one for one in steps if one.act == "refused"]
    for one in refused[:SHOWN]:
        # Many readers write an address for the title of a feed that has none.
        name = masked(one.outline.title or one.outline.url)
        click.echo(f'  {file}:{one.outline.line}: "{name}": {one.why}', err=True)
    if len(refused) > SHOWN:
        click.echo(f"  and {len(refused) - SHOWN} more; --json lists all", err=True)


@click.command("export", short_help="The feeds as an OPML list.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="A file in place of standard output.")
@click.option("--tag", help="Only feeds with this tag.")
@click.pass_obj
def export_feeds(config_path: Path | None, output: Path | None, tag: str | None) -> None:
    """The feeds that are asked as an OPML list, for any reader. The first tag of each is its folder.

    What a feed's login refers to is left out. `feeds import` takes the list back as it was.

    \b
    Examples:
      pactwatch feeds export > feeds.opml
      pactwatch feeds export --tag autos -o autos.opml
    """
    from monitor.feeds.opml import write

    loaded = load_or_exit(config_path)
    with looking(loaded) as connection:
        found = [one.feed for one in known(connection, loaded)]
    tags = [one for feed in found for one in feed.tags]
    if tag is not None and tag not in tags:
        raise no_tag(tag, tags)
    found = [feed for feed in found if tag is None or tag in feed.tags]
    if secret := [feed.name for feed in found if secret_parameters(feed.url)]:
        click.echo(f"mind: the addresses of these hold what looks like a secret: {', '.join(secret)}", err=True)
    body = write(found)
    if output is None:
        sys.stdout.buffer.write(body)
        return
    try:
        output.write_bytes(body)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {(error.strerror or str(error)).lower()}") from None
