"""The two ways in which a command says no: what was named is not there (1), or it cannot be meant so (2)."""

from __future__ import annotations

import click


class Unknown(click.ClickException):
    """Nothing is there under what was named, which could have been: found nothing. The words say what is."""

    exit_code = 1


class Unfit(click.ClickException):
    """What was written cannot be right, or cannot be done to what it names. The words say what to do instead."""

    exit_code = 2
