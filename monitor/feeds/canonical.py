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

#: Links are often broken over lines; other controls and lone surrogates are nobody's address.
_BREAKS = re.compile(r"[\r\n\t]+\s*")
_IMPOSSIBLE = re.compile("[\x00-\x20\x7f\ud800-\udfff]")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def absolute(link: str | None, base: str) -> str | None:
    """The http or https address that a link means on a page at `base`, or None (a script, a mail address, nonsense)."""
    written = _BREAKS.sub("", link or "").strip()
    if not written or len(written) > MAX_URL:
        return None
    try:
        url = urljoin(base, written).replace(" ", "%20")
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or _IMPOSSIBLE.search(url) or "\\" in parts.netloc:
        return None
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
