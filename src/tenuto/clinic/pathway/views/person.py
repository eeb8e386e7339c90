"""Who a patient is, how to reach them, whom we may speak with; each correction beside what was known before."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.forms import ContactWishForm, IdentityForm, SupportForm
from tenuto.clinic.pathway.frame import limits_of, patient_page
from tenuto.clinic.pathway.registry import contributions
from tenuto.clinic.pathway.seen import rests_on
from tenuto.clinic.people import identity
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Channel, Patient

PAGE = "identity page"
ROUTE = "pathway:person"


@require_safe
@shows_patient(PAGE)
def person(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The newest identity with its history, and the three forms."""
    return _page(request, patient)


@require_POST
@shows_patient(PAGE, verb="patient.amend")
@rests_on("people.Identity", typed=IdentityForm, page=ROUTE)
def amend(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Correct who the patient is."""
    form = IdentityForm(request.POST)
    if form.is_valid():
        try:
            identity.amend_patient(
                patient=patient,
                **form.cleaned_data,
                policy=limits_of(patient.clinic),
                by=staff_of(request),
                at=clock.instant(),
            )
        except (identity.ChangedMeanwhile, ValueError) as problem:
            form.add_error(None, str(problem))
        else:
            return _done(request, patient, "The record is corrected; what was known before stays below.")
    return _page(request, patient, amend=form)


@require_POST
@shows_patient(PAGE, verb="patient.amend")
@rests_on("people.ContactPreference", typed=ContactWishForm, page=ROUTE)
def contact(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Record a contact preference."""
    form = ContactWishForm(request.POST)
    if form.is_valid():
        try:
            identity.prefer_contact(
                patient=patient,
                channel=Channel(form.cleaned_data["channel"]),
                allowed=form.cleaned_data["allowed"] == "yes",
                address=form.cleaned_data["address"],
                by=staff_of(request),
                at=clock.instant(),
            )
        except ValueError as problem:
            form.add_error("address", str(problem))
        else:
            return _done(request, patient, "The preference is recorded.")
    return _page(request, patient, contact=form)


@require_POST
@shows_patient(PAGE, verb="patient.amend")
@rests_on("people.SupportPerson", typed=SupportForm, page=ROUTE)
def support(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Record the support person."""
    form = SupportForm(request.POST)
    if form.is_valid():
        given = {**form.cleaned_data, "may_be_told": form.cleaned_data["may_be_told"] == "yes"}
        identity.set_support_person(patient=patient, **given, by=staff_of(request), at=clock.instant())
        return _done(request, patient, "The support person is recorded.")
    return _page(request, patient, support=form)


def _done(request: HttpRequest, patient: Patient, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("pathway:person", patient.pk)


def _page(request: HttpRequest, patient: Patient, **filled: forms.Form) -> HttpResponse:
    history = list(patient.identities.all())
    known = {
        "name": patient.name,
        "preferred_name": patient.preferred_name,
        "birth_date": patient.birth_date,
        "seen": history[0].pk if history else 0,
    }
    preferences = identity.contact_preferences(patient)
    context = {
        "links": [link for each in contributions() for link in each.links],
        "history": history,
        "channels": [(channel.label, preferences.get(channel)) for channel in Channel],
        "support": identity.support_person(patient),
        "amend_form": filled.get("amend") or IdentityForm(initial=known),
        "contact_form": filled.get("contact") or ContactWishForm(auto_id="contact_%s"),
        "support_form": filled.get("support") or SupportForm(auto_id="support_%s"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if filled else HTTPStatus.OK
    return patient_page(request, "pathway/person.html", patient, context, status=status)
