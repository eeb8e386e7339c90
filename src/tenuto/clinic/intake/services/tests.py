"""Results of tests that are told in a word, and asking for a test that is due."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import TestResult
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, open_tasks_of
from tenuto.clinic.ports.by_rule import open_by_rule
from tenuto.core.intake.required import fact
from tenuto.core.intake.tasks import task_rule

__all__ = ["ask_for_test", "record_test"]

UNKNOWN = "unknown"
"""Of a pregnancy test: it was not done, or nobody knows. Recorded, and still missing for the gate (hazard H30)."""


@transaction.atomic
def record_test(
    *, patient: Patient, fact_id: str, value: str, taken: date, by: Staff, at: datetime
) -> TestResult:
    """Keep a result. Raises ValueError for a word that the register doesn't know."""
    known = fact(fact_id)
    if value != UNKNOWN and value not in known.effects:
        raise ValueError(
            f"'{value}' is not a result of {known.title}. Use one of {', '.join(known.effects)}."
        )
    row: TestResult = keep(
        TestResult(patient=patient, fact=fact_id, value=value, taken=taken),
        action="recorded test",
        by=by,
        at=at,
        detail={"fact": fact_id, "value": value, "taken": taken.isoformat()},
    )
    return row


@transaction.atomic
def ask_for_test(*, patient: Patient, title: str, by: Staff, at: datetime) -> TaskRow:
    """Give the coordinator the task to order a test that is due; once, however often it is asked."""
    rule = task_rule("test.order")
    why = f"{title}: {rule.why}"
    for task in open_tasks_of(patient):
        if task.kind == rule.id and task.why == why:
            return task
    return open_by_rule(rule, patient=patient, by=by, at=at, why=why)
