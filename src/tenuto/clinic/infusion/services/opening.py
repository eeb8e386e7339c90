"""Opening the session of a day on the plan in force."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.booking.api import standing_of
from tenuto.clinic.infusion.models import ChartEntry, Session
from tenuto.clinic.infusion.services.standing import SessionRefused, session_today
from tenuto.clinic.intake.api import policy_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.plan.api import PlanState, current
from tenuto.clinic.ui.words import long_day
from tenuto.core.gate import Level
from tenuto.core.infusion.prescribed import SessionOrder
from tenuto.core.literature.protocol import Track, protocol
from tenuto.core.plan.record_json import record_to_json
from tenuto.core.policy import Policy
from tenuto.core.units import MgPerKgPerHour

__all__ = ["open_session", "other_day"]


@transaction.atomic
def open_session(*, patient: Patient, by: Staff, at: datetime) -> Session:
    """Open today's session on the plan in force; the one that is open when it is the same plan or the pump was started.

    Raises SessionRefused without a plan that says vial, volume and pump rate, and PermissionError.
    """
    check_role(by, "infusion.chart")
    check_same_clinic(by, patient)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    plan, known = current(patient), session_today(patient, at)
    if known is not None and ChartEntry.objects.filter(session=known).exists():
        return known
    if plan is None:
        raise SessionRefused("No plan is in force, so nothing is ordered. A prescriber signs one first.")
    if known is not None and known.plan_version == plan.version_id:
        return known
    row = Session(
        patient=patient,
        held_on=clock.day_of(patient.clinic, at),
        plan_version=plan.version_id,
        series=plan.series_id,
        order=record_to_json(_order(plan, policy_of(patient.clinic))),
    )
    detail = {"plan": str(plan.version_id), "day": row.held_on.isoformat()}
    kept: Session = keep(row, action="opened session", by=by, at=at, detail=detail)
    return kept


def other_day(patient: Patient, at: datetime) -> str:
    """That the next infusion is booked for another day than this one; empty where it is not, or none is booked."""
    today = clock.day_of(patient.clinic, at)
    days = [clock.day_of(patient.clinic, each.starts_at) for each in standing_of(patient)]
    if today in days or not days:
        return ""
    ahead = [each for each in days if each > today]
    booked = ahead[0] if ahead else days[-1]
    return f"The infusion is booked for {long_day(booked)}, and today is {long_day(today)}. Find out which day is right."


def _order(plan: PlanState, policy: Policy) -> SessionOrder:
    dose, care, pinned = plan.order.dose, plan.order.care, plan.order.protocol
    setting = care.pump_setting if care else None
    if dose is None or dose.vial is None or dose.total_volume is None or setting is None or pinned is None:
        raise SessionRefused(
            "The plan in force names no vial, volume or pump rate. A prescriber signs a plan with them first."
        )
    protocol_ = protocol(pinned.id, pinned.version)
    return SessionOrder(
        dose=dose.dose,
        weight=dose.weight,
        target=dose.target,
        vial=dose.vial,
        volume=dose.total_volume,
        duration=dose.minutes,
        setting=setting,
        closely=plan.order.gate == Level.REVIEW.name
        or _fast_for_pain(protocol_.track, dose.rate_per_kg, policy),
        bolus=protocol_.session.bolus_allowed,
    )


def _fast_for_pain(track: Track, rate: MgPerKgPerHour, policy: Policy) -> bool:
    limit = policy.quantity("monitor_closely_above_mg_per_kg_per_h_pain", MgPerKgPerHour)
    return track is Track.PAIN and rate > limit.value
