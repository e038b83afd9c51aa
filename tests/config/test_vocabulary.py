"""The vocabulary is whole, loads fast, and says where a file is wrong."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from config import vocabulary as module
from config.codes import COUNTRIES, JURISDICTIONS, SCOPES
from config.vocabulary import Person, Phrase, VocabularyError, phrases, raw_language, vocabulary

WORDS = vocabulary()


def test_every_jurisdiction_that_a_config_may_name_has_words() -> None:
    assert set(WORDS.jurisdictions) == JURISDICTIONS
    assert all(known.names for known in WORDS.jurisdictions.values())


def test_every_scope_that_a_claim_may_have_has_words() -> None:
    assert set(WORDS.scopes) == SCOPES - {"until_recovery", "after_recovery"}
    assert all(scope.words for scope in WORDS.scopes.values())


def test_members_are_known_states_and_the_eu_has_27() -> None:
    blocs = {code: known.members for code, known in WORDS.jurisdictions.items() if known.members}
    assert set(blocs) == {"EU", "EFTA", "MERCOSUR", "GCC", "ASEAN"}
    assert {member for members in blocs.values() for member in members} <= COUNTRIES
    assert len(set(blocs["EU"])) == 27


def test_firms_have_known_homes_and_scopes_and_one_entry_each() -> None:
    assert {firm.country for firm in WORDS.companies} <= COUNTRIES | {None}
    assert {firm.scope for firm in WORDS.companies} <= set(WORDS.scopes) | {None}
    aliases = [alias.text for firm in WORDS.companies for alias in firm.aliases]
    assert sorted({a for a in aliases if aliases.count(a) > 1}) == []


def test_no_name_means_two_states() -> None:
    owners: dict[str, set[str]] = {}
    for code, known in WORDS.jurisdictions.items():
        for phrase in (*known.names, *known.capitals):
            owners.setdefault(phrase.text, set()).add(code)
    assert {text: codes for text, codes in owners.items() if len(codes) > 1} == {}


def test_no_word_means_two_scopes_but_metals_which_are_both() -> None:
    owners: dict[str, set[str]] = {}
    for code, scope in WORDS.scopes.items():
        for phrase in scope.words:
            owners.setdefault(phrase.text, set()).add(code)
    several = {text: codes for text, codes in owners.items() if len(codes) > 1}
    assert all("metal" in text and codes == {"steel", "aluminum"} for text, codes in several.items()), several


def test_every_context_decides_about_a_phrase_that_exists() -> None:
    places = {
        phrase.text
        for known in WORDS.jurisdictions.values()
        for line in (known.names, known.adjectives, known.capitals, known.bodies, known.places)
        for phrase in line
    }
    goods = {phrase.text for scope in WORDS.scopes.values() for phrase in scope.words}
    firms = {alias.text for firm in WORDS.companies for alias in firm.aliases}
    assert set(WORDS.jurisdiction_contexts) - places == set()
    assert set(WORDS.scope_contexts) - goods == set()
    assert set(WORDS.company_contexts) - firms == set()


def test_names_for_display() -> None:
    assert (WORDS.name("KR"), WORDS.adjective("KR")) == ("South Korea", "Korean")
    assert (WORDS.name("US"), WORDS.adjective("US")) == ("US", "US")
    assert (WORDS.name("NO"), WORDS.adjective("NO")) == ("Norway", "Norwegian")
    assert (WORDS.name("WORLD"), WORDS.name("XX")) == ("all countries", "XX")
    assert WORDS.scope_name("autos") == "cars"
    assert WORDS.members("EFTA") == ("CH", "IS", "LI", "NO")
    assert WORDS.members("KR") == ()


def test_phrases_expand_optional_parts_and_mark_weak_ones() -> None:
    assert phrases("car(s), chip(s)~,  big\n  rig") == (
        Phrase("car"),
        Phrase("cars"),
        Phrase("chip", True),
        Phrase("chips", True),
        Phrase("big rig"),
    )
    assert phrases(None) == ()


def test_in_office_counts_both_ends_and_open_ends() -> None:
    person = Person("A", (Phrase("A"),), date(2024, 10, 1), date(2025, 10, 21))
    assert [person.in_office(date(2025, 10, day)) for day in (21, 22)] == [True, False]
    assert not person.in_office(date(2024, 9, 30))
    assert Person("B", (Phrase("B"),)).in_office(date(1900, 1, 1))


def test_a_regional_language_is_its_base_language() -> None:
    assert vocabulary("en-GB").jurisdictions.keys() == WORDS.jurisdictions.keys()
    assert raw_language("en-US")


@pytest.mark.parametrize("read", [vocabulary, raw_language])
def test_a_language_without_files_is_named(read: object) -> None:
    assert callable(read)
    with pytest.raises(VocabularyError, match='language "tlh" cannot be read; those in en can'):
        read("tlh")
    with pytest.raises(VocabularyError, match="cannot be read"):
        read("../language/en")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("jurisdictions.yaml", '  "NO":', "  47:", "47 is no code"),
        ("jurisdictions.yaml", "@2025-01-20..2029-01-20", "@someday..", "US: people: .*someday"),
        ("jurisdictions.yaml", "jurisdictions:", "jurisdictions: [", "not valid YAML"),
        ("companies.yaml", "    - Kia, ", "    - '@autos'\n    - Kia, ", "names no company"),
    ],
)
def test_a_wrong_file_is_an_error_that_names_the_place(
    file: str, old: str, new: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("jurisdictions.yaml", "scopes.yaml", "companies.yaml"):
        text = (module.DEFAULTS / name).read_text(encoding="utf-8")
        assert name != file or old in text
        (tmp_path / name).write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
    (tmp_path / "language").mkdir()
    (tmp_path / "language" / "en.yaml").write_text("cues: {}\n", encoding="utf-8")
    monkeypatch.setattr(module, "DEFAULTS", tmp_path)
    with pytest.raises(VocabularyError, match=message):
        vocabulary.__wrapped__("en")


def test_a_file_without_a_mapping_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jurisdictions.yaml").write_text("just words", encoding="utf-8")
    (tmp_path / "language").mkdir()
    (tmp_path / "language" / "en.yaml").write_text("cues: {}\n", encoding="utf-8")
    monkeypatch.setattr(module, "DEFAULTS", tmp_path)
    with pytest.raises(VocabularyError, match="mapping"):
        vocabulary.__wrapped__("en")


def test_a_fresh_process_has_the_vocabulary_and_its_automaton_soon() -> None:
    """The limit is 0.3 s on a quiet machine; here CPU time, with room for a slow one."""
    code = (
        "import time\n"
        "from config.vocabulary import vocabulary\n"
        "from monitor.reading.recognise import Recogniser\n"
        "start = time.process_time(); Recogniser(vocabulary()); print(time.process_time() - start)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1.0


def test_on_and_no_are_words_and_no_truths() -> None:
    cues = raw_language("en")["cues"]
    assert "on" in cues["on_word"] and "no" in cues["negation"]
