"""`ledger rebuild` and `ledger verify`."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from alerts.tables import deliveries
from config.words import Status
from monitor.reading.reader import Reader
from monitor.store import Store, chain, schema, url_for
from monitor.types import Article, Claim, Reading

if TYPE_CHECKING:
    from tests.cli.conftest import Desk

WHY = ("--reason", "so says the gazette", "--by", "Kim")


@pytest.fixture
def told(desk: Desk, cars: Claim) -> Desk:
    desk.tell(0, cars)
    cut = replace(cars, value=15, previous=25, status=Status.AGREED, effective="2025-11-01", quote="15 percent")
    desk.tell(5, cut, source="Wire", late=4)
    desk.tell(6, replace(cars, counterparty="JP", quote="Japan's at 25"), source="Wire")
    desk.settle(120)
    desk.run("ledger", "correct", "tariff:US:JP:autos", "--value", "24", *WHY)
    return desk


def tamper(desk: Desk, *statements: str) -> None:
    """Somebody changes the file without the program, past its guards."""
    connection = sqlite3.connect(desk.folder / "data" / "pactwatch.db")
    for table in schema.APPEND_ONLY:
        for verb in ("update", "delete"):
            connection.execute(f"DROP TRIGGER {table}_no_{verb}")
    for statement in statements:
        assert connection.execute(statement).rowcount
    connection.commit()
    connection.close()


def terms(desk: Desk) -> Any:
    return json.loads(desk.run("terms", "--json").stdout)


def queued(desk: Desk) -> int:
    with desk.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(deliveries)).scalar_one())


def test_a_ledger_that_nobody_touched_comes_out_as_it_is_stored(told: Desk) -> None:
    result = told.run("ledger", "rebuild")
    assert (result.exit_code, result.stdout) == (0, "2 terms: all come out as they are stored\n")


def test_what_differs_is_shown_by_term_and_written_only_when_accepted(told: Desk) -> None:
    before, sent = terms(told), queued(told)
    with told.store.begin() as connection:
        for table, column in (("terms", "state"), ("glances", "body")):
            connection.exec_driver_sql(
                f"""UPDATE {table} SET {column} = replace({column}, '"value":15', '"value":12')"""
            )
    result = told.run("ledger", "rebuild")
    assert result.exit_code == 1
    assert "stands: 12%, in effect" in result.stdout and "→ 15%, in effect" in result.stdout
    assert "1 of 2 terms comes out otherwise" in result.stdout and "nothing was written" in result.stdout
    assert terms(told) != before
    accepted = told.run("ledger", "rebuild", "--accept")
    assert accepted.exit_code == 0 and "accepted; nobody is told" in accepted.stdout
    assert (terms(told), queued(told)) == (before, sent)
    assert told.run("ledger", "rebuild").exit_code == 0
    assert told.run("ledger", "verify").exit_code == 0


def test_read_again_by_a_better_reader(told: Desk, cars: Claim, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new reader sees 10 percent where the old one saw 15, and that the report of Japan is of nothing."""
    sent = queued(told)

    def read(_: Reader, article: Article) -> Reading:
        if article.id == "2":
            cut = replace(cars, value=10, previous=25, status=Status.AGREED, effective="2025-11-01", quote="10")
            return Reading(claims=(cut,))
        return Reading(claims=(cars,)) if article.id == "1" else Reading()

    monkeypatch.setattr(Reader, "read", read)
    shown = told.run("ledger", "rebuild", "--reread", "--json")
    assert shown.exit_code == 1
    data = json.loads(shown.stdout)
    assert [(each["item"], each["claims_before"], each["claims"]) for each in data["rereads"]] == [(2, 1, 1), (3, 1, 0)]
    assert {each["term"] for each in data["differences"]} == {"tariff:US:KR:autos"}
    assert told.run("ledger", "rebuild", "--reread", "--accept").exit_code == 0
    found = {each["term"]: each for each in terms(told)}
    assert found["tariff:US:KR:autos"]["standing"]["value"] == 10
    assert found["tariff:US:JP:autos"]["standing"]["value"] == 24
    assert queued(told) == sent
    assert told.run("ledger", "rebuild", "--reread").exit_code == 0
    assert told.run("ledger", "verify").exit_code == 0
    then = json.loads(told.run("terms", "US-KR", "--known-at", "2025-08-20", "--json").stdout)
    assert then[0]["standing"]["value"] == 15, "what was known then was known by the old reading"


