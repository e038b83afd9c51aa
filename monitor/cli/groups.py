"""Groups of commands."""

from __future__ import annotations

import click


class ListByDefault(click.Group):
    """A group that lists when no command of it is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        helps = args and args[0] in self.get_help_option_names(ctx)
        if not args or (args[0].startswith("-") and not helps):
            args = ["list", *args]
        return super().parse_args(ctx, args)
