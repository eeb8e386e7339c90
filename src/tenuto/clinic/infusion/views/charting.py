"""What is posted to the chart."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.charting import FORMS, EndForm
from tenuto.clinic.infusion.services import SessionRefused, chart, end_session, session_today
from tenuto.clinic.infusion.views.device import charted_here
from tenuto.clinic.infusion.views.page import HERE, Forms, shown_page
from tenuto.clinic.infusion.views.recovering import RECOVERY, shown_recovery
from tenuto.clinic.infusion.views.saved import by_script, keep_saved
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["chart_entry", "end"]


@require_POST
@shows_patient("charting", verb="infusion.chart")
def chart_entry(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep one entry, once. A script hears what became of it."""
    now, kind = clock.instant(), request.POST.get("kind", "")
    if by_script(request) and kind in FORMS:
        return keep_saved(request, patient, FORMS[kind](request.POST))
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
                happened_at=form.happened(now),
                amends=got.get("amends", ""),
                why=got.get("why", ""),
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


@require_POST
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
