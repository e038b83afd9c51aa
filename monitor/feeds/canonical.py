"""One spelling for all the ways in which feeds link to the same page, so that it is stored once."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, url_query_cleaner

MAX_URL: Final = 2_000

#: Query parameters that say where the reader came from, never which page it is.
TRACKING: Final = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "ttclid", "igshid",
    "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "vero_id", "vero_conv", "oly_anon_id",
    "oly_enc_id", "rb_clickid", "s_cid", "wickedid", "ncid", "cmpid", "cmp", "ocid", "ito", "xtor", "smid", "smtyp",
    "partner", "taid", "feedtype", "feedname", "rss_id", "guccounter", "guce_referrer", "guce_referrer_sig",
    "ref_src", "ref_url", "spm", "src_trk", "srnd", "sref", "traffic_source", "soc_src", "soc_trk", "_ga", "_gl",
})  # fmt: skip
TRACKING_PREFIXES: Final = ("utm_", "at_", "pk_", "mtm_", "piwik_", "hsa_", "trk_", "ns_", "__twitter_", "__source")

_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def absolute(link: str | None, base: str) -> str | None:
    """The http or https address that a link means on a page at `base`, or None (a script, a mail address, nonsense)."""
    cleaned = "".join((link or "").split()) if "\n" in (link or "") else (link or "").strip()
    if not cleaned or len(cleaned) > MAX_URL:
        return None
    try:
        url = urljoin(base, cleaned)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "\\" in parts.netloc:
            return None
        _ = parts.port
    except ValueError:
        return None
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in url):
        return url.replace(" ", "%20") if not any(ord(c) < 0x20 or ord(c) == 0x7F for c in url) else None
    return url


def canonical(url: str) -> str:
    """The key by which a page is known: https, no `www.`, no fragment, no tracking, parameters in order.

    It is for comparing, not for visiting. A URL that cannot be read comes back as it is.
    """
    try:
        stripped = url_query_cleaner(url, _tracking(url), remove=True, keep_fragments=False)
        parts = urlsplit(canonicalize_url(stripped, keep_blank_values=True))
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except (ValueError, UnicodeError):
        return url
    path = _INDEX.sub("/", parts.path).rstrip("/") or "/"
    return urlunsplit(("https", f"[{host}]{port}" if ":" in host else host + port, path, parts.query, ""))


def _tracking(url: str) -> list[str]:
    """The names of the tracking parameters that stand in this URL."""
    names = {pair.partition("=")[0] for pair in urlsplit(url).query.split("&")}
    return [name for name in names if name.lower() in TRACKING or name.lower().startswith(TRACKING_PREFIXES)]
