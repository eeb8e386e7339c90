"""Rating scales: which were answered, and one form each."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.pathway.api import Batch, facts_of, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.forms.scales import ScaleAnswers
from tenuto.clinic.scales.models import ScaleForm
from tenuto.clinic.scales.presenters.scales import OFFERED, scale_rows
from tenuto.clinic.scales.services import StrikeRefused, record_form, strike_form
from tenuto.clinic.scales.services.recording import Recorded
from tenuto.clinic.scales.views.frame import UNPROCESSABLE, page
from tenuto.clinic.ui.addresses import inside
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.scoring import Score, Void
from tenuto.core.units import plain

__all__ = ["form", "scales", "strike", "tell"]


@require_safe
@shows_patient("scales", verb="scale.record")
def scales(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Every scale that is offered, with the last total."""
    forms = ScaleForm.objects.filter(patient=patient, struck=None).order_by("-taken", *NEWEST_FIRST)
    batch = Batch.of(patient)
    context = {"scales": scale_rows(forms, facts_of(patient, batch).scores)}
    return page(request, "scales/scales.html", patient, context, batch=batch)


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("scale", verb="scale.record")
def form(request: HttpRequest, patient: Patient, instrument_id: str) -> HttpResponse:
    """The questions of one scale; what is alarming has its task before the next page is shown."""
    if instrument_id not in OFFERED:
        raise Http404(f"{instrument_id} is not offered.")
    scale, batch = instrument(instrument_id), Batch.of(patient)
    answered = ScaleAnswers(request.POST or None, scale=scale, today=batch.today)
    if request.method == "POST" and answered.is_valid():
        recorded = record_form(
            patient=patient,
            instrument_id=scale.id,
            answers=answered.answers(),
            taken=answered.cleaned_data["taken"],
            answered_by=answered.cleaned_data["answered_by"],
            sex=facts_of(patient, batch).person.sex,
            by=staff_of(request),
            at=clock.instant(),
        )
        tell(request, scale.title, recorded)
        urgent = any(task.kind.startswith("suicide") for task in recorded.tasks)
        to_triage = urgent and may(staff_of(request), "scale.triage")
        if to_triage:
            return redirect("scales:triage", patient.pk)
        # Whoever came from another page of the patient, such as a check that is due, goes on there.
        then = inside(
            request, request.GET.get("next", ""), otherwise=reverse("scales:scales", args=[patient.pk])
        )
        return redirect(then)
    context = {"form": answered, "scale": scale}
    status = UNPROCESSABLE if answered.is_bound else 200
    return page(request, "scales/scale.html", patient, context, batch=batch, status=status)


@require_POST
@shows_patient("scale", verb="scale.record")
@rests_on("scales.ScaleFormStruck", typed={"why": "Why"}, page="scales:scales")
def strike(request: HttpRequest, patient: Patient, form_id: UUID) -> HttpResponse:
    """Take back a form that was entered in error."""
    why, by = request.POST.get("why", ""), staff_of(request)
    try:
        strike_form(patient=patient, form=form_id, why=why, by=by, at=clock.instant())
    except StrikeRefused as refused:
        messages.error(request, str(refused), extra_tags="Not struck")
    else:
        text = "The form counts as never recorded. It stays on record, and what it opened stays open."
        messages.success(request, text, extra_tags="Struck")
    return redirect("scales:scales", patient.pk)


def tell(request: HttpRequest, title: str, recorded: Recorded) -> None:
    """What the answers came to, and which task they opened."""
    match recorded.result:
        case Void(reason=reason):
            messages.warning(request, reason, extra_tags="No total")
        case Score(total=total, band=band) if total is not None:
            words = f", {band.label}" if band else ""
            messages.success(request, f"{title}: {plain(total)}{words}.", extra_tags="Saved")
        case _:
            messages.success(request, f"{title} is recorded.", extra_tags="Saved")
    for task in recorded.tasks:
        messages.error(request, task.why, extra_tags="Task opened")
