"""`pactwatch subscribe`: a subscription by command; the address is asked first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unfit, Unknown, wrong_option
from monitor.cli.storing import as_json_option, everybody, revealed, writing

if TYPE_CHECKING:
    from alerts.types import Answer
    from config.load import Loaded
    from config.settings import Config, Subscription


@click.command(short_help="Subscribe an address or a webhook to a watchlist.")
@click.argument("name")
@click.option("--watchlist", "-w", required=True, help="What it is told of: one of `watchlists list`.")
@click.option("--mail", metavar="ADDRESS", help="A mail address; it gets a code and must give it back.")
@click.option("--webhook", metavar="URL", help="A webhook; it must answer a test with 2xx.")
@click.option("--secret", metavar="REF", help="Where the webhook's secret is: env:NAME or file:/path.")
@click.option("--digest", type=click.Choice(["hourly", "daily", "weekly"]), help="Collect, and send together.")
@click.option("--at", metavar="HH:MM", help="When a digest goes out.")
@click.option("--zone", metavar="ZONE", help="IANA time zone of --at and --quiet, such as Asia/Seoul.")
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which nothing is sent.")
@click.option("--group", metavar="LENGTH", help="Changes of one deal within this time are one message, such as 5m.")
@click.option("--format", "form", type=click.Choice(["standard", "cloudevents"]), help="How a webhook is wrapped.")
@click.option("--items", is_flag=True, help="Also every story about the watchlist's countries and topics.")
@click.option("--no-positions", is_flag=True, help="No proposals, demands, threats and refusals.")
@click.option("--no-steps", is_flag=True, help="No steps that move no value.")
@as_json_option
@click.pass_obj
def subscribe(config_path: Path | None, /, name: str, as_json: bool, **given: Any) -> None:
    """Subscribe a mail address or a webhook to a watchlist, under a NAME of its own.

    A mail address is sent a code and gets nothing until `pactwatch subscriptions confirm CODE`; a webhook must answer
    a test with 2xx. A subscription of that name in your YAML wins. Ends with 1 where the test or the code could not
    be delivered; then nothing is stored.

    \b
    Examples:
      pactwatch subscribe anna -w korea-cars --mail anna@example.org --digest daily --zone Asia/Seoul
      pactwatch subscribe pricing -w US-KR --webhook https://hooks.example.org/x --secret env:HOOK_SECRET
    """
    loaded = load_or_exit(config_path)
    config = everybody(loaded)
    reference = given.pop("secret")
    subscription = _made(name, given, reference)
    _refuse_unfit(loaded, config, subscription)
    answer, code = _ask(loaded, subscription)
    if answer.ok:
        from datetime import UTC, datetime

        from alerts.directory import add_subscription, effective
        from monitor.announce.standing import greet

        now = datetime.now(UTC)
        with writing(loaded) as connection:
            add_subscription(connection, subscription, reference, now, code)
            if code is None:
                greet(connection, effective(connection, loaded.config, revealed), subscription.name, now)
    _tell(subscription, answer, code, as_json)
    if not answer.ok:
        raise click.exceptions.Exit(1)


def _made(name: str, given: dict[str, Any], reference: str | None) -> Subscription:
    from pydantic import ValidationError

    from config.settings import Subscription

    mail, webhook = given.pop("mail"), given.pop("webhook")
    if bool(mail) == bool(webhook):
        raise click.UsageError("name one: --mail ADDRESS or --webhook URL")
    secret = None
    if reference is not None:
        if not reference.startswith(("env:", "file:")):
            # It may be the secret itself, which is not to be shown.
            raise click.UsageError("--secret: must say where the secret is: write env:NAME or file:/path")
        secret = revealed(reference)
        if secret is None:
            raise click.UsageError(f"--secret: {reference} leads to no secret; write env:NAME or file:/path")
    fields = {
        "name": name,
        "channel": "mail" if mail else "webhook",
        "to": mail or webhook,
        "secret": secret,
        "positions": not given.pop("no_positions"),
        "steps": not given.pop("no_steps"),
        "format": given.pop("form"),
    } | given
    try:
        return Subscription.model_validate({key: value for key, value in fields.items() if value is not None})
    except ValidationError as error:
        options = {"name": "NAME", "to": "--mail" if mail else "--webhook"}
        raise wrong_option(error, Subscription, options) from error


def _refuse_unfit(loaded: Loaded, config: Config, subscription: Subscription) -> None:
    from config.consistency import secret_bytes
    from config.problems import did_you_mean

    if any(one.name == subscription.name for one in loaded.config.subscriptions):
        raise Unfit(f'your configuration has a subscription "{subscription.name}" already, and it wins: another name')
    known = [one.name for one in config.watchlists]
    if subscription.watchlist not in known:
        hint = did_you_mean(subscription.watchlist, known) or "`pactwatch watchlists` lists them"
        raise Unknown(f'there is no watchlist "{subscription.watchlist}"; {hint}')
    if subscription.secret and secret_bytes(subscription.secret.get_secret_value()) is None:
        raise Unfit("--secret is no webhook secret: it is whsec_ and base64 (Standard Webhooks)")


def _ask(loaded: Loaded, subscription: Subscription) -> tuple[Answer, str | None]:
    """What the address or the endpoint answers, and the code that it was sent."""
    import asyncio
    from datetime import UTC, datetime

    from alerts.confirming import invitation
    from alerts.directory import new_code
    from alerts.trial import send_once, send_trial
    from config.outbound import Outbound

    settings, now = loaded.config.settings, datetime.now(UTC)
    outbound = Outbound(settings.allow_private)
    if subscription.channel == "webhook":
        return asyncio.run(send_trial(settings, subscription, outbound, now))[0], None
    code = new_code()
    asked = invitation(subscription, code, settings.http, now)
    reason = "asks whether this address wants it"
    return asyncio.run(send_once(settings, subscription, outbound, asked, reason))[0], code


def _tell(subscription: Subscription, answer: Answer, code: str | None, as_json: bool) -> None:
    state = "refused" if not answer.ok else "waits for its code" if code else "active"
    if as_json:
        data = {"subscription": subscription.name, "origin": "command", "state": state, "answer": answer.detail}
        click.echo(json.dumps(data, ensure_ascii=False))
    elif not answer.ok:
        what = "the code could not be sent" if code else "the webhook did not take the test"
        click.echo(f"nothing was stored, for {what}: {answer.detail}", err=True)
    elif code:
        click.echo(f"a code is on its way to {subscription.to}; then: pactwatch subscriptions confirm CODE")
    else:
        click.echo(f"subscribed: {subscription.name} is told of {subscription.watchlist}")
