"""What the wording around a jurisdiction makes of it: whose goods are charged, and who charges. Shallow grammar."""

from __future__ import annotations

from collections.abc import Mapping

from config.words import WORLD
from monitor.reading.analysis import Analysis, Place

#: Whose goods bear a rate: "Korean cars", "imports from Korea", "Korea pays".
ORIGIN = "o"
#: Whose rate it is: "US duties", "Washington imposed", "entering China".
LEVIER = "l"
#: The rate is told as a jurisdiction's own, on either side of it: "Japan's rate", "China's goes to".
OWN = "a"
#: No role that the words tell.
NONE = "n"

#: How many tokens a noun phrase may go on behind the place that opens it: "U.S. agricultural and industrial goods".
PHRASE = 5
#: Kinds of mention that a rate can be for.
TRADERS = frozenset(("name", "bloc", "place"))
#: What ends a noun phrase that a place opens.
OPENERS = frozenset(("<place>", "<figure>", "<date>", "<firm>"))
#: Classes of verbs by which one acts on a rate.
LEVYING = frozenset(("impose", "cut", "raise"))
#: Classes of words that lead to a place as a preposition does.
LEADING = frozenset(("source", "destination", "from_word", "to_word", "on_word", "by_word"))
#: Marks that close a noun phrase.
MARKS = frozenset({",", ";", ":", ".", "(", ")", "—", "–", "-", "!", "?", '"', "“", "”"})


def place_roles(a: Analysis) -> tuple[str, ...]:
    """The role of each of `a.places`, in their order."""
    return a.derived(_place_roles)


def votes(a: Analysis) -> Mapping[str, tuple[int, int]]:
    """(levies, bears) by code: how often the wording of the article casts each as the one side and as the other."""
    return a.derived(_votes)


def roles_in(a: Analysis, sentence: int) -> Mapping[str, str]:
    """By code the role that a sentence gives each place it names; 0 is the title."""
    return a.derived(_roles_by_sentence).get(sentence, {})


def _place_roles(a: Analysis) -> tuple[str, ...]:
    known: dict[int, str] = {}
    out = []
    for p in a.places:
        if p.list_first not in known:
            known[p.list_first] = _role(a, p)
        out.append(known[p.list_first])
    return tuple(out)


def _votes(a: Analysis) -> Mapping[str, tuple[int, int]]:
    out: dict[str, tuple[int, int]] = {}
    for p, role in zip(a.places, place_roles(a), strict=True):
        levies, bears = out.get(p.code, (0, 0))
        out[p.code] = (levies + (role == LEVIER), bears + (role == ORIGIN))
    return out


def _roles_by_sentence(a: Analysis) -> Mapping[int, Mapping[str, str]]:
    out: dict[int, dict[str, str]] = {}
    for place, role in zip(a.places, place_roles(a), strict=True):
        roles = out.setdefault(a.doc.sentence_of[place.first], {})
        if roles.get(place.code, NONE) == NONE:
            roles[place.code] = role
    return out


def _cast_in(a: Analysis) -> list[list[tuple[Place, str]]]:
    """For each sentence the places that it names with their roles."""
    return a.by_sentence(zip(a.places, place_roles(a), strict=True), lambda pair: pair[0].first)


def _role(a: Analysis, p: Place) -> str:
    begin, end = a.doc.sentences[a.doc.sentence_of[p.first]]
    if p.kind == "group":
        return NONE
    k = p.list_first - 1
    while k >= begin and a.doc.tokens[k].norm in a.grammar.determiners:
        k -= 1
    led = k >= begin and (a.doc.tokens[k].norm in a.grammar.prepositions or not LEADING.isdisjoint(a.classes[k]))
    return _headed(a, p, end, led) or _led(a, p, begin, k) or NONE


