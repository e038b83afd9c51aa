"""A response body as it streams in: decompressed in small steps and stopped the moment that it grows too large."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final, Protocol

import brotli

#: Bytes that one step of decompression may bring. A bomb is noticed after this much, not after gigabytes.
STEP: Final = 256 * 1024
ENCODINGS: Final = ("", "identity", "gzip", "x-gzip", "deflate", "br")


class TooLarge(Exception):
    """The body is longer than allowed, after decompression."""


class Broken(Exception):
    """The compressed data is damaged or ends early. Its text says which."""


class _Decoder(Protocol):
    complete: bool

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        """The decompressed bytes that a chunk brings, in pieces of about `STEP`. Raises `Broken`."""


class Body:
    """Collects at most `limit` bytes. `encoding` is the Content-Encoding, one of `ENCODINGS`."""

    def __init__(self, limit: int, encoding: str) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._received = 0
        self._decoder: _Decoder | None = None
        if encoding == "br":
            self._decoder = _Brotli()
        elif encoding not in ("", "identity"):
            self._decoder = _Zlib(encoding)

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes from the network. Raises `TooLarge` or `Broken`."""
        self._received += len(chunk)
        if self._received > self._limit + 1024:
            raise TooLarge
        for data in self._decoder.steps(chunk) if self._decoder else (chunk,):
            self._size += len(data)
            if self._size > self._limit:
                raise TooLarge
            self._parts.append(data)

    def finish(self) -> bytes:
        """The whole body. Raises `Broken` where compressed data ends early."""
        if self._decoder is not None and self._received and not self._decoder.complete:
            raise Broken("the compressed answer ends early")
        return b"".join(self._parts)


class _Zlib:
    """gzip, also of several members, and deflate, with its wrapper or (wrongly, but often) without."""

    def __init__(self, encoding: str) -> None:
        self._gzip = encoding != "deflate"
        self._stream = zlib.decompressobj(31 if self._gzip else 15)
        self._started = False
        self.complete = False

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        data = chunk
        while data and not self.complete:
            yield from self._member(data)
            data = self._stream.unused_data if self._stream.eof else b""
            # What follows a member is the next one or padding.
            self.complete = self._stream.eof and not (self._gzip and data.startswith(b"\x1f\x8b"))
            if self._stream.eof and not self.complete:
                self._stream = zlib.decompressobj(31)

    def _member(self, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                out = self._stream.decompress(data, STEP)
            except zlib.error as error:
                if self._gzip or self._started:
                    raise Broken("the compressed answer is damaged") from error
                self._started, self._stream = True, zlib.decompressobj(-15)
                continue
            self._started = True
            data = self._stream.unconsumed_tail
            if out:
                yield out
            if self._stream.eof or (not data and len(out) < STEP):
                return


class _Brotli:
    """Brotli (RFC 7932)."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self.complete = False

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        data = chunk
        while not self.complete:
            try:
                out = self._stream.process(data, output_buffer_limit=STEP)
            except brotli.error as error:
                raise Broken("the compressed answer is damaged") from error
            data = b""
            self.complete = self._stream.is_finished()
            if out:
                yield out
            if self._stream.can_accept_more_data() and not out:
                return
