"""What every page of a patient's intake carries: the banner, the spine, the gate beside."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from tenuto.clinic.intake.api import IntakeState, current
from tenuto.clinic.intake.presenters.aside import aside, stages
from tenuto.clinic.intake.presenters.person import banner_of
from tenuto.clinic.people.models import Patient, Staff

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
    identifiers = tuple(str(identifier) for identifier in patient.identifiers.all())
    frame = {
        "patient": patient,
        "banner": banner_of(patient, identifiers, state.facts, state.gate, state.as_of),
        "stages": stages(state, patient.pk),
        "aside": aside(state, patient.pk, staff_of(request)),
    }
    return render(request, template, {**frame, **context}, status=status)


def aside_html(request: HttpRequest, patient: Patient) -> str:
    """The gate beside, alone, for a page that is filled in without reloading."""
    return render_to_string(
        "intake/parts/aside.html",
        {"aside": aside(current(patient), patient.pk, staff_of(request))},
        request=request,
    )
