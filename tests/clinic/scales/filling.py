"""Answering scales about a patient."""

from __future__ import annotations

from tenuto.clinic.scales.services import record_form
from tests.clinic.conftest import NOW


def phq9(patient, by, *values, at=NOW, taken=None):
    """Record a PHQ-9 with nine answers."""
    answers = {str(n): value for n, value in enumerate(values, 1)}
    return record_form(
        patient=patient,
        instrument_id="phq9",
        answers=answers,
        taken=taken or at.date(),
        answered_by="patient",
        by=by,
        at=at,
    )
