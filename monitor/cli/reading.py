"""`pactwatch extract` and `pactwatch explain`: what is read out of articles."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from monitor.cli.jsonl import articles, line


@click.command(short_help="Read articles (JSON Lines), print their claims.")
@click.option("--provisions", is_flag=True, help="Also print terms without a figure, such as market access.")
def extract(provisions: bool) -> None:
    """Read articles (JSON Lines) from standard input; print topics, countries and claims, one line an article.

    An article is {"id", "source": {"name", "tier"}, "published", "title", "text", "language"}. A line that cannot be
    read is named on standard error and passed over; the exit code is then 1.

    \b
    Example:
      pactwatch extract < articles.jsonl > claims.jsonl
    """
    from config.vocabulary import VocabularyError
    from monitor.reading.reader import Reader

    bad = False
    for number, article in articles(sys.stdin.buffer):
        if not isinstance(article, str):
            try:
                reader = Reader.of(article.language)
            except VocabularyError as error:
                article = str(error)
        if isinstance(article, str):
            bad = True
            click.echo(f"line {number}: {article}", err=True)
        else:
            click.echo(line(article.id, reader.read(article, provisions=provisions), provisions=provisions))
    if bad:
        sys.exit(1)


@click.command(short_help="Show what was made of an article, and why.")
@click.argument("subject", metavar="FILE|ITEM|-")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--published", metavar="DATE", help="When a text or HTML file was published (ISO 8601); today where it is not said."
)
@click.option("--second", is_flag=True, help="Also ask the second reader (reading.second), and show both as one.")
@click.pass_obj
def explain(config_path: Path | None, subject: str, as_json: bool, published: str | None, second: bool) -> None:
    """Show what is made of an article, step by step: names, dates, figures, decisions, tags and claims.

    The article is a JSON file (one object with id, source, published, title, text), a text or HTML file, standard
    input (-), or the number of a stored item, as `pactwatch history` shows it.
    With --second the article is sent to the configured endpoint; ends with 1 where that gives no answer to use.

    \b
    Examples:
      pactwatch explain article.json
      echo "US cuts tariff on Swiss goods to 15% from 39%" | pactwatch explain -
      pactwatch explain 42
      pactwatch explain --second article.json
    """
    from config.vocabulary import VocabularyError
    from monitor.cli import secondview
    from monitor.cli.explaining import article_of, as_dict
    from monitor.reading.reader import Reader

    article = article_of(config_path, subject, published)
    try:
        seen = Reader.of(article.language).examine(article, provisions=True)
    except VocabularyError as error:
        raise click.ClickException(str(error)) from error
    asked = secondview.ask(config_path, article, seen.reading) if second else None
    if as_json:
        also = {"second": asked.as_data()} if asked else {}
        click.echo(json.dumps(as_dict(article, seen) | also, ensure_ascii=False))
    else:
        from monitor.cli.explainview import show

        show(article, seen)
        if asked:
            secondview.show(asked)
    if asked and asked.opinion.trouble:
        raise click.exceptions.Exit(1)
