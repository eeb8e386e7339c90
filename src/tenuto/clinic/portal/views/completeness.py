"""How much of what was due is there: by week, by clinician, by patient."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course import api as course
from tenuto.clinic.pathway.api import Batch, safety_of
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from
from tenuto.clinic.plan import api as plan
from tenuto.clinic.portal.presenters.completeness import completeness_page
from tenuto.clinic.portal.services.due import wanted_of

__all__ = ["scores"]


@require_safe
@requires("patient.search")
def scores(request: HttpRequest) -> HttpResponse:
    """The outcome scores of everybody with a signed plan."""
    staff = staff_of(request)
    clinic = staff.clinic
    planned = set(plan.standings(clinic.patients.all()))
    patients = list(clinic.patients.filter(pk__in=planned).prefetch_related("identifiers"))
    batch = Batch(patients, clinic=clinic, today=clock.today(clinic))
    hidden = hidden_from(staff)
    shown = [patient for patient in patients if patient.pk not in hidden]
    page = completeness_page(
        # Who may not see a record does not read here that the person is a patient; the numbers count everybody.
        shown,
        wanted_of(batch),
        plan.signers(batch),
        safety=safety_of(batch),
        today=batch.today,
        treated=set(course.treated_patients(clinic)),
    )
    record_list("scores of everybody", (patient.pk for patient in shown), by=staff, at=clock.instant())
    return render(request, "portal/completeness.html", {"here": "scores", "page": page})
