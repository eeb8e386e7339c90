"""Whose session a device charted last. A page of another patient says so before anything more is written (hazard H1)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services import account_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import sight_of
from tenuto.core.infusion.entries import PatientLeft

__all__ = ["charted_here", "two_patients"]

CHARTED = "infusion_charted_here"


def charted_here(request: HttpRequest, session: Session) -> None:
    """Remember with the sign-in that this device charts the session."""
    request.session[CHARTED] = str(session.pk)


def two_patients(request: HttpRequest, patient: Patient, at: datetime) -> str:
    """The warning that the device charted somebody else last who is still here; empty otherwise."""
    known, staff = request.session.get(CHARTED), staff_of(request)
    if known is None:
        return ""
    last = Session.objects.select_related("patient").filter(pk=UUID(known)).first()
    if last is None or last.patient_id == patient.pk:
        return ""
    left = any(isinstance(each.what, PatientLeft) for each in account_of(last, at).entries)
    if left or not sight_of(last.patient, staff=staff, at=at).allowed:
        return ""
    return (
        f"This device charted {last.patient.name} last, who is still here. This page is {patient.name}: compare the wristband "
        "before you write."
    )
