"""Documents of every kind and in every state: what is read, what is refused, and that nothing else can happen."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.feeds.parse import MAX_ENTRIES, Entry, ParsedFeed, ParseError, parse

URL = "https://news.example/feeds/trade.xml"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)


def rss(items: str, head: str = "", prologue: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return (
        f'{prologue}<rss version="2.0" {NAMESPACES}><channel><title>Trade news</title>{head}{items}</channel></rss>'
    ).encode()


def item(title: str = "A tariff", more: str = "") -> str:
    return f"<item><title>{title}</title>{more}</item>"


def only(document: bytes, content_type: str | None = None) -> Entry:
    (entry,) = parse(document, URL, content_type).entries
    return entry


def test_rss() -> None:
    entry = only(
        rss(
            item(
                "US &amp; Korea: &lt;b&gt;15%&lt;/b&gt; tariff",
                "<link>https://www.news.example/a?utm_source=rss&amp;id=7</link><guid isPermaLink='false'>n7</guid>"
                "<pubDate>Mon, 03 Nov 2025 10:00:00 KST</pubDate><dc:creator>Kim Min</dc:creator>"
                "<description>&lt;p&gt;Seoul agreed.&lt;/p&gt;&lt;p&gt;Cars too.&lt;/p&gt;</description>"
                "<content:encoded><![CDATA[<p>The whole</p><ul><li>one</li><li>two</li></ul>]]></content:encoded>",
            ),
            "<language>en_us</language>",
        )
    )
    assert entry == Entry(
        guid="n7",
        link="https://www.news.example/a?utm_source=rss&id=7",
        canonical="https://news.example/a?id=7",
        title="US & Korea: 15% tariff",
        summary="Seoul agreed.\n\nCars too.",
        content="The whole\n\none\n\ntwo",
        published=datetime(2025, 11, 3, 1, tzinfo=UTC),
        updated=None,
        language=None,
        author="Kim Min",
    )


def test_atom() -> None:
    feed = parse(
        b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="/blog/">
        <title>Zoll</title><link rel="self" href="https://news.example/atom"/><link rel="hub" href="https://hub.example/"/>
        <entry><id>tag:news.example,2025:1</id><title type="html">Z&amp;ouml;lle &amp;lt;senken&amp;gt;</title>
        <link href="eins"/><published>2025-11-03T10:00:00+09:00</published><updated>2025-11-03T04:00:00Z</updated>
        <summary>Kurz</summary><author><name>A. B.</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Eins</p><p>Zwei</p></div></content></entry>
        </feed>""",
        URL,
    )
    (entry,) = feed.entries
    assert (feed.kind, feed.title, feed.language, feed.hub) == ("atom10", "Zoll", "de", "https://hub.example/")
    assert feed.topic == "https://news.example/atom"
    assert (entry.guid, entry.link) == ("tag:news.example,2025:1", "https://news.example/blog/eins")
    assert (entry.title, entry.summary, entry.content) == ("Zölle <senken>", "Kurz", "Eins\n\nZwei")
    assert (entry.published, entry.updated) == (
        datetime(2025, 11, 3, 1, tzinfo=UTC),
        datetime(2025, 11, 3, 4, tzinfo=UTC),
    )
    assert (entry.author, entry.language) == ("A. B.", "de")


def test_rdf() -> None:
    feed = parse(
        b"""<?xml version="1.0"?><!DOCTYPE rdf:RDF [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//x" "http://x.example/x.ent">%HTMLlat1;]>
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>T</title></channel>
        <item rdf:about="https://news.example/1"><title>Caf&eacute;</title><link>https://news.example/1</link>
        <dc:date>2025-11-03T10:00+09:00</dc:date></item></rdf:RDF>""",
        URL,
    )
    (entry,) = feed.entries
    assert (feed.kind, entry.guid, entry.title) == ("rss10", "https://news.example/1", "Café")
    assert entry.published == datetime(2025, 11, 3, 1, tzinfo=UTC)


