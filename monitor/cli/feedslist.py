"""`pactwatch feeds list`: every feed, when it is asked next, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.masking import masked
from monitor.cli.feedstore import commanded, hubs_of, no_tag, stored
from monitor.cli.loading import counted, load_or_exit

if TYPE_CHECKING:
    from config.settings import Feed
    from monitor.store.feeds import Stored

#: Of a feed's state, what --json shows.
STANDING = ("next_poll_at", "last_polled_at", "last_ok_at", "failures", "last_error", "gone", "moved_to", "why")


@click.command("list", short_help="The feeds: when asked next, what is wrong.")
@click.option("--all", "everything", is_flag=True, help="Also those that are switched off.")
@click.option("--tag", help="Only feeds with this tag.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_feeds(config_path: Path | None, everything: bool, tag: str | None, as_json: bool) -> None:
    """The feeds of your files and those that commands added: when each is asked next, and what is wrong with it.

    \b
    Examples:
      pactwatch feeds list
      pactwatch feeds list --tag autos
      pactwatch feeds list --all --json
    """
    loaded = load_or_exit(config_path)
    kept, hubs = [one for one, _ in stored(loaded)], hubs_of(loaded) if as_json else {}
    known = {one.feed.name: one for one in kept}
    added = commanded(kept, loaded)
    own = [feed for feed in loaded.config.feeds if feed.enabled or everything]
    shown = [(feed, known.get(feed.name)) for feed in own] + [(one.feed, one) for one in added]
    shown = [(feed, state) for feed, state in shown if tag is None or tag in feed.tags]
    if tag is not None and not shown:
        raise no_tag(tag, [one for feed in [*own, *(one.feed for one in added)] for one in feed.tags])
    if as_json:
        for feed, state in shown:
            click.echo(json.dumps(_data(feed, state) | {"hub": hubs.get(feed.name)}, ensure_ascii=False))
        return
    _print(shown)
    if tag is not None:
        click.echo(f'{counted(len(shown), "feed")} with the tag "{tag}"')
        return
    off = sum(1 for feed in loaded.config.feeds if not feed.enabled)
    on = len(loaded.config.feeds) - off + len(added)
    said = f", {len(added)} of them by command" if added else ""
    said += f", {off} switched off" + ("" if everything else " (--all shows them)") if off else ""
    click.echo(f"{counted(on, 'feed')}{said}")


def _data(feed: Feed, one: Stored | None) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(one.state, name) if one and feed.enabled else None for name in STANDING}
    values["origin"] = one.origin if one else "yaml"
    values["paused_at"] = one.paused_at if one else None
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
    said = feed.model_dump(mode="json") | plain
    return said | {name: masked(said[name]) for name in ("url", "last_error", "moved_to", "why") if said[name]}


def _print(shown: Sequence[tuple[Feed, Stored | None]]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from monitor.cli.console import console

    table = Table("feed", "country", "tier", "next poll", "state", box=box.SIMPLE)
    for feed, one in shown:
        wrong = "red" if feed.enabled and one and one.state.failures else ""
        state = Text(_in_words(one) if feed.enabled else "", wrong)
        table.add_row(Text(feed.name), Text(feed.country or ""), str(feed.tier), _due(feed, one), state)
    console().print(table)


def _due(feed: Feed, one: Stored | None) -> str:
    if not feed.enabled:
        return "off"
    if one is None:
        return "at once"
    return "paused" if one.paused_at else f"{one.state.next_poll_at:%d %b %H:%M}"


def _in_words(one: Stored | None) -> str:
    if one is not None and one.paused_at is not None:
        return one.pause_reason
    if one is None or one.state.last_polled_at is None:
        return "not polled yet"
    return f"{masked(one.state.last_error or '')} ({one.state.why})" if one.state.failures else one.state.why
