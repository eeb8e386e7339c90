"""What every page about a patient says below the banner, whoever made the page (hazards H1 and H33)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest

from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.people.look_alikes import look_alikes
from tenuto.clinic.people.models import BrokenGlass, Patient
from tenuto.clinic.people.proven import is_unproven
from tenuto.clinic.ui.words import moment

__all__ = ["about_patient"]


def about_patient(request: HttpRequest) -> dict[str, Callable[[], list[str]] | Callable[[], str]]:
    """`banner_warnings` and `identity_doubt`: computed when the banner is shown, and only there."""
    return {
        "banner_warnings": lambda: _warnings(request),
        "identity_doubt": lambda: _identity_doubt(request),
    }


def _identity_doubt(request: HttpRequest) -> str:
    """That the name, the birth date or a number in the banner is not what was recorded; empty when it is."""
    patient: Patient | None = getattr(request, "patient", None)
    if patient is None or not is_unproven(patient):
        return ""
    return (
        "The name, the date of birth or a number of this person was changed in the database, past the program. Nothing on this "
        "page says for certain who this is: compare papers and wristband with the person, give nothing on the strength of this "
        "page, and tell whoever runs the server."
    )


def _warnings(request: HttpRequest) -> list[str]:
    patient: Patient | None = getattr(request, "patient", None)
    glass: BrokenGlass | None = getattr(request, "glass", None)
    found = [] if patient is None else look_alikes(patient, staff=staff_of(request))
    if glass is not None:
        found.append(
            f"You opened this record in an emergency. It stays open to you until {moment(glass.until)}, to read."
        )
    return found