def test_json_feed() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "home_page_url": "https://news.example/",
        "feed_url": "https://news.example/feed.json",
        "language": "en-GB",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "items": [
            {
                "id": 5,
                "url": "/five",
                "title": "Five &amp; six",
                "content_text": "if a <b & c\n\nthen",
                "date_published": "2025-11-03T10:00:00+09:00",
                "authors": [{"name": "A"}, {"name": "B"}],
            },
            {
                "id": "six",
                "external_url": "https://other.example/x",
                "content_html": "<p>x</p>",
                "author": {"name": "C"},
            },
            "no item",
        ],
    }
    feed = parse(json.dumps(document).encode(), URL, "application/feed+json")
    five, six = feed.entries
    assert (feed.kind, feed.hub, feed.topic) == ("json11", "https://hub.example/", "https://news.example/feed.json")
    assert (five.guid, five.link, five.author) == ("5", "https://news.example/five", "A, B")
    assert five.text == "if a <b & c\n\nthen"
    assert (six.link, six.text, six.author, six.language) == ("https://other.example/x", "x", "C", "en-GB")


def test_hints() -> None:
    head = (
        "<ttl>90</ttl><skipHours><hour>0</hour><hour>24</hour><hour>5</hour><hour>x</hour></skipHours>"
        "<skipDays><day>Saturday</day><day>sunday</day><day>Noday</day></skipDays>"
        '<atom:link rel="hub" href="/hub"/><atom:link rel="self" href="https://news.example/self"/>'
    )
    feed = parse(rss(item(), head), URL)
    assert (feed.ttl, feed.skip_hours, feed.skip_days) == (timedelta(minutes=90), frozenset({0, 5}), frozenset({5, 6}))
    assert (feed.hub, feed.topic) == ("https://news.example/hub", "https://news.example/self")
    period = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    assert parse(rss(item(), period), URL).ttl == timedelta(hours=6)
    for bad in ("<ttl>-5</ttl>", "<ttl>soon</ttl>", "<ttl>0</ttl>", "<ttl>99999999999999999999</ttl>"):
        assert parse(rss(item(), bad), URL).ttl is None


def test_a_skipped_hour_in_an_entry_is_no_hint() -> None:
    assert parse(rss(item(more="<skipHours><hour>3</hour></skipHours>")), URL).skip_hours == frozenset()


@pytest.mark.parametrize(
    ("more", "link", "guid"),
    [
        ("<link>/x</link>", "https://news.example/x", "https://news.example/x"),
        ("<link> https://a.example/x\n  y </link>", "https://a.example/xy", "https://a.example/xy"),
        ("<guid>https://a.example/p</guid>", "https://a.example/p", "https://a.example/p"),
        ("<guid isPermaLink='false'>https://a.example/p</guid>", None, "https://a.example/p"),
        ("<guid>17</guid><link>https://a.example/x</link>", "https://a.example/x", "17"),
        ("<guid>17</guid>", None, "17"),
        ("<guid>/2025/17</guid>", "https://news.example/2025/17", "/2025/17"),
        ("<link>javascript:alert(1)</link><guid>g</guid>", None, "g"),
        ("<link>data:text/html,x</link><guid isPermaLink='false'>g</guid>", None, "g"),
        ("<link>http://[bad</link><guid isPermaLink='false'>g</guid>", None, "g"),
        (
            "<link><![CDATA[https://a.example/?a=1&b=2]]></link>",
            "https://a.example/?a=1&b=2",
            "https://a.example/?a=1&b=2",
        ),
    ],
)
def test_links_and_guids(more: str, link: str | None, guid: str) -> None:
    entry = only(rss(item(more=more)))
    assert (entry.link, entry.guid) == (link, guid)


def test_a_guid_stays_when_the_feed_moves() -> None:
    document = rss(item(more="<guid>17</guid>"))
    assert (
        parse(document, "https://old.example/f").entries[0].guid
        == parse(document, "https://new.example/f").entries[0].guid
    )


def test_entries_without_any_name_are_told_apart_by_what_they_say() -> None:
    first, second = parse(rss(item("One") + item("Two") + item("One")), URL).entries
    assert first.guid != second.guid
    assert first.guid == parse(rss(item("One")), "https://else.example/").entries[0].guid


