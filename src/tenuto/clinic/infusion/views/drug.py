"""What is posted about the drug of a session."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.drug import DrawForm, WasteDrugForm
from tenuto.clinic.infusion.services import SessionRefused, session_today
from tenuto.clinic.infusion.services.drug import draw_drug, waste_drug
from tenuto.clinic.infusion.views.page import HERE, Forms, shown_page
from tenuto.clinic.infusion.views.posted import posted
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["draw", "waste"]


@posted
@shows_patient("drug drawn for a session", verb="infusion.chart")
def draw(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Write what is drawn."""
    now, form = clock.instant(), DrawForm(request.POST, auto_id="id_draw_%s")
    session = session_today(patient, now)
    if session is None:
        return redirect(HERE, patient.pk)
    if form.is_valid():
        got = form.cleaned_data
        try:
            draw_drug(
                session=session,
                client_id=str(got["client_id"]),
                vial=got["vial"],
                volume=got["volume"],
                by=staff_of(request),
                at=now,
            )
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(HERE, patient.pk)
    return shown_page(request, patient, Forms(draw=form))


@posted
@shows_patient("drug wasted of a session", verb="infusion.chart")
def waste(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Write what is wasted; a colleague witnesses it in the drug ledger."""
    now, form = clock.instant(), WasteDrugForm(request.POST, auto_id="id_waste_%s")
    session = session_today(patient, now)
    if session is None:
        return redirect(HERE, patient.pk)
    if form.is_valid():
        got = form.cleaned_data
        try:
            waste_drug(
                session=session,
                client_id=str(got["client_id"]),
                mass=got["mass"],
                how=got["how"],
                residual=got["where"] == "residual",
                by=staff_of(request),
                at=now,
            )
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            said = "It counts once a colleague who saw it has witnessed it in the drug ledger, on their own sign-in."
            messages.success(request, said, extra_tags="Written")
            return redirect(HERE, patient.pk)
    return shown_page(request, patient, Forms(waste=form))
