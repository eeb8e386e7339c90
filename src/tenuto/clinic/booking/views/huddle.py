"""The huddle sheet of a day, on screen and on paper, with the demand for chairs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import today
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.documents.paper import huddle_pdf
from tenuto.clinic.booking.forms.own import VeinsForm
from tenuto.clinic.booking.huddle import HuddleVisit, chair_demand, huddle
from tenuto.clinic.booking.services import BookingRefused
from tenuto.clinic.booking.services.preparing import note_veins
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import hidden_from

__all__ = ["page", "pdf", "veins"]


@require_safe
@requires("patient.view")
def page(request: HttpRequest) -> HttpResponse:
    """Everybody who comes on a day."""
    staff, on = staff_of(request), _day(request)
    visits = huddle(staff.clinic, on, hidden=hidden_from(staff))
    try:
        demand, problem = chair_demand(staff.clinic), ""
    except (BookingRefused, ValueError) as refused:
        demand, problem = (), str(refused)
    _looked(request, on, visits)
    one = timedelta(days=1)
    context = {
        "here": "week", "on": on, "before": on - one, "after": on + one, "visits": visits, "demand": demand, "problem": problem,
    }  # fmt: skip
    return render(request, "booking/huddle.html", context)


@require_safe
@requires("patient.print")
def pdf(request: HttpRequest) -> HttpResponse:
    """The same on paper."""
    staff, on = staff_of(request), _day(request)
    visits = huddle(staff.clinic, on, hidden=hidden_from(staff))
    content = huddle_pdf(staff.clinic, on, visits)
    _looked(request, on, visits, "huddle sheet on paper")
    headers = {"Content-Disposition": f'attachment; filename="huddle-{on.isoformat()}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_POST
@shows_patient("note on veins", verb="plan.visit")
@rests_on("booking.VeinNote", typed=VeinsForm, page="booking:page")
def veins(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep where a vein was found."""
    form = VeinsForm(request.POST)
    if form.is_valid():
        note_veins(
            patient=patient, words=form.cleaned_data["veins"], by=staff_of(request), at=clock.instant()
        )
        messages.success(request, "It stands on the huddle sheet.", extra_tags="Saved")
    return redirect("booking:page", patient.pk)


def _looked(
    request: HttpRequest, on: date, visits: Iterable[HuddleVisit], what: str = "huddle sheet"
) -> None:
    seen = (visit.patient_id for visit in visits if not visit.hidden)
    record_list(what, seen, by=staff_of(request), at=clock.instant(), day=str(on))


def _day(request: HttpRequest) -> date:
    here = today(staff_of(request).clinic)
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return here
    return on if 1900 < on.year < 2200 else here
