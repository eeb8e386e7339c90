"""Deciding on the next date."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.forecast.forms.deciding import DateForm
from tenuto.clinic.forecast.services import DateRefused, ForecastMoved, decide_date
from tenuto.clinic.forecast.views.page import show
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk

__all__ = ["decide"]

GROUNDS = (
    "forecast.DateDecision",
    "scales.ScaleFormStruck",
    "course.InfusionReport",
    "course.InfusionStruck",
    "plan.PlanVersion",
)
"""What a decision on the date rests on, beside all that every judgement has seen. A forecast that is kept meanwhile from the same facts changes nothing."""


@require_POST
@shows_patient("decision on the date", verb="forecast.decide")
@judges_risk(*GROUNDS, typed=DateForm, page="forecast:page")
def decide(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep the decision, and lead to the revision that waits for a signature."""
    form = DateForm(request.POST)
    if not form.is_valid():
        return show(request, patient, form)
    got = form.cleaned_data
    try:
        row = decide_date(
            patient=patient,
            outcome=got["outcome"],
            on=got["on"],
            reason=got["reason"],
            rescue=got["rescue"],
            seen=got["ground"],
            by=staff_of(request),
            at=clock.instant(),
        )
    except ForecastMoved as moved:
        messages.warning(request, str(moved), extra_tags="Not decided")
        return redirect("forecast:page", patient.pk)
    except DateRefused as refused:
        form.add_error(refused.field, str(refused))
        return show(request, patient, form)
    if row.revision is None:
        messages.success(request, "No infusion for now. The decision is kept.", extra_tags="Decided")
        return redirect("forecast:page", patient.pk)
    messages.success(
        request,
        f"Plan version {row.revision_number} has the day. It counts once it is signed.",
        extra_tags="Decided",
    )
    return redirect("plan:version", patient.pk, row.revision)
