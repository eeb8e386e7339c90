"""The decision on the next date: put up as a revision of the plan, and told to booking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.api import BookingRefused, agree_rescue_slot, lock_bookings
from tenuto.clinic.forecast.courses import CourseKnown, courses, read_course
from tenuto.clinic.forecast.models import DateDecision, StoredForecast
from tenuto.clinic.forecast.services.keeping import keep_said
from tenuto.clinic.outcomes.api import checks_with
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.plan.api import ProposedRevision, RevisionRefused, Status, propose_revision
from tenuto.clinic.ports.api import WindowKind, end_tasks, set_window, withdraw_window
from tenuto.core.durability.record import HistoryError
from tenuto.core.forecast.deciding import (
    DateChoice,
    DateOutcome,
    DateRefused,
    check_rescue,
    choose_date,
)
from tenuto.core.forecast.keeping import said_of
from tenuto.core.literature.tasks import EndsBy
from tenuto.core.plan.request import PlanRequestError
from tenuto.core.sentences import LONGEST_REASON, shortened

__all__ = ["DateRefused", "ForecastMoved", "decide_date"]


class ForecastMoved(Exception):
    """The forecast is another one than the page showed. Nothing was kept."""


@transaction.atomic
def decide_date(
    *,
    patient: Patient,
    outcome: str,
    on: date | None,
    reason: str,
    seen: str,
    by: Staff,
    at: datetime,
    rescue: date | None = None,
) -> DateDecision:
    """Decide on the next date, on the forecast whose ground the page had `seen`.

    A date is put up as a revision of the plan, which counts once a prescriber signs it, and told to booking as a window;
    a choice shorter than proposed is on the audit. `rescue` is a day that is kept for a response that goes before; a decision
    without one takes an older one back. Raises DateRefused, ForecastMoved and PermissionError.
    """
    check_same_clinic(by, patient)
    check_role(by, "forecast.decide")
    # One decision of a patient at a time, and no booking beside it; what it rests on is read behind the locks.
    lock_bookings(by.clinic_id)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    known = courses(batch).get(patient.pk)
    if known is None:
        raise DateRefused("Nothing is recorded about this patient, so there is no date to decide.")
    if seen != known.ground:
        raise ForecastMoved("A score or an infusion was recorded since this page was shown. Read it again.")
    stored = _kept(known, by, at)
    choice = _chosen(DateOutcome(outcome), on, reason, stored, known)
    check_rescue(rescue, choice, treated=stored.treated, as_of=known.today, definitions=known.definitions)
    revision = _put_up(known, choice, by, at) if choice.on else None
    _tell_booking(patient, choice, by, at)
    _keep_rescue(patient, rescue, by, at)
    row = _row(patient, stored, choice, revision)
    row.rescue = rescue
    detail = {
        "outcome": str(choice.outcome),
        "on": str(choice.on or ""),
        "proposed": str(choice.proposed or ""),
        "days_shorter": choice.days_shorter,
        "days_beyond": choice.days_beyond,
        "reason": choice.reason,
        "rescue": str(rescue or ""),
        "forecast": str(stored.pk),
        "revision": revision.number if revision else None,
        "checks_waiting": _waiting(patient, batch, choice),
    }
    action = (
        "decided on a shorter interval than proposed" if choice.days_shorter else "decided on the next date"
    )
    keep(row, action=action, by=by, at=at, detail=detail)
    end_tasks(patient=patient, ends_by=EndsBy.DATE, subject=row, by=by, at=at)
    return row


def _waiting(patient: Patient, batch: Batch, choice: DateChoice) -> list[str]:
    """The long-term checks that will be late or hold on the day that was chosen."""
    if choice.on is None:
        return []
    return [each.kind.value for each in checks_with(patient, batch, infusion=choice.on) if each.asks]


def _kept(known: CourseKnown, by: Staff, at: datetime) -> StoredForecast:
    try:
        read = read_course(known)
    except HistoryError as error:
        raise DateRefused(str(error)) from error
    said = said_of(read.inputs, read.found)
    return keep_said(known=known, said=said, inputs=read.text, by=by, at=at)[0]


def _chosen(
    outcome: DateOutcome, on: date | None, reason: str, stored: StoredForecast, known: CourseKnown
) -> DateChoice:
    return choose_date(
        outcome,
        on=on,
        reason=reason,
        closes=stored.closes,
        treated=stored.treated,
        as_of=known.today,
        definitions=known.definitions,
    )


def _put_up(known: CourseKnown, choice: DateChoice, by: Staff, at: datetime) -> ProposedRevision:
    """The revision of the plan in force with the decided day."""
    if known.plan is None:
        raise DateRefused("No plan is in force, so no infusion can be planned. Sign a plan first.")
    request = replace(known.plan.order.request, next_maintenance=choice.on, given=(), earlier=())
    why = f"Next infusion: {choice.words}." + (f" {choice.reason}" if choice.reason else "")
    try:
        revision = propose_revision(
            patient=known.patient, request=request, why=shortened(why, LONGEST_REASON), by=by, at=at
        )
    except (RevisionRefused, PlanRequestError) as refused:
        raise DateRefused(str(refused)) from refused
    if revision.status not in (Status.DRAFT, Status.SIGNED):
        raise DateRefused(
            f"This very plan was declined as version {revision.number}. Choose another day, or revise the plan by hand."
        )
    return revision


def _tell_booking(patient: Patient, choice: DateChoice, by: Staff, at: datetime) -> None:
    why = f"Decided by {by.audit_name}: {choice.words}. {choice.reason}".strip()
    if choice.on is None:
        withdraw_window(patient=patient, kind=WindowKind.DECIDED, why=why, by=by, at=at)
    else:
        set_window(
            patient=patient, opens=choice.on, closes=choice.on, kind=WindowKind.DECIDED, why=why, by=by, at=at
        )


def _keep_rescue(patient: Patient, rescue: date | None, by: Staff, at: datetime) -> None:
    """Agreed, and held with a chair and a nurse, so that nobody else is booked there."""
    kind = WindowKind.RESCUE
    try:
        agree_rescue_slot(patient=patient, on=rescue, by=by, at=at)
    except BookingRefused as refused:
        raise DateRefused(str(refused), "rescue") from refused
    if rescue is None:
        withdraw_window(patient=patient, kind=kind, why="No rescue slot was agreed.", by=by, at=at)
    else:
        why = "Agreed with the patient, for a response that goes before the next date."
        set_window(patient=patient, opens=rescue, closes=rescue, kind=kind, why=why, by=by, at=at)


def _row(
    patient: Patient, stored: StoredForecast, choice: DateChoice, revision: ProposedRevision | None
) -> DateDecision:
    return DateDecision(
        patient=patient,
        forecast=stored,
        outcome=str(choice.outcome),
        on=choice.on,
        proposed=choice.proposed,
        days_shorter=choice.days_shorter,
        days_beyond=choice.days_beyond,
        reason=choice.reason,
        revision=revision.version_id if revision else None,
        revision_number=revision.number if revision else None,
    )
