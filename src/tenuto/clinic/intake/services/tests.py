"""Results of tests that are told in a word, taking one back that was entered in error, and asking for a test that is due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import Measured, ResultStruck, TestResult
from tenuto.clinic.intake.services.to_dos import end_what_was_done
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, end_tasks, open_by_rule, open_tasks_of
from tenuto.core.intake.labs import LabTest
from tenuto.core.intake.required import fact
from tenuto.core.literature.tasks import EndsBy, task_kind
from tenuto.core.sentences import check_reason

__all__ = [
    "ResultNotStruck",
    "ask_for_test",
    "end_tests_waited_for",
    "may_strike",
    "record_test",
    "strike_result",
]

LONGEST_WHY = 300
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


class ResultNotStruck(ValueError):
    """A result that can't be struck. The text says why; nothing was changed."""


def may_strike(result: TestResult, by: Staff) -> bool:
    """Whether somebody may say that a result was entered in error: who entered it, and whoever decides about treatment."""
    entered = may(by, "intake.record") and result.recorded_by_name == by.audit_name
    return entered or may(by, "intake.decide")


@transaction.atomic
def strike_result(*, patient: Patient, result: UUID, why: str, by: Staff, at: datetime) -> ResultStruck:
    """Say that a result was entered in error. It counts no more, and opens nothing: what is needed is entered anew, and until
    a result of a later day both statements stand before whoever decides (hazard H30).

    Raises ResultNotStruck for somebody who may not, a result that is not this patient's or was struck, and without a reason.
    """
    check_same_clinic(by, patient)
    check_role(by, "intake.record")
    ask = "Write in a sentence why this result was an error. Nothing was changed."
    why = check_reason(why, ask, longest=LONGEST_WHY, refused=ResultNotStruck)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    row = TestResult.objects.filter(patient=patient, pk=result, struck=None).first()
    if row is None:
        raise ResultNotStruck(
            "This result is not on record for the patient, or it was struck. Nothing was changed."
        )
    if not may_strike(row, by):
        raise ResultNotStruck(
            f"“{row.value}” was entered by {row.recorded_by_name}. They, a prescriber or a medical director may strike it; "
            "enter what you know as a result of its own. Nothing was changed."
        )
    detail = {"fact": row.fact, "value": row.value, "taken": row.taken.isoformat(), "why": why}
    struck = ResultStruck(patient=patient, result=row, why=why)
    kept: ResultStruck = keep(struck, action="struck result", by=by, at=at, detail=detail)
    return kept


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
