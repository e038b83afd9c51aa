"""Webhook receivers in a process of their own: as little work as HTTP allows, so that the sender is what is measured.

    python -m bench.alerts.receiver PORTS [DEAD] [SLOW]

The first line printed is JSON: the ports. Of them the first `DEAD` never answer and the next `SLOW` answer after ten
seconds. `count` prints how many POSTs came, `got` each one's webhook-id, port and moment (nanoseconds of the machine's
monotonic clock), `clear` forgets them.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from functools import partial

SLOW_SECONDS = 10.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"

#: (webhook-id, port, nanoseconds).
got: list[tuple[str, int, int]] = []


class Receiver(asyncio.Protocol):
    """One connection. Requests come whole or in pieces, with a Content-Length, one after the other."""

    def __init__(self, port: int, patience: float | None) -> None:
        self.port = port
        #: Seconds until the answer; None for never.
        self.patience = patience
        self.buffer = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            length = int(_value(head, b"\r\ncontent-length:"))
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            got.append((_value(head, b"\r\nwebhook-id:").decode(), self.port, time.monotonic_ns()))
            if self.patience == 0:
                self.transport.write(ANSWER)
            elif self.patience:
                asyncio.get_running_loop().call_later(self.patience, self.transport.write, ANSWER)


def _value(head: bytes, name: bytes) -> bytes:
    start = head.find(name) + len(name)
    return head[start : (head.find(b"\r\n", start) + 1 or len(head) + 1) - 1].strip()


async def run(ports: int, dead: int, slow: int) -> None:
    loop = asyncio.get_running_loop()
    opened = []
    for number in range(ports):
        patience = None if number < dead else SLOW_SECONDS if number < dead + slow else 0.0
        sock = socket.create_server(("127.0.0.1", 0), backlog=512)
        port = sock.getsockname()[1]
        opened.append((await loop.create_server(partial(Receiver, port, patience), sock=sock), port))
    print(json.dumps([port for _, port in opened]), flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if line == "clear":
            got.clear()
        print(json.dumps(got if line == "got" else len(got)), flush=True)


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:]] + [0, 0]
    asyncio.run(run(numbers[0], numbers[1], numbers[2]))
