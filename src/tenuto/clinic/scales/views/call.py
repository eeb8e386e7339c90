"""A call that came in about a patient."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.forms.call import CallForm
from tenuto.clinic.scales.models import IncomingCall
from tenuto.clinic.scales.services import record_call
from tenuto.clinic.scales.views.frame import UNPROCESSABLE, page

__all__ = ["call"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("calls", verb="scale.record")
def call(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The form, and the calls so far. What alarms has its task before the next page is shown."""
    staff = staff_of(request)
    form = CallForm(request.POST or None, clinic=staff.clinic)
    if request.method == "POST" and form.is_valid():
        _, tasks = record_call(patient=patient, **form.call(), by=staff, at=clock.instant())
        messages.success(request, "The call is on record.", extra_tags="Saved")
        for task in tasks:
            messages.error(request, task.why, extra_tags="Task opened")
        urgent = any(task.kind.startswith("suicide") for task in tasks)
        to_triage = urgent and may(staff, "scale.triage")
        return redirect("scales:triage" if to_triage else "scales:call", patient.pk)
    calls = IncomingCall.objects.filter(patient=patient).select_related("form").order_by(*NEWEST_FIRST)
    context = {"form": form, "calls": calls}
    return page(request, "scales/call.html", patient, context, status=UNPROCESSABLE if form.is_bound else 200)
