"""A kept version on paper and in a calendar. Each copy that leaves is an event of the audit, with its content."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.pathway.api import booked_of
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.dates import calendar_of
from tenuto.clinic.plan.documents.names import file_name
from tenuto.clinic.plan.documents.signed import pdf_of
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.today import today_of
from tenuto.clinic.plan.presenters.version import signature_rows
from tenuto.clinic.plan.services.looking_again import why_held
from tenuto.clinic.plan.services.proposing import Grounds, grounds
from tenuto.clinic.plan.status import Status, words_of
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.plan.views.page import file_of


@require_safe
@shows_patient("print plan version", verb="patient.print")
def pdf(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """The version as a tagged PDF with its signature block, and with what is known of today first."""
    found = grounds(patient)
    version, status = _found(request, found, version_id)
    made: Fact = version.signature if hasattr(version, "signature") else version
    batch = found.batch
    held = why_held(found, batch) if status is Status.SIGNED else ""
    content = pdf_of(
        version.order,
        version.document,
        number=version.number,
        status=words_of(status, held=bool(held)).label
        if status is Status.SIGNED
        else str(status).capitalize(),
        in_force=status is Status.SIGNED,
        acts=signature_rows(version) or (("Signed", "not signed"),),
        digest=version.content_sha256,
        today=today_of(patient, batch, in_force=status is Status.SIGNED),
        held=held,
        on=made.recorded_on,
    )
    return file_of(content, "application/pdf", _name(version, patient, "pdf"))


@require_safe
@shows_patient("export series of plan version", verb="patient.print")
def calendar(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """The dates of the version in force; of one that is withdrawn or held, that they are cancelled. What is booked says so."""
    found = grounds(patient)
    version, status = _found(request, found, version_id)
    if status not in (Status.SIGNED, Status.WITHDRAWN):
        raise Http404
    held = status is Status.SIGNED and bool(why_held(found, found.batch))
    given = frozenset(each.on for each in found.infusions)
    visits = booked_of(found.batch).get(patient.pk)
    try:
        content = calendar_of(
            version,
            found.versions,
            given=given,
            held=held,
            had=sum(each.series == version.series for each in found.infusions),
            booked=visits.visits if visits else (),
            sequence=newest_number(),
            made=clock.instant(),
        )
    except ValueError as error:
        raise Http404(str(error)) from error
    return file_of(content, "text/calendar; charset=utf-8", _name(version, patient, "ics"))


def _name(version: PlanVersion, patient: Patient, kind: str) -> str:
    made: Fact = version.signature if hasattr(version, "signature") else version
    return file_name(
        record_number=patient.record_number,
        protocol=version.protocol_id,
        on=made.recorded_on,
        version=version.number,
        kind=kind,
    )


def _found(request: HttpRequest, found: Grounds, version_id: UUID) -> tuple[PlanVersion, Status]:
    for version in found.versions:
        if version.pk == version_id:
            detail = {"version": version.number, "content": version.content_sha256}
            request.audit_detail = detail  # type: ignore[attr-defined]
            return version, standing(version, found.versions)
    raise Http404
