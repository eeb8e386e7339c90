"""A kept version on paper and in a calendar. Each copy that leaves is an event of the audit, with its content."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.ledger.facts import Fact
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.documents.signed import calendar_of, pdf_of
from tenuto.clinic.plan.looking import SecondLook
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.presenters.version import signature_rows
from tenuto.clinic.plan.services import look_of
from tenuto.clinic.plan.services.proposing import with_acts
from tenuto.clinic.plan.status import WORDS, Status
from tenuto.clinic.plan.versions import standing
from tenuto.clinic.plan.views.page import file_of


@require_safe
@shows_patient("print plan version", verb="patient.print")
def pdf(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """The version as a tagged PDF with its signature block."""
    version, status = _found(request, patient, version_id)
    made: Fact = version.signature if hasattr(version, "signature") else version
    look = look_of(patient) if status is Status.SIGNED else None
    content = pdf_of(
        version.order,
        version.document,
        number=version.number,
        status=WORDS[status].label if status is Status.SIGNED else str(status).capitalize(),
        in_force=status is Status.SIGNED,
        acts=signature_rows(version) or (("Signed", "not signed"),),
        digest=version.content_sha256,
        today=_today(look),
        on=made.recorded_on,
    )
    return file_of(content, "application/pdf", f"plan-version-{version.number}.pdf")


@require_safe
@shows_patient("export series of plan version", verb="patient.print")
def calendar(request: HttpRequest, patient: Patient, version_id: UUID) -> HttpResponse:
    """The dates of the version in force; no other version has dates to keep."""
    version, status = _found(request, patient, version_id)
    if status is not Status.SIGNED or not version.order.series:
        raise Http404
    content = calendar_of(version.order, number=version.number, as_of=version.as_of)
    return file_of(content, "text/calendar; charset=utf-8", "series.ics")


def _today(look: SecondLook | None) -> str:
    """What a reader of the paper must know of today; empty while the plan stands."""
    return " ".join(reason.text for reason in look.reasons) if look else ""


def _found(request: HttpRequest, patient: Patient, version_id: UUID) -> tuple[PlanVersion, Status]:
    versions = with_acts(patient)
    for version in versions:
        if version.pk == version_id:
            detail = {"version": version.number, "content": version.content_sha256}
            request.audit_detail = detail  # type: ignore[attr-defined]
            return version, standing(version, versions)
    raise Http404
