"""Recording a little of everything about a patient."""

from __future__ import annotations

from decimal import Decimal

from tenuto.clinic.course.api import record_visit
from tenuto.clinic.intake.services import record_reading, record_test, save_step
from tenuto.clinic.intake.services.measurements import Value
from tests.clinic.conftest import NOW
from tests.clinic.scales.filling import phq9


def answer(patient, step, by, at=NOW, seen=None, **entries):
    """Save answers of a step; dots of fact ids are written as double underscores."""
    named = {key.replace("__", "."): value for key, value in entries.items()}
    return save_step(patient=patient, step_id=step, entries=named, seen=seen or {}, by=by, at=at)


def press(patient, systolic, diastolic, by, at=NOW):
    """Record a blood pressure."""
    values = {"systolic_mmhg": Value(Decimal(systolic)), "diastolic_mmhg": Value(Decimal(diastolic))}
    return record_reading(patient=patient, values=values, taken_at=at, by=by, at=at)


def weigh(patient, kg, by, at=NOW):
    """Record a weight."""
    return record_reading(
        patient=patient, values={"weight_kg": Value(Decimal(kg))}, taken_at=at, by=by, at=at
    )


def fill(patient, by):
    """One row of most kinds."""
    answer(patient, "medical", by, history__liver="no")
    press(patient, 120, 80, by)
    phq9(patient, by, 1, 1, 1, 1, 1, 1, 1, 1, 0)
    record_test(patient=patient, fact_id="lab.ecg", value="normal", taken=NOW.date(), by=by, at=NOW)
    record_visit(
        patient=patient,
        kind="preparatory",
        held_on=NOW.date(),
        in_person=True,
        topics=[],
        note="",
        by=by,
        at=NOW,
    )
