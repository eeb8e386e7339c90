"""Taking back an infusion that was entered in error: in another patient's record, or for a day on which none was given."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_may_strike, check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.course.models import InfusionReport, InfusionStruck
from tenuto.clinic.course.services.deviating import name_deviations
from tenuto.clinic.ledger.facts import in_order
from tenuto.clinic.pathway.api import Batch, signed_courses_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.infusion import CourseError
from tenuto.core.sentences import check_reason

__all__ = ["strike_infusion"]


@transaction.atomic
def strike_infusion(
    *, patient: Patient, on: date, why: str, by: Staff, at: datetime
) -> tuple[InfusionStruck, ...]:
    """Strike every report of a day: it counts as if none had been recorded, and all of them stay to be read.

    Raises CourseError for a day without a report that counts, and for a reason that is no sentence.
    """
    check_role(by, "plan.visit")
    check_same_clinic(by, patient)
    why = check_reason(
        why, "Write in a sentence why this was an error. Nothing was changed.", refused=CourseError
    )
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    reports = list(in_order(InfusionReport.objects.filter(patient=patient, given_on=on, struck=None)))
    if not reports:
        raise CourseError(
            f"No infusion is on record for {long_day(on)}, or it was struck. Nothing was changed."
        )
    for report in reports:
        what = "The infusion of this day"
        check_may_strike(by, report.recorded_by_name, "plan.visit", what=what, refused=CourseError)
    detail = {"given_on": on.isoformat(), "why": why}
    struck = tuple(
        keep(
            InfusionStruck(patient=patient, report=report, why=why),
            action="struck infusion", by=by, at=at, detail=detail,
        )
        for report in reports
    )  # fmt: skip
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    signed = signed_courses_of(batch).get(patient.pk, ())
    name_deviations(struck[-1], on, signed, by=by, at=at)
    return struck
