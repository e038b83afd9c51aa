"""What words mean by the company they keep in other news: GloVe vectors (Pennington et al., 2014; public domain).

Articles teach the encoder a word only where some of them hold it. With these vectors beside them it reads a word that
none holds as one that is used alike. Only training needs them; what is shipped is the encoder's own table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.reading.page import Array

#: The most usual words whose vectors are taken: rarer ones are hardly ever met again.
USUAL = 25_000
#: The length of every vector: what a word means lies in its direction.
LENGTH = 1.0


@dataclass(frozen=True)
class Vectors:
    """A row of the matrix for each word."""

    words: tuple[str, ...]
    matrix: Array


#: What is known of words where no vectors are at hand.
NO_VECTORS = Vectors((), np.zeros((0, 1), dtype=np.float32))


def load(path: Path) -> Vectors:
    """The vectors of the most usual words, around their mean and of one length.

    `path`: the JSON file of the npm package that the Makefile names. Raises OSError where it cannot be read, KeyError
    where it is another file.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    dimensions: int = found["dimensions"]
    words = found["words"][:USUAL]
    matrix = np.array([found["vectors"][word][:dimensions] for word in words], dtype=np.float32)
    matrix -= matrix.mean(0)
    matrix *= LENGTH / np.linalg.norm(matrix, axis=1, keepdims=True)
    return Vectors(tuple(words), matrix)