def test_a_guid_stands_once_and_an_empty_entry_is_known_as_such() -> None:
    twice = (
        item("A", "<guid>1</guid>") + item("B", "<guid>1</guid>") + "<item></item><item><category>x</category></item>"
    )
    entries = parse(rss(twice), URL).entries
    assert [(entry.title, entry.says_something) for entry in entries] == [("A", True), ("", False)]


def test_long_fields_are_bounded() -> None:
    document = rss(item("t" * 5_000, f"<guid>{'g' * 5_000}</guid><description>{'d ' * 300_000}</description>"))
    entry = only(document)
    assert len(entry.title) <= 500
    assert len(entry.guid) <= 500
    assert 100_000 < len(entry.summary) <= 200_000


def test_many_entries_keep_both_ends() -> None:
    document = rss("".join(item(f"n{n}") for n in range(MAX_ENTRIES * 3)))
    feed = parse(document, URL)
    assert len(feed.entries) <= MAX_ENTRIES
    assert (feed.entries[0].title, feed.entries[-1].title) == ("n0", f"n{MAX_ENTRIES * 3 - 1}")
    assert "6000 entries" in feed.bozo


def test_dates_in_the_future_and_missing_ones() -> None:
    entry = only(rss(item(more="<pubDate>Fri, 01 Jan 2099 00:00:00 GMT</pubDate>")))
    assert entry.published == datetime(2099, 1, 1, tzinfo=UTC)
    assert only(rss(item(more="<pubDate>yesterday</pubDate>"))).published is None


def test_nothing_of_a_script_is_left() -> None:
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;"
    entry = only(
        rss(
            item(
                f"A{evil}B",
                f"<description>{evil}&lt;img src=x onerror=alert(1)&gt;text&amp;lt;script&amp;gt;x</description>",
            )
        )
    )
    assert (entry.title, entry.summary) == ("A B", "text")


def test_controls_are_gone() -> None:
    entry = only(rss(item("a&#0;b&#x1f;c\x00d\x0be\u202ef&#xD800;g&#128;")))
    assert entry.title == "abcdefg€"


@pytest.mark.parametrize(
    "title", ["AT&T <3 tariffs & co", "5 < 6", "a &unknown; b", "a &nbsp b", "<![CDATA[a & b]]> & c"]
)
def test_bare_signs_are_mended(title: str) -> None:
    feed = parse(rss(item(title) + item("next")), URL)
    assert [entry.title for entry in feed.entries][1:] == ["next"]
    assert feed.bozo.startswith("not well-formed XML")


@pytest.mark.parametrize(
    ("broken", "titles"),
    [
        (item("A") + "<item><title>B</title>" + item("C"), ["A", "B", "C"]),
        ("<item><title>A</item>" + item("B"), ["A", "B"]),
        (item("A", "<description><p>x<br>y</description>"), ["A"]),
        (item("A", "<media:thumbnail url='x'/><foo:bar>1</foo:bar>"), ["A"]),
        (item("A", "<description a=b a=c d>x</description>"), ["A"]),
        (item("A", "</nothing>"), ["A"]),
        (item("A") + "</channel></rss><script>evil()</script>" + item("B"), ["A"]),
    ],
)
def test_broken_structure_is_mended(broken: str, titles: list[str]) -> None:
    feed = parse(rss(broken), URL)
    assert [entry.title for entry in feed.entries] == titles
    assert feed.bozo


def test_junk_before_the_document() -> None:
    document = b"\n<br />\n<b>Warning</b>: something in line 7 " + rss(item("A"))
    assert only(document).title == "A"


def test_a_document_that_breaks_off_gives_its_whole_entries() -> None:
    document = rss(item("A", "<description>one</description>") + item("B", "<description>raised to 25%</description>"))
    cut = document[: document.index(b"25%") + 1]
    feed = parse(cut, URL)
    assert [entry.title for entry in feed.entries] == ["A"]
    assert "breaks off" in feed.bozo


