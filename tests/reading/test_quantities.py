"""Figures: what each form measures, how exactly it is meant, and which numbers are no figures of ours."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import raw_language
from monitor.reading.lexicon import lexicon
from monitor.reading.quantities import Quantity, quantities
from monitor.reading.text import document

LEXICON = lexicon(raw_language("en"))


def read(text: str) -> list[Quantity]:
    return quantities(document("", text, LEXICON.abbreviations), LEXICON)


def told(text: str) -> list[str]:
    """Each figure as "family value", with its unit where it is money, its upper end, and its qualifier if any."""
    out = []
    for q in read(text):
        unit = f" {q.unit}" if q.family == "money" else ""
        high = f"-{q.high:g}" if q.high is not None else ""
        mark = {"at_most": " <=", "at_least": " >=", "about": " ~"}.get(q.qualifier, "")
        out.append(f"{q.family} {q.value:g}{high}{unit}{mark}")
    return out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 15% duty", ["percent 15"]),
        ("25 for Japan, 10 for Britain", ["bare 25", "bare 10"]),
        ("the ministry's hundred per cent", ["percent 100"]),
        ("takes 32 787-10s and 100 A321neo", ["units 32", "units 100"]),
        ("36 F-35s and 180 more K2 tanks", ["units 36", "units 180"]),
        ("150 of the 737 MAX", ["units 150"]),
        ("the K2 tanks and the F-35s", []),
        ("ten Airbuses, 50 options", ["units 10"]),
        ("cars pay 15, parts none", ["bare 15", "zero 0"]),
        ("copper pays nothing, steel is charged five", ["zero 0", "bare 5"]),
        ("who owe four and levy five", ["bare 4", "bare 5"]),
        ("wine was freed from duty over seven years", ["removal 0", "years 7"]),
        ("nothing is levied at the border", ["zero 0"]),
        ("a 27.5 per cent duty", ["percent 27.5"]),
        ("a fifteen-percent duty", ["percent 15"]),
        ("a twenty-five pct levy", ["percent 25"]),
        ("it pays 2.5pc", ["percent 2.5"]),
        ("two hundred and fifty per cent", ["percent 250"]),
        ("twelve point eight per cent", ["percent 12.8"]),
        ("two and a half per cent", ["percent 2.5"]),
        ("a rise of ten percentage points", ["points 10"]),
        ("50-percent tariffs", ["percent 50"]),
        ("$350 billion", ["money 3.5e+11 USD"]),
        ("$350bn", ["money 3.5e+11 USD"]),
        ("US$350 bn", ["money 3.5e+11 USD"]),
        ("a $2.6-billion contract", ["money 2.6e+09 USD"]),
        ("350 billion dollars", ["money 3.5e+11 USD"]),
        ("half a trillion dollars", ["money 5e+11 USD"]),
        ("£90bn", ["money 9e+10 GBP"]),
        ("5 trillion won", ["money 5e+12 KRW"]),
        ("80 trillion yen", ["money 8e+13 JPY"]),
        ("Rs 20,000 crore", ["money 2e+11 INR"]),
        ("C$70 million", ["money 7e+07 CAD"]),
        ("a billion euros", ["money 1e+09 EUR"]),
        ("350 billion in all", ["money 3.5e+11 "]),
        ("5 won per kilowatt-hour", []),
        ("103 Boeing aircraft", ["units 103"]),
        ("fifty jets", ["units 50"]),
        ("80 wide-body passenger jets", ["units 80"]),
        ("25 million tonnes of soybeans", ["tonnes 2.5e+07"]),
        ("200,000 tons", ["tonnes 200000"]),
        ("3 mtpa", ["tonnes 3e+06"]),
        ("for ten years", ["years 10"]),
        ("over two decades", ["years 20"]),
        ("a decade", ["years 10"]),
        ("a quarter of the profits", ["fraction 25"]),
        ("profits are split 50-50", ["share 50"]),
        ("nine to one", ["share 90", "share 10"]),
        ("divided equally", ["share 50"]),
    ],
)
def test_forms(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("between 10 and 20 percent", ["percent 10-20"]),
        ("27.91 to 38.02 percent", ["percent 27.91-38.02"]),
        ("20-25%", ["percent 20-25"]),
        ("olives pay 15 to 20 now", ["bare 15-20"]),
        ("$15-20 billion", ["money 1.5e+10-2e+10 USD"]),
        ("$70 to 80 billion", ["money 7e+10-8e+10 USD"]),
        ("12 to 25 million tonnes", ["tonnes 1.2e+07-2.5e+07"]),
        ("from 25 to 15 percent", ["percent 25", "percent 15"]),
        ("from 15% to 25%", ["percent 15", "percent 25"]),
        ("25% and 50%", ["percent 25", "percent 50"]),
        ("30, 35 and 40 percent", ["bare 30", "percent 35", "percent 40"]),
        ("103 aircraft, with options on 50 more", ["units 103", "units 50"]),
        ("12 million tons by June and 25 million a year after", ["tonnes 1.2e+07", "tonnes 2.5e+07"]),
        ("$15 billion a year over ten", ["money 1.5e+10 USD", "years 10"]),
        ("50%, half of it for the oil", ["percent 50", "percent 25"]),
        ("15 percent on some and twice that on others", ["percent 15", "percent 30"]),
    ],
)
def test_figures_that_lean_on_each_other(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "duty-free",
        "the zero rate on ships",
        "nought on cotton",
        "wine enters free of duty",
        "free of any American tariff",
        "sold without customs duties",
        "it charges nothing for them",
        "pears are at nothing now",
        "it pays no duty",
        "barley goes in free.",
        "toys are free from Monday",
    ],
)
def test_words_for_zero(text: str) -> None:
    assert [(q.family, q.value) for q in read(text)] == [("zero", 0.0)]


@pytest.mark.parametrize(
    "text",
    [
        "feel free to call",
        "he walked free",
        "no new tariffs are planned",
        "a free press",
        "the court set him free",
        "no longer",
    ],
)
def test_free_and_no_that_are_no_zero(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oslo will scrap the levy", ["removal 0"]),
        ("the 5% on cars goes", ["percent 5", "removal 0"]),
        ("the duty on glass is to go at once", ["removal 0"]),
        ("the 10 per cent rate is gone, he said", ["percent 10", "removal 0"]),
        ("without the 5 per cent it used to pay", ["zero 0", "percent 5"]),
        ("The minister lifted the trophy", []),
        ("The duty stays. Goods go to market", []),
        ("they doubled the tariff", ["multiple 2"]),
        ("the levy was halved", ["multiple 0.5"]),
        ("it pays half the rate", ["multiple 0.5"]),
        ("the duty falls by half", ["multiple 0.5"]),
    ],
)
def test_words_for_a_change(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cut it to 15", ["bare 15"]),
        ("Peru at 10, Chile at 12.5", ["bare 10", "bare 12.5"]),
        ("charged ten, not fifteen", ["bare 10", "bare 15"]),
        ("on Nov. 14", []),
        ("on 14 November", []),
        ("May 12", []),
        ("it may 12 times over", []),
        ("27 member states", ["bare 27"]),
        ("27 states", []),
        ("90 days", []),
        ("Section 232", []),
        ("the G20, Q3 and F-16", []),
        ("at 10:30", []),
        ("three officials", []),
        ("1,500", []),
        ("1234", []),
        ("the 25th of them", []),
    ],
)
def test_bare_numbers(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("up to 15%", "percent 15 <="),
        ("as much as 25%", "percent 25 <="),
        ("capped at 15%", "percent 15 <="),
        ("held to 15%", "percent 15 <="),
        ("no more than 15%", "percent 15 <="),
        ("cannot be charged more than 15%", "percent 15 <="),
        ("will never be above 15%", "percent 15 <="),
        ("less than 15%", "percent 15 <="),
        ("15% at most", "percent 15 <="),
        ("$20 billion a year at most", "money 2e+10 USD <="),
        ("15% or less", "percent 15 <="),
        ("at least 15%", "percent 15 >="),
        ("more than 15%", "percent 15 >="),
        ("no less than $17 billion", "money 1.7e+10 USD >="),
        ("not less than 15%", "percent 15 >="),
        ("15% or more", "percent 15 >="),
        ("a minimum of $5 billion", "money 5e+09 USD >="),
        ("about 15%", "percent 15 ~"),
        ("nearly $40 billion", "money 4e+10 USD ~"),
        ("close to a 15% rate", "percent 15 ~"),
        ("15% or so", "percent 15 ~"),
        ("it goes up to 35%", "percent 35"),
        ("over ten years", "years 10"),
        ("within five years", "years 5"),
        ("at least five years", "years 5 >="),
        ("exactly 15%", "percent 15"),
    ],
)
def test_how_exactly_a_figure_is_meant(text: str, expected: str) -> None:
    assert told(text) == [expected]


@pytest.mark.parametrize(
    ("text", "yearly"),
    [
        ("$20 billion a year", True),
        ("annual purchases of $20 billion", True),
        ("$20 billion annually", True),
        ("$20 billion. Each year it snows", False),
        ("$20 billion", False),
    ],
)
def test_sums_per_year(text: str, yearly: bool) -> None:
    assert [q.yearly for q in read(text)] == [yearly]


@given(value=st.integers(1, 499), unit=st.sampled_from(["%", " percent", " per cent", "-percent", " pct"]))
def test_every_rate_is_read_whatever_its_height(value: int, unit: str) -> None:
    assert [(q.family, q.value) for q in read(f"The rate is {value}{unit} today.")] == [("percent", float(value))]


@given(st.text(alphabet=st.sampled_from("0123456789 .,-%$€ toandfreeduty\n"), max_size=300))
def test_figures_stand_in_order_and_apart(text: str) -> None:
    found = read(text)
    body = document("", text).body
    assert all(0 <= q.start < q.end <= len(body) for q in found)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))


HOSTILE = ["1,", "1.", "1-", "a ", "twenty-", "two hundred and ", "free of ", "no ", "$", "50-", "to ", "go ", "-", "%"]


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=4))
def test_time_grows_with_the_length_only(pieces: list[str]) -> None:
    """A hostile text of 40,000 characters is read in well under the limit; a pattern that blows up would take hours."""
    text = "".join(pieces) * (40_000 // len("".join(pieces)))
    start = time.perf_counter()
    read(text)
    assert time.perf_counter() - start < 20
