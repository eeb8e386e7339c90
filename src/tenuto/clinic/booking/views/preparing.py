"""Giving a patient the link of a visit, and what a prescriber marks for its page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.forms.own import MedicinesForm
from tenuto.clinic.booking.models import Appointment
from tenuto.clinic.booking.services.preparing import note_medicines, preparation_link
from tenuto.clinic.booking.services.standing import BookingRefused, standing
from tenuto.clinic.pathway.api import patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["give_link", "medicines"]


@require_POST
@shows_patient("preparation link", verb="link.issue")
def give_link(request: HttpRequest, patient: Patient, appointment_id: UUID) -> HttpResponse:
    """The link of a visit, to be told or sent by whoever gives it."""
    try:
        row = standing(patient.clinic_id).get(pk=appointment_id, patient=patient)
    except Appointment.DoesNotExist:
        raise Http404("There is no such visit, or it has ended.") from None
    row.patient = patient
    try:
        sent = preparation_link(appointment=row, by=staff_of(request), at=clock.instant())
    except BookingRefused as refused:
        messages.warning(request, str(refused), extra_tags="No link")
        return redirect("booking:visit", patient.pk, row.pk)
    context = {
        "address": request.build_absolute_uri(reverse("links:door", args=[sent.token])),
        "until": sent.row.link.expires_at,
        "when": row.at_clinic,
        "appointment": row,
    }
    return patient_page(request, "booking/link.html", patient, context, status=201)


@require_POST
@shows_patient("medicines before a visit", verb="plan.order")
@rests_on("booking.PreparationNote", typed=MedicinesForm, page="booking:page")
def medicines(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep what the patient is told about medicines before each visit."""
    form = MedicinesForm(request.POST)
    if form.is_valid():
        note_medicines(
            patient=patient,
            medicines=form.cleaned_data["medicines"],
            by=staff_of(request),
            at=clock.instant(),
        )
        messages.success(request, "The patient reads it with the preparation.", extra_tags="Saved")
    return redirect("booking:page", patient.pk)
