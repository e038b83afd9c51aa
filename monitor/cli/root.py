"""The root of the command line: `pactwatch [--config DIR] COMMAND`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

#: Command → module that defines it under the same name (`-` becomes `_`).
COMMANDS = {
    "init": "monitor.cli.setup",
    "check": "monitor.cli.setup",
    "run": "monitor.cli.running",
    "status": "monitor.cli.running",
    "feeds": "monitor.cli.feeds",
    "terms": "monitor.cli.ledger",
    "history": "monitor.cli.ledger",
    "changes": "monitor.cli.ledger",
    "deal": "monitor.cli.deal",
    "diff": "monitor.cli.deal",
    "due": "monitor.cli.due",
    "review": "monitor.cli.review",
    "ledger": "monitor.cli.hands",
    "alerts": "monitor.cli.alerts",
    "subscribe": "monitor.cli.subscribing",
    "subscriptions": "monitor.cli.subscriptions",
    "watchlists": "monitor.cli.watchlists",
    "silences": "monitor.cli.silences",
    "webhooks": "monitor.cli.webhooks",
    "schema": "monitor.cli.webhooks",
    "extract": "monitor.cli.reading",
    "explain": "monitor.cli.reading",
    "replay": "monitor.cli.replay",
}


class Lazy(click.Group):
    """A group that imports a command's module only when the command is asked for, so that start-up stays short."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from config.problems import did_you_mean

            hint = did_you_mean(args[0], COMMANDS, cutoff=0.6).capitalize()
            raise click.UsageError(f"{error.message} {hint}".strip(), ctx) from None


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="Where the configuration is; otherwise PACTWATCH_CONFIG says it, or it is looked for here and in your own "
    "configuration folder.",
)
@click.version_option(package_name="pactwatch", prog_name="pactwatch")
@click.pass_context
def cli(ctx: click.Context, config_path: Path | None) -> None:
    """Reads the news like a trade-policy desk: terms of tariffs and investment, a ledger of every version, alerts.

    \b
    First use:
      pactwatch init ~/pactwatch      write a starter configuration
      pactwatch check                 list every problem in it
      pactwatch run                   poll, read, keep, alert

    \b
    Exit codes, where a command says nothing else:
      0  well
      1  found something, did a part, or found nothing under what was named
      2  wrong usage or configuration
      3  the daemon does not run (status)
    """
    ctx.obj = config_path
