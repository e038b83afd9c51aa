"""Bytes to text, for documents whose declared encoding may be missing or wrong."""

from __future__ import annotations

import codecs
import re
from typing import Final

#: Encodings that feeds are written in, as Python's codecs name them. Others (unicode_escape, punycode, utf-7) are
#: never looked up: some are slow by design, some decode to something else than what a browser would show.
KNOWN: Final = re.compile(
    r"utf-8|ascii|iso8859-\d+|cp\d+|windows-\d+|koi8-[rut]|mac-\w+|tis-620|big5|big5hkscs|gb2312|gbk|gb18030|hz"
    r"|euc_\w+|shift_jis\w*|iso2022_\w+|johab|utf-16(-le|-be)?|utf-32(-le|-be)?|kz1048|ptcp154"
)
#: What a label means in practice: the superset that browsers decode it as (WHATWG Encoding Standard).
SUPERSETS: Final = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "tis-620": "cp874", "big5": "big5hkscs",
}  # fmt: skip
BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
#: How "<" or "{" and the character after it look without a byte order mark (XML 1.0, appendix F).
SHAPES: Final = (
    (re.compile(rb"\x00\x00\x00[<{]"), "utf-32-be"), (re.compile(rb"[<{]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00[<{]\x00[^\x00]"), "utf-16-be"), (re.compile(rb"[<{]\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)  # fmt: skip
#: Single-byte encodings decode anything, so that their label proves nothing.
SINGLE_BYTE: Final = re.compile(r"cp125\d|iso8859-\d+|cp874|koi8-\w+|mac-\w+")

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)

#: A byte beyond ASCII that stands alone, as accented letters of Western text mostly do.
_ALONE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
#: Pairs of bytes, and those of them that are common characters (level 1 of the standards). Cyrillic or Greek text that
#: is misread as Chinese falls on rare ones.
_GB = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]"), re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_BIG5 = re.compile(rb"[\xa4-\xf9][\x40-\x7e\xa1-\xfe]"), re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KANA = re.compile("[\u3041-\u30fe]")
_HAN = re.compile("[\u4e00-\u9fff]")
#: Hangul, kana, Han and their punctuation: what decoded East Asian text consists of.
_EAST_ASIAN = re.compile("[\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffe6]")


#: Without one of these no ASCII means anything else (ISO 2022, RFC 1468 and 1557; HZ, RFC 1843).
_SHIFTS: Final = (b"\x1b", b"\x0e", b"\x0f", b"~")


def decode(body: bytes, content_type: str | None) -> tuple[str, str]:
    """The text of a body and a note, empty unless the declared encoding was not the one that fits.

    A byte order mark wins, then valid UTF-8, then what the document declares, then what HTTP says, then a guess.
    Never fails: what cannot be decoded becomes U+FFFD.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), ""
    for shape, name in SHAPES:
        if shape.match(body):
            return body.decode(name, "replace"), ""
    if body.isascii():
        if not any(one in body for one in _SHIFTS):
            return body.decode("ascii"), ""
        labels = declared(body, content_type)
        sniffed = "iso2022_kr" if b"\x1b$)C" in body else "iso2022_jp" if b"\x1b$" in body else "ascii"
        return body.decode(
            next((name for name in labels if name.startswith(("iso2022", "hz"))), sniffed), "replace"
        ), ""
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _not_utf8(body, declared(body, content_type))


def declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that the document and the HTTP header claim, as codec names, the document's first."""
    found = _DECLARED.search(body[:1024])
    claims = [found.group(1).decode("ascii")] if found else []
    claims += _CHARSET.findall(content_type or "")[:1]
    return [name for name in map(codec, claims) if name]


def codec(label: str) -> str | None:
    """The codec for an encoding label, its superset where browsers use that, or None for one not known."""
    try:
        name = codecs.lookup(label.strip().lower().replace("ks_c_5601-1987", "cp949").replace("x-", "")).name
    except (LookupError, ValueError):
        return None
    return SUPERSETS.get(name, name) if KNOWN.fullmatch(name) else None


def _not_utf8(body: bytes, labels: list[str]) -> tuple[str, str]:
    if damaged := _damaged_utf8(body):
        return damaged, "a few bytes are not valid UTF-8"
    for name in labels:
        if not SINGLE_BYTE.fullmatch(name) and not name.startswith("utf"):
            text = _strict(body, name)
            if text is not None:
                return text, ""
    guess = _guess(body)
    single = next((name for name in labels if SINGLE_BYTE.fullmatch(name)), None)
    if guess is None:
        name = single or "cp1252"
        return body.decode(name, "replace"), "" if single else f"the encoding is not as declared; read as {name}"
    text = _strict(body, guess)
    return text if text is not None else body.decode(guess, "replace"), f"not in the declared encoding; read as {guess}"


def _strict(body: bytes, name: str) -> str | None:
    """The whole text, allowing one broken character at the very end, where a transfer broke off."""
    for cut in (0, 1, 2, 3):
        try:
            return body[: len(body) - cut].decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _damaged_utf8(body: bytes) -> str | None:
    """The text where it is UTF-8 with little damage, otherwise None. Other encodings yield hardly a valid sequence."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = _beyond_ascii(text) - bad
    return text if good > 0 and bad <= max(2, good // 10) and good > bad else None


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _guess(body: bytes) -> str | None:
    """The East Asian encoding that the bytes decode to plausibly, or None."""
    sample = body[:200_000]
    high = sum(1 for byte in sample if byte > 0x7F)
    if len(_ALONE.findall(sample)) > high * 0.3:
        return None
    best: tuple[float, str] | None = None
    for name in ("cp949", "euc_jp", "cp932", "gb18030", "big5hkscs"):
        score = _likeness(sample, name)
        if best is None or score > best[0]:
            best = (score, name)
    return best[1] if best and best[0] > 0.5 else None


def _likeness(sample: bytes, name: str) -> float:
    """How much the bytes look like text of that encoding's language: 0 not at all, 1 and more surely."""
    text = sample.decode(name, "replace")
    beyond = _beyond_ascii(text)
    if beyond < 4 or text.count("\ufffd") > beyond // 50 + 1 or len(_EAST_ASIAN.findall(text)) < 0.9 * beyond:
        return 0
    if name == "cp949":
        return len(_HANGUL.findall(text)) / beyond * 1.2
    if name in ("euc_jp", "cp932"):
        return len(_KANA.findall(text)) / beyond * 2.5
    pairs, common = _GB if name == "gb18030" else _BIG5
    return len(_HAN.findall(text)) / beyond * len(common.findall(sample)) / max(1, len(pairs.findall(sample)))
