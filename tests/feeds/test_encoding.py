"""Documents in the encodings of the world, labelled rightly, wrongly and not at all."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.encoding import codec, decode
from monitor.feeds.parse import parse

TEXTS = {
    "ko": "미국은 한국산 자동차에 대한 관세를 25%에서 15%로 인하하기로 합의했다. 양국은 3500억 달러 투자에 합의했다.",
    "ja": "米国は日本車の関税を15％に引き下げることで合意した。日本は5500億ドルを投資する。",
    "zh": "美国同意将对华关税从百分之三十降低到百分之十，中国将购买更多大豆。双方将继续谈判。",
    "tw": "美國同意將對台關稅從百分之三十二降低到百分之二十，台灣將增加對美投資，雙方將繼續談判。",
    "fr": "Les États-Unis ont décidé de réduire les droits de douane à 15 % pour l’Europe. Où ça ? À Genève, bientôt.",
    "de": "Die Zölle für Autos werden gesenkt, erklärte die Präsidentin. Größere Änderungen folgen später.",
    "ru": "США снизили пошлины на автомобили до 15 процентов.",
    "el": "Οι Ηνωμένες Πολιτείες μείωσαν τους δασμούς στα αυτοκίνητα",
}
MULTI = [
    ("ko", "euc-kr"),
    ("ja", "shift_jis"),
    ("ja", "euc-jp"),
    ("ja", "iso-2022-jp"),
    ("zh", "gb18030"),
    ("zh", "gb2312"),
    ("tw", "big5"),
]
SINGLE = [
    ("fr", "windows-1252"),
    ("de", "iso-8859-1"),
    ("de", "iso-8859-15"),
    ("ru", "windows-1251"),
    ("ru", "koi8-r"),
    ("el", "iso-8859-7"),
]


def document(language: str, encoding: str, declared: str | None) -> bytes:
    label = f' encoding="{declared}"' if declared else ""
    body = f"<channel><item><title>{TEXTS[language]}</title></item></channel>"
    return f'<?xml version="1.0"{label}?><rss version="2.0">{body}</rss>'.encode(encoding)


def title(body: bytes, content_type: str | None = None) -> str:
    return parse(body, "https://a.example/", content_type).entries[0].title


@pytest.mark.parametrize(("language", "encoding"), MULTI + SINGLE)
def test_as_declared_by_the_document(language: str, encoding: str) -> None:
    assert title(document(language, encoding, encoding)) == TEXTS[language]


@pytest.mark.parametrize(("language", "encoding"), MULTI + SINGLE)
def test_as_declared_by_http(language: str, encoding: str) -> None:
    assert title(document(language, encoding, None), f"text/xml; charset={encoding}") == TEXTS[language]


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "us-ascii", "nonsense", None])
@pytest.mark.parametrize(("language", "encoding"), MULTI)
def test_east_asian_text_under_a_wrong_label(language: str, encoding: str, declared: str | None) -> None:
    assert title(document(language, encoding, declared)) == TEXTS[language]


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", None])
@pytest.mark.parametrize(("language", "encoding"), [("fr", "windows-1252"), ("de", "iso-8859-1")])
def test_western_text_under_a_wrong_label(language: str, encoding: str, declared: str | None) -> None:
    assert title(document(language, encoding, declared)) == TEXTS[language]


@pytest.mark.parametrize("declared", ["iso-8859-1", "euc-kr", "shift_jis", "utf-16", "us-ascii"])
@pytest.mark.parametrize("language", TEXTS)
def test_utf8_under_a_wrong_label(language: str, declared: str) -> None:
    assert title(document(language, "utf-8", declared), f"text/xml; charset={declared}") == TEXTS[language]


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
)
@pytest.mark.parametrize("declared", ["utf-16", "utf-8", "euc-kr", None])
def test_wide_encodings_with_and_without_a_mark(encoding: str, declared: str | None) -> None:
    assert title(document("ko", encoding, declared)) == TEXTS["ko"]


def test_a_few_damaged_bytes_do_not_turn_the_rest_into_noise() -> None:
    body = document("ko", "utf-8", "utf-8").replace("미국은".encode(), "미국".encode() + b"\xec\x9d")
    text, note = decode(body, None)
    assert TEXTS["ko"][4:] in text
    assert "not valid UTF-8" in note


def test_a_multi_byte_document_that_breaks_off_within_a_character() -> None:
    body = document("ko", "euc-kr", "euc-kr")
    cut = body[: body.index("합의했다".encode("euc-kr")) + 1]
    assert TEXTS["ko"][:20] in decode(cut, None)[0]


@pytest.mark.parametrize(
    "label", ["unicode_escape", "punycode", "idna", "utf-7", "rot13", "zip", "undefined", "mbcs", "", "x" * 999, "\0"]
)
def test_labels_that_are_never_looked_up(label: str) -> None:
    assert codec(label) is None


@pytest.mark.parametrize(
    ("label", "name"),
    [("GB2312", "gb18030"), ("x-sjis", "cp932"), ("ks_c_5601-1987", "cp949"), ("latin1", "cp1252"), ("UTF8", "utf-8")],
)
def test_labels_mean_what_browsers_make_of_them(label: str, name: str) -> None:
    assert codec(label) == name


@given(st.binary(max_size=200), st.none() | st.text(max_size=30))
def test_anything_is_decoded(body: bytes, content_type: str | None) -> None:
    text, note = decode(body, content_type)
    assert isinstance(text, str)
    assert isinstance(note, str)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_utf8_is_always_read_as_it_is(text: str) -> None:
    body = ("<rss>" + text).encode()
    if body.isascii() and "\x1b$" in text:
        return
    assert decode(body, "text/xml; charset=iso-8859-1")[0] == "<rss>" + text
    assert decode(codecs.BOM_UTF8 + body, None)[0] == "<rss>" + text
