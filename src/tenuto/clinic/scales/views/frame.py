"""The frame in which the pages of scales stand: beside them what the stages show, such as the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from tenuto.clinic.pathway.api import Batch, patient_page
from tenuto.clinic.people.models import Patient

__all__ = ["UNPROCESSABLE", "page"]

UNPROCESSABLE = 422


def page(
    request: HttpRequest,
    template: str,
    patient: Patient,
    context: Mapping[str, Any],
    *,
    batch: Batch | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page about a patient; `batch` where the view has asked the stages already."""
    return patient_page(request, template, patient, context, batch=batch, beside=True, status=status)
