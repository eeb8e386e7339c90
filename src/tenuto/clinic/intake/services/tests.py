"""Results of tests that are told in a word, and asking for a test that is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import Measured, TestResult
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, end_tasks, open_by_rule, open_tasks_of
from tenuto.core.intake.labs import LabTest
from tenuto.core.intake.required import fact
from tenuto.core.literature.tasks import EndsBy, task_kind

__all__ = [
    "ask_for_test",
    "end_tests_waited_for",
    "record_test",
]

UNKNOWN = "unknown"
"""Of a pregnancy test: it was not done, or nobody knows. Recorded, and still missing for the gate (hazard H30)."""


@transaction.atomic
def record_test(
    *, patient: Patient, fact_id: str, value: str, taken: date, by: Staff, at: datetime
) -> TestResult:
    """Keep a result. Raises ValueError for a word that the register doesn't know."""
    check_role(by, "intake.record")
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
    if value != UNKNOWN:
        end_tests_waited_for([fact_id], row, by=by, at=at)
        end_what_was_done(row=row, by=by, at=at)
    return row


def end_tests_waited_for(
    fact_ids: Iterable[str], row: TestResult | Measured, *, by: Staff, at: datetime
) -> None:
    """End the tasks that waited for a result of these facts, now that the row with it is on record."""
    told = frozenset(fact_ids)
    end_tasks(
        patient=row.patient,
        ends_by=EndsBy.RESULT,
        subject=row,
        only=lambda task: task.target in told,
        by=by,
        at=at,
    )


@transaction.atomic
def ask_for_test(*, patient: Patient, test: LabTest, by: Staff, at: datetime) -> TaskRow:
    """Give the coordinator the task to order a test that is due; once, however often it is asked."""
    check_role(by, "task.open")
    rule = task_kind("test.order")
    for task in open_tasks_of(patient):
        if task.kind == rule.id and task.target == test.fact:
            return task
    return open_by_rule(
        rule, patient=patient, by=by, at=at, why=f"{test.title}: {rule.why}", target=test.fact
    )
