"""The process that takes pages apart: what it answers, and that no page keeps it or us for long."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from monitor.feeds.extract import serve
from monitor.feeds.extractor import ExtractionError, Extractor

PAGE = "<html><body><article><p>{}</p></article></body></html>"
LONG = "The United States will cut its tariff on Korean cars to 15 percent from 25 percent, officials said on Friday."
#: A process that reads a page and never answers, one that dies, and one that answers nonsense.
SILENT = (sys.executable, "-c", "import time; time.sleep(60)")
DYING = (sys.executable, "-c", "import sys; sys.stdin.buffer.read(8); sys.exit(1)")
BABBLING = (sys.executable, "-c", "print('[1, 2]', flush=True); import time; time.sleep(60)")


async def test_one_process_takes_many_pages() -> None:
    async with Extractor() as extractor:
        assert LONG in await extractor.body(PAGE.format(LONG))
        process = extractor._process
        assert await extractor.body("") == ""
        assert "한국" in await extractor.body(PAGE.format(LONG + " 한국"))
        assert process is not None and extractor._process is process
    assert process.returncode is not None


async def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    async with Extractor(timeout=0.3, command=SILENT) as extractor:
        with pytest.raises(ExtractionError, match=r"within 0\.3 s"):
            await extractor.body(PAGE)
        assert extractor._process is None
        extractor._command, extractor._timeout = Extractor()._command, 30.0
        assert LONG in await extractor.body(PAGE.format(LONG))


async def test_a_page_made_to_keep_the_libraries_busy_is_given_up() -> None:
    """A hundred thousand attributes take them more than half a minute."""
    attributes = " ".join(f"a{number}=1" for number in range(100_000))
    async with Extractor(timeout=2) as extractor:
        with pytest.raises(ExtractionError, match="within 2 s"):
            await extractor.body(f"<html><body><article {attributes}><p>{LONG}</p></article></body></html>")


@pytest.mark.parametrize("command", [DYING, BABBLING])
async def test_a_process_that_dies_or_babbles_is_the_pages_trouble(command: tuple[str, ...]) -> None:
    async with Extractor(command=command) as extractor:
        with pytest.raises(ExtractionError):
            await extractor.body(PAGE)
        assert extractor._process is None


async def test_the_program_that_is_not_there_is_told() -> None:
    async with Extractor(command=("/nowhere/python",)) as extractor:
        with pytest.raises(ExtractionError):
            await extractor.body(PAGE)


def test_what_the_libraries_stumble_over_is_an_answer() -> None:
    answers = io.BytesIO()
    page = b"<html>" + b"\xff" * 20
    given = io.BytesIO(len(page).to_bytes(8) + page + (0).to_bytes(8) + b"\0\0")
    serve(given, answers)
    assert [set(json.loads(line)) for line in answers.getvalue().splitlines()] == [{"text"}, {"text"}]


@pytest.mark.parametrize("module", ["monitor.daemon", "monitor.daemon.rooms", "monitor.pipeline", "monitor.cli.feeds"])
def test_what_takes_pages_apart_is_not_in_the_daemon(module: str) -> None:
    heavy = "{'lxml', 'trafilatura', 'protego', 'justext', 'htmldate'}"
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
