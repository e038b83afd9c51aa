"""An item that moved no term becomes an alert for those who asked for stories."""

from __future__ import annotations

from uuid import uuid5

from alerts.types import Alert, Quote
from monitor.announce.alert import NAMESPACE
from monitor.types import Article, Reading

#: Characters of an article's beginning that are shown.
TEASER = 300


def story(article: Article, reading: Reading) -> Alert:
    """The alert about an item: class `item`, its topics and countries as labels, its first words as a quote.

    Its id is the same for the same story always, whatever feed carried it.
    """
    deal = "-".join(reading.countries[:2]) if len(reading.countries) > 1 else ""
    said = " ".join(article.text.split())
    teaser = said if len(said) <= TEASER else said[: TEASER - 1].rsplit(" ", 1)[0] + "…"
    return Alert(
        id=str(uuid5(NAMESPACE, f"story\n{article.link or article.id}")),
        labels={
            "class": "item",
            "topic": " ".join(sorted(reading.topics)),
            "countries": " ".join(reading.countries),
            "source": article.source.name,
            "tier": article.source.tier,
        },
        title=" ".join(article.title.split()) or "(no title)",
        at=article.observed,
        facts=(
            ("Topics", ", ".join(sorted(reading.topics))),
            ("Countries", ", ".join(reading.countries)),
            ("Source", article.source.name),
        ),
        quotes=(Quote(text=teaser, source=article.source.name, link=article.link, published=article.published),)
        if teaser
        else (),
        thread=deal,
        data={"link": article.link, "topics": sorted(reading.topics), "countries": list(reading.countries)},
    )