@given(st.integers(0, 400))
def test_wherever_it_breaks_off_no_half_text_is_read(at: int) -> None:
    texts = {"first text": "A", "second text": "B"}
    items = "".join(
        item(title, f"<guid>{title}</guid><description>{text}</description>") for text, title in texts.items()
    )
    document = rss(items)
    try:
        entries = parse(document[: min(at + 300, len(document))], URL).entries
    except ParseError:
        return
    for entry in entries:
        assert entry.summary in ("", *texts)
        assert entry.title in texts.values()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"hello", "It starts with 'hello'"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "is an HTML page, not a feed. Give the address"),
        (
            b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>',
            "It names this feed: /feed.xml",
        ),
        (b"<html><body><rss><channel><item><title>x</title></item></channel></rss></body></html>", "HTML page"),
        (b"<?xml version='1.0'?><note/>", "no rss, feed or RDF element"),
        (b"<rss><channel>", "breaks off before its first entry"),
        (b"{}", "not a JSON Feed"),
        (b'{"items": []}', '"version"'),
        (b'{"items": [', "starts like JSON"),
        (b"[" * 100_000, "starts like JSON"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "image"),
    ],
)
def test_no_feed(document: bytes, words: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(document, URL)
    assert words in str(caught.value)


def test_an_empty_feed_is_a_feed() -> None:
    feed: ParsedFeed = parse(rss(""), URL)
    assert (feed.title, feed.entries, feed.bozo) == ("Trade news", (), "")


BOMB = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "prologue",
    [
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{BOMB}]>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l9 "' + "a" * 200 + '">]>',
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l9 "' + "a" * 100_000 + '">]>',
    ],
)
def test_entity_bombs_come_to_nothing(prologue: str) -> None:
    started = time.process_time()
    try:
        entries = parse(rss(item("&l9;" * 50_000), prologue=prologue), URL).entries
    except ParseError as error:
        assert re.search("entities|no rss, feed or RDF", str(error))
    else:
        assert sum(len(entry.title) for entry in entries) < 1_000
    assert time.process_time() - started < 3


@pytest.mark.parametrize("target", ["file:///etc/hostname", "http://169.254.169.254/"])
def test_external_entities_are_not_read(target: str) -> None:
    prologue = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY out SYSTEM "{target}"><!ENTITY % p SYSTEM "{target}">%p;]>'
    assert only(rss(item("a &out; b"), prologue=prologue)).title == "a &out; b"


def test_a_harmless_entity_is_replaced() -> None:
    prologue = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY nm "the &quot;name&quot;">]>'
    assert only(rss(item("It is &nm;"), prologue=prologue)).title == 'It is the "name"'


def test_a_body_is_never_taken_for_a_file_name() -> None:
    with pytest.raises(ParseError, match="It starts with '/etc/hostname'"):
        parse(b"/etc/hostname", URL)


