"""What every page about a patient says below the banner, whoever made the page (hazards H1 and H33)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.look_alikes import look_alikes
from tenuto.clinic.people.models import BrokenGlass, Patient
from tenuto.clinic.ui.words import moment

__all__ = ["about_patient"]


def about_patient(request: HttpRequest) -> dict[str, Callable[[], list[str]]]:
    """`banner_warnings`: computed when the banner is shown, and only there."""
    return {"banner_warnings": lambda: _warnings(request)}


def _warnings(request: HttpRequest) -> list[str]:
    patient: Patient | None = getattr(request, "patient", None)
    glass: BrokenGlass | None = getattr(request, "glass", None)
    found = [] if patient is None else look_alikes(patient, staff=cast(Staff, request.user))
    if glass is not None:
        found.append(
            f"You opened this record in an emergency. It stays open to you until {moment(glass.until)}, to read."
        )
    return found
