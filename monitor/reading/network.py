"""A network of one hidden layer over sets of named features, in plain Python and as fast as a sum of integers.

A thing is the set of its features, each of which has a row of weights: those of the outputs, then those of the hidden
units. All weights of a row are packed into one integer, a lane each and above them a lane that counts rows, so that a
thing is one sum, quicker than an array of so few numbers is made. A weight is moved up by half the range it is kept in,
so that no lane is ever negative, and a lane has twice the bits of a weight, so that none runs into the next (see
`MOST_ROWS`).
What the hidden units weigh is packed as well, a lane of 64 bits an output.
"""

from __future__ import annotations

import math
import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import mul
from typing import Any, NamedTuple


class Packing(NamedTuple):
    """How weights are kept: bits of a weight and of its lane, and the array codes of a weight and of a signed lane."""

    bits: int
    lane: int
    weight: str
    unsigned: str
    signed: str

    @property
    def offset(self) -> int:
        """What every packed weight is moved up by."""
        return 1 << (self.bits - 1)

    @property
    def sign(self) -> int:
        """The bit of a lane that makes it negative when it is read as a signed number."""
        return 1 << (self.lane - 1)


#: Where many small weights act together, as before a hidden layer, a step of one in 128 of the largest costs nothing
#: that can be measured, and halves what a daemon holds and adds up. Weights that decide alone are kept finer.
COARSE, FINE = Packing(8, 16, "B", "H", "h"), Packing(16, 32, "H", "I", "i")
PACKINGS = {packing.bits: packing for packing in (COARSE, FINE)}
#: The share of a coarse network's weights that need fit the range; the few beyond are cut to it.
FITTING = 0.9999
#: Rows of all sums that make one thing together; with 250 of the coarsest and a bias of `MOST_BIAS` steps a lane of 16
#: bits stays within its sign. Features beyond are left out, the last of the list first: no article comes near.
MOST_ROWS, MOST_BIAS = 250, 1000
#: No finer step of a weight is kept than this part of 1.
FINEST = 4096
#: In what the hidden units weigh: bits of an output's lane, steps in 1, and what a lane is moved up by so that none is
#: negative.
OUT_LANE, OUT_SCALE, OUT_OFFSET = 64, 1 << 17, 1 << 62


