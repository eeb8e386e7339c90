"""The page of the comfort card."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.forms.comfort import ComfortForm
from tenuto.clinic.plan.models import ComfortCard
from tenuto.clinic.plan.presenters.comfort import comfort_rows
from tenuto.clinic.plan.services.comfort import CardMoved, comfort_card, write_comfort_card


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("comfort card", verb="plan.comfort")
def comfort(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Read the card, and write the next version of it."""
    card = comfort_card(patient)
    if request.method != "POST":
        return _page(request, patient, card, ComfortForm.of(card))
    form = ComfortForm(request.POST)
    if not form.is_valid():
        return _page(request, patient, card, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    wishes = dict(form.cleaned_data)
    seen = wishes.pop("seen")
    try:
        kept = write_comfort_card(
            patient=patient, wishes=wishes, seen=seen, by=staff_of(request), at=clock.instant()
        )
    except CardMoved as moved:
        typed = request.POST.copy()
        typed["seen"] = str(moved.card.number)
        return _page(
            request, patient, moved.card, ComfortForm(typed), problem=str(moved), status=HTTPStatus.CONFLICT
        )
    messages.success(request, f"Comfort card {kept.number} is kept.", extra_tags="Saved")
    return redirect("plan:comfort", patient.pk)


def _page(
    request: HttpRequest,
    patient: Patient,
    card: ComfortCard | None,
    form: ComfortForm,
    *,
    problem: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "card": card,
        "rows": comfort_rows(card) if card else (),
        "form": form,
        "problem": problem,
    }
    return patient_page(request, "plan/comfort.html", patient, context, status=status)
