"""The rows about one patient: whole, oldest first, in one query."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.models import IntakeRecord, Measured
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.people.models import NameKey
from tests.clinic.conftest import NOW
from tests.clinic.intake.filling import press


def test_rows_come_whole_and_oldest_first(ana, alice, django_assert_num_queries):
    for minutes in range(2):
        press(ana, 150 + minutes, 90, alice, at=NOW + timedelta(minutes=minutes))
    with django_assert_num_queries(1):
        rows = rows_of(Measured, ana.pk)
        assert [row.value for row in rows]
        assert [row.recorded_at for row in rows] == sorted(row.recorded_at for row in rows)
    assert rows_of(IntakeRecord, ana.pk) == list(IntakeRecord.objects.filter(patient=ana))


def test_a_table_that_asks_for_more_than_the_patient_is_refused(ana):
    with pytest.raises(Exception, match="event_number"):
        rows_of(NameKey, ana.pk)
