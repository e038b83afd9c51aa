"""Bytes that nobody meant: whatever comes, `feeds test` answers with items or an error, in bounded time and memory.

`FUZZ=20000 pytest tests/feeds/test_fuzz.py` looks longer. Time is that of the processor, so that a busy machine does
not fail what is fast.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cli.feeds import as_data
from monitor.feeds.parse import ParseError, parse

EXAMPLES = int(os.environ.get("FUZZ", "250"))
#: Seconds for one document.
LIMIT = 2.0
#: Bytes to which a document may grow by repetition.
LARGEST = 400_000
FIELDS = {"id", "title", "link", "published", "summary", "content"}
#: Address space of the process that reads the large ones, bytes.
MEMORY = 1_500_000_000

ENTRY = (
    "<item><title>관세 15% &amp; 日本語 &lt;b&gt;x&lt;/b&gt;</title><link>https://a.example/1?a=1&amp;b=2</link>"
    "<guid isPermaLink='false'>1</guid><pubDate>Mon, 03 Nov 2025 10:00:00 +0900</pubDate><description><![CDATA[<p>25 % "
    "<script>alert(1)</script>]]></description><dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>A</dc:creator>"
    "</item>"
)
RSS = (
    "<?xml version='1.0' encoding='ENCODING'?><rss version='2.0'><channel><title>T</title><ttl>5</ttl>"
    f"{ENTRY}{ENTRY}</channel></rss>"
)
ATOM = (
    "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title type='html'>T</title><entry><id>urn:1</id>"
    "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></title><link rel='alternate' href='/1'/>"
    "<updated>2025-11-03T10:00:00Z</updated><content type='html'>&lt;p&gt;y&lt;/p&gt;</content></entry></feed>"
)
RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel>"
    "<title>T</title></channel><item rdf:about='https://a.example/'><title>t</title></item></rdf:RDF>"
)
FEED = {
    "version": "https://jsonfeed.org/version/1.1", "title": "T",
    "items": [{"id": 1, "url": "https://a.example/", "content_html": "<p>x", "date_published": "2025-11-03T10:00:00Z"}],
}  # fmt: skip
SEEDS = [
    *(
        RSS.replace("ENCODING", name).encode(codec, "replace")
        for name, codec in (
            ("utf-8", "utf-8"), ("utf-16", "utf-16"), ("euc-kr", "cp949"), ("gb18030", "gb18030"),
            ("utf-8", "shift-jis"), ("iso-8859-1", "utf-8"), ("shift_jis", "euc-kr"), ("us-ascii", "utf-16-le"),
        )
    ),
    ATOM.encode(),
    RDF.encode(),
    json.dumps(FEED).encode(),
    b"<!DOCTYPE html><html><head><link rel=alternate type='application/rss+xml' href=/f></head><body>x",
    gzip.compress(ATOM.encode()),
]  # fmt: skip
TOKENS = [
    b"<", b">", b"&", b'"', b"'", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b"\0", b"\xff\xfe",
    b"\xed\xa0\x80", b"&#0;", b"&#xD800;", b"&#99999999;", b"&nbsp;", b"&lol;", b"<!DOCTYPE rss [<!ENTITY lol 'lol'>]>",
    b"<!ENTITY a SYSTEM 'file:///etc/passwd'>", b"&a;", b"<item>", b"</item>", b"<entry>", b"<channel>", b"</rss>",
    b"<title>", b"xmlns:a='b'", b"<a:b>", b"<link>javascript:alert(1)</link>", b"<link href='//[::1'/>", b"<script>",
    b"<pubDate>Mon, 99 Foo 99999 99:99:99 +9999</pubDate>", b"<ttl>99999999999999</ttl>", b"<hour>99</hour>",
    b"<skipHours><hour>3</hour></skipHours>", b"\\ud800", b"[[[[", b'{"a":', b"1e999", b"\x1b$)C", b"\r", b"\x85",
]  # fmt: skip


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A document with a few wounds: pieces cut out, put in, repeated, bytes turned over, an end broken off."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(body)))
        end = min(len(body), at + draw(st.integers(0, 120)))
        match draw(st.integers(0, 4)):
            case 0:
                del body[at:end]
            case 1:
                token = draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)))
                body[at:at] = token * draw(st.sampled_from([1, 1, 1, 3, 200]))
            case 2:
                piece = bytes(body[at:end])
                times = draw(st.sampled_from([1, 2, 50, 2_000]))
                body[at:at] = piece * min(times, LARGEST // max(1, len(piece)))
            case 3 if at < len(body):
                body[at] = draw(st.integers(0, 255))
            case _:
                del body[max(at, len(body) // 2) :]
    return bytes(body[:LARGEST])


def examine(body: bytes, content_type: str | None) -> None:
    started = time.process_time()
    try:
        feed = parse(body, "https://a.example/feed", content_type)
    except ParseError as error:
        said = str(error)
        assert said and "\n" not in said and len(said) < 1_000
        assert "Error" not in said.partition("(")[0], said
    else:
        for entry in feed.entries:
            row = as_data(entry)
            assert set(row) == FIELDS and row["id"]
            json.dumps(row, ensure_ascii=False).encode()  # no lone surrogate
            assert not any(c < " " and c not in "\n\t" for text in row.values() for c in text or "")
            assert row["link"] is None or row["link"].startswith(("http://", "https://"))
            assert row["published"] is None or row["published"].endswith("+00:00")
            assert "\n" not in (row["title"] or "")
        assert len({entry.guid for entry in feed.entries}) == len(feed.entries)
    assert time.process_time() - started < LIMIT


TYPES = st.sampled_from(
    [None, "text/xml", "application/rss+xml; charset=euc-kr", "text/html; charset=utf-16", "x; charset="]
)
slowly = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slowly
@given(st.binary(max_size=3_000), TYPES)
def test_any_bytes(body: bytes, content_type: str | None) -> None:
    examine(body, content_type)


@slowly
@given(mangled(), TYPES)
def test_wounded_documents(body: bytes, content_type: str | None) -> None:
    examine(body, content_type)


#: What grows by itself: one piece, over and over, in a place where parsers have met their end.
PIECES = [
    b"<", b"&", b"\n", b"]]>", b"<b>", b"<!--", b"<![CDATA[", b"&amp;lt;", b"&nbsp;", b"\0", b"\xff", b"<item>",
    b"</item><item>", b"<a b='", b"<a:b xmlns:a='u'>", b"<item><guid>1</guid></item>", b"&lt;table&gt;",
    b"&lt;a href=", b'{"a":', b"[", b"\xb0\xa1",
]  # fmt: skip
#: Those that cost the most; all of them where `FUZZ` is set.
COSTLY = PIECES if "FUZZ" in os.environ else [PIECES[n] for n in (2, 3, 7, 8, 10, 16, 20)]
HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title>x</title><description>"
TAIL = b"</description></item></channel></rss>"
CHILD = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
from click.testing import CliRunner
from monitor.cli.root import cli
for path in sys.argv[1:]:
    started = time.process_time()
    result = CliRunner().invoke(cli, ["feeds", "test", "--json", path])
    spent = time.process_time() - started
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    whole = all("error" in row or {fields} < set(row) for row in rows)
    print(json.dumps([path, spent, result.exit_code, whole, repr(result.exception)]))
"""


