"""The process that takes pages apart: started by the first page, ended when it takes too long or is not needed."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from types import TracebackType
from typing import Final

#: Seconds for one page. The slowest honest pages take one or two on a small machine.
TIMEOUT: Final = 30.0
#: Pages after which the process is replaced, so that what the libraries keep of each page does not add up.
MOST: Final = 200
#: Bytes of an answer: a text of `MAX_TEXT` characters, each escaped.
MAX_ANSWER: Final = 4_000_000


class ExtractionError(Exception):
    """A page from which nothing can be had. Its text says why, in plain words."""


class Extractor:
    """Takes one page at a time. An async context manager; the process is started by the first page."""

    def __init__(self, timeout: float = TIMEOUT, command: tuple[str, ...] = ()) -> None:
        self._timeout = timeout
        self._command = command or (sys.executable, "-I", "-m", "monitor.feeds.extract")
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._done = 0

    async def __aenter__(self) -> Extractor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def body(self, html: str) -> str:
        """The text of the article that the page holds, empty if there is none. Raises ExtractionError."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._timeout):
                    answer = await self._ask(html.encode("utf-8", "replace"))
            except TimeoutError:
                await self._end()
                raise ExtractionError(f"the page was not taken apart within {self._timeout:g} s") from None
            except (OSError, ValueError, EOFError) as error:
                await self._end()
                raise ExtractionError("the page is more than can be taken apart") from error
            except BaseException:
                # Cut off half way: what it would answer belongs to no later page.
                await self._end()
                raise
            self._done += 1
            if self._done >= MOST:
                await self._end()
        if "error" in answer:
            raise ExtractionError(f"the page cannot be taken apart ({answer['error']})")
        return str(answer["text"])

    async def close(self) -> None:
        """Ends the process; the next page starts another."""
        async with self._turn:
            await self._end()

    async def _ask(self, page: bytes) -> dict[str, object]:
        if self._process is None:
            self._done = 0
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, limit=MAX_ANSWER,
            )  # fmt: skip
        given, answers = self._process.stdin, self._process.stdout
        assert given is not None and answers is not None, "both are pipes"
        given.write(len(page).to_bytes(8) + page)
        await given.drain()
        line = await answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise ValueError("no answer of ours")
        return answer

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if process.stdin is not None:
            process.stdin.close()
