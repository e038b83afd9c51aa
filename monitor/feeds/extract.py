"""The body of an article out of an HTML page. Runs as a process of its own (`python -m monitor.feeds.extract`).

Pages are written by strangers, and there are some over which the libraries would sit for minutes: a process can be
ended. The libraries, some 40 MB of them, stay out of the daemon by that, too.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import BinaryIO, Final

from monitor.feeds.text import MAX_TEXT, tidy

#: Bytes of memory that one page may take; a page of some MB needs a tenth of it.
MAX_MEMORY: Final = 2_000_000_000


def body(html: str) -> str:
    """The text of the article that a page holds, without menus, comments and advertisements; empty if there is none."""
    import trafilatura

    found = trafilatura.extract(html, include_comments=False, include_tables=True, include_links=False)
    return tidy(found or "")[:MAX_TEXT]


def serve(given: BinaryIO, answers: BinaryIO) -> None:
    """Reads pages, each a length of 8 bytes and so many bytes of UTF-8; answers each with a line of JSON."""
    while len(head := given.read(8)) == 8:
        html = given.read(int.from_bytes(head)).decode("utf-8", "replace")
        try:
            answer = {"text": body(html)}
        except Exception as error:  # whatever the libraries stumble over is the page's trouble, not ours
            answer = {"error": type(error).__name__}
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def main() -> None:
    """Serves standard input and output until the input ends."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MAX_MEMORY if most == resource.RLIM_INFINITY else min(MAX_MEMORY, most)
    with suppress(OSError, ValueError):  # a service manager may have taken away the right to set limits
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
