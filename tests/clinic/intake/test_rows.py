"""The rows about one patient by themselves are those among many, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.gather import gather, gather_one
from tenuto.clinic.intake.models import IntakeRecord, Measured
from tenuto.clinic.intake.rows import rows_of
from tenuto.clinic.intake.services import receive
from tenuto.clinic.people.models import NameKey
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.filling import fill, press


@pytest.fixture
def both(ana, alice):
    other = receive(
        facts=facts_of("Bea Alder", "MRN 2"), source=source_of("bea.json", "1" * 64), by=alice, at=NOW
    ).patient
    for minutes, patient in enumerate((ana, other)):
        fill(patient, alice)
        press(patient, 150 + minutes, 90, alice, at=NOW + timedelta(minutes=minutes + 1))
    return ana, other


def test_one_patient_alone_and_among_others_have_the_same_rows(both):
    among = gather([patient.pk for patient in both])
    for patient in both:
        assert gather_one(patient.pk) == among[patient.pk]
        assert {row.patient_id for row in gather_one(patient.pk).rows} == {patient.pk}


def test_rows_come_whole_and_oldest_first(both, django_assert_num_queries):
    patient, _ = both
    with django_assert_num_queries(1):
        rows = rows_of(Measured, patient.pk)
        assert [row.value for row in rows]
        assert [row.recorded_at for row in rows] == sorted(row.recorded_at for row in rows)
    assert rows_of(IntakeRecord, patient.pk) == list(IntakeRecord.objects.filter(patient=patient))


def test_a_table_that_asks_for_more_than_the_patient_is_refused(ana):
    with pytest.raises(Exception, match="recorded_at"):
        rows_of(NameKey, ana.pk)