def test_documents_of_the_largest_size_stay_within_time_and_memory(tmp_path: Path) -> None:
    """Through the command itself, in a process that may not have more memory."""
    for number, piece in enumerate(COSTLY):
        size = 9_900_000 // len(piece)
        (tmp_path / f"{number:02}-inside.xml").write_bytes(HEAD + piece * size + TAIL)
        if number % 3 == 0:
            (tmp_path / f"{number:02}-bare.xml").write_bytes(piece * size)
    code = CHILD.format(memory=MEMORY, fields=FIELDS)
    paths = [str(path) for path in sorted(tmp_path.iterdir())]
    command = [sys.executable, "-c", code, *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(paths)
    for path, spent, exit_code, whole, exception in rows:
        assert (exit_code in (0, 1), whole, exception in ("None", "SystemExit(1)")) == (True, True, True), path
        assert spent < 2 * LIMIT, (path, spent)


@pytest.mark.parametrize("name", ["a.xml", "b"])
def test_a_name_for_every_document(tmp_path: Path, name: str) -> None:
    from click.testing import CliRunner

    from monitor.cli.root import cli

    (tmp_path / name).write_bytes(SEEDS[0])
    result = CliRunner().invoke(cli, ["feeds", "test", "--json", str(tmp_path)])
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert rows and all(set(row) == FIELDS | {"file"} and row["file"].endswith(name) for row in rows)
