"""The passport: for staff with the record open, and for the patient behind the link. Never on the clinic's own tablet."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.course.api import accounts
from tenuto.clinic.links.api import OpenedLink, by_link
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.portal.documents.passport import passport_pdf
from tenuto.clinic.portal.documents.passport_bundle import FHIR_TYPE, passport_bundle
from tenuto.clinic.scales import api as scales
from tenuto.core.course.passport import Passport, passport_of
from tenuto.core.outcomes.due import AskingPlace

__all__ = ["own_fhir", "own_pdf", "staff_fhir", "staff_pdf"]


@require_safe
@shows_patient("passport")
def staff_pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """One page, to give along."""
    return _file(passport_pdf(patient, _passport(patient)), "application/pdf", "passport.pdf")


@require_safe
@shows_patient("passport")
def staff_fhir(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The same for another clinic's program."""
    return _file(passport_bundle(patient, _passport(patient)), FHIR_TYPE, "passport.json")


@require_safe
@by_link(scales.PURPOSE)
def own_pdf(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """The patient's own."""
    patient = _at_home(visit)
    return _file(passport_pdf(patient, _passport(patient)), "application/pdf", "passport.pdf")


@require_safe
@by_link(scales.PURPOSE)
def own_fhir(request: HttpRequest, visit: OpenedLink) -> HttpResponse:
    """The patient's own, for another clinic's program."""
    patient = _at_home(visit)
    return _file(passport_bundle(patient, _passport(patient)), FHIR_TYPE, "passport.json")


def _at_home(visit: OpenedLink) -> Patient:
    if scales.request_of(visit).place == AskingPlace.CHAIR:
        raise Http404
    return visit.patient


def _passport(patient: Patient) -> Passport:
    """Without an infusion on record there is none."""
    today = clock.day_of(patient.clinic, clock.instant())
    account = accounts(Batch([patient], clinic=patient.clinic, today=today)).get(patient.pk)
    if account is None or not account.given:
        raise Http404
    return passport_of(account)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
