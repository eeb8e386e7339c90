"""The page of a recovery: clock and criteria side by side, what is missing in words, and how the patient left."""

from __future__ import annotations

from functools import reduce
from http import HTTPStatus
from operator import or_
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.documents.paper import discharge_pdf
from tenuto.clinic.infusion.forms.recovering import DischargeForm, LookForm
from tenuto.clinic.infusion.presenters.chart import chart_shown
from tenuto.clinic.infusion.presenters.recovery import recovery_shown
from tenuto.clinic.infusion.services import (
    SessionRefused,
    account_of,
    chart_look,
    discharge,
    last_session,
    recovery_of,
    session_today,
)
from tenuto.clinic.infusion.views.entries import new_entry
from tenuto.clinic.infusion.views.posted import posted
from tenuto.clinic.infusion.views.saved import by_script, keep_saved_look
from tenuto.clinic.pathway.api import patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import contacts_of, said_of
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.infusion.recovery_data import recovery_data

__all__ = ["RECOVERY", "look", "page", "pdf", "shown_recovery", "sign"]

RECOVERY = "infusion:recovery"
ENTRIES = (
    "VitalsTaken",
    "DistressCharted",
    "EscortSeen",
    "InstructionsTaughtBack",
    "PrescriberSaw",
    "PatientLeft",
)
ENTRY = "infusion.ChartEntry"


@require_safe
@shows_patient("recovery")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The recovery of the newest session."""
    return shown_recovery(request, patient)


def shown_recovery(
    request: HttpRequest, patient: Patient, *, kind: str = "", failed: Form | None = None
) -> HttpResponse:
    """The page as the recovery stands, with the form that was not kept."""
    now = clock.instant()
    session = last_session(patient, now)
    status = HTTPStatus.OK if failed is None else HTTPStatus.UNPROCESSABLE_ENTITY
    if session is None:
        return patient_page(request, "infusion/no_recovery.html", patient, {}, status=status)
    found = recovery_of(session, now)
    context: dict[str, Any] = {
        "session": session,
        "static_files": settings.STATIC_URL,
        "chart": chart_shown(account_of(session, now), patient.clinic),
        "recovery": recovery_shown(found, patient.clinic),
        "held_on": session.held_on,
        "today": session_today(patient, now) == session,
        "on_record": said_of(contacts_of(patient)),
        "forms": {each: new_entry(each) for each in ENTRIES} | ({kind: failed} if kind in ENTRIES else {}),
        "failed": failed if _has_no_place(kind, failed, request) else None,
        "scores": _scores(kind, failed),
        "look_form": failed if isinstance(failed, LookForm) else _look_form(),
        "discharge_form": failed
        if isinstance(failed, DischargeForm)
        else DischargeForm(initial={"client_id": uuid4()}),
        "signature": session.discharges.order_by("-event_number").first() if found.left else None,
    }
    return patient_page(request, "infusion/recovery.html", patient, context, status=status)


def _look_form() -> LookForm:
    return LookForm(initial={"client_id": uuid4()}, auto_id="id_look_%s")


def _has_no_place(kind: str, failed: Form | None, request: HttpRequest) -> bool:
    """Whether no form on the page says what is wrong with an entry: it stands at its head."""
    if kind == "RecoveryScored":
        offered = {each.id for each in recovery_data().variants.values() if each.offered}
        return failed is not None and failed.data.get("variant") not in offered
    if kind == "PrescriberSaw":
        return not may(staff_of(request), "infusion.see")
    return bool(kind) and (kind == "VitalsTaken" or kind not in ENTRIES)


def _scores(kind: str, failed: Form | None) -> list[tuple[str, Form]]:
    """A form for each score, by its offered table; the one that was not kept as it was filled in."""
    shown = []
    for variant in recovery_data().variants.values():
        if variant.offered:
            mine = (
                kind == "RecoveryScored" and failed is not None and failed.data.get("variant") == variant.id
            )
            empty = new_entry("RecoveryScored", auto_id=f"id_{variant.id}_%s", variant=variant.id)
            shown.append((variant.title, failed if mine and failed is not None else empty))
    return shown


def _typed_look(request: HttpRequest) -> Form:
    return LookForm(request.POST)


def _seen_otherwise(posted: QueryDict) -> Q:
    """Answers to the same rows that say something else; the newest counts."""
    answered = ((row, posted[row]) for row in recovery_data().rows if posted.get(row))
    each = (Q(content__row=row) & ~Q(content__choice=choice) for row, choice in answered)
    return Q(kind="RecoveryAnswered") & reduce(or_, each, Q(pk__in=()))


@posted
@shows_patient("charting a recovery", verb="infusion.chart")
@rests_on(ENTRY, typed=_typed_look, page=RECOVERY, contrary={ENTRY: _seen_otherwise})
def look(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Chart what was looked at."""
    now, form = clock.instant(), LookForm(request.POST, auto_id="id_look_%s")
    if by_script(request):
        return keep_saved_look(request, patient, form)
    session = session_today(patient, now)
    if session is None:
        return redirect(RECOVERY, patient.pk)
    if form.is_valid():
        try:
            chart_look(
                session=session,
                client_id=str(form.cleaned_data["client_id"]),
                values=form.values(),
                happened_at=form.told_at(),
                by=staff_of(request),
                at=now,
            )
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(RECOVERY, patient.pk)
    return shown_recovery(request, patient, failed=form)


@posted
@shows_patient("discharge", verb="infusion.discharge")
@judges_risk("infusion.ChartEntry", typed=DischargeForm, page=RECOVERY)
def sign(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Sign a discharge by criteria."""
    now, form = clock.instant(), DischargeForm(request.POST)
    session = session_today(patient, now)
    if session is None:
        return redirect(RECOVERY, patient.pk)
    if form.is_valid():
        key = str(form.cleaned_data["client_id"])
        try:
            kept = signed_by(
                request,
                lambda signature: discharge(
                    session=session, client_id=key, signature=signature, at=clock.instant()
                ),
            )
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            if isinstance(kept, HttpResponse):
                return kept
            messages.success(request, "A call for tomorrow stands on the worklist.", extra_tags="Discharged")
            return redirect(RECOVERY, patient.pk)
    return shown_recovery(request, patient, failed=form)


@require_safe
@shows_patient("discharge summary on paper", verb="patient.print")
def pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Summary and instructions of the newest session, to take home."""
    now = clock.instant()
    session = last_session(patient, now)
    if session is None:
        raise Http404("No session is charted.")
    content = discharge_pdf(session, account_of(session, now), recovery_of(session, now))
    headers = {"Content-Disposition": f'attachment; filename="discharge-{session.held_on.isoformat()}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