def _headed(a: Analysis, p: Place, end: int, led: bool) -> str | None:
    """By the noun that the place qualifies and the verb it is the subject of (never where `led` by a preposition).

    "Korean cars", "US auto tariffs", "Japan's rate", "Washington will impose", "Korea's carmakers would be charged".
    """
    head = verb = None
    possessive, passive, acting, words = p.possessive, False, False, 0
    qualifies = p.kind in ("name", "adjective", "bloc") or possessive
    for k in range(p.list_last, min(end, p.list_last + PHRASE)):
        norm, classes, shape = a.doc.tokens[k].norm, a.classes[k], a.shapes[k]
        if norm in ("'s", "'"):
            possessive = qualifies = True
        elif _closes(a, k):
            break
        elif norm in a.grammar.auxiliaries:
            passive, acting = norm in a.grammar.passives, True
        elif "entry" in classes and qualifies:
            head = "entry"
        elif not passive and qualifies and "tariff" in classes:
            head = "tariff"
        elif not passive and qualifies and "rate" in classes and "impose" not in classes:
            head = "rate"
        elif not passive and qualifies and (shape == "<scope>" or "goods" in classes):
            head = "goods"
        elif "bear" in classes:
            verb = "bear"
            break
        elif k in a.removals or not LEVYING.isdisjoint(classes):
            verb = "bear" if passive and not norm.endswith(a.grammar.active_endings) else "levy"
            break
        elif norm not in a.grammar.adverbs and norm not in a.grammar.relatives:
            if acting:
                break
            words += head is None and norm not in a.grammar.owns
    return _judged(p, head, None if led else verb, possessive, words)


def _closes(a: Analysis, k: int) -> bool:
    """Whether a token ends the noun phrase that a place opens: a mark, a preposition, another thing named."""
    norm = a.doc.tokens[k].norm
    small = norm in a.grammar.determiners or (norm in a.grammar.prepositions and norm not in a.grammar.adverbs)
    return small or norm in MARKS or a.shapes[k] in OPENERS


def _judged(p: Place, head: str | None, verb: str | None, possessive: bool, words: int) -> str | None:
    """The role that a head noun and a verb give, if any; `words` others stood between the place and them."""
    trades = p.kind not in ("body", "person", "firm")
    if head == "goods":
        return ORIGIN if trades else None
    if head == "entry":
        return LEVIER
    if verb == "bear" and head is None:
        return ORIGIN if trades else None
    if head == "tariff":
        return OWN if possessive else LEVIER
    if head == "rate":
        return OWN
    if verb == "levy":
        return LEVIER if p.kind != "firm" else None
    return OWN if possessive and not words and trades and p.kind != "capital" else None


def _led(a: Analysis, p: Place, begin: int, k: int) -> str | None:
    """By the words before the place, up to token k: "imports from Korea", "tariffs on Korea", "entering China"."""
    if k < begin:
        return None
    here, norm = a.classes[k], a.doc.tokens[k].norm
    near = {name for j in range(max(begin, k - 1), k + 1) for name in a.classes[j]}
    prior = {name for j in range(max(begin, k - 4), k + 1) for name in a.classes[j]}
    figure = any(a.shapes[j] == "<figure>" for j in range(max(begin, k - 3), k))
    trades = p.kind in TRADERS
    if "reason" in near or ("negation" in prior and "source" in here):
        return None
    if "destination" in here or ("to_word" in here and prior & {"destination", "goods"}):
        return LEVIER if p.kind != "adjective" else None
    if "source" in here or "from_word" in here or ("goods" in near and norm in a.grammar.genitives):
        return ORIGIN if p.kind not in ("body", "person", "firm") else None
    if "by_word" in here:
        return LEVIER if prior & {"tariff", "rate", "impose", "ordered"} else None
    if norm in a.grammar.benefits and trades:
        return ORIGIN if figure or prior & {"tariff", "rate", "impose"} else None
    if norm in a.grammar.locatives and trades:
        return LEVIER if figure else None
    if "impose" in here and trades and norm not in a.grammar.prepositions:
        return ORIGIN  # "charge India 50%", "hit Brazil with"
    return None


#: Tokens that a clause does not reach across.
STOPS = frozenset({";", ":", "(", ")", "—", "."})
#: A place right beside its figure: "Taiwan 32%", "32% for Taiwan".
BOUND = "b"
#: The figure is its own, right behind it: "Brazil's 18%".
OWNED = "p"
#: It heads the sentence: "New Zealand (December 2025): Wellington does away with".
HEADING = "h"
#: The sentence speaks of all countries, beside the figure.
EVERYONE = "w"
#: Not in the sentence.
ABSENT = "-"


