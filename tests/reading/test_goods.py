"""On which goods a figure is: the list that its scopes make, each by itself likely or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import raw_language, vocabulary
from monitor.reading import goods
from monitor.reading.analysis import Analyst
from monitor.reading.encoder import Encoder
from monitor.reading.models import Models
from monitor.types import Article, Source

DAY = datetime(2025, 11, 14, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"all": -6.0, "autos": 3.0, "lumber": 2.0}, ("autos", "lumber")),
        ({"all": -6.0, "autos": 3.0, "lumber": -2.0}, ("autos",)),
        ({"all": -6.0, "autos": -1.0, "lumber": -2.0}, ("autos",)),
        ({"all": 5.0, "autos": 1.0}, ("all",)),
        ({"all": 1.0, "autos": 2.0, "lumber": 2.0}, ("autos", "lumber")),
        ({"all": 5.0, "autos": 3.0}, ("all", "autos")),
        ({"all": 5.0, "autos": 3.0, "lumber": 1.0}, ("all", "autos")),
        ({"all": 1.5, "autos": 3.0}, ("autos",)),
    ],
)
def test_a_list_is_of_all_that_are_likely(seen: dict[str, float], expected: tuple[str, ...]) -> None:
    assert goods.likeliest(seen).scopes == expected


SEEN = st.dictionaries(st.sampled_from(["all", "autos", "lumber", "steel"]), st.floats(-900, 900), min_size=1)


@given(SEEN)
def test_a_list_is_never_empty_nor_unsure_beside_everything_and_its_share_is_one(seen: dict[str, float]) -> None:
    found = goods.likeliest(seen)
    assert found.scopes and set(found.scopes) <= set(seen)
    assert (
        found.scopes == ("all",) or "all" not in found.scopes or min(seen[name] for name in found.scopes) > goods.SURE
    )
    assert 0 <= found.ahead <= found.share <= 1


def test_a_list_is_as_likely_as_its_members_together() -> None:
    found = goods.likeliest({"all": -2.0, "autos": 0.5, "lumber": 3.0})
    assert found.share == pytest.approx(0.8808 * 0.6225 * 0.9526, abs=1e-3)
    assert found.ahead == pytest.approx(found.share * (1 - 0.3775 / 0.6225), abs=1e-3)


def test_what_may_be_in_a_list_too_is_told_with_how_likely_the_list_is_then() -> None:
    found = goods.likeliest({"all": -6.0, "autos": 3.0, "lumber": -1.0, "steel": -2.0})
    assert found.scopes == ("autos",) and list(found.further) == ["lumber"]
    assert found.further["lumber"] == pytest.approx(found.share * 0.2689 / 0.7311, abs=1e-3)
    assert found.each["steel"] == pytest.approx(0.1192, abs=1e-3)
    assert not goods.likeliest({"all": 1.0, "autos": 2.0}).further


def test_scopes_stand_as_a_list_of_them_is_written() -> None:
    text = "Lumber was quiet. The US will charge 15% on cars and lumber."
    wire = Source(name="Wire", tier=2)
    article = Article(id="a", source=wire, published=DAY, observed=DAY, title="News", text=text)
    a = Analyst(vocabulary("en"), raw_language("en")).analyse(article)
    nobody = Models({}, {}, Encoder({}, (), (), {}))
    assert goods.chosen(a, 0, "tariff", {"lumber": 9.0, "autos": 9.0, "steel": -9.0}, nobody).scopes == (
        "autos",
        "lumber",
    )
