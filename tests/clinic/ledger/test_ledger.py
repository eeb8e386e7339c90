"""Nothing is written without its event, and no event is ever changed."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from tenuto.clinic.ledger import services
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ledger.services import record
from tests.clinic.conftest import NOW


def test_an_event_says_who_what_and_when(alice, ana):
    event = AuditEvent.objects.get(action="registered patient")
    assert event.by_name == "Alice (alice)"
    assert event.clinic_id == alice.clinic_id
    assert (event.subject_type, event.subject_id) == ("people.patient", str(ana.pk))
    assert event.at == NOW
    assert "registered patient" in str(event)


def test_a_time_without_a_zone_is_refused(alice, ana):
    with pytest.raises(ValueError, match="has no time zone"):
        record(action="looked", subject=ana, by=alice, at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_event_outside_a_transaction_is_refused(alice, ana, monkeypatch):
    # A test always runs in a transaction, so the ledger is shown a connection that is in none.
    none = SimpleNamespace(get_connection=lambda: SimpleNamespace(in_atomic_block=False))
    monkeypatch.setattr(services, "transaction", none)
    with pytest.raises(RuntimeError, match="not in a transaction"):
        record(action="looked", subject=ana, by=alice, at=NOW)


@pytest.mark.parametrize(("table", "key"), [("ledger_auditevent", "number"), ("intake_intakerecord", "id")])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_what_was_recorded(table, key, statement, ana):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, key))


def test_postgresql_refuses_to_empty_the_ledger(ana):
    if connection.vendor != "postgresql":
        # SQLite has no TRUNCATE; its DELETE is refused above.
        with pytest.raises(Exception, match="syntax error"), connection.cursor() as cursor:
            cursor.execute("TRUNCATE ledger_auditevent")
        return
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE ledger_auditevent")
