"""The two ways in which a command says no: what was named is not there (1), or it cannot be meant so (2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


class Unknown(click.ClickException):
    """Nothing is there under what was named, which could have been: found nothing. The words say what is."""

    exit_code = 1


class Unfit(click.ClickException):
    """What was written cannot be right, or cannot be done to what it names. The words say what to do instead."""

    exit_code = 2


def wrong_option(error: ValidationError, model: type[BaseModel], options: Mapping[str, str]) -> click.BadParameter:
    """What is wrong with settings that options made; `options` names those that are called otherwise than their key."""
    from config.validation import first_wrong

    key, message, hint = first_wrong(error, model)
    where = options.get(key, f"--{key}") if key else None
    return click.BadParameter(f"{message}: {hint}" if hint else message, param_hint=where)
