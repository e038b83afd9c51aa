"""Entries that the last document of a feed had, byte for byte: they are cut out before the slow parser sees them.

Most documents that changed have one new entry among twenty. A strict parser without handlers finds in microseconds
where the entries stand; only a well-formed document whose entries are plain children of its feed is cut, any other is
read whole. What stands outside of the entries can say how they are to be read (namespaces, `xml:base`, a language), so
an entry counts as known only behind the same words, but for dates and comments, which mean nothing to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from xml.parsers import expat

from monitor.feeds.entry import Entry

#: Bytes of one digest, and of what is kept of one entry: of its bytes, its guid and its link.
SIZE: Final = 8
ROW: Final = 3 * SIZE
NOTHING: Final = b"\0" * SIZE
#: The elements that entries stand in (RSS, RDF and Atom), and the entries.
AROUND: Final = frozenset({"rss", "channel", "rdf", "feed"})
ENTRIES: Final = frozenset({"item", "entry"})

#: What changes with every document and says nothing of how entries are read: dates, comments, the table of contents
#: of RSS 1.0 and the spaces between.
_PASSING = re.compile(
    rb"<(?P<n>(?:\w+:)?(?:lastBuildDate|pubDate|updated|modified|date)|items)\b[^<>]*>[^<>]*</(?P=n)\s*>"
    rb"|<items\b[^<>]*>.*?</items\s*>|<!--.*?-->|\s+",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a document: a row a plain entry. Small, for ten thousand feeds are kept in memory."""

    rows: bytes = b""

    def by_digest(self) -> dict[bytes, bytes]:
        """Digest of an entry → digests of its guid and its link."""
        rows = self.rows
        return {rows[at : at + SIZE]: rows[at + SIZE : at + ROW] for at in range(0, len(rows), ROW)}


@dataclass(frozen=True, slots=True)
class Split:
    """A document in pieces: `gaps[0] entries[0] gaps[1] …`, one gap more than entries."""

    gaps: tuple[bytes, ...]
    entries: tuple[bytes, ...]

    def digests(self) -> list[bytes]:
        """One an entry: of its bytes and of what stands before it outside of entries."""
        salt, found = blake2b(digest_size=16), list[bytes]()
        before = b""
        for gap, entry in zip(self.gaps, self.entries, strict=False):
            if gap and not gap.isspace():
                salt.update(_PASSING.sub(b" ", gap).strip())
                before = salt.digest()
            found.append(blake2b(entry, digest_size=SIZE, key=before).digest())
        return found

    def only(self, wanted: Iterable[int]) -> bytes:
        """The document with no other entries than those."""
        keep = frozenset(wanted)
        parts = [self.gaps[0]]
        for number, (entry, gap) in enumerate(zip(self.entries, self.gaps[1:], strict=True)):
            parts += (entry, gap) if number in keep else (gap,)
        return b"".join(parts)


def split(body: bytes) -> Split | None:
    """The pieces of an XML document in UTF-8 that begins with its root, or None where it is not plainly splittable."""
    finder = _Finder()
    if not finder.run(body):
        return None
    gaps, entries, at = list[bytes](), list[bytes](), 0
    for start, end in finder.spans:
        gaps.append(body[at:start])
        entries.append(body[start:end])
        at = end
    return Split((*gaps, body[at:]), tuple(entries))


def kept(digests: Sequence[bytes], entries: Mapping[int, Entry], before: Mapping[bytes, bytes]) -> Known:
    """What to keep of a document. `entries` are those that were read, by their place; the others are in `before`.

    Of entries that share a guid or a link none is kept: which of them counts hangs on the others that stand there.
    """
    rows = [(one, names(entries[n]) if n in entries else before[one]) for n, one in enumerate(digests)]
    seen = Counter(half for _, row in rows for half in {row[:SIZE], row[SIZE:]} if half != NOTHING)
    return Known(b"".join(one + row for one, row in rows if max(seen[row[:SIZE]], seen[row[SIZE:]]) == 1))


def names(entry: Entry) -> bytes:
    """By what an entry can be taken for another: digests of its guid and of its link."""
    return _digest(entry.guid) + (_digest(entry.canonical) if entry.canonical else NOTHING)


def clash(fresh: Iterable[Entry], cut: Iterable[bytes]) -> bool:
    """Whether an entry that was read shares its guid or its link with one that was cut out: which of the two counts
    is then a matter of their order, so that the document must be read whole."""
    taken: set[bytes] = set()
    for one in cut:
        taken |= {one[:SIZE], one[SIZE:]}
    taken.discard(NOTHING)
    return any(not taken.isdisjoint((row[:SIZE], row[SIZE:])) for row in map(names, fresh))


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()


class _Finder:
    """Finds where entries begin and end. Within an entry only the end tags of its own name are looked at."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self.plain = True
        self.body = b""
        self.stack: list[str] = []
        self.name = ""
        self.began = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def run(self, body: bytes) -> bool:
        self.body = body
        try:
            self.parser.Parse(body, True)
        except expat.ExpatError:
            return False
        finally:
            self.parser.StartElementHandler = self.parser.EndElementHandler = None  # no circle is left behind
        return self.plain and not self.name

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if local not in ENTRIES:
            self.stack.append(name)
            return
        if not self.stack or any(one.rpartition(":")[2].lower() not in AROUND for one in self.stack):
            self.plain = False
        self.name, self.began = name, self.parser.CurrentByteIndex
        self.parser.StartElementHandler = None
        self.parser.EndElementHandler = self.end_inside

    def end(self, name: str) -> None:
        # An entry within an entry ends both at the inner one's end; what follows does not match then.
        if not self.stack or self.stack.pop() != name:
            self.plain = False

    def end_inside(self, name: str) -> None:
        if name != self.name:
            return
        at = self.parser.CurrentByteIndex
        if at == self.began:  # <item/>
            self.plain = False
        self.spans.append((self.began, self.body.find(b">", at) + 1))
        self.name = ""
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
