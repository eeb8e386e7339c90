"""Recording what was decided about the end of a course, and which visits belong beside its infusions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may, refusal
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.models import BesidePlan, CourseEnding
from tenuto.clinic.course.rows import ending_fact
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.core.course.beside import BesideKind
from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.infusion import CourseError
from tenuto.core.sentences import check_length, check_reason

__all__ = ["plan_beside", "record_ending"]

LONGEST_DAYS = 366
LONGEST_ENDING = 1000
LONGEST_NAME = 200


@transaction.atomic
def record_ending(
    *,
    patient: Patient,
    kind: EndingKind,
    series: UUID,
    intervals_days: Sequence[int] = (),
    follow_up_by: date | None = None,
    reason: str,
    by: Staff,
    at: datetime,
) -> EndingFact:
    """Keep what was decided today about the end of a series; the one recorded last counts.

    Raises CourseError for a reason that is no sentence and PermissionError. Whether it may be decided says the stage.
    """
    _check(patient, by, "course.end")
    reason = check_reason(
        reason, "Write in a sentence why. Nothing was saved.", refused=CourseError, longest=LONGEST_ENDING
    )
    row = CourseEnding(
        patient=patient, kind=kind.value, series=series, decided_on=clock.day_of(patient.clinic, at),
        intervals_days=list(intervals_days), follow_up_by=follow_up_by, reason=reason,
    )  # fmt: skip
    detail = {
        "kind": kind.value,
        "intervals_days": row.intervals_days,
        "follow_up_by": str(follow_up_by or ""),
        "reason": row.reason,
    }
    keep(row, action="decided on the end of a course", by=by, at=at, detail=detail)
    return ending_fact(row)


@transaction.atomic
def plan_beside(
    *, patient: Patient, kind: BesideKind, every_days: int | None, with_name: str, by: Staff, at: datetime
) -> BesidePlan:
    """Keep how often a visit beside the infusions is held from today on, and with whom; None for `every_days` ends it.

    Raises CourseError for an interval that is none and PermissionError.
    """
    _check(patient, by, "course.plan_beside")
    if every_days is not None and not 1 <= every_days <= LONGEST_DAYS:
        raise CourseError(
            f"{every_days} days is no interval. Give 1 to {LONGEST_DAYS} days. Nothing was saved."
        )
    row = BesidePlan(
        patient=patient, kind=kind.value, agreed_on=clock.day_of(patient.clinic, at), every_days=every_days,
        with_name=check_length(with_name, LONGEST_NAME, refused=CourseError),
    )  # fmt: skip
    detail = {"kind": kind.value, "every_days": every_days, "with": row.with_name}
    kept: BesidePlan = keep(row, action="planned visits beside infusions", by=by, at=at, detail=detail)
    return kept


def _check(patient: Patient, by: Staff, verb: str) -> None:
    check_same_clinic(by, patient)
    if not may(by, verb):
        raise PermissionError(refusal(by, verb))
