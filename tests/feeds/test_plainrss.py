"""What is read without feedparser comes out as feedparser has it, or is left to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds import plainrss, xmlfeed
from monitor.feeds.entry import Entry, ParsedFeed, ParseError

URL = "https://example.org/feed"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "media": "http://search.yahoo.com/mrss/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "atom": "http://www.w3.org/2005/Atom",
    "mine": "https://example.org/ns",
}
TEXTS = st.one_of(
    st.sampled_from([
        "", " ", "Cars 15 %", "&lt;p&gt;steel&lt;/p&gt;", "<![CDATA[<p>a</p> &amp; b]]>", "a<!-- x -->b", "Ã©tÃ©", "é",
        "\x80uro\x99", "관세", "https://a.example/1?a=1&amp;b=2", "http:////a.example/2", "/3", "abc", "&amp;amp;x=1",
        "https://a.example/1?a=1&amp;amp;b;=2", "Mon, 03 Nov 2025 12:00:00 GMT", "2025-11-03T12:00:00Z", "60", "daily",
        "Fri, 2006/19/15 08:19:53 EDT",
        "a@b.example (A B)", "\u3000x\u2028", "  https://a.example/4  ", "&#13;&#10;x", "true", "fr_CA",
    ]),
    st.text(st.sampled_from("ab <>&;:/é\x85\u200b\n"), max_size=12).map(
        lambda said: said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ),
)  # fmt: skip
ATTRIBUTES = st.sampled_from([
    "", "", "", "", ' isPermaLink="false"', ' isPermaLink="true"', ' isPermaLink="False"', ' domain="d"',
    ' url="https://e.example/x.mp3" length="5" type="audio/mpeg"', ' type="text/plain"', ' mode="base64"',
    ' xml:lang="fr"', ' xml:base="https://b.example/"', ' lang="de"', ' href="https://h.example/"',
    ' rel="hub" href="https://h.example/"', ' REL="x"', ' rel="self" href="/f"', ' rel="alternate" href="/p"',
])  # fmt: skip
ITEM = st.sampled_from([
    *("title", "link", "guid", "description", "content:encoded", "pubDate", "author", "dc:creator", "dc:date") * 6,
    "category", "comments", "enclosure", "source", "dc:subject", "slash:comments", "wfw:commentRss", "media:content",
    "media:thumbnail", "media:credit", "feedburner:origLink", "atom:updated", "atom:link", "mine:own", "pubdate",
    "Title", "media:title", "media:description", "dc:title", "dc:language", "image", "summary", "content", "id",
])  # fmt: skip
CHANNEL = st.sampled_from([
    *("title", "link", "description", "language", "ttl", "atom:link") * 4, "copyright", "managingEditor", "webMaster",
    "pubDate", "lastBuildDate", "category", "generator", "docs", "sy:updatePeriod", "sy:updateFrequency",
    "sy:updateBase", "cloud", "rating", "textInput", "dc:language", "media:thumbnail", "atom:id", "mine:own",
])  # fmt: skip
PARTS = st.sampled_from([
    "<image><url>u</url><title>I</title><link>https://i.example/</link></image>", "<image><title/><x/></image>",
    "<skipHours><hour>3</hour><hour>4</hour></skipHours>", "<skipDays><day>Monday</day></skipDays>",
    "<skipDays day='x'/>", "<image>text</image>",
])  # fmt: skip
VERSIONS = st.sampled_from(
    [" version='2.0'", " version='2.0'", " version='0.91'", " version='0.94'", " version='3'", ""]
)
ROOTS = st.sampled_from([
    *([""] * 20), " xmlns='http://backend.userland.com/rss2'", " xmlns:x='http://purl.org/rss/1.0/'", " xml:lang='en'",
    " xmlns:dcterms='http://purl.org/dc/terms/'", " xmlns:xlink='http://www.w3.org/1999/xlink'",
    " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'",
])  # fmt: skip


#: What such elements may have without being odd.
USUAL = {
    "guid": ["", ' isPermaLink="false"', ' isPermaLink="true"', ' isPermaLink="False"'],
    "category": ["", ' domain="d"'],
    "enclosure": [' url="https://e.example/x.mp3" length="5" type="audio/mpeg"'],
    "source": [' url="https://e.example/"'],
    "media:content": ["", ' url="https://e.example/" medium="image"'],
    "atom:link": [' rel="hub" href="https://h.example/"', ' rel="self" href="/f" type="text/x"', ' REL="x"'],
}


@st.composite
def elements(draw: st.DrawFn, names: st.SearchStrategy[str], taken: set[str]) -> str:
    """An element; one that was there is seldom there again, and few have attributes that do not fit them."""
    odd = draw(st.integers(0, 24)) == 24
    name = draw(names)
    while name in taken and not odd:
        name = draw(st.sampled_from(["category", "enclosure"]))
    if name not in ("category", "enclosure", "atom:link"):
        taken.add(name)
    attributes = draw(ATTRIBUTES if odd else st.sampled_from(USUAL.get(name, [""])))
    return f"<{name}{attributes}>{draw(TEXTS)}</{name}>"


@st.composite
def items(draw: st.DrawFn) -> str:
    taken = set[str]()
    inner = [draw(elements(ITEM, taken)) for _ in range(draw(st.integers(0, 6)))]
    return f"<item>\n{''.join(inner)}</item>"


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """RSS, mostly plain."""
    spaces = dict(NAMESPACES)
    if draw(st.integers(0, 19)) == 19:  # a prefix that means something else
        spaces["dc"], spaces["media"] = spaces["media"], spaces["dc"]
    declared = "".join(f" xmlns:{prefix}='{uri}'" for prefix, uri in spaces.items())
    some = elements(CHANNEL, set())
    inner = draw(st.lists(st.one_of(some, some, items(), items(), PARTS), max_size=7))
    root = f"rss{draw(VERSIONS)}{declared}{draw(ROOTS)}"
    return f"<{root}><channel>{' '.join(inner)}</channel></rss>".encode()


def outcome(body: bytes) -> tuple[ParsedFeed, list[Entry]] | str:
    try:
        return xmlfeed._read(body, URL, 100, [])
    except ParseError as error:
        return str(error)


@settings(max_examples=1_500, deadline=None)
@given(documents())
def test_what_is_read_here_is_what_feedparser_says(body: bytes) -> None:
    if plainrss.read(body) is None:
        return
    here = outcome(body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plainrss, "read", lambda _: None)
        assert here == outcome(body)


PLAIN = (
    "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:x='https://example.org/x'><channel><title>T</title>"
    "<atom:link href='/f' rel='self' type='application/rss+xml'/><link>https://a.example/</link><ttl>30</ttl>"
    "<image><url>/i.png</url><title>I</title><link>/</link></image>HEAD<item><title>One</title><link>/1</link>"
    "<guid isPermaLink='false'>1</guid><description><![CDATA[<p>a</p>]]></description>"
    "<content:encoded>b &amp;amp; c</content:encoded><dc:creator>A</dc:creator>ITEM</item></channel></rss>"
)


def written(head: str = "", item: str = "") -> bytes:
    return PLAIN.replace("HEAD", head).replace("ITEM", item).encode()


def test_plain_rss_is_read_here() -> None:
    found = plainrss.read(written())
    assert found is not None
    assert (found.version, found.feed["title"], found.feed["ttl"]) == ("rss20", "T", "30")
    (entry,) = found.entries
    assert (entry.guid, entry.link, entry.title, entry.author) == ("1", "/1", "One", "A")
    assert (entry.summary, entry.content) == ("<p>a</p>", "b &amp; c")


@pytest.mark.parametrize(
    ("head", "item"),
    [
        ("<title>again</title>", ""),
        ("<x:own>y</x:own>", ""),
        ("<atom:link href='/p'/>", ""),
        ("<itunes xmlns='http://www.itunes.com/dtds/podcast-1.0.dtd'/>", ""),
        ("", "<title>again</title>"),
        ("", "<x:own>y</x:own>"),
        ("", "<category><b>in</b></category>"),
        ("", "<pubDate xml:lang='fr'>x</pubDate>"),
        ("", "<item/>"),
        ("<pubDate>Fri, 2006/19/15 08:19:53 EDT</pubDate>", ""),
        ("<lastBuildDate>Fri, 2006/19/15 08:19:53 EDT</lastBuildDate>", ""),
        ("", "<pubDate>Fri, 2006/19/15 08:19:53 EDT</pubDate>"),
        ("", "<dc:date>Fri, 2006/19/15 08:19:53 EDT</dc:date>"),
        ("", "<atom:updated>Fri, 2006/19/15 08:19:53 EDT</atom:updated>"),
    ],
)
def test_what_is_otherwise_is_left_to_feedparser(head: str, item: str) -> None:
    assert plainrss.read(written(head, item)) is None


@pytest.mark.parametrize(
    "body", [b"", b"<rss>", b"<feed xmlns='http://www.w3.org/2005/Atom'/>", b"<x:rss/>", b"<rss/>x"]
)
def test_what_is_no_plain_rss_is_left_to_feedparser(body: bytes) -> None:
    assert plainrss.read(body) is None
