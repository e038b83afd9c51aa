"""The processes of the bench, told by lines what to do."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any


class Process:
    """A part of the bench in a process of its own."""

    def __init__(self, *args: object) -> None:
        self.args = [str(one) for one in args]
        command = [sys.executable, "-W", "ignore", "-m", *self.args]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a part of the bench ended before its time: python -m {' '.join(self.args)}")
        return line

    def tell(self, what: str) -> dict[str, Any]:
        """Its answer to one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.line())
        return answer

    def close(self) -> None:
        """Its standard input ends, and with that it does."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.kill()
        self.process.wait(10)


class Server(Process):
    """The loopback server with so many feeds."""

    def __init__(self, feeds: int) -> None:
        super().__init__("bench.polling.server", feeds)
        self.port = int(self.line())
        self.command("warm")

    def command(self, what: str) -> int:
        """Does what `bench.polling.server` says; how many feeds were asked since the last time."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_/{what}", timeout=120) as answer:
            return int(answer.read())