def evidence(a: Analysis, first: int, last: int, begin: int, end: int) -> Mapping[str, str]:
    """What the sentence makes of each code that it names, seen from the figure at tokens first to last.

    A letter a code: the role of its nearest telling mention (`ORIGIN`, `LEVIER`, `OWN`, `NONE`), `BOUND` where it
    stands right beside the figure; upper case where another figure or a strong mark stands between.
    """
    known = a.derived(_evidences)
    if (first, last) not in known:
        known[first, last] = _evidence(a, first, last, begin, end)
    return known[first, last]


def _evidences(_: Analysis) -> dict[tuple[int, int], Mapping[str, str]]:
    """What was found so far, by the tokens of the figure: single codes and pairs of them ask for the same."""
    return {}


def _evidence(a: Analysis, first: int, last: int, begin: int, end: int) -> Mapping[str, str]:
    figures = [k for k in range(begin, end) if a.shapes[k] == "<figure>"]
    stops = [k for k in range(begin, end) if a.doc.tokens[k].norm in STOPS]
    best: dict[str, tuple[int, str]] = {}
    for p, role in a.derived(_cast_in)[a.doc.sentence_of[begin]]:
        if first <= p.first < last:
            continue
        before = p.list_last <= first
        low, high = (p.list_last, first) if before else (last, p.list_first)
        apart = any(low <= k < high for k in stops)
        beyond = any(low <= k < high for k in figures)
        if p.list_first == begin and role == NONE and _heads(a, p, end):
            weight, letter = 1, HEADING
        elif role != LEVIER and not beyond and a.shapes[first] == "<figure>" and _bound(a, p, low, high, before):
            weight, letter = 0, OWNED if p.possessive else BOUND
        else:
            beyond = beyond or (role != LEVIER and _taken(a, p, begin, end, before))
            weight = 1 + (role == NONE) + 2 * apart + 3 * beyond
            letter = role.upper() if apart or beyond else role
        rank = weight * 1000 + high - low
        if p.code not in best or rank < best[p.code][0]:
            best[p.code] = (rank, letter)
    out = {code: letter for code, (_, letter) in best.items()}
    low, high = max([begin, *(k for k in figures if k < first)]), min([end, *(k for k in figures if k >= last)])
    if any("everyone" in a.classes[k] for k in range(low, high)):
        out[WORLD] = EVERYONE
    return out


def _heads(a: Analysis, p: Place, end: int) -> bool:
    """Whether a colon follows a place, at once or behind a note in brackets."""
    k = p.list_last
    if k < end and a.doc.tokens[k].norm == "(":
        k = next((j + 1 for j in range(k, min(end, k + 8)) if a.doc.tokens[j].norm == ")"), end)
    return k < end and a.doc.tokens[k].norm == ":" and a.shapes[k + 1 : k + 2] != ["<figure>"]


def _taken(a: Analysis, p: Place, begin: int, end: int, before: bool) -> bool:
    """Whether a place belongs to another figure, which stands right beside it on its other side."""
    if before:
        behind = range(p.list_first - 1, max(begin, p.list_first - 4), -1)
        at = next((k for k in behind if a.shapes[k] == "<figure>"), None)
        return at is not None and _bound(a, p, at + 1, p.list_first, False)
    ahead = range(p.list_last, min(end, p.list_last + 3))
    at = next((k for k in ahead if a.shapes[k] == "<figure>"), None)
    return at is not None and _bound(a, p, p.list_last, at, True)


def _ahead(a: Analysis, p: Place) -> bool:
    """Whether a place belongs to the figure before it: "46% for Vietnam, 32% for Taiwan"."""
    k = p.list_first - 1
    return k > 0 and a.doc.tokens[k].norm in a.grammar.benefits and a.shapes[k - 1] == "<figure>"


def _bound(a: Analysis, p: Place, low: int, high: int, before: bool) -> bool:
    """Whether a place stands right beside its figure: "on China 34%", "VIETNAM: 20%", "32% for Taiwan"."""
    if high - low > 2 or p.kind in ("body", "person", "capital", "firm", "group"):
        return False
    between = [a.doc.tokens[k].norm for k in range(low, high)]
    if before and _ahead(a, p):
        return False
    if before:
        return all(
            (norm in MARKS and norm != ",") or norm in a.grammar.passives or norm in a.grammar.joining
            for norm in between
        )
    return bool(between) and between[0] in a.grammar.benefits and p.kind in TRADERS
