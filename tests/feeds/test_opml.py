"""OPML in and out: folders are tags, the same list twice changes nothing, and nothing in it is trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Feed
from monitor.feeds.merging import Known, free_name, merge
from monitor.feeds.opml import OpmlError, read, write

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.1"><head><title>mine</title></head><body>
  <outline text="Asia"><outline title="Korea">
    <outline type="rss" text="Yonhap &amp; co" xmlUrl="https://yna.example/rss" htmlUrl="https://yna.example/"
      language="en_US"/>
    <outline text="MOTIE" XMLURL="feed://motie.example/rss.xml" category="/official/kr, steel"/>
  </outline></outline>
  <outline text="Yonhap" xmlUrl="http://www.yna.example/rss/" category="wire"/>
  <outline text="old" type="rss" url="https://old.example/rdf"/>
  <outline text="bad" xmlUrl="gopher://x.example/"/>
  <outline text="a list of lists" type="include" url="https://lists.example/other.opml"/>
  <outline text="English" xmlUrl="https://e.example/f" language="English" htmlUrl="nonsense"/>
</body></opml>"""


def taken(text: str | bytes, known: Any = (), **defaults: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    body = text.encode() if isinstance(text, str) else text
    steps = merge(read(body), known, defaults)
    return [(one.act, one.feed.name if one.feed else one.why, one.feed.tags if one.feed else ()) for one in steps]


def test_a_list_of_another_reader() -> None:
    assert taken(LIST, tags=("new",)) == [
        ("add", "Yonhap & co", ("Asia", "Korea", "wire", "new")),
        ("add", "MOTIE", ("Asia", "Korea", "official", "kr", "steel", "new")),
        ("add", "old", ("new",)),
        ("refused", '"gopher://x.example/" is no web address: use http:// or https://', ()),
        ("add", "English", ("new",)),
    ]
    steps = merge(read(LIST.encode()), (), {"country": "KR", "tier": 2})
    first = steps[0].feed
    assert first is not None
    assert (first.country, first.tier, first.language, first.site) == ("KR", 2, "en-US", "https://yna.example/")
    assert steps[1].feed is not None and steps[1].feed.url == "https://motie.example/rss.xml"
    assert steps[4].feed is not None and (steps[4].feed.language, steps[4].feed.site) == ("en", None)
    assert steps[3].outline.line == 10


def test_what_is_there_only_gets_tags_and_the_owners_files_win() -> None:
    mine = Feed(name="Mine", url="https://yna.example/rss/", tags=("x",))
    own = Feed(name="Own", url="https://www.motie.example/rss.xml")
    got = taken(LIST, [Known(mine, own=False), Known(own, own=True)])
    assert got[:2] == [("tag", "Mine", ("x", "Asia", "Korea", "wire")), ("own", "Own", ())]
    again = [Known(step.feed, own=step.act == "own") for step in merge(read(LIST.encode()), [
        Known(mine, own=False), Known(own, own=True)], {}) if step.feed]  # fmt: skip
    assert {act for act, _, _ in taken(LIST, again)} == {"same", "own", "refused"}


def test_names_stay_apart() -> None:
    text = (
        "<opml><body>"
        + "".join(f"<outline text='News' xmlUrl='https://{n}.example/'/>" for n in "abb")
        + "</body></opml>"
    )
    assert [name for _, name, _ in taken(text)] == ["News", "News (b.example)"]
    assert free_name("", "https://www.x.example/f", ["x.example"]) == "x.example (x.example)"
    assert free_name("N", "https://x.example/", ["N", "N (x.example)"]) == "N (x.example) 2"


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
names = words.filter(bool)
feeds = st.builds(
    Feed,
    name=names.filter(lambda text: text.isprintable()),
    url=st.integers(0, 10**9).map(lambda n: f"https://h{n}.example/f?a=1&b={n}"),
    country=st.sampled_from([None, "KR", "EU"]),
    tier=st.integers(1, 3),
    kind=st.sampled_from(["wire", "other"]),
    interval=st.sampled_from([None, timedelta(minutes=30)]),
    language=st.sampled_from(["en", "ko"]),
    about=words.filter(lambda text: text.isprintable()),
    full_text=st.booleans(),
    tags=st.lists(names, max_size=3, unique=True).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(feeds, max_size=6, unique_by=(lambda one: one.name, lambda one: one.url)))
def test_what_goes_out_comes_back_and_goes_out_the_same(many: list[Feed]) -> None:
    body = write(many)
    steps = merge(read(body), (), {})
    back = [step.feed for step in steps if step.feed]
    assert sorted(back, key=lambda one: one.name) == sorted(many, key=lambda one: one.name)
    assert write(back) == body
    assert {step.act for step in merge(read(body), [Known(one, own=False) for one in many], {})} <= {"same"}


def test_a_login_is_not_given_away() -> None:
    feed = Feed.model_validate({"name": "A", "url": "https://a.example/", "login": {"token": "env:MY_TOKEN"}})
    assert b"MY_TOKEN" not in write([feed])


BOMB = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 40)) + "]>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<rss version='2.0'><channel/></rss>", "is no OPML"),
        (b"<!DOCTYPE html><html><body>no", "is no OPML"),
        (b"\x00\x01\x02\xff", "is no XML"),
        (b"plain text", "is no XML"),
        (BOMB.encode() + b"<opml><body><outline text='&a39;'/></body></opml>", "declares entities"),
        (b"<!DOCTYPE o [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><opml><body>&x;</body></opml>", "declares entities"),
        (BOMB.encode("utf-16") + b"", "declares entities"),
    ],
)
def test_what_is_no_list_is_told(body: bytes, said: str) -> None:
    with pytest.raises(OpmlError, match=said):
        read(body)


def test_an_outside_dtd_is_not_fetched_and_broken_lists_give_what_they_have() -> None:
    text = "<!DOCTYPE opml SYSTEM 'http://127.0.0.1:9/x.dtd'><opml><body><outline text='A' xmlUrl='https://a.example/'>"
    assert taken(text) == [("add", "A", ())]
    deep = "<outline text='f'>" * 300 + "<outline xmlUrl='https://a.example/'/>" + "</outline>" * 300
    assert taken(f"<opml><body>{deep}</body></opml>") == []


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(LIST)))
def test_any_bytes(noise: bytes, at: int) -> None:
    body = LIST.encode()
    for one in (noise, body[:at] + noise + body[at:], body[:at]):
        try:
            steps = merge(read(one), (), {})
        except OpmlError:
            continue
        assert all(step.act in ("add", "refused") for step in steps)
