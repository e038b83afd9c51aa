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


@click.command()
@click.argument("subject", metavar="FILE|ITEM|-")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--published", metavar="DATE", help="When a text or HTML file was published (ISO 8601); today where it is not said."
)
@click.pass_obj
def explain(config_path: Path | None, subject: str, as_json: bool, published: str | None) -> None:
    """Show what each room makes of an article: names, dates, figures, decisions, tags and claims.

    The article is a JSON file (one object with title, text, source, published), a text or HTML file, standard input
    (-), or the id of a stored item.

    \b
    Examples:
      pactwatch explain article.json
      echo "US cuts tariff on Swiss goods to 15% from 39%" | pactwatch explain -
      pactwatch explain 42
    """
    from monitor.cli.explaining import article_of, show

    article = article_of(config_path, subject, published)
    from monitor.reading.reader import Reader

    examination = Reader.of(article.language).examine(article)
    if as_json:
        from monitor.cli.explaining import as_dict

        click.echo(json.dumps(as_dict(article, examination), ensure_ascii=False))
        return
    show(article, examination)
