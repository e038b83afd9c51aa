"""`terms`, `history` and `changes` on a ledger that articles made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import Ledger
from config.words import Kind, Qualifier, Status
from monitor.cli.root import cli
from monitor.ledger import book
from monitor.ledger.policy import Policy
from monitor.store import Store, ledger, url_for
from monitor.types import Article, Claim, Source

START = datetime(2025, 7, 31, 9, 0, tzinfo=UTC)
CARS = Claim(
    kind=Kind.TARIFF,
    party="US",
    counterparty="KR",
    actor=None,
    scope="autos",
    value=25,
    unit="percent",
    qualifier=Qualifier.EXACT,
    status=Status.IN_EFFECT,
    quote="a 25 percent duty on Korean cars",
)
FUND = replace(
    CARS, kind=Kind.INVESTMENT, party="KR", counterparty="US", scope="all", value=350e9, unit="USD",
    status=Status.AGREED, quote="Seoul will invest $350 billion",
)  # fmt: skip
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    settings = f"settings:\n  data_dir: {tmp_path / 'data'}\ncatalogue: false\n"
    (tmp_path / "pactwatch.yaml").write_text(settings, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def run(*arguments: str, width: int | None = 220) -> Result:
        columns = None if width is None else str(width)
        return CliRunner(env={"COLUMNS": columns}).invoke(cli, ["--config", str(folder), *arguments])

    return run


@pytest.fixture
def kept(folder: Path) -> Iterator[Store]:
    """A daemon's store, still open, with three reports of two deals."""
    store = Store.open(url_for(folder / "data"))
    japan = replace(CARS, counterparty="JP", quote="25 percent on Japanese cars")
    cut = replace(CARS, value=15, status=Status.AGREED, previous=25, quote="cars would fall to 15 percent")
    threat = replace(CARS, counterparty="JP", value=30, status=Status.THREATENED, quote="he would go to 30 percent")
    for number, claims in enumerate(([CARS, japan], [cut, FUND], [threat])):
        at = START + timedelta(days=number)
        article = Article(
            id=str(number), source=Source(name=f"Paper {number}", tier=2), published=at, observed=at,
            title="T", text=f"report {number}", link=f"https://paper.example/{number}",
        )  # fmt: skip
        with store.begin() as connection:
            outcome = book.record(ledger.Lookup(connection), article, claims, Policy.of(Ledger()))
            ledger.save_terms(connection, outcome.terms.values(), at)
            ledger.append(connection, outcome.changes, at, baseline=number == 0)
    yield store
    store.close()


@pytest.mark.parametrize("command", [["terms"], ["history", "tariff:US:KR:autos"], ["changes"]])
def test_without_a_ledger_it_says_what_to_start(run: Run, command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert "no ledger yet" in result.stderr and "pactwatch run" in result.stderr
    assert result.stdout == ""


@pytest.mark.usefixtures("kept")
def test_terms_shows_what_stands_and_what_is_applied_where_that_differs(run: Run) -> None:
    result = run("terms")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("tariff:US:KR:autos"))
    assert lines[place].split() == ["tariff:US:KR:autos", "15%", "agreed", "2025-08-01", "reported"]
    assert lines[place + 1].split() == ["25%", "applied", "now"]
    assert "$350bn" in result.stdout and "US-JP  US and Japan" in result.stdout
    assert "30% threatened" in result.stdout


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("command", [["terms"], ["history", "tariff:US:KR:autos"], ["changes"]])
def test_a_narrow_terminal_is_not_overrun_and_keys_stay_whole(run: Run, command: list[str]) -> None:
    told = run(*command, width=80).stdout
    assert max(map(len, told.splitlines())) <= 80
    assert "changes" in command or "tariff:US:KR:autos " in told


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("command", [["terms"], ["changes"]])
def test_in_a_pipe_what_is_looked_for_stands_on_one_line(run: Run, command: list[str]) -> None:
    lines = run(*command, width=None).stdout.splitlines()
    assert max(map(len, lines)) > 40
    assert not [line for line in lines if line.strip() in ("(reported)", "reported")]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("asked", "deals"), [("US-KR", {"US-KR"}), ("kr-us", {"US-KR"}), ("JP", {"US-JP"}), ("us", {"US-KR", "US-JP"})]
)
def test_terms_of_a_deal_or_a_country(run: Run, asked: str, deals: set[str]) -> None:
    found = json.loads(run("terms", asked, "--json").stdout)
    assert {term["deal"] for term in found} == deals


@pytest.mark.usefixtures("kept")
def test_terms_as_json_has_figures_in_base_units(run: Run) -> None:
    found = {term["term"]: term for term in json.loads(run("terms", "--json").stdout)}
    fund, cars = found["investment:KR:US:all"], found["tariff:US:KR:autos"]
    assert (fund["standing"]["value"], fund["standing"]["unit"]) == (350_000_000_000, "USD")
    assert (cars["standing"]["value"], cars["applied"]["value"], cars["actor"]) == (15, 25, None)
    assert found["tariff:US:JP:autos"]["positions"][0]["status"] == "threatened"


