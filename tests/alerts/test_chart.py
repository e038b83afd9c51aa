"""The history chart: in letters where there is a history, in words for those who see no pictures."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import Engine, select

from alerts import chart
from alerts.channels.base import Message
from alerts.channels.letter import CHARTS, compose
from alerts.grouping import combined
from alerts.outbox import put
from alerts.rows import from_row
from alerts.tables import alerts
from alerts.types import Alert, Step

Make = Callable[..., Any]
BLUE = (11, 79, 138)


def step(day: str, value: float, applied: bool = True, label: str = "") -> Step:
    return Step(day=date.fromisoformat(day), value=value, label=label or f"{value:g}%", applied=applied)


STEPS = (step("2025-01-20", 2.5), step("2025-04-03", 25), step("2025-07-30", 15, applied=False))


def picture(steps: Sequence[Step]) -> Image.Image:
    made = Image.open(io.BytesIO(chart.png(steps)))
    assert made.format == "PNG"
    return made.convert("RGB")


def blues(made: Image.Image) -> set[tuple[int, int]]:
    """Where the picture is of the chart's own colour."""
    pixels = made.load()
    assert pixels is not None
    return {(x, y) for x in range(made.width) for y in range(made.height) if pixels[x, y] == BLUE}


def test_higher_values_are_drawn_higher_and_later_ones_to_the_right() -> None:
    rises = blues(picture([step("2025-01-01", 1), step("2025-06-01", 2), step("2025-12-01", 3)]))
    falls = blues(picture([step("2025-01-01", 3), step("2025-06-01", 2), step("2025-12-01", 1)]))
    left, right = 2 * chart.LEFT, 2 * (chart.WIDTH - chart.RIGHT)
    top, bottom = 2 * chart.TOP, 2 * (chart.HEIGHT - chart.BOTTOM)
    assert {(left, bottom), (right, top)} <= rises
    assert {(left, top), (right, bottom)} <= falls
    assert (left, top) not in rises


def test_what_was_not_applied_is_hollow() -> None:
    made = [picture([step("2025-01-01", 1), step("2025-02-01", 1, applied)]) for applied in (True, False)]
    middle = 2 * (chart.WIDTH - chart.RIGHT), (2 * chart.TOP + 2 * (chart.HEIGHT - chart.BOTTOM)) // 2
    assert made[0].getpixel(middle) == BLUE
    assert made[1].getpixel(middle) == (255, 255, 255)


def test_a_euro_is_written_out_for_a_font_that_has_none() -> None:
    signs = [step(f"2025-0{month}-01", month, label=label) for month, label in ((1, "€5bn"), (5, "₹5bn"), (9, "5–6"))]
    plain = [replace(one, label=one.label.translate(chart.PLAIN)) for one in signs]
    assert [one.label for one in plain] == ["EUR 5bn", "INR 5bn", "5-6"]
    assert chart.png(signs) == chart.png(plain)


@example([(0, 1.0, "two\nlines", True)])
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9000), st.floats(-1e15, 1e15), st.text(max_size=30), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_any_history_can_be_drawn_and_always_looks_the_same(told: list[tuple[int, float, str, bool]]) -> None:
    steps = [
        Step(day=date(2000, 1, 1) + timedelta(days=days), value=value, label=label, applied=applied)
        for days, value, label, applied in told
    ]
    assert chart.png(steps) == chart.png(steps[-chart.MOST :])
    assert picture(steps).size == (2 * chart.WIDTH, 2 * chart.HEIGHT)


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="without a value"):
        chart.png([])


def test_in_words() -> None:
    assert chart.words(STEPS) == "2.5% (20 Jan 2025) → 25% (3 Apr 2025) → 15% (30 Jul 2025, not applied)"


def letter(alert: Alert, subscribe: Make) -> Any:
    message = Message(
        id="msg_1", alert=alert, subscription=subscribe("desk@example.net"), reason="matches", at=alert.at
    )
    return compose(message, "pactwatch <alerts@example.org>")


def test_a_letter_shows_the_history_and_tells_it(make_alert: Make, subscribe: Make) -> None:
    mail = letter(replace(make_alert(), steps=STEPS), subscribe)
    plain, related = mail.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    page, drawn = related.iter_parts()
    assert drawn["Content-ID"] == "<history.1.msg_1@example.org>"
    assert drawn.get_content_disposition() == "inline"
    assert drawn.get_payload(decode=True) == chart.png(STEPS)
    assert 'src="cid:history.1.msg_1@example.org"' in page.get_content()
    assert f'alt="{chart.words(STEPS)}"' in page.get_content()
    assert f"History    {chart.words(STEPS)}" in plain.get_content()


def test_two_values_are_no_history(make_alert: Make, subscribe: Make) -> None:
    mail = letter(replace(make_alert(), steps=STEPS[:2]), subscribe)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "History" not in mail.as_string()
    assert "<img" not in mail.as_string()


def test_each_change_of_a_group_has_its_own_and_a_long_one_only_a_few(make_alert: Make, subscribe: Make) -> None:
    parts = [replace(make_alert(id=f"chg_{number}"), steps=STEPS) for number in range(CHARTS + 2)]
    mail = letter(combined(parts[0], parts[1:]), subscribe)
    page, *drawn = list(mail.iter_parts())[1].iter_parts()
    ids = [one["Content-ID"].strip("<>") for one in drawn]
    assert len(set(ids)) == CHARTS
    assert all(page.get_content().count(f"cid:{id}") == 1 for id in ids)
    assert page.get_content().count("<img") == CHARTS


def test_the_history_is_kept_as_it_was_announced(engine: Engine, make_alert: Make) -> None:
    alert = replace(make_alert(), steps=STEPS)
    with engine.begin() as connection:
        put(connection, alert, "desk", "matches", alert.at)
        put(connection, make_alert(id="chg_2"), "desk", "matches", alert.at)
        kept = {row.id: row for row in connection.execute(select(alerts))}
    assert from_row(kept["chg_1"]) == alert
    assert "steps" not in kept["chg_2"].body


def test_pillow_is_imported_only_for_a_picture() -> None:
    code = "import sys, alerts.delivery, alerts.chart; print('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
