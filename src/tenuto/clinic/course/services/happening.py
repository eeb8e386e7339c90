"""Recording what happened beside infusions and scores: a planned infusion was missed, an antidepressant changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.models import CourseEvent, InfusionReport, MissedVisit
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import open_by_rule
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.facts import CourseEventKind, MissedHow
from tenuto.core.course.infusion import CourseError
from tenuto.core.intake.tasks import attempt_target, for_harm
from tenuto.core.sentences import LONGEST_REASON, check_length, check_reason

__all__ = ["record_event", "record_missed"]


@transaction.atomic
def record_missed(
    *, patient: Patient, on: date, how: MissedHow, reason: str, by: Staff, at: datetime
) -> MissedVisit:
    """Keep that an infusion planned for a day was not given. A second record about the day corrects the first.

    Raises CourseError for a day to come, for one on which an infusion is on record, and for a reason that is no sentence.
    """
    _check(patient, by)
    ask = "Write in a sentence why it was missed. Nothing was saved."
    reason = check_reason(reason, ask, refused=CourseError)
    if on > clock.day_of(patient.clinic, at):
        raise CourseError(f"{long_day(on)} is still to come, so nobody missed it. Cancel the visit instead.")
    if InfusionReport.objects.filter(patient=patient, given_on=on, struck=None).exists():
        raise CourseError(
            f"An infusion is on record for {long_day(on)}. Strike it first if it was not given."
        )
    row = MissedVisit(patient=patient, planned_on=on, how=how.value, reason=reason)
    detail = {"planned_on": on.isoformat(), "how": how.value, "reason": row.reason}
    kept: MissedVisit = keep(row, action="recorded missed visit", by=by, at=at, detail=detail)
    return kept


@transaction.atomic
def record_event(
    *, patient: Patient, kind: CourseEventKind, on: date, note: str, by: Staff, at: datetime
) -> CourseEvent:
    """Keep that something happened that bears on the interval. Raises CourseError for a day to come.

    A suicide attempt opens the urgent task in the same transaction (hazard H18).
    """
    _check(patient, by)
    if on > clock.day_of(patient.clinic, at):
        raise CourseError(f"{long_day(on)} is in the future. Record what happened after it did.")
    row = CourseEvent(
        patient=patient,
        kind=kind.value,
        happened_on=on,
        note=check_length(note, LONGEST_REASON, refused=CourseError),
    )
    detail = {"kind": kind.value, "happened_on": on.isoformat()}
    kept: CourseEvent = keep(row, action="recorded course event", by=by, at=at, detail=detail)
    if kind is CourseEventKind.SUICIDE_ATTEMPT:
        rule = for_harm()
        why = f"A suicide attempt on {long_day(on)} is on record. {rule.why}"
        open_by_rule(rule, patient=patient, why=why, target=attempt_target(on), by=by, at=at)
    return kept


def _check(patient: Patient, by: Staff) -> None:
    check_same_clinic(by, patient)
    check_role(by, "course.record")
