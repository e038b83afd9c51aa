"""A network of one hidden layer over sets of named features, in plain Python and as fast as a sum of integers.

A thing is the set of its features, each of which has a row of weights: those of the outputs, then those of the hidden
units. All weights of a row are packed into one integer, a lane of 32 bits each and above them a lane that counts rows,
so that a thing is one sum and a daemon needs no numerical library. A weight is kept in 16 bits and moved up by half
their range, so that no lane is ever negative; 65,000 rows can be added before one lane runs into the next. What the
hidden units weigh is packed as well, a lane of 64 bits an output.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import mul
from typing import Any

#: What every packed weight is moved up by.
OFFSET = 1 << 15
#: No finer step of a weight is kept than this part of 1.
FINEST = 4096
#: Steps in 1 of what a hidden unit weighs, and what its lanes are moved up by so that none is negative.
OUT_SCALE, OUT_OFFSET = 1 << 17, 1 << 62
#: Bits of a lane, and the one of them that makes it negative when it is read as a signed number.
LANE, SIGN = 32, 1 << 31


@dataclass(frozen=True)
class Network:
    """Outputs for sets of features. Immutable once built; safe to share between threads."""

    #: For each feature its row, or two rows side by side where a thing can stand in either of two places.
    tables: Sequence[Mapping[str, int]]
    #: Steps of a weight in 1.
    scale: int
    width: int
    #: One number a hidden unit, in steps; empty where there is no hidden layer.
    bias: Sequence[int]
    #: For each output its weights of the hidden units.
    out: Sequence[Sequence[float]]
    #: Lanes of a row, the one that counts rows left out.
    size: int = field(init=False)
    #: What a sum is too large by for each row in it, and what makes its lanes signed numbers with the bias in them.
    _moved: int = field(init=False)
    _start: int = field(init=False)
    _signs: int = field(init=False)
    #: For each hidden unit what it weighs for every output.
    _weighed: list[int] = field(init=False)

    def __post_init__(self) -> None:
        size = self.width + len(self.bias)
        known = {
            "size": size,
            "_moved": _lanes([OFFSET] * size) + (1 << LANE * size),
            "_start": _lanes([SIGN] * self.width + [SIGN + step for step in self.bias]),
            "_signs": _lanes([SIGN] * size),
            "_weighed": [
                sum(round(column[unit] * OUT_SCALE) << 64 * k for k, column in enumerate(self.out))
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
        largest = max((abs(w) for table in tables for row in table.values() for w in row), default=1.0)
        scale = max(1, min(FINEST, int((OFFSET - 1) / max(largest, 1e-9))))
        size = width + len(bias)
        packed = [
            {name: _packed(array("H", [round(w * scale) + OFFSET for w in row]), size) for name, row in table.items()}
            for table in tables
        ]
        columns = [[round(row[k], 5) for row in out] for k in range(width)] if out else []
        return cls(packed, scale, width, [round(b * scale) for b in bias], columns)

    @classmethod
    def linear(cls, tables: Sequence[Mapping[str, Sequence[float]]], width: int) -> Network:
        """Without a hidden layer."""
        return cls.of(tables, width)

    def summed(self, table: int, features: Iterable[str]) -> int:
        """The rows of a thing's features in one of the tables, added up; each feature counts once."""
        return sum(map(self.tables[table].get, set(features), repeat(0)))

    def parted(self, found: int) -> tuple[int, int]:
        """The two sums of a thing whose rows are two rows in one."""
        bits = LANE * (self.size + 1)
        return found & ((1 << bits) - 1), found >> bits

    def outputs(self, found: int) -> list[float]:
        """One score an output."""
        lanes, width, scale = self._signed(found), self.width, self.scale
        if not self.bias:
            return [lane / scale for lane in lanes]
        units = [unit if unit > 0 else 0 for unit in lanes[width:]]
        weighed = sum(map(mul, units, self._weighed)) + _OUT_OFFSETS[width]
        carried = _numbers("Q", weighed.to_bytes(8 * width, "little"))
        return [
            (lane + (part - OUT_OFFSET) / OUT_SCALE) / scale for lane, part in zip(lanes[:width], carried, strict=True)
        ]

    def direct(self, found: int) -> list[float]:
        """The part of each output that passes no hidden unit."""
        return [lane / self.scale for lane in self._signed(found)[: self.width]]

    def _signed(self, found: int) -> array[int]:
        """The lanes of a sum in steps, with the bias in those of the hidden units."""
        size = self.size
        moved = (found - (found >> LANE * size) * self._moved + self._start) ^ self._signs
        return _numbers("i", moved.to_bytes(4 * size, "little"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Network:
        """What `to_json` gave. Its rows are taken out of `data`: to have all of them twice would cost a daemon ten
        megabytes that it could not give back."""
        size, rows = data["width"] + len(data["bias"]), dict[int, int]()
        for table in data["tables"]:
            for name in table:
                row = _packed(_numbers("H", b64decode(table[name])), size)
                table[name] = rows.setdefault(row, row)  # in small networks nine rows in ten are there already
        return cls(data["tables"], data["scale"], data["width"], data["bias"], data["out"])

    def to_json(self) -> dict[str, Any]:
        """Rows are 16 bits a weight, little-endian, moved up by `OFFSET`, in base64."""
        tables = [{name: _written(row, self.size) for name, row in table.items()} for table in self.tables]
        return {
            "tables": tables,
            "scale": self.scale,
            "width": self.width,
            "bias": list(self.bias),
            "out": [list(column) for column in self.out],
        }


def _lanes(numbers: Iterable[int]) -> int:
    """Numbers of 32 bits in the lanes of one."""
    return sum(number << LANE * k for k, number in enumerate(numbers))


def _offsets(outputs: int) -> int:
    return sum(OUT_OFFSET << 64 * k for k in range(outputs))


#: By the number of outputs: what makes no lane of the hidden units' part negative.
_OUT_OFFSETS = [_offsets(outputs) for outputs in range(64)]


def _packed(row: array[int], size: int) -> int:
    """Weights of 16 bits as lanes of 32, with a 1 above each row of that size."""
    lanes = array("I")
    for start in range(0, len(row), size):
        lanes.extend(row[start : start + size].tolist())
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


def _written(row: int, size: int) -> str:
    """The weights of a packed row, or of two rows in one."""
    rows = 2 if row >> LANE * (size + 1) else 1
    lanes = _numbers("I", row.to_bytes(4 * (size + 1) * rows, "little"))
    kept = array("H", [lane for k, lane in enumerate(lanes) if (k + 1) % (size + 1)])
    return b64encode(_bytes(kept)).decode("ascii")
