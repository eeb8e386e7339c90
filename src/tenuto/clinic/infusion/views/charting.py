"""What is posted to the chart."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.charting import FORMS, EndForm
from tenuto.clinic.infusion.services import SavedFirst, SessionRefused, chart, end_session, session_today
from tenuto.clinic.infusion.views.device import charted_here
from tenuto.clinic.infusion.views.page import HERE, Forms, shown_page
from tenuto.clinic.infusion.views.posted import posted
from tenuto.clinic.infusion.views.recovering import RECOVERY, shown_recovery
from tenuto.clinic.infusion.views.saved import by_script, keep_saved
from tenuto.clinic.pathway.api import known_of, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["chart_entry", "end"]

SCORE, ENTRY = "RecoveryScored", "infusion.ChartEntry"


@posted
@shows_patient("charting", verb="infusion.chart")
def chart_entry(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep one entry, once. A script hears what became of it."""
    kind = request.POST.get("kind", "")
    if by_script(request) and kind in FORMS:
        return keep_saved(request, patient, FORMS[kind](request.POST))
    if kind == SCORE:
        return _chart_score(request, patient=patient)
    return _chart(request, patient=patient)


def _chart(request: HttpRequest, patient: Patient) -> HttpResponse:
    now, kind = clock.instant(), request.POST.get("kind", "")
    session, recovering = session_today(patient, now), request.POST.get("on") == "recovery"
    there = RECOVERY if recovering else HERE
    if session is None or kind not in FORMS:
        messages.error(
            request, "Nothing was charted. Open the session of today first.", extra_tags="Not kept"
        )
        return redirect(HERE, patient.pk)
    form = FORMS[kind](request.POST, auto_id=f"id_{kind}_%s")
    if form.is_valid():
        got = form.cleaned_data
        try:
            row = chart(
                session=session,
                client_id=str(got["client_id"]),
                what=form.content(),
                happened_at=form.told_at(),
                amends=got.get("amends", ""),
                why=got.get("why", ""),
                saved=SavedFirst(known_of(request)),
                by=staff_of(request),
                at=now,
            )
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            charted_here(request, session)
            if row.claimed_at is not None:
                said = "The time was ahead of the server's clock; the server's was charted."
                messages.warning(request, said, extra_tags="Clock")
            return redirect(there, patient.pk)
    if recovering:
        return shown_recovery(request, patient, kind=kind, failed=form)
    return shown_page(request, patient, Forms(entry=form, kind=kind))


def _score_form(request: HttpRequest) -> Form:
    return FORMS[SCORE](request.POST)


def _other_scores(_: QueryDict) -> Q:
    return Q(kind=SCORE)


_chart_score = rests_on(ENTRY, typed=_score_form, page=RECOVERY, contrary={ENTRY: _other_scores})(_chart)
"""A score is judged by the newest: one on a page that had not shown another waits until both were seen."""


@posted
@shows_patient("end of a session", verb="infusion.chart")
def end(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Close the chart; the course takes the infusion over."""
    now, form = clock.instant(), EndForm(request.POST)
    session = session_today(patient, now)
    if session is None:
        return redirect(HERE, patient.pk)
    if form.is_valid():
        try:
            end_session(session=session, debrief=form.cleaned_data["debrief"], by=staff_of(request), at=now)
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The infusion is on record in the course.", extra_tags="Ended")
            return redirect(HERE, patient.pk)
    return shown_page(request, patient, Forms(end=form))
