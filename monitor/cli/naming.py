"""What people write for deals, countries and terms: held to what can be one, with the nearest good words."""

from __future__ import annotations

import re

import click

#: What people write between two codes in place of a hyphen.
_BETWEEN = re.compile(r"\s*[-/_:,\u2013\u2014\u2194]\s*|\s+")


def deal_or_country(text: str, where: str = "DEAL") -> str:
    """A code (`KR`), or a pair as the ledger writes it (`kr-us` → `US-KR`). BadParameter where it is neither."""
    from pydantic_core import PydanticCustomError

    from config.checks import party_or_deal

    try:
        return party_or_deal(text.strip().upper())
    except PydanticCustomError as error:
        said = error.context or {}
        hint = _meant(text) or said["hint"]
        plain = "unknown" in said["reason"] and (hint != said["hint"] or text.count("-") != 1)
        reason = f'"{text[:60]}" is no deal and no country' if plain else said["reason"]
        raise click.BadParameter(f"{reason}: {hint}", param_hint=where) from None


def country(text: str, where: str) -> str:
    """The code of one country or bloc. BadParameter where it is none, or a pair."""
    found = deal_or_country(text, where)
    if "-" in found:
        raise click.BadParameter(f'"{text}" is a deal: write one code, KR', param_hint=where)
    return found


def pair(text: str, where: str = "DEAL") -> str:
    """A pair as the ledger writes it. BadParameter where it is none, or a single country."""
    found = deal_or_country(text, where)
    if "-" not in found:
        example = f"US-{found}" if found != "US" else "US-KR"
        hint = f"write two codes, {example}; all deals of one: pactwatch terms {found}"
        raise click.BadParameter(f'"{text}" is no pair: {hint}', param_hint=where)
    return found


def term_parts(text: str, where: str) -> tuple[str, str, str, str, str | None]:
    """Kind, party, counterparty, scope and firm of a term's name. BadParameter, saying which part, where it is none."""
    from config.codes import SCOPES
    from config.problems import did_you_mean
    from config.words import Kind

    shape = "write kind:party:counterparty:scope, tariff:US:KR:autos, with :actor behind it where a firm is meant"
    parts = [part.strip() for part in text.strip().split(":", 4)]
    if len(parts) < 4:
        raise click.BadParameter(f'"{text[:60]}" is no name of a term: {_all_of(text) or shape}', param_hint=where)
    kind, party, counterparty, scope = parts[0].lower(), parts[1].upper(), parts[2].upper(), parts[3].lower()
    if kind not in list(Kind):
        hint = did_you_mean(kind, Kind, cutoff=0.5) or f"kinds are {', '.join(Kind)}"
        raise click.BadParameter(f'"{parts[0][:40]}" is no kind of term: {hint}', param_hint=where)
    for code in (party, counterparty):
        country(code, where)
    if scope not in SCOPES:
        hint = did_you_mean(scope, SCOPES, cutoff=0.65) or f"scopes are {', '.join(sorted(SCOPES))}"
        raise click.BadParameter(f'"{parts[3][:40]}" is no scope: {hint}', param_hint=where)
    return kind, party, counterparty, scope, parts[4] if len(parts) == 5 else None


def _meant(text: str) -> str:
    """What is likely meant by a word that is no deal: a term's name, or a pair in another writing; else empty."""
    from config.codes import JURISDICTIONS, OTHER_WORDS, deal
    from config.words import WORLD

    if text.count(":") >= 3:
        return f"that is a term: pactwatch history {text}"
    codes = [OTHER_WORDS.get(code, code) for code in _BETWEEN.split(text.strip().upper())]
    fit = len(codes) == 2 and codes[0] != codes[1] and all(code in JURISDICTIONS | {WORLD} for code in codes)
    return f"write {deal(*codes)}" if fit else ""


def _all_of(text: str) -> str:
    """The command for all terms of a deal or a country, where the text is one; else empty."""
    try:
        return f"all terms of a deal or a country: pactwatch terms {deal_or_country(text)}"
    except click.BadParameter:
        return ""
