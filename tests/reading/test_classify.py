"""Claims keep to what their article is about."""

from __future__ import annotations

import pytest

from config.words import Kind, Qualifier, Status, Topic
from monitor.reading.classify import fitting
from monitor.types import Claim


def claim(kind: Kind) -> Claim:
    return Claim(
        kind=kind,
        party="US",
        counterparty="KR",
        actor=None,
        scope="all",
        value=15,
        unit="percent",
        qualifier=Qualifier.EXACT,
        high=None,
        previous=None,
        status=Status.AGREED,
        effective=None,
        delta=None,
        quote="15 percent",
        start=0,
        end=10,
        confidence=0.9,
    )


@pytest.mark.parametrize(
    ("topics", "kept"),
    [
        ((), ()),
        ((Topic.TARIFF,), (Kind.TARIFF, Kind.DURATION)),
        ((Topic.INVESTMENT,), (Kind.PROFIT_SHARE, Kind.DURATION)),
        ((Topic.PURCHASE,), (Kind.DURATION,)),
    ],
)
def test_a_claim_belongs_to_a_topic_of_its_article(topics: tuple[Topic, ...], kept: tuple[Kind, ...]) -> None:
    claims = [claim(kind) for kind in (Kind.TARIFF, Kind.PROFIT_SHARE, Kind.DURATION)]
    assert tuple(c.kind for c in fitting(claims, topics)) == kept
