"""`pactwatch extract` and `pactwatch explain`: what is read out of articles."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from monitor.cli.jsonl import articles, line


@click.command()
@click.option("--provisions", is_flag=True, help="Also print terms without a figure, such as market access.")
def extract(provisions: bool) -> None:
    """Read articles (JSON Lines) from standard input; print topics, countries and claims, one line an article.

    An article is {"id", "source": {"name", "tier"}, "published", "title", "text", "language"}. A line that cannot be
    read is named on standard error and passed over; the exit code is then 1.

    \b
    Example:
      pactwatch extract < articles.jsonl > claims.jsonl
    """
    from monitor.reading.reader import Reader

    bad = 0
    for number, article in articles(sys.stdin.buffer):
        if isinstance(article, str):
            bad += 1
            click.echo(f"line {number}: {article}", err=True)
            continue
        reading = Reader.of(article.language).read(article)
        click.echo(line(article.id, reading, provisions=provisions))
    sys.exit(1 if bad else 0)
