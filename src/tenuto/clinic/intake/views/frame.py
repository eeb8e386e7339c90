"""What every page of a patient's intake carries beside the frame: the gate as it stands now."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.presenters.aside import aside
from tenuto.clinic.intake.state import IntakeState, batch_with, current
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.models import Patient

__all__ = ["UNPROCESSABLE", "aside_html", "page", "staff_of"]

UNPROCESSABLE = 422


def staff_of(request: HttpRequest) -> Staff:
    """Who is signed in; every page of intake needs somebody."""
    return cast(Staff, request.user)


def page(
    request: HttpRequest,
    template: str,
    patient: Patient,
    context: dict[str, Any],
    *,
    state: IntakeState | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page about a patient, with the gate as it stands now."""
    state = state or current(patient)
    shown = {"aside": aside(state, patient.pk, staff_of(request)), **context}
    return patient_page(request, template, patient, shown, batch=batch_with(patient, state), status=status)


def aside_html(request: HttpRequest, patient: Patient) -> str:
    """The gate beside, alone, for a page that is filled in without reloading."""
    return render_to_string(
        "intake/parts/aside.html",
        {"aside": aside(current(patient), patient.pk, staff_of(request))},
        request=request,
    )
