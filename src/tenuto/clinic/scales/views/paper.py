"""Scales that were filled in on paper, entered together."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.forms.paper import PaperForm
from tenuto.clinic.scales.presenters.scales import OFFERED
from tenuto.clinic.scales.services import record_form
from tenuto.clinic.scales.services.recording import Recorded
from tenuto.clinic.scales.views.frame import UNPROCESSABLE, page
from tenuto.clinic.scales.views.scales import tell
from tenuto.core.scales.reading import instrument

__all__ = ["paper"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("scale", verb="scale.record")
def paper(request: HttpRequest, patient: Patient) -> HttpResponse:
    """One line a scale; what is alarming has its task before the next page is shown."""
    batch = Batch.of(patient)
    form = PaperForm(request.POST or None, scales=[instrument(name) for name in OFFERED], today=batch.today)
    if request.method == "POST" and form.is_valid():
        recorded = _keep(request, patient, form, facts_of(patient, batch).person.sex)
        for each in recorded:
            tell(request, instrument(each.form.instrument).title, each)
        urgent = any(task.kind.startswith("suicide") for each in recorded for task in each.tasks)
        to_triage = urgent and may(staff_of(request), "scale.triage")
        return redirect("scales:triage" if to_triage else "scales:scales", patient.pk)
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "scales/paper.html", patient, {"form": form}, batch=batch, status=status)


@transaction.atomic
def _keep(request: HttpRequest, patient: Patient, form: PaperForm, sex: str) -> list[Recorded]:
    by, now = staff_of(request), clock.instant()
    return [
        record_form(
            patient=patient,
            instrument_id=name,
            answers=answers,
            taken=form.cleaned_data["taken"],
            answered_by="patient",
            sex=sex,
            by=by,
            at=now,
        )
        for name, answers in form.answers().items()
    ]
