"""The plan page, computed live. Looking at it saves nothing but the note that somebody looked."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.api import alerts_of, decided_on
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.document import company_of
from tenuto.clinic.plan.documents.calendar import as_calendar
from tenuto.clinic.plan.documents.names import file_name
from tenuto.clinic.plan.documents.pdf import set_pdf
from tenuto.clinic.plan.documents.sheet import sheet_of, today_on, without_dose, without_verdict
from tenuto.clinic.plan.forms.options import OptionsForm, query_of
from tenuto.clinic.plan.presenters.drafting import draft_card
from tenuto.clinic.plan.presenters.page import plan_page
from tenuto.clinic.plan.presenters.today import today_of
from tenuto.clinic.plan.services.drafting import Built, build, start_past
from tenuto.clinic.plan.services.looking_again import why_held
from tenuto.clinic.plan.services.proposing import Grounds, grounds
from tenuto.clinic.plan.stopped import no_treatment
from tenuto.clinic.plan.verdict import verdict_today, why_no_dose
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.plan.selection import protocols_for


@require_safe
@shows_patient("plan page", verb="plan.view")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Gate, dose, series and what they rest on, with the options of the address; from here it is put up for signature.

    Without options the signed version in force is the plan: nobody takes a plan that was worked out anew for it.
    """
    staff, found = staff_of(request), grounds(patient)
    if found.in_force is not None and not request.GET:
        return redirect("plan:version", patient.pk, found.in_force.pk)
    if found.state.record is None:
        return patient_page(request, "plan/nothing.html", patient, {}, batch=found.batch)
    form, built = asked(found, request.GET)
    _offer(form, built)
    batch = found.batch
    held = why_held(found, batch)
    verdict = verdict_today(built.proposal, patient, found.state, batch)
    shown = plan_page(
        built.proposal,
        verdict=verdict,
        why_none=why_no_dose(verdict, found.state),
        first=found.state.asks_first(verdict),
        decided=decided_on(found.state),
        patient=patient,
        record=found.state.record,
        query=request.GET,
    )
    context = {
        "page": shown,
        "form": form,
        "draft": draft_card(
            built,
            query=query_of(built.order.request, anew=built.order.anew),
            staff=staff,
            options_refused=bool(form.errors),
            held=bool(held),
        ),
        "company": company_of(built.proposal, found.state),
        "held": held,
        "stopped": " ".join(no_treatment(found.state)),
    }
    stops = alerts_of(built.proposal.gate)
    return patient_page(request, "plan/page.html", patient, context, batch=batch, alerts=stops)


@require_safe
@shows_patient("plan as PDF", verb="plan.view")
def pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The plan of the same address as a PDF."""
    built = _for_export(request, patient)
    state = built.grounds.state
    batch = built.grounds.batch
    today = today_of(patient, batch)
    verdict = verdict_today(built.proposal, patient, state, batch)
    ignored = state.record.ignored if state.record else {}
    sheet = today_on(
        asdict(sheet_of(built.proposal, state.facts, ignored, gate=verdict, zone=state.zone)), today
    )
    if first := state.asks_first(verdict):
        sheet = without_verdict(sheet, first)
    if why := why_no_dose(verdict, state):
        sheet = without_dose(sheet, why, stops=no_treatment(state))
    content = set_pdf(sheet, on=built.proposal.as_of)
    return file_of(content, "application/pdf", _name(built, patient, "pdf"))


@require_safe
@shows_patient("series as calendar file", verb="plan.view")
def calendar(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The series of the same address as a calendar file, cancelled while held; it names neither the person nor the drug."""
    built = _for_export(request, patient)
    if not built.proposal.series.infusions:
        raise Http404
    clinic, found, batch = patient.clinic, built.grounds, built.grounds.batch
    verdict = verdict_today(built.proposal, patient, found.state, batch)
    content = as_calendar(
        built.proposal,
        whose=str(patient.pk),
        clinic=clinic.name,
        phone=clinic.phone,
        made=clock.instant(),
        held=bool(why_held(found, batch) or why_no_dose(verdict, found.state)),
    )
    return file_of(content, "text/calendar; charset=utf-8", _name(built, patient, "ics"))


def _name(built: Built, patient: Patient, kind: str) -> str:
    plan = built.order.protocol
    return file_name(
        record_number=patient.record_number,
        protocol=plan.id if plan else "",
        on=built.proposal.as_of,
        kind=kind,
    )


def file_of(content: bytes, kind: str, name: str) -> HttpResponse:
    """A file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


def _for_export(request: HttpRequest, patient: Patient) -> Built:
    """The plan; a document never shows another one than was asked for."""
    found = grounds(patient)
    if found.state.record is None:
        raise Http404
    form, built = asked(found, request.GET)
    if form.errors:
        raise Http404
    return built


def asked(found: Grounds, query: QueryDict) -> tuple[OptionsForm, Built]:
    """The plan with the options of an address; the bare one, with the error on the form, when they can't be used."""
    form = OptionsForm(query, policy=found.state.policy, today=found.state.as_of)
    try:
        built = build(found, form.request(), anew=form.anew)
    except PlanRequestError as error:
        form.add_error(None, str(error))
        return form, build(found, PlanRequest())
    if form.is_bound and (past := start_past(built)):
        form.add_error("start", past)
    return form, built


def _offer(form: OptionsForm, built: Built) -> None:
    """Order the protocols of the form by the diagnosis."""
    proposal = built.proposal
    fitting = protocols_for(proposal.condition.id) if proposal.condition else ()
    bare = not form["protocol"].value() and proposal.protocol
    form.offer_maintenance(proposal.protocol.maintenance if proposal.protocol else ())
    form.offer(fitting, proposed=proposal.protocol.title if bare and proposal.protocol else "")
