"""The plan page, computed live. Looking at it saves nothing but the note that somebody looked."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tenuto.clinic.intake.api import Record, newest_record, policy_of
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient, Staff
from tenuto.clinic.plan.documents.calendar import as_calendar
from tenuto.clinic.plan.documents.pdf import as_pdf
from tenuto.clinic.plan.documents.sheet import sheet_of
from tenuto.clinic.plan.forms import OptionsForm
from tenuto.clinic.plan.presenters.page import plan_page
from tenuto.clinic.plan.services import plan_for
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.plan.selection import protocols_for


@require_safe
@shows_patient("plan page", verb="plan.view")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Gate, dose, series and what they rest on, with the options of the address."""
    staff = cast(Staff, request.user)
    record = newest_record(patient)
    if record is None:
        text = f"Nothing is recorded about {patient.name}. Add a FHIR bundle on the list of patients."
        return render(request, "ui/problem.html", {"heading": "No record yet", "text": text})
    form, proposal = _propose(request, staff, record)
    shown = plan_page(
        proposal,
        patient=patient,
        identifiers=[str(identifier) for identifier in patient.identifiers.all()],
        record=record,
        query=request.GET,
    )
    return render(request, "plan/page.html", {"page": shown, "form": form, "patient": patient})


@require_safe
@shows_patient("plan as PDF", verb="plan.view")
def pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The plan of the same address as a PDF."""
    record, proposal = _for_export(request, patient)
    sheet = sheet_of(proposal, record.facts.person, record.ignored)
    return _file(as_pdf(sheet, on=proposal.as_of), "application/pdf", "plan.pdf")


@require_safe
@shows_patient("series as calendar file", verb="plan.view")
def calendar(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The series of the same address as a calendar file; it names neither the person nor the drug."""
    record, proposal = _for_export(request, patient)
    if not proposal.series.infusions:
        raise Http404
    return _file(as_calendar(proposal, record.facts.person), "text/calendar; charset=utf-8", "series.ics")


def _for_export(request: HttpRequest, patient: Patient) -> tuple[Record, Proposal]:
    """Record and proposal; a document never shows another plan than the one that was asked for."""
    record = newest_record(patient)
    if record is None:
        raise Http404
    form, proposal = _propose(request, cast(Staff, request.user), record)
    if form.errors:
        raise Http404
    return record, proposal


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _propose(request: HttpRequest, staff: Staff, record: Record) -> tuple[OptionsForm, Proposal]:
    """The plan with the options of the address; the bare proposal and an error when they can't be used."""
    policy, today = policy_of(staff.clinic), timezone.localdate()
    form = OptionsForm(request.GET, policy=policy, today=today)
    try:
        proposal = plan_for(record, form.request(), policy=policy, as_of=today)
    except PlanRequestError as error:
        form.add_error(None, str(error))
        proposal = plan_for(record, PlanRequest(), policy=policy, as_of=today)
    fitting = protocols_for(proposal.condition.id) if proposal.condition else ()
    bare = not form["protocol"].value() and proposal.protocol
    form.offer(fitting, proposed=proposal.protocol.title if bare and proposal.protocol else "")
    return form, proposal