@pytest.mark.usefixtures("kept")
def test_an_unknown_deal_or_term_is_told_with_what_there_is(run: Run) -> None:
    deal = run("terms", "US-BR")
    assert (deal.exit_code, "US-KR" in deal.stderr) == (1, True)
    term = run("history", "tariff:US:KR:steel")
    assert (term.exit_code, "tariff:US:KR:autos" in term.stderr) == (1, True)
    assert "Traceback" not in deal.output + term.output


@pytest.mark.usefixtures("kept")
def test_history_proves_every_version(run: Run) -> None:
    result = run("history", "TARIFF:us:kr:AUTOS")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "tariff:US:KR:autos  US tariff on Korean cars"
    assert any("2025-07-31  25% in effect" in line for line in lines)
    assert any("2025-08-01  15% agreed" in line and "stands" in line for line in lines)
    assert "“cars would fall to 15 percent”  Paper 1, 2025-08-01, item 1  https://paper.example/1" in result.stdout
    (found,) = json.loads(run("history", "tariff:US:KR:autos", "--json").stdout)
    assert [(v["value"], v["status"]) for v in found["versions"]] == [(25, "in_effect"), (15, "agreed")]
    assert found["versions"][1]["evidence"][0]["quote"] == "cars would fall to 15 percent"
    assert [change["to"] for change in found["changes"]] == [25, 15]


@pytest.mark.usefixtures("kept")
def test_changes_reads_like_the_alerts(run: Run) -> None:
    result = run("changes")
    assert result.exit_code == 0
    assert "2025-08-01 09:00  US tariff on Korean cars: 25% → 15%, agreed" in result.stdout
    assert result.stdout.count("baseline") == 2
    assert "US tariff on Japanese cars: 30% threatened, 25% stands (reported)" in result.stdout


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [1, 2, 3, 4, 5]),
        (["--since", "2025-08-01"], [3, 4, 5]),
        (["--since", "2025-08-01T18:00:01+09:00"], [5]),
        (["--deal", "jp-us"], [2, 5]),
        (["--limit", "2"], [4, 5]),
        (["--since", "2025-08-01", "--deal", "KR", "-n", "1"], [4]),
    ],
)
def test_changes_are_chosen_by_time_and_deal(run: Run, options: list[str], numbers: list[int]) -> None:
    found = json.loads(run("changes", *options, "--json").stdout)
    assert [change["seq"] for change in found] == numbers


@pytest.mark.usefixtures("kept")
def test_no_changes_is_1_and_says_when_the_last_came(run: Run) -> None:
    result = run("changes", "--since", "1h")
    assert result.exit_code == 1
    assert result.stdout == "no changes; the last change came 2025-08-02 09:00 UTC\n"
    empty = run("changes", "--since", "2030-01-01", "--json")
    assert (empty.exit_code, json.loads(empty.stdout)) == (1, [])


@pytest.mark.usefixtures("kept")
def test_no_changes_of_a_deal_says_when_its_own_last_came(run: Run) -> None:
    assert (
        "no changes of US-KR; the last change came 2025-08-01"
        in run("changes", "--since", "1h", "--deal", "KR-US").stdout
    )
    none = run("changes", "--deal", "US-BR")
    assert (none.exit_code, none.stdout) == (1, "no changes of US-BR\n")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "command",
    [("terms",), ("deal",), ("due",), ("diff", "--from", "2025-07-01"), ("changes", "--deal"), ("due", "--ics", "-")],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nonsense", "ISO 3166-1"),
        ("US-KOREA", "write US-KR"),
        ("us/uk", "write US-GB"),
        ("US-XX", 'unknown country "XX"'),
        ("KR-KR", "one country twice"),
        ("US-KR-JP", "a deal is two codes"),
        ("tariff:US:KR:autos", "pactwatch history tariff:US:KR:autos"),
    ],
)
def test_a_word_that_can_be_no_deal_is_wrong_usage(run: Run, command: tuple[str, ...], word: str, said: str) -> None:
    result = run(*command, word)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(result.stderr.split())


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("nonsense", "kind:party:counterparty:scope"),
        ("kr-us", "pactwatch terms US-KR"),
        ("tarif:US:KR:autos", 'did you mean "tariff"?'),
        ("tariff:US:KOR:autos", "write KR"),
        ("tariff:US:KR:auto", 'did you mean "autos"?'),
        ("tariff:US-KR:KR:autos", "is a deal: write one code"),
    ],
)
def test_a_word_that_can_be_no_term_is_wrong_usage(run: Run, word: str, said: str) -> None:
    for command in (("history", word), ("ledger", "retract", word, "--reason", "x", "--by", "x")):
        result = run(*command)
        assert (result.exit_code, said in " ".join(result.stderr.split())) == (2, True), result.stderr


@pytest.mark.usefixtures("kept")
def test_a_time_that_is_none_is_told_with_examples(run: Run) -> None:
    result = run("changes", "--since", "yesterdayish")
    assert result.exit_code == 2
    assert "2025-11-01" in result.stderr and "7d" in result.stderr


def test_a_ledger_without_terms_says_so(run: Run, folder: Path) -> None:
    Store.open(url_for(folder / "data")).close()
    result = run("terms")
    assert (result.exit_code, "no terms yet" in result.stdout) == (0, True)
    assert run("changes").stdout == "no changes\n"
