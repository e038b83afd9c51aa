"""`pactwatch alerts`: what was told to whom and why, a test of a subscription, a second try."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from monitor.cli.groups import ListByDefault
from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unfit, Unknown
from monitor.cli.storing import as_json_option, everybody, reading, writing

if TYPE_CHECKING:
    from alerts.history import Entry
    from config.load import Loaded
    from config.settings import Subscription


@click.group(cls=ListByDefault, short_help="Alerts and what became of them; test a subscription.")
def alerts() -> None:
    """Alerts and their deliveries: list them, ask why, test a subscription, try again.

    \b
    Examples:
      pactwatch alerts                      the newest alerts and what became of them
      pactwatch alerts list --state dead    those that could not be delivered
      pactwatch alerts why 5c2d             every decision on one alert, every attempt
      pactwatch alerts test desk            send a test, show the server's answer
      pactwatch alerts retry 5c2d           start its failed deliveries anew
      pactwatch alerts replay desk --since 2d
    """


@alerts.command("list", short_help="List the newest alerts and their deliveries.")
@click.option("--limit", "-n", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many alerts.")
@click.option(
    "--state",
    type=click.Choice(["queued", "leased", "grouped", "held", "sent", "dead", "skipped"]),
    help="Only alerts with a delivery in this state.",
)
@as_json_option
@click.pass_obj
def list_alerts(config_path: Path | None, limit: int, state: str | None, as_json: bool) -> None:
    """List the newest alerts and what became of each of their deliveries.

    The states are shown in words: queued is "waiting", leased "under way", grouped "in a group", held "for a digest",
    skipped "not told", because the subscription did not match. `pactwatch alerts why ID` says why.

    \b
    Examples:
      pactwatch alerts list -n 50
      pactwatch alerts list --state dead --json
    """
    from alerts.history import recent

    with reading(load_or_exit(config_path)) as connection:
        entries = recent(connection, limit, state=state)
    if as_json:
        from monitor.cli.alertsview import as_data

        click.echo(json.dumps([as_data(entry) for entry in entries], ensure_ascii=False))
    elif entries:
        from monitor.cli.alertsview import show_list

        show_list(entries)
    else:
        click.echo("no alerts yet" if state is None else f"no alerts with a delivery that is {state}")


@alerts.command(short_help="Say who was told of an alert or not, and why.")
@click.argument("id")
@as_json_option
@click.pass_obj
def why(config_path: Path | None, id: str, as_json: bool) -> None:
    """Say for each subscription why it was told of an alert or not, and show every attempt.

    ID is the alert's id, or a delivery's (webhook-id, the left part of a Message-ID), or the beginning of one.

    \b
    Example:
      pactwatch alerts why 5c2d
    """
    loaded = load_or_exit(config_path)
    entry = _entry(loaded, id)
    from monitor.cli import alertsview

    if as_json:
        click.echo(json.dumps(alertsview.as_data(entry), ensure_ascii=False))
    else:
        alertsview.show_why(entry, everybody(loaded).subscriptions)


@alerts.command(short_help="Start deliveries anew that failed or wait.")
@click.argument("id")
@as_json_option
@click.pass_obj
def retry(config_path: Path | None, id: str, as_json: bool) -> None:
    """Start deliveries anew that were given up or wait for their next try.

    ID is an alert's (all its deliveries) or one delivery's, or the beginning of one. What was sent is not sent again.
    Ends with 1 where there is nothing to try again.

    \b
    Example:
      pactwatch alerts retry 5c2d
    """
    loaded = load_or_exit(config_path)
    entry = _entry(loaded, id)
    meant = [one.id for one in entry.told if one.id.startswith(id)] or [entry.alert.id]
    queued = _requeue(loaded, meant)
    if as_json:
        click.echo(json.dumps({"queued": queued}))
    elif queued:
        from monitor.daemon.lock import held

        running = held(loaded.data_dir)
        then = "sent by the daemon within seconds" if running else "sent once the daemon runs: pactwatch run"
        many = "1 delivery is" if len(queued) == 1 else f"{len(queued)} deliveries are"
        click.echo(f"{many} queued again, {then}")
    else:
        click.echo(f"nothing to try again: see `pactwatch alerts why {entry.alert.id}`", err=True)
    if not queued:
        raise click.exceptions.Exit(1)


@alerts.command(short_help="Send a test, show what the server answers.")
@click.argument("subscription")
@as_json_option
@click.pass_obj
def test(config_path: Path | None, subscription: str, as_json: bool) -> None:
    """Send a real test message to a subscription, and show what the server answers.

    Nothing is stored, and nothing is tried again. Ends with 1 where the message was not taken.

    \b
    Example:
      pactwatch alerts test desk
    """
    import asyncio
    from datetime import UTC, datetime

    from alerts.trial import send_trial
    from config.outbound import Outbound

    loaded = load_or_exit(config_path)
    one = _subscription(loaded, subscription)
    settings = loaded.config.settings
    answer, seconds = asyncio.run(send_trial(settings, one, Outbound(settings.allow_private), datetime.now(UTC)))
    if as_json:
        data = {"subscription": one.name, "channel": one.channel, "ok": answer.ok, "permanent": answer.permanent}
        click.echo(json.dumps(data | {"answer": answer.detail, "seconds": round(seconds, 3)}, ensure_ascii=False))
    else:
        from monitor.cli.alertsview import show_trial

        show_trial(one, settings, answer, seconds)
    if not answer.ok:
        raise click.exceptions.Exit(1)


@alerts.command(short_help="Send again what a subscription got.")
@click.argument("subscription")
@click.option("--since", required=True, metavar="WHEN", help="A day, a moment (ISO 8601), or how long ago (3d).")
@as_json_option
@click.pass_obj
def replay(config_path: Path | None, subscription: str, since: str, as_json: bool) -> None:
    """Send again what a subscription got, or should have got, under the same ids: a receiver drops what it has.

    Ends with 1 where there is nothing to send again.

    \b
    Examples:
      pactwatch alerts replay pricing --since 2d
      pactwatch alerts replay pricing --since 2025-11-01T09:00+09:00
    """
    from datetime import UTC, datetime

    from alerts.history import since as sent_since
    from alerts.outbox import requeue
    from monitor.cli.asking import moment_of

    loaded = load_or_exit(config_path)
    one = _subscription(loaded, subscription)
    now = datetime.now(UTC)
    moment = moment_of(since, "--since", now)
    with writing(loaded) as connection:
        ids = sent_since(connection, one.name, moment)
        reason = f"sent again by hand, all since {moment:%Y-%m-%d %H:%M} UTC"
        queued = requeue(connection, ids, now, ("sent", "dead"), reason)
    many = "1 message is" if len(queued) == 1 else f"{len(queued)} messages are"
    click.echo(json.dumps({"queued": queued}) if as_json else f"{many} sent again")
    if not queued:
        raise click.exceptions.Exit(1)


@alerts.command(short_help="Take in a bounce: a report of a mail server.")
@click.argument("report", type=click.File("rb"), default="-")
@as_json_option
@click.pass_obj
def bounce(config_path: Path | None, report: BinaryIO, as_json: bool) -> None:
    """Take in a bounce (RFC 3464), from a file or standard input, for instance piped by a mail server's alias.

    A mailbox that is not there any more gets nothing more until `pactwatch subscriptions resume NAME`, and the operator
    is told. Ends with 1 where the report stops nobody.

    \b
    Example:
      pactwatch alerts bounce < report.eml
    """
    from datetime import UTC, datetime

    from alerts.bounces import read
    from alerts.outbox import stop

    loaded = load_or_exit(config_path)
    final = {one.address.casefold(): one.detail for one in read(report.read()) if one.final}
    hit = [one for one in everybody(loaded).subscriptions if one.channel == "mail" and one.to.casefold() in final]
    with writing(loaded) as connection:
        for one in hit:
            reason = f"the address refused for good: {final[one.to.casefold()]}"
            stop(connection, one, reason, datetime.now(UTC))
    names = [one.name for one in hit]
    told = f"stopped: {', '.join(names)}" if names else "this report stops nobody"
    click.echo(json.dumps({"stopped": names}, ensure_ascii=False) if as_json else told)
    if not names:
        raise click.exceptions.Exit(1)


def _subscription(loaded: Loaded, name: str) -> Subscription:
    from config.problems import did_you_mean

    known = {one.name: one for one in everybody(loaded).subscriptions}
    if name in known:
        return known[name]
    if not known:
        raise Unknown(f'there is no subscription "{name}": none is configured yet. Add one under subscriptions:')
    hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
    raise Unknown(f'there is no subscription "{name}"; {hint}')


def _entry(loaded: Loaded, start: str) -> Entry:
    """The alert that an id, or the beginning of one, means."""
    from alerts.history import entry, named

    with reading(loaded) as connection:
        ids = named(connection, start) if start else []
        exact = [start] if start in ids else ids
        found = entry(connection, exact[0]) if len(exact) == 1 else None
    if found is not None:
        return found
    if ids:
        raise Unfit(f'"{start}" is not clear, it begins the ids of several alerts: {", ".join(ids)}')
    raise Unknown(f'no alert or delivery has an id that begins with "{start}"; `pactwatch alerts` lists them')


def _requeue(loaded: Loaded, ids: list[str]) -> list[str]:
    from datetime import UTC, datetime

    from alerts.outbox import requeue

    with writing(loaded) as connection:
        return requeue(connection, ids, datetime.now(UTC))
