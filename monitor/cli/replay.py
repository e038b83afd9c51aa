"""`pactwatch replay`: a stream of articles through reading and ledger, one line a change."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import click

from monitor.cli.given import claims_by_article
from monitor.cli.jsonl import articles
from monitor.types import Article, Change, ChangeClass, Claim

Read = Callable[[Article], Sequence[Claim]]


@click.command(short_help="Run articles through the ledger, print the changes.")
@click.option(
    "--claims",
    "given",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Take the claims of each article from FILE instead of reading its text.",
)
@click.option("--events", is_flag=True, help="Also print confirmations, contests, moved dates and reminders.")
def replay(given: Path | None, events: bool) -> None:
    """Run a stream of articles through the ledger and print every change as a JSON line.

    Articles are JSON Lines on standard input, in the order in which they were observed. Time passes with each
    article's `observed`; what becomes due on the way is printed with no article and its date. Nothing is stored.

    \b
    Examples:
      pactwatch replay < us-kr.articles.jsonl
      pactwatch replay --claims us-kr.claims.jsonl < us-kr.articles.jsonl
    """
    bad = False
    for line in _run(_reading(given)):
        if isinstance(line, str):
            bad = True
            click.echo(line, err=True)
        elif events or line.cls in (ChangeClass.TERM, ChangeClass.POSITION):
            click.echo(json.dumps(printed(line), ensure_ascii=False))
    if bad:
        sys.exit(1)


def _run(read: Read) -> Iterator[Change | str]:
    """Every change in order, and for each line that cannot be read its number and why."""
    from config.settings import Ledger
    from config.vocabulary import VocabularyError
    from monitor.ledger.book import Book
    from monitor.ledger.policy import Policy

    book = Book(Policy.of(Ledger()))
    clock = None
    for number, article in articles(sys.stdin.buffer):
        if isinstance(article, str):
            yield f"line {number}: {article}"
            continue
        if clock is not None and article.observed > clock:
            yield from book.due(clock, article.observed).changes
        clock = max(clock, article.observed) if clock is not None else article.observed
        try:
            claims = read(article)
        except VocabularyError as error:
            yield f"line {number}: {error}"
            continue
        yield from book.record(article, claims).changes


def _reading(given: Path | None) -> Read:
    """What gives an article's claims: the file, or the reader."""
    if given is not None:
        claims = claims_by_article(given)
        return lambda article: claims.get(article.id, ())
    from monitor.reading.reader import Reader

    return lambda article: Reader.of(article.language).read(article).claims


def printed(change: Change) -> dict[str, Any]:
    """The change as the measuring contract wants it (docs: the contract for measuring)."""
    key = change.key
    at = change.at.astimezone(UTC).date().isoformat() if change.article is None else change.at.isoformat()
    return {
        "article": change.article,
        "class": change.cls.value,
        "key": {
            "kind": key.kind.value,
            "party": key.party,
            "counterparty": key.counterparty,
            "actor": key.actor,
            "scope": key.scope,
        },
        "from": change.before,
        "to": change.after,
        "unit": change.unit,
        "status": change.status.value,
        "confirmed": change.trust.value == "confirmed",
        "at": at,
    }
