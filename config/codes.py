"""The codes that a configuration may name: jurisdictions (ISO 3166-1 alpha-2, the EU, blocs, WORLD) and scopes.

Plain data, so that checking a code needs no file. Names and demonyms live in `defaults/jurisdictions.yaml`.
"""

from __future__ import annotations

from config.problems import did_you_mean
from config.words import WORLD

_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
#: ISO 3166-1 alpha-2, the officially assigned elements.
COUNTRIES = frozenset(_COUNTRIES.split())
#: Parties that are no country: the EU, and the blocs that bargain as one.
BLOCS = frozenset({"EU", "EFTA", "MERCOSUR", "GCC", "ASEAN"})
JURISDICTIONS = COUNTRIES | BLOCS

_SCOPES = """
    all autos auto_parts trucks steel aluminum copper semiconductors pharmaceuticals lumber furniture aircraft
    agriculture rice beef dairy soybeans seafood alcohol energy lng oil nuclear shipbuilding critical_minerals
    batteries ev electronics machinery textiles footwear toys chemicals solar films ai quantum defense infrastructure
    industrial_goods watches gold transshipment other until_recovery after_recovery
"""
#: What a term can be about; the last two only for a profit share.
SCOPES = frozenset(_SCOPES.split())

#: What people write instead of the code.
OTHER_WORDS = {
    "UK": "GB", "ENGLAND": "GB", "BRITAIN": "GB", "UNITED KINGDOM": "GB", "GBR": "GB",
    "USA": "US", "U.S.": "US", "AMERICA": "US", "UNITED STATES": "US",
    "KOREA": "KR", "SOUTH KOREA": "KR", "KOR": "KR", "ROK": "KR",
    "JAPAN": "JP", "JPN": "JP", "JA": "JP",
    "CHINA": "CN", "CHN": "CN", "PRC": "CN",
    "EUROPE": "EU", "EUROPEAN UNION": "EU", "EL": "GR", "GREECE": "GR",
    "GERMANY": "DE", "DEU": "DE", "GER": "DE", "FRANCE": "FR", "FRA": "FR", "ITALY": "IT", "ITA": "IT",
    "SPAIN": "ES", "ESP": "ES", "IRELAND": "IE", "IRL": "IE", "NETHERLANDS": "NL", "NLD": "NL",
    "SWITZERLAND": "CH", "CHE": "CH", "SUI": "CH", "SWISS": "CH", "NORWAY": "NO", "NOR": "NO",
    "TAIWAN": "TW", "TWN": "TW", "INDIA": "IN", "IND": "IN", "CANADA": "CA", "CAN": "CA", "MEXICO": "MX", "MEX": "MX",
    "BRAZIL": "BR", "BRA": "BR", "VIETNAM": "VN", "VNM": "VN", "INDONESIA": "ID", "IDN": "ID", "THAILAND": "TH",
    "MALAYSIA": "MY", "PHILIPPINES": "PH", "SINGAPORE": "SG", "AUSTRALIA": "AU", "AUS": "AU", "NEW ZEALAND": "NZ",
    "SOUTH AFRICA": "ZA", "TURKEY": "TR", "RUSSIA": "RU", "UKRAINE": "UA", "ISRAEL": "IL", "ARGENTINA": "AR",
    "SAUDI ARABIA": "SA", "UAE": "AE", "QATAR": "QA", "HONG KONG": "HK", "CAMBODIA": "KH", "BANGLADESH": "BD",
    "ALL": "WORLD", "GLOBAL": "WORLD", "ANY": "WORLD",
}  # fmt: skip


def code_hint(text: str) -> str:
    """What to write instead of an unknown code: `write GB` for "UK", else where the codes come from."""
    plain = " ".join(text.upper().replace("_", " ").split())
    if plain in JURISDICTIONS or plain == WORLD:
        return f"write {plain}"
    if plain in OTHER_WORDS:
        return f"write {OTHER_WORDS[plain]}"
    close = did_you_mean(plain, (*BLOCS, *OTHER_WORDS, WORLD), cutoff=0.8) if len(plain) > 3 else ""
    return close or "codes are ISO 3166-1 alpha-2 (US, KR, GB), EU, EFTA, MERCOSUR, GCC, ASEAN"


def deal(first: str, second: str) -> str:
    """The pair in its one order, as the ledger writes it: the US first, WORLD last, else by the alphabet."""
    return "-".join(sorted((first, second), key=lambda code: (code == WORLD, code != "US", code)))