HEAVY: dict[str, Any] = {
    "many tiny items": lambda n: rss("<item><title>x</title></item>" * (n // 29)),
    "angle brackets": lambda n: rss(item(more=f"<description>{'<' * n}</description>")),
    "ampersands": lambda n: rss(item(more=f"<description>{'&' * n}</description>")),
    "escaped ampersands": lambda n: rss(item(more=f"<description>{'&amp;' * (n // 5)}</description>")),
    "open divs": lambda n: rss(item(more=f"<description><![CDATA[{'<div>' * (n // 5)}]]></description>")),
    "open fonts": lambda n: rss(
        item(more=f"<description><![CDATA[{''.join(f'<font a={i}>' for i in range(n // 16))}]]></description>")
    ),
    "open frames": lambda n: rss(item(more=f"<description><![CDATA[{'<svg>' * 9_000 * 2}]]></description>")),
    "nested": lambda n: rss(item(more="<x>" * (n // 7) + "</x>" * (n // 7))),
    "cdata starts": lambda n: rss(item(more="<![CDATA[" * (n // 9))),
    "comment starts": lambda n: rss(item(more="<!--" * (n // 4))),
    "attributes": lambda n: rss(item(more=f"<a {'b=1 ' * (n // 4)}>")),
    "quotes": lambda n: rss(item(more="<a b='" * (n // 6))),
    "prefixes": lambda n: rss("".join(f"<p{i}:y/>" for i in range(n // 10))),
    "items never closed": lambda n: rss("<item>" * (n // 6)),
    "spaces": lambda n: b"<rss" + b" " * n,
    "one name": lambda n: b"<rss><" + b"a" * n,
    "no text": lambda n: bytes(n),
    "high bytes": lambda n: b"<rss>" + b"\x80\xff" * (n // 2),
    "doctype": lambda n: b"<!DOCTYPE x [" + b"<!ENTITY a '" * (n // 12),
    "json depth": lambda n: b'{"items":' + b"[" * n,
    "json numbers": lambda n: b'{"items":[' + b"9" * n + b"]}",
}


@pytest.mark.parametrize("name", HEAVY)
def test_time_grows_with_length_alone(name: str) -> None:
    """1 MB of anything within 3 s of one core, which is a slow machine's second."""
    document = HEAVY[name](1_000_000)
    started = time.process_time()
    with suppress(ParseError):
        parse(document, URL)
    assert time.process_time() - started < 3


def checked(document: bytes, content_type: str | None = None) -> None:
    """Parses and holds what is promised of any result."""
    try:
        feed = parse(document, URL, content_type)
    except ParseError as error:
        assert str(error)
        str(error).encode()
        return
    guids = [entry.guid for entry in feed.entries]
    assert len(set(guids)) == len(guids)
    for entry in feed.entries:
        assert entry.guid
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        for text in (entry.guid, entry.title, entry.summary, entry.content, entry.author or "", entry.link or ""):
            text.encode()
            assert "\0" not in text
        assert "\n" not in entry.title
        assert entry.published is None or entry.published.tzinfo is UTC


@given(st.binary(max_size=300))
def test_any_bytes(document: bytes) -> None:
    checked(document)


PIECES = [
    "<rss>", "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<entry>", "</entry>",
    "<feed>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<link href='", "'/>", "<link>", "</link>", "<guid>",
    "</guid>", "&amp;", "&", "<![CDATA[", "]]>", "<!--", "-->", "<?xml ", "?>", "<!DOCTYPE x [", "<!ENTITY a 'b'>",
    "]>", "&a;", "&#0;", "&#x", "<content type='xhtml'>", "</content>", "<content type='", "<div>", "<p",
    "<script>", "</script>", "http://a/", "javascript:", "<pubDate>", "</pubDate>",
    "Mon, 03 Nov 2025 10:00:00 GMT", "9" * 30, "\0", "\x80", "é", "한", "\ud800", "<x:y z:w='1'>", "<rdf:RDF>",
    "xmlns:x='", "</rss>", "</channel>", "</feed>", "{", "}", "[", "]", '"items":', '"version":',
    '"https://jsonfeed.org/version/1"', ",", '"id":', "null", "<description>", "</description>", "<svg>", "<math>",
    "<itunes:image", "<media:content", "<source>", "</source>", "<image>", "<textinput>", "<author>", "<name>",
    "<a:b ", ">",
]  # fmt: skip


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40), st.sampled_from(["", "<rss><channel><item>"])
)
def test_any_pile_of_pieces(pieces: list[str], start: str) -> None:
    checked((start + "".join(pieces)).encode("utf-8", "surrogatepass"))


@given(st.data())
def test_any_damage_to_a_good_document(data: st.DataObject) -> None:
    document = bytearray(rss(item("Ä &amp; B", "<link>/a</link><description>&lt;p&gt;x&lt;/p&gt;</description>") * 2))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(document) - 1))
        document[at : at + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    checked(bytes(document), data.draw(st.none() | st.text(max_size=40)))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "url", "title", "name"]), inner),
    max_leaves=8,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "url", "title", "content_html", "authors", "language"]), JSON_VALUES)
    )
)
def test_any_json_feed(items: list[dict[str, Any]]) -> None:
    document = {"version": "https://jsonfeed.org/version/1", "items": items, "title": items and items[0].get("title")}
    checked(json.dumps(document).encode())


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30), max_size=8
    )
)
def test_plain_titles_come_through(titles: list[str]) -> None:
    from html import escape

    def shown(text: str) -> str:
        return only(rss(item(escape(escape(text)), "<guid>1</guid>"))).title

    for title in titles:
        if title.isalnum() and title.isascii():
            assert shown(title) == title
