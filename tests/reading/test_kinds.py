"""What each figure is: the list it stands in, the same figure elsewhere, and the second look."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from config.vocabulary import raw_language, vocabulary
from monitor.reading import features, kinds, standing
from monitor.reading.analysis import Analysis, Analyst
from monitor.reading.kinds import Sketch
from monitor.reading.models import Labels, Models
from monitor.reading.roles import Told
from monitor.types import Article, Source


@cache
def analyst() -> Analyst:
    return Analyst(vocabulary("en"), raw_language("en"))


def analysed(text: str, title: str = "Trade news") -> Analysis:
    day = datetime(2025, 8, 5, tzinfo=UTC)
    source = Source(name="wire A", tier=2)
    return analyst().analyse(
        Article(id="x", source=source, published=day, observed=day, title=title, text=text, language="en")
    )


def figure(a: Analysis, value: float) -> int:
    return next(index for index, q in enumerate(a.quantities) if q.value == value)


@pytest.mark.parametrize(
    ("text", "value", "head"),
    [
        ("It threatened 46 percent for Vietnam, 32 percent for Taiwan and 25 percent for Korea.", 25, 46),
        ("Chile pays 10 percent, while ministers in Lima were told last night of 30 percent.", 30, 30),
        ("Chile pays 10 percent. For Peru 30 percent.", 30, 30),
    ],
)
def test_a_list_of_figures_has_one_head(text: str, value: float, head: float) -> None:
    a = analysed(text)
    assert a.quantities[features.run_head(a, figure(a, value))].value == head


def test_the_same_value_is_found_elsewhere_but_not_another() -> None:
    a = analysed("A duty of 15 percent applies. Steel pays 50 percent. The 15 percent came in spring.")
    first = figure(a, 15)
    assert [a.quantities[i].value for i in features.same_value(a, first)] == [15]
    assert features.same_value(a, figure(a, 50)) == []


def test_the_sentence_of_a_figure_bounds_the_others() -> None:
    a = analysed("A duty of 15 percent replaced 25 percent. Steel pays 50 percent.")
    assert len(list(features.others(a, figure(a, 15)))) == 1
    assert list(features.others(a, figure(a, 50))) == []


def status(text: str, value: float, told: Told | None = None) -> list[str]:
    a = analysed(text)
    return standing.status_features(a, figure(a, value), "tariff", told or Told())


@pytest.mark.parametrize(
    ("text", "value", "feature"),
    [
        ("A duty of 15 percent applies from 1 October 2025.", 15, "date:ahead"),
        ("A duty of 15 percent applied from 1 June 2025.", 15, "date:behind"),
        ("A duty of 15 percent was charged on 1 June 2019.", 15, "date:old"),
        ("A duty of 15 percent is charged.", 15, "date:none"),
        ("On 1 June 2025 a duty of 15 percent was charged.", 15, "date:behind"),
        ("They threatened a duty of 15 percent.", 15, "cLx0b0:threatened"),
        ("They threatened 30 percent but agreed on steel at 15 percent.", 15, "cLx1b0:threatened"),
        ("They have not suspended the duty of 15 percent.", 15, "negL:suspended"),
        ("They threatened 46 percent for Vietnam and 32 percent for Taiwan.", 32, "hcL:threatened"),
    ],
)
def test_a_status_is_read_from_the_clause(text: str, value: float, feature: str) -> None:
    assert feature in status(text, value)


def test_what_was_told_counts_by_how_near_it_was() -> None:
    text = "They threatened 46 percent for Vietnam and 32 percent for Taiwan. Later came 10 percent."
    a = analysed(text)
    told = Told(status="threatened", kind="tariff", index=figure(a, 46))
    assert "toldrun:threatened" in status(text, 32, told)
    assert not any(f.startswith("toldrun") for f in status(text, 10, told))
    assert "told:None" in status(text, 32)


def test_a_first_look_stands_where_no_model_is_for_a_second() -> None:
    a = analysed("A duty of 15 percent applies.")
    model = Labels.linear(("none", "previous", "tariff"), {"f:percent": (0.0, 0.0, 2.0)})
    trained = Models({"kind": model}, {}, {})
    looked = kinds.second_look(a, trained, kinds.first_look(a, trained))
    assert [max(shares, key=lambda k: shares[k]) for shares in looked] == ["tariff"]
    assert kinds.taken(looked[0]) == pytest.approx(looked[0]["tariff"])


def test_a_second_look_sees_what_the_neighbours_are() -> None:
    a = analysed("It set 46 percent for Vietnam and 32 percent for Taiwan.")
    sketch = Sketch(({"none": 0.02, "tariff": 0.98}, {"none": 0.6, "tariff": 0.4}), {"t": 0.9})
    found = kinds.second_features(a, sketch)
    assert "p:runtariff" in found[1]
    assert "n:runnone" in found[0]
    again = Labels.linear(("none", "tariff"), {"p:runtariff": (0.0, 3.0)})
    first = Labels.linear(("none", "tariff"), {"f:percent": (1.0, 0.5)})
    trained = Models({"kind": first, kinds.MODEL: again}, {}, {})
    looked = kinds.second_look(a, trained, kinds.first_look(a, trained))
    assert kinds.taken(looked[0]) == pytest.approx(0.5)


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 0), (0.5, 5), (1.0, 9)])
def test_probabilities_are_told_in_steps(probability: float, expected: int) -> None:
    assert kinds.step(probability) == expected


def test_a_figure_can_only_be_what_its_family_allows() -> None:
    a = analysed("Japan will invest $550 billion.")
    model = Labels.linear(("investment", "none", "tariff"), {"1": (0.0, 0.0, 9.0)})
    shares = kinds.possible(a.quantities[0], model, ["1"])
    assert "tariff" not in shares
    assert sum(shares.values()) == pytest.approx(1.0)
