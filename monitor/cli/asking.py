"""What the commands that read the ledger share: opening it, choosing terms of a deal and of a time, printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.cli.loading import load_or_exit
from monitor.cli.refusals import Unknown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.load import Loaded
    from monitor.ledger.terms import Term

C = TypeVar("C", bound=Callable[..., Any])

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON array, for programs.")
format_option = click.option(
    "--format",
    "shape",
    type=click.Choice(["csv", "jsonl", "markdown"]),
    help="Print one row each as CSV, JSON Lines or a Markdown table.",
)


def _user() -> str:
    """The login name; in a container there may be none, and then it must be said."""
    try:
        return getuser()
    except (KeyError, OSError):
        raise click.UsageError("say who decides: --by NAME") from None


def _given(_: click.Context, option: click.Parameter, text: str) -> str:
    """A name or a reason that says something."""
    if not text.strip():
        raise click.BadParameter("it is kept for good and must not be empty", param=option)
    return " ".join(text.split())


_reason = click.option("--reason", required=True, callback=_given, help="Why, in a few words; kept for good.")
_by = click.option("--by", default=_user, callback=_given, show_default="you", metavar="NAME", help="Who decides.")


def decision_options(command: C) -> C:
    """What every decision of a person takes: why, who, and whether programs read the answer."""
    return _reason(_by(click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)))


def time_options(command: C) -> C:
    """The two time axes of the ledger."""
    known = click.option(
        "--known-at", metavar="WHEN", help="As it was known then: a moment, a day (its first minute), or how long ago."
    )
    applied = click.option("--as-of", metavar="DAY", help="What stood and applied on that day, past or to come.")
    return applied(known(command))


@contextmanager
def open_ledger(config_path: Path | None) -> Iterator[Connection]:
    """A reading connection, beside a daemon or without one. ClickException in plain words where there is no ledger."""
    with open_with(load_or_exit(config_path)) as connection:
        yield connection


@contextmanager
def open_with(loaded: Loaded, *, write: bool = False) -> Iterator[Connection]:
    """A connection to the ledger of a configuration; with `write` one transaction, all of it or nothing."""
    from monitor.daemon.works import database_url
    from monitor.store import Store, StoreError

    try:
        if write:  # An empty ledger is not made by a command that decides on one.
            Store.open(database_url(loaded), read_only=True).close()
        store = Store.open(database_url(loaded), read_only=not write)
        try:
            with store.begin() if write else store.read() as connection:
                yield connection
        finally:
            store.close()
    except StoreError as error:
        raise click.ClickException(str(error)) from error


def terms_then(
    connection: Connection,
    loaded: Loaded,
    deal: str | None,
    as_of: str | None,
    known_at: str | None,
    *,
    proofs: bool = False,
) -> list[Term]:
    """The terms of a deal, of a country, or all, as they are or as they were; those that have nothing are left out.

    `deal` is as `naming.deal_or_country` makes it. Without `proofs` and of now, there is no more of each than a page
    shows.
    """
    from monitor.ledger.policy import Policy
    from monitor.ledger.views import as_of as on
    from monitor.pipeline.retold import known_at as known
    from monitor.store import ledger

    pair, side = sides(deal)
    if known_at is not None:
        moment = moment_of(known_at, "--known-at")
        found = list(known(connection, moment, Policy.of(loaded.config.settings.ledger), pair).terms)
        found.sort(key=lambda term: (term.key.deal, str(term.key), term.key.family))
    else:
        found = (ledger.all_terms if proofs or as_of is not None else ledger.shown_terms)(connection, pair, side)
    chosen = [term for term in found if deal is None or concerns(term.key.deal, deal)]
    if as_of is not None:
        day = day_of(as_of, "--as-of")
        chosen = [on(term, day) for term in chosen]
    return [term for term in chosen if term.versions or term.positions]


def no_terms(connection: Connection, deal: str, *, then: bool) -> Unknown:
    """That a deal or a country has no terms, `then` where a time was asked for; says which deals there are."""
    from monitor.store import ledger

    known = ", ".join(name for name, _ in ledger.deals(connection)[:12]) or "nothing yet"
    return Unknown(f"the ledger has no terms of {deal}{' then' if then else ''}. It has: {known}")


def sides(asked: str | None) -> tuple[str | None, str | None]:
    """The pair that was asked for, or the one country; one of the two is None, both where all is meant."""
    return (asked, None) if asked is not None and "-" in asked else (None, asked)


def concerns(deal: str, asked: str) -> bool:
    """Whether a deal is the pair that was asked for, or one of the country's."""
    return asked == deal or asked in deal.split("-")


def named(connection: Connection, name: str) -> str:
    """The term's name as the ledger writes it. Unknown, with the nearest names, where there is none; BadParameter
    where it can be no term's."""
    from difflib import get_close_matches

    from monitor.cli.naming import term_parts
    from monitor.store import ledger

    names = {known.casefold(): known for known in ledger.names(connection)}
    found = names.get(name.strip().casefold())
    if found is None:
        term_parts(name, "TERM")
        near = get_close_matches(name.casefold(), names, n=3, cutoff=0.5)
        hint = f"Nearest: {', '.join(names[each] for each in near)}" if near else "See: pactwatch terms"
        raise Unknown(f'the ledger has no term "{name}". {hint}')
    return found


def moment_of(text: str, option: str, now: datetime | None = None) -> datetime:
    """The moment that an option means; a day begins at midnight UTC. BadParameter where it means none."""
    from config import durations

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            return (now or datetime.now(UTC)) - durations.parse(text)
        except ValueError:
            example = 'write a day (2025-11-01), a moment (2025-11-01T09:00+09:00) or how long ago ("7d", "12h")'
            raise click.BadParameter(f'"{text}" is no time: {example}', param_hint=option) from None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise click.BadParameter(f'"{text}" is out of reach', param_hint=option) from None


def day_of(text: str, option: str) -> date:
    """The day that an option means. BadParameter where it means none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f'"{text}" is no day: write 2025-11-01', param_hint=option) from None


def print_json(data: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))
