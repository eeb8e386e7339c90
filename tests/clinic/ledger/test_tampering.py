"""Whoever edits the database file past the program is found: the rows are changed with sqlite3, triggers dropped."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction

from tenuto import cli
from tenuto.clinic.intake.models import IntakeRecord
from tenuto.clinic.ledger.append_only import AppendOnly
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.sealed import sealed_tables
from tenuto.clinic.ledger.verify import Report, verify
from tests.clinic.conftest import NOW
from tests.clinic.ledger.databases import unguarded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]


def findings() -> list[str]:
    return [finding.sentence for finding in verify(Report())]


def sentence_of(statement: str, *values: object) -> list[str]:
    """What the check says after an attacker ran one statement."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return findings()


@pytest.fixture
def chain(demonstration):
    assert findings() == []


def test_an_edited_event_is_named(chain):
    (found,) = sentence_of("UPDATE ledger_auditevent SET by_name = 'Mallory' WHERE number = 7")
    assert found.startswith("Event 7 (")
    assert found.endswith("was changed after it was written.")


def test_a_deleted_event_is_named(chain):
    found, *rows = sentence_of("DELETE FROM ledger_auditevent WHERE number = 7")
    assert found == "Event 7 is missing: deleted or renumbered."
    assert all(row.endswith("or its event is gone.") for row in rows)


def test_a_run_of_deleted_events_is_one_finding(chain):
    found, *rows = sentence_of("DELETE FROM ledger_auditevent WHERE number BETWEEN 7 AND 9")
    assert found == "Events 7 to 9 are missing: deleted or renumbered."
    assert all(row.endswith("or its event is gone.") for row in rows)


def test_exchanged_events_are_named(chain):
    found = sentence_of(
        "UPDATE ledger_auditevent SET number = CASE number WHEN 7 THEN -9 ELSE 7 END WHERE number IN (7, 9)"
    )
    assert any("carries the number -9" in sentence for sentence in found)
    assert any(s.startswith("Event 7 (") and "exchanged with another or changed" in s for s in found)


def test_a_cut_tail_is_known_from_outside_the_database(chain):
    found, *rows = sentence_of("DELETE FROM ledger_auditevent WHERE number > 30")
    assert found.startswith("The chain ends at event 30, but the anchor file knows event ")
    assert all(row.endswith("or its event is gone.") for row in rows)


def test_an_emptied_ledger_is_known_too(chain):
    assert sentence_of("DELETE FROM ledger_auditevent")[0].startswith(
        "The chain ends at event 0, but the anchor file"
    )


def test_a_changed_clinical_row_is_named(chain):
    (found,) = sentence_of(
        "UPDATE intake_intakerecord SET source_name = 'other' WHERE id = (SELECT id FROM intake_intakerecord LIMIT 1)"
    )
    assert "of intake.intakerecord was changed after it was written." in found


def test_a_deleted_clinical_row_is_named(chain):
    (found,) = sentence_of(
        "DELETE FROM intake_intakerecord WHERE id = (SELECT id FROM intake_intakerecord LIMIT 1)"
    )
    assert "of intake.intakerecord, written with event" in found


def test_a_row_put_in_past_the_program_is_named(chain):
    columns = [field.column for field in IntakeRecord._meta.concrete_fields]
    given = ", ".join("%s" if column == "id" else column for column in columns)
    (found,) = sentence_of(
        f"INSERT INTO intake_intakerecord ({', '.join(columns)}) SELECT {given} FROM intake_intakerecord LIMIT 1",
        "0" * 32,
    )
    assert found.endswith("has no audit event: it was put in past the program, or its event is gone.")


def test_a_lost_anchor_is_said(chain, settings):
    Path(settings.LEDGER_ANCHOR).unlink()
    assert findings() == [
        "The anchor file is missing, so a cut tail can't be ruled out. Find it or give --noted."
    ]


def test_a_forged_anchor_is_said(chain, settings):
    text = Path(settings.LEDGER_ANCHOR).read_text()
    Path(settings.LEDGER_ANCHOR).write_text(text.replace('"number": ', '"number": 1'))
    (found,) = findings()
    assert found.startswith("The anchor file was not written with this server's key, or was changed.")


def test_a_chain_under_another_key_is_not_ours(chain, settings):
    settings.LEDGER_KEY = "another" * 10
    assert len(findings()) > 30


def test_a_noted_anchor_finds_a_chain_that_was_rewritten_with_the_key(chain):
    assert [f.sentence for f in verify(Report(), noted=(5, "0" * 64))] == [
        "Event 5 is not the one that the note knows: it was replaced."
    ]


def test_the_command_says_that_the_chain_is_whole(chain, capsys):
    assert cli.main(["audit", "verify"]) == 0
    whole, newest = capsys.readouterr().out.splitlines()
    assert whole.startswith("The audit chain is whole: ")
    assert cli.main(["audit", "anchor"]) == 0
    assert newest == f"Newest event: {capsys.readouterr().out.strip()}"


def test_the_command_exits_with_1_and_says_which_row(chain, capsys):
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_auditevent SET action = 'nothing' WHERE number = 3")
        assert cli.main(["audit", "verify"]) == 1
    output = capsys.readouterr()
    assert output.out.startswith("Event 3 (nothing by ")
    assert "The audit chain is broken: 1 finding in " in output.err


@pytest.mark.parametrize("noted", ["x", "5", "x:" + "0" * 64, "5:short"])
def test_a_note_that_is_none_is_a_sentence(noted, capsys):
    assert cli.main(["audit", "verify", "--noted", noted]) == 2
    assert "NUMBER:MAC" in capsys.readouterr().err


