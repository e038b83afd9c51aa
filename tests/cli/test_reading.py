"""`pactwatch extract` and `pactwatch explain`, as somebody types them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.settings import Feed
from monitor.cli.jsonl import CLAIM_FIELDS
from monitor.cli.root import cli
from monitor.feeds.entry import Entry
from monitor.store import Store, feeds, items, url_for

GOLD = Path(__file__).parent.parent / "gold"
TITLE = "US cuts tariff on Swiss goods to 15% from 39%"
QUOTE = "Washington will cut tariffs on Korean cars to 15 percent from 25 percent"
ARTICLE: dict[str, Any] = {
    "id": "a1",
    "source": {"name": "Reuters", "tier": 2},
    "published": "2025-11-14T09:00:00+09:00",
    "language": "en",
    "title": "Korea and the United States sign their trade deal",
    "text": f"{QUOTE}, both governments said on Friday. Seoul promised to invest $200 billion in the United States.",
}
Explain = Callable[..., Result]


def pactwatch(*words: str, given: str | bytes | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(cli, words, input=given, catch_exceptions=False)


def lines(*articles: dict[str, Any]) -> str:
    return "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)


def extracted(given: str | bytes) -> list[dict[str, Any]]:
    result = pactwatch("extract", given=given)
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Writes a file and returns its path."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write


# extract


def test_one_line_an_article_in_order_with_exactly_the_fields_of_the_contract() -> None:
    found = extracted(lines(ARTICLE, {**ARTICLE, "id": "b2", "title": "Weather", "text": "It rains."}))
    assert [each["id"] for each in found] == ["a1", "b2"]
    assert all(list(each) == ["id", "topics", "countries", "claims"] for each in found)
    assert found[0]["claims"] and all(list(claim) == list(CLAIM_FIELDS) for claim in found[0]["claims"])
    assert found[1] == {"id": "b2", "topics": [], "countries": [], "claims": []}


def test_the_terms_of_a_plain_report() -> None:
    (found,) = extracted(lines(ARTICLE))
    assert (set(found["topics"]), set(found["countries"])) == ({"tariff", "investment"}, {"KR", "US"})
    cars = next(claim for claim in found["claims"] if claim["kind"] == "tariff")
    assert (cars["party"], cars["counterparty"], cars["scope"]) == ("US", "KR", "autos")
    assert (cars["value"], cars["unit"], cars["previous"]) == (15, "percent", 25)
    fund = next(claim for claim in found["claims"] if claim["kind"] == "investment")
    assert (fund["party"], fund["counterparty"], fund["value"], fund["unit"]) == ("KR", "US", 200_000_000_000, "USD")
    assert all(claim["quote"] in ARTICLE["text"] for claim in found["claims"])


def test_what_was_annotated_is_not_looked_at() -> None:
    assert extracted(lines({**ARTICLE, "gold": {"claims": [{"kind": "tariff"}]}})) == extracted(lines(ARTICLE))


def test_the_same_articles_are_read_the_same_alone_and_in_company() -> None:
    other = {**ARTICLE, "id": "b2", "title": TITLE, "text": ""}
    assert extracted(lines(ARTICLE, other)) == [*extracted(lines(ARTICLE)), *extracted(lines(other))]


@pytest.mark.parametrize("words", [["extract"], ["explain", "-"], ["explain", "--json", "-"]], ids=" ".join)
def test_what_is_printed_is_utf8_whatever_the_terminal_is(words: list[str]) -> None:
    article = {**ARTICLE, "id": "ünï", "text": "Zürich’s “rate” is 15 percent for Swiss goods, said the US. \ud800"}
    run = subprocess.run(
        [sys.executable, "-c", "from monitor.cli import main; main()", *words],
        input=json.dumps(article).encode(),
        env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PATH": ""},
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode("utf-8") and b"Traceback" not in run.stderr
    if words != ["explain", "-"]:
        assert json.loads(run.stdout)["id"] == "ünï"


BAD = [
    ("{", "line 2: not JSON"),
    ("[1]", "line 2: an article is a JSON object, this is a list"),
    (json.dumps({**ARTICLE, "title": 3}), 'line 2: "title" must be a text, not a number'),
    (json.dumps({**ARTICLE, "source": "Reuters"}), 'line 2: "source" must be an object'),
    (json.dumps({**ARTICLE, "source": {"name": "x", "tier": 4}}), 'line 2: "source.tier" must be 1, 2 or 3, not 4'),
    (json.dumps({**ARTICLE, "published": "yesterday"}), 'line 2: "published" must be an ISO 8601 time'),
    (json.dumps({**ARTICLE, "published": "2025-11-14T09:00:00"}), 'line 2: "published" has no offset'),
    (json.dumps({**ARTICLE, "language": "tlh"}), 'line 2: texts in the language "tlh" cannot be read'),
    ("[" * 100_000, "line 2: not JSON"),
]


@pytest.mark.parametrize(("bad", "why"), BAD, ids=[why.partition(": ")[2] for _, why in BAD])
def test_a_bad_line_is_named_and_the_others_are_read(bad: str, why: str) -> None:
    result = pactwatch("extract", given=f"{lines(ARTICLE)}{bad}\n\n{lines({**ARTICLE, 'id': 'last'})}")
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a1", "last"]
    assert result.stderr.startswith(why) and len(result.stderr.splitlines()) == 1


def test_a_line_that_is_not_utf8_is_named() -> None:
    result = pactwatch("extract", given=b'{"id": "\xff"}\n' + lines(ARTICLE).encode())
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert "line 1: not UTF-8" in result.stderr


def test_nothing_in_nothing_out() -> None:
    result = pactwatch("extract", given="")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


# explain


def test_explain_a_json_article(written: Callable[..., str]) -> None:
    result = pactwatch("explain", written("a.json", json.dumps(ARTICLE)))
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert ARTICLE["title"] in told and "Reuters, tier 2, 2025-11-14" in told
    assert "tariff:US:KR:autos 15% agreed, was 25%" in told
    assert f"“{QUOTE}”" in told
    assert "topics tariff investment" in told
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_explain_says_why_a_figure_was_not_taken(written: Callable[..., str]) -> None:
    result = pactwatch("explain", "-", given=f"{TITLE}\nThe Swiss economy grew by 2 percent in the third quarter.")
    told = " ".join(result.stdout.split())
    assert "goods to 15% from 39% 39%" in told and "not taken: the older figure of another" in told
    assert "grew by 2 percent" in told and "not taken: no term" in told


def test_explain_without_a_figure() -> None:
    result = pactwatch("explain", "-", given="Washington and Bern talk about cheese")
    assert result.exit_code == 0
    assert "no figure in it" in result.stdout and "no claim:" in result.stdout


def test_explain_as_json_names_every_step(written: Callable[..., str]) -> None:
    result = pactwatch("explain", "--json", written("a.json", json.dumps(ARTICLE)))
    found = json.loads(result.stdout)
    assert {"US", "KR"} <= {each["code"] for each in found["jurisdictions"]}
    assert "autos" in {each["scope"] for each in found["scopes"]}
    assert {each["figure"]: each["taken_as"] for each in found["decisions"]}["25 percent"] == "previous"
    body = f"{ARTICLE['title']}\n{ARTICLE['text']}"
    assert all(body[each["start"] :].startswith(each["figure"]) for each in found["decisions"])
    assert [claim["value"] for claim in found["claims"]] == [15, 200_000_000_000]
    assert all(0 < claim["confidence"] <= 1 for claim in found["claims"])


@pytest.mark.parametrize(
    "page",
    [
        f"<html><head><title>{TITLE}</title><script>tariff(99)</script></head><body><p>Bern said so.</p>",
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>Bern said so.</p></body></html>",
        f"<p>{TITLE}</p>\n<p>Bern said so.</p>",
        f"{TITLE}\n\nBern said so.\n",
    ],
    ids=["title", "title and heading", "fragment", "text"],
)
def test_explain_takes_the_title_of_a_page_or_its_first_line(page: str, written: Callable[..., str]) -> None:
    result = pactwatch("explain", "--published", "2025-11-14", written("page.html", page))
    told = result.stdout.splitlines()
    assert told[0] == TITLE and told[1] == "page.html, tier 3, 2025-11-14"
    assert result.stdout.count("tariff:US:CH:all") == 1
    assert "99" not in result.stdout.replace("99%", "")


def test_explain_reads_other_encodings(written: Callable[..., str]) -> None:
    page = '<html><head><meta charset="iso-8859-1"><title>Zürich: US tariff on Swiss goods is 39%</title></head>'
    assert "Zürich" in pactwatch("explain", written("page.html", page.encode("latin-1"))).stdout


@pytest.mark.parametrize(
    ("subject", "code", "why"),
    [
        ("{folder}", 2, "cannot be read: is a directory"),
        ("{folder}/binary", 1, "binary is no text"),
        ("{folder}/empty", 1, "empty is empty"),
        ("{folder}/two.jsonl", 1, "holds more than one article"),
        ("{folder}/broken.json", 1, "broken.json is not JSON"),
        ("{folder}/half.json", 1, 'half.json is no article: "source" must be an object'),
        ("{folder}/other.json", 1, 'texts in the language "tlh" cannot be read'),
        ("{folder}/none.json", 2, "there is no file"),
        ("x" * 300, 2, "file name too long"),
        ("²", 2, "there is no file"),
    ],
)
def test_explain_says_what_is_wrong_with_what_it_was_given(
    subject: str, code: int, why: str, written: Callable[..., str], tmp_path: Path
) -> None:
    written("binary", bytes(range(256)))
    written("empty", " \n")
    written("two.jsonl", lines(ARTICLE, ARTICLE))
    written("broken.json", '{"id": ')
    written("half.json", '{"id": "x"}')
    written("other.json", lines({**ARTICLE, "language": "tlh"}))
    result = pactwatch("explain", subject.format(folder=tmp_path))
    assert (result.exit_code, result.stdout) == (code, "")
    assert why in result.stderr


def test_explain_refuses_a_date_that_is_none() -> None:
    result = pactwatch("explain", "--published", "yesterday", "-", given=TITLE)
    assert result.exit_code == 2
    assert '"yesterday" is no date' in result.stderr


@pytest.fixture
def stored(tmp_path: Path) -> tuple[str, int]:
    """A configuration with one item in its store: its folder and the item's number."""
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "pactwatch.yaml").write_text(f"settings: {{data_dir: {data}}}\ncatalogue: false\n", encoding="utf-8")
    now = datetime(2025, 11, 14, tzinfo=UTC)
    feed = Feed.model_validate({"name": "Reuters", "url": "https://reuters.example/rss", "tier": 2})
    entry = Entry(
        guid="g", link=None, canonical=None, title=ARTICLE["title"], summary=ARTICLE["text"], content="",
        published=now, updated=None, language=None, author=None,
    )  # fmt: skip
    store = Store.open(url_for(data))
    with store.begin() as connection:
        feeds.add(connection, feed, now)
        saved = items.save(connection, feeds.get(connection, "Reuters"), [entry], now, baseline=False)
    store.close()
    return str(tmp_path), saved.new[0]


def test_explain_a_stored_item(stored: tuple[str, int]) -> None:
    folder, number = stored
    result = pactwatch("--config", folder, "explain", str(number))
    assert result.exit_code == 0
    assert "tariff:US:KR:autos" in result.stdout and "Reuters, tier 2, 2025-11-14" in result.stdout


@pytest.mark.parametrize("number", ["4711", "9" * 30])
def test_explain_an_item_that_is_not_there(stored: tuple[str, int], number: str) -> None:
    result = pactwatch("--config", stored[0], "explain", number)
    assert result.exit_code == 1
    assert f"there is no item {number}" in result.stderr


def test_explain_a_file_before_an_item(
    stored: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / str(stored[1])).write_text(TITLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert pactwatch("--config", stored[0], "explain", str(stored[1])).stdout.startswith(TITLE)
