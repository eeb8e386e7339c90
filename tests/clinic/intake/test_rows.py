"""The rows about one patient by themselves are those among many, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.intake.gather import gather, gather_one
from tenuto.clinic.intake.services import receive
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
