"""The rows about one patient: whole, oldest first, in one query."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import Q

from tenuto.clinic.intake.models import IntakeRecord, Measured
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.rows import rows_among, rows_of
from tenuto.clinic.people.models import NameKey
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.filling import press


@pytest.fixture
def ben(alice):
    return receive(
        facts=facts_of("Ben Okoye", "MRN 2"), source=source_of(digest="1" * 64), by=alice, at=NOW
    ).patient


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


def test_what_is_asked_beside_the_patient_is_asked_of_each(ana, ben, alice):
    """The kept SQL is another patient's too; the order and what else is asked are those of the question."""
    for patient, pulse in ((ana, 61), (ben, 62), (ana, 63)):
        press(patient, 150, 90, alice, at=NOW + timedelta(minutes=pulse))
    systolic = Q(kind="systolic_mmhg")
    for patient in (ana, ben):
        expected = Measured.objects.filter(systolic, patient=patient).order_by("-event_number")
        assert len(expected) == (2 if patient == ana else 1)
        assert rows_of(Measured, patient.pk, where=systolic, order=("-event_number",)) == list(expected)
    clinics = rows_of(Measured, ana.clinic_id, by="patient__clinic")
    assert clinics == list(Measured.objects.filter(patient__clinic=ana.clinic).order_by("event_number", "id"))


def test_several_patients_are_asked_together_and_nobody_not_at_all(
    ana, ben, alice, django_assert_num_queries
):
    for patient in (ana, ben):
        press(patient, 150, 90, alice, at=NOW)
    for patients, queries in (([], 0), ([ana.pk], 1), ([ana.pk, ben.pk], 1)):
        with django_assert_num_queries(queries):
            found = rows_among(Measured, patients)
        assert {row.patient_id for row in found} == set(patients)
