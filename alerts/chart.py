"""The small history chart of a mail: a step for each value over time, as a PNG. Pure; Pillow is imported when needed.

A filled point was applied, a hollow one only agreed or ordered. Drawn at twice its size, for screens that show so much.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from alerts.types import Step

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

#: Fewer values are told well enough by "from → to".
LEAST = 3
#: The newest that are drawn.
MOST = 8
#: Pixels as shown. A phone shrinks it to about 300, and its words must still be read there.
WIDTH, HEIGHT = 400, 160
SCALE = 2
LEFT, RIGHT, TOP, BOTTOM = 36, 36, 34, 44
#: What Pillow's own font does not have, as it is written without.
PLAIN = str.maketrans({"€": "EUR ", "£": "GBP ", "¥": "JPY ", "₹": "INR ", "–": "-", "—": "-", "−": "-", " ": " "})
BLUE, GREY, PALE, WHITE = "#0b4f8a", "#5b6875", "#d7dde3", "#ffffff"


def drawn(steps: Sequence[Step]) -> bool:
    """Whether there is enough of a history for a picture."""
    return len(steps) >= LEAST


def words(steps: Sequence[Step]) -> str:
    """The same for those who see no picture: `25% (3 Apr 2025) → 15% (30 Jul 2025, agreed)`."""
    return " → ".join(f"{one.label} ({_day(one.day)}{'' if one.applied else ', not applied'})" for one in steps[-MOST:])


def png(steps: Sequence[Step]) -> bytes:
    """The chart, the same bytes for the same steps; raises ValueError for none."""
    from PIL import Image, ImageDraw

    shown = list(steps)[-MOST:]
    if not shown:
        raise ValueError("a history without a value cannot be drawn")
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), WHITE)
    pen = ImageDraw.Draw(picture)
    places = list(zip(_across([one.day for one in shown]), _upwards([one.value for one in shown]), strict=True))
    base = (HEIGHT - BOTTOM + 10) * SCALE
    pen.line([(LEFT * SCALE, base), ((WIDTH - RIGHT) * SCALE, base)], fill=PALE, width=SCALE)
    _steps(pen, places)
    _labels(pen, shown, places, base)
    kept = io.BytesIO()
    picture.quantize(32).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def _across(days: Sequence[date]) -> list[float]:
    """Where each day is: half by time, half in even steps, so that two in a week do not lie on each other."""
    room = (WIDTH - LEFT - RIGHT) * SCALE
    span = max((days[-1] - days[0]).days, 1)
    last = max(len(days) - 1, 1)
    return [
        LEFT * SCALE + room * ((max((one - days[0]).days, 0) / span + number / last) / 2)
        for number, one in enumerate(days)
    ]


def _upwards(values: Sequence[float]) -> list[float]:
    """Where each value is; the lowest below, all in the middle where nothing moved."""
    low, span = min(values), max(values) - min(values)
    room = (HEIGHT - TOP - BOTTOM) * SCALE
    return [TOP * SCALE + room * (1 - (value - low) / span if span else 0.5) for value in values]


def _steps(pen: ImageDraw, places: Sequence[tuple[float, float]]) -> None:
    """The line: each value holds until the next one."""
    for (x, y), (next_x, next_y) in pairwise(places):
        pen.line([(x, y), (next_x, y), (next_x, next_y)], fill=BLUE, width=2 * SCALE, joint="curve")


def _labels(pen: ImageDraw, shown: Sequence[Step], places: Sequence[tuple[float, float]], base: float) -> None:
    """Points with their values above and their days below; of two that would lie on each other the later is told."""
    font, small = _font(17), _font(13)
    radius = 4.5 * SCALE
    edge = float("inf")
    for one, (x, y) in reversed(list(zip(shown, places, strict=True))):
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(box, fill=BLUE if one.applied else WHITE, outline=BLUE, width=2 * SCALE)
        label, said = " ".join(one.label.translate(PLAIN).split()), _day(one.day)
        wide = max(pen.textlength(label, font), pen.textlength(said, small)) / 2
        # What is at the edge is moved inwards.
        middle = min(max(x, wide + 2 * SCALE), WIDTH * SCALE - wide - 2 * SCALE)
        if middle + wide > edge:
            continue
        edge = middle - wide - 6 * SCALE
        # With a rim of white, for a line that comes down from an earlier value runs behind it.
        pen.text(
            (middle, y - 9 * SCALE),
            label,
            fill=BLUE,
            font=font,
            anchor="ms",
            stroke_width=3 * SCALE,
            stroke_fill=WHITE,
        )
        pen.text((middle, base + 8 * SCALE), said, fill=GREY, font=small, anchor="mt")


def _font(size: int) -> FreeTypeFont | ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(size * SCALE)


def _day(when: date) -> str:
    return f"{when.day} {when:%b %Y}"
