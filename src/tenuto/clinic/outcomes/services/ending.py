"""Tapering a course off, completing it, and taking it up again. A prescriber decides; what waited for a date ends with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.api import agree_rescue_slot, lock_bookings
from tenuto.clinic.course.api import account, record_ending
from tenuto.clinic.pathway.api import Batch, booked_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ports.api import WindowKind, end_tasks, withdraw_window
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.due import CoursePhase
from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.ending import check_taper
from tenuto.core.course.infusion import CourseError
from tenuto.core.literature.tasks import COURSE_TO_REVIEW, NEXT_DATE, EndsBy
from tenuto.core.outcomes.decisions import ReviewKind

__all__ = ["EndingRefused", "complete_course", "resume_course", "taper_course"]

GIVEN = (CoursePhase.END, CoursePhase.MAINTENANCE)
WAITED_FOR = (NEXT_DATE, COURSE_TO_REVIEW, ReviewKind.COMPLETION.value, ReviewKind.BENEFIT.value)
"""What a completion settles."""
ALREADY = "The course is completed. Take it up again first. Nothing was saved."


class EndingRefused(ValueError):
    """This can't be decided now. The text says why and what to do; nothing was saved."""


@transaction.atomic
def taper_course(
    *, patient: Patient, intervals_days: Sequence[int], reason: str, by: Staff, at: datetime
) -> EndingFact:
    """Space the last infusions out, each interval in days at least as long as the one before.

    Only while a response stands: what is being lost is not spaced out. Raises EndingRefused and PermissionError.
    """
    check_same_clinic(by, patient)
    check_role(by, "course.end")
    known = _account(patient, by, at)
    if known.completed:
        raise EndingRefused(ALREADY)
    if not known.response.responds or (known.scale is not None and known.scale.drifting):
        raise EndingRefused("A taper needs a response that holds, by a score on record. Nothing was saved.")
    now_days = known.interval_days or _rule_days(known)
    try:
        check_taper(intervals_days, now_days=now_days, policy=policy_of(patient.clinic))
        return _keep(EndingKind.TAPER, known, patient, reason, by, at, intervals_days=tuple(intervals_days))
    except CourseError as refused:
        raise EndingRefused(str(refused)) from refused


@transaction.atomic
def complete_course(
    *, patient: Patient, follow_up_by: date | None, reason: str, by: Staff, at: datetime
) -> EndingFact:
    """Nothing more is given; the person is seen again by a day. The windows and the rescue slot are taken back, and what waited for a date ends.

    Raises EndingRefused while an infusion is booked or the series runs, and PermissionError.
    """
    check_same_clinic(by, patient)
    check_role(by, "course.end")
    lock_bookings(by.clinic_id)
    known = _account(patient, by, at)
    batch = Batch([patient], clinic=patient.clinic, today=known.as_of)
    if known.completed:
        raise EndingRefused(ALREADY)
    if follow_up_by is None or follow_up_by <= known.as_of:
        raise EndingRefused("Choose a day to come by which the person is seen again. Nothing was saved.")
    if (booked := booked_of(batch).get(patient.pk)) is not None and booked.at is not None:
        raise EndingRefused(
            f"An infusion is booked for {long_day(clock.day_of(patient.clinic, booked.at))}. Cancel it first, or let it be given."
        )
    try:
        row = _keep(EndingKind.COMPLETE, known, patient, reason, by, at, follow_up_by=follow_up_by)
    except CourseError as refused:
        raise EndingRefused(str(refused)) from refused
    agree_rescue_slot(patient=patient, on=None, by=by, at=at)
    for kind in (WindowKind.DECIDED, WindowKind.FORECAST, WindowKind.RESCUE):
        withdraw_window(patient=patient, kind=kind, why="The course is completed.", by=by, at=at)
    end_tasks(
        patient=patient, ends_by=EndsBy.REVIEW, subject=patient, only=lambda task: task.kind in WAITED_FOR,
        note=reason, by=by, at=at,
    )  # fmt: skip
    return row


@transaction.atomic
def resume_course(*, patient: Patient, reason: str, by: Staff, at: datetime) -> EndingFact:
    """The signed rule counts again: the taper or the completion that stands is over. Raises EndingRefused."""
    check_same_clinic(by, patient)
    check_role(by, "course.end")
    known = _account(patient, by, at)
    if known.ending is None:
        raise EndingRefused("The course is neither tapered nor completed. Nothing was saved.")
    try:
        return _keep(EndingKind.RESUME, known, patient, reason, by, at)
    except CourseError as refused:
        raise EndingRefused(str(refused)) from refused


def _account(patient: Patient, by: Staff, at: datetime) -> CourseAccount:
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    known = account(patient, Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at)))
    if known.signed is None or known.phase not in GIVEN:
        raise EndingRefused(
            "The series is not given yet. Review the course to stop it early. Nothing was saved."
        )
    return known


def _rule_days(known: CourseAccount) -> int | None:
    """After the series and before any maintenance: what the signed rule allows at most."""
    return (known.window.last - known.given[-1].on).days if known.window is not None else None


def _keep(
    kind: EndingKind,
    known: CourseAccount,
    patient: Patient,
    reason: str,
    by: Staff,
    at: datetime,
    *,
    intervals_days: tuple[int, ...] = (),
    follow_up_by: date | None = None,
) -> EndingFact:
    series = known.signed.series if known.signed else ""
    return record_ending(
        patient=patient, kind=kind, series=UUID(series), intervals_days=intervals_days, follow_up_by=follow_up_by,
        reason=reason, by=by, at=at,
    )  # fmt: skip
