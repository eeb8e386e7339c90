"""Consultations and preparatory visits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import visits_of
from tenuto.clinic.intake.forms.visits import TOPICS, VisitForm
from tenuto.clinic.intake.services.visits import hold_visit
from tenuto.clinic.intake.views.frame import UNPROCESSABLE, page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient

__all__ = ["visits"]


@require_http_methods(["GET", "HEAD", "POST"])
@shows_patient("visits", verb="intake.record")
def visits(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The visits held so far, and a form for one more, held by who records it."""
    now = clock.instant()
    form = VisitForm(request.POST or None, today=clock.day_of(patient.clinic, now))
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        hold_visit(
            patient=patient,
            kind=got["kind"],
            held_on=got["held_on"],
            in_person=got["in_person"] == "yes",
            topics=got["topics"],
            note=got["note"],
            by=staff_of(request),
            at=now,
        )
        messages.success(request, "The visit is recorded.", extra_tags="Saved")
        return redirect("intake:visits", patient.pk)
    words = dict(TOPICS)
    held = [
        (row, [words.get(topic, topic) for topic in row.topics])
        for row in sorted(
            visits_of(patient.pk), key=lambda each: (each.held_on, each.recorded_at), reverse=True
        )
    ]
    context = {"form": form, "held": held}
    return page(
        request, "intake/visits.html", patient, context, status=UNPROCESSABLE if form.is_bound else 200
    )
