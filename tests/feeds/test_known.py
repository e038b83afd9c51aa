"""Entries that are known are cut out before the slow parser: what is new comes out the same either way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.feeds.known import Known, split
from monitor.feeds.parse import ParsedFeed, parse, parse_unknown

URL = "https://example.org/feed"


@dataclass(frozen=True)
class Item:
    """An entry of a generated document: each field as it is written there."""

    guid: str
    link: str
    title: str
    text: str
    extra: str = ""


def rss(items: list[Item], head: str = "") -> bytes:
    body = "".join(
        f"<item><guid isPermaLink='false'>{i.guid}</guid><link>{i.link}</link><title>{i.title}</title>"
        f"<description>{i.text}</description>{i.extra}</item>\n"
        for i in items
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel>"
        f"<title>T</title>{head}{body}</channel></rss>"
    ).encode()


def atom(items: list[Item], head: str = "") -> bytes:
    body = "".join(
        f"<entry><id>{i.guid}</id><link href='{i.link}'/><title>{i.title}</title>"
        f"<summary type='html'>{i.text}</summary>{i.extra}</entry>"
        for i in items
    )
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<title>T</title>{head}{body}</feed>"
    ).encode()


def rdf(items: list[Item], head: str = "") -> bytes:
    body = "".join(
        f"<item rdf:about='{i.guid}'><link>{i.link}</link><title>{i.title}</title>"
        f"<description>{i.text}</description>{i.extra}</item>"
        for i in items
    )
    contents = "".join(f"<rdf:li resource='{i.guid}'/>" for i in items)
    return (
        "<rdf:RDF xmlns='http://purl.org/rss/1.0/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title>{head}"
        f"<items><rdf:Seq>{contents}</rdf:Seq></items></channel>{body}</rdf:RDF>"
    ).encode()


TEXTS = st.sampled_from(
    [
        "cars at 15 percent",
        "&lt;p&gt;steel&lt;/p&gt;",
        "<![CDATA[<p>a </item> b &eacute; &nbsp;</p>]]>",
        "<![CDATA[<item><guid>x</guid></item>]]>",
        "&eacute;&nbsp;rates",
        "<!-- <item> --> trucks",
        "a &amp; b",
        "broken & bare",
        "",
    ]
)
EXTRAS = st.sampled_from(
    [
        "",
        "<pubDate>Mon, 03 Nov 2025 12:00:00 GMT</pubDate>",
        "<dc:language>fr</dc:language>",
        "<dc:creator>A</dc:creator>",
        "<source url='https://e.org/'>S</source>",
        "<item><title>inner</title></item>",
        "<p xml:lang='de' xmlns='http://www.w3.org/1999/xhtml'>x</p>",
    ]
)
HEADS = st.sampled_from(
    [
        "",
        "<lastBuildDate>Mon, 03 Nov 2025 12:00:00 GMT</lastBuildDate>",
        "<pubDate>Tue, 04 Nov 2025 12:00:00 GMT</pubDate>",
        "<language>fr</language>",
        "<!-- made in 3 ms -->",
        "<updated>2025-11-03T12:00:00Z</updated>",
    ]
)
NUMBERS = st.integers(0, 7)
ITEMS = st.builds(
    Item,
    guid=NUMBERS.map("g{}".format),
    link=NUMBERS.map("https://example.org/{}".format),
    title=st.sampled_from(["One", "Two", "Three &amp; four"]),
    text=TEXTS,
    extra=EXTRAS,
)
LISTS = st.lists(ITEMS, max_size=6)


@settings(max_examples=400, deadline=None)
@given(
    old=LISTS, fresh=LISTS, keep=st.lists(st.booleans(), min_size=6, max_size=6), heads=st.tuples(HEADS, HEADS),
    write=st.sampled_from([rss, atom, rdf]), newest_first=st.booleans(),
)  # fmt: skip
def test_what_is_new_comes_out_the_same_either_way(old, fresh, keep, heads, write, newest_first) -> None:  # type: ignore[no-untyped-def]
    stayed = [item for item, stays in zip(old, keep, strict=False) if stays]
    new = [*fresh, *stayed] if newest_first else [*stayed, *fresh]
    first, second = write(old, heads[0]), write(new, heads[1])
    before, known = parse_unknown(first, URL)
    assert before == parse(first, URL)
    whole = parse(second, URL)
    cut, _ = parse_unknown(second, URL, None, known)
    assert replace(cut, entries=()) == replace(whole, entries=())
    assert [entry for entry in whole.entries if entry in cut.entries] == list(cut.entries)
    assert all(entry in before.entries for entry in whole.entries if entry not in cut.entries)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([rss, atom, rdf]), LISTS, st.integers(0, 400))
@example(b"_", rss, [], 40)  # a prefix that nothing declares
def test_no_bytes_make_it_read_otherwise_than_the_whole(noise: bytes, write, items: list[Item], at: int) -> None:  # type: ignore[no-untyped-def]
    document = write(items)
    document = document[:at] + noise + document[at:]
    assert outcome(document) == outcome(document, whole=True)


def outcome(document: bytes, *, whole: bool = False) -> ParsedFeed | str:
    try:
        return parse(document, URL) if whole else parse_unknown(document, URL)[0]
    except Exception as error:
        return str(error)


def test_a_document_with_one_new_entry_among_known_ones_gives_that_one() -> None:
    old = [Item(f"g{n}", f"https://example.org/{n}", f"T{n}", "text") for n in range(20)]
    _, known = parse_unknown(rss(old), URL)
    new = Item("g99", "https://example.org/99", "New", "text")
    cut, now_known = parse_unknown(rss([new, *old[:-1]], "<lastBuildDate>Mon</lastBuildDate>"), URL, None, known)
    assert [entry.guid for entry in cut.entries] == ["g99"]
    assert len(now_known.by_digest()) == 20
    assert parse_unknown(rss([new, *old[:-1]]), URL, None, now_known)[0].entries == ()


def test_a_guid_that_is_its_own_link_is_known_too() -> None:
    old = [Item(f"https://example.org/{n}", f"https://example.org/{n}", f"T{n}", "text") for n in range(5)]
    _, known = parse_unknown(rss(old), URL)
    assert parse_unknown(rss(old), URL, None, known)[0].entries == ()


def test_what_stands_before_entries_can_change_how_they_are_read() -> None:
    items = [Item("g1", "https://example.org/1", "T", "text")]
    _, known = parse_unknown(rss(items), URL)
    cut, _ = parse_unknown(rss(items, "<language>fr</language>"), URL, None, known)
    assert len(cut.entries) == 1


def test_an_entry_that_shares_its_guid_with_a_known_one_is_weighed_against_it() -> None:
    old = Item("g1", "https://example.org/1", "Old", "text")
    _, known = parse_unknown(rss([old]), URL)
    cut, _ = parse_unknown(rss([old, replace(old, title="Twin")]), URL, None, known)
    assert [entry.title for entry in cut.entries] == ["Old"]  # as the whole document has it: the first counts


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><item><item></item></item></channel></rss>",
        b"<rss><channel><item/></channel></rss>",
        b"<rss><channel><other><item></item></other></channel></rss>",
        b"<rss><channel><item></channel></rss>",
        b"<item></item>",
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item>&a;</channel></rss>",
    ],
)
def test_what_is_not_plain_is_not_split(body: bytes) -> None:
    assert split(body) is None


def test_the_pieces_are_the_document() -> None:
    pieces = split(b"<rss><channel>a<item>1</item>b<x:item xmlns:x='u'>2</x:item>c</channel></rss>")
    assert pieces is not None
    assert pieces.entries == (b"<item>1</item>", b"<x:item xmlns:x='u'>2</x:item>")
    assert pieces.only([1]) == b"<rss><channel>ab<x:item xmlns:x='u'>2</x:item>c</channel></rss>"
    assert pieces.only([]) == b"<rss><channel>abc</channel></rss>"


def test_nothing_known_is_nothing() -> None:
    assert Known().by_digest() == {}
