"""What every page of a patient's intake carries beside the frame: the gate as it stands now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.presenters.aside import Aside, aside
from tenuto.clinic.intake.state import IntakeState, batch_with, current
from tenuto.clinic.pathway.api import Batch, judgements_of, patient_page, safety_now
from tenuto.clinic.people.models import Patient

__all__ = ["UNPROCESSABLE", "aside_html", "page"]

UNPROCESSABLE = 422


def page(
    request: HttpRequest,
    template: str,
    patient: Patient,
    context: dict[str, Any],
    *,
    state: IntakeState | None = None,
    next_step: bool = False,
    read_by_patient: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page about a patient, with the gate as it stands now."""
    state = state or current(patient)
    batch = batch_with(patient, state)
    # The patient reads such a screen and signs on it: no verdict stands beside it.
    shown = {"aside": None if read_by_patient else _aside(request, patient, state, batch), **context}
    return patient_page(
        request, template, patient, shown, batch=batch, next_step=next_step, read_by_patient=read_by_patient,
        status=status,
    )  # fmt: skip


def aside_html(request: HttpRequest, patient: Patient) -> str:
    """The gate beside, alone, for a page that is filled in without reloading."""
    state = current(patient)
    shown = _aside(request, patient, state, batch_with(patient, state))
    return render_to_string("intake/parts/aside.html", {"aside": shown}, request=request)


def _aside(request: HttpRequest, patient: Patient, state: IntakeState, batch: Batch) -> Aside:
    safety, judged = safety_now(patient, batch), judgements_of(batch).get(patient.pk)
    return aside(state, patient.pk, staff_of(request), safety=safety, judged=judged)
