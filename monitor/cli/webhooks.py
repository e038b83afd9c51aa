"""`pactwatch webhooks` and `pactwatch schema`: what receivers need to know."""

from __future__ import annotations

import json
from pathlib import Path

import click

from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unfit, Unknown
from monitor.cli.storing import as_json_option, everybody


@click.group(short_help="Change a webhook's secret.")
def webhooks() -> None:
    """What concerns webhooks: change a secret without a gap.

    \b
    Example:
      pactwatch webhooks rotate pricing --keep 2d
    """


@webhooks.command(short_help="Make a new secret; the old one signs on for a while.")
@click.argument("subscription")
@click.option("--keep", default="1d", show_default=True, metavar="LENGTH", help="How long the old secret signs on.")
@as_json_option
@click.pass_obj
def rotate(config_path: Path | None, subscription: str, keep: str, as_json: bool) -> None:
    """Make a new secret for a webhook and show it, once. Until --keep is over each request is signed with both.

    The new secret stands in the data folder, readable by this user only. Another secret in your configuration ends it.

    \b
    Example:
      pactwatch webhooks rotate pricing --keep 2d
    """
    from datetime import UTC, datetime

    from alerts.rotation import rotate as make
    from config import durations

    loaded = load_or_exit(config_path)
    found = next((one for one in everybody(loaded, signing=False).subscriptions if one.name == subscription), None)
    if found is None:
        raise Unknown(f'there is no webhook "{subscription}": `pactwatch subscriptions` lists what there is')
    if found.channel != "webhook":
        raise Unfit(f'"{subscription}" is no webhook but goes by {found.channel}, which has no secret to change')
    now = datetime.now(UTC)
    try:
        length = durations.parse(keep)
        secret = make(loaded.data_dir, found, now, length)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--keep") from error
    except OSError as error:
        raise click.ClickException(
            f"the secret could not be written: {(error.strerror or str(error)).lower()}"
        ) from error
    until = now + length
    if as_json:
        click.echo(json.dumps({"subscription": subscription, "secret": secret, "old_until": until.isoformat()}))
        return
    click.echo(f"{secret}\ngive it to the receiver; the old one signs on until {until:%Y-%m-%d %H:%M} UTC")


@click.command(short_help="Print the JSON Schema of what webhooks get.")
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of what webhooks and scripts get.

    \b
    Example:
      pactwatch schema > webhook.schema.json
    """
    from alerts.schema import schema as made

    click.echo(json.dumps(made(), indent=2))
