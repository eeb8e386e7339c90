"""Saying that a result or a reading was entered in error. It counts no more, opens nothing, and stays to be read (H30)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tenuto.clinic.accounts.api import check_may_strike, check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.models import Measured, ReadingStruck, ResultStruck, TestResult
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.core.sentences import check_reason

__all__ = ["VERB", "NotStruck", "strike_reading", "strike_result", "struck_readings"]

LONGEST_WHY = 300
VERB = "intake.record"


class NotStruck(ValueError):
    """A result or a reading that can't be struck. The text says why; nothing was changed."""


def struck_readings() -> QuerySet[ReadingStruck, Any]:
    """Of every reading that was struck its id, for a query that leaves out what no longer counts."""
    return ReadingStruck.objects.values("reading")


@transaction.atomic
def strike_result(*, patient: Patient, result: UUID, why: str, by: Staff, at: datetime) -> ResultStruck:
    """Say that a result was entered in error. What is needed is entered anew, and until a result of a later day both
    statements stand before whoever decides.

    Raises NotStruck for somebody who may not, a result that is not this patient's or was struck, and without a reason.
    """
    why = _checked(patient, why, "result", by)
    row = TestResult.objects.filter(patient=patient, pk=result, struck=None).first()
    if row is None:
        raise _not_there("result")
    check_may_strike(by, row.recorded_by_name, VERB, what=f"“{row.value}”", refused=NotStruck)
    detail = {"fact": row.fact, "value": row.value, "taken": row.taken.isoformat(), "why": why}
    struck = ResultStruck(patient=patient, result=row, why=why)
    kept: ResultStruck = keep(struck, action="struck result", by=by, at=at, detail=detail)
    return kept


@transaction.atomic
def strike_reading(*, patient: Patient, reading: UUID, why: str, by: Staff, at: datetime) -> ReadingStruck:
    """Say that values which were measured together were entered in error. Where they would have closed more than what counts
    now does, both statements stand before whoever decides until a reading of a later day.

    Raises NotStruck for somebody who may not, a reading that is not this patient's or was struck, and without a reason.
    """
    why = _checked(patient, why, "reading", by)
    row = Measured.objects.filter(patient=patient, reading=reading).first()
    if row is None or ReadingStruck.objects.filter(reading=reading).exists():
        raise _not_there("reading")
    check_may_strike(by, row.recorded_by_name, VERB, what="This reading", refused=NotStruck)
    struck = ReadingStruck(patient=patient, reading=reading, why=why)
    detail = {"reading": str(reading), "why": why}
    kept: ReadingStruck = keep(struck, action="struck reading", by=by, at=at, detail=detail)
    return kept


def _checked(patient: Patient, why: str, what: str, by: Staff) -> str:
    """The reason, when somebody of this clinic who records gives one; the patient's row is held until it is kept."""
    check_same_clinic(by, patient)
    check_role(by, VERB)
    ask = f"Write in a sentence why this {what} was an error. Nothing was changed."
    why = check_reason(why, ask, longest=LONGEST_WHY, refused=NotStruck)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    return why


def _not_there(what: str) -> NotStruck:
    return NotStruck(f"This {what} is not on record for the patient, or it was struck. Nothing was changed.")