@dataclass(frozen=True)
class Network:
    """Outputs for sets of features. Immutable once built; safe to share between threads."""

    #: For each feature its row, or two rows side by side where a thing can stand in either of two places.
    tables: Sequence[Mapping[str, int]]
    packing: Packing
    #: Steps of a weight in 1.
    scale: float
    width: int
    #: One number a hidden unit, in steps; empty where there is no hidden layer.
    bias: Sequence[int]
    #: For each output its weights of the hidden units.
    out: Sequence[Sequence[float]]
    #: Lanes of a row, the one that counts rows left out.
    size: int = field(init=False)
    #: Features of one sum at most: a thing of two tables is three sums.
    most: int = field(init=False)
    #: What a sum is too large by for each row in it, and what makes its lanes signed numbers with the bias in them.
    _moved: int = field(init=False)
    _start: int = field(init=False)
    _signs: int = field(init=False)
    #: For each hidden unit what it weighs for every output.
    _weighed: list[int] = field(init=False)

    def __post_init__(self) -> None:
        size, (_, lane, *_), sign = self.width + len(self.bias), self.packing, self.packing.sign
        known = {
            "size": size,
            "most": MOST_ROWS // 3 if len(self.tables) > 1 else MOST_ROWS,
            "_moved": _lanes([self.packing.offset] * size, lane) + (1 << lane * size),
            "_start": _lanes([sign] * self.width + [sign + step for step in self.bias], lane),
            "_signs": _lanes([sign] * size, lane),
            "_weighed": [
                _lanes((round(column[unit] * OUT_SCALE) for column in self.out), OUT_LANE)
                for unit in range(len(self.bias))
            ],
        }
        for name, value in known.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(
        cls,
        tables: Sequence[Mapping[str, Sequence[float]]],
        width: int,
        bias: Sequence[float] = (),
        out: Sequence[Sequence[float]] = (),
    ) -> Network:
        """From weights; a row of a table may be two rows in one. `out`: a row a hidden unit, a column an output."""
        packing = COARSE if bias else FINE
        most = packing.offset - 1
        sizes = sorted(abs(w) for table in tables for row in table.values() for w in row) or [1.0]
        fitting = sizes[math.ceil((len(sizes) - 1) * (FITTING if bias else 1))]
        largest = max(fitting, most / FINEST, max(map(abs, bias), default=0.0) * most / MOST_BIAS)
        scale = most / largest
        size = width + len(bias)
        packed = [
            {
                name: _packed([_within(round(w * scale), most) + packing.offset for w in row], size, packing)
                for name, row in table.items()
            }
            for table in tables
        ]
        columns = [[round(row[k], 5) for row in out] for k in range(width)] if out else []
        return cls(packed, packing, scale, width, [round(b * scale) for b in bias], columns)

    @classmethod
    def linear(cls, tables: Sequence[Mapping[str, Sequence[float]]], width: int) -> Network:
        """Without a hidden layer."""
        return cls.of(tables, width)

    def summed(self, table: int, features: Collection[str]) -> int:
        """The rows of a thing's features in one of the tables, added up; each feature counts once."""
        once: Collection[str] = set(features)
        if len(once) > self.most:
            once = list(dict.fromkeys(features))[: self.most]
        return sum(map(self.tables[table].get, once, repeat(0)))

    def outputs(self, found: int) -> list[float]:
        """One score an output."""
        lanes, width, scale = self._signed(found), self.width, self.scale
        if not self.bias:
            return [lane / scale for lane in lanes]
        units = [unit if unit > 0 else 0 for unit in lanes[width:]]
        weighed = sum(map(mul, units, self._weighed)) + _RAISED[width]
        carried = _numbers("Q", weighed.to_bytes(OUT_LANE // 8 * width, "little"))
        return [
            (lane + (part - OUT_OFFSET) / OUT_SCALE) / scale for lane, part in zip(lanes[:width], carried, strict=True)
        ]

    def _signed(self, found: int) -> array[int]:
        """The lanes of a sum in steps, with the bias in those of the hidden units."""
        size, (_, lane, _, _, signed) = self.size, self.packing
        moved = (found - (found >> lane * size) * self._moved + self._start) ^ self._signs
        return _numbers(signed, moved.to_bytes(lane // 8 * size, "little"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Network:
        """What `to_json` gave. Its rows are taken out of `data`: to have all of them twice would cost a daemon ten
        megabytes that it could not give back."""
        packing, size, rows = PACKINGS[data["bits"]], data["width"] + len(data["bias"]), dict[int, int]()
        for table in data["tables"]:
            for name in table:
                row = _packed(_numbers(packing.weight, b64decode(table[name])), size, packing)
                table[name] = rows.setdefault(row, row)  # in small networks nine rows in ten are there already
        return cls(data["tables"], packing, data["scale"], data["width"], data["bias"], data["out"])

    def to_json(self) -> dict[str, Any]:
        """Rows are little-endian weights of so many bits, moved up by half their range, in base64."""
        tables = [
            {name: _written(row, self.size, self.packing) for name, row in table.items()} for table in self.tables
        ]
        return {
            "tables": tables,
            "bits": self.packing.bits,
            "scale": self.scale,
            "width": self.width,
            "bias": list(self.bias),
            "out": [list(column) for column in self.out],
        }


def _within(steps: int, most: int) -> int:
    return max(-most, min(most, steps))


def _lanes(numbers: Iterable[int], lane: int) -> int:
    """Numbers in the lanes of one, so many bits each."""
    return sum(number << lane * k for k, number in enumerate(numbers))


#: By the number of outputs: what makes no lane of the hidden units' part negative.
_RAISED = [_lanes([OUT_OFFSET] * outputs, OUT_LANE) for outputs in range(64)]


def _packed(row: Sequence[int], size: int, packing: Packing) -> int:
    """Weights, moved up, as lanes, with a 1 above each row of that size."""
    lanes = array(packing.unsigned)
    for start in range(0, len(row), size):
        lanes.extend(list(row[start : start + size]))
        lanes.append(1)
    return int.from_bytes(_bytes(lanes), "little")


def _bytes(numbers: array[int]) -> bytes:
    """Numbers in little-endian order."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(kind: str, data: bytes) -> array[int]:
    """Numbers out of bytes in little-endian order."""
    numbers = array(kind, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _written(row: int, size: int, packing: Packing) -> str:
    """The weights of a packed row, or of two rows in one."""
    rows = 2 if row >> packing.lane * (size + 1) else 1
    lanes = _numbers(packing.unsigned, row.to_bytes(packing.lane // 8 * (size + 1) * rows, "little"))
    kept = array(packing.weight, [lane for k, lane in enumerate(lanes) if (k + 1) % (size + 1)])
    return b64encode(_bytes(kept)).decode("ascii")