def test_a_decision_about_what_nobody_reads_any_more_is_named(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told.run("ledger", "retract", "tariff:US:KR:autos", *WHY)
    monkeypatch.setattr(Reader, "read", lambda *_: Reading())
    result = told.run("ledger", "rebuild", "--reread")
    assert "decision 2 (retract tariff:US:KR:autos) has no effect any more" in result.stdout


def test_verify_passes_and_its_head_is_found_again_later(told: Desk, cars: Claim) -> None:
    first = json.loads(told.run("ledger", "verify", "--json").stdout)
    assert (first["well"], first["faults"]) == (True, [])
    told.tell(30, replace(cars, scope="steel", quote="steel at 25"))
    again = told.run("ledger", "verify", "--head", first["head"])
    assert again.exit_code == 0 and "all as written" in again.stdout
    other = told.run("ledger", "verify", "--head", "f" * 64)
    assert other.exit_code == 1 and "rewritten" in other.stdout


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE changes SET after = 14 WHERE seq = 2", "change 2: it is not as it was written"),
        ("UPDATE claims SET quote = 'nicer' WHERE id = 1", "claim 1: it is not as it was written"),
        ("UPDATE reports SET tier = 1 WHERE id = 1", "report 1: it is not as it was written"),
        ("UPDATE hands SET reason = 'other' WHERE id = 1", "hand 1: it is not as it was written"),
        ("DELETE FROM changes WHERE seq = 1", "change 1: it was removed"),
        ("UPDATE terms SET state = replace(state, '15', '14') WHERE id = 1", "term tariff:US:KR:autos percent: it is"),
        ("UPDATE glances SET body = replace(body, '15', '14') WHERE deal = 'US-KR'", "pages do not show it as it is"),
        ("DELETE FROM glances WHERE deal = 'US-KR'", "glance tariff:US:KR:autos percent: pages do not show it"),
        (
            "INSERT INTO glances SELECT 'x', family, deal, party, counterparty, body FROM glances WHERE deal = 'US-JP'",
            "glance x percent: it was added without the program",
        ),
        ("DELETE FROM terms WHERE id = 2", "term tariff:US:JP:autos percent: it was removed"),
        ("UPDATE chain SET digest = 'x' WHERE seq = 3", "chain 3: the entry was changed"),
        ("DELETE FROM chain WHERE seq = 3", "chain 4: an entry before it was removed or changed"),
        (
            "INSERT INTO hands SELECT 9, at, by, reason, act, term, undoes, body FROM hands WHERE id = 1",
            "hand 9: it was added without the program",
        ),
    ],
)
def test_what_was_changed_behind_its_back_is_found(told: Desk, statement: str, fault: str) -> None:
    tamper(told, statement)
    result = told.run("ledger", "verify")
    assert result.exit_code == 1
    assert fault in result.stdout


def test_an_older_ledger_is_chained_when_it_is_opened(told: Desk) -> None:
    """What was there before there were reports and a chain comes out the same, and verifies."""
    now = terms(told)
    tamper(
        told,
        "DELETE FROM chain",
        "DELETE FROM hands",
        "DELETE FROM reports",
        "UPDATE alembic_version SET version_num = '0002'",
    )
    connection = sqlite3.connect(told.folder / "data" / "pactwatch.db")
    later = ("glances", "opinions", "pages", "silent_edits", "item_revisions", "hubs")
    for table in (*later, "chain", "reviews", "hands", "reports"):
        connection.execute(f"DROP TABLE {table}")
    for column in ("hints", "paused_at", "pause_reason"):
        connection.execute(f"ALTER TABLE feeds DROP COLUMN {column}")
    connection.execute("DROP INDEX ix_terms_due_from_due_to")
    for column in ("due_from", "due_to"):
        connection.execute(f"ALTER TABLE terms DROP COLUMN {column}")
    connection.execute("DROP INDEX ix_claims_report_id")
    connection.execute("ALTER TABLE claims DROP COLUMN report_id")
    for verb in ("UPDATE", "DELETE"):
        stop = "BEGIN SELECT RAISE(ABORT, 'claims is append-only'); END"
        connection.execute(f"CREATE TRIGGER claims_no_{verb.lower()} BEFORE {verb} ON claims {stop}")
    connection.commit()
    connection.close()
    with Store.open(url_for(told.folder / "data")).read() as opened:
        assert opened.execute(select(func.count()).select_from(schema.reports)).scalar_one() == 3
        assert chain.verify(opened).faults == ()
    assert terms(told) == now
    found = json.loads(told.run("ledger", "rebuild", "--json").stdout)
    assert [each["term"] for each in found["differences"]] == ["tariff:US:JP:autos"], "its correction is lost"