def test_an_empty_ledger_has_no_anchor(capsys):
    assert cli.main(["audit", "anchor"]) == 2
    assert "The ledger is empty" in capsys.readouterr().err


# The random part works on a real file, as an attacker with a copy of sqlite3 would.


@pytest.fixture
def database_file(chain, tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("the file of PostgreSQL is not a file")
    file = tmp_path / "stolen.sqlite3"
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
        for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {trigger}")
    return file


def tables() -> list[tuple[str, str]]:
    """Table and key of everything that is append-only and has rows."""
    return [("ledger_auditevent", "number"), ("intake_intakerecord", "id")]


def edit(db: sqlite3.Connection, dice: random.Random) -> str:
    table, key = dice.choice(tables())
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    column = dice.choice(columns)
    row = dice.choice(db.execute(f"SELECT {key} FROM {table}").fetchall())[0]
    old = db.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()[0]
    new = changed(old, dice)
    db.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (new, row))
    return f"edit {table}.{column} of {row}: {old!r} -> {new!r}"


def changed(old: object, dice: random.Random) -> object:
    """Another value: one character, another row's kind, or rubbish of another type."""
    if isinstance(old, int):
        return old + dice.choice([1000, -1000])
    text = str(old or "")
    if dice.random() < 0.2:
        return dice.choice([b"\x00\xff", 3.5, "'; DROP TABLE x"])
    place = dice.randrange(len(text)) if text else 0
    return (
        text[:place]
        + dice.choice("0123456789abcdef".replace(text[place : place + 1] or "z", ""))
        + text[place + 1 :]
    )


def delete(db: sqlite3.Connection, dice: random.Random) -> str:
    table, key = dice.choice(tables())
    rows = [row[0] for row in db.execute(f"SELECT {key} FROM {table}")]
    gone = dice.sample(rows, dice.randint(1, 3))
    db.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(row,) for row in gone])
    return f"delete {gone} of {table}"


def delete_and_close_the_gap(db: sqlite3.Connection, dice: random.Random) -> str:
    last = db.execute("SELECT max(number) FROM ledger_auditevent").fetchone()[0]
    gone = dice.randint(1, last)
    db.execute("DELETE FROM ledger_auditevent WHERE number = ?", (gone,))
    for number in range(gone + 1, last + 1):
        db.execute("UPDATE ledger_auditevent SET number = ? WHERE number = ?", (number - 1, number))
    return f"delete {gone} and renumber"


def swap(db: sqlite3.Connection, dice: random.Random) -> str:
    last = db.execute("SELECT max(number) FROM ledger_auditevent").fetchone()[0]
    one, other = dice.sample(range(1, last + 1), 2)
    for old, new in ((one, 0), (other, one), (0, other)):
        db.execute("UPDATE ledger_auditevent SET number = ? WHERE number = ?", (new, old))
    return f"swap {one} and {other}"


def swap_the_contents(db: sqlite3.Connection, dice: random.Random) -> str:
    (one, facts_one), (other, facts_other) = dice.sample(
        db.execute("SELECT id, facts FROM intake_intakerecord").fetchall(), 2
    )
    db.execute("UPDATE intake_intakerecord SET facts = ? WHERE id = ?", (facts_other, one))
    db.execute("UPDATE intake_intakerecord SET facts = ? WHERE id = ?", (facts_one, other))
    return f"swap the facts of {one} and {other}"


def truncate(db: sqlite3.Connection, dice: random.Random) -> str:
    last = db.execute("SELECT max(number) FROM ledger_auditevent").fetchone()[0]
    kept = dice.randrange(last)
    db.execute("DELETE FROM ledger_auditevent WHERE number > ?", (kept,))
    return f"cut after {kept}"


ATTACKS: list[Callable[[sqlite3.Connection, random.Random], str]] = [
    edit, edit, edit, delete, delete_and_close_the_gap, swap, swap_the_contents, truncate,
]  # fmt: skip


@pytest.mark.parametrize("tamperings", [15, pytest.param(100, marks=pytest.mark.thorough)])
def test_random_tamperings_of_the_file_are_all_found(database_file, tamperings):
    """Each on a fresh copy; the copy then takes the place of the test's database."""
    missed = []
    clean = sqlite3.connect(database_file)
    for seed in range(tamperings):
        dice = random.Random(seed)
        tampered = sqlite3.connect(":memory:")
        clean.backup(tampered)
        tampered.execute("PRAGMA ignore_check_constraints = ON")
        what = dice.choice(ATTACKS)(tampered, dice)
        tampered.commit()
        with unguarded():
            tampered.backup(connection.connection)
            if not findings():
                missed.append(what)
            clean.backup(connection.connection)
    assert missed == []


def test_every_append_only_and_every_sealed_table_of_the_demonstration_is_checked(chain):
    report = Report()
    list(verify(report))
    guarded = [
        model for model in apps.get_models() if issubclass(model, AppendOnly) and model is not AuditEvent
    ]
    written = sum(model.objects.count() for model in [*guarded, *sealed_tables()])
    assert report.rows == written > 10


def test_a_rolled_back_row_leaves_no_trace(chain, transactional_db):
    from tenuto.clinic.accounts.models import Staff
    from tenuto.clinic.people.models import Patient

    alice, patient = Staff.objects.get(username="alice"), Patient.objects.first()
    from tenuto.clinic.ledger.services import record

    with transaction.atomic():
        try:
            with transaction.atomic():
                IntakeRecord.objects.create(patient=patient, facts={}, recorded_at=NOW)
                raise ValueError
        except ValueError:
            pass
        record(action="looked around", subject=patient, by=alice, at=NOW)
    assert findings() == []
