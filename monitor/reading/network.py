"""A network of one hidden layer over sets of named features, in plain Python and as fast as a sum of integers.

A thing is the set of its features, each of which has a row of weights: those of the outputs, then those of the hidden
units. All weights of a row are packed into one integer, a lane of 32 bits each, so that a row is added in one go and a
daemon needs no numerical library. A weight is kept in 16 bits and moved up by half their range, so that no lane is
ever negative; 65,000 rows can be added before one lane runs into the next.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import mul
from typing import Any, NamedTuple

#: What every packed weight is moved up by.
OFFSET = 1 << 15
#: No finer step of a weight is kept than this part of 1.
FINEST = 4096


class Sum(NamedTuple):
    """Rows added up: the packed lanes, and how many rows they are made of."""

    lanes: int
    rows: int

    def plus(self, other: Sum) -> Sum:
        """The rows of both."""
        return Sum(self.lanes + other.lanes, self.rows + other.rows)


@dataclass(frozen=True)
class Network:
    """Outputs for sets of features. Immutable once built; safe to share between threads."""

    tables: Sequence[Mapping[str, int]]
    #: Steps of a weight in 1.
    scale: int
    width: int
    #: One number a hidden unit, in steps; empty where there is no hidden layer.
    bias: Sequence[int]
    #: For each output its weights of the hidden units.
    out: Sequence[Sequence[float]]

    @classmethod
    def of(
        cls,
        tables: Sequence[Mapping[str, Sequence[float]]],
        width: int,
        bias: Sequence[float] = (),
        out: Sequence[Sequence[float]] = (),
    ) -> Network:
        """From weights. `out`: a row a hidden unit, a column an output."""
        largest = max((abs(w) for table in tables for row in table.values() for w in row), default=1.0)
        scale = max(1, min(FINEST, int((OFFSET - 1) / max(largest, 1e-9))))
        packed = [
            {name: _packed(array("H", [round(w * scale) + OFFSET for w in row])) for name, row in table.items()}
            for table in tables
        ]
        columns = [[round(row[k], 5) for row in out] for k in range(width)] if out else []
        return cls(packed, scale, width, [round(b * scale) for b in bias], columns)

    @classmethod
    def linear(cls, tables: Sequence[Mapping[str, Sequence[float]]], width: int) -> Network:
        """Without a hidden layer."""
        return cls.of(tables, width)

    def summed(self, table: int, features: Iterable[str]) -> Sum:
        """The rows of a thing's features in one of the tables; each feature counts once."""
        get = self.tables[table].get
        rows = [row for feature in set(features) if (row := get(feature)) is not None]
        return Sum(sum(rows), len(rows))

    def outputs(self, found: Sum) -> list[float]:
        """One score an output."""
        lanes, width, scale = self._lanes(found), self.width, self.scale
        base = found.rows * OFFSET
        direct = [(lane - base) / scale for lane in lanes[:width]]
        if not self.bias:
            return direct
        hidden = [lane - base + bias for lane, bias in zip(lanes[width:], self.bias, strict=True)]
        awake = [unit > 0 for unit in hidden]
        units = list(compress(hidden, awake))
        return [
            score + sum(map(mul, units, compress(column, awake))) / scale
            for score, column in zip(direct, self.out, strict=True)
        ]

    def direct(self, found: Sum) -> list[float]:
        """The part of each output that passes no hidden unit."""
        base = found.rows * OFFSET
        return [(lane - base) / self.scale for lane in self._lanes(found)[: self.width]]

    def _lanes(self, found: Sum) -> array[int]:
        lanes = array("I", found.lanes.to_bytes(4 * (self.width + len(self.bias)), "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        return lanes

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Network:
        """What `to_json` gave. Its rows are taken out of `data`: to have all of them twice would cost a daemon ten
        megabytes that it could not give back."""
        for table in data["tables"]:
            for name in table:
                table[name] = _packed(_unsigned(table[name]))
        return cls(data["tables"], data["scale"], data["width"], data["bias"], data["out"])

    def to_json(self) -> dict[str, Any]:
        """Rows are 16 bits a weight, little-endian, moved up by `OFFSET`, in base64."""
        size = self.width + len(self.bias)
        tables = [{name: _written(row, size) for name, row in table.items()} for table in self.tables]
        return {
            "tables": tables,
            "scale": self.scale,
            "width": self.width,
            "bias": list(self.bias),
            "out": [list(column) for column in self.out],
        }


def _packed(row: array[int]) -> int:
    """Weights of 16 bits as lanes of 32."""
    return int.from_bytes(_bytes(array("I", row)), "little")


def _bytes(numbers: array[int]) -> bytes:
    """Numbers in little-endian order."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _unsigned(text: str) -> array[int]:
    numbers = array("H", b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _written(row: int, size: int) -> str:
    lanes = array("I", row.to_bytes(4 * size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return b64encode(_bytes(array("H", lanes))).decode("ascii")
