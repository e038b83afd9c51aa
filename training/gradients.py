"""Gradients of the encoder's layers: `autograd` runs the functions that also read, and these say what it cannot know
or would reckon slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive
from scipy.sparse import csr_matrix

from monitor.reading import layers
from monitor.reading.layers import Tools
from monitor.reading.page import Array


def _given_back(_: Array, table: Array, index: Array) -> Callable[[Array], Array]:
    count = index.size
    ones = np.ones(count, dtype=np.float32)
    picks = csr_matrix((ones, index.ravel(), np.arange(count + 1)), shape=(count, len(table))).T

    def back(g: Array) -> Array:
        found: Array = (picks @ g.reshape(count, -1)).reshape(table.shape).astype(g.dtype)
        return found

    return back


take, part, moved = primitive(layers.rows), primitive(layers.part), primitive(layers.moved)
scaled, shares, gated = primitive(layers.scaled), primitive(layers.shares), primitive(layers.gated)
positive, slid = primitive(layers.positive), primitive(layers.slid)


def _part_back(_: Array, x: Array, first: int, last: int) -> Callable[[Array], Array]:
    def back(g: Array) -> Array:
        found = np.zeros_like(x)
        found[..., first:last] = g
        return found

    return back


def _scaled_back(ans: Array, x: Array) -> Callable[[Array], Array]:
    _, by = layers.deviation(x)

    def back(g: Array) -> Array:
        found: Array = by * (g - g.mean(-1, keepdims=True) - ans * (g * ans).mean(-1, keepdims=True))
        return found

    return back


def _gated_back(_: Array, z: Array) -> Callable[[Array], Array]:
    value, opened = layers.gate(z)
    return lambda g: np.concatenate([g * opened, g * value * opened * (1 - opened)], -1)


def _slid_back(ans: Array, _: Array) -> Callable[[Array], Array]:
    heads, count, _ = ans.shape

    def back(g: Array) -> Array:
        # rows that are one longer than it takes, read as rows that are not, are each a place further to the right
        longer = np.zeros((heads, count, 2 * count), dtype=g.dtype)
        longer[:, :, :count] = g[:, ::-1]
        found: Array = longer.reshape((heads, -1))[:, : count * (2 * count - 1)].reshape((heads, count, -1)).sum(1)
        return found

    return back


defvjp(slid, _slid_back, argnums=(0,))
defvjp(take, _given_back, argnums=(0,))
# autograd's own rule for a maximum divides, and makes all that comes after it twice as wide
defvjp(positive, lambda ans, _: lambda g: g * (ans > 0), argnums=(0,))
defvjp(gated, _gated_back, argnums=(0,))
defvjp(shares, lambda ans, _: lambda g: ans * (g - (g * ans).sum(-1, keepdims=True)), argnums=(0,))
defvjp(part, _part_back, argnums=(0,))
defvjp(moved, lambda _, x, step: lambda g: layers.moved(g, -step), argnums=(0,))
defvjp(scaled, _scaled_back, argnums=(0,))


def tools(thin: Callable[[Any], Any]) -> Tools:
    """What reckons with gradients; `thin` leaves some units out."""
    return Tools(anp, take, part, moved, scaled, shares, gated, positive, slid, thin)
