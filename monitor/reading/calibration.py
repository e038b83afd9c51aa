"""How often claims that say they are so sure are right: a mapping measured on articles that no model had seen."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitor.reading.models import MODELS


@dataclass(frozen=True)
class Calibration:
    """A function that never falls, straight between its knots and level beyond them. Made by `python -m training`."""

    #: (what the models say, what it is worth), both 0 to 1, in rising order.
    knots: tuple[tuple[float, float], ...]

    def __call__(self, said: float) -> float:
        """The share of claims that are right among those which say this confidence; `said` itself without knots."""
        if not self.knots:
            return said
        place = bisect_right(self.knots, said, key=lambda knot: knot[0])
        if place == 0 or place == len(self.knots):
            return self.knots[min(place, len(self.knots) - 1)][1]
        (x0, y0), (x1, y1) = self.knots[place - 1], self.knots[place]
        return round(y0 + (y1 - y0) * (said - x0) / (x1 - x0), 3)

    @classmethod
    def from_json(cls, knots: Sequence[Sequence[float]]) -> Calibration:
        """From the pairs that `to_json` gave."""
        return cls(tuple((float(x), float(y)) for x, y in knots))

    def to_json(self) -> list[list[float]]:
        """The knots as pairs of numbers."""
        return [list(knot) for knot in self.knots]


@cache
def calibration(language: str) -> Calibration:
    """The mapping of a language, read once per process."""
    data: Any = json.loads((MODELS / f"{language}.confidence.json").read_text(encoding="utf-8"))
    return Calibration.from_json(data["knots"])
