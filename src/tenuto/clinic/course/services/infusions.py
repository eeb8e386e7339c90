"""Keeping what was given. One transaction with its audit event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.models import InfusionReport
from tenuto.clinic.course.services.deviating import name_deviations
from tenuto.clinic.ledger.facts import IN_ORDER
from tenuto.clinic.pathway.api import Batch, signed_courses_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.facts import SignedCourse
from tenuto.core.course.infusion import CourseError, GivenInfusion
from tenuto.core.units import plain

__all__ = ["CourseMoved", "record_infusion"]

PLACES = Decimal("0.0001")


class CourseMoved(Exception):
    """Somebody else recorded an infusion in the meantime. Nothing was saved; the text says who."""


@transaction.atomic
def record_infusion(
    *,
    patient: Patient,
    infusion: GivenInfusion,
    series: UUID,
    plan_version: UUID,
    signed: Sequence[SignedCourse] | None = None,
    seen: str | None = None,
    by: Staff,
    at: datetime,
) -> InfusionReport:
    """Keep what was given under a signed plan; a second report about a day corrects the first.

    `signed` are the signed versions of the plan; they are asked for when the caller has not got them. Where the infusion
    differs from the version it was given under, the deviation is named and a task opened; the fact is kept all the same.
    `seen` is `mark` as the page had it; None when there was no page.

    Raises CourseMoved. Raises CourseError for a day that is still to come, and for an infusion of which mass, dose,
    minutes or tolerability are not known.
    """
    check_role(by, "plan.visit")
    check_same_clinic(by, patient)
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    newest = InfusionReport.objects.filter(patient=patient, struck=None).order_by(*IN_ORDER).last()
    if seen is not None and seen != (str(newest.pk) if newest else ""):
        who = newest.recorded_by_name if newest else "Somebody"
        raise CourseMoved(f"{who} recorded an infusion in the meantime. Nothing of yours was saved.")
    if infusion.on > clock.day_of(patient.clinic, at):
        raise CourseError(f"{long_day(infusion.on)} is not over yet. Record the infusion once it was given.")
    row = _row(infusion)
    row.patient, row.series, row.plan_version = patient, series, plan_version
    detail = {
        "given_on": infusion.on.isoformat(),
        "dose_mg": plain(row.dose_mg),
        "plan_version": str(plan_version),
    }
    kept: InfusionReport = keep(row, action="recorded infusion", by=by, at=at, detail=detail)
    if signed is None:
        batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
        signed = signed_courses_of(batch).get(patient.pk, ())
    name_deviations(kept, infusion.on, signed, by=by, at=at)
    return kept


def _row(infusion: GivenInfusion) -> InfusionReport:
    mass, dose, minutes, borne = infusion.mass, infusion.dose, infusion.minutes, infusion.tolerability
    if mass is None or dose is None or minutes is None or borne is None:
        raise CourseError(
            f"The report of the infusion on {long_day(infusion.on)} is not complete. Give mg, mg/kg, minutes and how "
            "it was borne."
        )
    return InfusionReport(
        given_on=infusion.on,
        dose_mg=mass.value,
        dose_mg_per_kg=dose.value.quantize(PLACES, ROUND_HALF_UP),
        minutes=minutes.value,
        effects=list(borne.effects),
        worst_grade=borne.worst_event_grade,
        open_grade=borne.open_event_grade,
        pressure_alert=borne.blood_pressure_alert,
        deepest_sedation=borne.deepest_sedation,
    )
