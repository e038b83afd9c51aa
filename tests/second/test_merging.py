"""Two readings as one: support, gaps, lone claims and contradictions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Ledger, Second
from config.words import Kind, Qualifier, Status, Topic
from monitor.second.merging import Merged, Voice, merged
from monitor.types import Claim, Reading

HOW, LEDGER = Second(), Ledger()
CARS = Claim(
    kind=Kind.TARIFF, party="US", counterparty="KR", actor=None, scope="autos", value=15, unit="percent",
    qualifier=Qualifier.EXACT, status=Status.AGREED, quote="15 percent on cars", start=10, end=30, confidence=0.8,
)  # fmt: skip
FUND = replace(
    CARS, kind=Kind.INVESTMENT, party="KR", counterparty="US", scope="all", value=350e9, unit="USD", start=50, end=70
)


def both(first: list[Claim], second: list[Claim], how: Second = HOW, ledger: Ledger = LEDGER) -> Merged:
    reading = Reading(topics=(Topic.TARIFF,) if first else (), countries=("US",) if first else (), claims=tuple(first))
    return merged(reading, second, how, ledger)


def voices(found: Merged) -> list[tuple[Voice, float]]:
    return [(voice, claim.confidence) for voice, claim in zip(found.voices, found.reading.claims, strict=True)]


def test_agreement_raises_confidence() -> None:
    assert voices(both([CARS], [CARS])) == [(Voice.BOTH, 0.9)]
    assert voices(both([CARS], [CARS], Second(agreement=0))) == [(Voice.BOTH, 0.8)]


def test_gaps_are_filled_and_nothing_is_replaced() -> None:
    said = replace(CARS, previous=25, effective="2025-11-01", quote="another", qualifier=Qualifier.AT_MOST)
    (claim,) = both([CARS], [said]).reading.claims
    assert (claim.previous, claim.effective, claim.quote, claim.qualifier) == (25, "2025-11-01", CARS.quote, "exact")
    (claim,) = both([replace(CARS, previous=27.5, effective="2025-11")], [said]).reading.claims
    assert (claim.previous, claim.effective) == (27.5, "2025-11")


def test_one_word_of_a_firms_name_is_enough() -> None:
    long = replace(FUND, actor="Hyundai Motor Group")
    assert voices(both([long], [replace(long, actor="Hyundai")]))[0][0] is Voice.BOTH
    found = voices(both([long], [replace(long, actor="Samsung", start=200, end=220)]))
    assert [voice for voice, _ in found] == [Voice.FIRST, Voice.SECOND]


def test_another_step_of_status_raises_nothing() -> None:
    found = both([CARS], [replace(CARS, status=Status.IN_EFFECT)])
    assert voices(found) == [(Voice.STATUS, 0.8)]
    assert found.reading.claims[0].status is Status.AGREED


@pytest.mark.parametrize("status", [Status.PROPOSED, Status.SPECULATED])
def test_settled_against_proposed_is_a_contradiction(status: Status) -> None:
    assert voices(both([CARS], [replace(CARS, status=status)])) == [(Voice.DISPUTED, 0.29)]


def test_what_one_says_alone() -> None:
    assert voices(both([CARS], [])) == [(Voice.FIRST, 0.8)]
    found = both([], [CARS])
    assert voices(found) == [(Voice.SECOND, 0.5)]
    assert (found.reading.topics, found.reading.countries) == ((Topic.TARIFF,), ("US", "KR"))
    assert voices(both([CARS], [FUND], Second(confidence=0.4))) == [(Voice.FIRST, 0.8), (Voice.SECOND, 0.4)]


def test_two_values_of_one_term_are_held_for_review() -> None:
    found = voices(both([CARS], [replace(CARS, value=25)]))
    assert found == [(Voice.DISPUTED, 0.29), (Voice.DISPUTED, 0.29)]
    assert all(confidence < LEDGER.min_confidence for _, confidence in found)


def test_steps_of_one_term_are_paired_off_first() -> None:
    step = replace(CARS, value=25, start=100, end=120)
    assert [voice for voice, _ in voices(both([CARS, step], [CARS, step]))] == [Voice.BOTH, Voice.BOTH]
    assert [voice for voice, _ in voices(both([CARS], [CARS, step]))] == [Voice.BOTH, Voice.SECOND]
    assert [voice for voice, _ in voices(both([CARS, step], [CARS]))] == [Voice.BOTH, Voice.FIRST]


def test_other_sides_of_one_figure_are_a_contradiction() -> None:
    turned = replace(CARS, party="KR", counterparty="US")
    assert {voice for voice, _ in voices(both([CARS], [turned]))} == {Voice.DISPUTED}
    elsewhere = replace(turned, start=200, end=220)
    assert [voice for voice, _ in voices(both([CARS], [elsewhere]))] == [Voice.FIRST, Voice.SECOND]


def test_a_figure_for_several_goods_is_none_where_one_is_common() -> None:
    steel, aluminum = replace(CARS, scope="steel"), replace(CARS, scope="aluminum")
    assert [voice for voice, _ in voices(both([steel], [steel, aluminum]))] == [Voice.BOTH, Voice.SECOND]
    assert [voice for voice, _ in voices(both([steel, aluminum], [steel]))] == [Voice.BOTH, Voice.FIRST]


def test_an_owner_who_holds_nothing_has_nothing_held() -> None:
    found = voices(both([CARS], [replace(CARS, value=25)], ledger=Ledger(min_confidence=0)))
    assert [confidence for _, confidence in found] == [0, 0]


CLAIMS = st.lists(
    st.builds(
        lambda claim, value, scope, status, start: replace(
            claim, value=value, scope=scope, status=status, start=start, end=start + 20
        ),
        st.sampled_from([CARS, FUND]),
        st.sampled_from([15.0, 25.0]),
        st.sampled_from(["autos", "steel"]),
        st.sampled_from(list(Status)),
        st.sampled_from([10, 25, 100]),
    ),
    max_size=5,
)


@given(first=CLAIMS, second=CLAIMS)
def test_no_claim_of_the_built_in_reader_is_lost_and_none_is_made_up(first: list[Claim], second: list[Claim]) -> None:
    found = both(first, second)

    def statement(claim: Claim) -> tuple[object, ...]:
        return claim.kind, claim.scope, claim.value, claim.status, claim.start

    said = [statement(claim) for claim in found.reading.claims]
    for claim in first:
        assert statement(claim) in said
    assert set(said) <= {statement(claim) for claim in (*first, *second)}
    assert len(first) <= len(said) <= len(first) + len(second)
    assert all(0 <= claim.confidence <= 1 for claim in found.reading.claims)
    assert [claim.start for claim in found.reading.claims] == sorted(claim.start for claim in found.reading.claims)


@given(first=CLAIMS)
def test_silence_takes_nothing_away(first: list[Claim]) -> None:
    found = both(first, [])
    assert sorted(found.reading.claims, key=repr) == sorted(first, key=repr)
