"""Bodies as they stream in, in whatever pieces."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.body import Body, Broken, TooLarge

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(places)]


@given(
    st.sampled_from(sorted(PACKERS)), st.binary(max_size=3_000), st.integers(1, 300), st.lists(st.integers(0, 10**6))
)
def test_any_pieces_give_the_whole(encoding: str, data: bytes, times: int, cuts: list[int]) -> None:
    whole = data * times
    body = Body(len(whole), encoding)
    for piece in pieces(PACKERS[encoding](whole), cuts):
        body.feed(piece)
    assert body.finish() == whole


@given(st.sampled_from(["gzip", "deflate", "br"]), st.integers(1, 5_000), st.data())
def test_what_ends_early_is_broken(encoding: str, size: int, data: st.DataObject) -> None:
    packed = PACKERS[encoding](bytes(range(256)) * size)
    body = Body(2_000_000, encoding)
    with pytest.raises(Broken):
        body.feed(packed[: data.draw(st.integers(1, len(packed) - 1))])
        body.finish()


@given(st.sampled_from(["gzip", "deflate", "br", "x-gzip"]), st.binary(max_size=300))
def test_noise_is_broken_or_decodes(encoding: str, noise: bytes) -> None:
    body = Body(100_000, encoding)
    try:
        body.feed(noise)
        assert isinstance(body.finish(), bytes)
    except (Broken, TooLarge):
        pass


@pytest.mark.parametrize("encoding", sorted(PACKERS))
def test_one_byte_too_many(encoding: str) -> None:
    body = Body(1_000_000, encoding)
    packed = PACKERS[encoding](bytes(1_000_001))
    with pytest.raises(TooLarge):
        body.feed(packed)
        body.finish()
    allowed = Body(1_000_001, encoding)
    allowed.feed(packed)
    assert len(allowed.finish()) == 1_000_001


def test_nothing_is_nothing() -> None:
    for encoding in PACKERS:
        assert Body(10, encoding).finish() == b""
