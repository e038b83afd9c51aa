"""`pactwatch explain --second`: what the second reader says of an article, and what becomes of it beside the first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.jsonl import claim_fields
from monitor.cli.loading import load_or_exit

if TYPE_CHECKING:
    from monitor.second.merging import Merged
    from monitor.second.reader import Opinion
    from monitor.types import Article, Claim, Reading


@dataclass(frozen=True, slots=True)
class Asked:
    """The second reader's opinion of one article, and both readings as one."""

    model: str
    opinion: Opinion
    merged: Merged

    def as_data(self) -> dict[str, Any]:
        """The part of `explain --json` under `second`."""
        pairs = zip(self.merged.reading.claims, self.merged.voices, strict=True)
        return {
            "model": self.model,
            "trouble": self.opinion.trouble or None,
            "claims": [_fields(claim) for claim in self.opinion.claims],
            "dropped": list(self.opinion.dropped),
            "merged": [{**_fields(claim), "said_by": str(voice)} for claim, voice in pairs],
        }


def ask(config_path: Path | None, article: Article, first: Reading) -> Asked:
    """Asks about one article, whatever gate and bounds say. Raises UsageError where no endpoint is configured."""
    from monitor.second.merging import merged
    from monitor.second.reader import SecondReader

    settings = load_or_exit(config_path).config.settings
    how = settings.reading.second
    if how.url is None:
        raise click.UsageError(
            "no second reader is configured: set reading.second.url and model under settings (docs/reading-more.md)"
        )
    reader = SecondReader(lambda: settings, lambda: datetime.now(UTC))
    opinion = asyncio.run(reader.consult(article))
    return Asked(how.model, opinion, merged(first, opinion.claims, how, settings.ledger))


def show(asked: Asked) -> None:
    """What it said, what was dropped and why, and the claims of both, for a person."""
    from rich.padding import Padding
    from rich.text import Text

    from monitor.cli.console import console
    from monitor.cli.explainview import headline

    out = console()
    out.print()
    out.print(Text.assemble(("the second reader", "bold"), f" ({asked.model})"))
    if asked.opinion.trouble:
        out.print(Text(f"no answer to use: {asked.opinion.trouble}. The built-in reading stands.", "yellow"))
        return
    good, bad = len(asked.opinion.claims), asked.opinion.dropped
    out.print(f"{_counted(good + len(bad))}, {good} that the article bears")
    for reason in bad:
        out.print(Text(f"dropped: {reason}", "yellow"))
    out.print()
    out.print(Text("both readers as one", "bold"))
    for claim, voice in zip(asked.merged.reading.claims, asked.merged.voices, strict=True):
        out.print(Text.assemble(headline(claim), (f"  {voice}", "cyan")))
        out.print(Padding(Text(f"“{' '.join(claim.quote.split())}”"), (0, 0, 0, 4), expand=False))
    if not asked.merged.reading.claims:
        out.print("no claim")


def _fields(claim: Claim) -> dict[str, Any]:
    return {**claim_fields(claim), "confidence": claim.confidence}


def _counted(number: int) -> str:
    return "1 claim" if number == 1 else f"{number} claims"
