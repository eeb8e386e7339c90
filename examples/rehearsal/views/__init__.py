"""The page of the rehearsal."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.pathway.api import Batch, patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.rehearsal.api import hold_rehearsal, rehearsed


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("rehearsal page", verb="plan.comfort")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Whether it was held, and the form to say so."""
    batch, problem = Batch.of(patient), ""
    if request.method == "POST":
        note, by = request.POST.get("note", ""), cast(Staff, request.user)
        try:
            hold_rehearsal(patient=patient, note=note, by=by, at=timezone.now())
            return redirect("rehearsal:page", patient.pk)
        except ValueError as error:
            problem = str(error)
    context = {"held": patient.pk in rehearsed(batch), "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return patient_page(request, "rehearsal/page.html", patient, context, batch=batch, status=status)
