"""Weight, height, blood pressure, pulse and saturation: entered, repeated, struck."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.measurements import MeasurementForm
from tenuto.clinic.intake.models import Measured, ReadingStruck
from tenuto.clinic.intake.presenters.measurements import readings
from tenuto.clinic.intake.services import record_reading
from tenuto.clinic.intake.services.striking import NotStruck, strike_reading
from tenuto.clinic.intake.state import IntakeState, current, policy_of
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.blood_pressure import too_close
from tenuto.core.intake.eligibility import JudgementPurpose, case_of

__all__ = ["measurements", "strike"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("measurements", verb="intake.record")
def measurements(request: HttpRequest, patient: Patient) -> HttpResponse:
    """All readings, and a form for the next one."""
    now = clock.instant()
    form = MeasurementForm(request.POST or None, policy=policy_of(patient.clinic), now=now)
    if request.method == "POST" and form.is_valid():
        _keep(request, patient, form, now)
        _tell(request, patient, set(form.values()) | set(form.second()))
        return redirect("intake:tests" if "go_on" in request.POST else "intake:measurements", patient.pk)
    rows = Measured.objects.filter(patient=patient)
    struck = {row.reading: row for row in ReadingStruck.objects.filter(patient=patient)}
    context = {"form": form, "readings": readings(rows, struck, staff_of(request))}
    status = UNPROCESSABLE if form.is_bound else 200
    return page(request, "intake/measurements.html", patient, context, status=status)


@transaction.atomic
def _keep(request: HttpRequest, patient: Patient, form: MeasurementForm, now: datetime) -> None:
    got, by = form.cleaned_data, staff_of(request)
    for values, taken in ((form.values(), got["taken_at"]), (form.second(), got["second_taken_at"])):
        if values:
            record_reading(patient=patient, values=values, taken_at=taken, by=by, at=now)


def _tell(request: HttpRequest, patient: Patient, kinds: set[str]) -> None:
    """That it is kept, and at once what the gate says of it: a second weighing, a repeat of the pressure."""
    messages.success(request, "The reading is recorded.", extra_tags="Saved")
    about = {"weight_kg": "weight", "height_cm": "height", "heart_rate_per_min": "heart_rate"}
    facts = {about.get(kind, "blood_pressure" if kind.endswith("mmhg") else "") for kind in kinds}
    state = current(patient)
    if "blood_pressure" in facts and (close := _too_close(state)):
        messages.warning(request, close, extra_tags="Look")
    for finding in state.gate.findings:
        if finding.fact in facts and finding.level > 0 and not finding.missing:
            messages.warning(request, finding.message, extra_tags="Look")


def _too_close(state: IntakeState) -> str:
    purpose = JudgementPurpose.PLANNING
    return too_close(
        case_of(state.facts, policy=state.policy, as_of=state.as_of, purpose=purpose, indication=None)
    )


@require_POST
@shows_patient("measurements", verb="intake.record")
def strike(request: HttpRequest, patient: Patient, reading: UUID) -> HttpResponse:
    """Take a wrong reading out of what counts. It stays, struck through."""
    why, by = request.POST.get("why", ""), staff_of(request)
    try:
        strike_reading(patient=patient, reading=reading, why=why, by=by, at=clock.instant())
    except NotStruck as refused:
        messages.error(request, str(refused), extra_tags="Not struck")
    else:
        told = "The reading counts no more. Enter the right one if it is known."
        messages.success(request, told, extra_tags="Struck")
    return redirect("intake:measurements", patient.pk)
